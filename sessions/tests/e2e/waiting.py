"""Waiting for conditions: tests say what must become true, never how long to sleep."""

import threading
import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")

# The machine that runs all this may be busy with other work; a promise in seconds is asserted apart from this.
PATIENCE_SECONDS = 30.0
_pause = threading.Event()


def until(condition: Callable[[], T], what: str, seconds: float = PATIENCE_SECONDS, step: float = 0.05) -> T:
    """Return the first truthy answer of `condition`; fail naming `what` after `seconds`."""
    deadline = time.monotonic() + seconds
    while True:
        answer = condition()
        if answer:
            return answer
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {seconds:g} s: {what} (last answer {answer!r})")
        _pause.wait(step)


def stays(condition: Callable[[], object], what: str, seconds: float, step: float = 0.05) -> None:
    """Hold that `condition` is true now and for `seconds`: for promises that something does not happen."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        assert condition(), f"did not hold for {seconds:g} s: {what}"
        _pause.wait(step)
