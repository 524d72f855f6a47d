"""Capture of chosen windows on X11 with their dialogs and menus, composed at their places onto black.

Each window is read from its own pixmap (see `redirected`), so what covers it does not matter and never shows.
Nothing is read while nothing was damaged.
"""

import logging
import time
from collections.abc import Callable, Collection, Sequence
from contextlib import suppress

import xcffib
import xcffib.damage
import xcffib.xproto

from customer_agent.media.application_x11 import Application, Part
from customer_agent.media.capture import CaptureLostError, LayoutChangedError, Patch, merge_boxes
from customer_agent.media.capture_x11 import noticing_loss
from customer_agent.media.composer import Composer, Layer
from customer_agent.media.frame import Frame
from customer_agent.media.geometry import Monitor, Rect, bounding_box
from customer_agent.media.pinger import Pinger
from customer_agent.media.redirected import Extensions, RedirectedWindow
from customer_agent.media.window_reader import WindowReader
from customer_agent.media.window_report import ChosenWindow, Reporter
from customer_agent.media.windows import WindowsReport
from customer_agent.media.x11 import DisplayError, Waker, connect, screen_of, wait_readable

log = logging.getLogger(__name__)

LOST_AFTER_SECONDS = 10.0
REPAINT_SECONDS = 0.03  # a blackened window paints itself again in 2 to 26 ms: the last picture stays meanwhile


class X11WindowCapture:
    """Captures windows. One thread uses it, except `wake` and `members`."""

    def __init__(self, windows: Sequence[int], display: str | None = None) -> None:
        """Begin to follow the windows. Raises ValueError when none is there, and DisplayError."""
        self._connection = connect(display)
        try:
            self._ext = Extensions(self._connection)
            reader = WindowReader(self._connection)
            screen = screen_of(self._connection)
            self._frame = Frame(Rect(0, 0, screen.width_in_pixels, screen.height_in_pixels))
            self._application = Application(reader, list(windows))
            self._pinger = Pinger(reader)
        except (KeyError, xcffib.Error) as error:
            self._connection.disconnect()
            raise DisplayError("the display cannot capture windows") from error
        except (DisplayError, ValueError):
            self._connection.disconnect()
            raise
        self._waker = Waker()
        self._surfaces: dict[int, RedirectedWindow] = {}
        self._composer: Composer | None = None
        self._fresh = self._ended = False
        self._dirty: list[Rect] = []
        self._hold_until: float | None = None
        self._lost_at: float | None = None
        self._members: frozenset[int] = frozenset()
        self._shown: list[tuple[int, Rect]] = []
        self._reporter = Reporter()
        self._follow()

    # What the engine and others ask

    @property
    def members(self) -> Collection[int]:
        """The windows that are shown now, dialogs and menus too. From any thread."""
        return self._members

    def listen(self, report: Callable[[WindowsReport], None]) -> None:
        """Have `report` called now and with each change."""
        self._reporter.listen(report)

    def monitors(self) -> list[Monitor]:
        """Return one monitor: the picture's place."""
        return [Monitor(1, self._frame.area, primary=True)]

    def open(self, area: Rect) -> None:
        """Begin to compose pictures of the size of `area`; the first grab returns all of it."""
        with noticing_loss():
            if self._composer is not None:
                self._composer.close()
            self._composer = Composer(self._ext, area.width, area.height)
        self._dirty, self._fresh = [self._frame.area], True

    def wait(self, timeout: float | None) -> bool:
        """Wait for a change, a wake-up or the end of `timeout` seconds."""
        with noticing_loss():
            self._pump()
            if not self._has_work():
                wait_readable(self._connection, self._waker, self._patience(timeout))
                self._application.rested()
                self._pump()
        return self._has_work()

    def grab(self) -> list[Patch]:
        """Return what changed since the last grab."""
        with noticing_loss():
            self._pump()
            return self._grab()

    def wake(self) -> None:
        """End a wait early. From any thread."""
        self._waker.wake()

    def close(self) -> None:
        """Give everything back."""
        if self._ended:
            return
        self._ended = True
        with suppress(xcffib.ConnectionException):
            for surface in self._surfaces.values():
                surface.close()
            self._surfaces.clear()
            if self._composer is not None:
                self._composer.close()
        self._members = frozenset()
        self._connection.disconnect()
        self._waker.close()

    # Events

    def _patience(self, timeout: float | None) -> float | None:
        now = time.monotonic()
        lost = None if self._lost_at is None else self._lost_at + LOST_AFTER_SECONDS
        moments = (self._hold_until, lost, self._frame.due, self._application.due, self._pinger.due)
        waits = [max(0.0, moment - now) for moment in moments if moment is not None]
        return min([*waits, *([] if timeout is None else [timeout])], default=None)

    def _has_work(self) -> bool:
        now = time.monotonic()
        if self._lost_at is not None and now >= self._lost_at + LOST_AFTER_SECONDS:
            return True
        if self._hold_until is not None and now < self._hold_until:
            return False
        return bool(self._dirty) or self._layout_changed() or any(item.changed for item in self._surfaces.values())

    def _layout_changed(self) -> bool:
        area, composer = self._frame.area, self._composer
        return composer is not None and (composer.width, composer.height) != (area.width, area.height)

    def _pump(self) -> None:
        """Handle all events there are, and follow the windows."""
        while True:
            try:
                event = self._connection.poll_for_event()
            except xcffib.Error:
                continue  # a window was gone before a request reached it
            if event is None:
                break
            if isinstance(event, xcffib.damage.NotifyEvent):
                if (surface := self._surfaces.get(event.drawable)) is not None:
                    surface.changed = True
            elif isinstance(event, xcffib.xproto.ClientMessageEvent):
                self._pinger.handle(event)
            else:
                self._application.handle(event)
        changed = self._application.update()
        chosen = [part.window for part in self._parts() if part.chosen]
        pinged = self._pinger.update(chosen, time.monotonic())
        if changed or pinged or self._frame.shrink(time.monotonic()):
            self._follow()
        self._application.rested()

    def _parts(self) -> list[Part]:
        """Return what is shown, the lowest first."""
        shown = [part for part in self._application.parts.values() if part.state == "shown" and part.rect is not None]
        return sorted(shown, key=lambda part: part.order)

    def _follow(self) -> None:
        """Redirect what is new, let go of what is gone, and see where everything is."""
        now, parts = time.monotonic(), self._parts()
        for window in set(self._surfaces) - set(self._application.parts):
            self._surfaces.pop(window).close()
        for part in list(self._application.parts.values()):
            if part.gone and part.window in self._surfaces:
                self._surfaces.pop(part.window).close()
            elif not part.gone:
                self._redirect(part, now)
        parts = [part for part in parts if part.window in self._surfaces]
        boxes = [part.rect for part in parts if part.rect is not None]
        if boxes:
            main = [part.rect for part in parts if part.chosen and part.rect is not None]
            before = self._frame.area
            self._frame.follow(bounding_box(main or boxes), bounding_box(boxes), now)
            moved = (self._frame.area.x - before.x, self._frame.area.y - before.y)
            self._see([(part.window, part.rect) for part in parts if part.rect is not None], moved)
        else:
            self._shown = []
        self._members = frozenset(part.window for part in parts)
        self._note_closed(now)
        chosen = [part for part in self._application.parts.values() if part.chosen]
        self._reporter.tell(self._frame.area, [self._told(part) for part in chosen], self._members)

    def _see(self, shown: list[tuple[int, Rect]], moved: tuple[int, int]) -> None:
        """Have everything painted again unless the windows only moved together."""
        together = [(window, rect.moved(*moved)) for window, rect in self._shown]
        if shown != together:
            self._dirty.append(self._frame.area)
        else:
            self._dirty = [box.moved(*moved) for box in self._dirty]
        self._shown = shown

    def _redirect(self, part: Part, now: float) -> None:
        surface = self._surfaces.get(part.window)
        try:
            if surface is None:
                self._surfaces[part.window] = RedirectedWindow(self._ext, part.window)
            elif part.stale or not self._fits(surface, part):
                surface.refill()
            else:
                return
        except xcffib.Error:
            return  # gone: an event will say so
        part.stale = False
        self._pinger.ask(part.window, now)
        if self._hold_until is None:
            self._hold_until = now + REPAINT_SECONDS

    @staticmethod
    def _fits(surface: RedirectedWindow, part: Part) -> bool:
        return part.size is None or (surface.width, surface.height) == part.size

    def _note_closed(self, now: float) -> None:
        chosen = [part for part in self._application.parts.values() if part.chosen]
        if all(part.state == "closed" for part in chosen):
            if self._lost_at is None:
                self._lost_at = now
        else:
            self._lost_at = None

    def _told(self, part: Part) -> ChosenWindow:
        hung = part.state == "shown" and self._pinger.is_hung(part.window)
        focused = part.window == self._application.active
        return ChosenWindow(
            part.window, part.name, part.title, part.rect, "hung" if hung else part.state, focused=focused
        )

    # Pictures

    def _grab(self) -> list[Patch]:
        now = time.monotonic()
        if self._lost_at is not None and now >= self._lost_at + LOST_AFTER_SECONDS:
            raise CaptureLostError
        if self._composer is None:
            raise RuntimeError("not open")
        if self._layout_changed():
            raise LayoutChangedError
        if self._hold_until is not None:
            if now < self._hold_until and not self._fresh:
                return []
            time.sleep(max(0.0, self._hold_until - now))  # a new viewer's first picture should not be black
            self._hold_until = None
        self._fresh = False
        area, layers = self._frame.area, []
        for part in self._parts():
            surface = self._surfaces.get(part.window)
            if surface is not None and part.rect is not None:
                layers.append(Layer(part.rect, part.inset, surface))
                self._dirty.extend(_damage(layers[-1]))
        boxes, self._dirty = merge_boxes(self._dirty, area), []
        if not layers:
            return []  # all minimised or closed: the last picture stays, and the report says why
        return self._composer.paint(boxes, (area.x, area.y), layers)


def _damage(layer: Layer) -> list[Rect]:
    """Return what was damaged in a window, on the screen."""
    dx, dy = layer.rect.x - layer.inset[0], layer.rect.y - layer.inset[1]
    moved = [box.moved(dx, dy).intersection(layer.rect) for box in layer.surface.take_damage()]
    return [box for box in moved if box is not None]
