"""How much a link carries now, from transport-wide feedback or, without it, from receiver reports. Pure.

Rates in bit/s, times in seconds on one monotonic clock that the caller reads. Each viewer's link has its own.
"""

import statistics
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

from customer_agent.media.twcc import Acked

MIN_RATE, MAX_RATE = 250_000.0, 60_000_000.0
START_RATE, NEAR_START_RATE = 1_000_000.0, 10_000_000.0
NEAR_ROUND_TRIP = 0.010  # a round trip like this is a local network's
BITS = 8

QUEUE_HIGH, QUEUE_LOW = 0.060, 0.025
QUEUE_BASE_SECONDS = 20.0
CUT = 0.88
MAX_PAUSE = 0.2
PAUSE_PART = 0.6
LOSS_WEIGHT = 0.02
LOSS_HIGH = 0.12
GROWTH_PER_ROUND_TRIP, MAX_GROWTH = 0.08, 0.8
QUEUE_NONE, MAX_GROWTH_WITHOUT_QUEUE = 0.010, 1.2
STARTUP_GROWTH = 6.0  # a second, until the link has said once that it is full
GROWTH_NEAR_CAPACITY = 0.3
CAPACITY_BELOW, CAPACITY_ABOVE = 0.85, 1.1
CAPACITY_SECONDS = 30.0
LIMITED_SECONDS = 0.25
HEADROOM = 1.7
TRAIN_HEADROOM = 1.2  # what a picture's packets came through at is the line's own word
LEAST_HEADROOM_OF = 300_000.0
WINDOW_SECONDS = 0.3
TRAIN_SECONDS, TRAIN_PACKETS = 0.005, 3
TRAIN_GAP_SECONDS, TRAIN_GAP_BITS = 0.002, 15_000  # packets of one picture follow each other at the pacer's rate
SILENCE_SECONDS, SILENCE_STEP, SILENCE_CUT = 0.8, 0.3, 0.75
REPORT_SPAN_SECONDS, REPORT_LOSS_HIGH, REPORT_QUEUE_HIGH, REPORT_CUT, REPORT_GROWTH = 0.8, 0.10, 0.100, 0.8, 1.2
STUCK_SECONDS = 2.0
CEILING_BELOW, CEILING_STEP, CEILING_SECONDS = 0.97, 0.4, 3.0


class ByteWindow:
    """Bits seen in the last `seconds`."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._items: deque[tuple[float, int]] = deque()
        self._bits = 0

    def add(self, at: float, size: int) -> None:
        """Count `size` bytes at a time; times do not go back by more than the window."""
        self._items.append((at, size * BITS))
        self._bits += size * BITS
        self.rate(at)

    def rate(self, now: float) -> float:
        """Return bit/s over the window that ends now."""
        while self._items and self._items[0][0] < now - self._seconds:
            self._bits -= self._items.popleft()[1]
        return self._bits / self._seconds


class Lowest:
    """The lowest value of the last `seconds`."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._values: deque[tuple[float, float]] = deque()

    def add(self, now: float, value: float) -> float:
        """Take a value; return the lowest."""
        while self._values and self._values[-1][1] >= value:
            self._values.pop()
        self._values.append((now, value))
        while self._values[0][0] < now - self._seconds:
            self._values.popleft()
        return self._values[0][1]


@dataclass(slots=True)
class Report:
    """What one receiver report (RFC 3550) says: packets lost so far, highest counter, round trip if known."""

    lost: int
    highest: int
    round_trip: float | None


class LinkEstimate:
    """The estimate `rate` and what it rests on: `queue`, `loss` (0..1), `round_trip` (None: unknown)."""

    def __init__(self, now: float, round_trip: float | None = None) -> None:
        near = round_trip is not None and round_trip < NEAR_ROUND_TRIP
        self.rate = NEAR_START_RATE if near else START_RATE
        self.queue = self.loss = 0.0
        self.round_trip = round_trip
        self.pause_until = 0.0
        self.has_feedback = False
        self.ceiling: float | None = None
        self._base, self._trips = Lowest(QUEUE_BASE_SECONDS), Lowest(QUEUE_BASE_SECONDS)
        self._received, self._sent = ByteWindow(WINDOW_SECONDS), ByteWindow(WINDOW_SECONDS)
        self._received_rate = self._train_rate = 0.0
        self._capacity: tuple[float, float] | None = None
        self._limited_at = self._cut_at = self._silence_at = self._ceiling_at = -1e9
        self._reported: tuple[float, Report] | None = None
        self._grown_at = now
        self._stuck_since: float | None = None
        self._started = False
        self._long_sent = ByteWindow(1.0)

    # What is sent

    def sent(self, now: float, size: int) -> None:
        """Note a packet that leaves."""
        self._sent.add(now, size)
        self._long_sent.add(now, size)

    def sending_rate(self, now: float) -> float:
        """Return what was sent in the last second."""
        return self._long_sent.rate(now)

    def limited(self, now: float) -> None:
        """Note that a packet had to wait for the pacer: more could be used if there were more."""
        self._limited_at = now

    # What comes back

    def feedback(self, now: float, acked: Sequence[Acked]) -> None:
        """Take one transport feedback message."""
        arrived = [(item.received_at, item) for item in acked if item.received_at is not None]
        for item in acked:
            self.loss += LOSS_WEIGHT * ((item.received_at is None) - self.loss)
        if not arrived:
            return
        self.has_feedback = True
        for at, item in arrived:
            self._received.add(at, item.size)
        self._received_rate = self._received.rate(arrived[-1][0])
        self._measure_train(arrived)
        offsets = [at - item.sent_at for at, item in arrived]
        lowest = self._base.add(now, min(offsets))
        self.queue = statistics.median(offsets) - lowest
        self.round_trip = self._trips.add(now, now - arrived[-1][1].sent_at)
        self._silence_at = now
        self._adapt(now, arrived[-1][1].sent_at)

    def _measure_train(self, arrived: list[tuple[float, Acked]]) -> None:
        """Read off how fast the packets of a picture came through: what the link carries while something is sent."""
        best, gap = 0.0, max(TRAIN_GAP_SECONDS, TRAIN_GAP_BITS / self.rate)
        first = 0
        for last in range(1, len(arrived) + 1):
            ends = last == len(arrived) or arrived[last][1].sent_at - arrived[last - 1][1].sent_at > gap
            if not ends:
                continue
            if last - first >= TRAIN_PACKETS:
                bits = sum(item.size for _, item in arrived[first + 1 : last]) * BITS
                best = max(best, bits / max(TRAIN_SECONDS, arrived[last - 1][0] - arrived[first][0]))
            first = last
        self._train_rate = best or self._train_rate * 0.98

    def _adapt(self, now: float, newest_sent_at: float) -> None:
        elapsed = min(0.3, max(0.0, now - self._grown_at))
        self._grown_at = now
        may_cut = newest_sent_at > self._cut_at
        if self._is_stuck(now):
            self._base = Lowest(QUEUE_BASE_SECONDS)
        elif self.queue > QUEUE_HIGH:
            if may_cut:
                self._cut(now, min(self.rate, CUT * self._received_rate))
                self.pause_until = now + min(PAUSE_PART * self.queue, MAX_PAUSE)
        elif self.loss > LOSS_HIGH:
            if may_cut:
                self._cut(now, max(self.rate * (1 - self.loss / 2), min(self.rate, 0.6 * self._received_rate)))
        elif self.queue < QUEUE_LOW and now - self._limited_at < LIMITED_SECONDS:
            self._grow(elapsed)

    def _is_stuck(self, now: float) -> bool:
        """Tell whether the delay stays high at the lowest rate: then it is the way that is longer, not a queue."""
        if self.queue <= QUEUE_HIGH or self.rate > MIN_RATE:
            self._stuck_since = None
        elif self._stuck_since is None:
            self._stuck_since = now
        elif now - self._stuck_since > STUCK_SECONDS:
            self._stuck_since = None
            return True
        return False

    def _cut(self, now: float, rate: float) -> None:
        self._capacity = (now, max(MIN_RATE, self._received_rate))
        self._started = True
        self._cut_at = now
        self.rate = max(MIN_RATE, rate)

    def _grow(self, elapsed: float) -> None:
        trip = max(0.001, self.round_trip or 0.1)
        fastest = MAX_GROWTH_WITHOUT_QUEUE if self.queue < QUEUE_NONE else MAX_GROWTH
        speed = min(fastest, GROWTH_PER_ROUND_TRIP / trip)
        if not self._started:
            speed = STARTUP_GROWTH
        elif self._capacity is not None:
            at, capacity = self._capacity
            if self._grown_at - at > CAPACITY_SECONDS or self.rate > capacity * CAPACITY_ABOVE:
                self._capacity = None
            elif self.rate > capacity * CAPACITY_BELOW:
                speed *= GROWTH_NEAR_CAPACITY
        used = max(self._received_rate, self._sent.rate(self._grown_at), LEAST_HEADROOM_OF)
        limit = max(self.rate, HEADROOM * used, TRAIN_HEADROOM * self._train_rate)
        self.rate = min(MAX_RATE, limit, self.rate * (1 + speed * elapsed))

    def tick(self, now: float, waiting_since: float | None) -> None:
        """Notice silence: packets are out and nothing is reported. Call it several times a second."""
        patience = SILENCE_SECONDS + (self.round_trip or 0.1)
        if waiting_since is None or not self.has_feedback or now - max(waiting_since, self._silence_at) < patience:
            return
        self._silence_at = now - patience + SILENCE_STEP
        self._started = True
        self._cut_at = now
        self.rate = max(MIN_RATE, min(self.rate, max(self.rate * SILENCE_CUT, 0.5 * self._received_rate)))

    # Receivers without transport-wide feedback

    def report(self, now: float, report: Report) -> None:
        """Take a receiver report; several are put together until they span 0.8 s. Feedback says more, once there."""
        if self.has_feedback:
            return
        if self._reported is None:
            self._reported = (now, report)
            return
        since, last = self._reported
        if now - since < REPORT_SPAN_SECONDS or report.highest == last.highest:
            return
        self._reported = (now, report)
        expected = max(1, (report.highest - last.highest) & 0xFFFFFFFF)
        self.loss = min(1.0, max(0, report.lost - last.lost) / expected)
        if report.round_trip is not None:
            self.round_trip = self._trips.add(now, report.round_trip)
            self.queue = report.round_trip - self.round_trip
        if self.loss > REPORT_LOSS_HIGH:
            self.rate = max(MIN_RATE, self.rate * (1 - self.loss / 2))
        elif self.queue > REPORT_QUEUE_HIGH:
            self.rate = max(MIN_RATE, self.rate * REPORT_CUT)
        elif self._limited_at > since:
            limit = max(self.rate, HEADROOM * max(self._long_sent.rate(now), LEAST_HEADROOM_OF))
            self.rate = min(MAX_RATE, limit, self.rate * REPORT_GROWTH)

    # The receiver's ceiling

    def remb(self, now: float, rate: float) -> None:
        """Take the receiver's own estimate. It is limited by what is sent, so only less than that says anything."""
        if rate < CEILING_BELOW * self._long_sent.rate(now) and now - self._ceiling_at >= CEILING_STEP:
            self._ceiling_at = now
            self.ceiling = max(MIN_RATE, rate)
        elif self.ceiling is not None and (rate > self.ceiling or now - self._ceiling_at > CEILING_SECONDS):
            self.ceiling = None

    @property
    def allowed(self) -> float:
        """Return the rate in force: the estimate, under the receiver's ceiling."""
        return self.rate if self.ceiling is None else min(self.rate, self.ceiling)

    @property
    def is_ceiling(self) -> bool:
        """Tell whether it is the receiver that holds the rate down."""
        return self.ceiling is not None and self.ceiling < self.rate
