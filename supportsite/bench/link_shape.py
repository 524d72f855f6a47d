"""What an emulated link does to packets, each way on its own. Pure: the caller says what time it is, in seconds."""

import random
from collections import deque
from dataclasses import dataclass

QUEUE_SECONDS = 0.3  # of a drop-tail router
BITS = 8
ROUNDING_SECONDS = 1e-9


@dataclass(frozen=True, slots=True)
class LinkFigures:
    """One direction: delay and jitter in seconds, loss 0..1, rate in bit/s (None: unlimited); `up` False is a cut."""

    delay: float = 0.0
    jitter: float = 0.0
    loss: float = 0.0
    rate: float | None = None
    up: bool = True


LINKS = {
    "clean": LinkFigures(),
    "link1": LinkFigures(delay=0.020, loss=0.01, rate=4_000_000),
    "link2": LinkFigures(delay=0.075, loss=0.03, rate=1_000_000),
}


class Shaper:
    """One direction. Packets keep their order."""

    def __init__(self, figures: LinkFigures, seed: int = 1) -> None:
        self.figures = figures
        self.passed = self.lost = self.overflowed = self.passed_bytes = 0
        self._random = random.Random(seed)  # noqa: S311  the same losses in each run
        self._waiting: deque[tuple[float, bytes]] = deque()
        self._free_at = 0.0
        self._last_at = 0.0

    def offer(self, now: float, packet: bytes) -> None:
        """Take a packet from its sender; it may be lost here."""
        figures = self.figures
        if not figures.up or self._random.random() < figures.loss:
            self.lost += 1
            return
        leaves = now
        if figures.rate is not None:
            begins = max(now, self._free_at)
            if begins - now > QUEUE_SECONDS + ROUNDING_SECONDS:
                self.overflowed += 1
                return
            leaves = self._free_at = begins + len(packet) * BITS / figures.rate
        arrives = leaves + figures.delay + self._random.random() * figures.jitter
        self._last_at = max(arrives, self._last_at)
        self._waiting.append((self._last_at, packet))

    def due(self, now: float) -> list[bytes]:
        """Return the packets that have arrived by now."""
        arrived = []
        while self._waiting and self._waiting[0][0] <= now:
            packet = self._waiting.popleft()[1]
            arrived.append(packet)
            self.passed += 1
            self.passed_bytes += len(packet)
        return arrived

    @property
    def next_at(self) -> float | None:
        """When the next packet arrives, or None."""
        return self._waiting[0][0] if self._waiting else None
