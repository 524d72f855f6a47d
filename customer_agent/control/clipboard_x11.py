"""The CLIPBOARD selection of X11. A text that was written is served until another program copies something."""

from typing import Any

import xcffib

from customer_agent.control.clipboard import ClipboardError, checked
from customer_agent.control.selection import SelectionClient, SelectionTooLargeError
from customer_agent.control.selection_server import SelectionServer
from customer_agent.media.x11 import DisplayError
from supportsite.protocol.channel import MAX_CLIPBOARD_CHARACTERS

ANSWER_SECONDS = 1.0
MAX_BYTES_PER_CHARACTER = 4


class X11Clipboard:
    """See `clipboard.Clipboard`."""

    def __init__(self, display: str | None = None) -> None:
        self._display = display
        self._offer: _Offer | None = None

    def read_text(self, limit: int = MAX_CLIPBOARD_CHARACTERS) -> str:
        """See `clipboard.Clipboard`."""
        try:
            client = SelectionClient(self._display)
        except DisplayError as error:
            raise ClipboardError("unavailable") from error
        try:
            return checked(self._read(client, limit), limit)
        except SelectionTooLargeError as error:
            raise ClipboardError("too_large") from error
        except xcffib.ConnectionException as error:
            raise ClipboardError("unavailable") from error
        finally:
            client.close()

    def _read(self, client: SelectionClient, limit: int) -> str:
        if not client.owner(client.clipboard):
            raise ClipboardError("empty")
        targets = client.targets(client.clipboard, seconds=ANSWER_SECONDS, other=_ignore)
        if targets is not None and not client.has_text(targets):
            raise ClipboardError("not_text")
        size = limit * MAX_BYTES_PER_CHARACTER
        text = client.text(client.clipboard, seconds=ANSWER_SECONDS, limit=size, other=_ignore)
        if text is None:
            raise ClipboardError("not_text" if targets is not None else "unavailable")
        return text

    def write_text(self, text: str) -> None:
        """See `clipboard.Clipboard`."""
        checked(text, MAX_CLIPBOARD_CHARACTERS)
        self.close()
        try:
            self._offer = _Offer(text, self._display)
        except (DisplayError, xcffib.ConnectionException) as error:
            raise ClipboardError("unavailable") from error
        if not self._offer.owned:
            self.close()
            raise ClipboardError("unavailable")

    def close(self) -> None:
        """See `clipboard.Clipboard`."""
        if self._offer is not None:
            self._offer.close()
            self._offer = None


class _Offer(SelectionServer):
    """Owns the clipboard with one text."""

    def __init__(self, text: str, display: str | None) -> None:
        super().__init__(display, "clipboard")
        self._text = text
        self._client.own(self._client.clipboard)
        self.owned = self._client.owner(self._client.clipboard) == self._client.window
        self.start()

    def close(self) -> None:
        super().close()
        self._text = ""

    def _text_of(self, selection: int) -> str | None:
        return self._text if selection == self._client.clipboard else None

    def _lost(self, selection: int) -> None:
        self._text = ""
        self._stopped.set()  # another program copied something


def _ignore(_event: Any) -> None:
    """A client that only reads owns nothing, so nobody asks it for anything."""
