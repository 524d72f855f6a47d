"""Text through X selections: asking their owner for it, and giving it when we are the owner; in parts when it is long.

Text is never logged. One thread uses a client.
"""

import struct
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import xcffib
import xcffib.xproto

from customer_agent.media.x11 import Waker, connect, screen_of, wait_readable

ATOM, STRING, PRIMARY = 4, 31, 1
SELECTION_NOTIFY = 31
NONE = 0
PART_BYTES = 60_000
PART_SECONDS = 5.0
WHOLE_SECONDS = 20.0
MAX_TRANSFERS = 20
NAMES = ("CLIPBOARD", "UTF8_STRING", "TARGETS", "INCR", "SUPPORT_MANAGER_TEXT", "text/plain;charset=utf-8")


class SelectionTooLargeError(Exception):
    """The owner offers more than was asked for."""


@dataclass(slots=True)
class _Transfer:
    """A long text on its way to another program, part by part."""

    kind: int
    rest: memoryview
    deadline: float


class SelectionClient:
    """A connection with a window for selections."""

    def __init__(self, display: str | None = None) -> None:
        self.connection = connect(display)
        self._core = self.connection.core
        self.atoms: Mapping[str, int] = {
            name: self._core.InternAtom(False, len(name), name.encode()).reply().atom  # noqa: FBT003
            for name in NAMES
        }
        self.clipboard = self.atoms["CLIPBOARD"]
        self._utf8 = (self.atoms["UTF8_STRING"], self.atoms["text/plain;charset=utf-8"])
        self.window: int = self.connection.generate_id()
        screen, of = screen_of(self.connection), xcffib.xproto
        self._core.CreateWindow(
            0, self.window, screen.root, -10, -10, 1, 1, 0, of.WindowClass.InputOnly, 0,
            of.CW.EventMask, [of.EventMask.PropertyChange],
        )  # fmt: skip
        self.connection.flush()
        self._transfers: dict[tuple[int, int], _Transfer] = {}

    def next_event(self) -> Any:
        """Return the next event or None; errors of windows that went away meanwhile are skipped."""
        while True:
            try:
                return self.connection.poll_for_event()
            except xcffib.Error:
                continue

    # Asking

    def owner(self, selection: int) -> int:
        """Return the owner's window, 0 for none."""
        owner: int = self._core.GetSelectionOwner(selection).reply().owner
        return owner

    def own(self, selection: int, *, give_up: bool = False) -> None:
        """Become the owner, or give the selection up."""
        self._core.SetSelectionOwner(NONE if give_up else self.window, selection, 0)
        self._core.GetInputFocus().reply()

    def fetch(
        self, selection: int, target: int, *, seconds: float, limit: int, other: Callable[[Any], None]
    ) -> bytes | None:
        """Ask the owner for its content as `target`; None when it does not have that or does not answer in time.

        `limit` in bytes: more raises SelectionTooLargeError. Other events go to `other` meanwhile.
        """
        place = self.atoms["SUPPORT_MANAGER_TEXT"]
        self._core.DeleteProperty(self.window, place)
        self._core.ConvertSelection(self.window, selection, target, place, 0)
        deadline = time.monotonic() + seconds

        def answered(event: Any) -> bool:
            return isinstance(event, xcffib.xproto.SelectionNotifyEvent) and event.selection == selection

        notice = self._await(answered, deadline, other)
        if notice is None or not notice.property:
            return None
        kind, data = self._take_property(place, limit)
        if kind != self.atoms["INCR"]:
            return data
        return self._fetch_parts(place, limit, other)

    def _fetch_parts(self, place: int, limit: int, other: Callable[[Any], None]) -> bytes | None:
        def written(event: Any) -> bool:
            return (
                isinstance(event, xcffib.xproto.PropertyNotifyEvent)
                and (event.window, event.atom) == (self.window, place)
                and event.state == xcffib.xproto.Property.NewValue
            )

        parts, end = bytearray(), time.monotonic() + WHOLE_SECONDS
        while self._await(written, min(end, time.monotonic() + PART_SECONDS), other) is not None:
            kind, data = self._take_property(place, limit)
            if kind == NONE or kind == self.atoms["INCR"]:
                continue  # a notice of what was read already
            if not data:
                return bytes(parts)
            parts += data
            if len(parts) > limit:
                raise SelectionTooLargeError
        return None

    def _await(self, wanted: Callable[[Any], bool], deadline: float, other: Callable[[Any], None]) -> Any:
        waker = Waker()
        try:
            while True:
                event = self.next_event()
                if event is not None:
                    if wanted(event):
                        return event
                    other(event)
                    continue
                left = deadline - time.monotonic()
                if left <= 0:
                    return None
                wait_readable(self.connection, waker, left)
        finally:
            waker.close()

    def _take_property(self, place: int, limit: int) -> tuple[int, bytes]:
        """Return type and content of a property of our window, and delete it."""
        reply = self._core.GetProperty(True, self.window, place, NONE, 0, limit // 4 + 1).reply()  # noqa: FBT003
        if reply.bytes_after:
            self._core.DeleteProperty(self.window, place)
            raise SelectionTooLargeError
        return reply.type, bytes(reply.value.buf())

    def targets(self, selection: int, *, seconds: float, other: Callable[[Any], None]) -> set[int] | None:
        """Return the forms in which the owner has its content; None when it does not say."""
        data = self.fetch(selection, self.atoms["TARGETS"], seconds=seconds, limit=65536, other=other)
        return None if data is None else set(struct.unpack(f"={len(data) // 4}I", data[: len(data) // 4 * 4]))

    def text(self, selection: int, *, seconds: float, limit: int, other: Callable[[Any], None]) -> str | None:
        """Return the owner's text, or None where it has none. `limit` in bytes."""
        for target in (*self._utf8, STRING):
            data = self.fetch(selection, target, seconds=seconds, limit=limit, other=other)
            if data is not None:
                return data.decode("latin1" if target == STRING else "utf-8", errors="replace")
        return None

    def has_text(self, targets: set[int]) -> bool:
        """Tell whether one of the forms is text."""
        return bool(targets & {*self._utf8, STRING})

    # Giving

    def answer(self, request: Any, text: str | None) -> bool:
        """Answer a SelectionRequest with our text; True when the text itself was given."""
        place, given = request.property or request.target, False
        if text is None:
            place = NONE
        elif request.target == self.atoms["TARGETS"]:
            atoms = [self.atoms["TARGETS"], *self._utf8, STRING]
            data = struct.pack(f"={len(atoms)}I", *atoms)
            self._core.ChangeProperty(0, request.requestor, place, ATOM, 32, len(atoms), data)
        elif request.target in (*self._utf8, STRING):
            coding = "latin1" if request.target == STRING else "utf-8"
            given = self._give(request, place, text.encode(coding, errors="replace"))
            place = place if given else NONE
        else:
            place = NONE
        fields = (SELECTION_NOTIFY, 0, request.time, request.requestor, request.selection, request.target, place)
        self._core.SendEvent(False, request.requestor, 0, struct.pack("=BxHIIIII8x", *fields))  # noqa: FBT003
        self.connection.flush()
        return given

    def _give(self, request: Any, place: int, data: bytes) -> bool:
        if len(data) <= PART_BYTES:
            self._core.ChangeProperty(0, request.requestor, place, request.target, 8, len(data), data)
            return True
        now = time.monotonic()
        self._transfers = {key: one for key, one in self._transfers.items() if one.deadline > now}
        if len(self._transfers) >= MAX_TRANSFERS:
            return False
        of = xcffib.xproto
        self._core.ChangeWindowAttributes(request.requestor, of.CW.EventMask, [of.EventMask.PropertyChange])
        size = struct.pack("=I", len(data))
        self._core.ChangeProperty(0, request.requestor, place, self.atoms["INCR"], 32, 1, size)
        transfer = _Transfer(request.target, memoryview(data), now + PART_SECONDS)
        self._transfers[request.requestor, place] = transfer
        return True

    def continue_giving(self, event: Any) -> None:
        """Write the next part of a long text once the other program took the last; for each PropertyNotify."""
        transfer = self._transfers.get((event.window, event.atom))
        if transfer is None or event.state != xcffib.xproto.Property.Delete:
            return
        part, transfer.rest = transfer.rest[:PART_BYTES], transfer.rest[PART_BYTES:]
        transfer.deadline = time.monotonic() + PART_SECONDS
        self._core.ChangeProperty(0, event.window, event.atom, transfer.kind, 8, len(part), bytes(part))
        self.connection.flush()
        if not part:
            del self._transfers[event.window, event.atom]
            if not any(window == event.window for window, _ in self._transfers):
                self._core.ChangeWindowAttributes(event.window, xcffib.xproto.CW.EventMask, [0])

    def close(self) -> None:
        """End the connection."""
        self.connection.disconnect()
