"""Keeps input inside the windows of an application grant on Windows and macOS (`backend.InputClip`).

There is no server grab there: check and event are two steps. Never run on those systems.
"""

import time
from collections.abc import Callable, Collection

from customer_agent.control.gate import Verdict
from customer_agent.media.window_desk import WindowDesk

RAISE_SECONDS = 0.3
RAISE_CHECK_SECONDS = 0.02


class DeskClip:
    """Belongs to the injector's thread."""

    def __init__(self, desk: WindowDesk, members: Callable[[], Collection[int]]) -> None:
        self._desk, self._members = desk, members

    def reach(self, x: int, y: int) -> None:
        """Bring the shared window that the picture shows at a place to the top, when another program's covers it."""
        if self._may(x, y):
            return
        members = list(self._members())
        # `look` has the lowest first, and its rectangles are the picture's.
        inside = [
            item.window
            for item in self._desk.look(members)
            if item.rect and item.rect.x <= x < item.rect.right and item.rect.y <= y < item.rect.bottom
        ]
        if not inside:
            return
        self._desk.bring_up(inside[-1])
        until = time.monotonic() + RAISE_SECONDS
        while not self._may(x, y) and time.monotonic() < until:
            time.sleep(RAISE_CHECK_SECONDS)

    def _may(self, x: int, y: int) -> bool:
        return self._desk.window_at(x, y) in self._members()

    def may_touch(self, x: int, y: int, *, press: bool = False) -> Verdict:
        """Whether the topmost window there is shared."""
        return Verdict.PASS if self._may(x, y) else Verdict.OUTSIDE

    def may_drag(self, x: int, y: int) -> tuple[int, int] | None:
        """Where the pointer may go while a button is down."""
        return (x, y) if self._may(x, y) else None

    def has_focus(self) -> bool:
        """Whether the focus is in a shared window."""
        return self._desk.focused() in self._members()

    def may_type(self, keycode: int | None = None) -> Verdict:
        """Whether the focus is in a shared window."""
        return Verdict.PASS if self.has_focus() else Verdict.FOCUS
