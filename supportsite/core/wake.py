"""Wake-ups: "session X has event 42", sent once the transaction has committed. They may be lost, and say nothing else.

The `type` is fixed here (Channels turns it into the consumer's method `wake`), and no client ever chooses a group.
"""

import re
from typing import Any

import structlog
from asgiref.sync import async_to_sync
from channels.layers import get_channel_layer
from django.db import transaction
from redis.exceptions import RedisError

from supportsite.core.tenancy import current_site_id

log = structlog.get_logger(__name__)

SAFE = re.compile(r"[A-Za-z0-9_-]{1,40}")
KINDS = frozenset({"session", "endpoint", "console", "access"})


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
    if "type" in facts:
        raise ValueError("the type of a wake-up is fixed")
    message = {"type": "wake", **facts}
    transaction.on_commit(lambda: _send(group_name, message))


def wake_session(public_id: str, seq: int) -> None:
    """Tell the sockets of a session that its log has reached `seq`."""
    wake(session_group(public_id), session=public_id, seq=seq)


def _send(group_name: str, message: dict[str, Any]) -> None:
    try:
        async_to_sync(get_channel_layer().group_send)(group_name, message)
    except (RedisError, OSError) as error:
        # The rows are committed; sockets find them with their next heartbeat.
        log.warning("wake.lost", error=type(error).__name__)
