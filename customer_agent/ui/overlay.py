"""Pointers and drawings of others on the owner's real screen. Clicks, also injected ones, pass through them.

Needs X11 with SHAPE; elsewhere `Overlay.available` is False and only the viewers show marks.
"""

import contextlib
import logging
import platform
import threading
import time
from collections.abc import Callable, Collection

from customer_agent.media.geometry import Rect
from customer_agent.ui.overlay_marks import MarkBook
from supportsite.protocol.channel import Mark

log = logging.getLogger(__name__)

DRAW_INTERVAL_SECONDS = 1 / 60
RAISE_INTERVAL_SECONDS = 0.1
MAX_WAITING = 2000


class Overlay:
    """Draws on a thread and a connection of its own. Every method is for any thread and returns at once.

    `above` gives windows of this program's own connection: its bar, frame and questions are never drawn over.
    """

    def __init__(self, display: str | None = None, above: Callable[[], Collection[int]] = tuple) -> None:
        self.available = False
        self._book = MarkBook()
        self._lock = threading.Lock()
        self._waiting: list[Callable[[], None]] = []
        self._shown: tuple[int, ...] = ()
        self._stopped = threading.Event()
        self._thread: threading.Thread | None = None
        if platform.system() == "Linux":
            self._open(display, above)

    def _open(self, display: str | None, above: Callable[[], Collection[int]]) -> None:
        from customer_agent.media.x11 import DisplayError, Waker
        from customer_agent.ui.overlay_x11 import X11Canvas

        try:
            self._canvas = X11Canvas(display, above)
        except DisplayError as error:
            log.info("no drawing on this display: %s", error)
            return
        self._waker = Waker()
        self.available = True
        self._thread = threading.Thread(target=self._run, name="overlay", daemon=True)
        self._thread.start()

    def put(self, mark: Mark, area: Rect, name: str) -> None:
        """Show a mark of `mark.participant`, whose points are 0..1 of `area`; `name` stands beside the pointer."""
        self._post(lambda: self._book.put(mark, area, name, time.monotonic()))

    def clear(self, participant: str | None = None) -> None:
        """Take away one participant's marks, or all."""
        self._post(lambda: self._book.clear(participant), always=True)

    def close(self) -> None:
        """Take everything away, and wait until it is gone."""
        self._stopped.set()
        if self._thread is not None:
            self._waker.wake()
            self._thread.join(2)

    def windows(self) -> list[int]:
        """Return the windows on the screen now, for whoever must leave them out."""
        return list(self._shown)

    def _post(self, work: Callable[[], None], *, always: bool = False) -> None:
        if not self.available or self._stopped.is_set():
            return
        with self._lock:
            if always or len(self._waiting) < MAX_WAITING:
                self._waiting.append(work)
        self._waker.wake()

    # The overlay's thread

    def _run(self) -> None:
        import xcffib

        try:
            self._work()
        except xcffib.ConnectionException:
            log.info("the display is gone")
        except Exception:
            log.exception("drawing failed")
        finally:
            self.available, self._shown = False, ()
            with contextlib.suppress(xcffib.ConnectionException):
                self._canvas.close()
            self._waker.close()

    def _work(self) -> None:
        from customer_agent.media.x11 import wait_readable

        covered, raised_at = False, 0.0
        while not self._stopped.is_set():
            covered = self._covered() or covered
            drawn, mapped, rest = self._draw()
            now = time.monotonic()
            if mapped or (covered and now - raised_at >= RAISE_INTERVAL_SECONDS):
                self._canvas.stay_above()
                covered, raised_at = False, now
            if covered:
                rest = min(RAISE_INTERVAL_SECONDS, rest or RAISE_INTERVAL_SECONDS)
            self._canvas.connection.flush()
            if drawn and self._stopped.wait(DRAW_INTERVAL_SECONDS):
                return
            wait_readable(self._canvas.connection, self._waker, rest)

    def _draw(self) -> tuple[bool, bool, float | None]:
        """Carry out what waits; return whether something was drawn, whether a window is new, the seconds to rest."""
        with self._lock:
            work, self._waiting = self._waiting, []
        for item in work:
            item()
        rest = self._book.age(time.monotonic())
        drawn = mapped = False
        for key, author in list(self._book.authors.items()):
            if author.redraw or author.moved or author.grown:
                mapped = self._canvas.draw(key, author) or mapped
                drawn = True
            if author.empty:
                del self._book.authors[key]
        self._shown = tuple(self._canvas.windows)
        return drawn, mapped, rest

    def _covered(self) -> bool:
        """Take the events that came; True when another window stands before one of ours."""
        import xcffib.xproto

        covered = False
        while True:
            try:
                event = self._canvas.connection.poll_for_event()
            except xcffib.Error as error:
                log.debug("a window went away under the drawing: %s", type(error).__name__)
                continue
            if event is None:
                return covered
            if isinstance(event, xcffib.xproto.VisibilityNotifyEvent):
                covered = covered or event.state != xcffib.xproto.Visibility.Unobscured
