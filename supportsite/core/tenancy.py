"""Which site a request, socket or task belongs to; everything it touches is of that site.

The scope is entered once, at the door. Python (django-scopes) and PostgreSQL (core.pgrls) both read it from there.
"""

from collections.abc import Awaitable, Callable, Iterator, MutableMapping
from contextlib import contextmanager
from typing import Any, Protocol, cast

import structlog
from asgiref.sync import sync_to_async
from django.apps import apps
from django.conf import settings
from django.db import InterfaceError, OperationalError
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django_scopes import get_scope, scope
from django_scopes.exceptions import ScopeError

from supportsite.core import pages

log = structlog.get_logger(__name__)

# Probes ask by address, not by name; static files are the same for all.
SITELESS_PATHS = ("/livez", "/readyz", "/static/")


class SiteLike(Protocol):
    """What the kernel needs of a site (`accounts.Site`)."""

    pk: Any
    host: str
    active: bool


class SiteRequest(HttpRequest):
    """A request behind SiteMiddleware."""

    site: Any
    ref: str


@contextmanager
def site_scope(site: SiteLike) -> Iterator[None]:
    """Make `site` the one that queries see, in Python and in PostgreSQL, inside the block."""
    with scope(site=site):
        yield


def current_site() -> SiteLike | None:
    """Return the site whose scope is entered, or None."""
    return cast(SiteLike | None, get_scope().get("site"))


def get_current_site() -> SiteLike:
    """Return the site whose scope is entered. Raises ScopeError outside of every scope."""
    site = current_site()
    if site is None:
        raise ScopeError("no site scope is entered")
    return site


def current_site_id() -> str:
    """Return the primary key of the current site as text, empty outside of every scope."""
    site = get_scope().get("site")
    return str(site.pk) if isinstance(site, Model) else ""


def get_site_by_id(site_id: int) -> Any:
    """Return the site with this key; tasks take ids and re-enter the scope with it. Raises DoesNotExist."""
    return apps.get_model(settings.SITE_MODEL)._default_manager.get(pk=site_id)


def list_sites() -> list[Any]:
    """Return all active sites, for work that goes from site to site, each in its own scope."""
    return list(apps.get_model(settings.SITE_MODEL)._default_manager.filter(active=True))


def find_site_by_host(host: str) -> Any | None:
    """Return the active site served at exactly this host name (no port), or None."""
    model = apps.get_model(settings.SITE_MODEL)
    return model._default_manager.filter(host=host.lower(), active=True).first()


def origin_of(site: SiteLike) -> str:
    """Return the one origin (scheme, host, port) at which the site is served."""
    standard = {"http": 80, "https": 443}[settings.PUBLIC_SCHEME]
    port = "" if standard == settings.PUBLIC_PORT else f":{settings.PUBLIC_PORT}"
    return f"{settings.PUBLIC_SCHEME}://{site.host}{port}"


def absolute_url(site: SiteLike, path: str) -> str:
    """Return the public address of a path on the site; never taken from a request's headers."""
    return origin_of(site) + path


def host_name(header: str) -> str:
    """Return the host name of a Host header without its port; IPv6 literals keep their brackets."""
    host, colon, port = header.strip().lower().rpartition(":")
    return host if colon and port.isdigit() else header.strip().lower()


def requested_host(request: HttpRequest) -> str:
    """Return the host name that a request is for; the server's own where an old client sends no Host."""
    return host_name(request.META.get("HTTP_HOST") or request.META.get("SERVER_NAME", ""))


def site_context(request: HttpRequest) -> dict[str, Any]:
    """Template variable `site`."""
    return {"site": getattr(request, "site", None)}


class SiteMiddleware:
    """Resolves the site by the exact host and keeps its scope for the whole request; unknown hosts get 404."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.path.startswith(SITELESS_PATHS):
            return self.get_response(request)
        try:
            site = find_site_by_host(requested_host(request))
        except (OperationalError, InterfaceError) as error:
            # No database, or more callers than connections: whoever tries again soon is served.
            log.warning("tenancy.no_database", error=type(error).__name__)
            return pages.unavailable(request)
        if site is None:
            return self._unknown(request)
        request.site = site
        with site_scope(site):
            return self.get_response(request)

    @staticmethod
    def _unknown(request: HttpRequest) -> HttpResponse:
        return pages.not_found(request, None)


AsgiScope = MutableMapping[str, Any]
AsgiApp = Callable[[AsgiScope, Callable[[], Awaitable[Any]], Callable[[Any], Awaitable[None]]], Awaitable[None]]


class SiteSocketMiddleware:
    """Gives a WebSocket its site by exact host, and its scope for as long as it lives; other hosts are refused."""

    def __init__(self, inner: AsgiApp) -> None:
        self.inner = inner

    async def __call__(
        self, scope_: AsgiScope, receive: Callable[[], Awaitable[Any]], send: Callable[[Any], Awaitable[None]]
    ) -> None:
        """Run the inner application inside the site's scope; close 4404 before accepting elsewhere."""
        site = await sync_to_async(find_site_by_host)(host_name(header(scope_, "host")))
        if site is None:
            await send({"type": "websocket.close", "code": 4404})
            return
        with site_scope(site):
            await self.inner({**scope_, "site": site}, receive, send)


def header(scope_: AsgiScope, name: str) -> str:
    """Return the only value of a header of an ASGI scope; empty where it is missing or sent twice."""
    values = [value for key, value in scope_["headers"] if key == name.encode()]
    return str(values[0].decode("latin-1")) if len(values) == 1 else ""


def origin_allowed(scope_: AsgiScope) -> bool:
    """Tell whether a socket's Origin is exactly the origin of its site."""
    return header(scope_, "origin") == origin_of(scope_["site"])
