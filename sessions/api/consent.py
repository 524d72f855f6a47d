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
    record_refusals,
    resume_grant,
    stop_grant,
    suspend_grant,
)
from sessions.services.requests import cancel_request, deny_request, make_request, show_request
from supportsite.core.api import ApiRequest
from supportsite.core.errors import AppError
from supportsite.protocol.base import Capability, PublicId, StopCause
from supportsite.protocol.objects import GrantInfo, RequestInfo, Scope

Epoch = Annotated[int, Field(ge=1, le=2**31 - 1)]


class AskBody(Body):
    """What is asked for."""

    capability: Capability
    scope: Scope = Scope()


class GrantBody(Body):
    """What is allowed; a Support Manager says it with epoch and signature, a page may name its own endpoint."""

    scope: Scope | None = None
    epoch: Epoch | None = None
    signature: Annotated[str, Field(max_length=128)] | None = None
    endpoint: PublicId | None = None


class StopBody(Body):
    """Why it stops."""

    cause: StopCause | None = None


class SuspendBody(Body):
    """Why it rests."""

    cause: StopCause = StopCause.CONNECTION_LOST
    epoch: Epoch = 1


class ResumeBody(Body):
    """The endpoint's new epoch."""

    cause: StopCause | None = None
    epoch: Epoch = 1


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
        return answer(request_info(make_request(access, capability=body.capability, scope=body.scope)), status=201)


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
    answers = {"POST": RequestInfo}

    def post(self, request: ApiRequest, session_id: str, request_id: str) -> Response:
        """Note it."""
        return answer(request_info(show_request(self.inside(request), request_id)))


class GrantView(SessionView):
    """Allowing."""

    permissions = {"POST": Permission.CONSENT_ANSWER}
    bodies = {"POST": GrantBody}
    answers = {"POST": GrantInfo}

    def post(self, request: ApiRequest, session_id: str, request_id: str) -> Response:
        """Record what the customer allowed."""
        access = self.inside(request)
        body = read(request, GrantBody)
        if body.endpoint is not None and (access.endpoint is None or body.endpoint != access.endpoint.public_id):
            raise AppError("endpoint_unfit", status=403)
        grant = grant_request(access, request_id, scope=body.scope, epoch=body.epoch, signature=body.signature)
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
        return answer(grant_info(suspend_grant(access, grant_id, cause=body.cause, epoch=body.epoch)))


class ResumeView(SessionView):
    """Going on."""

    permissions = {"POST": Permission.CONSENT_ANSWER}
    bodies = {"POST": ResumeBody}
    answers = {"POST": GrantInfo}

    def post(self, request: ApiRequest, session_id: str, grant_id: str) -> Response:
        """Resume a grant."""
        access = self.inside(request)
        return answer(grant_info(resume_grant(access, grant_id, epoch=read(request, ResumeBody).epoch)))


class FirstUseView(SessionView):
    """The first use."""

    permissions = {"POST": Permission.CONSENT_ANSWER}
    answers = {"POST": None}

    def post(self, request: ApiRequest, session_id: str, grant_id: str) -> Response:
        """Note it."""
        record_first_use(self.inside(request), grant_id)
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
