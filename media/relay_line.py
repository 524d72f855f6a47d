"""The line between the two sockets of a relay, which may be in different processes: Valkey's publish and subscribe.

A line of its own, never the channel layer: pictures must not wait behind events, nor events behind pictures. What is
published while nobody listens is lost, so both sides first tell each other that they listen.
"""

import asyncio
from collections.abc import AsyncIterator
from typing import Any
from weakref import WeakKeyDictionary

from django.conf import settings
from redis.asyncio import Redis

from media.relay_records import SOURCE, VIEWER
from supportsite.core import valkey

JOINED, ENDED, TEXT, PICTURE = b"j", b"e", b"t", b"p"
SUBSCRIBE_SECONDS = 3
HEALTH_SECONDS = 5

_clients: "WeakKeyDictionary[asyncio.AbstractEventLoop, Any]" = WeakKeyDictionary()


def _client() -> Any:
    """Return this loop's client; listening has no time limit, and a dead server is noticed by its own pings."""
    loop = asyncio.get_running_loop()
    if loop not in _clients:
        _clients[loop] = Redis.from_url(
            settings.REDIS_URL, socket_timeout=None, socket_connect_timeout=3, health_check_interval=HEALTH_SECONDS
        )
    return _clients[loop]


class RelayLine:
    """One side's end. Messages are a byte that says what they are, and the frame."""

    def __init__(self, relay_id: str, side: str) -> None:
        self._client = _client()
        self._subscription = self._client.pubsub()
        self._mine = _channel(relay_id, side)
        self._theirs = _channel(relay_id, SOURCE if side == VIEWER else VIEWER)

    async def open(self) -> None:
        """Listen, for certain. Raises TimeoutError."""
        await self._subscription.subscribe(self._mine)
        async with asyncio.timeout(SUBSCRIBE_SECONDS):
            while (message := await self._subscription.get_message(timeout=SUBSCRIBE_SECONDS)) is None:
                pass
        assert message["type"] == "subscribe"

    async def send(self, kind: bytes, frame: bytes = b"") -> bool:
        """Send to the other side; False where nobody listens."""
        return bool(await self._client.publish(self._theirs, kind + frame))

    async def messages(self) -> AsyncIterator[tuple[bytes, bytes]]:
        """Yield what the other side sends, as (kind, frame), until the line breaks."""
        async for message in self._subscription.listen():
            if message["type"] == "message":
                yield message["data"][:1], message["data"][1:]
            elif message["type"] == "subscribe":
                return  # the connection was lost and made anew: something may be missing

    async def close(self) -> None:
        """Listen no longer."""
        await self._subscription.aclose()


def _channel(relay_id: str, side: str) -> str:
    return valkey.key("relay-line", relay_id, side)
