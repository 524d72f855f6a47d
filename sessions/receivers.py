"""What this app does when something happens in the apps below."""

from typing import Any

from accounts.signals import access_changed
from supportsite.core import wake
from supportsite.core.tenancy import get_site_by_id, site_scope


def connect() -> None:
    """Connect."""
    access_changed.connect(recheck_sockets, dispatch_uid="sessions.recheck_sockets")


def recheck_sockets(sender: Any, *, site_id: int, user_id: int | None, **_: Any) -> None:
    """Have the site's live sockets check their right to stay; `user_id` None means everybody's."""
    with site_scope(get_site_by_id(site_id)):
        wake.wake(wake.group("access"), user=user_id)
