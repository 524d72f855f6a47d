"""Error answers outside of API views: JSON below /api/, a page in the product's look elsewhere."""

from typing import Any

import structlog
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from supportsite.core.observe import current_ref

log = structlog.get_logger(__name__)


def error_answer(request: HttpRequest, code: str, status: int) -> HttpResponse:
    """Answer a refusal as JSON or as a page, as the address wants it."""
    if request.path.startswith("/api/"):
        from supportsite.core.errors import error_body

        return JsonResponse(error_body(code), status=status)
    return render(request, f"errors/{status}.html", {"ref": current_ref(), "code": code}, status=status)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """handler400."""
    return error_answer(request, "bad_request", 400)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """handler403."""
    return error_answer(request, "forbidden", 403)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """CSRF_FAILURE_VIEW."""
    return error_answer(request, "csrf_failed", 403)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """handler404."""
    return error_answer(request, "not_found", 404)


def too_many(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Answer 429; allauth's handler429 too."""
    return error_answer(request, "rate_limited", 429)


def unavailable(request: HttpRequest) -> HttpResponse:
    """Answer 503 where there is no database, or too many ask at once, from nothing that needs one."""
    if request.path.startswith("/api/"):
        answer = error_answer(request, "unavailable", 503)
    else:
        answer = render(None, "errors/plain.html", {"ref": current_ref()}, status=503)
    answer["Retry-After"] = "2"
    return answer


def server_error(request: HttpRequest) -> HttpResponse:
    """handler500; falls back to a page that leans on nothing."""
    if request.path.startswith("/api/"):
        body = {"code": "server_error", "message": _("Something went wrong on our side."), "data": {}}
        return JsonResponse({**body, "ref": current_ref()}, status=500)
    context = {"ref": current_ref()}
    try:
        return render(request, "errors/500.html", context, status=500)
    except Exception:  # what broke the page may be what this page needs too
        log.exception("pages.error_page_failed")
        return render(None, "errors/plain.html", context, status=500)


def unknown_api_address(request: HttpRequest, **_kwargs: Any) -> HttpResponse:
    """Answer unknown addresses below /api/ in JSON."""
    return error_answer(request, "not_found", 404)
