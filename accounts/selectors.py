"""Reads sites and people. `access_*` is the only way from an actor to a row; missing and forbidden look alike."""

from typing import Any

from django.db.models import QuerySet

from accounts.console import ConsoleStyle, SessionMode
from accounts.models import ApiToken, Membership, SessionType, Site, SiteSettings, StaffSession, TrackingCode
from accounts.permissions import Privilege
from accounts.secret_tokens import PREFIX_LENGTH, secret_matches
from supportsite.core import clock
from supportsite.core.errors import not_found
from supportsite.core.tenancy import find_site_by_host


def find_site(host: str) -> Site | None:
    """Return the active site served at exactly this host name (no port), or None."""
    site: Site | None = find_site_by_host(host)
    return site


def get_settings(site: Site) -> SiteSettings:
    """Return the site's settings. Needs the site's scope."""
    settings: SiteSettings = SiteSettings.objects.get(site=site)
    return settings


def find_membership(user: Any, site: Site) -> Membership | None:
    """Return the active membership of a signed-in, active user on an active site, or None."""
    if not user.is_authenticated or not user.is_active or not site.active:
        return None
    members = Membership.objects.select_related("user", "site")
    membership: Membership | None = members.filter(user=user, site=site, active=True).first()
    return membership


def access_membership(user: Any, site: Site) -> Membership:
    """Return the user's active membership of the site; AppError `not_found` without one."""
    membership = find_membership(user, site)
    if membership is None:
        raise not_found()
    return membership


def find_staff_session(user: Any, site: Site) -> StaffSession | None:
    """Return the running staff session of a member of the platform's staff on this site, or None."""
    if not user.is_authenticated or not user.is_active or not user.is_staff:
        return None
    running = StaffSession.objects.select_related("user", "site")
    staff_session: StaffSession | None = running.filter(
        user=user, site=site, ended_at=None, until__gt=clock.now()
    ).first()
    return staff_session


def find_api_token(secret: str, site: Site) -> ApiToken | None:
    """Return the site's token with this text while it is neither expired nor revoked, or None."""
    candidates = ApiToken.objects.filter(site=site, prefix=secret[:PREFIX_LENGTH])
    token: ApiToken | None = candidates.filter(revoked_at=None, expires_at__gt=clock.now()).first()
    return token if token is not None and secret_matches(secret, token.secret_hash) else None


def privilege_allowed(membership: Membership, privilege: Privilege) -> bool:
    """Tell whether a member may; a denial of the site or of the person wins, nothing said means yes.

    For multi-session mode, nothing said means what the site's session mode is.
    """
    site_settings = get_settings(membership.site)
    own = membership.privileges.get(privilege)
    if "deny" in {site_settings.privileges.get(privilege), own}:
        return False
    return privilege != Privilege.SESSION_MULTI or own == "allow" or site_settings.session_mode == SessionMode.MULTI


def list_privileges(membership: Membership) -> dict[str, bool]:
    """Return every privilege's name with what holds for this member."""
    return {str(privilege): privilege_allowed(membership, privilege) for privilege in Privilege}


def get_session_limit(membership: Membership) -> int:
    """Return how many customers a member may serve at once: 1 in single-session mode."""
    if not privilege_allowed(membership, Privilege.SESSION_MULTI):
        return 1
    return membership.session_limit or get_settings(membership.site).session_limit


def get_console(membership: Membership) -> tuple[ConsoleStyle, list[str]]:
    """Return the style of a member's console and the order of its tabs.

    The administrator's word for the person goes before the site's; the person's own choice counts while they may
    switch.
    """
    site_settings = get_settings(membership.site)
    chosen = membership.chosen_style if privilege_allowed(membership, Privilege.CONSOLE_SWITCH) else ""
    style = ConsoleStyle(chosen or membership.console_style or site_settings.console_style)
    return style, list(membership.tab_order or site_settings.tab_order)


def list_session_types(site: Site) -> QuerySet[SessionType]:
    """Return the site's session types that can be chosen, in order."""
    types: QuerySet[SessionType] = SessionType.objects.filter(site=site, active=True).order_by("position", "id")
    return types


def list_tracking_codes(site: Site) -> QuerySet[TrackingCode]:
    """Return the site's tracking codes that are asked for, in order."""
    codes: QuerySet[TrackingCode] = TrackingCode.objects.filter(site=site, active=True).order_by("position", "id")
    return codes
