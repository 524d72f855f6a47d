"""Addresses below /auth/: allauth's, without those that would let somebody change who they are.

E-mail addresses are set by administrators, so the pages that add or confirm one answer 404.
"""

from typing import NoReturn

from django.http import Http404, HttpRequest
from django.urls import include, path, re_path


def closed(request: HttpRequest, **kwargs: str) -> NoReturn:
    """Answer 404."""
    raise Http404


urlpatterns = [
    path("signup/", closed),
    path("email/", closed),
    path("password/set/", closed),
    re_path(r"^(?:confirm-email|login/code)/", closed),
    path("", include("allauth.urls")),
]
