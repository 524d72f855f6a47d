"""The owner's cursor, apart from the picture: its shape when that changes, its place at most 60 times a second."""

import base64
import logging
import threading
from collections.abc import Callable
from typing import Any

import numpy as np
import xcffib
import xcffib.xfixes
import xcffib.xinput

from customer_agent.media.geometry import Rect
from customer_agent.media.png import png_of_premultiplied_bgra
from customer_agent.media.x11 import DisplayError, Waker, connect, screen_of, wait_readable
from customer_agent.media.xi2 import RawKind, next_event, select_raw_events
from supportsite.protocol.channel import CursorPosition, CursorShape

log = logging.getLogger(__name__)

POSITION_INTERVAL_SECONDS = 1 / 60
WARP_CHECK_SECONDS = 0.25
MAX_CURSOR_PIXELS = 128 * 128


class CursorWatcher:
    """Watches the cursor over a shared area on a thread of its own; `report` is called on that thread."""

    def __init__(
        self, area: Rect, report: Callable[[CursorShape | CursorPosition], None], display: str | None = None
    ) -> None:
        self.area = area
        self._report = report
        self._display = display
        self._waker = Waker()
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="cursor", daemon=True)
        self._serial = -1
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

    def _read_shape(self) -> None:
        image: Any = self._xfixes.GetCursorImage().reply()
        if image.cursor_serial == self._serial or image.width * image.height > MAX_CURSOR_PIXELS:
            return
        self._serial = image.cursor_serial
        pixels = np.array(image.cursor_image.list, np.uint32).view(np.uint8).reshape(image.height, image.width, 4)
        png = base64.b64encode(png_of_premultiplied_bgra(pixels)).decode()
        self._report(
            CursorShape(
                serial=self._serial,
                hot_x=image.xhot,
                hot_y=image.yhot,
                width=image.width,
                height=image.height,
                png=png,
            )
        )

    def _read_place(self) -> None:
        pointer = self._connection.core.QueryPointer(self._root).reply()
        x = (pointer.root_x - self.area.x) / self.area.width
        y = (pointer.root_y - self.area.y) / self.area.height
        visible = 0 <= x < 1 and 0 <= y < 1
        place = (self._serial, x, y, visible)
        if place != self._place:
            self._place = place
            self._report(CursorPosition(serial=self._serial, x=x, y=y, visible=visible))
