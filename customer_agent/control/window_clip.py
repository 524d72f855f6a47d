"""Keeps input inside the windows of an application grant on X11 (`backend.InputClip`).

Asked through the injector's own connection under its server grab: between the answer and the event nothing can slip
under the pointer, take the focus or be grabbed.
"""

import platform
import select
import time
from collections.abc import Callable, Collection
from contextlib import suppress
from typing import Any

import xcffib
import xcffib.xproto

from customer_agent.control.backend import ClipFactory, InputClip
from customer_agent.control.desk_clip import DeskClip
from customer_agent.control.gate import Verdict
from customer_agent.media.geometry import Rect
from customer_agent.media.window_desk import open_desk
from customer_agent.media.window_reader import VIEWABLE, WindowReader
from customer_agent.media.x11 import DisplayError, screen_of

RAISE_SECONDS = 0.4
MAX_DEPTH = 32
NO_WINDOW, POINTER_ROOT = 0, 1
BY_PAGER = 2  # asked for by a user's tool: window managers obey
MODIFIER_MASK = 0xFF


class WindowClip:
    """Belongs to the injector's thread. `members` gives the windows that are shared now (`WindowCapture.members`)."""

    def __init__(self, connection: Any, members: Callable[[], Collection[int]]) -> None:
        self._connection, self._core = connection, connection.core
        self._reader = WindowReader(connection)
        self._members = members
        screen = screen_of(connection)
        self._screen = Rect(0, 0, screen.width_in_pixels, screen.height_in_pixels)
        self._touched: int | None = None

    # The pointer

    def reach(self, x: int, y: int) -> None:
        """Bring the shared window that the picture shows at a place to the top, when another program's covers it."""
        if self._member_at(x, y) is not None or (window := self._highest_at(x, y)) is None:
            return
        until = time.monotonic() + RAISE_SECONDS
        self._watch_stacking(on=True)
        self._raise(window)
        while self._member_at(x, y) is None and (left := until - time.monotonic()) > 0:
            self._wait_for_event(left)  # the window manager does it, or does not
        self._watch_stacking(on=False)

    def _watch_stacking(self, *, on: bool) -> None:
        """Hear of windows that are raised or lowered, or no longer; nobody else reads this connection's events."""
        mask = xcffib.xproto.EventMask.SubstructureNotify if on else xcffib.xproto.EventMask.NoEvent
        self._core.ChangeWindowAttributes(self._reader.root, xcffib.xproto.CW.EventMask, [mask])
        if not on:
            self._core.GetInputFocus().reply()
            while self._next_event() is not None:
                pass

    def _wait_for_event(self, seconds: float) -> None:
        self._connection.flush()
        if self._next_event() is None:
            select.select([self._connection.get_file_descriptor()], [], [], seconds)

    def _next_event(self) -> Any:
        while True:
            with suppress(xcffib.Error):
                return self._connection.poll_for_event()

    def may_touch(self, x: int, y: int, *, press: bool = False) -> Verdict:
        """Whether the topmost window there is shared, and for a press: whether no other program has the pointer."""
        member = self._member_at(x, y)
        if member is None:
            return Verdict.OUTSIDE
        if press:
            self._touched = member
            if not self._pointer_is_free():
                return Verdict.OUTSIDE
        return Verdict.PASS

    def may_drag(self, x: int, y: int) -> tuple[int, int] | None:
        """Where the pointer may go while a button is down: there, else the nearest place of the window it began in."""
        if self._member_at(x, y) is not None:
            return x, y
        rect = None if self._touched is None else self._reader.rect(self._touched)
        inside = None if rect is None else rect.intersection(self._screen)
        if inside is None:
            return None
        near = (min(max(x, inside.x), inside.right - 1), min(max(y, inside.y), inside.bottom - 1))
        return near if self._member_at(*near) is not None else None

    def _member_at(self, x: int, y: int) -> int | None:
        """Return the shared window that an event at a place would reach."""
        if not (self._screen.x <= x < self._screen.right and self._screen.y <= y < self._screen.bottom):
            return None  # XTEST would move it to the screen's edge
        members, window = set(self._members()), self._reader.root
        with suppress(xcffib.Error):
            for _ in range(MAX_DEPTH):
                window = self._core.TranslateCoordinates(self._reader.root, window, x, y).reply().child
                if window == NO_WINDOW or window in members:
                    return window or None
        return None

    def _highest_at(self, x: int, y: int) -> int | None:
        """Return the highest shared window, other than menus, that has a place inside."""
        order = {top: index for index, top in enumerate(self._reader.children(self._reader.root))}
        found: list[tuple[int, int]] = []
        for window in self._members():
            rect, attributes = self._reader.rect(window), self._reader.attributes(window)
            if rect is None or attributes is None or attributes.override_redirect:
                continue
            if rect.intersection(Rect(x, y, 1, 1)) and attributes.map_state == VIEWABLE:
                found.append((order.get(self._reader.top_level(window) or 0, -1), window))
        return max(found)[1] if found else None

    def _raise(self, window: int) -> None:
        reader = self._reader
        if not reader.has_manager():
            above = [xcffib.xproto.StackMode.Above]
            with suppress(xcffib.Error):
                self._core.ConfigureWindowChecked(window, xcffib.xproto.ConfigWindow.StackMode, above).check()
            return
        make_data: Any = xcffib.xproto.ClientMessageData.synthetic
        make_message: Any = xcffib.xproto.ClientMessageEvent.synthetic
        data = make_data([BY_PAGER, xcffib.CurrentTime, 0, 0, 0], "I" * 5)
        message = make_message(32, window, reader.atom("_NET_ACTIVE_WINDOW"), data)
        mask = xcffib.xproto.EventMask.SubstructureNotify | xcffib.xproto.EventMask.SubstructureRedirect
        with suppress(xcffib.Error):
            self._core.SendEventChecked(0, reader.root, mask, message.pack()).check()

    # Grabs: who has the pointer or the keyboard gets the events, whatever window is there

    def _pointer_is_free(self) -> bool:
        """Whether no other program has the pointer. Grabbed where it is, nobody hears of the trial."""
        window = self._reader.root
        with suppress(xcffib.Error):
            while child := self._core.QueryPointer(window).reply().child:
                window = child
            modes = (xcffib.xproto.GrabMode.Async, xcffib.xproto.GrabMode.Async)
            answer = self._core.GrabPointer(1, window, 0, *modes, NO_WINDOW, NO_WINDOW, xcffib.CurrentTime).reply()
            if answer.status == xcffib.xproto.GrabStatus.Success:
                self._core.UngrabPointer(xcffib.CurrentTime)
                return True
        return self._menu_is_open()

    def _keyboard_is_free(self, focus: int) -> bool:
        modes = (xcffib.xproto.GrabMode.Async, xcffib.xproto.GrabMode.Async)
        with suppress(xcffib.Error):
            answer = self._core.GrabKeyboard(1, focus, xcffib.CurrentTime, *modes).reply()
            if answer.status == xcffib.xproto.GrabStatus.Success:
                self._core.UngrabKeyboard(xcffib.CurrentTime)
                return True
        return self._menu_is_open()

    def _menu_is_open(self) -> bool:
        """Whether a shared window's menu is open: then the grab is its own."""
        seen = [self._reader.attributes(window) for window in self._members()]
        return any(item is not None and item.override_redirect and item.map_state == VIEWABLE for item in seen)

    # Keys

    def has_focus(self) -> bool:
        """Whether the focus is in a shared window."""
        return self._focus() is not None

    def may_type(self, keycode: int | None = None) -> Verdict:
        """Whether the focus is in a shared window, and the key reaches it and no other program."""
        focus = self._focus()
        if focus is None or (focus != POINTER_ROOT and not self._keyboard_is_free(focus)):
            return Verdict.FOCUS
        if keycode is not None and self._is_shortcut(keycode):
            return Verdict.OUTSIDE
        return Verdict.PASS

    def _focus(self) -> int | None:
        """Return the window with the focus if it is a shared one, or in one."""
        focus: int = self._core.GetInputFocus().reply().focus
        if focus == POINTER_ROOT:
            pointer = self._core.QueryPointer(self._reader.root).reply()
            return focus if self._member_at(pointer.root_x, pointer.root_y) is not None else None
        members, window = set(self._members()), focus
        with suppress(xcffib.Error):
            for _ in range(MAX_DEPTH):
                if window in (NO_WINDOW, self._reader.root):
                    return None
                if window in members:
                    return focus
                window = self._core.QueryTree(window).reply().parent
        return None

    def _is_shortcut(self, keycode: int) -> bool:
        """Whether another program has taken this key with the modifiers that are down, as window managers do."""
        root = self._reader.root
        modifiers = self._core.QueryPointer(root).reply().mask & MODIFIER_MASK
        modes = (xcffib.xproto.GrabMode.Async, xcffib.xproto.GrabMode.Async)
        try:
            self._core.GrabKeyChecked(1, root, modifiers, keycode, *modes).check()
        except xcffib.Error:
            return True
        self._core.UngrabKey(keycode, root, modifiers)
        return False


def clip_to(members: Callable[[], Collection[int]]) -> ClipFactory:
    """Return what `Driver.start` takes for a grant of applications: `clip_to(lambda: capture.members)`.

    It raises DisplayError where input cannot be kept inside windows.
    """

    def make(connection: Any) -> InputClip:
        if connection is not None:
            return WindowClip(connection, members)
        desk = open_desk(platform.system())
        if desk is None:
            raise DisplayError("input cannot be kept inside windows on this system")
        return DeskClip(desk, members)

    return make
