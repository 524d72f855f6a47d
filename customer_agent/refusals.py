"""Counts what was dropped because it was not granted, and reports the sums every few seconds."""

import threading
from collections import Counter

from customer_agent import clock

REPORT_SECONDS = 5.0
MAX_REASON = 40


class Refusals:
    """A thread-safe count by reason."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._counts: Counter[str] = Counter()
        self._reported_at = clock.now()

    def count(self, reason: str) -> None:
        """Count one dropped message."""
        with self._lock:
            self._counts[reason[:MAX_REASON]] += 1

    def due(self, now: float) -> list[tuple[str, int]]:
        """Return what is to be reported at `now` (seconds of `clock.now`): nothing most of the time."""
        if now - self._reported_at < REPORT_SECONDS:
            return []
        self._reported_at = now
        return self.take()

    def take(self) -> list[tuple[str, int]]:
        """Return what was counted since the last call."""
        with self._lock:
            counts, self._counts = self._counts, Counter()
        return sorted(counts.items())
