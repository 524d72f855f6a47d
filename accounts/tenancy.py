"""The site of a request, typed: the middleware of the kernel knows no model."""

from typing import cast

from django.http import HttpRequest

from accounts.models import Site


def site_of(request: HttpRequest) -> Site:
    """Return the site that the request's exact host belongs to."""
    return cast(Site, request.site)
