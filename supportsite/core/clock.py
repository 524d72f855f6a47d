"""The only source of time, so that tests freeze and advance it instead of sleeping."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime, timedelta


class FrozenClock:
    """A clock that stands still until it is advanced."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def advance(self, *, seconds: float = 0, minutes: float = 0, hours: float = 0) -> datetime:
        """Move forward and return the new time."""
        self.at += timedelta(seconds=seconds, minutes=minutes, hours=hours)
        return self.at


_frozen: ContextVar[FrozenClock | None] = ContextVar("frozen_clock", default=None)


def now() -> datetime:
    """Return the current time in UTC, aware."""
    frozen = _frozen.get()
    return frozen.at if frozen else datetime.now(UTC)


def frozen() -> datetime | None:
    """Return the time at which the clock stands still, or None where it runs; for clocks outside of Python."""
    clock = _frozen.get()
    return clock.at if clock else None


@contextmanager
def frozen_clock(at: datetime | None = None) -> Iterator[FrozenClock]:
    """Freeze `now()` inside the block, for this context and what it calls."""
    clock = FrozenClock(at or datetime.now(UTC))
    token = _frozen.set(clock)
    try:
        yield clock
    finally:
        _frozen.reset(token)
