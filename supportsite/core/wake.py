"""Wake-ups: "session X has event 42", sent once the transaction has committed. They may be lost, and say nothing else.

The `type` is fixed here (Channels turns it into the consumer's method `wake`), and no client ever chooses a group.
"""

import re
from collections.abc import Iterable, Sequence
from typing import Any

import structlog
from asgiref.sync import async_to_sync
from channels.layers import get_channel_layer
from django.db import transaction
from redis.exceptions import RedisError

from supportsite.core.tenancy import current_site_id

log = structlog.get_logger(__name__)

SAFE = re.compile(r"[A-Za-z0-9_-]{1,40}")
KINDS = frozenset({"session", "endpoint", "console", "access", "inbox", "queue", "monitor"})


def group(kind: str, public_id: str = "all") -> str:
    """Return the name of a group of the current site. Raises ValueError for an unknown kind, a bad id or no site."""
    site_id = current_site_id()
    if kind not in KINDS or not SAFE.fullmatch(public_id) or not site_id:
        raise ValueError("no such group")
    return f"{kind}.{site_id}.{public_id}"


def session_group(public_id: str) -> str:
    """Return the group of all sockets of a support session."""
    return group("session", public_id)


def wake(group_name: str, **facts: Any) -> None:
    """Send `{"type": "wake", **facts}` to a group when the transaction commits (at once outside of one)."""
    wake_all([group_name], **facts)


def wake_all(group_names: Iterable[str], **facts: Any) -> None:
    """Send the same wake-up to several groups, with one way to the event loop and back."""
    if "type" in facts:
        raise ValueError("the type of a wake-up is fixed")
    names, message = list(group_names), {"type": "wake", **facts}
    transaction.on_commit(lambda: _send(names, message))


def _send(group_names: Sequence[str], message: dict[str, Any]) -> None:
    try:
        async_to_sync(_send_each)(group_names, message)
    except (RedisError, OSError) as error:
        # The rows are committed; sockets find them with their next heartbeat.
        log.warning("wake.lost", error=type(error).__name__)


async def _send_each(group_names: Sequence[str], message: dict[str, Any]) -> None:
    layer = get_channel_layer()
    for name in group_names:
        await layer.group_send(name, message)
