"""Limits against guessing support numbers and codes: per address, per site, overall, and a growing wait.

Wrong, expired and used look the same; the wait grows with each wrong try of an address. A right one does not
shorten it, else one number of one's own would free the way for guessing others.
"""

from supportsite.core import clock, valkey
from supportsite.core.errors import AppError
from supportsite.core.ratelimit import require

PER_ADDRESS = 10
PER_SITE = 60
OVERALL = 300
WINDOW_SECONDS = 60
FREE_FAILURES = 5
FIRST_WAIT_SECONDS = 5
LONGEST_WAIT_SECONDS = 3600
FORGET_SECONDS = 3600


def check_try(*, site_id: int, address: str, purpose: str = "join") -> None:
    """Count a try before it is judged. Raises AppError too_many_tries (429) with `retry_after_s`."""
    wait = _read_wait(site_id, address, purpose)
    if wait > 0:
        raise AppError("too_many_tries", status=429, retry_after_s=wait)
    for key, rate in (
        (f"{purpose}:address:{site_id}:{address}", PER_ADDRESS),
        (f"{purpose}:site:{site_id}", PER_SITE),
        (f"{purpose}:all", OVERALL),
    ):
        require(key, rate=rate, per_s=WINDOW_SECONDS, code="too_many_tries")


def record_failure(*, site_id: int, address: str, purpose: str = "join") -> None:
    """Note a wrong try; from the sixth on the address waits, twice as long each time."""
    client = valkey.client()
    key = _key(site_id, address, purpose)
    failures = int(client.hincrby(key, "failures", 1))
    if failures > FREE_FAILURES:
        wait = min(FIRST_WAIT_SECONDS * 2 ** (failures - FREE_FAILURES - 1), LONGEST_WAIT_SECONDS)
        client.hset(key, "until", f"{clock.now().timestamp() + wait:.3f}")
    client.expire(key, FORGET_SECONDS)


def _read_wait(site_id: int, address: str, purpose: str) -> int:
    until = valkey.client().hget(_key(site_id, address, purpose), "until")
    if until is None:
        return 0
    return max(0, round(float(str(until)) - clock.now().timestamp() + 0.5))


def _key(site_id: int, address: str, purpose: str) -> str:
    return valkey.key("wrong", purpose, site_id, address)
