"""The server's entry: pages and API by Django, sockets by Channels. Any ASGI server runs it."""

import asyncio
import os

import django
import structlog
from asgiref.sync import sync_to_async
from django.conf import settings
from django.core.handlers.asgi import ASGIHandler
from django.http import HttpRequest
from django.http.response import HttpResponseBase

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "supportsite.settings")
django.setup(set_prefix=False)

from channels.routing import ProtocolTypeRouter, URLRouter  # noqa: E402 - needs the apps

from supportsite.core import pages  # noqa: E402
from supportsite.core.tenancy import SiteSocketMiddleware  # noqa: E402
from supportsite.urls import websocket_urlpatterns  # noqa: E402

log = structlog.get_logger(__name__)


class OneThreadHandler(ASGIHandler):
    """Django's handler with middleware and view in one thread: its own changes threads for each middleware.

    So many requests are answered at once, others wait in turn; beyond a number of those 503 is the quicker answer. More
    threads than that only wait for each other, and under load nobody was answered in time.
    """

    def __init__(self) -> None:
        super().__init__()
        self._places = asyncio.Semaphore(settings.REQUESTS_AT_ONCE)
        self._waiting = 0

    def load_middleware(self, is_async: bool = False) -> None:  # noqa: FBT001, FBT002 - Django's signature
        """Build the chain for a thread, whatever is asked for."""
        super().load_middleware(is_async=False)

    async def get_response_async(self, request: HttpRequest) -> HttpResponseBase:
        """Answer a request in the thread that is its own, when it is its turn."""
        if self._waiting >= settings.REQUESTS_WAITING:
            log.warning("asgi.too_busy")
            return pages.unavailable(request)
        self._waiting += 1
        try:
            await self._places.acquire()
        finally:
            self._waiting -= 1
        try:
            return await sync_to_async(self.get_response)(request)
        finally:
            self._places.release()


application = ProtocolTypeRouter(
    {"http": OneThreadHandler(), "websocket": SiteSocketMiddleware(URLRouter(websocket_urlpatterns))}
)
