"""Whether a question stands on the screen: while it does, and a little longer, no remote input is carried out."""

import threading
import time

from customer_agent import clock


class InputHold:
    """Knows whether a question is on the screen, and since when none is. Thread-safe; seconds of time.monotonic."""

    def __init__(self, now: clock.Clock = time.monotonic) -> None:
        self._now = now
        self._lock = threading.Lock()
        self._open: set[str] = set()
        self._closed_at: float | None = None

    def opened(self, request: str) -> None:
        """Hold from now on; called before the window appears."""
        with self._lock:
            self._open.add(request)

    def closed(self, request: str) -> None:
        """Note that the window is gone; the gate holds a little longer."""
        with self._lock:
            if request in self._open:
                self._open.discard(request)
                self._closed_at = self._now()

    def state(self) -> tuple[bool, float | None]:
        """Return whether a question is open, and when the last one closed."""
        with self._lock:
            return bool(self._open), self._closed_at
