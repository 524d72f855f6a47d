"""Rectangles of the screen, in pixels of the X root (or of the virtual desktop elsewhere)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Self


@dataclass(frozen=True, slots=True)
class Rect:
    """A rectangle; `x` and `y` may be negative on other systems than X."""

    x: int
    y: int
    width: int
    height: int

    @property
    def right(self) -> int:
        """One past the last column."""
        return self.x + self.width

    @property
    def bottom(self) -> int:
        """One past the last row."""
        return self.y + self.height

    @property
    def area(self) -> int:
        """Number of pixels."""
        return self.width * self.height

    def intersection(self, other: Self) -> "Rect | None":
        """Return the common part, or None where there is none."""
        left, top = max(self.x, other.x), max(self.y, other.y)
        right, bottom = min(self.right, other.right), min(self.bottom, other.bottom)
        return Rect(left, top, right - left, bottom - top) if left < right and top < bottom else None

    def moved(self, dx: int, dy: int) -> "Rect":
        """Return the rectangle elsewhere."""
        return Rect(self.x + dx, self.y + dy, self.width, self.height)

    def point_at(self, unit_x: float, unit_y: float) -> tuple[int, int]:
        """Return the pixel of this rectangle at coordinates 0..1; 1 is its last pixel."""
        x = self.x + min(self.width - 1, max(0, int(unit_x * self.width)))
        y = self.y + min(self.height - 1, max(0, int(unit_y * self.height)))
        return x, y


@dataclass(frozen=True, slots=True)
class Monitor:
    """One monitor; numbers begin at 1 in the order of the system; `scale` is pixels per logical pixel."""

    number: int
    rect: Rect
    primary: bool
    scale: float = 1.0


def bounding_box(rects: Iterable[Rect]) -> Rect:
    """Return the smallest rectangle around all. Raises ValueError for none."""
    boxes = list(rects)
    left, top = min(box.x for box in boxes), min(box.y for box in boxes)
    return Rect(left, top, max(box.right for box in boxes) - left, max(box.bottom for box in boxes) - top)


def shared_area(monitors: Sequence[Monitor], wanted: Sequence[int]) -> Rect:
    """Return the area of the wanted monitors (none named: all), cropped to even sides as 4:2:0 needs.

    Raises ValueError when a wanted monitor does not exist.
    """
    numbers = set(wanted) or {monitor.number for monitor in monitors}
    chosen = [monitor.rect for monitor in monitors if monitor.number in numbers]
    if len(chosen) != len(numbers):
        raise ValueError("no such monitor")
    box = bounding_box(chosen)
    return Rect(box.x, box.y, box.width & ~1, box.height & ~1)


def even_box(box: Rect, limit: Rect) -> Rect:
    """Grow `box` to even corners inside `limit` (whose sides are even); both relative to the shared area."""
    left, top = box.x & ~1, box.y & ~1
    right, bottom = min(limit.right, (box.right + 1) & ~1), min(limit.bottom, (box.bottom + 1) & ~1)
    return Rect(left, top, right - left, bottom - top)
