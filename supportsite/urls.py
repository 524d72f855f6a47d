"""The addresses of the product; they do not change.

An app offers `urlpatterns` (pages), `api_urlpatterns` (below /api/v1/) and `websocket_urlpatterns` in its `urls`.
"""

from collections.abc import Awaitable, Callable
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from django.apps import apps
from django.contrib import admin
from django.urls import include, path, re_path
from drf_spectacular.renderers import OpenApiJsonRenderer
from drf_spectacular.views import SpectacularAPIView

from supportsite.core import health, pages

handler400 = pages.bad_request
handler403 = pages.forbidden
handler404 = pages.not_found
handler429 = pages.too_many
handler500 = pages.server_error


async def refuse_socket(
    scope: Any, receive: Callable[[], Awaitable[Any]], send: Callable[[Any], Awaitable[None]]
) -> None:
    """Close sockets of unknown addresses."""
    await send({"type": "websocket.close", "code": 4404})


def _of_apps(attribute: str) -> list[Any]:
    found: list[Any] = []
    for name in ("acd", "sessions", "media", "accounts"):
        if apps.is_installed(name) and find_spec(f"{name}.urls"):
            found += getattr(import_module(f"{name}.urls"), attribute, [])
    return found


urlpatterns = [
    path("livez", health.livez),
    path("readyz", health.readyz),
    path(
        "api/v1/schema/",
        SpectacularAPIView.as_view(renderer_classes=[OpenApiJsonRenderer]),
        name="api-schema",
    ),
    path("api/v1/", include(_of_apps("api_urlpatterns"))),
    re_path(r"^api/", pages.unknown_api_address),
    path("auth/", include("accounts.auth_urls")),
    path("admin/", admin.site.urls),
    path("i18n/", include("django.conf.urls.i18n")),
    *_of_apps("urlpatterns"),
]
websocket_urlpatterns = [*_of_apps("websocket_urlpatterns"), re_path(r"", refuse_socket)]  # type: ignore[arg-type]
