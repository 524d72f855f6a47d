"""A CSR's browser as far as the Support Manager can tell: WebRTC through a `ContractServer`, in a thread of its own."""

import asyncio
import json
import threading
import time
from collections.abc import Coroutine, Sequence
from typing import Any, TypeVar

from aiortc import RTCConfiguration, RTCPeerConnection, RTCSessionDescription
from aiortc.mediastreams import MediaStreamError

from customer_agent.tests.app_server import CSR, CSR_ENDPOINT, ENDPOINT, ContractServer

T = TypeVar("T")
CONNECTION = "connection-0000001"


class Viewer:
    """Watches and operates under one grant."""

    def __init__(
        self,
        server: ContractServer,
        grant: dict[str, Any],
        *,
        connection: str = CONNECTION,
        participant: str = CSR,
        monitors: Sequence[int] = (),
    ) -> None:
        self._server, self._grant, self._connection = server, grant, connection
        self._participant, self._monitors = participant, list(monitors)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self.state: list[dict[str, Any]] = []
        self.size: tuple[int, int] | None = None
        self.frame: Any = None
        self.pictures = 0
        self.last_picture_at = 0.0
        self.closed_at: float | None = None
        self.seq = 0
        self._do(self._connect())

    def _do(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(30)

    def _signal(self, data: dict[str, Any]) -> None:
        frame = {
            "type": "signal", "to": ENDPOINT, "sender": CSR_ENDPOINT, "participant": self._participant, "data": data
        }  # fmt: skip
        self._server.send(frame)

    async def _connect(self) -> None:
        self._rtc = RTCPeerConnection(RTCConfiguration(iceServers=[]))
        self._channels: dict[str, Any] = {}
        self._rtc.on("track", lambda track: setattr(self, "_task", self._loop.create_task(self._watch(track))))
        self._rtc.on("datachannel", self._take_channel)
        request = {
            "kind": "view_request", "grant": self._grant["id"], "connection": self._connection,
            "monitors": self._monitors,
        }  # fmt: skip
        await asyncio.to_thread(self._signal, request)
        offer = await asyncio.to_thread(self._wait_signal, "offer")
        await self._rtc.setRemoteDescription(RTCSessionDescription(offer["sdp"], "offer"))
        await self._rtc.setLocalDescription(await self._rtc.createAnswer())
        answer = {"kind": "answer", "connection": self._connection, "sdp": self._rtc.localDescription.sdp}
        await asyncio.to_thread(self._signal, answer)
        self._beat = self._loop.create_task(self._beat_for_ever())

    def _wait_signal(self, kind: str) -> dict[str, Any]:
        data: dict[str, Any] = self._server.wait_signal(kind, self._connection)
        return data

    async def _watch(self, track: Any) -> None:
        while True:
            try:
                frame = await track.recv()
            except MediaStreamError:
                return
            self.size = (frame.width, frame.height)
            self.frame = frame
            self.pictures += 1
            self.last_picture_at = time.monotonic()

    def _take_channel(self, channel: Any) -> None:
        self._channels[channel.label] = channel
        channel.on("message", lambda text: self.state.append(json.loads(text)))
        channel.on("close", lambda: setattr(self, "closed_at", time.monotonic()))

    async def _beat_for_ever(self) -> None:
        while True:
            await asyncio.sleep(1)
            state = self._channels.get("state")
            if state is not None and state.readyState == "open":
                state.send(json.dumps({"type": "heartbeat", "at_ms": 1}))

    def ready(self) -> bool:
        """Whether a picture is there and input can be sent."""
        return self.pictures > 0 and getattr(self._channels.get("input"), "readyState", "") == "open"

    def held_reasons(self) -> set[str]:
        """Return every reason for which input was held so far."""
        return {message["reason"] for message in list(self.state) if message["type"] == "held"}

    def send(self, **message: Any) -> None:
        """Send one message on `input`; grant, epoch and seq are right unless given."""
        self.seq += 1
        body = {"grant": self._grant["id"], "epoch": self._grant["epoch"], "seq": self.seq, **message}
        self._loop.call_soon_threadsafe(self._channels["input"].send, json.dumps(body))

    def tell(self, **message: Any) -> None:
        """Send one message on `state`."""
        self._loop.call_soon_threadsafe(self._channels["state"].send, json.dumps(message))

    def told(self, kind: str) -> list[dict[str, Any]]:
        """Return what was said on `state` of one kind."""
        return [message for message in list(self.state) if message["type"] == kind]

    def pixel(self, x: int, y: int) -> tuple[int, int, int]:
        """Return the colour of one pixel of the newest picture: red, green, blue."""
        red, green, blue = self.frame.to_ndarray(format="rgb24")[y, x]
        return int(red), int(green), int(blue)

    def flush(self) -> None:
        """Wait until everything sent so far has left."""
        self._do(asyncio.sleep(0.05))

    def close(self) -> None:
        async def end() -> None:
            self._beat.cancel()
            await self._rtc.close()

        self._do(end())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()
