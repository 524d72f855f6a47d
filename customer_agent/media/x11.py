"""What every X11 part needs: a connection, waiting on it with a way out, monitors.

A connection is used by one thread only; `Waker` is how another thread reaches it.
"""

import os
import select
from typing import Any

import xcffib

# Every extension in use is imported here: each import adds to a table that a connection, being opened in another
# thread, iterates ("dictionary changed size during iteration").
import xcffib.damage
import xcffib.randr
import xcffib.screensaver
import xcffib.shape
import xcffib.shm
import xcffib.xfixes
import xcffib.xinput
import xcffib.xkb
import xcffib.xproto
import xcffib.xtest

from customer_agent.media.geometry import Monitor, Rect


class DisplayError(Exception):
    """The display is not there, or lacks what is needed."""


def connect(display: str | None = None) -> Any:
    """Open a connection to `display` (default: $DISPLAY). Raises DisplayError."""
    open_connection: Any = xcffib.Connection
    try:
        return open_connection(display or os.environ.get("DISPLAY"))
    except xcffib.ConnectionException as error:
        raise DisplayError(f"no X display {display or os.environ.get('DISPLAY', '')!r}") from error


def screen_of(connection: Any) -> Any:
    """Return the screen this connection prefers."""
    return connection.setup.roots[connection.pref_screen]


def list_monitors(connection: Any) -> list[Monitor]:
    """Return the monitors by RandR 1.5, or the whole screen where there is no RandR."""
    screen = screen_of(connection)
    whole = [Monitor(1, Rect(0, 0, screen.width_in_pixels, screen.height_in_pixels), primary=True)]
    try:
        randr = connection(xcffib.randr.key)
        version = randr.QueryVersion(1, 5).reply()
        if (version.major_version, version.minor_version) < (1, 5):
            return whole
        found = randr.GetMonitors(screen.root, True).reply().monitors  # noqa: FBT003
    except (xcffib.XcffibException, KeyError):
        return whole
    monitors = [
        Monitor(number, Rect(info.x, info.y, info.width, info.height), primary=bool(info.primary))
        for number, info in enumerate(found, start=1)
        if info.width and info.height
    ]
    return monitors or whole


class Waker:
    """Wakes a thread out of `wait_readable` from any other thread."""

    def __init__(self) -> None:
        self._read, self._write = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        self._closed = False

    def fileno(self) -> int:
        """Return what `select` waits on."""
        return self._read

    def wake(self) -> None:
        """Wake the thread now or at its next wait."""
        if self._closed:
            return
        try:
            os.write(self._write, b"w")
        except BlockingIOError:
            return  # it is awake already: the pipe is full of calls

    def clear(self) -> None:
        """Forget the calls so far."""
        try:
            while os.read(self._read, 4096):
                pass
        except BlockingIOError:
            return

    def close(self) -> None:
        """Give the pipe back."""
        if not self._closed:
            self._closed = True
            os.close(self._read)
            os.close(self._write)


def wait_readable(connection: Any, waker: Waker, timeout: float | None) -> bool:
    """Wait until the connection has bytes or the waker called; True for bytes.

    Take the events that are already in memory first: they do not make the socket readable.
    """
    connection.flush()
    descriptor = connection.get_file_descriptor()
    readable, _, _ = select.select([descriptor, waker], [], [], timeout)
    if waker in readable:
        waker.clear()
    return descriptor in readable
