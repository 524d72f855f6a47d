"""Finds out which participant calls: a customer's browser by cookie, a Support Manager by bearer token.

One browser may be signed in as a CSR and hold a customer's cookie of the same site (a demonstration on one computer):
then the page that calls decides. Both rights are that browser's own, so this is a choice, not a check. The same holds
for a customer inside another site's page: pages below /embed/ have a cookie of their own (docs/adr/0009).
"""

import hashlib
import hmac
from http.cookies import Morsel
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from rest_framework.authentication import BaseAuthentication, SessionAuthentication
from rest_framework.exceptions import AuthenticationFailed, PermissionDenied
from rest_framework.request import Request

from accounts.authentication import CsrAuthentication, TokenAuthentication, bearer
from accounts.secret_tokens import hash_secret
from sessions.actors import ParticipantActor
from sessions.models import Endpoint
from sessions.selectors.access import find_endpoint_by_secret
from supportsite.core.tenancy import origin_of
from supportsite.protocol.base import EndpointKind

SUPPORT_MANAGER_PREFIX = "sm_"
COOKIE_SECONDS = 12 * 3600
EMBED_PATH = "/embed/"
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


class _PartitionedMorsel(Morsel[str]):
    """A cookie with the attribute `Partitioned`, which Python's own knows from 3.14 on."""

    def OutputString(self, attrs: Any = None) -> str:  # noqa: N802 - http.cookies' name
        """Return the cookie as its header says it."""
        return f"{super().OutputString(attrs)}; Partitioned"


def cookie_name(*, embedded: bool = False) -> str:
    """Return the name of the customer's cookie; bound to the host where the site is served by https."""
    name = "embedded" if embedded else "participant"
    return f"__Host-{name}" if settings.SECURE else name


def is_embedded(request: HttpRequest) -> bool:
    """Tell whether a page calls, or is asked for, that stands inside another site's page."""
    caller = urlsplit(request.headers.get("Referer", "")).path
    return request.path.startswith(EMBED_PATH) or caller.startswith(EMBED_PATH)


def set_cookie(response: HttpResponse, secret: str, *, embedded: bool = False) -> None:
    """Give a customer's browser the secret of its endpoint.

    An embedded page's cookie is one per site around it (CHIPS): no other site's frame and no page of ours gets it.
    """
    name = cookie_name(embedded=embedded)
    response.set_cookie(
        name,
        secret,
        max_age=COOKIE_SECONDS,
        secure=settings.SECURE or embedded,
        httponly=True,
        samesite="None" if embedded else "Lax",
        path="/",
    )
    if embedded:
        plain = response.cookies[name]
        partitioned = _PartitionedMorsel()
        partitioned.set(plain.key, plain.value, plain.coded_value)
        partitioned.update(plain)
        response.cookies[name] = partitioned


def embedded_csrf(secret: str) -> str:
    """Return the CSRF token of an embedded page: it cannot have a second cookie, so it is made from the first."""
    return hmac.new(settings.SECRET_KEY.encode(), f"csrf:{secret}".encode(), hashlib.sha256).hexdigest()


def find_customer_endpoint(request: HttpRequest) -> Endpoint | None:
    """Return the browser endpoint of the request's cookie, or None."""
    return _find_cookie(request)[0]


def customer_csrf(request: HttpRequest) -> str | None:
    """Return the CSRF token of an embedded page's cookie; None where Django's own holds."""
    endpoint, embedded = _find_cookie(request)
    return embedded_csrf(request.COOKIES[cookie_name(embedded=True)]) if endpoint and embedded else None


def _find_cookie(request: HttpRequest) -> tuple[Endpoint | None, bool]:
    """Return the endpoint of the cookie that fits the calling page, and whether that is the embedded one."""
    first = is_embedded(request)
    for embedded in (first, not first):
        secret = request.COOKIES.get(cookie_name(embedded=embedded), "")
        endpoint = find_endpoint_by_secret(hash_secret(secret)) if secret else None
        if endpoint is not None and endpoint.kind == EndpointKind.BROWSER and not endpoint.participant.is_csr:
            return endpoint, embedded
    return None, False


class CustomerAuthentication(SessionAuthentication):
    """The customer's cookie, and the CSRF header on commands."""

    def authenticate(self, request: Request) -> tuple[Any, Any] | None:
        """Return (None, ParticipantActor), or None without a cookie that holds."""
        plain = request._request  # noqa: SLF001 - as DRF's own class does
        if _from_console(plain):
            return None
        endpoint, embedded = _find_cookie(plain)
        if endpoint is None:
            return None
        if embedded:
            _require_own_page(plain)
        else:
            self.enforce_csrf(request)
        return None, ParticipantActor(endpoint)


class SupportManagerAuthentication(BaseAuthentication):
    """`Authorization: Bearer sm_…`. Other kinds of bearer are left to the other classes."""

    def authenticate(self, request: Request) -> tuple[Any, Any] | None:
        """Return (None, ParticipantActor); AuthenticationFailed for a token that is not valid."""
        secret = bearer(request)
        if not secret.startswith(SUPPORT_MANAGER_PREFIX):
            return None
        endpoint = find_endpoint_by_secret(hash_secret(secret))
        if endpoint is None or endpoint.kind != EndpointKind.SUPPORT_MANAGER:
            raise AuthenticationFailed
        return None, ParticipantActor(endpoint)

    def authenticate_header(self, request: Request) -> str:
        """Have DRF answer 401, not 403."""
        return "Bearer"


def _require_own_page(request: Any) -> None:
    """Refuse a command that no page of this site sent: its browser names the origin, the page knows the token."""
    if request.method in SAFE_METHODS:
        return
    expected = embedded_csrf(request.COOKIES[cookie_name(embedded=True)])
    given = request.headers.get("X-CSRFToken", "")
    own = request.headers.get("Origin", "") == origin_of(request.site)
    if not own or not hmac.compare_digest(given.encode(), expected.encode()):
        raise PermissionDenied("CSRF Failed: not from a page of this site")


def _from_console(request: HttpRequest) -> bool:
    """Tell whether the console's page calls and somebody is signed in there."""
    path = urlsplit(request.headers.get("Referer", "")).path
    return path.startswith("/console/") and request.user.is_authenticated


# Bearers first: a header is meant, a cookie just comes along.
SESSION_AUTHENTICATION = [
    SupportManagerAuthentication,
    TokenAuthentication,
    CustomerAuthentication,
    CsrAuthentication,
]
MEMBER_AUTHENTICATION = [TokenAuthentication, CsrAuthentication]
