"""The portable way of capturing: mss at a low rate, compared tile by tile.

For Windows, macOS and X servers without DAMAGE or shared memory. Only the X11 side of it was ever run.
"""

import threading
import time
from typing import Any

import mss
import numpy as np
from numpy.typing import NDArray

from customer_agent.media.capture import Patch
from customer_agent.media.differences import changed_patches
from customer_agent.media.geometry import Monitor, Rect

POLL_SECONDS = 1 / 20


class MssCapture:
    """Polls the screen and reports the rows that differ."""

    def __init__(self, display: str | None = None) -> None:
        self._mss: Any = mss.MSS(display=display) if display else mss.MSS()
        self._area = Rect(0, 0, 0, 0)
        self._last: NDArray[np.uint8] | None = None
        self._awake = threading.Event()
        self._next_poll = 0.0

    def monitors(self) -> list[Monitor]:
        """Return the monitors there are now."""
        return [
            Monitor(number, Rect(item["left"], item["top"], item["width"], item["height"]), primary=number == 1)
            for number, item in enumerate(self._mss.monitors[1:], start=1)
        ]

    def open(self, area: Rect) -> None:
        """Begin to watch `area`."""
        self._area, self._last = area, None

    def wait(self, timeout: float | None) -> bool:
        """Wait until the next poll is due; whether something changed shows only in `grab()`."""
        rest = max(0.0, self._next_poll - time.monotonic())
        woken = self._awake.wait(rest if timeout is None else min(rest, timeout))
        self._awake.clear()
        return not woken and time.monotonic() >= self._next_poll

    def grab(self) -> list[Patch]:
        """Return the bands of rows that differ from the last grab, narrowed to the columns that do."""
        self._next_poll = time.monotonic() + POLL_SECONDS
        area = self._area
        shot = self._mss.grab({"left": area.x, "top": area.y, "width": area.width, "height": area.height})
        now = np.frombuffer(shot.raw, np.uint8).reshape(shot.height, shot.width, 4)[: area.height, : area.width]
        patches = changed_patches(now, self._last, area)
        self._last = now
        return patches

    def wake(self) -> None:
        """End a wait early. From any thread."""
        self._awake.set()

    def close(self) -> None:
        """Give everything back."""
        self._mss.close()
