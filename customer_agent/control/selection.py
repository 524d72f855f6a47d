"""Offers a text as clipboard and primary selection for one paste, and afterwards what was there before.

Served from this process by a connection of its own; other selection formats than text are lost by a paste.
"""

import struct
import threading
import time
from typing import Any

import xcffib
import xcffib.xproto

from customer_agent.media.x11 import Waker, connect, screen_of, wait_readable

ATOM, STRING, PRIMARY = 4, 31, 1
FETCH_SECONDS = 0.3
PASTE_SECONDS = 1.5
KEEP_SECONDS = 1.0
MAX_OLD_BYTES = 1 << 20
SELECTION_NOTIFY = 31
NONE = 0


class PasteSource:
    """Owns both selections while it is used. `offer` is for one thread, the injector's."""

    def __init__(self, display: str | None = None) -> None:
        self._connection = connect(display)
        self._core = self._connection.core
        self._atoms = {
            name: self._atom(name) for name in ("CLIPBOARD", "UTF8_STRING", "TARGETS", "text/plain;charset=utf-8")
        }
        self._texts = {self._atoms["UTF8_STRING"], self._atoms["text/plain;charset=utf-8"], STRING}
        self._selections = (self._atoms["CLIPBOARD"], PRIMARY)
        self._window = self._connection.generate_id()
        screen = screen_of(self._connection)
        kind = xcffib.xproto.WindowClass.InputOnly
        self._core.CreateWindow(0, self._window, screen.root, -10, -10, 1, 1, 0, kind, screen.root_visual, 0, [])
        self._connection.flush()
        self._held: dict[int, bytes | None] = {}
        self._lock = threading.Lock()
        self._wanted: str | None = None
        self._restore_at: float | None = None
        self._old: dict[int, bytes | None] = {}
        self._ready, self._served, self._stopped = threading.Event(), threading.Event(), threading.Event()
        self._waker = Waker()
        self._thread = threading.Thread(target=self._run, name="paste", daemon=True)
        self._thread.start()

    def _atom(self, name: str) -> int:
        atom: int = self._core.InternAtom(False, len(name), name.encode()).reply().atom  # noqa: FBT003
        return atom

    def offer(self, text: str) -> bool:
        """Own the selections with this text; False when that did not work in time."""
        self._ready.clear()
        self._served.clear()
        with self._lock:
            self._wanted = text
        self._waker.wake()
        return self._ready.wait(FETCH_SECONDS * 3)

    def wait_served(self) -> bool:
        """Wait until a program took the text."""
        return self._served.wait(PASTE_SECONDS)

    def close(self) -> None:
        """Give the selections up."""
        self._stopped.set()
        self._waker.wake()
        self._thread.join(2)

    def _run(self) -> None:
        try:
            while not self._stopped.is_set():
                while (event := self._connection.poll_for_event()) is not None:
                    self._take(event)
                self._work()
                rest = None if self._restore_at is None else max(0.0, self._restore_at - time.monotonic())
                wait_readable(self._connection, self._waker, rest)
        except xcffib.ConnectionException:
            return  # the display is gone: the injector notices
        finally:
            self._connection.disconnect()
            self._waker.close()

    def _work(self) -> None:
        with self._lock:
            wanted, self._wanted = self._wanted, None
        if wanted is not None:
            if self._restore_at is None:
                self._old = {selection: self._fetch(selection) for selection in self._selections}
            self._own(dict.fromkeys(self._selections, wanted.encode()))
            self._restore_at = time.monotonic() + PASTE_SECONDS + KEEP_SECONDS
            self._ready.set()
        elif self._restore_at is not None and time.monotonic() >= self._restore_at:
            self._restore_at = None
            self._own(self._old)

    def _own(self, texts: dict[int, bytes | None]) -> None:
        self._held = dict(texts)
        for selection, text in texts.items():
            self._core.SetSelectionOwner(NONE if text is None else self._window, selection, 0)
        self._core.GetInputFocus().reply()

    def _fetch(self, selection: int) -> bytes | None:
        """Return the text that another program offers, or None."""
        if selection in self._held and self._is_owner(selection):
            return self._held[selection]
        if not self._core.GetSelectionOwner(selection).reply().owner:
            return None
        utf8 = self._atoms["UTF8_STRING"]
        self._core.ConvertSelection(self._window, selection, utf8, selection, 0)
        deadline = time.monotonic() + FETCH_SECONDS
        while time.monotonic() < deadline:
            event = self._connection.poll_for_event()
            if isinstance(event, xcffib.xproto.SelectionNotifyEvent) and event.selection == selection:
                return self._property(selection) if event.property else None
            if event is not None:
                self._take(event)
            else:
                wait_readable(self._connection, self._waker, deadline - time.monotonic())
        return None

    def _property(self, name: int) -> bytes | None:
        reply = self._core.GetProperty(True, self._window, name, 0, 0, MAX_OLD_BYTES // 4).reply()  # noqa: FBT003
        return bytes(reply.value.buf()) if reply.format == 8 else None

    def _is_owner(self, selection: int) -> bool:
        return bool(self._core.GetSelectionOwner(selection).reply().owner == self._window)

    def _take(self, event: Any) -> None:
        if isinstance(event, xcffib.xproto.SelectionRequestEvent):
            self._answer(event)
        elif isinstance(event, xcffib.xproto.SelectionClearEvent):
            self._held.pop(event.selection, None)
            self._old.pop(event.selection, None)  # the owner copied something meanwhile: that stays

    def _answer(self, request: Any) -> None:
        text = self._held.get(request.selection)
        place = request.property or request.target
        if text is None:
            place = NONE
        elif request.target == self._atoms["TARGETS"]:
            atoms = [self._atoms["TARGETS"], *sorted(self._texts)]
            self._core.ChangeProperty(
                0, request.requestor, place, ATOM, 32, len(atoms), struct.pack(f"={len(atoms)}I", *atoms)
            )
        elif request.target in self._texts:
            self._core.ChangeProperty(0, request.requestor, place, request.target, 8, len(text), text)
            if self._restore_at is not None and not self._served.is_set():
                self._restore_at = time.monotonic() + KEEP_SECONDS
                self._served.set()
        else:
            place = NONE
        fields = (SELECTION_NOTIFY, 0, request.time, request.requestor, request.selection, request.target, place)
        self._core.SendEvent(False, request.requestor, 0, struct.pack("=BxHIIIII8x", *fields))  # noqa: FBT003
        self._connection.flush()
