"""The server's entry: pages and API by Django, sockets by Channels. Any ASGI server runs it."""

import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "supportsite.settings")
django_application = get_asgi_application()

from channels.routing import ProtocolTypeRouter, URLRouter  # noqa: E402 - needs the apps

from supportsite.core.tenancy import SiteSocketMiddleware  # noqa: E402
from supportsite.urls import websocket_urlpatterns  # noqa: E402

application = ProtocolTypeRouter(
    {"http": django_application, "websocket": SiteSocketMiddleware(URLRouter(websocket_urlpatterns))}
)
