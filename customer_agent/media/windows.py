"""The windows there are on this computer, and the capture of some of them; what each system must offer for it.

Only top-level windows of programs are listed; their dialogs and menus come with them.
"""

import platform
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from customer_agent.media.capture import CaptureBackend
from customer_agent.media.geometry import Rect
from customer_agent.media.wayland import on_wayland
from supportsite.protocol.channel import WindowInfo

MAX_NAME, MAX_TITLE = 80, 120
MAX_WINDOWS = 200
ICON_SIZE = 32

Obstacle = Literal["live", "minimised", "protected", "permission_missing", "source_lost"]


@dataclass(frozen=True, slots=True)
class WindowEntry:
    """A window to choose. `rect` is in pixels of the screen; `icon_png` has about 32 x 32 pixels."""

    window: int
    pid: int | None
    name: str
    title: str
    icon_png: bytes | None
    rect: Rect
    state: Literal["shown", "minimised"]


@dataclass(frozen=True, slots=True)
class WindowsReport:
    """What a capture of windows shows now. `area` is where on the screen the picture is.

    A closed window is in one report only. `obstacle` is `live` while at least one chosen window is shown; `members`
    are the windows in the picture, dialogs and menus too.
    """

    area: Rect
    windows: tuple[WindowInfo, ...]
    obstacle: Obstacle
    members: frozenset[int] = frozenset()


class WindowCapture(CaptureBackend, Protocol):
    """Captures chosen windows with their dialogs and menus; everything else in its area is black.

    When all of them are closed it reports `source_lost`, and 10 s later it raises CaptureLostError.
    """

    def listen(self, report: Callable[[WindowsReport], None]) -> None:
        """Have `report` called now with what is, and with each change: on the capture's thread, cheap, no blocking."""

    @property
    def members(self) -> Collection[int]:
        """The windows that belong to what is shared, dialogs and menus too. From any thread."""


class WindowSystem(Protocol):
    """The windows of this computer. One thread at a time."""

    def list_windows(self) -> list[WindowEntry]:
        """Return the windows an owner can choose, the topmost first; never our own, docks and desktops."""

    def open_capture(self, windows: Sequence[int]) -> WindowCapture:
        """Begin to capture windows. Raises ValueError when none of them is there any more, and DisplayError."""

    def close(self) -> None:
        """Give everything back; captures live on."""


def open_window_system(display: str | None = None) -> WindowSystem | None:
    """Return the windows of this system, or None where it has no way to show one window alone."""
    if on_wayland():
        return None  # its X display shows only the windows of X programs, and input there reaches nothing else
    if platform.system() == "Linux":
        from customer_agent.media.windows_x11 import open_x11_windows

        return open_x11_windows(display)
    from customer_agent.media.window_desk import DeskWindows, open_desk

    return None if (desk := open_desk(platform.system())) is None else DeskWindows(desk)


def clean(text: str, limit: int) -> str:
    """Return a foreign text without what could mislead: control, format and bidi characters, line ends."""
    kept = "".join(" " if char.isspace() else char for char in text if char.isspace() or char.isprintable())
    return " ".join(kept.split())[:limit].rstrip()
