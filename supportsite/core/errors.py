"""One shape for every refusal, on HTTP and on sockets: `{code, message, data, ref}`.

Clients switch on `code`; `message` is for the person, in the language of the request; `ref` finds the log line.
Apps add the sentences of their own codes with `register_messages` in `AppConfig.ready()`.
"""

from typing import Any

import pydantic
import structlog
from django.core.exceptions import ObjectDoesNotExist, PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.db import DataError, InterfaceError, OperationalError
from django.http import Http404
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from redis.exceptions import RedisError
from rest_framework import exceptions as drf
from rest_framework.response import Response

from supportsite.core.observe import current_ref

log = structlog.get_logger(__name__)

MESSAGES: dict[str, str | Promise] = {
    "bad_request": _("This request could not be understood."),
    "bad_json": _("The request body is not valid JSON."),
    "invalid": _("Some of the values are missing or not allowed."),
    "unauthenticated": _("Please sign in."),
    "csrf_failed": _("This page is out of date. Reload it and try again."),
    "forbidden": _("You are not allowed to do this."),
    "not_found": _("There is nothing here."),
    "method_not_allowed": _("This address does not do that."),
    "not_acceptable": _("This address answers in JSON only."),
    "conflict": _("Something has changed meanwhile. Reload and try again."),
    "idempotency_mismatch": _("This idempotency key was used for a different request."),
    "idempotency_in_progress": _("The same request is still being carried out."),
    "too_large": _("This is too large."),
    "unsupported_media_type": _("Send JSON."),
    "rate_limited": _("Too many tries. Wait a moment and try again."),
    "server_error": _("Something went wrong on our side."),
    "unavailable": _("The service is not available at the moment. Try again soon."),
}

CORE_CODES = frozenset(MESSAGES)


class AppError(Exception):
    """A refusal with a code of the catalogue; raised by services, answered at the door."""

    def __init__(self, code: str, status: int = 400, **data: Any) -> None:
        super().__init__(code)
        self.code = code
        self.status = status
        self.data = data


def register_messages(messages: dict[str, str | Promise]) -> None:
    """Add the sentences of an app's own codes; a code has one sentence in the whole product."""
    taken = {code for code in messages if code in MESSAGES and MESSAGES[code] != messages[code]}
    if taken:
        raise ValueError(f"codes with two sentences: {sorted(taken)}")
    MESSAGES.update(messages)


def error_body(code: str, data: dict[str, Any] | None = None) -> dict[str, Any]:
    """Return the body of a refusal in the active language."""
    return {"code": code, "message": str(MESSAGES[code]), "data": data or {}, "ref": current_ref()}


def not_found() -> AppError:
    """Return the one answer for missing and for forbidden objects."""
    return AppError("not_found", status=404)


# First match wins; DRF's own classes before Django's.
_KNOWN: tuple[tuple[type[Exception] | tuple[type[Exception], ...], str, int], ...] = (
    (drf.NotAuthenticated, "unauthenticated", 401),
    (drf.AuthenticationFailed, "unauthenticated", 401),
    (drf.ParseError, "bad_json", 400),
    (drf.MethodNotAllowed, "method_not_allowed", 405),
    (drf.NotAcceptable, "not_acceptable", 406),
    (drf.UnsupportedMediaType, "unsupported_media_type", 415),
    ((Http404, drf.NotFound, ObjectDoesNotExist), "not_found", 404),
    ((PermissionDenied, drf.PermissionDenied), "forbidden", 403),
    (RequestDataTooBig, "too_large", 413),
    ((SuspiciousOperation, UnicodeError, DataError, RecursionError), "bad_request", 400),
    ((RedisError, OperationalError, InterfaceError), "unavailable", 503),
)


def describe(error: Exception) -> AppError | None:
    """Return the refusal that an exception means, or None for a fault of our own."""
    if isinstance(error, AppError):
        return error
    if isinstance(error, drf.ValidationError):
        return AppError("invalid", fields=error.detail)
    if isinstance(error, pydantic.ValidationError):
        fields = {".".join(map(str, item["loc"])): item["type"] for item in error.errors(include_input=False)}
        return AppError("invalid", fields=fields)
    if isinstance(error, drf.Throttled):
        return AppError("rate_limited", status=429, retry_after_s=getattr(error, "wait", None))
    if isinstance(error, drf.PermissionDenied) and str(error.detail).startswith("CSRF Failed"):
        return AppError("csrf_failed", status=403)
    for kinds, code, status in _KNOWN:
        if isinstance(error, kinds):
            return AppError(code, status=status)
    return None


def handle_api_exception(exc: Exception, context: dict[str, Any]) -> Response | None:
    """Answer an exception of an API view; DRF's EXCEPTION_HANDLER. None lets it become a logged 500."""
    error = describe(exc)
    if error is None:
        return None
    if error.status >= 500:
        log.error("api.unavailable", code=error.code, exc_info=exc)
    response = Response(error_body(error.code, error.data), status=error.status)
    retry_after = error.data.get("retry_after_s")
    if retry_after is not None:
        response["Retry-After"] = str(max(1, round(retry_after)))
    if error.status == 401:
        response["WWW-Authenticate"] = "Bearer"
    view = context.get("view")
    if error.status == 405 and view is not None:
        response["Allow"] = ", ".join(view.allowed_methods)
    return response
