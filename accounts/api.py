"""GET site/, GET me/, POST me/console/."""

from typing import Annotated, Any, cast

from django.utils.translation import get_language
from pydantic import BaseModel, ConfigDict, Field
from rest_framework.response import Response

from accounts.actors import CsrActor
from accounts.authentication import CsrAuthentication, TokenAuthentication
from accounts.console import ConsoleStyle, ConsoleTab
from accounts.models import Language, Membership, Site
from accounts.permissions import Permission, Privilege
from accounts.selectors import (
    get_console,
    get_session_limit,
    get_settings,
    list_privileges,
    list_session_types,
    list_tracking_codes,
    privilege_allowed,
)
from accounts.services import choose_console
from supportsite.core.api import ApiRequest, ApiView, Open
from supportsite.core.tenancy import absolute_url
from supportsite.protocol.base import Message, PublicId
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


class UserInfo(Message):
    """The signed-in person."""

    name: str
    email: str
    language: str


class MembershipInfo(Message):
    """Their place in the site."""

    id: PublicId
    role: str


class ChoiceInfo(Message):
    """A session type that can be chosen."""

    id: PublicId
    name: str


class TrackingCodeInfo(ChoiceInfo):
    """A field to fill at the start of a session; free text without choices."""

    required: bool
    choices: list[str]


class SettingsInfo(Message):
    """What the console needs of the site's settings."""

    request_timeout_s: int
    number_life_min: int
    idle_end_min: int
    session_types: list[ChoiceInfo]
    tracking_codes: list[TrackingCodeInfo]
    join_url: str


class ConsoleInfo(Message):
    """How the member works: `style` now and whether they may switch it; `session_limit` customers at once."""

    style: ConsoleStyle
    may_switch: bool
    tab_order: list[ConsoleTab]
    session_limit: int


class ConsoleBody(BaseModel):
    """What the member chooses; what is missing stays as it is."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    style: ConsoleStyle | None = None
    tab_order: Annotated[list[ConsoleTab], Field(min_length=4, max_length=4)] | None = None


class MeInfo(Message):
    """The signed-in member, what they may do, and the settings that the console needs."""

    user: UserInfo
    membership: MembershipInfo
    site: SiteInfo
    privileges: dict[str, bool]
    settings: SettingsInfo
    console: ConsoleInfo


def describe_console(membership: Membership) -> ConsoleInfo:
    """Return how a member works at the console."""
    style, tabs = get_console(membership)
    return ConsoleInfo(
        style=style,
        may_switch=privilege_allowed(membership, Privilege.CONSOLE_SWITCH),
        tab_order=[ConsoleTab(tab) for tab in tabs],
        session_limit=get_session_limit(membership),
    )


def describe_me(membership: Membership) -> dict[str, Any]:
    """Return MeInfo as JSON, in the language of the request."""
    site, user = membership.site, membership.user
    code = get_language() or Language.ENGLISH
    settings = get_settings(site)
    me = MeInfo(
        user=UserInfo(name=user.name, email=user.email, language=user.language),
        membership=MembershipInfo(id=membership.public_id, role=membership.role),
        site=describe_site(site),
        privileges=list_privileges(membership),
        settings=SettingsInfo(
            request_timeout_s=settings.request_timeout_s,
            number_life_min=settings.number_life_min,
            idle_end_min=settings.idle_end_min,
            session_types=[ChoiceInfo(id=kind.public_id, name=kind.name_in(code)) for kind in list_session_types(site)],
            tracking_codes=[
                TrackingCodeInfo(
                    id=item.public_id, name=item.name_in(code), required=item.required, choices=item.choices
                )
                for item in list_tracking_codes(site)
            ],
            join_url=absolute_url(site, "/"),
        ),
        console=describe_console(membership),
    )
    return me.model_dump(mode="json")


class SiteView(ApiView):
    """The organisation behind this host."""

    permissions = {"GET": Open.ANYONE}
    answers = {"GET": SiteInfo}
    authentication_classes = []

    def get(self, request: ApiRequest) -> Response:
        """Answer SiteInfo."""
        return Response(describe_site(request.site).model_dump(mode="json"))


class MeView(ApiView):
    """The signed-in member."""

    permissions = {"GET": Permission.ME_READ}
    answers = {"GET": MeInfo}
    authentication_classes = [CsrAuthentication, TokenAuthentication]

    def get(self, request: ApiRequest) -> Response:
        """Answer the member, what they may do, and the settings that the console needs."""
        return Response(describe_me(cast(CsrActor, request.actor).membership))


class ConsoleView(ApiView):
    """The member's own console."""

    permissions = {"POST": Permission.ME_CHANGE}
    bodies = {"POST": ConsoleBody}
    answers = {"POST": ConsoleInfo}
    authentication_classes = [CsrAuthentication]

    def post(self, request: ApiRequest) -> Response:
        """Keep the style or the order of the tabs."""
        body = ConsoleBody.model_validate(request.data)
        membership = choose_console(
            cast(CsrActor, request.actor).membership,
            style=body.style,
            tab_order=None if body.tab_order is None else [tab.value for tab in body.tab_order],
        )
        return Response(describe_console(membership).model_dump(mode="json"))
