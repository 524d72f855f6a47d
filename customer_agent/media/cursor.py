"""The owner's cursor, apart from the picture: each shape once, its place at most 60 times a second."""

import base64
import logging
import threading
from collections import deque
from collections.abc import Callable, Collection
from typing import Any

import numpy as np
import xcffib
import xcffib.xfixes
import xcffib.xinput
from numpy.typing import NDArray

from customer_agent.media.geometry import Rect
from customer_agent.media.png import png_of_premultiplied_bgra
from customer_agent.media.x11 import DisplayError, Waker, connect, screen_of, wait_readable
from customer_agent.media.xi2 import RawKind, next_event, select_raw_events
from supportsite.protocol.channel import CursorPosition, CursorShape

log = logging.getLogger(__name__)

POSITION_INTERVAL_SECONDS = 1 / 60
WARP_CHECK_SECONDS = 0.25
MAX_CURSOR_SIDE = 128  # browsers show no larger one


class CursorWatcher:
    """Watches the cursor over a shared area on a thread of its own; `report` is called on that thread.

    A shape is reported again only after `keep` others: whoever listens keeps as many.
    With `members` it is seen over these windows only: over another program it is that program's picture.
    """

    def __init__(
        self,
        area: Rect,
        report: Callable[[CursorShape | CursorPosition], None],
        display: str | None = None,
        *,
        keep: int = 64,
    ) -> None:
        self.area = area
        self.members: Collection[int] | None = None
        self._report = report
        self._display = display
        self._waker = Waker()
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="cursor", daemon=True)
        self._serial = -1
        self._known: deque[int] = deque(maxlen=keep)
        self._place: tuple[int, float, float, bool] | None = None

    def start(self) -> None:
        """Begin; the first report is the shape, then the place."""
        self._thread.start()

    def stop(self) -> None:
        """End. Returns at once, from any thread."""
        self._stopped.set()
        self._waker.wake()

    def join(self, timeout: float) -> None:
        """Wait for the thread's end."""
        self._thread.join(timeout)

    def _run(self) -> None:
        try:
            self._open()
        except (DisplayError, KeyError, xcffib.XcffibException):
            log.warning("the cursor cannot be watched on this display")
            return
        try:
            self._read_shape()
            while not self._stopped.is_set():
                self._read_place()
                if self._stopped.wait(POSITION_INTERVAL_SECONDS):
                    return
                self._wait_for_change()
        except xcffib.ConnectionException:
            return  # the display is gone, and the picture with it: the capture engine reports that
        finally:
            self._connection.disconnect()
            self._waker.close()

    def _open(self) -> None:
        self._connection = connect(self._display)
        self._xfixes = self._connection(xcffib.xfixes.key)
        self._xfixes.QueryVersion(5, 0).reply()
        self._root = screen_of(self._connection).root
        self._xfixes.SelectCursorInput(self._root, xcffib.xfixes.CursorNotifyMask.DisplayCursor)
        select_raw_events(self._connection, [RawKind.MOTION])
        extension = xcffib.lib.xcb_get_extension_data(self._connection._conn, xcffib.xfixes.key.c_key)  # noqa: SLF001
        self._cursor_event: int = extension.first_event + xcffib.xfixes.CursorNotifyEvent.event_number

    def _wait_for_change(self) -> None:
        while not self._stopped.is_set():
            seen = False
            while (event := next_event(self._connection)) is not None:
                seen = True
                if event.response_type == self._cursor_event:
                    self._serial = -1
            if seen:
                if self._serial == -1:
                    self._read_shape()
                return
            if not wait_readable(self._connection, self._waker, WARP_CHECK_SECONDS):
                return  # programs can move the pointer without an input event

    def _is_inside(self) -> bool:
        """Whether the pointer is over a window that is shown."""
        members, window = self.members, self._root
        if members is None:
            return True
        try:
            while child := self._connection.core.QueryPointer(window).reply().child:
                if child in members:
                    return True
                window = child
        except xcffib.Error:  # a window went away meanwhile
            return False
        return False

    def _read_shape(self) -> None:
        if not self._is_inside():
            return
        try:
            image: Any = self._xfixes.GetCursorImage().reply()
        except xcffib.Error:
            return  # none to be read, as when the program that made it is gone: the next change is tried again
        if not self._is_inside():
            return  # it may be another program's already
        self._serial = image.cursor_serial
        if self._serial in self._known or not image.width or not image.height:
            return
        self._known.append(self._serial)
        pixels = np.array(image.cursor_image.list, np.uint32).view(np.uint8).reshape(image.height, image.width, 4)
        small, step = shrunk(pixels)
        png = base64.b64encode(png_of_premultiplied_bgra(small)).decode()
        height, width = small.shape[:2]
        self._report(
            CursorShape(
                serial=self._serial,
                hot_x=image.xhot // step,
                hot_y=image.yhot // step,
                width=width,
                height=height,
                png=png,
            )
        )

    def _read_place(self) -> None:
        pointer = self._connection.core.QueryPointer(self._root).reply()
        x = (pointer.root_x - self.area.x) / self.area.width
        y = (pointer.root_y - self.area.y) / self.area.height
        visible = 0 <= x < 1 and 0 <= y < 1 and self._is_inside()
        if visible and self._serial == -1:
            self._read_shape()
        place = (self._serial, x, y, visible)
        if place != self._place:
            self._place = place
            self._report(CursorPosition(serial=self._serial, x=x, y=y, visible=visible))


def shrunk(pixels: NDArray[np.uint8]) -> tuple[NDArray[np.uint8], int]:
    """Return a cursor's premultiplied pixels made small enough, and how many of them became one in each direction."""
    height, width = pixels.shape[:2]
    step = -(-max(height, width) // MAX_CURSOR_SIDE)
    if step <= 1:
        return pixels, 1
    padded = np.zeros((-(-height // step) * step, -(-width // step) * step, 4), np.uint16)
    padded[:height, :width] = pixels
    blocks = padded.reshape(padded.shape[0] // step, step, padded.shape[1] // step, step, 4)
    return (blocks.sum(axis=(1, 3), dtype=np.uint32) // (step * step)).astype(np.uint8), step
