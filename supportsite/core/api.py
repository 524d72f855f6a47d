"""Base of every API view: who asks, what they may, one error shape, commands carried out once.

Each view names the permission of each of its methods; there is no default, and a start-up check holds it.
"""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Any, ClassVar, Protocol, cast

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from pydantic import BaseModel
from rest_framework.exceptions import MethodNotAllowed, NotAuthenticated
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.permissions import BasePermission
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from supportsite.core import idempotency
from supportsite.core.errors import AppError

COMMANDS = frozenset({"POST", "PUT", "PATCH", "DELETE"})


class Open(StrEnum):
    """Declared instead of a permission where nobody needs one."""

    ANYONE = "anyone"


class Actor(Protocol):
    """Who acts; made by the authentication classes of the apps and kept as `request.actor`."""

    @property
    def key(self) -> str:
        """Stable name for idempotency and limits, at most 80 characters, such as `csr:17`."""

    def may(self, permission: str) -> bool:
        """Tell whether this kind of actor has the permission at all; services check it against the object."""


class ApiRequest(Request):
    """What a handler gets; without credentials `actor` is what DRF's UNAUTHENTICATED_TOKEN makes, or None."""

    actor: Any
    site: Any


class DeclaredPermission(BasePermission):
    """Asks the actor for the permission that the view declares for the method."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        """Refuse 401 without an actor, 403 without the permission."""
        declared = cast(ApiView, view).permissions[str(request.method)]
        if declared is Open.ANYONE:
            return True
        actor = cast(ApiRequest, request).actor
        if actor is not None and actor.may(declared):
            return True
        if request.successful_authenticator is None:
            raise NotAuthenticated
        raise AppError("forbidden", status=403, permission=str(declared))


class JsonOnly(BaseContentNegotiation):
    """Answers JSON whatever is asked for."""

    def select_parser(self, request: Request, parsers: Iterable[Any]) -> Any:
        """Return the parser of the request's media type, or None (415)."""
        media_type = (request.content_type or "").split(";")[0].strip().lower()
        return next((parser for parser in parsers if parser.media_type == media_type), None)

    def select_renderer(
        self, request: Request, renderers: Any, format_suffix: str | None = None
    ) -> tuple[BaseRenderer, str]:
        """Return the first renderer."""
        return renderers[0], renderers[0].media_type


class ApiView(APIView):
    """A thin endpoint: reads input, calls one service or selector, answers.

    `permissions` maps each method to a permission, `bodies` and `answers` to a model for the schema.
    `repeatable = False` keeps answers with secrets out of the idempotency records.
    """

    permissions: ClassVar[Mapping[str, StrEnum]] = {}
    bodies: ClassVar[Mapping[str, type[BaseModel]]] = {}
    answers: ClassVar[Mapping[str, type[BaseModel] | None]] = {}
    repeatable: ClassVar[bool] = True
    metadata_class = None
    permission_classes = (DeclaredPermission,)
    content_negotiation_class = JsonOnly

    def perform_authentication(self, request: Request) -> None:
        """Find out who asks and keep them as `request.actor`."""
        super().perform_authentication(request)
        cast(ApiRequest, request).actor = request.auth

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Refuse methods that the view does not have before asking who may use them."""
        if str(request.method) not in self.permissions:
            raise MethodNotAllowed(str(request.method))
        super().initial(request, *args, **kwargs)

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Like DRF's, with the handler run through the idempotency records."""
        self.args = args
        self.kwargs = kwargs
        self.headers = self.default_response_headers
        self.request = wrapped = self.initialize_request(request, *args, **kwargs)
        try:
            self.initial(wrapped, *args, **kwargs)
            response = self._run(wrapped)
        except Exception as error:  # noqa: BLE001 - handle_exception raises again what it does not know
            response = self.handle_exception(error)
        self.response = self.finalize_response(wrapped, response, *args, **kwargs)
        return self.response

    def _run(self, request: Request) -> Response:
        handler = getattr(self, str(request.method).lower())
        actor = cast(ApiRequest, request).actor
        keyed = idempotency.HEADER in request.headers and request.method in COMMANDS
        if not keyed or request.successful_authenticator is None or not self.repeatable:
            return cast(Response, handler(request, *self.args, **self.kwargs))
        return idempotency.run_once(request, actor.key, lambda: handler(request, *self.args, **self.kwargs))

    @property
    def allowed_methods(self) -> list[str]:
        """Return the methods that have a permission."""
        return sorted(self.permissions)
