"""Addresses of media paths."""

from django.urls import path

from media.api import IceView, RelayJoinView, RelaysView, ScreenshotsView, ScreenshotView
from media.consumers import RelayConsumer

_ONE = "sessions/<str:session_id>/"

api_urlpatterns = [
    path(f"{_ONE}ice/", IceView.as_view(), name="api-ice"),
    path(f"{_ONE}relays/", RelaysView.as_view(), name="api-relays"),
    path(f"{_ONE}relays/<str:relay_id>/join/", RelayJoinView.as_view(), name="api-relay-join"),
    path(f"{_ONE}screenshots/", ScreenshotsView.as_view(), name="api-screenshots"),
    path(f"{_ONE}screenshots/<str:screenshot_id>/", ScreenshotView.as_view(), name="api-screenshot"),
]

websocket_urlpatterns = [path("ws/relay/<str:relay_id>/", RelayConsumer.as_asgi())]
