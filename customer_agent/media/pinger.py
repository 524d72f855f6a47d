"""Asks windows whether their program still answers, as window managers do (_NET_WM_PING)."""

import time
from typing import Any

import xcffib
import xcffib.xproto

from customer_agent.media.window_reader import WindowReader

PING_INTERVAL_SECONDS = 5.0
HUNG_AFTER_SECONDS = 2.0


class Pinger:
    """Belongs to the thread of its connection. Programs that know no pings are never called hung."""

    def __init__(self, reader: WindowReader) -> None:
        self._reader = reader
        self._asked: dict[int, float] = {}  # windows that owe an answer, since when
        self._hung: set[int] = set()
        self._next_at = time.monotonic() + PING_INTERVAL_SECONDS

    @property
    def due(self) -> float:
        """When `update` has something to do."""
        owed = [at + HUNG_AFTER_SECONDS for window, at in self._asked.items() if window not in self._hung]
        return min([self._next_at, *owed])

    def is_hung(self, window: int) -> bool:
        """Whether the window's program owes an answer for too long."""
        return window in self._hung

    def ask(self, window: int, now: float) -> None:
        """Ask a window; nothing happens if it knows no pings or was asked already."""
        reader = self._reader
        ping = reader.atom("_NET_WM_PING")
        if window in self._asked or ping not in reader.words(window, "WM_PROTOCOLS"):
            return
        self._asked[window] = now
        make_message: Any = xcffib.xproto.ClientMessageEvent.synthetic
        make_data: Any = xcffib.xproto.ClientMessageData.synthetic
        data = make_data([ping, int(now * 1000) & 0xFFFFFFFF, window, 0, 0], "I" * 5)
        message = make_message(32, window, reader.atom("WM_PROTOCOLS"), data)
        reader.connection.core.SendEvent(0, window, 0, message.pack())
        reader.connection.flush()

    def handle(self, event: Any) -> None:
        """Take an answer, which comes to the root window."""
        reader = self._reader
        if event.window == reader.root and event.type == reader.atom("WM_PROTOCOLS"):
            words = event.data.data32
            if words[0] == reader.atom("_NET_WM_PING"):
                self._asked.pop(words[2], None)

    def update(self, windows: list[int], now: float) -> bool:
        """Ask again when it is time; True when a window hung or answered again."""
        before = set(self._hung)
        for window in set(self._asked) - set(windows):
            del self._asked[window]
        self._hung = {window for window, at in self._asked.items() if now - at >= HUNG_AFTER_SECONDS}
        if now >= self._next_at:
            self._next_at = now + PING_INTERVAL_SECONDS
            for window in windows:
                self.ask(window, now)
        return self._hung != before
