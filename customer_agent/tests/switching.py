"""A Support Manager's whole sharing pipeline without server and windows: table, driver, pictures, viewers on both ways.

What a session does to it is done directly: consents are added, viewers ask, connections break.
"""

import asyncio
import gc
import itertools
import json
import os
import random
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import aiohttp
import av
import xcffib
from aiohttp import web
from aiortc import RTCConfiguration, RTCPeerConnection, RTCSessionDescription
from aiortc.mediastreams import MediaStreamError

from customer_agent.clipboard_desk import ClipboardDesk
from customer_agent.control.clipboard import open_clipboard
from customer_agent.driving import Driver
from customer_agent.grant_rows import Grant, LocalConsent, RowState
from customer_agent.grants import GrantTable
from customer_agent.input_hold import InputHold
from customer_agent.media import memory
from customer_agent.media.windows import open_window_system
from customer_agent.refusals import Refusals
from customer_agent.session_model import SessionModel, parse_snapshot
from customer_agent.sharing import Sharing
from customer_agent.sources import Sources
from customer_agent.tests.app_server import CSR, CSR_ENDPOINT, CUSTOMER, ENDPOINT, ContractServer
from supportsite.protocol.base import Capability, GrantState, SharingQuality, StopCause
from supportsite.protocol.capabilities import CONTROL, surface_of
from supportsite.protocol.objects import ApplicationInfo, GrantInfo, Scope, SessionOptions
from supportsite.protocol.relay import read_part
from supportsite.protocol.socket import Description, HangUp, Signal, SignalData, ViewRequest

STEP_SECONDS = 60.0
ACTIONS = [
    Capability.VIEW_DESKTOP, Capability.CONTROL_DESKTOP, Capability.VIEW_APPLICATION, Capability.CONTROL_APPLICATION,
]  # fmt: skip
KEYS = [("a", "KeyA"), ("Shift", "ShiftLeft"), ("Control", "ControlLeft"), ("é", ""), ("ArrowDown", "ArrowDown")]


class NoBoard:
    """Nobody draws here."""

    available = False

    def put(self, *_: Any) -> None:
        """Draw nothing."""

    def clear(self, *_: Any) -> None:
        """Clear nothing."""


async def eventually(condition: Callable[[], Any], what: str) -> Any:
    """Wait until the condition is true and return its value; fail with `what` in the end."""
    deadline = asyncio.get_running_loop().time() + STEP_SECONDS
    while not (value := condition()):
        assert asyncio.get_running_loop().time() < deadline, what
        await asyncio.sleep(0.005)
    return value


class World:
    """One computer and its viewers."""

    def __init__(self, display: str, seed: int) -> None:
        os.environ["DISPLAY"] = display
        self.random = random.Random(seed)
        self.steps: list[str] = []
        self._names = itertools.count(1)
        self._seq = itertools.count(1)
        self._connection: Any = xcffib.connect(display=display)
        self.viewer: RelayViewer | PeerViewer | None = None
        self.viewers: dict[str, Any] = {}
        with ContractServer() as told:
            self.model = SessionModel(parse_snapshot(told.snapshot()))
        self.table = GrantTable()
        hold, refusals = InputHold(), Refusals()
        self.driver = Driver(table=self.table, hold=hold, own_windows=list, connected=lambda: True)
        clipboard = ClipboardDesk(
            table=self.table, open_clipboard=open_clipboard, refusals=refusals, on_used=lambda *_: None
        )
        self.sources = Sources(marks_are_drawn=lambda: False, on_change=lambda: None)
        self.sharing = Sharing(
            model=self.model, table=self.table, driver=self.driver, refusals=refusals, clipboard=clipboard,
            board=NoBoard(), sources=self.sources, ice_servers=self._no_servers, dial_relay=self._dial,
            send_signal=self._signalled, on_first_use=lambda _: None, on_marked=lambda *_: None,
            on_change=lambda: None,
        )  # fmt: skip
        self.driver.owner_moved = lambda: None
        loop = asyncio.get_running_loop()

        def changed(change: Any) -> None:
            self.sharing.cut(change)
            loop.call_soon_threadsafe(self.sharing.follow)

        self.table.listen(changed)

    @staticmethod
    async def _no_servers() -> list[dict[str, Any]]:
        return []

    async def open(self) -> None:
        """Start the relay that viewers use, and look which windows there are."""
        application = web.Application()
        application.router.add_get("/{relay}", self._relay)
        self._runner = web.AppRunner(application, shutdown_timeout=0.2)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        self._http = aiohttp.ClientSession()
        system = open_window_system()
        assert system is not None
        self.windows = [item.window for item in system.list_windows() if item.state == "shown"]
        system.close()
        self.monitors = [item.number for item in self.sources.monitors()]
        assert len(self.windows) == 2, self.windows
        assert len(self.monitors) == 2, self.monitors

    async def rest(self) -> None:
        """End all there is, and wait until it is gone."""
        self.table.stop_all(StopCause.STOP_EVERYTHING)
        await self._leave()
        await eventually(self.nothing_held, "a key or button is stuck")
        pool = self.sharing._pool
        await eventually(lambda: not pool.every() and not pool._closing, "a picture is not closed")

    async def close(self) -> None:
        """End everything."""
        self.table.stop_all(StopCause.SESSION_ENDED)
        await self._leave()
        await self.sharing.close()
        await self._http.close()
        await self._runner.cleanup()
        self._connection.disconnect()

    # What a session does

    async def switch(self) -> None:
        """Do one random thing, and see that nothing is left of what it ended."""
        work = self.random.choices(
            [self.act, self.stop, self.stop_all, self.option, self.watch, self.touch, self.lose],
            weights=[6, 1, 1, 2, 4, 6, 2],
        )[0]
        self.steps.append(work.__name__)
        await work()
        self.sharing.tick(asyncio.get_running_loop().time())
        if not any(row.control for row in self.active()):
            await eventually(self.nothing_held, "a key or button is stuck")

    def active(self) -> list[Grant]:
        """Return the rows that allow something."""
        return [row for row in self.table.rows() if row.state is RowState.ACTIVE]

    async def act(self) -> None:
        """Another action, on other monitors or windows, is asked for and allowed."""
        capability, name = self.random.choice(ACTIONS), f"request-{next(self._names)}"
        one, two = self.monitors
        scope = Scope(monitors=self.random.choice([[], [one], [two], [one, two]]))
        if surface_of(capability) == "application":
            chosen = self.random.sample(self.windows, self.random.randint(1, len(self.windows)))
            scope = Scope(applications=[ApplicationInfo(window=window) for window in chosen])
        row = self.table.add_from_local_consent(
            LocalConsent(request=name, capability=capability, scope=scope, holder=CSR)
        )
        info = GrantInfo.model_validate({
            "id": f"grant-{name}", "request": name, "capability": capability, "scope": scope, "holder": CSR,
            "state": GrantState.ACTIVE, "owner": CUSTOMER, "endpoint": ENDPOINT, "epoch": row.epoch,
            "granted_at": "2026-11-25T00:00:00Z",
        })  # fmt: skip
        assert self.table.confirm(info, endpoint=ENDPOINT)
        await asyncio.sleep(0)
        await self.watch()

    async def stop(self) -> None:
        """The owner stops one of them."""
        if rows := self.active():
            self.table.stop([self.random.choice(rows).request], StopCause.OWNER_STOP)
        await asyncio.sleep(0)

    async def stop_all(self) -> None:
        """Stop everything."""
        self.table.stop_all(StopCause.STOP_EVERYTHING)
        await asyncio.sleep(0)

    async def option(self) -> None:
        """The session's options change."""
        self.model.options = SessionOptions(quality=self.random.choice(list(SharingQuality)))
        self.sharing.follow_options()

    async def watch(self) -> None:
        """The viewer asks for a picture, by a peer connection or by relay, and gets one."""
        rows = self.active()
        if not rows:
            return
        await self._leave()
        row = rows[-1]
        granted = row.scope.monitors or self.monitors
        monitors = self.random.choice([[], [self.random.choice(granted)]]) if not row.scope.applications else []
        by_peer = self.random.random() < 0.1
        connection = f"connection-{next(self._names):06}"
        viewer: Any = PeerViewer(self, connection) if by_peer else RelayViewer()
        self.viewer = self.viewers[connection] = viewer
        relay = None if by_peer else f"relay-{next(self._names):06}"
        if relay:
            self.viewers[relay] = viewer
        request = ViewRequest(grant=str(row.id), connection=connection, monitors=monitors, relay=relay)
        self.tell(request)
        await eventually(lambda: viewer.frames > 0 or viewer.ended, "no picture came")
        assert viewer.frames > 0, "the connection ended before a picture"

    async def touch(self) -> None:
        """The viewer operates, and lets nothing go."""
        row = next((row for row in self.active() if row.capability in CONTROL), None)
        if row is None or self.viewer is None or self.viewer.ended:
            return
        key, code = self.random.choice(KEYS)
        x, y = self.random.random(), self.random.random()
        await self.viewer.send(
            {"type": "key", "key": key, "code": code, "down": True},
            {"type": "button", "x": x, "y": y, "button": 0, "down": True},
            {"type": "pointer", "x": y, "y": x},
            head={"grant": row.id, "epoch": row.epoch},
            seq=self._seq,
        )

    async def lose(self) -> None:
        """The viewer's network is gone, without a word."""
        await self._leave()

    async def _leave(self) -> None:
        viewer, self.viewer = self.viewer, None
        self.viewers.clear()
        if viewer is not None:
            await viewer.close()

    def tell(self, data: SignalData) -> None:
        """Signal as the CSR's page."""
        self.sharing.take_signal(Signal(to=ENDPOINT, sender=CSR_ENDPOINT, participant=CSR, data=data))

    def _signalled(self, _to: str, data: SignalData) -> None:
        viewer = self.viewers.get(getattr(data, "connection", ""))
        if isinstance(data, HangUp) and viewer is not None:
            viewer.ended = True
        elif isinstance(data, Description) and isinstance(viewer, PeerViewer):
            viewer.take_offer(data.sdp)

    # The relay

    async def _dial(self, relay: str, _participant: str) -> aiohttp.ClientWebSocketResponse:
        host, port = self._runner.addresses[0][:2]
        return await self._http.ws_connect(f"http://{host}:{port}/{relay}")

    async def _relay(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        viewer = self.viewers.get(request.match_info["relay"])
        if isinstance(viewer, RelayViewer):
            await viewer.run(socket)
        return socket

    # What must not be left

    def nothing_held(self) -> bool:
        """Whether no key, modifier or button is down."""
        keys = self._connection.core.QueryKeymap().reply().keys
        root = self._connection.get_setup().roots[0].root
        mask = self._connection.core.QueryPointer(root).reply().mask
        return not any(int(byte) for byte in keys) and not mask & 0x1F0D


class RelayViewer:
    """A page behind a relay: decodes, acknowledges."""

    def __init__(self) -> None:
        self.frames, self.ended = 0, False
        self._socket: web.WebSocketResponse | None = None
        self._decoder: Any = av.CodecContext.create("h264", "r")
        self._buffer = b""

    async def run(self, socket: web.WebSocketResponse) -> None:
        """Serve one socket until it ends."""
        self._socket = socket
        await socket.send_str("ready")
        with suppress(ConnectionError):
            async for message in socket:
                if message.type is aiohttp.WSMsgType.BINARY:
                    part = read_part(message.data)
                    self._buffer += bytes(part.data)
                    if part.last:
                        whole, self._buffer = self._buffer, b""
                        self.frames += len(self._decoder.decode(av.Packet(whole)))
                        await socket.send_str(f"ack {part.number}")
        self.ended = True

    async def send(self, *messages: dict[str, Any], head: dict[str, Any], seq: Any) -> None:
        """Operate."""
        if self._socket is not None and not self._socket.closed:
            for message in messages:
                await self._socket.send_str(f"input {json.dumps({**head, 'seq': next(seq), **message})}")

    async def close(self) -> None:
        """Go."""
        self.ended = True
        if self._socket is not None:
            await self._socket.close()


class PeerViewer:
    """A page with a peer connection."""

    def __init__(self, world: World, connection: str) -> None:
        self.frames, self.ended = 0, False
        self._world, self._connection = world, connection
        self._rtc = RTCPeerConnection(RTCConfiguration(iceServers=[]))
        self._input: Any = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._rtc.on("track", lambda track: self._spawn(self._watch(track)))
        self._rtc.on("datachannel", self._channel)

    def _spawn(self, work: Any) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _channel(self, channel: Any) -> None:
        if channel.label == "input":
            self._input = channel

    async def _watch(self, track: Any) -> None:
        with suppress(MediaStreamError):
            while True:
                await track.recv()
                self.frames += 1

    def take_offer(self, sdp: str) -> None:
        """Answer the Support Manager."""
        self._spawn(self._answer(sdp))

    async def _answer(self, sdp: str) -> None:
        await self._rtc.setRemoteDescription(RTCSessionDescription(sdp, "offer"))
        await self._rtc.setLocalDescription(await self._rtc.createAnswer())
        answer = self._rtc.localDescription.sdp
        self._world.tell(Description(kind="answer", connection=self._connection, sdp=answer))

    async def send(self, *messages: dict[str, Any], head: dict[str, Any], seq: Any) -> None:
        """Operate."""
        if self._input is not None and self._input.readyState == "open":
            for message in messages:
                self._input.send(json.dumps({**head, "seq": next(seq), **message}))

    async def close(self) -> None:
        """Go without a word: the other side notices by itself, or is told by a hang-up."""
        self.ended = True
        self._world.tell(HangUp(connection=self._connection, reason="gone"))
        await self._rtc.close()


def shared_memory_segments() -> int:
    """Return how many System V segments this process made and left."""
    rows = Path("/proc/sysvipc/shm").read_text(encoding="utf-8").splitlines()[1:]
    return sum(int(row.split()[4]) == os.getpid() for row in rows)


def resident_mebibytes() -> float:
    """Return how much memory this process holds, without what is free."""
    gc.collect()
    memory.trim()
    pages = int(Path("/proc/self/statm").read_text(encoding="utf-8").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20
