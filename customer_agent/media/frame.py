"""Where on the screen the picture of shared windows is: it follows them, and changes its size seldom.

A new size costs a new encoder and a key frame. So the picture moves with the windows, grows at once for a dialog or
a menu that sticks out, with some room when it grows again and again (a window being resized), and shrinks late.
"""

from customer_agent.media.geometry import Rect, bounding_box

GROWS_AGAIN_SECONDS = 3.0
ROOM = 96
SHRINK_AFTER_SECONDS = 5.0


def contains(outer: Rect, inner: Rect) -> bool:
    """Whether `inner` lies wholly in `outer`."""
    return outer.x <= inner.x and outer.y <= inner.y and inner.right <= outer.right and inner.bottom <= outer.bottom


def _even(box: Rect) -> Rect:
    return Rect(box.x, box.y, (box.width + 1) & ~1, (box.height + 1) & ~1)


class Frame:
    """The picture's rectangle on the screen, in pixels, with even sides. Times are of the caller's clock."""

    def __init__(self, screen: Rect) -> None:
        # A window may stick out of the screen, but not so far that its picture were too large to encode.
        self._limit = Rect(screen.x - screen.width // 2, screen.y - screen.height // 2, *_double(screen))
        self._box: Rect | None = None  # relative to the anchor
        self._needed: Rect | None = None
        self._anchor = (screen.x, screen.y)
        self._grown_at = float("-inf")
        self._same_since = float("-inf")

    @property
    def area(self) -> Rect:
        """The picture's rectangle."""
        box = self._box or Rect(0, 0, 2, 2)
        return box.moved(*self._anchor)

    def follow(self, main: Rect, everything: Rect, now: float) -> None:
        """Fit the rectangle around `everything`; it moves as `main`, the box of the chosen windows, does."""
        visible = everything.intersection(self._limit)
        if visible is None:
            return
        self._anchor = (main.x, main.y)
        needed = _even(visible.moved(-main.x, -main.y))
        if needed != self._needed:
            self._needed, self._same_since = needed, now
        if self._box is None:
            self._box = needed
        elif not contains(self._box, needed):
            box = bounding_box([self._box, needed])
            if now - self._grown_at < GROWS_AGAIN_SECONDS:
                box = self._with_room(box, self._box)
            self._box, self._grown_at = _even(box), now

    def shrink(self, now: float) -> bool:
        """Give unused room back when nothing changed for a while; True when that was done."""
        due = self.due
        if due is None or now < due or self._needed is None:
            return False
        self._box = self._needed
        return True

    @property
    def due(self) -> float | None:
        """When `shrink` has something to do, or None."""
        return None if self._box == self._needed else self._same_since + SHRINK_AFTER_SECONDS

    @staticmethod
    def _with_room(box: Rect, before: Rect) -> Rect:
        """Add room on the sides that grew."""
        left = box.x - ROOM * (box.x < before.x)
        top = box.y - ROOM * (box.y < before.y)
        right = box.right + ROOM * (box.right > before.right)
        bottom = box.bottom + ROOM * (box.bottom > before.bottom)
        return Rect(left, top, right - left, bottom - top)


def _double(screen: Rect) -> tuple[int, int]:
    return screen.width * 2, screen.height * 2
