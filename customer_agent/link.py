"""The WebSocket of one session: events in order, heartbeats, signalling, and coming back after every loss."""

import asyncio
import contextlib
import json
import logging
import random
from collections.abc import Callable
from typing import Any

import aiohttp
from pydantic import ValidationError

from customer_agent import clock
from customer_agent.client import ApiClient
from customer_agent.errors import AgentError
from customer_agent.session_model import SessionModel, parse_event, raw_sequence
from supportsite.protocol import PROTOCOL_VERSION
from supportsite.protocol.events import Event
from supportsite.protocol.socket import (
    MAX_FRAME_BYTES,
    SERVER_FRAME,
    SUPPORT_MANAGER_HEARTBEAT_SECONDS,
    Ack,
    CloseCode,
    Heartbeat,
    Hello,
    Signal,
    SignalData,
    Welcome,
)

log = logging.getLogger(__name__)

ACK_EVENTS = 20
SILENCE_SECONDS = 5.0
ABANDON_SECONDS = 0.5
FIRST_DELAY_SECONDS = 0.25
EARLY_DELAY_SECONDS = 2.0
LATE_DELAY_SECONDS = 30.0
EARLY_SECONDS = 300.0
MAX_REFUSED_TICKETS = 2
# The server's frames may carry a long chat message; four times our own limit is still small.
MAX_INCOMING_BYTES = 4 * MAX_FRAME_BYTES
_FINAL_CLOSES = {CloseCode.FORBIDDEN: "gone", CloseCode.NOT_FOUND: "gone", CloseCode.REPLACED: "replaced"}


def retry_delay(attempt: int, away_seconds: float) -> float:
    """Return the seconds to wait before try number `attempt` (from 0): 0.25 s doubling to 2 s, after 5 min to 30 s."""
    cap = EARLY_DELAY_SECONDS if away_seconds < EARLY_SECONDS else LATE_DELAY_SECONDS
    delay = min(cap, FIRST_DELAY_SECONDS * float(2 ** min(attempt, 10)))
    return delay * random.uniform(0.8, 1.2)  # noqa: S311 - spreads reconnects, keeps no secret


class Link:
    """Keeps the socket. Callbacks run on the event loop; `run` returns the code of why it is over for good."""

    def __init__(
        self,
        api: ApiClient,
        model: SessionModel,
        *,
        endpoint: str,
        on_event: Callable[[Event], None],
        on_signal: Callable[[Signal], None],
        on_heard: Callable[[], None],
        on_welcome: Callable[[], None],
    ) -> None:
        self._api = api
        self._model = model
        self._endpoint = endpoint
        self._on_event = on_event
        self._on_signal = on_signal
        self._on_heard = on_heard
        self._on_welcome = on_welcome
        self._socket: aiohttp.ClientWebSocketResponse | None = None
        self._unacknowledged = 0
        self._welcomed = False
        self._sending: set[asyncio.Task[None]] = set()

    async def run(self) -> str:
        """Stay connected until the session is gone for this program; returns `gone`, `replaced` or `refused`."""
        attempt, refused, lost_at = 0, 0, clock.now()
        while True:
            try:
                close = await self._connect_once()
                if self._welcomed:
                    attempt, refused, lost_at = 0, 0, clock.now()
                if close in _FINAL_CLOSES:
                    return _FINAL_CLOSES[close]
                refused += close == CloseCode.UNAUTHENTICATED
            except AgentError as error:
                if error.status in (403, 404, 409, 410):
                    return "gone"
                refused += error.status == 401
                log.info("no connection: %s", error.code)
            if refused > MAX_REFUSED_TICKETS:
                return "refused"
            await asyncio.sleep(retry_delay(attempt, clock.now() - lost_at))
            attempt += 1

    def reconnect(self) -> None:
        """Give the socket up, which may be dead without having noticed, and open another one."""
        if self._socket is not None:
            task = asyncio.ensure_future(self._abandon(self._socket))
            self._sending.add(task)
            task.add_done_callback(self._sending.discard)

    @staticmethod
    async def _abandon(socket: aiohttp.ClientWebSocketResponse) -> None:
        # A dead peer answers no close; its answer is not waited for.
        with contextlib.suppress(aiohttp.ClientError, OSError, TimeoutError):
            async with asyncio.timeout(ABANDON_SECONDS):
                await socket.close()

    def send_signal(self, to: str, data: SignalData) -> None:
        """Send signalling to another endpoint; dropped while there is no connection (the viewer asks again)."""
        self._send_soon(Signal(to=to, data=data))

    async def _connect_once(self) -> int | None:
        self._welcomed = False
        ticket = await self._api.ticket(session=self._model.id, endpoint=self._endpoint)
        url = self._api.address.socket_url(ticket.url)
        hello = Hello(protocol=PROTOCOL_VERSION, ticket=ticket.ticket, after=self._model.seq)
        try:
            async with self._api.http.ws_connect(url, max_msg_size=MAX_INCOMING_BYTES) as socket:
                await socket.send_str(hello.model_dump_json())
                beat = asyncio.create_task(self._beat(socket))
                try:
                    self._socket = socket
                    await self._serve(socket)
                finally:
                    self._socket = None
                    beat.cancel()
                return socket.close_code
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise AgentError("unreachable", message=type(error).__name__) from error

    async def _serve(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        while True:
            async with asyncio.timeout(SILENCE_SECONDS):
                message = await socket.receive()
            if message.type is not aiohttp.WSMsgType.TEXT:
                return
            self._on_heard()
            if not self._take(message.data):
                log.info("events are missing after %d; reading again", self._model.seq)
                return

    def _take(self, text: str) -> bool:
        """Handle one frame; False asks for a fresh connection because events are missing."""
        try:
            data = json.loads(text)
        except ValueError:
            log.info("a frame is no JSON")
            return True
        if isinstance(data, dict) and data.get("type") == "event":
            return self._take_event(data.get("event"))
        try:
            frame = SERVER_FRAME.validate_python(data, extra="ignore")
        except ValidationError as error:
            log.info("a frame is not understood (%d faults)", error.error_count())
            return True
        if isinstance(frame, Welcome):
            self._welcomed = True
            self._on_welcome()
        elif isinstance(frame, Signal):
            self._on_signal(frame)
        return True

    def _take_event(self, data: Any) -> bool:
        event = parse_event(data)
        seq = event.seq if event is not None else raw_sequence(data)
        if seq is None or seq <= self._model.seq:
            return True
        if event is not None and event.session != self._model.id:
            return True
        if seq > self._model.seq + 1:
            return False
        if event is None:
            self._model.skip(seq)
        elif self._model.apply(event):
            self._on_event(event)
        self._unacknowledged += 1
        if self._unacknowledged >= ACK_EVENTS:
            self._unacknowledged = 0
            self._send_soon(Ack(seq=self._model.seq))
        return True

    async def _beat(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        while not socket.closed:
            await asyncio.sleep(SUPPORT_MANAGER_HEARTBEAT_SECONDS)
            if self._welcomed:
                await self._send(socket, Heartbeat(seq=self._model.seq))

    def _send_soon(self, frame: Signal | Ack) -> None:
        if self._socket is None:
            return
        task = asyncio.ensure_future(self._send(self._socket, frame))
        self._sending.add(task)
        task.add_done_callback(self._sending.discard)

    @staticmethod
    async def _send(socket: aiohttp.ClientWebSocketResponse, frame: Signal | Ack | Heartbeat) -> None:
        try:
            await socket.send_str(frame.model_dump_json())
        except (aiohttp.ClientError, ConnectionError) as error:
            log.info("a frame was not sent: %s", type(error).__name__)
