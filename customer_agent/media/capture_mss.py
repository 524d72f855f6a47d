"""The portable way of capturing: mss at a low rate, compared tile by tile.

For Windows, macOS and X servers without DAMAGE or shared memory. Only the X11 side of it was ever run.
"""

import threading
import time
from typing import Any

import mss
import numpy as np
from numpy.typing import NDArray

from customer_agent.media.capture import Patch, merge_boxes
from customer_agent.media.geometry import Monitor, Rect

POLL_SECONDS = 1 / 20
TILE_ROWS = 64


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
        boxes = [area] if self._last is None else self._differences(now, self._last)
        self._last = now
        return [
            Patch(box, np.ascontiguousarray(now[box.y : box.bottom, box.x : box.right]))
            for box in merge_boxes(boxes, area)
        ]

    def _differences(self, now: NDArray[np.uint8], before: NDArray[np.uint8]) -> list[Rect]:
        boxes = []
        for top in range(0, self._area.height, TILE_ROWS):
            new, old = now[top : top + TILE_ROWS], before[top : top + TILE_ROWS]
            if np.array_equal(new, old):
                continue
            columns = np.flatnonzero((new != old).any(axis=(0, 2)))
            first, last = int(columns[0]), int(columns[-1])
            boxes.append(Rect(self._area.x + first, self._area.y + top, last - first + 1, new.shape[0]))
        return boxes

    def wake(self) -> None:
        """End a wait early. From any thread."""
        self._awake.set()

    def close(self) -> None:
        """Give everything back."""
        self._mss.close()
