"""The clock of grants and ladders: grows always, also while the computer sleeps, and no date change moves it."""

import time
from collections.abc import Callable

Clock = Callable[[], float]

_BOOT_CLOCK: int | None = getattr(time, "CLOCK_BOOTTIME", None)


def now() -> float:
    """Return seconds since an arbitrary start; counts sleep too where the system can (Linux)."""
    if _BOOT_CLOCK is None:
        return time.monotonic()
    return time.clock_gettime(_BOOT_CLOCK)
