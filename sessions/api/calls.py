"""Calls: another CSR is asked to assist or to take over."""

from typing import Annotated

from pydantic import Field
from rest_framework.response import Response

from accounts.permissions import Permission
from sessions.authentication import MEMBER_AUTHENTICATION
from sessions.http import Body, SessionView, answer, answer_snapshot, read
from sessions.infos import call_info
from sessions.selectors.lists import list_calls
from sessions.services.calls import accept_call, call_csr, cancel_call, decline_call
from supportsite.core.api import ApiRequest, ApiView
from supportsite.protocol.base import CallKind
from supportsite.protocol.objects import CallInfo, SessionSnapshot


class CallBody(Body):
    """Who is called, and for what."""

    kind: CallKind
    member: Annotated[str, Field(max_length=40)]
    note: Annotated[str, Field(max_length=345)] = ""


class CallsView(SessionView):
    """Calling."""

    permissions = {"POST": Permission.SESSION_CALL}
    bodies = {"POST": CallBody}
    answers = {"POST": CallInfo}

    def post(self, request: ApiRequest, session_id: str) -> Response:
        """Call a CSR."""
        access = self.inside(request)
        body = read(request, CallBody)
        call = call_csr(access, kind=body.kind, member=body.member, note=body.note)
        return answer(call_info(call), status=201)


class MyCallsView(ApiView):
    """The calls to the member that are open."""

    permissions = {"GET": Permission.CALL_ANSWER}
    authentication_classes = MEMBER_AUTHENTICATION

    def get(self, request: ApiRequest) -> Response:
        """List them with what the member needs to answer."""
        return Response({"calls": list_calls(request.actor.membership)})


class CancelCallView(SessionView):
    """Taking a call back."""

    permissions = {"POST": Permission.SESSION_CALL}
    answers = {"POST": None}

    def post(self, request: ApiRequest, session_id: str, call_id: str) -> Response:
        """Cancel."""
        cancel_call(self.inside(request), call_id)
        return Response(status=204)


class AcceptCallView(ApiView):
    """The called member's yes."""

    permissions = {"POST": Permission.CALL_ANSWER}
    answers = {"POST": SessionSnapshot}
    authentication_classes = MEMBER_AUTHENTICATION

    def post(self, request: ApiRequest, session_id: str, call_id: str) -> Response:
        """Come in, or take over."""
        return answer_snapshot(accept_call(request.actor, session_id, call_id))


class DeclineCallView(ApiView):
    """The called member's no."""

    permissions = {"POST": Permission.CALL_ANSWER}
    answers = {"POST": None}
    authentication_classes = MEMBER_AUTHENTICATION

    def post(self, request: ApiRequest, session_id: str, call_id: str) -> Response:
        """Decline."""
        decline_call(request.actor, session_id, call_id)
        return Response(status=204)
