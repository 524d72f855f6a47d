"""The figures of the last second that viewers are told, and what limited the picture in it."""

from typing import Literal

from customer_agent.media.engine import EngineCounters
from customer_agent.media.rates import SHORT_OF_CPU_PART, Mode
from customer_agent.media.viewer_link import ViewerLink
from supportsite.protocol.channel import Quality

CPU_LIMITED_ENCODE_SECONDS = 1 / 40
STILL_PICTURES = 5
WAITING_PART = 0.25  # of the time: the line was what the next picture waited for
BOUNDED_PART = 0.25  # of the pictures

Limit = Literal["nothing", "cpu", "link", "viewer", "still"]


class QualityMeter:
    """Reads the engine's counters once a second, then gives each viewer its message."""

    def __init__(self, counters: EngineCounters) -> None:
        self._counters = counters
        self._at: float | None = None
        self._pictures = self._bounded = self._sent = 0
        self._encode_seconds = self._encode_cpu_seconds = 0.0
        self._seconds = 1.0
        self._new = self._new_bounded = self._new_sent = 0
        self._spent = self._spent_cpu = 0.0

    def read(self, now: float) -> None:
        """Take the counters."""
        counters = self._counters
        self._seconds = max(0.001, now - self._at) if self._at is not None else 1.0
        self._new = counters.pictures - self._pictures
        self._new_bounded = counters.bounded - self._bounded
        self._new_sent = counters.sent_bytes - self._sent
        self._spent = counters.encode_seconds - self._encode_seconds
        self._spent_cpu = counters.encode_cpu_seconds - self._encode_cpu_seconds
        self._pictures, self._bounded, self._sent = counters.pictures, counters.bounded, counters.sent_bytes
        self._at, self._encode_seconds = now, counters.encode_seconds
        self._encode_cpu_seconds = counters.encode_cpu_seconds

    @property
    def short_of_cpu(self) -> bool:
        """Whether encoding mostly waited for the processor in the last second."""
        return self._spent_cpu < SHORT_OF_CPU_PART * self._spent

    def message(self, mode: Mode, peer: ViewerLink) -> Quality:
        """Return what to tell one viewer."""
        estimate = peer.way_out.estimate
        trip = estimate.round_trip
        return Quality(
            frames_per_second=round(self._new / self._seconds, 1),
            kbit_per_second=round(self._new_sent * 8 / 1000 / self._seconds, 1),
            encode_ms=round(self._spent / self._new * 1000, 2) if self._new else 0.0,
            limited_by=self._limit(peer),
            mode=mode,
            estimate_kbit=round(estimate.allowed / 1000, 1),
            queue_ms=round(estimate.queue * 1000, 1),
            loss=round(min(1.0, estimate.loss), 4),
            rtt_ms=None if trip is None else round(trip * 1000, 1),
        )

    def _limit(self, peer: ViewerLink) -> Limit:
        if self._new < STILL_PICTURES:
            return "still"
        if peer.track.waited > WAITING_PART * self._seconds or self._new_bounded > BOUNDED_PART * self._new:
            return "viewer" if peer.way_out.estimate.is_ceiling else "link"
        return "cpu" if self._spent / self._new > CPU_LIMITED_ENCODE_SECONDS else "nothing"
