"""Finds out who calls the API: a signed-in member by cookie, an integrator by token.

Returns (user, actor): the actor becomes `request.actor`. A cookie without CSRF token is refused on every command;
a user without a membership of this host's site is nobody here.
"""

from datetime import timedelta
from typing import Any

from rest_framework.authentication import BaseAuthentication, SessionAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from accounts.actors import CsrActor, TokenActor
from accounts.models import ApiToken
from accounts.secret_tokens import TOKEN_PREFIX
from accounts.selectors import find_api_token, find_membership
from accounts.tenancy import site_of
from supportsite.core import clock

LAST_USED_PRECISION = timedelta(minutes=1)


class CsrAuthentication(SessionAuthentication):
    """Django's session cookie, the CSRF header on commands, and an active membership of this site."""

    def authenticate(self, request: Request) -> tuple[Any, Any] | None:
        """Return (user, CsrActor), or None where nobody is signed in here."""
        user = getattr(request._request, "user", None)  # noqa: SLF001 - as DRF's own class does
        if user is None or not user.is_authenticated:
            return None
        membership = find_membership(user, site_of(request._request))  # noqa: SLF001
        if membership is None:
            return None
        self.enforce_csrf(request)
        return user, CsrActor(membership)


class TokenAuthentication(BaseAuthentication):
    """`Authorization: Bearer st_…`. Other kinds of bearer are left to the other classes."""

    def authenticate(self, request: Request) -> tuple[Any, Any] | None:
        """Return (None, TokenActor), None without such a header; AuthenticationFailed for a token that is not valid."""
        secret = bearer(request)
        if not secret.startswith(TOKEN_PREFIX):
            return None
        token = find_api_token(secret, site_of(request._request))  # noqa: SLF001
        if token is None:
            raise AuthenticationFailed
        _note_use(token)
        return None, TokenActor(token)

    def authenticate_header(self, request: Request) -> str:
        """Have DRF answer 401, not 403."""
        return "Bearer"


def bearer(request: Request) -> str:
    """Return the token of the only Authorization header; empty where there is none or another scheme."""
    scheme, _, value = request.headers.get("Authorization", "").partition(" ")
    return value.strip() if scheme.lower() == "bearer" else ""


def _note_use(token: ApiToken) -> None:
    now = clock.now()
    if token.last_used_at is None or now - token.last_used_at >= LAST_USED_PRECISION:
        ApiToken.objects.filter(pk=token.pk).update(last_used_at=now)
