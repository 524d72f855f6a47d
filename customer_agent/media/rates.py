"""What the encoder may do at a rate, by the session's option; whose pictures go together. Pure.

Every picture is held under a size that leaves in a set time at the link's rate (`window`). How many pictures go is
nobody's choice: the next is made when the last has left. So a long window gives few sharp pictures, a short one many.
"""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

Mode = Literal["standard", "sampling"]

MIN_PICTURE_BITS = 24_000
MAX_PICTURE_BITS = 8_000_000
# What a moving picture may have for all its viewers together on links that carry more. Packets cost the processor;
# without this a machine that is short of it makes fewer, thus more different, thus bigger pictures, and fewer still.
MOVING_BITS, LEAST_MOVING_BITS = 480_000, 120_000
FRAMES_PER_SECOND = 60


@dataclass(frozen=True, slots=True)
class Limits:
    """Limits of the encoder: constant rate factor, and what one picture may have at most, key frames too."""

    crf: int
    picture_bits: int
    by_link: bool = False  # a faster link would have more


@dataclass(frozen=True, slots=True)
class _Option:
    crf: int
    window: float


# Sharp first: up to 0.14 s on the line for a picture. Fast first: two refreshes of a viewer's screen.
OPTIONS: dict[Mode, _Option] = {"standard": _Option(crf=21, window=0.14), "sampling": _Option(crf=24, window=0.035)}


def limits_of(rate: float, mode: Mode, *, resting: bool = False, viewers: int = 1) -> Limits:
    """Return the limits for a link of `rate` bit/s. A resting picture is sharpened in big steps, in every mode."""
    moving = mode == "sampling" and not resting
    most = max(LEAST_MOVING_BITS, MOVING_BITS / max(1, viewers)) if moving else MAX_PICTURE_BITS
    carried = rate * OPTIONS["standard" if resting else mode].window
    return Limits(OPTIONS[mode].crf, int(min(most, max(MIN_PICTURE_BITS, carried))), by_link=carried < most)


class Motion:
    """Chooses the mode by what moves: the time within the last second in which much changed again and again."""

    MUCH = 0.1  # of the picture
    GAP_SECONDS = 0.35
    FAST_SECONDS, SLOW_SECONDS = 0.6, 0.2

    def __init__(self) -> None:
        self.mode: Mode = "standard"
        self._moves: deque[tuple[float, float]] = deque()
        self._last = -1e9

    def changed(self, now: float, share: float) -> None:
        """Note that a share 0..1 of the picture changed."""
        if share >= self.MUCH:
            gap = now - self._last
            if gap <= self.GAP_SECONDS:
                self._moves.append((now, gap))
            self._last = now
        self.look(now)

    def look(self, now: float) -> Mode:
        """Return the mode that fits now."""
        while self._moves and self._moves[0][0] < now - 1.0:
            self._moves.popleft()
        moving = sum(gap for _, gap in self._moves)
        if moving >= self.FAST_SECONDS:
            self.mode = "sampling"
        elif moving < self.SLOW_SECONDS:
            self.mode = "standard"
        return self.mode


# Viewers whose links differ much do not get the same pictures.
ENOUGH_RATE = 6_000_000.0  # more than this is hardly ever wanted: links above it do not differ
APART, TOGETHER = 3.0, 2.0
HOLDING_UP_SECONDS = 0.15  # waited for the line, of each second: a slow viewer of small pictures holds nobody up
SHORT_OF_CPU_PART = 0.6  # of an encoding's time; less was spent on it: the processor was busy with something else
FAR_ROUND_TRIP = 0.03


def may_part(waited: float, round_trip: float | None, *, short_of_cpu: bool) -> bool:
    """Tell whether a slower viewer may get pictures of its own. A second encoder makes a busy machine slower still.

    A processor that is short makes any way look slow; only a long way is slow by itself all the same.
    """
    return waited >= HOLDING_UP_SECONDS and (not short_of_cpu or (round_trip or 0.0) >= FAR_ROUND_TRIP)


def choose_rungs(rates: Sequence[float], current: Sequence[int]) -> list[int]:
    """Return the rung of each viewer: 0 with the fastest, 1 for those a third as fast or slower (until half)."""
    if not rates:
        return []
    wanted = [min(rate, ENOUGH_RATE) for rate in rates]
    fastest = max(wanted)
    return [int(rate * (TOGETHER if rung else APART) < fastest) for rate, rung in zip(wanted, current, strict=True)]
