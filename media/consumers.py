"""The socket of one side of a relay: passes pictures and channel messages on while the grant is active, and no faster.

The server holds at most the pictures that the viewer has not acknowledged, two of them, wherever they are on the way.
"""

import asyncio
import time
from typing import Any, cast

import structlog
from pydantic import ValidationError
from redis.exceptions import RedisError

from media import relay_line
from media.flow import PictureGate
from media.relay_line import RelayLine
from media.relay_records import (
    RENEW_SECONDS,
    SOURCE,
    VIEWER,
    Relay,
    RelayTicket,
    drop_relay,
    find_relay,
    keep_relay,
    take_side,
)
from media.selectors import read_rights
from sessions.consumers.base import BaseSocket, SocketClosed, in_database
from sessions.consumers.window import Bucket
from supportsite.core import wake
from supportsite.protocol.base import Capability
from supportsite.protocol.channel import (
    STATE_MESSAGE,
    VIEWER_INPUT,
    ChannelHeartbeat,
    ClipboardPart,
    ClipboardRead,
    Mark,
    MarksCleared,
    Refresh,
    StateMessage,
)
from supportsite.protocol.relay import (
    ACK,
    INPUT,
    KEY,
    READY,
    RELAY_SILENT_SECONDS,
    STATE,
    read_part,
    read_text,
    write_text,
)
from supportsite.protocol.socket import ClientFrame, CloseCode, Hello, Welcome

TEXTS_PER_SECOND, TEXTS_BURST = 300, 600
BYTES_PER_SECOND, BYTES_BURST = 16 * 1024 * 1024, 16 * 1024 * 1024
UNHEARD_TEXT_BYTES = 512 * 1024
PAIR_SECONDS = 15
FROM_VIEWER = ChannelHeartbeat | Mark | MarksCleared | Refresh | ClipboardRead | ClipboardPart
WORDS = {VIEWER: frozenset({ACK, KEY, INPUT, STATE}), SOURCE: frozenset({STATE})}

log = structlog.get_logger(__name__)


class RelayConsumer(BaseSocket):
    """Viewer and source alike; `side` says which."""

    origin_required = False  # a Support Manager sends none; a viewer without one is refused with its ticket
    ticket_kind = RelayTicket

    async def begin(self, hello: Hello) -> None:
        """Check the ticket, take its side, and tell the other side."""
        ticket = cast(RelayTicket, self.ticket)
        self.record: Relay | None = None
        self.line: RelayLine | None = None
        found = await in_database(find_relay)(ticket.relay, site_id=ticket.site_id, session=ticket.session_id or "")
        if found is None or found.id != self.scope["url_route"]["kwargs"]["relay_id"]:
            raise SocketClosed(CloseCode.UNAUTHENTICATED)
        self.side = ticket.side
        if self.side == VIEWER and not self.has_origin:
            raise SocketClosed(CloseCode.FORBIDDEN)
        self.user_id = None
        self.rights = await in_database(read_rights)(ticket, found)
        if self.rights.close is not None:
            raise SocketClosed(self.rights.close)
        if not await in_database(take_side)(found, self.side):
            raise SocketClosed(CloseCode.REPLACED)
        self.record = found
        self.began = time.monotonic()
        self.ready = False
        # What was read may be old by the time that this socket hears of changes: read again before anything passes.
        self.checked = asyncio.Event()
        self.doubt = asyncio.Event()
        self.doubt.set()
        self.gate = PictureGate()
        self.texts = Bucket(TEXTS_PER_SECOND, TEXTS_BURST)
        self.bytes = Bucket(BYTES_PER_SECOND, BYTES_BURST)
        self.passed_bytes = self.passed_frames = self.unheard_bytes = 0
        self.layer_groups = [wake.session_group(found.session), wake.group("access")]
        for name in self.layer_groups:
            await self.channel_layer.group_add(name, self.channel_name)
        self.line = RelayLine(found.id, self.side)
        await self.line.open()
        await self.send_message(Welcome(endpoint=None, seq=0, heartbeat_seconds=1))
        self.spawn(self._deliver())
        self.spawn(self._watch())
        await self.line.send(relay_line.JOINED)

    async def handle(self, frame: ClientFrame) -> None:
        """Never called: after the hello, frames are the relay's own."""

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        """Take the hello as every socket does, then the relay's frames."""
        if self.ticket is None:
            await super().receive(text_data, bytes_data)
            return
        if self.closing:
            return
        self.last_frame = time.monotonic()
        try:
            await self.checked.wait()
            await self._take(text_data, bytes_data)
        except SocketClosed as order:
            await self.shut(order.code)
        except (RedisError, OSError):
            await self.shut(CloseCode.TRY_LATER)

    async def _take(self, text: str | None, data: bytes | None) -> None:
        """Judge one frame of this side's client and pass it on."""
        if self.closing or not self.ready:
            return  # nobody is there yet, and an honest client waits for "ready"
        if not self.bytes.take(time.monotonic(), len(data or text or "")):
            raise SocketClosed(CloseCode.TOO_SLOW)
        if data is not None:
            await self._take_picture(data)
        elif text is not None:
            await self._take_text(text)

    async def _take_picture(self, data: bytes) -> None:
        try:
            part = read_part(data)
        except ValueError:
            await self.count_bad("bad_frame")
            return
        if self.side != SOURCE or not self.gate.admit(part):
            await self.count_bad("too_fast" if self.side == SOURCE else "bad_frame")
            return
        await self._pass(relay_line.PICTURE, data)

    async def _take_text(self, text: str) -> None:
        if not self.texts.take(time.monotonic()):
            await self.count_bad("too_fast")
            return
        try:
            word, body = read_text(text)
            if word not in WORDS[self.side]:
                raise ValueError("word")
            if word == INPUT:
                VIEWER_INPUT.validate_json(body)
            elif word == STATE:
                message = STATE_MESSAGE.validate_json(body)
                if self.side == VIEWER and not await self._may_say(message):
                    return
            elif word == ACK:
                body = str(self._acknowledge(body))
            else:
                body = ""
        except (ValueError, ValidationError):
            await self.count_bad("bad_frame")
            return
        self.unheard_bytes = 0
        if word == INPUT and not self.rights.operate:
            return  # a control that has just ended; the Support Manager refuses it as well
        await self._pass(relay_line.TEXT, write_text(word, body).encode())

    async def _may_say(self, message: StateMessage) -> bool:
        """Tell whether a viewer's message may pass; clipboard text only by an active grant of its direction.

        Raises ValueError for what only a source says.
        """
        if not isinstance(message, FROM_VIEWER):
            raise ValueError("state")  # noqa: TRY004  a frame that is not for this side
        if not isinstance(message, ClipboardRead | ClipboardPart):
            return True
        begins = isinstance(message, ClipboardRead) or message.part == 0
        reads = isinstance(message, ClipboardRead)
        used = (message.grant, Capability.CLIPBOARD_TO_CSR if reads else Capability.CLIPBOARD_TO_CUSTOMER)
        if begins and used not in self.rights.clipboard:
            await self.recheck()  # the viewer may hear of a new grant first
            if used not in self.rights.clipboard:
                await self.count_bad("forbidden")
        return used in self.rights.clipboard

    def _acknowledge(self, body: str) -> int:
        """Return the number; the viewer may acknowledge only what it was sent. Raises ValueError."""
        if not (body.isascii() and body.isdigit() and len(body) <= 10):
            raise ValueError("ack")
        self.gate.acknowledge(int(body))
        return int(body)

    async def _pass(self, kind: bytes, frame: bytes) -> None:
        assert self.line is not None
        self.passed_bytes += len(frame)
        self.passed_frames += 1
        if not await self.line.send(kind, frame):
            raise SocketClosed(CloseCode.TRY_LATER)

    async def _deliver(self) -> None:
        """Send what the other side passed on."""
        assert self.line is not None
        async for kind, frame in self.line.messages():
            await self.checked.wait()
            if self.closing or kind == relay_line.ENDED:
                break
            if kind == relay_line.JOINED:
                await self._pair()
            elif kind == relay_line.PICTURE:
                self.gate.admit(read_part(frame))
                await self.send(bytes_data=frame)
            elif kind == relay_line.TEXT:
                await self._deliver_text(frame.decode())
        raise SocketClosed(CloseCode.NOT_FOUND if self.ready else CloseCode.TRY_LATER)

    async def _deliver_text(self, text: str) -> None:
        word, body = read_text(text)
        if self.side == SOURCE and word == ACK:
            self.gate.acknowledge(int(body))
        if self.side == VIEWER:
            self.unheard_bytes += len(text)
            if self.unheard_bytes > UNHEARD_TEXT_BYTES:
                raise SocketClosed(CloseCode.TOO_SLOW)
        await self.send(text_data=text)

    async def _pair(self) -> None:
        """Both sides listen: the client may speak. The answer reaches a side that came later, and ends there."""
        if not self.ready:
            assert self.line is not None
            self.ready = True
            await self.line.send(relay_line.JOINED)
            await self.send(text_data=READY)

    # The right to be here

    async def wake(self, message: dict[str, Any]) -> None:
        """Let nothing pass until it was looked whether it still may; the type is chosen by the server alone."""
        self.checked.clear()
        self.doubt.set()
        if "session" not in message:
            self.spawn(self._look_twice())

    async def relay(self, message: dict[str, Any]) -> None:
        """Typing signs of the session are not for here."""

    async def _watch(self) -> None:
        """Look at the right to be here at each doubt and every few seconds, and keep the relay."""
        assert self.record is not None
        while True:
            try:
                async with asyncio.timeout(RENEW_SECONDS):
                    await self.doubt.wait()
            except TimeoutError:
                if not await in_database(keep_relay)(self.record, self.side):
                    raise SocketClosed(CloseCode.NOT_FOUND) from None
            self.doubt.clear()
            await self.recheck()
            if not self.doubt.is_set():
                self.checked.set()
            self._require_life()

    def _require_life(self) -> None:
        now = time.monotonic()
        if not self.ready and now - self.began > PAIR_SECONDS:
            raise SocketClosed(CloseCode.TRY_LATER)
        if self.ready and now - self.last_frame > RELAY_SILENT_SECONDS:
            raise SocketClosed(CloseCode.TRY_LATER)

    async def recheck(self) -> None:
        """Close where the grant, the person or the login holds no longer."""
        assert self.record is not None
        self.rights = await in_database(read_rights)(cast(RelayTicket, self.ticket), self.record)
        if self.rights.close is not None:
            raise SocketClosed(self.rights.close)

    async def end(self) -> None:
        """The relay is over for both."""
        for name in getattr(self, "layer_groups", []):
            await self.channel_layer.group_discard(name, self.channel_name)
        if self.record is None:
            return
        log.info(
            "relay.ended", side=self.side, frames=self.passed_frames, bytes=self.passed_bytes,
            seconds=round(time.monotonic() - self.began, 1),
        )  # fmt: skip
        await in_database(drop_relay)(self.record)
        if self.line is not None:
            await self.line.send(relay_line.ENDED)
            await self.line.close()
