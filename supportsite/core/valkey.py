"""The one synchronous connection pool to Valkey for limits and heartbeats."""

from functools import cache

from django.conf import settings
from redis import Redis

TIMEOUT_SECONDS = 3


@cache
def client() -> "Redis":
    """Return the process-wide client; answers are text."""
    return Redis.from_url(
        settings.REDIS_URL,
        decode_responses=True,
        socket_timeout=TIMEOUT_SECONDS,
        socket_connect_timeout=TIMEOUT_SECONDS,
        health_check_interval=30,
    )


def key(*parts: object) -> str:
    """Return a key below this installation's prefix."""
    return ":".join([settings.REDIS_PREFIX, *map(str, parts)])
