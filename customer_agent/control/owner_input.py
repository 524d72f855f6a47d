"""Notices the owner's own hands: any raw pointer or key event that our injector did not just cause.

Injected events come from the XTEST devices too, and so do those of other programs (xdotool, or in tests the
customer's hand), so our own are matched by kind and number against what the injector announced.
"""

import logging
import threading
import time
from collections import deque
from collections.abc import Callable

import xcffib

from customer_agent.media.x11 import Waker, connect, wait_readable
from customer_agent.media.xi2 import KEY_REPEAT_FLAG, RawKind, XEvent, next_event, select_raw_events, xtest_devices

# How late an announced event may arrive: a busy computer delivers it seconds later, and an event of ours that were
# taken for the owner's would halt the CSR. Hands at real devices never come from XTEST, so a long wait hides none.
EXPECTED_SECONDS = 5.0

log = logging.getLogger(__name__)


class InjectionLedger:
    """Which events are ours. Thread-safe; `now` in seconds on the monotonic clock."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._expected: deque[tuple[float, RawKind, int]] = deque()
        self._down: dict[int, float | None] = {}

    def expect(self, kind: RawKind, detail: int, now: float) -> None:
        """Announce an event before it is injected."""
        with self._lock:
            self._expected.append((now, kind, detail))
            if kind is RawKind.KEY_PRESS:
                self._down[detail] = None
            elif kind is RawKind.KEY_RELEASE:
                # Repeats that the server made before the release may be read after it was announced.
                self._down[detail] = now

    def is_ours(self, kind: RawKind, detail: int, now: float, *, repeat: bool = False) -> bool:
        """Take an event from an XTEST device; True when it was announced, or repeats a key that we hold."""
        with self._lock:
            while self._expected and now - self._expected[0][0] > EXPECTED_SECONDS:
                self._expected.popleft()
            for index, (_, expected_kind, expected_detail) in enumerate(self._expected):
                if expected_kind is kind and (expected_detail == detail or kind is RawKind.MOTION):
                    del self._expected[index]
                    return True
            if not repeat or kind is not RawKind.KEY_PRESS or detail not in self._down:
                return False
            released_at = self._down[detail]
            return released_at is None or now - released_at <= EXPECTED_SECONDS


class OwnerInputWatcher:
    """Calls `noticed` (on its own thread) for the owner's input, and keeps when it was last, and when a key was."""

    KINDS = tuple(RawKind)

    def __init__(self, noticed: Callable[[], None], display: str | None = None) -> None:
        self._noticed = noticed
        self._connection = connect(display)
        self._xtest = xtest_devices(self._connection)
        select_raw_events(self._connection, self.KINDS)
        self._ledger = InjectionLedger()
        self._waker = Waker()
        self._stopped = threading.Event()
        self.last_at: float | None = None
        self.last_key_at: float | None = None
        self._thread = threading.Thread(target=self._run, name="owner-input", daemon=True)
        self._thread.start()

    def expect(self, kind: RawKind, detail: int) -> None:
        """Announce an event that is about to be injected. From the injector's thread."""
        self._ledger.expect(kind, detail, time.monotonic())

    def stop(self) -> None:
        """End. From any thread."""
        self._stopped.set()
        self._waker.wake()
        if threading.current_thread() is not self._thread:
            self._thread.join(2)

    def _run(self) -> None:
        try:
            while not self._stopped.is_set():
                while (event := next_event(self._connection)) is not None:
                    self._take(event)
                wait_readable(self._connection, self._waker, None)
        except xcffib.ConnectionException:
            return  # the display is gone, and its owner's hands with it
        finally:
            self._connection.disconnect()
            self._waker.close()

    def _take(self, event: XEvent) -> None:
        if event.raw_kind not in RawKind.__members__.values():
            return
        now = time.monotonic()
        repeat = bool(event.flags & KEY_REPEAT_FLAG)
        if event.source in self._xtest and self._ledger.is_ours(
            RawKind(event.raw_kind), event.detail, now, repeat=repeat
        ):
            return
        log.debug("not ours: %s from %d", RawKind(event.raw_kind).name, event.source)
        self.last_at = now
        if event.raw_kind == RawKind.KEY_PRESS:
            self.last_key_at = now
        self._noticed()
