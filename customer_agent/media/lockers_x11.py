"""Screen lockers that an X server shows: windows over the whole screen, and xscreensaver's word on the root window."""

import time
from typing import Any

import xcffib
import xcffib.xproto

from customer_agent.media.window_reader import VIEWABLE, WindowReader
from customer_agent.media.x11 import DisplayError, connect, screen_of

LOCKER_CLASSES = frozenset({"i3lock", "xsecurelock", "slock", "xlock", "xtrlock", "light-locker", "mate-screensaver"})
CHECK_AGAIN_SECONDS = 0.5  # a locker takes the keyboard a moment before or after it shows

_MASK = xcffib.xproto.EventMask
_STATUS = "_SCREENSAVER_STATUS"


class Lockers:
    """Belongs to one thread; `fileno` is what to wait for before `read`."""

    def __init__(self, display: str | None = None) -> None:
        """Connect and look. Raises DisplayError."""
        self._connection = connect(display)
        try:
            self._reader = WindowReader(self._connection)
        except (KeyError, xcffib.Error) as error:
            self._connection.disconnect()
            raise DisplayError("the display lacks X-Resource 1.2") from error
        screen = screen_of(self._connection)
        self._size = (screen.width_in_pixels, screen.height_in_pixels)
        mask = [_MASK.SubstructureNotify | _MASK.PropertyChange]
        self._connection.core.ChangeWindowAttributes(self._reader.root, xcffib.xproto.CW.EventMask, mask)
        self._lockers = {window for window in self._reader.children(self._reader.root) if self._covers(window)}
        self.due: float | None = time.monotonic() + CHECK_AGAIN_SECONDS if self._lockers else None
        self.locked = False
        self._look()
        self.read()

    def fileno(self) -> int:
        """Return what `select` waits on."""
        self._connection.flush()
        return int(self._connection.get_file_descriptor())

    def read(self) -> None:
        """Take the events there are, also those that come while looking, and look again where that is due."""
        while self._take():
            self._look()

    def _take(self) -> bool:
        changed = self.due is not None and time.monotonic() >= self.due
        if changed:
            self.due = None
        while (event := self._next_event()) is not None:
            changed |= self._handle(event)
        return changed

    def _next_event(self) -> Any:
        while True:
            try:
                return self._connection.poll_for_event()
            except xcffib.Error:
                continue  # a window was gone before a request reached it

    def _handle(self, event: Any) -> bool:
        match event:
            case xcffib.xproto.MapNotifyEvent() if event.override_redirect and self._covers(event.window):
                self._lockers.add(event.window)
                self.due = time.monotonic() + CHECK_AGAIN_SECONDS
                return True
            case xcffib.xproto.UnmapNotifyEvent() | xcffib.xproto.DestroyNotifyEvent():
                known = event.window in self._lockers
                self._lockers.discard(event.window)
                return known
            case xcffib.xproto.PropertyNotifyEvent():
                return bool(event.window == self._reader.root and event.atom == self._reader.atom(_STATUS))
        return False

    def _covers(self, window: int) -> bool:
        """Whether an override-redirect window covers the whole screen, as lockers' windows do."""
        attributes = self._reader.attributes(window)
        if attributes is None or not attributes.override_redirect or attributes.map_state != VIEWABLE:
            return False
        if attributes._class != xcffib.xproto.WindowClass.InputOutput:  # noqa: SLF001  the protocol's own name
            return False
        rect = self._reader.rect(window)
        return (
            rect is not None
            and rect.x <= 0
            and rect.y <= 0
            and rect.right >= self._size[0]
            and rect.bottom >= self._size[1]
        )

    def _look(self) -> None:
        status = self._reader.word(self._reader.root, _STATUS)
        if status is not None and status == self._reader.atom("LOCK"):
            self.locked = True
            return
        self.locked = any(self._is_locker(window) for window in self._lockers)

    def _is_locker(self, window: int) -> bool:
        """Whether a window over the whole screen is a locker: by name, or nameless with the keyboard taken (slock)."""
        names = {part.lower() for part in self._reader.text(window, "WM_CLASS").split("\0") if part}
        if names:
            return bool(names & LOCKER_CLASSES)
        return not self._reader.title(window) and self._keyboard_is_taken()

    def _keyboard_is_taken(self) -> bool:
        """Try to take the keyboard for nothing: done on the focused window, nobody hears of it."""
        focus = self._connection.core.GetInputFocus().reply().focus
        if focus <= 1:
            focus = self._reader.root
        mode = xcffib.xproto.GrabMode.Async
        try:
            reply = self._connection.core.GrabKeyboard(1, focus, xcffib.CurrentTime, mode, mode).reply()
        except xcffib.Error:
            return False
        if reply.status == xcffib.xproto.GrabStatus.Success:
            self._connection.core.UngrabKeyboard(xcffib.CurrentTime)
            self._connection.flush()
        return bool(reply.status == xcffib.xproto.GrabStatus.AlreadyGrabbed)

    def close(self) -> None:
        """Give the connection back."""
        self._connection.disconnect()
