"""Pages of a queue: its own entry page, and the same inside other sites' pages (the embed widget)."""

import re
from functools import cache
from hashlib import sha256
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.api import describe_site
from acd.models import AcdSettings, Queue
from acd.selectors.queues import describe_queue
from acd.selectors.waiting import find_queue, find_visit
from sessions.authentication import find_customer_endpoint
from sessions.http import language
from sessions.views import session_page
from supportsite.core import pages
from supportsite.core.errors import AppError
from supportsite.core.tenancy import absolute_url

ORIGIN = re.compile(r"https?://[a-z0-9.-]{1,253}(:\d{1,5})?")
WIDGET_FILE = settings.BASE_DIR / "frontend" / "dist" / "widget.js"
WIDGET_SECONDS = 3600


@never_cache
@require_safe
def entry_page(request: HttpRequest, queue_id: str) -> HttpResponse:
    """Show a queue's form, or lead somebody who waits there already back to their place."""
    return _entry_page(request, queue_id, origins=[], embed="")


@never_cache
@require_safe
def embedded_entry_page(request: HttpRequest, key: str, queue_id: str) -> HttpResponse:
    """Show the form inside a page of an origin that the site allows."""
    origins = _origins(key)
    if origins is None:
        return pages.not_found(request, None)
    return _framed(_entry_page(request, queue_id, origins=origins, embed="/embed"), origins)


@never_cache
@require_safe
def embedded_button(request: HttpRequest, key: str, queue_id: str) -> HttpResponse:
    """Show the button alone, as it looks now: open, closed, or with a visit that goes on."""
    origins = _origins(key)
    queue = _queue(queue_id)
    if origins is None or queue is None:
        return pages.not_found(request, None)
    visit = find_visit(find_customer_endpoint(request), queue)
    boot = {"origins": origins, "visit": visit is not None}
    context = {"boot": boot, "queue": describe_queue(queue, language()), "visit": visit, "csrf_token": ""}
    return _framed(render(request, "widget_button.html", context), origins)


@never_cache
@require_safe
def embedded_session_page(request: HttpRequest, session_id: str) -> HttpResponse:
    """Show the customer's session inside the page in which they entered."""
    origins = _origins()
    if origins is None:
        return pages.not_found(request, None)
    return _framed(session_page(request, session_id, origins=origins), origins)


@require_safe
def widget_script(request: HttpRequest) -> HttpResponse:
    """Serve the script that other sites' pages load; it has no state and no secret."""
    content, tag = _widget()
    response = HttpResponse(content, content_type="text/javascript; charset=utf-8")
    if request.headers.get("If-None-Match") == tag:
        response = HttpResponse(status=304)
    response["ETag"] = tag
    response["Cache-Control"] = f"public, max-age={WIDGET_SECONDS}"
    response["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response


@cache
def _widget() -> tuple[bytes, str]:
    content = WIDGET_FILE.read_bytes()
    return content, f'"{sha256(content).hexdigest()[:32]}"'


def _entry_page(request: Any, queue_id: str, *, origins: list[str], embed: str) -> HttpResponse:
    queue = _queue(queue_id)
    if queue is None:
        return pages.not_found(request, None)
    visit = find_visit(find_customer_endpoint(request), queue)
    if visit is not None and visit.support_session is not None:
        return HttpResponseRedirect(f"{embed}/s/{visit.support_session.public_id}/?lang={language()}")
    site: Any = request.site
    boot = {
        "queue": describe_queue(queue, language()).model_dump(mode="json"),
        "language": language(),
        "origins": origins,
        "own_page": absolute_url(site, f"/q/{queue.public_id}/"),
        "site": describe_site(site).model_dump(mode="json"),
    }
    context = {"boot": boot, "embedded": bool(embed), "queue_name": queue.name_in(language())}
    # Nothing of this page needs the CSRF cookie, which a browser would not keep inside another site's page.
    context["csrf_token"] = "" if embed else get_token(request)
    return render(request, "entry.html", context)


def _queue(public_id: str) -> Queue | None:
    try:
        return find_queue(public_id)
    except AppError:
        return None


def _origins(key: str | None = None) -> list[str] | None:
    """Return the origins whose pages may show ours; None for another key than the site's, or no settings."""
    row = AcdSettings.objects.first()
    if row is None or (key is not None and key != row.widget_key):
        return None
    return [origin for origin in row.widget_origins if isinstance(origin, str) and ORIGIN.fullmatch(origin)]


def _framed(response: HttpResponse, origins: list[str]) -> HttpResponse:
    """Let pages of these origins, and no other, show the response in a frame."""
    response.xframe_options_exempt = True
    response._csp_replace = {"frame-ancestors": origins or ["'none'"]}  # type: ignore[attr-defined]  # noqa: SLF001
    return response
