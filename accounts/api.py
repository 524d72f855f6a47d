"""GET site/ and GET me/."""

from typing import Any, cast

from django.utils.translation import get_language
from rest_framework.response import Response

from accounts.actors import CsrActor
from accounts.authentication import CsrAuthentication, TokenAuthentication
from accounts.models import Language, Membership, Site
from accounts.permissions import Permission
from accounts.selectors import get_settings, list_privileges, list_session_types, list_tracking_codes
from supportsite.core.api import ApiRequest, ApiView, Open
from supportsite.core.tenancy import absolute_url
from supportsite.protocol.objects import SiteInfo


def describe_site(site: Site, language: str | None = None) -> SiteInfo:
    """Return what everyone may know of a site, in `language` (default: that of the request)."""
    code = language or get_language() or Language.ENGLISH
    return SiteInfo(
        name=site.name_in(code),
        host=site.host,
        verified=site.verified,
        accent=site.accent,
        default_language=site.default_language,
        welcome=site.welcome_in(code),
    )


def describe_me(membership: Membership) -> dict[str, Any]:
    """Return what the console needs to know of its user."""
    site, user = membership.site, membership.user
    code = get_language() or Language.ENGLISH
    settings = get_settings(site)
    return {
        "user": {"name": user.name, "email": user.email, "language": user.language},
        "membership": {"id": membership.public_id, "role": membership.role},
        "site": describe_site(site).model_dump(mode="json"),
        "privileges": list_privileges(membership),
        "settings": {
            "request_timeout_s": settings.request_timeout_s,
            "number_life_min": settings.number_life_min,
            "idle_end_min": settings.idle_end_min,
            "session_types": [{"id": kind.public_id, "name": kind.name_in(code)} for kind in list_session_types(site)],
            "tracking_codes": [
                {"id": item.public_id, "name": item.name_in(code), "required": item.required, "choices": item.choices}
                for item in list_tracking_codes(site)
            ],
            "join_url": absolute_url(site, "/"),
        },
    }


class SiteView(ApiView):
    """The organisation behind this host."""

    permissions = {"GET": Open.ANYONE}
    authentication_classes = []

    def get(self, request: ApiRequest) -> Response:
        """Answer SiteInfo."""
        return Response(describe_site(request.site).model_dump(mode="json"))


class MeView(ApiView):
    """The signed-in member."""

    permissions = {"GET": Permission.ME_READ}
    authentication_classes = [CsrAuthentication, TokenAuthentication]

    def get(self, request: ApiRequest) -> Response:
        """Answer the member, what they may do, and the settings that the console needs."""
        return Response(describe_me(cast(CsrActor, request.actor).membership))
