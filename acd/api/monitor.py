"""The monitor: read it, and what managers do. For managers and administrators; for the queues that are theirs."""

from typing import Annotated, Literal, cast

from pydantic import Field
from rest_framework.response import Response

from accounts.actors import CsrActor
from accounts.authentication import CsrAuthentication
from accounts.models import Membership
from accounts.permissions import Permission
from acd.models.queues import Override
from acd.routing import MAX_PRIORITY
from acd.selectors.managing import access_managed_queue, list_managed_queues
from acd.selectors.monitor import get_line, get_monitor
from acd.services import managing, staffing
from acd.tickets import MonitorTicket
from sessions.http import Body, answer, answer_snapshot, language, read
from sessions.tickets import TICKET_SECONDS, issue_ticket
from supportsite.core.api import ApiRequest, ApiView
from supportsite.core.tenancy import origin_of
from supportsite.protocol.base import MAX_TEXT
from supportsite.protocol.inbox import Presence
from supportsite.protocol.monitor import MonitorLine, MonitorState, Staffing
from supportsite.protocol.objects import SessionSnapshot

Id = Annotated[str, Field(max_length=40)]


class PriorityBody(Body):
    """Who has more goes first."""

    priority: Annotated[int, Field(ge=0, le=MAX_PRIORITY)]


class MoveBody(Body):
    """Where to."""

    queue: Id


class AssignBody(Body):
    """To whom."""

    csr: Id


class CancelEntryBody(Body):
    """Why."""

    reason: Annotated[str, Field(max_length=40)] = ""


class OverrideBody(Body):
    """A manager's word over the hours; "" gives the queue back to them."""

    override: Literal["", "open", "closed"]


class CsrPresenceBody(Body):
    """What the CSR shall be; only away has a reason."""

    presence: Presence
    reason: Annotated[str, Field(max_length=40)] = ""


class WhisperBody(Body):
    """What the session's CSRs read."""

    text: Annotated[str, Field(min_length=1, max_length=MAX_TEXT)]


class MonitorApiView(ApiView):
    """A view below `monitor/`; members only, judged by role and queues in the selectors."""

    authentication_classes = [CsrAuthentication]

    def manager(self, request: ApiRequest) -> Membership:
        """Return the member who calls. AppError `forbidden` (403) for CSRs."""
        member = cast(CsrActor, request.actor).membership
        list_managed_queues(member)
        return member


class MonitorView(MonitorApiView):
    """The monitor as its socket sends it."""

    permissions = {"GET": Permission.MONITOR_READ}
    answers = {"GET": MonitorState}

    def get(self, request: ApiRequest) -> Response:
        """Answer it."""
        return answer(get_monitor(self.manager(request), language=language()))


class MonitorTicketView(MonitorApiView):
    """A ticket for the monitor's socket."""

    permissions = {"POST": Permission.MONITOR_READ}
    repeatable = False

    def post(self, request: ApiRequest) -> Response:
        """Make a ticket."""
        ticket = MonitorTicket(
            site_id=request.site.pk,
            session_id=None,
            endpoint_id=None,
            membership_id=self.manager(request).pk,
            login=request._request.session.session_key or "",  # noqa: SLF001
            language=language(),
        )
        url = f"{origin_of(request.site).replace('http', 'ws', 1)}/ws/monitor/"
        made = {"ticket": issue_ticket(ticket), "endpoint": None, "url": url, "expires_in_s": TICKET_SECONDS}
        return Response(made, status=201)


class MonitorLineView(MonitorApiView):
    """The line of one queue."""

    permissions = {"GET": Permission.MONITOR_READ}
    answers = {"GET": MonitorLine}

    def get(self, request: ApiRequest, queue_id: str) -> Response:
        """Answer who is in it."""
        queue = access_managed_queue(self.manager(request), queue_id)
        return answer(get_line(queue, language=language()))


class MonitorStaffingView(MonitorApiView):
    """Yesterday with other numbers of CSRs."""

    permissions = {"GET": Permission.MONITOR_READ, "POST": Permission.MONITOR_READ}
    answers = {"GET": Staffing, "POST": Staffing}

    def get(self, request: ApiRequest, queue_id: str) -> Response:
        """Answer how far it is."""
        return answer(staffing.get_staffing(self.manager(request), queue_id))

    def post(self, request: ApiRequest, queue_id: str) -> Response:
        """Begin, or answer how far it is."""
        return answer(staffing.start_staffing(self.manager(request), queue_id))


class MonitorOverrideView(MonitorApiView):
    """Opening and closing a queue."""

    permissions = {"POST": Permission.MONITOR_ACT}
    bodies = {"POST": OverrideBody}
    answers = {"POST": None}

    def post(self, request: ApiRequest, queue_id: str) -> Response:
        """Set a manager's word over the hours."""
        manager = self.manager(request)
        managing.override_queue(manager, queue_id, override=Override(read(request, OverrideBody).override))
        return Response(status=204)


class MonitorPriorityView(MonitorApiView):
    """A customer's priority."""

    permissions = {"POST": Permission.MONITOR_ACT}
    bodies = {"POST": PriorityBody}
    answers = {"POST": None}

    def post(self, request: ApiRequest, entry_id: str) -> Response:
        """Set it."""
        manager = self.manager(request)
        managing.set_entry_priority(manager, entry_id, priority=read(request, PriorityBody).priority)
        return Response(status=204)


class MonitorMoveView(MonitorApiView):
    """A customer's queue."""

    permissions = {"POST": Permission.MONITOR_ACT}
    bodies = {"POST": MoveBody}
    answers = {"POST": None}

    def post(self, request: ApiRequest, entry_id: str) -> Response:
        """Move them to another one."""
        manager = self.manager(request)
        managing.move_entry(manager, entry_id, queue_id=read(request, MoveBody).queue)
        return Response(status=204)


class MonitorAssignView(MonitorApiView):
    """A customer's CSR."""

    permissions = {"POST": Permission.MONITOR_ACT}
    bodies = {"POST": AssignBody}
    answers = {"POST": None}

    def post(self, request: ApiRequest, entry_id: str) -> Response:
        """Give them to a CSR at once."""
        manager = self.manager(request)
        managing.assign_entry(manager, entry_id, csr_id=read(request, AssignBody).csr)
        return Response(status=204)


class MonitorCancelView(MonitorApiView):
    """The end of a wait."""

    permissions = {"POST": Permission.MONITOR_ACT}
    bodies = {"POST": CancelEntryBody}
    answers = {"POST": None}

    def post(self, request: ApiRequest, entry_id: str) -> Response:
        """Take a customer out of the line."""
        manager = self.manager(request)
        managing.cancel_entry(manager, entry_id, reason=read(request, CancelEntryBody).reason)
        return Response(status=204)


class MonitorPresenceView(MonitorApiView):
    """A CSR's presence."""

    permissions = {"POST": Permission.MONITOR_ACT}
    bodies = {"POST": CsrPresenceBody}
    answers = {"POST": None}

    def post(self, request: ApiRequest, csr_id: str) -> Response:
        """Set it for them."""
        manager = self.manager(request)
        body = read(request, CsrPresenceBody)
        managing.set_csr_presence(manager, csr_id, presence=body.presence, reason=body.reason)
        return Response(status=204)


class MonitorJoinView(MonitorApiView):
    """Coming into a session, seen by everybody in it."""

    permissions = {"POST": Permission.MONITOR_ACT}
    answers = {"POST": SessionSnapshot}

    def post(self, request: ApiRequest, session_id: str) -> Response:
        """Join as assisting CSR."""
        return answer_snapshot(managing.join_visibly(self.manager(request), session_id))


class MonitorWhisperView(MonitorApiView):
    """Words for a session's CSRs only."""

    permissions = {"POST": Permission.MONITOR_ACT}
    bodies = {"POST": WhisperBody}
    answers = {"POST": SessionSnapshot}

    def post(self, request: ApiRequest, session_id: str) -> Response:
        """Join visibly and say it."""
        manager = self.manager(request)
        return answer_snapshot(managing.whisper(manager, session_id, text=read(request, WhisperBody).text))
