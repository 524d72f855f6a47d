"""The clipboards of Windows (ctypes) and macOS (pyobjc). Written after their documentation and never run there."""

import ctypes
import time
from typing import Any

from customer_agent.control.clipboard import ClipboardError, checked
from supportsite.protocol.channel import MAX_CLIPBOARD_CHARACTERS

CF_UNICODETEXT = 13
GMEM_MOVEABLE = 2
OPEN_TRIES, OPEN_PAUSE_SECONDS = 20, 0.05  # another program has it open for a moment
MAC_TEXT = "public.utf8-plain-text"


class WindowsClipboard:
    """See `clipboard.Clipboard`."""

    def __init__(self) -> None:
        loader: Any = ctypes
        self._user, self._kernel = loader.WinDLL("user32"), loader.WinDLL("kernel32")
        for function in (self._user.GetClipboardData, self._kernel.GlobalAlloc, self._kernel.GlobalLock):
            function.restype = ctypes.c_void_p
        self._user.SetClipboardData.argtypes = (ctypes.c_uint, ctypes.c_void_p)
        self._kernel.GlobalAlloc.argtypes = (ctypes.c_uint, ctypes.c_size_t)
        self._kernel.GlobalSize.restype = ctypes.c_size_t
        for function in (self._kernel.GlobalLock, self._kernel.GlobalUnlock, self._kernel.GlobalSize):
            function.argtypes = (ctypes.c_void_p,)

    def read_text(self, limit: int = MAX_CLIPBOARD_CHARACTERS) -> str:
        """See `clipboard.Clipboard`."""
        self._open()
        try:
            if not self._user.IsClipboardFormatAvailable(CF_UNICODETEXT):
                raise ClipboardError("not_text" if self._user.CountClipboardFormats() else "empty")
            handle = self._user.GetClipboardData(CF_UNICODETEXT)
            place = self._kernel.GlobalLock(handle) if handle else None
            if not place:
                raise ClipboardError("unavailable")
            try:
                # Never past the block, also when its end mark is missing; two bytes a unit.
                size = min(self._kernel.GlobalSize(handle), 4 * limit + 2)
                data = ctypes.string_at(place, size // 2 * 2)
            finally:
                self._kernel.GlobalUnlock(handle)
        finally:
            self._user.CloseClipboard()
        return checked(data.decode("utf-16-le", errors="replace").partition("\0")[0], limit)

    def write_text(self, text: str) -> None:
        """See `clipboard.Clipboard`."""
        data = checked(text, MAX_CLIPBOARD_CHARACTERS).encode("utf-16-le") + b"\0\0"
        self._open()
        try:
            self._user.EmptyClipboard()
            handle = self._kernel.GlobalAlloc(GMEM_MOVEABLE, len(data))
            place = self._kernel.GlobalLock(handle) if handle else None
            if not place:
                raise ClipboardError("unavailable")
            ctypes.memmove(place, data, len(data))
            self._kernel.GlobalUnlock(handle)
            if not self._user.SetClipboardData(CF_UNICODETEXT, handle):
                raise ClipboardError("unavailable")
        finally:
            self._user.CloseClipboard()

    def close(self) -> None:
        """Windows keeps the text by itself."""

    def _open(self) -> None:
        for _ in range(OPEN_TRIES):
            if self._user.OpenClipboard(None):
                return
            time.sleep(OPEN_PAUSE_SECONDS)
        raise ClipboardError("unavailable")


class MacClipboard:
    """See `clipboard.Clipboard`."""

    def __init__(self) -> None:
        import importlib

        appkit: Any = importlib.import_module("AppKit")

        self._board: Any = appkit.NSPasteboard.generalPasteboard()

    def read_text(self, limit: int = MAX_CLIPBOARD_CHARACTERS) -> str:
        """See `clipboard.Clipboard`."""
        text = self._board.stringForType_(MAC_TEXT)
        if text is None:
            raise ClipboardError("not_text" if self._board.types() else "empty")
        return checked(str(text), limit)

    def write_text(self, text: str) -> None:
        """See `clipboard.Clipboard`."""
        self._board.clearContents()
        if not self._board.setString_forType_(checked(text, MAX_CLIPBOARD_CHARACTERS), MAC_TEXT):
            raise ClipboardError("unavailable")

    def close(self) -> None:
        """MacOS keeps the text by itself."""
