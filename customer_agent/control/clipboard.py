"""The text of this computer's clipboard: read once when asked, written once when asked. Never logged, never watched."""

import platform
from typing import Literal, Protocol

from supportsite.protocol.channel import MAX_CLIPBOARD_CHARACTERS

ClipboardFault = Literal["empty", "not_text", "too_large", "unavailable"]


class ClipboardError(Exception):
    """The clipboard gives or takes no text; `code` says why."""

    def __init__(self, code: ClipboardFault) -> None:
        super().__init__(code)
        self.code: ClipboardFault = code


class Clipboard(Protocol):
    """This system's clipboard. Methods may take some seconds, on any thread, one call at a time."""

    def read_text(self, limit: int = MAX_CLIPBOARD_CHARACTERS) -> str:
        """Return the text, at most `limit` characters. Raises ClipboardError."""

    def write_text(self, text: str) -> None:
        """Put a text there. Raises ClipboardError."""

    def close(self) -> None:
        """Give everything back; on X11 a text that we put there goes with us."""


def open_clipboard(display: str | None = None) -> Clipboard:
    """Return the clipboard of this system. Nothing is read yet."""
    if platform.system() == "Linux":
        from customer_agent.control.clipboard_x11 import X11Clipboard

        return X11Clipboard(display)
    from customer_agent.control import clipboard_native

    return clipboard_native.WindowsClipboard() if platform.system() == "Windows" else clipboard_native.MacClipboard()


def checked(text: str, limit: int) -> str:
    """Return a text that may be handed on. Raises ClipboardError for an empty or a too long one."""
    if not text:
        raise ClipboardError("empty")
    if len(text) > limit:
        raise ClipboardError("too_large")
    return text
