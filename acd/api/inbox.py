"""The CSR's inbox: read it, declare presence, answer offers, pick, wrap up."""

from typing import Annotated, Literal, cast

from pydantic import Field
from rest_framework.response import Response

from accounts.actors import CsrActor
from accounts.authentication import CsrAuthentication
from accounts.permissions import Permission
from acd.selectors.inbox import get_inbox
from acd.selectors.today import get_today
from acd.services.offers import accept_offer, decline_offer, pick_entry
from acd.services.presence import set_presence
from acd.services.wrapping import extend_wrap_up, finish_wrap_up
from acd.tickets import InboxTicket
from sessions.http import Body, answer, answer_snapshot, language, read, read_query
from sessions.tickets import TICKET_SECONDS, issue_ticket
from supportsite.core.api import ApiRequest, ApiView
from supportsite.core.tenancy import origin_of
from supportsite.protocol.base import PublicId, UtcTime
from supportsite.protocol.inbox import MAX_OUTCOME_CODES, MAX_WRAP_NOTE, InboxState, InboxToday, Presence, Resolution
from supportsite.protocol.objects import SessionSnapshot


class PresenceBody(Body):
    """What the CSR declares; only away has a reason."""

    presence: Presence
    reason: Literal["", "break", "meeting", "training"] = ""


class WrapUpBody(Body):
    """How the visit ended."""

    outcome: Resolution | None = None
    codes: Annotated[list[PublicId], Field(max_length=MAX_OUTCOME_CODES)] = []
    note: Annotated[str, Field(max_length=MAX_WRAP_NOTE)] = ""


class TodayQuery(Body):
    """Since when: midnight where the CSR is."""

    since: UtcTime


class InboxApiView(ApiView):
    """A view below `inbox/`; members only."""

    authentication_classes = [CsrAuthentication]

    def actor(self, request: ApiRequest) -> CsrActor:
        """Return the CSR who calls."""
        return cast(CsrActor, request.actor)

    def inbox(self, request: ApiRequest) -> Response:
        """Answer the caller's inbox."""
        return answer(get_inbox(self.actor(request).membership, language=language()))


class InboxView(InboxApiView):
    """The inbox as the socket sends it."""

    permissions = {"GET": Permission.INBOX_READ}
    answers = {"GET": InboxState}

    def get(self, request: ApiRequest) -> Response:
        """Answer it."""
        return self.inbox(request)


class InboxTodayView(InboxApiView):
    """The caller's own figures since `?since=`, an ISO time."""

    permissions = {"GET": Permission.INBOX_READ}
    answers = {"GET": InboxToday}

    def get(self, request: ApiRequest) -> Response:
        """Answer them."""
        return answer(get_today(self.actor(request).membership, since=read_query(request, TodayQuery).since))


class InboxTicketView(InboxApiView):
    """A ticket for the inbox's socket."""

    permissions = {"POST": Permission.INBOX_READ}
    repeatable = False

    def post(self, request: ApiRequest) -> Response:
        """Make a ticket."""
        ticket = InboxTicket(
            site_id=request.site.pk,
            session_id=None,
            endpoint_id=None,
            membership_id=self.actor(request).membership.pk,
            login=request._request.session.session_key or "",  # noqa: SLF001
            language=language(),
        )
        url = f"{origin_of(request.site).replace('http', 'ws', 1)}/ws/inbox/"
        made = {"ticket": issue_ticket(ticket), "endpoint": None, "url": url, "expires_in_s": TICKET_SECONDS}
        return Response(made, status=201)


class PresenceView(InboxApiView):
    """The CSR's presence."""

    permissions = {"POST": Permission.INBOX_WORK}
    bodies = {"POST": PresenceBody}
    answers = {"POST": InboxState}

    def post(self, request: ApiRequest) -> Response:
        """Declare it."""
        body = read(request, PresenceBody)
        set_presence(
            self.actor(request),
            presence=body.presence,
            reason=body.reason if body.presence == Presence.AWAY else "",
        )
        return self.inbox(request)


class OfferAcceptView(InboxApiView):
    """An offer's yes."""

    permissions = {"POST": Permission.INBOX_WORK}
    answers = {"POST": SessionSnapshot}

    def post(self, request: ApiRequest, offer_id: str) -> Response:
        """Accept; the session is the caller's."""
        return answer_snapshot(accept_offer(self.actor(request), offer_id))


class OfferDeclineView(InboxApiView):
    """An offer's no."""

    permissions = {"POST": Permission.INBOX_WORK}
    answers = {"POST": InboxState}

    def post(self, request: ApiRequest, offer_id: str) -> Response:
        """Decline; the customer keeps their place."""
        decline_offer(self.actor(request), offer_id)
        return self.inbox(request)


class EntryPickView(InboxApiView):
    """A waiting customer out of turn."""

    permissions = {"POST": Permission.INBOX_WORK}
    answers = {"POST": SessionSnapshot}

    def post(self, request: ApiRequest, entry_id: str) -> Response:
        """Pick; the session is the caller's."""
        return answer_snapshot(pick_entry(self.actor(request), entry_id))


class WrapUpView(InboxApiView):
    """The end of a visit."""

    permissions = {"POST": Permission.INBOX_WORK}
    bodies = {"POST": WrapUpBody}
    answers = {"POST": InboxState}

    def post(self, request: ApiRequest, entry_id: str) -> Response:
        """Save and finish."""
        body = read(request, WrapUpBody)
        finish_wrap_up(self.actor(request), entry_id, resolution=body.outcome, codes=body.codes, note=body.note)
        return self.inbox(request)


class WrapUpExtendView(InboxApiView):
    """More time for a wrap-up."""

    permissions = {"POST": Permission.INBOX_WORK}
    answers = {"POST": InboxState}

    def post(self, request: ApiRequest, entry_id: str) -> Response:
        """Add 30 s."""
        extend_wrap_up(self.actor(request), entry_id)
        return self.inbox(request)
