"""What this app does when something happens in the apps below."""

from typing import Any

from accounts.signals import access_changed
from sessions.services.withdrawal import withdraw_access
from supportsite.core import wake
from supportsite.core.tenancy import get_site_by_id, list_sites, site_scope


def connect() -> None:
    """Connect."""
    access_changed.connect(follow_access, dispatch_uid="sessions.follow_access")


def follow_access(sender: Any, *, site_id: int | None, user_id: int | None, **_: Any) -> None:
    """Have sessions and live sockets follow: of one site or (None) all, of one person or (None) everybody."""
    for site in [get_site_by_id(site_id)] if site_id is not None else list_sites():
        with site_scope(site):
            withdraw_access(site, user_id=user_id)
            wake.wake(wake.group("access"), user=user_id)
