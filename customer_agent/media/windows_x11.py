"""The list of windows on X11: the window manager's, or the children of the root where there is none."""

import os
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

import numpy as np
import xcffib
import xcffib.xproto

from customer_agent.media.png import png_of_bgra
from customer_agent.media.window_reader import ICONIC, MAX_WORDS, VIEWABLE, WindowReader
from customer_agent.media.windows import (
    ICON_SIZE,
    MAX_NAME,
    MAX_TITLE,
    MAX_WINDOWS,
    WindowCapture,
    WindowEntry,
    clean,
)
from customer_agent.media.x11 import DisplayError, connect

MIN_SIDE = 16
MAX_ICON_SIDE = 512
NOT_FOR_CHOOSING = ("DOCK", "DESKTOP", "SPLASH", "NOTIFICATION", "TOOLTIP", "MENU", "POPUP_MENU", "DROPDOWN_MENU")


class X11Windows:
    """Lists windows. Any thread may call, one at a time."""

    def __init__(self, display: str | None = None, own_pid: int | None = None) -> None:
        """Connect. Raises DisplayError. `own_pid` is the program that hides its windows from the list."""
        self._display = display
        self._own_pid = own_pid if own_pid is not None else os.getpid()
        self._connection = connect(display)
        self._lock = threading.Lock()
        try:
            self._reader = WindowReader(self._connection)
        except (KeyError, xcffib.XcffibException) as error:
            self._connection.disconnect()
            raise DisplayError("the display lacks X-Resource 1.2") from error

    def list_windows(self) -> list[WindowEntry]:
        """Return the windows an owner can choose, the topmost first. Raises DisplayError when the display is gone."""
        with self._lock:
            try:
                windows = self._reader.managed() if self._reader.has_manager() else self._unmanaged()
                entries = [self._entry(window) for window in windows[:MAX_WINDOWS]]
            except xcffib.ConnectionException as error:
                raise DisplayError("the display is gone") from error
        return [entry for entry in entries if entry is not None]

    def open_capture(self, windows: Sequence[int]) -> WindowCapture:
        """See `WindowSystem`."""
        from customer_agent.media.capture_windows_x11 import X11WindowCapture  # it needs this module

        return X11WindowCapture(windows, self._display)

    def close(self) -> None:
        """Give the connection back."""
        with self._lock:
            self._connection.disconnect()

    def _unmanaged(self) -> list[int]:
        windows = []
        for window in reversed(self._reader.children(self._reader.root)):
            attributes = self._reader.attributes(window)
            if attributes is not None and attributes.map_state == VIEWABLE and not attributes.override_redirect:
                windows.append(window)
        return windows

    def _entry(self, window: int) -> WindowEntry | None:
        reader = self._reader
        attributes, rect = reader.attributes(window), reader.rect(window)
        if attributes is None or rect is None or attributes._class != xcffib.xproto.WindowClass.InputOutput:  # noqa: SLF001
            return None
        pid = reader.pid(window)
        if pid == self._own_pid or min(rect.width, rect.height) < MIN_SIDE:
            return None
        if reader.has_type(window, *NOT_FOR_CHOOSING) or self._comes_with_another(window, pid):
            return None
        minimised = attributes.map_state != VIEWABLE or reader.word(window, "WM_STATE") == ICONIC
        state: Literal["shown", "minimised"] = "minimised" if minimised else "shown"
        title = clean(reader.title(window), MAX_TITLE)
        return WindowEntry(window, pid, program_name(reader, window, pid), title, self._icon(window), rect, state)

    def _comes_with_another(self, window: int, pid: int | None) -> bool:
        """A dialog belongs to the window it is for, and is shared with that."""
        owner = self._reader.word(window, "WM_TRANSIENT_FOR")
        return owner not in (None, 0, window, self._reader.root) and pid is not None and self._reader.pid(owner) == pid

    def _icon(self, window: int) -> bytes | None:
        return icon_png(self._reader.words(window, "_NET_WM_ICON", MAX_WORDS))


def program_name(reader: WindowReader, window: int, pid: int | None) -> str:
    """Return the program's name: the class it gives itself, else what the system calls the process."""
    parts = reader.text(window, "WM_CLASS").split("\0")
    name = clean(parts[1] if len(parts) > 1 and parts[1] else parts[0], MAX_NAME)
    if name or pid is None:
        return name
    try:
        return clean(Path(f"/proc/{pid}/comm").read_text(), MAX_NAME)
    except (OSError, ValueError):
        return ""


def icon_png(words: Sequence[int]) -> bytes | None:
    """Return the picture of _NET_WM_ICON (width, height, ARGB words, and so on) whose size is nearest to 32."""
    found: dict[int, tuple[int, int, int]] = {}
    at = 0
    while at + 2 < len(words):
        width, height = words[at], words[at + 1]
        if not (0 < width <= MAX_ICON_SIDE and 0 < height <= MAX_ICON_SIDE) or at + 2 + width * height > len(words):
            break
        found.setdefault(abs(max(width, height) - ICON_SIZE), (at + 2, width, height))
        at += 2 + width * height
    if not found:
        return None
    start, width, height = found[min(found)]
    argb = np.array(words[start : start + width * height], np.uint32)
    return png_of_bgra(argb.view(np.uint8).reshape(height, width, 4))


def open_x11_windows(display: str | None = None) -> X11Windows | None:
    """Return the windows of an X display, or None where it cannot capture one alone."""
    try:
        return X11Windows(display)
    except DisplayError:
        return None
