"""What every socket of ours does: exact origin, ticket in the first frame, strict frames, a bounded number of errors.

A bad frame is answered and counted, never fatal by itself. Nothing that a client sends chooses a method or a group.
"""

import asyncio
import json
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, ParamSpec, TypeVar

import structlog
from channels.db import database_sync_to_async
from channels.generic.websocket import AsyncWebsocketConsumer
from django.conf import settings
from django.utils import translation
from pydantic import ValidationError

from sessions.consumers.window import Bucket
from sessions.tickets import Ticket, redeem_ticket
from supportsite.core.errors import AppError, error_body
from supportsite.core.input import parse_json
from supportsite.core.language import accepted
from supportsite.core.observe import new_ref
from supportsite.core.ratelimit import client_address
from supportsite.core.tenancy import header, origin_allowed
from supportsite.protocol import PROTOCOL_VERSION
from supportsite.protocol.base import Message
from supportsite.protocol.socket import (
    AUTHENTICATE_SECONDS,
    CLIENT_FRAME,
    MAX_BAD_FRAMES,
    MAX_FRAME_BYTES,
    ClientFrame,
    CloseCode,
    Hello,
)

log = structlog.get_logger(__name__)

P = ParamSpec("P")
R = TypeVar("R")

# Sockets of this process: of an address until they say who they are, then of that person.
_open_sockets: Counter[str] = Counter()


def in_database(function: Callable[P, R]) -> Callable[P, Awaitable[R]]:
    """Run a synchronous function in one of the loop's threads; the scope of the site goes along."""
    wrapped: Callable[P, Awaitable[R]] = database_sync_to_async(function, thread_sensitive=False)
    return wrapped


# A sign-out tells of itself before its browser session is gone, so access is looked at twice.
SECOND_LOOK_SECONDS = 1


class SocketClosed(Exception):  # noqa: N818 - an instruction, not an error
    """Raised inside a socket to close it with a code."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


class BaseSocket(AsyncWebsocketConsumer):
    """A socket before its purpose: subclasses fill in `begin`, `handle` and `end`."""

    origin_required = True
    ticket_kind: type[Ticket] = Ticket

    async def connect(self) -> None:
        """Refuse foreign origins and too many sockets of one address before accepting."""
        self.ticket: Ticket | None = None
        self.tasks: list[asyncio.Task[None]] = []
        self.bad_frames = 0
        self.bucket = Bucket()
        self.closing = False
        self.counted_as = ""
        self.last_frame = time.monotonic()
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(ref=new_ref())
        self.has_origin = bool(header(self.scope, "origin")) or self._header_count("origin") > 0
        if (self.has_origin or self.origin_required) and not origin_allowed(self.scope):
            await self.close(CloseCode.FORBIDDEN)
            return
        if not self._count_as(f"address:{self._client_address()}", settings.SOCKETS_PER_ADDRESS):
            await self.close(CloseCode.TRY_LATER)
            return
        await self.accept()
        self.spawn(self._require_hello())

    async def disconnect(self, code: int) -> None:
        """Let go of everything."""
        self.closing = True
        for task in self.tasks:
            task.cancel()
        self._count_no_more()
        if self.ticket is not None:
            await self.end()

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        """Judge one frame; whatever it is, the socket lives on until there were too many bad ones."""
        if self.closing:
            return
        self.last_frame = time.monotonic()
        try:
            await self._judge(text_data)
        except SocketClosed as order:
            await self.shut(order.code)
        except AppError as error:
            await self.send_error(error.code, error.data)

    async def _judge(self, text_data: str | None) -> None:
        if not self.bucket.take(time.monotonic()):
            await self.count_bad("too_fast")
            return
        if text_data is None:
            await self.count_bad("bad_frame")
            return
        raw = text_data.encode("utf-8", "surrogatepass")
        if len(raw) > MAX_FRAME_BYTES:
            await self.count_bad("too_large")
            return
        try:
            frame = CLIENT_FRAME.validate_python(parse_json(raw), strict=True)
        except (ValueError, ValidationError):
            if self.ticket is None:
                raise SocketClosed(CloseCode.UNAUTHENTICATED) from None
            await self.count_bad("bad_frame")
            return
        if self.ticket is None:
            await self._authenticate(frame)
        elif isinstance(frame, Hello):
            await self.count_bad("bad_frame")
        else:
            await self.handle(frame)

    async def begin(self, hello: Hello) -> None:
        """Start the socket's work; `self.ticket` is set. Raises SocketClosed."""
        raise NotImplementedError

    async def handle(self, frame: ClientFrame) -> None:
        """Carry out a frame."""
        raise NotImplementedError

    async def end(self) -> None:
        """Clean up after an authenticated socket."""

    async def send_message(self, message: Message) -> None:
        """Send a frame."""
        await self.send(text_data=message.model_dump_json())

    async def send_error(self, code: str, data: dict[str, Any] | None = None) -> None:
        """Send a refusal in the client's language."""
        language = accepted(header(self.scope, "accept-language")) or settings.LANGUAGE_CODE
        with translation.override(language):
            body = error_body(code, data)
        await self.send(text_data=json.dumps({"type": "error", **body}))

    async def count_bad(self, code: str) -> None:
        """Answer a bad frame and close the socket after too many."""
        self.bad_frames += 1
        log.info("socket.bad_frame", code=code, count=self.bad_frames)
        await self.send_error(code)
        if self.bad_frames >= MAX_BAD_FRAMES:
            raise SocketClosed(CloseCode.BAD_FRAMES)

    async def shut(self, code: int) -> None:
        """Close once."""
        if not self.closing:
            self.closing = True
            await self.close(code)

    def access_may_have_changed(self, message: dict[str, Any], user_id: int | None) -> None:
        """Look at the right to be here, now and in a second; `user` in the message says whose access it is about."""
        if message.get("user") in (None, user_id):
            self.spawn(self._look_twice())

    async def _look_twice(self) -> None:
        await self.recheck()
        await asyncio.sleep(SECOND_LOOK_SECONDS)
        await self.recheck()

    async def recheck(self) -> None:
        """Raise SocketClosed where the socket may stay no longer."""
        raise NotImplementedError

    def spawn(self, work: Coroutine[Any, Any, None]) -> None:
        """Run work beside the socket; a fault in it is logged and closes the socket for a new try."""
        self.tasks.append(asyncio.create_task(self._guard(work)))

    async def _guard(self, work: Coroutine[Any, Any, None]) -> None:
        try:
            await work
        except SocketClosed as order:
            await self.shut(order.code)
        except asyncio.CancelledError:
            raise
        except Exception as error:
            log.exception("socket.fault", error=type(error).__name__)
            await self.shut(CloseCode.TRY_LATER)

    async def _require_hello(self) -> None:
        await asyncio.sleep(AUTHENTICATE_SECONDS)
        if self.ticket is None:
            raise SocketClosed(CloseCode.UNAUTHENTICATED)

    async def _authenticate(self, frame: ClientFrame) -> None:
        if not isinstance(frame, Hello):
            raise SocketClosed(CloseCode.UNAUTHENTICATED)
        if frame.protocol != PROTOCOL_VERSION:
            raise SocketClosed(CloseCode.BAD_FRAMES)
        ticket = await in_database(redeem_ticket)(frame.ticket, self.ticket_kind)
        if ticket is None or ticket.site_id != self.scope["site"].pk:
            raise SocketClosed(CloseCode.UNAUTHENTICATED)
        await self.begin_with(ticket, frame)

    async def begin_with(self, ticket: Ticket, hello: Hello) -> None:
        """Take the ticket and begin; a fault or refusal leaves the socket unauthenticated."""
        # An office behind one address is not one visitor.
        holder = f"member:{ticket.membership_id}" if ticket.membership_id else f"endpoint:{ticket.endpoint_id}"
        if not self._count_as(f"{ticket.site_id}:{holder}", settings.SOCKETS_PER_PERSON):
            raise SocketClosed(CloseCode.TRY_LATER)
        self.ticket = ticket
        try:
            await self.begin(hello)
        except AppError as error:
            raise SocketClosed(CloseCode.NOT_FOUND) from error

    def _count_as(self, name: str, limit: int) -> bool:
        """Count this socket under another name; False, and nothing changed, where there are too many."""
        if _open_sockets[name] >= limit:
            return False
        self._count_no_more()
        self.counted_as = name
        _open_sockets[name] += 1
        return True

    def _count_no_more(self) -> None:
        if self.counted_as:
            _open_sockets[self.counted_as] -= 1
            if _open_sockets[self.counted_as] <= 0:
                del _open_sockets[self.counted_as]
        self.counted_as = ""

    def _header_count(self, name: str) -> int:
        return sum(key == name.encode() for key, _ in self.scope["headers"])

    def _client_address(self) -> str:
        client = self.scope.get("client") or ("unknown", 0)
        meta = {"REMOTE_ADDR": client[0], "HTTP_X_FORWARDED_FOR": header(self.scope, "x-forwarded-for")}
        return client_address(meta, settings.TRUSTED_PROXY_COUNT)
