"""Finds out which participant calls: a customer's browser by cookie, a Support Manager by bearer token.

One browser may be signed in as a CSR and hold a customer's cookie of the same site (a demonstration on one computer):
then the page that calls decides. Both rights are that browser's own, so this is a choice, not a check.
"""

from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from rest_framework.authentication import BaseAuthentication, SessionAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from accounts.authentication import CsrAuthentication, TokenAuthentication, bearer
from accounts.secret_tokens import hash_secret
from sessions.actors import ParticipantActor
from sessions.models import Endpoint
from sessions.selectors.access import find_endpoint_by_secret
from supportsite.protocol.base import EndpointKind

SUPPORT_MANAGER_PREFIX = "sm_"
COOKIE_SECONDS = 12 * 3600


def cookie_name() -> str:
    """Return the name of the customer's cookie; bound to the host where the site is served by https."""
    return "__Host-participant" if settings.SECURE else "participant"


def set_cookie(response: HttpResponse, secret: str) -> None:
    """Give a customer's browser the secret of its endpoint."""
    response.set_cookie(
        cookie_name(),
        secret,
        max_age=COOKIE_SECONDS,
        secure=settings.SECURE,
        httponly=True,
        samesite="Lax",
        path="/",
    )


def find_customer_endpoint(request: HttpRequest) -> Endpoint | None:
    """Return the browser endpoint of the request's cookie, or None."""
    secret = request.COOKIES.get(cookie_name(), "")
    if not secret:
        return None
    endpoint = find_endpoint_by_secret(hash_secret(secret))
    return endpoint if endpoint is not None and endpoint.kind == EndpointKind.BROWSER else None


class CustomerAuthentication(SessionAuthentication):
    """The customer's cookie, and the CSRF header on commands."""

    def authenticate(self, request: Request) -> tuple[Any, Any] | None:
        """Return (None, ParticipantActor), or None without a cookie that holds."""
        plain = request._request  # noqa: SLF001 - as DRF's own class does
        if _from_console(plain):
            return None
        endpoint = find_customer_endpoint(plain)
        if endpoint is None:
            return None
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
