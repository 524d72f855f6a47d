"""Transfer session: to whom it can go, offering it, taking it back."""

from typing import Annotated

from pydantic import Field
from rest_framework.response import Response

from accounts.permissions import Permission
from acd.routing import NOTE_LENGTH
from acd.selectors.entries import list_csrs_online, list_queue_targets
from acd.services.passing import cancel_transfer, transfer_session
from sessions.authentication import MEMBER_AUTHENTICATION
from sessions.http import Body, SessionView, answer_snapshot, language, read, read_query
from sessions.selectors.access import access_joined
from supportsite.core.api import ApiRequest, ApiView
from supportsite.protocol.objects import SessionSnapshot


class TransferBody(Body):
    """One queue, or one or more CSRs."""

    queue: Annotated[str, Field(max_length=40)] | None = None
    csrs: Annotated[list[Annotated[str, Field(max_length=40)]], Field(max_length=20)] = []
    note: Annotated[str, Field(max_length=NOTE_LENGTH)] = ""


class TargetsQuery(Body):
    """For which session."""

    session: Annotated[str, Field(max_length=40)] | None = None


class TargetsView(ApiView):
    """Queues and CSRs to whom a session, or a call, can go."""

    permissions = {"GET": Permission.SESSION_CALL}
    authentication_classes = MEMBER_AUTHENTICATION

    def get(self, request: ApiRequest) -> Response:
        """List them."""
        query = read_query(request, TargetsQuery)
        session = access_joined(request.actor, query.session).support_session if query.session else None
        csrs = list_csrs_online(request.site, but=request.actor.membership, support_session=session)
        return Response({"queues": list_queue_targets(request.site, language=language()), "csrs": csrs})


class TransferView(SessionView):
    """The transfer of a session."""

    permissions = {"POST": Permission.SESSION_CALL}
    bodies = {"POST": TransferBody}
    answers = {"POST": SessionSnapshot}

    def post(self, request: ApiRequest, session_id: str) -> Response:
        """Offer the session."""
        access = self.inside(request)
        body = read(request, TransferBody)
        transfer_session(access, queue=body.queue, csrs=body.csrs, note=body.note)
        return answer_snapshot(access)


class CancelTransferView(SessionView):
    """Taking a transfer back."""

    permissions = {"POST": Permission.SESSION_CALL}
    answers = {"POST": SessionSnapshot}

    def post(self, request: ApiRequest, session_id: str) -> Response:
        """Cancel."""
        access = self.inside(request)
        cancel_transfer(access)
        return answer_snapshot(access)
