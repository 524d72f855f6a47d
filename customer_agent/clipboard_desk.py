"""Clipboard text, one use for each grant, in one direction. The text is never logged. Belongs to the event loop."""

import asyncio
import time
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol, TypeVar

from customer_agent.control.clipboard import Clipboard, ClipboardError
from customer_agent.grant_rows import RowState
from customer_agent.grants import GrantTable
from customer_agent.refusals import Refusals
from supportsite.protocol.base import Capability
from supportsite.protocol.capabilities import CLIPBOARD
from supportsite.protocol.channel import (
    CLIPBOARD_PART_CHARACTERS,
    MAX_CLIPBOARD_CHARACTERS,
    MAX_CLIPBOARD_PARTS,
    ClipboardPart,
    ClipboardRead,
)

T = TypeVar("T")
NAMED_WITHIN_SECONDS, NAMED_CHECK_SECONDS = 3.0, 0.05
Outcome = Literal["sent", "received", "empty", "not_text", "too_large", "unavailable"]


class Receiver(Protocol):
    """Who gets a part."""

    connection: str
    participant: str

    def send(self, message: Any) -> None:
        """Send one message."""


@dataclass(slots=True)
class _Arriving:
    grant: str
    parts: int
    texts: list[str] = field(default_factory=list)
    characters: int = 0


class ClipboardDesk:
    """`on_used(what, participant)` tells the owner what happened."""

    def __init__(
        self,
        *,
        table: GrantTable,
        open_clipboard: Callable[[], Clipboard],
        refusals: Refusals,
        on_used: Callable[[Outcome, str], None],
    ) -> None:
        self._table = table
        self._open_clipboard = open_clipboard
        self._clipboard: Clipboard | None = None
        self._turn = asyncio.Lock()
        self._refusals = refusals
        self._on_used = on_used
        self._arriving: dict[str, _Arriving] = {}
        self._early: dict[str, list[ClipboardRead | ClipboardPart]] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    def take(self, peer: Receiver, message: ClipboardRead | ClipboardPart) -> None:
        """Take a viewer's message; what no active clipboard grant of theirs allows is dropped and counted.

        A viewer may hear of the grant a moment before the server's answer names it here: that moment is waited.
        """
        waiting = self._early.get(peer.connection)
        if waiting is not None:
            if len(waiting) <= MAX_CLIPBOARD_PARTS:
                waiting.append(message)
        elif self._table.find(message.grant) is None and self._is_to_be_named(peer.participant):
            self._early[peer.connection] = [message]
            self._take_early(peer, time.monotonic() + NAMED_WITHIN_SECONDS)
        else:
            self._take(peer, message)

    def _take_early(self, peer: Receiver, until: float) -> None:
        """Take what came early, in order, once the server has named the grant, or after a while anyway."""
        if self._is_to_be_named(peer.participant) and time.monotonic() < until:
            asyncio.get_running_loop().call_later(NAMED_CHECK_SECONDS, self._take_early, peer, until)
            return
        for message in self._early.pop(peer.connection, []):
            self._take(peer, message)

    def _is_to_be_named(self, participant: str) -> bool:
        """Whether the owner allowed them clipboard text, and the server has not named the grant yet."""
        return any(
            row.state is RowState.ALLOWED and row.capability in CLIPBOARD and row.holder == participant
            for row in self._table.rows()
        )

    def _take(self, peer: Receiver, message: ClipboardRead | ClipboardPart) -> None:
        wanted = Capability.CLIPBOARD_TO_CSR if isinstance(message, ClipboardRead) else Capability.CLIPBOARD_TO_CUSTOMER
        row = self._table.find_active(message.grant)
        if (
            row is None
            or row.capability is not wanted
            or row.holder != peer.participant
            or row.epoch != message.epoch
        ):  # fmt: skip
            self._arriving.pop(peer.connection, None)
            self._refusals.count("clipboard_not_granted")
            return
        if isinstance(message, ClipboardPart):
            self._collect(peer, message)
        elif self._table.use_up(message.grant):
            self._spawn(self._send(peer, message))

    def forget(self, connection: str) -> None:
        """A viewer's connection ended, and with it what was half sent."""
        self._arriving.pop(connection, None)
        self._early.pop(connection, None)

    async def close(self) -> None:
        """Wait until what was begun has ended, and give the clipboard back."""
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._clipboard is not None:
            await asyncio.to_thread(self._clipboard.close)

    async def _do(self, work: Callable[[Clipboard], T]) -> T:
        """Use the clipboard in a thread, one at a time. Raises ClipboardError."""
        async with self._turn:
            if self._clipboard is None:
                self._clipboard = self._open_clipboard()
            return await asyncio.to_thread(work, self._clipboard)

    async def _send(self, peer: Receiver, request: ClipboardRead) -> None:
        text = ""
        outcome: Outcome = "sent"
        try:
            text = await self._do(lambda clipboard: clipboard.read_text())
        except ClipboardError as error:
            outcome = error.code
        size = CLIPBOARD_PART_CHARACTERS
        # The one who asked hears an empty text too, instead of waiting for one.
        pieces = [text[at : at + size] for at in range(0, len(text), size)] or [""]
        for number, piece in enumerate(pieces):
            part = ClipboardPart(
                grant=request.grant, epoch=request.epoch, part=number, parts=len(pieces), text=piece
            )  # fmt: skip
            peer.send(part)
        self._on_used(outcome, peer.participant)

    def _collect(self, peer: Receiver, message: ClipboardPart) -> None:
        """Put parts together; they come in order, or all are dropped."""
        arriving = self._arriving.get(peer.connection)
        if arriving is None or arriving.grant != message.grant or message.part == 0:
            arriving = self._arriving[peer.connection] = _Arriving(message.grant, message.parts)
        arriving.characters += len(message.text)
        fits = message.part == len(arriving.texts) and message.parts == arriving.parts
        if not fits or arriving.characters > MAX_CLIPBOARD_CHARACTERS:
            del self._arriving[peer.connection]
            self._refusals.count("malformed")
            return
        arriving.texts.append(message.text)
        if len(arriving.texts) == arriving.parts:
            del self._arriving[peer.connection]
            if self._table.use_up(message.grant):
                self._spawn(self._write("".join(arriving.texts), peer.participant))

    async def _write(self, text: str, participant: str) -> None:
        try:
            await self._do(lambda clipboard: clipboard.write_text(text))
        except ClipboardError as error:
            self._on_used(error.code, participant)
            return
        self._on_used("received", participant)

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
