"""When a packet may leave, and which repairs are worth it. Pure: the caller says what time it is, in seconds.

A bucket holds time, not bytes: `ready_at` is when the line that it imitates is free again.
"""

from collections import deque
from dataclasses import dataclass

BITS = 8
BURST_SECONDS = 0.004
FAST, CAREFUL = 1.25, 1.0  # of the estimate: faster, so that the estimate can be found too low
QUEUE_CAREFUL = 0.025
REPAIR_PART = 0.7
REPAIR_AGAIN_PART = 0.6  # of a round trip
MAX_REPAIR_SECONDS = 0.5
DEFAULT_ROUND_TRIP = 0.1
RECENT_REPAIRS = 512


class Bucket:
    """A line of a given rate that lets `burst` seconds through at once."""

    def __init__(self, burst: float = BURST_SECONDS) -> None:
        self._burst = burst
        self._free_at = 0.0

    def wait(self, now: float) -> float:
        """Return the seconds until the next packet may leave; 0 for now."""
        return max(0.0, self._free_at - self._burst - now)

    def backlog(self, now: float) -> float:
        """Return how many seconds of what was taken the line still needs."""
        return max(0.0, self._free_at - now)

    def take(self, now: float, size: int, rate: float) -> None:
        """Put `size` bytes on the line at `rate` bit/s."""
        self._free_at = max(self._free_at, now) + size * BITS / rate

    def hold(self, until: float) -> None:
        """Let nothing leave before a time."""
        self._free_at = max(self._free_at, until + self._burst)


def pacing_rate(estimate: float, queue: float) -> float:
    """Return the rate of leaving packets."""
    return estimate * (CAREFUL if queue > QUEUE_CAREFUL else FAST)


@dataclass(slots=True)
class _Repair:
    number: int
    size: int


class Repairs:
    """Lost packets to send again, by sequence number; at most 0.5 s of them, and none twice in 0.6 round trips."""

    def __init__(self) -> None:
        self._queue: deque[_Repair] = deque()
        self._bytes = 0
        self._sent_at: dict[int, float] = {}

    def __len__(self) -> int:
        return len(self._queue)

    @property
    def size(self) -> int:
        """Return the bytes that wait."""
        return self._bytes

    def ask(self, now: float, number: int, size: int, round_trip: float | None) -> bool:
        """Queue a packet; False when it waits already or was sent too lately to be missed again."""
        again = REPAIR_AGAIN_PART * (round_trip or DEFAULT_ROUND_TRIP)
        if now - self._sent_at.get(number, -1e9) < again or any(item.number == number for item in self._queue):
            return False
        self._queue.append(_Repair(number, size))
        self._bytes += size
        return True

    def too_many(self, rate: float) -> bool:
        """Tell whether a key frame is quicker than what waits."""
        return self._bytes * BITS > MAX_REPAIR_SECONDS * REPAIR_PART * rate

    def clear(self) -> None:
        """Forget all: a key frame makes them useless."""
        self._queue.clear()
        self._bytes = 0

    def next(self, now: float) -> int:
        """Return the next packet's number and note it as sent. Raises IndexError when none waits."""
        item = self._queue.popleft()
        self._bytes -= item.size
        self._sent_at.pop(item.number, None)
        self._sent_at[item.number] = now
        if len(self._sent_at) > RECENT_REPAIRS:
            del self._sent_at[next(iter(self._sent_at))]
        return item.number
