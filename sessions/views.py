"""The pages: join, the customer's session, another device, the console. Their HTML is the frontend's."""

from collections.abc import Sequence
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts.api import describe_me, describe_site
from accounts.selectors import find_membership
from sessions.actors import ParticipantActor
from sessions.authentication import customer_csrf, find_customer_endpoint, is_embedded, set_cookie
from sessions.http import address_of, language
from sessions.selectors.access import access_session
from sessions.selectors.snapshot import get_snapshot
from sessions.services.attach import redeem_device_code
from sessions.services.joining import join_as_customer
from sessions.text import describe_browser
from supportsite.core import pages
from supportsite.core.errors import MESSAGES, AppError
from supportsite.protocol import PROTOCOL_VERSION

FIELD_OF_ERROR = {"number_not_found": "number", "name_missing": "name"}
MAX_TYPED = 200


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def join(request: HttpRequest) -> HttpResponse:
    """Show the join form, or let a customer in and send them to their session. A GET consumes nothing."""
    typed = request.POST if request.method == "POST" else request.GET
    number, name = typed.get("number", "")[:MAX_TYPED], typed.get("name", "")[:MAX_TYPED]
    context: dict[str, Any] = {"number": number, "name": name, "errors": {}, **_welcome(request)}
    if request.method != "POST":
        return render(request, "join.html", context)
    try:
        joined = join_as_customer(
            site=_site(request),
            number=number,
            name=name,
            language=language(),
            address=address_of(request),
            label=describe_browser(request.headers.get("User-Agent", "")),
            known=find_customer_endpoint(request),
        )
    except AppError as error:
        context["errors"] = {FIELD_OF_ERROR.get(error.code, "form"): str(MESSAGES[error.code])}
        context["retry_after_s"] = error.data.get("retry_after_s")
        return render(request, "join.html", context, status=error.status)
    response = HttpResponseRedirect(f"/s/{joined.access.support_session.public_id}/", status=303)
    if joined.secret is not None:
        set_cookie(response, joined.secret)
    return response


@never_cache
@require_safe
def session_page(request: HttpRequest, session_id: str, *, origins: Sequence[str] = ()) -> HttpResponse:
    """Show the customer's session page; the missing page to everybody without a cookie of this session.

    `origins`: of the pages that may stand around it, where it is embedded.
    """
    endpoint = find_customer_endpoint(request)
    if endpoint is None:
        return pages.not_found(request, None)
    try:
        access = access_session(ParticipantActor(endpoint), session_id)
    except AppError:
        return pages.not_found(request, None)
    boot = {
        "session": get_snapshot(access, language=language()).model_dump(mode="json"),
        "language": language(),
        "csrf": customer_csrf(request) or get_token(request),
        "site": describe_site(_site(request)).model_dump(mode="json"),
        "protocol": PROTOCOL_VERSION,
        "origins": list(origins),
    }
    return render(request, "session.html", {"boot": boot, "csrf_token": boot["csrf"], "embedded": is_embedded(request)})


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def resume(request: HttpRequest, session_id: str) -> HttpResponse:
    """Bring a second device to a participant: GET shows a button, POST redeems the code."""
    code = (request.POST if request.method == "POST" else request.GET).get("code", "")[:40]
    if request.method != "POST":
        return render(request, "resume.html", {"code": code})
    label = describe_browser(request.headers.get("User-Agent", ""))
    try:
        attached = redeem_device_code(site=_site(request), code=code, label=label, address=address_of(request))
    except AppError as error:
        context = {"code": code, "error": str(MESSAGES[error.code])}
        return render(request, "resume.html", context, status=error.status)
    response = HttpResponseRedirect(f"/s/{attached.access.support_session.public_id}/", status=303)
    set_cookie(response, attached.secret)
    return response


@never_cache
@require_safe
@login_required
def console(request: HttpRequest, session_id: str = "") -> HttpResponse:
    """Show the console to a member of the site."""
    membership = find_membership(request.user, _site(request))
    if membership is None:
        return pages.forbidden(request, None)
    boot = {"me": describe_me(membership), "csrf": get_token(request), "protocol": PROTOCOL_VERSION}
    return render(request, "console.html", {"boot": boot})


def _site(request: HttpRequest) -> Any:
    return request.site


def _welcome(request: HttpRequest) -> dict[str, str]:
    return {"welcome": _site(request).welcome_in(language())}
