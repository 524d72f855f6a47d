"""Offers a text as clipboard and primary selection for one paste, and afterwards what was there before.

Served from this process by a connection of its own; other selection formats than text are lost by a paste.
"""

import threading
import time

from customer_agent.control.selection import PRIMARY, SelectionTooLargeError
from customer_agent.control.selection_server import SelectionServer

FETCH_SECONDS = 0.3
PASTE_SECONDS = 1.5
KEEP_SECONDS = 1.0
MAX_OLD_BYTES = 1 << 20


class PasteSource(SelectionServer):
    """Owns both selections while it is used. `offer` is for one thread, the injector's."""

    def __init__(self, display: str | None = None) -> None:
        super().__init__(display, "paste")
        self._selections = (self._client.clipboard, PRIMARY)
        self._held: dict[int, str | None] = {}
        self._lock = threading.Lock()
        self._wanted: str | None = None
        self._restore_at: float | None = None
        self._old: dict[int, str | None] = {}
        self._ready, self._served = threading.Event(), threading.Event()
        self.start()

    def offer(self, text: str) -> bool:
        """Own the selections with this text; False when that did not work in time."""
        self._ready.clear()
        self._served.clear()
        with self._lock:
            self._wanted = text
        self._waker.wake()
        return self._ready.wait(FETCH_SECONDS * 10)

    def wait_served(self) -> bool:
        """Wait until a program took the text."""
        return self._served.wait(PASTE_SECONDS)

    def _work(self) -> float | None:
        with self._lock:
            wanted, self._wanted = self._wanted, None
        if wanted is not None:
            if self._restore_at is None:
                self._old = {selection: self._fetch(selection) for selection in self._selections}
            self._own(dict.fromkeys(self._selections, wanted))
            self._restore_at = time.monotonic() + PASTE_SECONDS + KEEP_SECONDS
            self._ready.set()
        elif self._restore_at is not None and time.monotonic() >= self._restore_at:
            self._restore_at = None
            self._own(self._old)
        return None if self._restore_at is None else max(0.0, self._restore_at - time.monotonic())

    def _own(self, texts: dict[int, str | None]) -> None:
        self._held = dict(texts)
        for selection, text in texts.items():
            self._client.own(selection, give_up=text is None)

    def _fetch(self, selection: int) -> str | None:
        """Return the text that another program offers, or None."""
        owner = self._client.owner(selection)
        if not owner:
            return None
        if selection in self._held and owner == self._client.window:
            return self._held[selection]
        try:
            return self._client.text(selection, seconds=FETCH_SECONDS, limit=MAX_OLD_BYTES, other=self._serve)
        except SelectionTooLargeError:
            return None

    def _text_of(self, selection: int) -> str | None:
        return self._held.get(selection)

    def _given(self) -> None:
        if self._restore_at is not None and not self._served.is_set():
            self._restore_at = time.monotonic() + KEEP_SECONDS
            self._served.set()

    def _lost(self, selection: int) -> None:
        self._held.pop(selection, None)
        self._old.pop(selection, None)  # the owner copied something meanwhile: that stays
