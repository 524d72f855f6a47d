"""Windows of macOS through Quartz, which comes with pynput. Written after its documentation and never run there.

Places are in points, as pynput's are; the picture has one pixel for each. Newer systems may refuse
CGWindowListCreateImage (macOS 15 has ScreenCaptureKit instead); a refused window stays black.
"""

import os
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from customer_agent.media.geometry import Rect, bounding_box
from customer_agent.media.window_desk import Seen
from customer_agent.media.windows import MAX_NAME, MAX_TITLE, WindowEntry, clean

NORMAL_LAYER, MODAL_LAYER, MENU_LAYER = 0, 8, 101
SHARING_NONE = 0
MIN_SIDE = 32

Info = Mapping[str, Any]


def rect_of(info: Info) -> Rect:
    """Return a window's place."""
    bounds = info["kCGWindowBounds"]
    return Rect(int(bounds["X"]), int(bounds["Y"]), max(1, int(bounds["Width"])), max(1, int(bounds["Height"])))


def is_listed(info: Info, own_pid: int) -> bool:
    """Whether an owner can choose it: an ordinary window of another program."""
    rect = rect_of(info)
    ordinary = info.get("kCGWindowLayer") == NORMAL_LAYER and info.get("kCGWindowAlpha", 1) > 0
    return ordinary and info.get("kCGWindowOwnerPID") != own_pid and min(rect.width, rect.height) >= MIN_SIDE


def entry_of(info: Info) -> WindowEntry:
    """Return the entry of a window. Titles are empty without the permission to record the screen."""
    return WindowEntry(
        int(info["kCGWindowNumber"]),
        int(info["kCGWindowOwnerPID"]),
        clean(str(info.get("kCGWindowOwnerName", "")), MAX_NAME),
        clean(str(info.get("kCGWindowName", "")), MAX_TITLE),
        None,
        rect_of(info),
        "shown" if info.get("kCGWindowIsOnscreen") else "minimised",
    )


def focused_of(infos: Sequence[Info], front_pid: int | None) -> int | None:
    """Return the topmost ordinary window of the program in front."""
    for info in infos:
        if info.get("kCGWindowOwnerPID") == front_pid and info.get("kCGWindowLayer") == NORMAL_LAYER:
            return int(info["kCGWindowNumber"]) if info.get("kCGWindowIsOnscreen") else None
    return None


def seen_of(infos: Sequence[Info], chosen: Sequence[int], front_pid: int | None) -> list[Seen]:
    """Return what `WindowDesk.look` does, of windows in the system's order, the topmost first.

    Menus and modal panels come with a chosen window only while that is the one in front.
    """
    focused = focused_of(infos, front_pid)
    found = []
    for info in reversed(infos):
        entry = entry_of(info)
        belongs = (
            focused in chosen
            and entry.pid == front_pid
            and info.get("kCGWindowLayer") in (MODAL_LAYER, MENU_LAYER)
            and entry.state == "shown"
        )
        if entry.window in chosen or belongs:
            shown = entry.state == "shown"
            protected = info.get("kCGWindowSharingState") == SHARING_NONE
            found.append(
                Seen(
                    entry.window, entry.window in chosen, entry.name, entry.title, entry.rect if shown else None,
                    entry.state, focused=entry.window == focused, protected=protected,
                )
            )  # fmt: skip
    known = {int(info["kCGWindowNumber"]) for info in infos}
    gone = [window for window in chosen if window not in known]
    return [*found, *(Seen(window, True, "", "", None, "closed") for window in gone)]  # noqa: FBT003


def window_at_of(infos: Sequence[Info], x: int, y: int) -> int | None:
    """Return the topmost visible window at a place."""
    for info in infos:
        visible = info.get("kCGWindowIsOnscreen") and info.get("kCGWindowAlpha", 1) > 0
        if visible and rect_of(info).intersection(Rect(x, y, 1, 1)):
            return int(info["kCGWindowNumber"])
    return None


def pixels_of(data: bytes, width: int, height: int, row_bytes: int) -> NDArray[np.uint8]:
    """Return the pixels of an image whose rows are padded, as (height, width, 4)."""
    rows = np.frombuffer(data, np.uint8)[: row_bytes * height].reshape(height, row_bytes)
    return np.ascontiguousarray(rows[:, : width * 4].reshape(height, width, 4))


class MacDesk:
    """See `WindowDesk`. Raises ImportError without Quartz and AppKit."""

    def __init__(self) -> None:
        import AppKit  # type: ignore[import-not-found,unused-ignore]
        import Quartz  # type: ignore[import-not-found,unused-ignore]

        self._quartz: Any = Quartz
        self._workspace: Any = AppKit.NSWorkspace.sharedWorkspace()

    def screen(self) -> Rect:
        """Return the rectangle of all monitors."""
        _, displays, count = self._quartz.CGGetActiveDisplayList(16, None, None)
        bounds = [self._quartz.CGDisplayBounds(display) for display in displays[:count]]
        return bounding_box(
            Rect(int(item.origin.x), int(item.origin.y), int(item.size.width), int(item.size.height)) for item in bounds
        )

    def list_windows(self) -> list[WindowEntry]:
        """Return the windows an owner can choose. Icons are not read here."""
        return [entry_of(info) for info in self._infos() if is_listed(info, os.getpid())]

    def look(self, chosen: Sequence[int]) -> list[Seen]:
        """Return the chosen windows and what belongs to them."""
        return seen_of(self._infos(), chosen, self._front_pid())

    def window_at(self, x: int, y: int) -> int | None:
        """Return the topmost window at a place."""
        return window_at_of(self._infos(), x, y)

    def focused(self) -> int | None:
        """Return the window with the focus."""
        return focused_of(self._infos(), self._front_pid())

    def bring_up(self, window: int) -> None:
        """Nothing: the system brings up all windows of a program, not one."""

    def _infos(self) -> list[Info]:
        quartz = self._quartz
        option = quartz.kCGWindowListOptionAll | quartz.kCGWindowListExcludeDesktopElements
        return list(quartz.CGWindowListCopyWindowInfo(option, quartz.kCGNullWindowID) or [])

    def _front_pid(self) -> int | None:
        front = self._workspace.frontmostApplication()
        return None if front is None else int(front.processIdentifier())

    def shoot(self, window: int, size: tuple[int, int]) -> NDArray[np.uint8] | None:
        """Have the system draw one window alone."""
        quartz = self._quartz
        options = quartz.kCGWindowImageBoundsIgnoreFraming | quartz.kCGWindowImageNominalResolution
        image = quartz.CGWindowListCreateImage(
            quartz.CGRectNull, quartz.kCGWindowListOptionIncludingWindow, window, options
        )
        if image is None:
            return None
        width, height = int(quartz.CGImageGetWidth(image)), int(quartz.CGImageGetHeight(image))
        if (width, height) != size:
            return None
        data = quartz.CGDataProviderCopyData(quartz.CGImageGetDataProvider(image))
        return pixels_of(bytes(data), width, height, int(quartz.CGImageGetBytesPerRow(image)))
