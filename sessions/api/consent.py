"""Requests and grants."""

from typing import Annotated

from pydantic import Field
from rest_framework.response import Response

from accounts.permissions import Permission
from sessions.http import Body, SessionView, answer, read
from sessions.infos import grant_info, request_info
from sessions.services.grants import (
    grant_request,
    record_first_use,
    record_marks,
    record_refusals,
    resume_grant,
    stop_grant,
    suspend_grant,
)
from sessions.services.requests import accept_request, cancel_request, deny_request, make_request, show_request
from supportsite.core.api import ApiRequest
from supportsite.protocol.base import Capability, PublicId, StopCause
from supportsite.protocol.objects import GrantInfo, RequestInfo, Scope

Epoch = Annotated[int, Field(ge=1, le=2**31 - 1)]


class AskBody(Body):
    """What is asked for.

    `source` is the CSR's own program that `share.*` will show; `operator` the assisting CSR to whom control is handed.
    """

    capability: Capability
    scope: Scope = Scope()
    source: PublicId | None = None
    operator: PublicId | None = None


class EndpointBody(Body):
    """Which program speaks; a CSR's page must name itself, everybody else is known by their secret."""

    endpoint: PublicId | None = None


class GrantBody(EndpointBody):
    """What is allowed; a Support Manager says it with epoch and signature."""

    scope: Scope | None = None
    epoch: Epoch | None = None
    signature: Annotated[str, Field(max_length=128)] | None = None


class StopBody(EndpointBody):
    """Why it stops."""

    cause: StopCause | None = None


class SuspendBody(EndpointBody):
    """Why it rests."""

    cause: StopCause = StopCause.CONNECTION_LOST
    epoch: Epoch = 1


class ResumeBody(EndpointBody):
    """The endpoint's new epoch."""

    cause: StopCause | None = None
    epoch: Epoch = 1


class MarkedBody(EndpointBody):
    """Who pointed or drew."""

    participant: PublicId


class RefusalsBody(Body):
    """What was dropped."""

    reason: Annotated[str, Field(min_length=1, max_length=80, pattern=r"^[a-z_.]+$")]
    count: Annotated[int, Field(ge=1, le=1_000_000)]


class RequestsView(SessionView):
    """Asking."""

    permissions = {"POST": Permission.CONSENT_ASK}
    bodies = {"POST": AskBody}
    answers = {"POST": RequestInfo}

    def post(self, request: ApiRequest, session_id: str) -> Response:
        """Ask the customer."""
        access = self.inside(request)
        body = read(request, AskBody)
        made = make_request(
            access, capability=body.capability, scope=body.scope, source=body.source, operator=body.operator
        )
        return answer(request_info(made), status=201)


class CancelView(SessionView):
    """Taking back."""

    permissions = {"POST": Permission.CONSENT_ASK}
    answers = {"POST": RequestInfo}

    def post(self, request: ApiRequest, session_id: str, request_id: str) -> Response:
        """Cancel a request."""
        return answer(request_info(cancel_request(self.inside(request), request_id)))


class ShownView(SessionView):
    """The prompt is on the screen."""

    permissions = {"POST": Permission.CONSENT_ANSWER}
    bodies = {"POST": EndpointBody}
    answers = {"POST": RequestInfo}

    def post(self, request: ApiRequest, session_id: str, request_id: str) -> Response:
        """Note it."""
        access = self.inside(request)
        return answer(request_info(show_request(access, request_id, endpoint=read(request, EndpointBody).endpoint)))


class AcceptView(SessionView):
    """Agreeing to be shown the CSR's computer."""

    permissions = {"POST": Permission.CONSENT_ACCEPT}
    answers = {"POST": RequestInfo}

    def post(self, request: ApiRequest, session_id: str, request_id: str) -> Response:
        """Note that the customer agreed; the CSR's program grants next."""
        return answer(request_info(accept_request(self.inside(request), request_id)))


class GrantView(SessionView):
    """Allowing."""

    permissions = {"POST": Permission.CONSENT_ANSWER}
    bodies = {"POST": GrantBody}
    answers = {"POST": GrantInfo}

    def post(self, request: ApiRequest, session_id: str, request_id: str) -> Response:
        """Record what the owner of the computer allowed."""
        access = self.inside(request)
        body = read(request, GrantBody)
        grant = grant_request(
            access,
            request_id,
            scope=body.scope,
            epoch=body.epoch,
            signature=body.signature,
            endpoint=body.endpoint,
        )
        return answer(grant_info(grant))


class DenyView(SessionView):
    """Saying no."""

    permissions = {"POST": Permission.CONSENT_ANSWER}
    answers = {"POST": RequestInfo}

    def post(self, request: ApiRequest, session_id: str, request_id: str) -> Response:
        """Deny a request."""
        return answer(request_info(deny_request(self.inside(request), request_id)))


class StopView(SessionView):
    """Stopping."""

    permissions = {"POST": Permission.CONSENT_STOP}
    bodies = {"POST": StopBody}
    answers = {"POST": GrantInfo}

    def post(self, request: ApiRequest, session_id: str, grant_id: str) -> Response:
        """Stop a grant."""
        access = self.inside(request)
        return answer(grant_info(stop_grant(access, grant_id, cause=read(request, StopBody).cause)))


class SuspendView(SessionView):
    """Resting."""

    permissions = {"POST": Permission.CONSENT_ANSWER}
    bodies = {"POST": SuspendBody}
    answers = {"POST": GrantInfo}

    def post(self, request: ApiRequest, session_id: str, grant_id: str) -> Response:
        """Suspend a grant."""
        access = self.inside(request)
        body = read(request, SuspendBody)
        suspended = suspend_grant(access, grant_id, cause=body.cause, epoch=body.epoch, endpoint=body.endpoint)
        return answer(grant_info(suspended))


class ResumeView(SessionView):
    """Going on."""

    permissions = {"POST": Permission.CONSENT_ANSWER}
    bodies = {"POST": ResumeBody}
    answers = {"POST": GrantInfo}

    def post(self, request: ApiRequest, session_id: str, grant_id: str) -> Response:
        """Resume a grant."""
        access = self.inside(request)
        body = read(request, ResumeBody)
        return answer(grant_info(resume_grant(access, grant_id, epoch=body.epoch, endpoint=body.endpoint)))


class FirstUseView(SessionView):
    """The first use."""

    permissions = {"POST": Permission.CONSENT_ANSWER}
    bodies = {"POST": EndpointBody}
    answers = {"POST": None}

    def post(self, request: ApiRequest, session_id: str, grant_id: str) -> Response:
        """Note it."""
        access = self.inside(request)
        record_first_use(access, grant_id, endpoint=read(request, EndpointBody).endpoint)
        return Response(status=204)


class MarkedView(SessionView):
    """The first pointer or drawing of a participant."""

    permissions = {"POST": Permission.CONSENT_ANSWER}
    bodies = {"POST": MarkedBody}
    answers = {"POST": None}

    def post(self, request: ApiRequest, session_id: str, grant_id: str) -> Response:
        """Note it."""
        access = self.inside(request)
        body = read(request, MarkedBody)
        record_marks(access, grant_id, participant=body.participant, endpoint=body.endpoint)
        return Response(status=204)


class RefusalsView(SessionView):
    """What a Support Manager refused."""

    permissions = {"POST": Permission.CONSENT_ANSWER}
    bodies = {"POST": RefusalsBody}
    answers = {"POST": None}

    def post(self, request: ApiRequest, session_id: str) -> Response:
        """Log it."""
        access = self.inside(request)
        body = read(request, RefusalsBody)
        record_refusals(access, reason=body.reason, count=body.count)
        return Response(status=204)
