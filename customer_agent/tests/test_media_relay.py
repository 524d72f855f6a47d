"""A viewer by relay: decodable pictures, at most two that are not acknowledged, messages parsed, nothing after Stop."""

import asyncio
import time
from contextlib import asynccontextmanager

import aiohttp
import av
import pytest
from aiohttp import web

from customer_agent.media.geometry import Rect
from customer_agent.media.relay_peer import RelayPeer
from customer_agent.media.shared_screen import SharedScreen
from customer_agent.tests.test_media_screen import Listener, assert_colour, painter, server
from supportsite.protocol.channel import STATE_MESSAGE, Mark, PointerInput, Screen
from supportsite.protocol.relay import read_part

__all__ = ["painter", "server"]


class Relayed:
    """A viewer behind a relay: reads what the Support Manager sends, acknowledges when told to."""

    def __init__(self, ws):
        self.ws = ws
        self.decoder = av.CodecContext.create("h264", "r")
        self.frames, self.states, self.numbers, self.keys, self.times = [], [], [], [], []
        self.buffer = b""
        self.acknowledges = True
        self.changed = asyncio.Event()

    async def run(self):
        await self.ws.send_str("ready")
        async for message in self.ws:
            if message.type is aiohttp.WSMsgType.BINARY:
                await self._take(read_part(message.data))
            else:
                word, _, body = message.data.partition(" ")
                assert word == "state"
                self.states.append(STATE_MESSAGE.validate_json(body))
            self.changed.set()
        self.changed.set()

    async def _take(self, part):
        self.buffer += bytes(part.data)
        if not part.last:
            return
        whole, self.buffer = self.buffer, b""
        self.numbers.append(part.number)
        self.keys.append(part.key)
        self.times.append(time.monotonic())
        self.frames += self.decoder.decode(av.Packet(whole))
        if self.acknowledges:
            await self.ws.send_str(f"ack {part.number}")

    async def until(self, condition, seconds=30.0):
        async with asyncio.timeout(seconds):
            while not condition():
                self.changed.clear()
                await self.changed.wait()

    def shows(self, name):
        try:
            assert_colour(self.frames[-1], 320, 240, name)
        except (AssertionError, IndexError):
            return False
        return True


async def eventually(condition):
    """Wait until the Support Manager's side noticed."""
    for _ in range(500):
        if condition():
            return
        await asyncio.sleep(0.01)
    raise AssertionError("never happened")


@asynccontextmanager
async def relayed(display):
    """A shared screen with one viewer behind a relay on loopback: (screen, listener, viewer)."""
    here = asyncio.get_running_loop().create_future()

    async def relay(request):
        ws = web.WebSocketResponse()
        await ws.prepare(request)
        viewer = Relayed(ws)
        here.set_result(viewer)
        await viewer.run()
        return ws

    application = web.Application()
    application.router.add_get("/", relay)
    runner = web.AppRunner(application)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = runner.addresses[0][1]
    listener = Listener()
    screen = SharedScreen(listener=listener, display=display.display)
    async with aiohttp.ClientSession() as http:
        socket = await http.ws_connect(f"http://127.0.0.1:{port}/")
        await screen.add_relayed(connection="connection-1", participant="csr-00000001", socket=socket)
        viewer = await here
        try:
            yield screen, listener, viewer
        finally:
            await screen.wait_closed()
            await runner.cleanup()


async def test_a_relayed_viewer_gets_pictures_that_begin_with_a_key_frame(server, painter):
    painter.paint("green", Rect(0, 0, 640, 480))
    async with relayed(server) as (_, _, viewer):
        await viewer.until(lambda: viewer.shows("green"))
        painter.paint("blue", Rect(0, 0, 640, 480))
        await viewer.until(lambda: viewer.shows("blue"))
        assert viewer.keys[0]
        assert viewer.numbers == list(range(1, len(viewer.numbers) + 1))


async def test_two_pictures_wait_for_their_acknowledgement_and_the_next_is_the_newest(server, painter):
    async with relayed(server) as (screen, _, viewer):
        viewer.acknowledges = False
        for colour in ("red", "green", "blue", "red", "grey"):
            painter.paint(colour, Rect(0, 0, 640, 480))
            await asyncio.sleep(0.1)
        await viewer.until(lambda: viewer.numbers)
        painter.paint("green", Rect(0, 0, 640, 480))
        (peer,) = screen.viewers
        assert isinstance(peer, RelayPeer)
        await viewer.until(lambda: len(viewer.numbers) == 2)
        await asyncio.sleep(0.3)
        assert viewer.numbers == [1, 2]
        viewer.acknowledges = True
        await viewer.ws.send_str("ack 2")
        await viewer.until(lambda: viewer.shows("green"))
        await eventually(lambda: peer.way_out.estimate.round_trip)


async def test_messages_pass_as_on_the_channels_and_bad_ones_are_refused(server):
    async with relayed(server) as (_, listener, viewer):
        await viewer.until(lambda: any(isinstance(state, Screen) for state in viewer.states))
        pointer = PointerInput(grant="grant-000001", epoch=1, seq=1, x=0.5, y=0.5)
        mark = Mark(id="mark-00000001", kind="pen", points=[(0.1, 0.2)])
        await viewer.ws.send_str('input {"type": "granted"}')
        await viewer.ws.send_str("ack nothing")
        await viewer.ws.send_str(f"input {pointer.model_dump_json()}")
        await viewer.ws.send_str(f"state {mark.model_dump_json()}")
        await eventually(lambda: listener.stated)
        assert (listener.inputs, listener.stated) == ([pointer], [mark])
        assert listener.refused == ["malformed", "malformed"]


async def test_stop_cuts_a_relayed_picture_at_once(server, painter):
    painter.paint("red", Rect(0, 0, 640, 480))
    async with relayed(server) as (screen, listener, viewer):
        await viewer.until(lambda: viewer.shows("red"))
        began = time.monotonic()
        await asyncio.to_thread(screen.stop)
        painter.paint("green", Rect(0, 0, 640, 480))
        await screen.wait_closed()
        assert all(at - began < 0.2 for at in viewer.times)
        assert listener.closed == ["stopped"]
        with pytest.raises(RuntimeError):
            await screen.add_relayed(connection="connection-2", participant="csr-00000001", socket=None)


async def test_a_closed_relay_is_a_closed_viewer(server, painter):
    async with relayed(server) as (screen, listener, viewer):
        await viewer.until(lambda: viewer.numbers)
        await viewer.ws.close()
        await eventually(lambda: listener.closed)
        assert listener.closed == ["relay_closed"]
        assert not screen.viewers
