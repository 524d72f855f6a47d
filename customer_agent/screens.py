"""The pictures that are open now: one shared screen for each set of monitors or windows that somebody watches.

Belongs to the event loop, except `of`, `all`, `stop_unless` and `stopped`.
"""

import asyncio
import logging
import threading
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass
from typing import Any

from customer_agent.grant_rows import Grant
from customer_agent.media import memory
from customer_agent.media.shared_screen import SharedScreen
from supportsite.protocol.capabilities import SCREEN, Surface, surface_of

log = logging.getLogger(__name__)

UNWATCHED_SECONDS = 4.0


@dataclass(frozen=True, slots=True)
class Shown:
    """What one picture shows: monitors by number (none: all there are), or windows."""

    surface: Surface
    monitors: tuple[int, ...] = ()
    windows: tuple[int, ...] = ()


def shown_of(row: Grant, wanted: Sequence[int]) -> Shown | None:
    """Return what a viewer gets under a row who asks for these monitors (none: all granted); None beyond the row."""
    if surface_of(row.capability) == "application":
        return Shown("application", windows=tuple(item.window for item in row.scope.applications))
    granted = set(row.scope.monitors)
    if granted and not set(wanted) <= granted:
        return None
    return Shown("desktop", monitors=tuple(sorted(set(wanted) or granted)))


def covers(row: Grant, shown: Shown) -> bool:
    """Whether a row allows a picture."""
    if row.capability not in SCREEN or surface_of(row.capability) != shown.surface:
        return False
    if shown.surface == "application":
        return set(shown.windows) <= {item.window for item in row.scope.applications}
    return not row.scope.monitors or (bool(shown.monitors) and set(shown.monitors) <= set(row.scope.monitors))


@dataclass(slots=True)
class _Open:
    shown: Shown
    screen: SharedScreen
    unwatched_since: float | None = None


class ScreenPool:
    """Opens a screen for the first viewer that asks for it, and closes it a little after its last."""

    def __init__(self, open_screen: Callable[[Shown], SharedScreen]) -> None:
        self._open_screen = open_screen
        self._lock = threading.Lock()
        self._open: dict[Shown, _Open] = {}
        self._places: dict[str, Shown] = {}
        self._closing: set[asyncio.Task[None]] = set()

    # In any thread

    def all(self) -> list[SharedScreen]:
        """Return the screens that are not stopped."""
        with self._lock:
            return [item.screen for item in self._open.values() if not item.screen.stopped]

    def every(self) -> list[SharedScreen]:
        """Return all screens, those too that are stopped and not closed yet."""
        with self._lock:
            return [item.screen for item in self._open.values()]

    def pictures(self) -> list[Shown]:
        """Return what is open now."""
        with self._lock:
            return list(self._open)

    def shown(self, screen: SharedScreen) -> Shown | None:
        """Return what a screen shows; None for one that is closed."""
        with self._lock:
            return next((item.shown for item in self._open.values() if item.screen is screen), None)

    def of(self, connection: str) -> tuple[Shown, SharedScreen] | None:
        """Return what a connection shows, and the screen it hangs on."""
        with self._lock:
            shown = self._places.get(connection)
            item = self._open.get(shown) if shown is not None else None
        return None if item is None or item.screen.stopped else (item.shown, item.screen)

    def stop_unless(self, allowed: Callable[[Shown], bool]) -> None:
        """Cut the pictures that are not allowed any more; done on return."""
        with self._lock:
            items = list(self._open.values())
        for item in items:
            if not allowed(item.shown):
                item.screen.stop()

    # On the event loop

    def take(self, shown: Shown, connection: str) -> SharedScreen:
        """Return the screen of a picture, opened where nobody watches it yet, and note that `connection` hangs on it.

        Raises ValueError where a monitor or window is not there, DisplayError where nothing can be captured.
        """
        item = self._open.get(shown)
        if item is None or item.screen.stopped:
            if item is not None:
                self._close(item)
            item = _Open(shown, self._open_screen(shown))
            with self._lock:
                self._open[shown] = item
        item.unwatched_since = None
        with self._lock:
            self._places[connection] = shown
        return item.screen

    def leave(self, connection: str) -> None:
        """A connection ended."""
        with self._lock:
            self._places.pop(connection, None)

    def connections(self, screen: SharedScreen) -> list[str]:
        """Return the connections that hang on a screen."""
        with self._lock:
            shown = next((item.shown for item in self._open.values() if item.screen is screen), None)
            return [connection for connection, place in self._places.items() if place == shown]

    def sweep(self, now: float) -> None:
        """Close the screens that were stopped, and those that nobody watches for a while (seconds of `clock.now`)."""
        for item in list(self._open.values()):
            if item.screen.stopped:
                self._close(item)
            elif item.screen.viewers:
                item.unwatched_since = None
            elif item.unwatched_since is None:
                item.unwatched_since = now
            elif now - item.unwatched_since >= UNWATCHED_SECONDS:
                self._close(item)

    def close_screen(self, screen: SharedScreen) -> None:
        """Close one screen."""
        for item in list(self._open.values()):
            if item.screen is screen:
                self._close(item)

    async def close(self) -> None:
        """Close every screen and wait until all is given back."""
        for item in list(self._open.values()):
            self._close(item)
        await asyncio.gather(*self._closing, return_exceptions=True)

    def _close(self, item: _Open) -> None:
        with self._lock:
            if self._open.get(item.shown) is item:
                del self._open[item.shown]
                self._places = {key: shown for key, shown in self._places.items() if shown != item.shown}
        item.screen.stop()
        self._spawn(self._finish(item.screen))

    @staticmethod
    async def _finish(screen: SharedScreen) -> None:
        await screen.wait_closed()
        await asyncio.to_thread(memory.trim)

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._closing.add(task)
        task.add_done_callback(self._closing.discard)
