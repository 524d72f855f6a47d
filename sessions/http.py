"""What the views and pages share: who calls which session, typed bodies, the reader's language."""

from typing import Any, TypeVar

from django.conf import settings
from django.utils.translation import get_language
from pydantic import BaseModel, ConfigDict
from rest_framework.response import Response

from sessions.authentication import SESSION_AUTHENTICATION
from sessions.selectors.access import Access, access_joined, access_session
from sessions.selectors.snapshot import get_snapshot
from supportsite.core.api import ApiRequest, ApiView
from supportsite.core.ratelimit import client_address

BodyT = TypeVar("BodyT", bound="Body")


class Body(BaseModel):
    """A request body that refuses what it does not know."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class SessionView(ApiView):
    """A view below `sessions/ID/`."""

    authentication_classes = SESSION_AUTHENTICATION

    def readable(self, request: ApiRequest) -> Access:
        """Return the caller's access to the session of the address, also after they have left."""
        return access_session(request.actor, self.kwargs["session_id"])

    def inside(self, request: ApiRequest) -> Access:
        """Return the access of a caller who is inside now."""
        return access_joined(request.actor, self.kwargs["session_id"])


def read(request: ApiRequest, model: type[BodyT]) -> BodyT:
    """Return the body as `model`; its ValidationError is answered `invalid` with the fields."""
    return model.model_validate(request.data)


def read_query(request: ApiRequest, model: type[BodyT]) -> BodyT:
    """Return the query as `model`; a key that stands twice counts as its last value."""
    return model.model_validate(dict(request.query_params.items()))


def language() -> str:
    """Return the language of the request, "en" or "ja"."""
    return get_language() or settings.LANGUAGE_CODE


def address_of(request: Any) -> str:
    """Return the client's network address."""
    return client_address(request.META, settings.TRUSTED_PROXY_COUNT)


def answer(message: Any, status: int = 200) -> Response:
    """Answer an object of the protocol."""
    return Response(message.model_dump(mode="json"), status=status)


def answer_snapshot(access: Access, status: int = 200) -> Response:
    """Answer the session as the caller may know it."""
    return answer(get_snapshot(access, language=language()), status=status)
