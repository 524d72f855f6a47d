"""A viewer through the server's relay: the same packets and messages, over a WebSocket, at most two pictures in flight.

A picture counts as in flight until the viewer has decoded it, so a slow link or viewer gets fewer pictures, never
late ones. Lives on the event loop, like the other viewers.
"""

import asyncio
import contextlib
import time
from collections import deque

import aiohttp
from aiortc.mediastreams import MediaStreamError
from pydantic import BaseModel

from customer_agent.media.fanout import Fanout
from customer_agent.media.relay_way import RelayWayOut
from customer_agent.media.viewer_link import PeerListener, ViewerLink
from supportsite.protocol.channel import CursorPosition
from supportsite.protocol.relay import (
    ACK,
    INPUT,
    KEY,
    MAX_RELAY_TEXT_BYTES,
    READY,
    RELAY_PICTURES_IN_FLIGHT,
    STATE,
    read_text,
    split_picture,
    write_text,
)

MAX_WAITING_TEXTS = 2000
CURSOR_WAITING_TEXTS = 20


class RelayPeer(ViewerLink):
    """One viewer by relay. `socket` is open and welcomed."""

    def __init__(
        self,
        *,
        connection: str,
        participant: str,
        socket: aiohttp.ClientWebSocketResponse,
        fanout: Fanout,
        listener: PeerListener,
    ) -> None:
        super().__init__(connection=connection, participant=participant, listener=listener)
        self._socket = socket
        self._fanout = fanout
        self.track = fanout.add_track()
        self._way = self.way_out = self.track.way_out = RelayWayOut()
        self._texts: deque[str] = deque()
        self._text_waits = asyncio.Event()
        self._room = asyncio.Event()
        self._room.set()
        self._in_flight: dict[int, float] = {}
        self._sent_pictures = 0

    @property
    def pictures(self) -> int:
        """Pictures handed to the network so far."""
        return self._sent_pictures

    def start(self) -> None:
        """Begin to listen; pictures leave when the viewer is there too."""
        for work in (self._read(), self._write_texts(), self._beat()):
            self._spawn(work)

    def send(self, message: BaseModel) -> None:
        """Send a message on `state`; not before the viewer is there, and nothing that the relay would refuse."""
        if self.closed or not self._opened:
            return
        if isinstance(message, CursorPosition) and len(self._texts) > CURSOR_WAITING_TEXTS:
            return
        text = write_text(STATE, message.model_dump_json())
        if len(text.encode()) > MAX_RELAY_TEXT_BYTES:
            return
        if len(self._texts) >= MAX_WAITING_TEXTS:
            self._spawn(self.close("slow"))
            return
        self._texts.append(text)
        self._text_waits.set()

    async def close(self, reason: str = "") -> None:
        """End the connection; a second call does nothing."""
        if self.closed:
            return
        self.closed = True
        self._fanout.remove_track(self.track)
        self._cancel_tasks()
        self._listener.viewer_closed(self, reason)
        with contextlib.suppress(aiohttp.ClientError, OSError, TimeoutError):
            await self._socket.close()

    def _request_key(self) -> None:
        self._fanout.request_key(self.track.rung)

    async def _read(self) -> None:
        """Take what the viewer and the server say until the socket ends."""
        async for message in self._socket:
            if message.type is not aiohttp.WSMsgType.TEXT:
                break
            self._take(message.data)
        await self.close("relay_closed")

    def _take(self, frame: str) -> None:
        try:
            word, body = read_text(frame)
            if word == ACK:
                self._acknowledged(int(body))
        except ValueError:
            self._refuse()
            return
        if word == READY and not self._opened:
            self._on_open()
            self._spawn(self._send_pictures())
        elif word == KEY:
            self._request_key()
        elif word == INPUT:
            self._on_input(body)
        elif word == STATE:
            self._on_state(body)

    def _acknowledged(self, number: int) -> None:
        now = time.monotonic()
        for sent in [one for one in self._in_flight if one <= number]:
            self._way.delivered(now, now - self._in_flight.pop(sent))
        if len(self._in_flight) < RELAY_PICTURES_IN_FLIGHT:
            self._room.set()

    async def _send_pictures(self) -> None:
        """Send each picture while fewer than two are on the way; the encoder waits meanwhile."""
        with contextlib.suppress(MediaStreamError):
            while True:
                await self._wait_for_room()
                packet = await self.track.recv()
                self._sent_pictures += 1
                self._in_flight[self._sent_pictures] = time.monotonic()
                if len(self._in_flight) >= RELAY_PICTURES_IN_FLIGHT:
                    self._room.clear()
                if not await self._send_picture(packet):
                    break
        await self.close("stopped" if self._fanout.cut else "relay_closed")

    async def _wait_for_room(self) -> None:
        if not self._room.is_set():
            self._way.full(time.monotonic())
            await self._room.wait()
            self._way.has_room(time.monotonic())

    async def _send_picture(self, packet: object) -> bool:
        data, pts, key = bytes(packet), int(packet.pts), bool(packet.is_keyframe)  # type: ignore[call-overload, attr-defined]
        try:
            for part in split_picture(number=self._sent_pictures, key=key, pts=max(0, pts), data=data):
                if self._fanout.cut:
                    return False
                await self._socket.send_bytes(part)
        except (aiohttp.ClientError, OSError, ValueError):
            return False
        return True

    async def _write_texts(self) -> None:
        with contextlib.suppress(aiohttp.ClientError, OSError):
            while True:
                await self._text_waits.wait()
                self._text_waits.clear()
                while self._texts:
                    await self._socket.send_str(self._texts.popleft())
        await self.close("relay_closed")
