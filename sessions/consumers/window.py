"""How much a socket may have sent without acknowledgement, and how fast it may be spoken to. Pure."""

import asyncio
from collections import deque

WINDOW_BYTES = 256 * 1024
FRAMES_PER_SECOND = 50
FRAMES_BURST = 100


class Window:
    """Bytes sent and not yet acknowledged; the server never buffers without bound, whatever carries it."""

    def __init__(self, size: int = WINDOW_BYTES) -> None:
        self._size = size
        self._sent: deque[tuple[int, int]] = deque()
        self._bytes = 0
        self._room = asyncio.Event()
        self._room.set()

    def sent(self, seq: int, size: int) -> None:
        """Count an event of `size` bytes."""
        self._sent.append((seq, size))
        self._bytes += size
        if self._bytes >= self._size:
            self._room.clear()

    def acknowledged(self, seq: int) -> None:
        """Forget everything up to `seq`."""
        while self._sent and self._sent[0][0] <= seq:
            self._bytes -= self._sent.popleft()[1]
        if self._bytes < self._size:
            self._room.set()

    async def room(self, timeout_s: float) -> bool:
        """Wait until there is room; False after `timeout_s` without."""
        try:
            await asyncio.wait_for(self._room.wait(), timeout_s)
        except TimeoutError:
            return False
        return True


class Bucket:
    """A token bucket on a monotonic clock."""

    def __init__(self, rate: float = FRAMES_PER_SECOND, burst: float = FRAMES_BURST) -> None:
        self._rate, self._burst = rate, burst
        self._tokens, self._at = burst, 0.0

    def take(self, monotonic_s: float, cost: float = 1) -> bool:
        """Take `cost` tokens; False where there are not so many."""
        self._tokens = min(self._burst, self._tokens + max(0.0, monotonic_s - self._at) * self._rate)
        self._at = monotonic_s
        if self._tokens < cost:
            return False
        self._tokens -= cost
        return True
