"""Puts into words for viewers what a capture of windows shows, and tells it when it changed."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from customer_agent.media.geometry import Rect
from customer_agent.media.windows import Obstacle, WindowsReport
from supportsite.protocol.channel import WindowInfo

WindowState = Literal["shown", "minimised", "hung", "closed"]


@dataclass(frozen=True, slots=True)
class ChosenWindow:
    """A chosen window as it is now; `rect` is None while it is not shown, `protected` while it forbids capture."""

    window: int
    name: str
    title: str
    rect: Rect | None
    state: WindowState
    focused: bool = False
    protected: bool = False


def obstacle_of(windows: Sequence[ChosenWindow]) -> Obstacle:
    """Return what stands in the way: nothing while a window is shown."""
    shown = [window for window in windows if window.state in ("shown", "hung")]
    if shown:
        return "protected" if all(window.protected for window in shown) else "live"
    return "minimised" if any(window.state == "minimised" for window in windows) else "source_lost"


class Reporter:
    """Belongs to the capture's thread."""

    def __init__(self) -> None:
        self._report: Callable[[WindowsReport], None] = lambda _report: None
        self._last: WindowsReport | None = None
        self._closed: frozenset[int] = frozenset()

    def listen(self, report: Callable[[WindowsReport], None]) -> None:
        """Have `report` called with what was told last, and with each change."""
        self._report = report
        if self._last is not None:
            report(self._last)

    def tell(self, area: Rect, windows: Sequence[ChosenWindow], members: frozenset[int]) -> None:
        """Report if something changed; a closed window is in one report only."""
        told = [item for item in windows if item.state != "closed" or item.window not in self._closed]
        report = WindowsReport(area, tuple(_info(item, area) for item in told), obstacle_of(windows), members)
        self._closed = frozenset(item.window for item in windows if item.state == "closed")
        if report != self._last:
            self._last = report
            self._report(report)


def _info(item: ChosenWindow, area: Rect) -> WindowInfo:
    rect = item.rect or Rect(area.x, area.y, 0, 0)
    return WindowInfo(
        window=item.window,
        name=item.name,
        title=item.title,
        x=(rect.x - area.x) / area.width,
        y=(rect.y - area.y) / area.height,
        width=rect.width / area.width,
        height=rect.height / area.height,
        state=item.state,
        focused=item.focused,
    )
