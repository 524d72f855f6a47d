"""Addresses of the accounts app; sign-in is allauth's, at /auth/."""

from django.urls import path

from accounts.api import ConsoleView, MeView, SiteView

api_urlpatterns = [
    path("site/", SiteView.as_view(), name="api-site"),
    path("me/", MeView.as_view(), name="api-me"),
    path("me/console/", ConsoleView.as_view(), name="api-console"),
]
