"""Keeps input on the monitors of a grant that names some of them; an `InputClip`, used on the operator's thread."""

from collections.abc import Sequence
from typing import Any

import xcffib
import xcffib.xproto

from customer_agent.control.gate import Verdict
from customer_agent.media.geometry import Rect

POINTER_ROOT = 1


class MonitorClip:
    """`connection` is the injector's X connection, None on other systems: there only the pointer is kept."""

    def __init__(self, connection: Any, monitors: Sequence[Rect]) -> None:
        self._connection = connection
        self._monitors = list(monitors)

    def reach(self, x: int, y: int) -> None:
        """Nothing is to be raised on a desktop."""

    def may_touch(self, x: int, y: int, *, press: bool = False) -> Verdict:
        """Whether that place is on a granted monitor, for a press or a move."""
        del press
        inside = any(rect.x <= x < rect.right and rect.y <= y < rect.bottom for rect in self._monitors)
        return Verdict.PASS if inside else Verdict.OUTSIDE

    def may_drag(self, x: int, y: int) -> tuple[int, int] | None:
        """Where the pointer may go while a button is down: not off the granted monitors."""
        return (x, y) if self.may_touch(x, y) is Verdict.PASS else None

    def has_focus(self) -> bool:
        """Whether the focused window is on a granted monitor."""
        return self.may_type() is Verdict.PASS

    def may_type(self, keycode: int | None = None) -> Verdict:
        """Whether the window with the focus has its middle on a granted monitor."""
        middle = self._middle_of_focus()
        if middle is None or self.may_touch(*middle) is Verdict.PASS:
            return Verdict.PASS
        return Verdict.FOCUS

    def _middle_of_focus(self) -> tuple[int, int] | None:
        """Return the middle of the focused window; None without one, or where it is gone already."""
        if self._connection is None:
            return None
        core = self._connection.core
        root = self._connection.setup.roots[self._connection.pref_screen].root
        focus = core.GetInputFocus().reply().focus
        if focus in (0, root, POINTER_ROOT):
            pointer = core.QueryPointer(root).reply()
            return pointer.root_x, pointer.root_y
        try:
            size = core.GetGeometry(focus).reply()
            place = core.TranslateCoordinates(focus, root, size.width // 2, size.height // 2).reply()
        except xcffib.Error:
            return None
        return place.dst_x, place.dst_y
