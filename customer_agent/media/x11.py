"""What every X11 part needs: a connection, waiting on it with a way out, monitors.

A connection is used by one thread only; `Waker` is how another thread reaches it.
"""

import contextlib
import os
import re
import select
import threading
from collections.abc import Sequence
from typing import Any

import xcffib

# Every extension in use is imported here: each import adds to a table that a connection, being opened in another
# thread, iterates ("dictionary changed size during iteration").
import xcffib.composite
import xcffib.damage
import xcffib.randr
import xcffib.res
import xcffib.screensaver
import xcffib.shape
import xcffib.shm
import xcffib.xfixes
import xcffib.xinput
import xcffib.xkb
import xcffib.xproto
import xcffib.xtest

from customer_agent.media.geometry import Monitor, Rect

DPI_OF_SCALE_ONE, DENSE_DPI, MM_PER_INCH = 96, 144, 25.4
MAX_RESOURCE_WORDS = 16_384


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


def xft_dpi(connection: Any) -> float | None:
    """Return the dots per inch that the desktop set for text (`Xft.dpi`), None where it set none."""
    atoms = xcffib.xproto.Atom
    try:
        reply = connection.core.GetProperty(
            0, screen_of(connection).root, atoms.RESOURCE_MANAGER, atoms.STRING, 0, MAX_RESOURCE_WORDS
        ).reply()
    except xcffib.XcffibException:
        return None
    found = re.search(r"^Xft\.dpi:\s*([0-9.]{1,8})\s*$", reply.value.to_string(), re.MULTILINE)
    try:
        return float(found[1]) if found else None
    except ValueError:
        return None


def read_scale(connection: Any) -> float:
    """Return how many pixels a logical pixel has: X has one figure for all monitors, `Xft.dpi` (96 is 1.0).

    Without it the screen's size in millimetres decides, where that is plausible.
    """
    dpi = xft_dpi(connection)
    return min(8.0, max(0.5, dpi / DPI_OF_SCALE_ONE)) if dpi else _scale_by_size(connection)


def _scale_by_size(connection: Any) -> float:
    screen = screen_of(connection)
    if screen.width_in_millimeters <= 0:
        return 1.0
    dpi = screen.width_in_pixels / screen.width_in_millimeters * MM_PER_INCH
    # In halves, from a point where no desktop would leave things as small as they are.
    return 1.0 if dpi < DENSE_DPI else min(4.0, round(dpi / DPI_OF_SCALE_ONE * 2) / 2)


def list_monitors(connection: Any) -> list[Monitor]:
    """Return the monitors by RandR 1.5, or the whole screen where there is no RandR."""
    screen = screen_of(connection)
    scale = read_scale(connection)
    whole = [Monitor(1, Rect(0, 0, screen.width_in_pixels, screen.height_in_pixels), primary=True, scale=scale)]
    try:
        randr = connection(xcffib.randr.key)
        version = randr.QueryVersion(1, 5).reply()
        if (version.major_version, version.minor_version) < (1, 5):
            return whole
        found = randr.GetMonitors(screen.root, True).reply().monitors  # noqa: FBT003
    except (xcffib.XcffibException, KeyError):
        return whole
    monitors = [
        Monitor(number, Rect(info.x, info.y, info.width, info.height), primary=bool(info.primary), scale=scale)
        for number, info in zip(_numbers_of(connection, found), found, strict=True)
        if info.width and info.height
    ]
    return monitors or whole


# A number belongs to one monitor for good: when the first is unplugged, the second must not take its place in a grant.
_numbers: dict[str, int] = {}
_numbers_lock = threading.Lock()


def _numbers_of(connection: Any, found: Sequence[Any]) -> list[int]:
    """Return the monitors' numbers: by name, from 1 in the order in which this program first saw them."""
    cookies = [connection.core.GetAtomName(info.name) for info in found]
    names = [cookie.reply().name.to_string() for cookie in cookies]
    with _numbers_lock:
        return [_numbers.setdefault(name, len(_numbers) + 1) for name in names]


class Waker:
    """Wakes a thread out of `wait_readable` from any other thread."""

    def __init__(self) -> None:
        self._read, self._write = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        self._closed = False
        self._lock = threading.Lock()  # a thread may end, and close, while another wakes it

    def fileno(self) -> int:
        """Return what `select` waits on."""
        return self._read

    def wake(self) -> None:
        """Wake the thread now or at its next wait."""
        # A full pipe of calls: it is awake already.
        with self._lock, contextlib.suppress(BlockingIOError):
            if not self._closed:
                os.write(self._write, b"w")

    def clear(self) -> None:
        """Forget the calls so far."""
        try:
            while os.read(self._read, 4096):
                pass
        except BlockingIOError:
            return

    def close(self) -> None:
        """Give the pipe back."""
        with self._lock:
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
