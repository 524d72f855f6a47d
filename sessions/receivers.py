"""What this app does when something happens in the apps below."""

from typing import Any

from accounts.signals import access_changed
from supportsite.core import wake
from supportsite.core.tenancy import get_site_by_id, list_sites, site_scope


def connect() -> None:
    """Connect."""
    access_changed.connect(recheck_sockets, dispatch_uid="sessions.recheck_sockets")


def recheck_sockets(sender: Any, *, site_id: int | None, user_id: int | None, **_: Any) -> None:
    """Have live sockets check their right to stay: of one site or (None) all, of one person or (None) everybody."""
    for site in [get_site_by_id(site_id)] if site_id is not None else list_sites():
        with site_scope(site):
            wake.wake(wake.group("access"), user=user_id)
