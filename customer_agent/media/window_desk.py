"""What Windows and macOS must offer to capture windows one by one, and the capture made of it: polled and compared.

X11 says what changed and has a capture of its own. Here each shown window is read 15 times a second and composed at
its place onto black; only rows that differ go on.
"""

import threading
import time
from collections.abc import Callable, Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from customer_agent.media.capture import CaptureLostError, LayoutChangedError, Patch
from customer_agent.media.differences import changed_patches
from customer_agent.media.frame import Frame
from customer_agent.media.geometry import Monitor, Rect, bounding_box
from customer_agent.media.window_report import ChosenWindow, Reporter, WindowState
from customer_agent.media.windows import WindowCapture, WindowEntry, WindowsReport

POLL_SECONDS = 1 / 15
LOST_AFTER_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Seen:
    """A window that is shared or belongs to one that is, as it is now."""

    window: int
    chosen: bool
    name: str
    title: str
    rect: Rect | None
    state: WindowState
    focused: bool = False
    protected: bool = False


class WindowDesk(Protocol):
    """The windows of a system. Any thread: it holds nothing."""

    def screen(self) -> Rect:
        """Return the rectangle of all monitors."""

    def list_windows(self) -> list[WindowEntry]:
        """Return the windows an owner can choose, the topmost first."""

    def look(self, chosen: Sequence[int]) -> list[Seen]:
        """Return the chosen windows and what belongs to them, the lowest first. One that is gone is closed."""

    def shoot(self, window: int, size: tuple[int, int]) -> NDArray[np.uint8] | None:
        """Return a window's own pixels, (height, width, 4) in BGRX, also while it is covered; None where refused."""

    def window_at(self, x: int, y: int) -> int | None:
        """Return the topmost window at a place."""

    def focused(self) -> int | None:
        """Return the window with the focus."""

    def bring_up(self, window: int) -> None:
        """Bring a window to the top, where the system lets programs do that."""


class DeskCapture:
    """A `WindowCapture` of any desk. One thread uses it, except `wake` and `members`."""

    def __init__(self, desk: WindowDesk, windows: Sequence[int]) -> None:
        """Begin. Raises ValueError when none of the windows is there."""
        self._desk = desk
        self._chosen = list(dict.fromkeys(windows))
        self._frame = Frame(desk.screen())
        self._reporter = Reporter()
        self._members: frozenset[int] = frozenset()
        self._seen: list[Seen] = []
        self._size: tuple[int, int] | None = None
        self._last: NDArray[np.uint8] | None = None
        self._awake = threading.Event()
        self._next_poll = 0.0
        self._lost_at: float | None = None
        self._look()
        if self._lost_at is not None:
            raise ValueError("no such window")

    @property
    def members(self) -> Collection[int]:
        """The windows that are shown now. From any thread."""
        return self._members

    def listen(self, report: Callable[[WindowsReport], None]) -> None:
        """Have `report` called now and with each change."""
        self._reporter.listen(report)

    def monitors(self) -> list[Monitor]:
        """Return one monitor: the picture's place."""
        return [Monitor(1, self._frame.area, primary=True)]

    def open(self, area: Rect) -> None:
        """Begin to compose pictures of the size of `area`."""
        self._size, self._last = (area.width, area.height), None

    def wait(self, timeout: float | None) -> bool:
        """Wait until the next look is due; whether something changed shows only in `grab()`."""
        rest = max(0.0, self._next_poll - time.monotonic())
        woken = self._awake.wait(rest if timeout is None else min(rest, timeout))
        self._awake.clear()
        return not woken and time.monotonic() >= self._next_poll

    def grab(self) -> list[Patch]:
        """Return the rows that differ from the last grab."""
        now = time.monotonic()
        self._next_poll = now + POLL_SECONDS
        self._look()
        if self._lost_at is not None and now >= self._lost_at + LOST_AFTER_SECONDS:
            raise CaptureLostError
        area = self._frame.area
        if self._size != (area.width, area.height):
            raise LayoutChangedError
        shown = [item for item in self._seen if item.rect is not None and item.state in ("shown", "hung")]
        if not shown and self._last is not None:
            return []  # the last picture stays, and the report says why
        picture = self._compose(shown, area)
        # The picture moves with its windows: its own corner is the origin here.
        patches = changed_patches(picture, self._last, Rect(0, 0, area.width, area.height))
        self._last = picture
        return patches

    def wake(self) -> None:
        """End a wait early. From any thread."""
        self._awake.set()

    def close(self) -> None:
        """Nothing is held."""
        self._members = frozenset()

    def _look(self) -> None:
        now = time.monotonic()
        self._seen = self._desk.look(self._chosen)
        boxes = [item.rect for item in self._seen if item.rect is not None]
        main = [item.rect for item in self._seen if item.rect is not None and item.chosen]
        if boxes:
            self._frame.follow(bounding_box(main or boxes), bounding_box(boxes), now)
        self._frame.shrink(now)
        self._members = frozenset(item.window for item in self._seen if item.rect is not None)
        chosen = [item for item in self._seen if item.chosen]
        closed = all(item.state == "closed" for item in chosen)
        self._lost_at = (self._lost_at or now) if closed else None
        told = [
            ChosenWindow(
                item.window, item.name, item.title, item.rect, item.state,
                focused=item.focused, protected=item.protected,
            )
            for item in chosen
        ]  # fmt: skip
        self._reporter.tell(self._frame.area, told, self._members)

    def _compose(self, shown: Sequence[Seen], area: Rect) -> NDArray[np.uint8]:
        picture = np.zeros((area.height, area.width, 4), np.uint8)
        for item in shown:
            rect = item.rect
            part = None if rect is None else rect.intersection(area)
            if rect is None or part is None:
                continue
            target = picture[part.y - area.y : part.bottom - area.y, part.x - area.x : part.right - area.x]
            pixels = None
            if item.state == "shown" and not item.protected:
                pixels = self._desk.shoot(item.window, (rect.width, rect.height))
            if pixels is None or pixels.shape[:2] != (rect.height, rect.width):
                target[:] = 0
                continue
            left, top = part.x - rect.x, part.y - rect.y
            target[:] = pixels[top : top + part.height, left : left + part.width]
        return picture


class DeskWindows:
    """A `WindowSystem` of any desk."""

    def __init__(self, desk: WindowDesk) -> None:
        self._desk = desk

    def list_windows(self) -> list[WindowEntry]:
        """Return the windows an owner can choose."""
        return self._desk.list_windows()

    def open_capture(self, windows: Sequence[int]) -> WindowCapture:
        """Begin to capture windows. Raises ValueError when none of them is there."""
        return DeskCapture(self._desk, windows)

    def close(self) -> None:
        """Nothing is held."""


def open_desk(system: str) -> WindowDesk | None:
    """Return the desk of Windows or macOS; None where what it needs is missing."""
    with suppress(ImportError, OSError, AttributeError):
        if system == "Windows":
            from customer_agent.media.windows_win32 import Win32Desk

            return Win32Desk()
        if system == "Darwin":
            from customer_agent.media.windows_mac import MacDesk

            return MacDesk()
    return None
