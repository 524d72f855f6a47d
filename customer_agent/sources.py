"""What can be captured here: monitors, and the windows of programs. Belongs to the event loop."""

import logging
from collections.abc import Callable, Collection, Sequence

from customer_agent.control.backend import ClipFactory
from customer_agent.control.monitor_clip import MonitorClip
from customer_agent.control.window_clip import clip_to
from customer_agent.grant_rows import Grant
from customer_agent.media.capture import CaptureBackend, CaptureLostError, open_capture
from customer_agent.media.geometry import Monitor, Rect, shared_area
from customer_agent.media.shared_screen import ScreenListener, SharedScreen
from customer_agent.media.wayland import on_wayland
from customer_agent.media.windows import WindowCapture, WindowsReport, WindowSystem, open_window_system
from customer_agent.media.x11 import DisplayError
from customer_agent.screens import Shown
from supportsite.protocol.capabilities import surface_of

log = logging.getLogger(__name__)


class Sources:
    """Opens pictures and says where on the screen they are. `on_change` may come from any thread."""

    def __init__(self, *, marks_are_drawn: Callable[[], bool], on_change: Callable[[], None]) -> None:
        self._marks_are_drawn = marks_are_drawn
        self._on_change = on_change
        self._display: CaptureBackend | None = None
        self._windows: WindowSystem | None = None
        self._captures: dict[tuple[int, ...], WindowCapture] = {}
        self._reports: dict[tuple[int, ...], WindowsReport] = {}

    # Monitors

    def monitors(self) -> list[Monitor]:
        """Return the monitors there are now; none once the display is gone."""
        if on_wayland():
            return []  # asking would open the compositor's own question
        try:
            if self._display is None:
                self._display = open_capture()
            return self._display.monitors()
        except (CaptureLostError, DisplayError, OSError) as error:
            log.info("no monitors: %s", type(error).__name__)
            return []

    def display_is_there(self) -> bool:
        """Whether anything can be captured at all."""
        return on_wayland() or bool(self.monitors())

    def is_back(self, shown: Shown) -> bool:
        """Whether every monitor of a picture is there."""
        there = {item.number for item in self.monitors()}
        return shown.surface == "desktop" and bool(there) and set(shown.monitors) <= there

    def apart(self, wanted: Sequence[int], granted: Collection[int]) -> tuple[int, ...]:
        """Return the monitors of one picture: those wanted, or the first where another one lies between them.

        A picture is one rectangle; it must not show a monitor that is not granted.
        """
        monitors = self.monitors()
        if not granted or len(wanted) < 2:
            return tuple(wanted)
        try:
            box = shared_area(monitors, wanted)
        except ValueError:
            return tuple(wanted)
        between = [item for item in monitors if item.number not in granted and item.rect.intersection(box)]
        return tuple(wanted[:1]) if between else tuple(wanted)

    # Pictures

    def open(self, shown: Shown, *, listener: ScreenListener, granted: Sequence[int]) -> SharedScreen:
        """Open a picture. `granted` are the monitors to choose from, none named: all there are.

        Raises ValueError where a monitor or window is not there, DisplayError without a display.
        """
        if shown.surface == "application":
            return self._open_windows(shown, listener)
        drawn = self._marks_are_drawn()
        granted = granted or [item.number for item in self.monitors()]
        return SharedScreen(listener=listener, monitors=shown.monitors, granted=granted, marks_in_picture=drawn)

    def _open_windows(self, shown: Shown, listener: ScreenListener) -> SharedScreen:
        capture = self._system().open_capture(shown.windows)

        def backend(_display: str | None) -> CaptureBackend:
            return capture

        screen = SharedScreen(listener=listener, surface="application", open_backend=backend)
        self._captures[shown.windows] = capture

        def report(news: WindowsReport) -> None:
            self._reports[shown.windows] = news
            screen.follow_windows(news)
            self._on_change()

        capture.listen(report)
        return screen

    def _system(self) -> WindowSystem:
        if self._windows is None:
            self._windows = open_window_system()
        if self._windows is None:
            raise DisplayError("windows cannot be shared on this system")
        return self._windows

    def keep(self, open_now: Collection[Shown]) -> None:
        """Forget what is known of windows that nobody watches any more."""
        watched = {item.windows for item in open_now}
        self._captures = {key: item for key, item in self._captures.items() if key in watched}
        self._reports = {key: item for key, item in self._reports.items() if key in watched}

    # Where they are, and what they are called

    def titles(self, row: Grant) -> tuple[str, ...]:
        """Return the titles of the windows a row covers, as they are now where that is known."""
        windows = tuple(item.window for item in row.scope.applications)
        news = self._reports.get(windows)
        now = {} if news is None else {item.window: item.title for item in news.windows}
        return tuple(now.get(item.window) or item.title or item.name for item in row.scope.applications)

    def boxes(self, row: Grant) -> list[Rect]:
        """Return what a row lets others see, in pixels of the screen."""
        if surface_of(row.capability) == "application":
            return self._window_boxes(tuple(item.window for item in row.scope.applications))
        chosen = set(row.scope.monitors)
        return [item.rect for item in self.monitors() if not chosen or item.number in chosen]

    def _window_boxes(self, windows: tuple[int, ...]) -> list[Rect]:
        news = self._reports.get(windows)
        if news is not None:
            area = news.area
            return [
                Rect(
                    area.x + round(item.x * area.width), area.y + round(item.y * area.height),
                    round(item.width * area.width), round(item.height * area.height),
                )
                for item in news.windows
                if item.state == "shown"
            ]  # fmt: skip
        try:
            listed = self._system().list_windows()
        except DisplayError:
            return []
        return [item.rect for item in listed if item.window in windows and item.state == "shown"]

    # Input

    def clip(self, control: Grant) -> ClipFactory | None:
        """Return what keeps input inside a control row; None for the whole desktop. Raises DisplayError."""
        if surface_of(control.capability) == "application":
            return self._window_clip(tuple(item.window for item in control.scope.applications))
        chosen = set(control.scope.monitors)
        if not chosen:
            return None
        rects = [item.rect for item in self.monitors() if item.number in chosen]
        return lambda connection: MonitorClip(connection, rects)

    def _window_clip(self, windows: tuple[int, ...]) -> ClipFactory:
        """Keep input inside chosen windows; while nobody watches exactly these, nothing is let through."""

        def members() -> Collection[int]:
            shown = [item.members for chosen, item in self._captures.items() if set(chosen) == set(windows)]
            return shown[-1] if shown else ()

        return clip_to(members)

    def close(self) -> None:
        """Give everything back."""
        for item in (self._display, self._windows):
            if item is not None:
                item.close()
        self._display = self._windows = None
