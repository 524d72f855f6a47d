"""From a real X display through the real encoder to a viewer: right colours, nothing when still, gone at Stop."""

import asyncio
import time
from contextlib import asynccontextmanager

import av
import numpy as np
import pytest
import xcffib
import xcffib.xproto
from aiortc import RTCPeerConnection, RTCSessionDescription
from aiortc.mediastreams import MediaStreamError

from customer_agent.media.capture import Patch, open_capture
from customer_agent.media.capture_mss import MssCapture
from customer_agent.media.capture_x11 import X11Capture
from customer_agent.media.convert import LibyuvConverter, Picture, SwscaleConverter
from customer_agent.media.encoder import Encoder
from customer_agent.media.geometry import Rect
from customer_agent.media.rates import Limits
from customer_agent.media.shared_screen import SharedScreen
from customer_agent.media.x11 import connect, list_monitors, screen_of
from customer_agent.tests.xserver import x_server
from supportsite.protocol.channel import (
    STATE_MESSAGE,
    Capture,
    CursorPosition,
    CursorShape,
    Held,
    Mark,
    PointerInput,
    Refresh,
    Screen,
    WindowInfo,
)

COLOURS = {
    "red": (255, 0, 0),
    "green": (0, 128, 0),
    "blue": (0, 0, 255),
    "white": (255, 255, 255),
    "grey": (90, 90, 90),
}
TOLERANCE = 12  # 4:2:0 and quantisation


@pytest.fixture(scope="module")
def server():
    with x_server(640, 480) as running:
        yield running


class Painter:
    """Paints rectangles on a window over the whole display."""

    def __init__(self, server):
        self.connection = connect(server.display)
        screen = screen_of(self.connection)
        self.window = self.connection.generate_id()
        attributes = xcffib.xproto.CW.BackPixel | xcffib.xproto.CW.OverrideRedirect
        self.connection.core.CreateWindow(
            screen.root_depth,
            self.window,
            screen.root,
            0,
            0,
            640,
            480,
            0,
            xcffib.xproto.WindowClass.InputOutput,
            screen.root_visual,
            attributes,
            [0, 1],
        )
        self.connection.core.MapWindow(self.window)
        self.gc = self.connection.generate_id()
        self.connection.core.CreateGC(self.gc, self.window, xcffib.xproto.GC.Foreground, [0])
        self.settle()

    def settle(self):
        self.connection.core.GetInputFocus().reply()

    def paint(self, colour, rect):
        red, green, blue = COLOURS[colour]
        pixel = red << 16 | green << 8 | blue
        self.connection.core.ChangeGC(self.gc, xcffib.xproto.GC.Foreground, [pixel])
        box = xcffib.xproto.RECTANGLE.synthetic(rect.x, rect.y, rect.width, rect.height)
        self.connection.core.PolyFillRectangle(self.window, self.gc, 1, [box])
        self.settle()

    def close(self):
        self.connection.disconnect()


@pytest.fixture
def painter(server):
    made = Painter(server)
    yield made
    made.close()


def colour_at(frame, x, y):
    return tuple(int(value) for value in frame.to_ndarray(format="rgb24")[y, x])


def assert_colour(frame, x, y, name):
    seen = colour_at(frame, x, y)
    assert max(abs(a - b) for a, b in zip(seen, COLOURS[name], strict=True)) <= TOLERANCE, (seen, name)


@pytest.mark.parametrize("converter", [LibyuvConverter, SwscaleConverter])
def test_colours_survive_capture_conversion_and_encoder(server, painter, converter):
    capture = open_capture(server.display)
    assert isinstance(capture, X11Capture)
    capture.open(Rect(0, 0, 640, 480))
    for column, name in enumerate(COLOURS):
        painter.paint(name, Rect(column * 100, 50, 100, 101))
    encoder = Encoder(Picture(640, 480), Limits(crf=24, picture_bits=8_000_000))
    decoder = av.CodecContext.create("h264", "r")
    convert = converter()
    for patch in capture.grab():
        convert.convert(patch, encoder.picture)
    first = encoder.encode(key=True)
    assert first is not None
    assert first.key
    decoder.decode(first.packet)
    painter.paint("white", Rect(33, 61, 31, 17))  # odd corners
    patches = capture.grab()
    assert [patch.box for patch in patches] == [Rect(32, 60, 32, 18)]
    convert.convert(patches[0], encoder.picture)
    second = encoder.encode(key=False)
    assert second is not None
    assert not second.key
    frames = decoder.decode(second.packet) + decoder.decode(None)
    for column, name in enumerate(COLOURS):
        assert_colour(frames[-1], column * 100 + 80, 120, name)
    assert_colour(frames[-1], 48, 68, "white")
    capture.close()


def test_the_portable_capture_sees_the_same(server, painter):
    portable, native = MssCapture(server.display), open_capture(server.display)
    area = Rect(20, 30, 200, 100)
    painter.paint("red", Rect(0, 0, 640, 480))
    for capture in (portable, native):
        capture.open(area)
    ours, theirs = native.grab()[0].pixels.copy(), portable.grab()[0].pixels
    np.testing.assert_array_equal(ours[..., :3], theirs[..., :3])
    assert portable.grab() == []
    painter.paint("blue", Rect(50, 45, 10, 10))
    boxes = [patch.box for patch in portable.grab()]
    assert boxes == [Rect(30, 0, 10, 64)]  # whole tiles, but only the columns
    portable.close()
    native.close()


def test_both_converters_agree_on_flat_areas():
    pixels = np.zeros((20, 40, 4), np.uint8)
    pixels[:, :20] = (10, 200, 30, 0)
    pixels[:, 20:] = (250, 20, 120, 0)
    patch = Patch(Rect(4, 6, 40, 20), pixels)
    first, second = Picture(64, 48), Picture(64, 48)
    LibyuvConverter().convert(patch, first)
    SwscaleConverter().convert(patch, second)
    assert np.abs(first.memory.astype(int) - second.memory.astype(int)).max() <= 2


def test_the_limits_change_without_a_key_frame_and_bound_every_picture():
    encoder = Encoder(Picture(640, 480), Limits(crf=24, picture_bits=2_000_000))
    noise = np.random.default_rng(7)
    for number in range(24):
        encoder.picture.y[:] = noise.integers(16, 235, encoder.picture.y.shape, np.uint8)
        if number == 12:
            encoder.set_limits(Limits(crf=24, picture_bits=200_000))
        encoded = encoder.encode(key=number in (0, 20))
        assert encoded is not None
        assert encoded.key == (number in (0, 20))
        if number < 12:
            assert 50_000 < encoded.size <= 250_000
        else:
            assert encoded.size <= 25_000, number
            assert encoded.bounded


class Listener:
    """Writes down what the screen tells."""

    def __init__(self):
        self.inputs, self.closed, self.silent, self.refused, self.stated = [], [], [], [], []
        self.lost = asyncio.Event()

    def viewer_input(self, _peer, message):
        self.inputs.append(message)

    def viewer_state(self, _peer, message):
        self.stated.append(message)

    def viewer_refused(self, _peer, reason):
        self.refused.append(reason)

    def viewer_silent(self, _peer, *, silent):
        self.silent.append(silent)

    def viewer_closed(self, _peer, reason):
        self.closed.append(reason)

    def viewer_ready(self, peer):
        pass

    def layout_changed(self):
        pass

    def screen_lost(self):
        self.lost.set()


class Viewer:
    """A viewer in this process, with aiortc's own decoder."""

    def __init__(self, screen, connection):
        self.screen, self.connection = screen, connection
        self.rtc = RTCPeerConnection()
        self.frames, self.states, self.times = [], [], []
        self.input = self.state = None
        self.task = None
        self.changed = asyncio.Event()
        self.rtc.on("track", self._on_track)
        self.rtc.on("datachannel", self._on_channel)

    async def start(self):
        offer = await self.screen.add_viewer(connection=self.connection, participant="csr-00000001")
        assert "H264" in offer.sdp
        assert "playout-delay" in offer.sdp
        await self.rtc.setRemoteDescription(RTCSessionDescription(offer.sdp, "offer"))
        await self.rtc.setLocalDescription(await self.rtc.createAnswer())
        await self.screen.take_answer(self.connection, self.rtc.localDescription.sdp)

    def _on_channel(self, channel):
        if channel.label == "input":
            self.input = channel
        else:
            self.state = channel
            channel.on("message", lambda data: self._note(self.states, STATE_MESSAGE.validate_json(data)))

    def _note(self, log, item):
        log.append(item)
        self.changed.set()

    def _on_track(self, track):
        async def read():
            while True:
                try:
                    frame = await track.recv()
                except MediaStreamError:
                    return
                self.times.append(time.monotonic())
                self._note(self.frames, frame)

        self.task = asyncio.ensure_future(read())

    async def until(self, condition, seconds=30.0):
        async with asyncio.timeout(seconds):
            while not condition():
                self.changed.clear()
                await self.changed.wait()

    async def until_colour(self, x, y, name):
        def seen():
            return (
                bool(self.frames)
                and max(abs(a - b) for a, b in zip(colour_at(self.frames[-1], x, y), COLOURS[name], strict=True))
                <= TOLERANCE
            )

        await self.until(seen)

    async def close(self):
        await self.rtc.close()
        if self.task is not None:
            await self.task


@asynccontextmanager
async def sharing(server, *names, open_backend=open_capture):
    listener = Listener()
    screen = SharedScreen(listener=listener, display=server.display, open_backend=open_backend)
    viewers = [Viewer(screen, name) for name in names]
    try:
        for viewer in viewers:
            await viewer.start()
        yield screen, listener, viewers
    finally:
        await screen.wait_closed()
        for viewer in viewers:
            await viewer.close()


async def test_two_viewers_share_one_encoder_and_a_newcomer_gets_a_key_frame(server, painter):
    painter.paint("green", Rect(0, 0, 640, 480))
    async with sharing(server, "connection-1") as (screen, _, [first]):
        await first.until_colour(320, 240, "green")
        keys = screen.counters.keys
        second = Viewer(screen, "connection-2")
        await second.start()
        await second.until_colour(320, 240, "green")
        assert screen.counters.keys > keys
        before = screen.counters.pictures
        painter.paint("blue", Rect(100, 100, 300, 300))
        await asyncio.gather(first.until_colour(320, 240, "blue"), second.until_colour(320, 240, "blue"))
        assert screen.counters.pictures - before <= 12  # one series of pictures, not one for each viewer
        await second.close()


async def test_a_viewer_that_asks_gets_a_whole_picture_of_a_still_screen(server, painter):
    painter.paint("grey", Rect(0, 0, 640, 480))
    async with sharing(server, "connection-1") as (screen, _, [viewer]):
        await viewer.until_colour(320, 240, "grey")
        keys = screen.counters.keys
        viewer.state.send(Refresh().model_dump_json())
        async with asyncio.timeout(5):
            while screen.counters.keys == keys:
                viewer.changed.clear()
                await viewer.changed.wait()


async def test_the_portable_capture_serves_viewers_too(server, painter):
    painter.paint("green", Rect(0, 0, 640, 480))
    async with sharing(server, "connection-1", open_backend=MssCapture) as (_, _, [viewer]):
        await viewer.until_colour(320, 240, "green")
        painter.paint("red", Rect(0, 0, 640, 480))
        await viewer.until_colour(320, 240, "red")


async def test_a_lost_display_is_told():
    with x_server(640, 480) as gone:
        painter = Painter(gone)
        async with sharing(gone, "connection-1") as (_, listener, [viewer]):
            await viewer.until(lambda: viewer.frames)
            gone.close()
            async with asyncio.timeout(5):
                await listener.lost.wait()
        painter.close()


async def test_a_still_screen_is_not_captured(server, painter):
    painter.paint("grey", Rect(0, 0, 640, 480))
    async with sharing(server, "connection-1") as (screen, _, [viewer]):
        await viewer.until_colour(320, 240, "grey")
        loop = asyncio.get_running_loop()
        quiet = loop.create_future()
        loop.call_later(1.5, quiet.set_result, None)
        await quiet
        grabs, pictures = screen.counters.grabs, screen.counters.pictures
        quiet = loop.create_future()
        loop.call_later(1.5, quiet.set_result, None)
        await quiet
        assert screen.counters.grabs == grabs
        assert screen.counters.pictures <= pictures + 1  # an empty one each 2.5 s, or browsers ask for key frames


async def test_stop_cuts_the_picture_at_once_without_the_viewer(server, painter):
    painter.paint("red", Rect(0, 0, 640, 480))
    async with sharing(server, "connection-1") as (screen, listener, [viewer]):
        await viewer.until_colour(320, 240, "red")
        began = time.monotonic()
        await asyncio.to_thread(screen.stop)  # as the user interface does, from another thread
        assert time.monotonic() - began < 0.05
        pictures = screen.counters.pictures
        painter.paint("white", Rect(0, 0, 640, 480))
        await screen.wait_closed()
        assert screen.counters.pictures == pictures
        assert all(at - began < 0.2 for at in viewer.times)
        assert listener.closed == ["stopped"]
        with pytest.raises(RuntimeError):
            await screen.add_viewer(connection="connection-9", participant="csr-00000001")


async def test_a_viewer_learns_size_and_cursor_and_its_input_comes_parsed(server, painter):
    async with sharing(server, "connection-1") as (screen, listener, [viewer]):
        await viewer.until(lambda: any(isinstance(state, Screen) for state in viewer.states))
        await viewer.until(lambda: any(isinstance(state, CursorShape) for state in viewer.states))
        size = next(state for state in viewer.states if isinstance(state, Screen))
        assert (size.width, size.height, [monitor.number for monitor in size.monitors]) == (640, 480, [1])
        server.run("xdotool", "mousemove", "160", "120")
        await viewer.until(lambda: (0.25, 0.25) in places(viewer))
        shape = next(state for state in viewer.states if isinstance(state, CursorShape))
        assert shape.png.startswith("iVBORw0KGgo")  # a PNG
        message = PointerInput(grant="grant-000001", epoch=1, seq=1, x=0.5, y=0.5)
        viewer.input.send(message.model_dump_json())
        viewer.input.send('{"type": "granted", "epoch": 1}')
        await viewer.until(lambda: listener.refused)
        assert listener.inputs == [message]
        assert screen.viewers


async def test_marks_come_parsed_and_what_only_the_source_may_say_is_refused(server):
    async with sharing(server, "connection-1") as (screen, listener, [viewer]):
        await viewer.until(lambda: any(isinstance(state, Screen) for state in viewer.states))
        mark = Mark(id="mark-00000001", kind="pen", points=[(0.1, 0.2)])
        viewer.state.send(Held(reason="none").model_dump_json())
        viewer.state.send(mark.model_dump_json())
        await viewer.until(lambda: listener.stated or listener.closed)
        assert listener.stated == [mark]
        assert listener.refused == ["malformed"]
        screen.capture("locked")
        screen.set_windows([WindowInfo(window=7, title="Bank", x=0, y=0, width=1, height=1, state="closed")])
        await viewer.until(lambda: [item.windows for item in viewer.states if isinstance(item, Screen)][-1:] != [[]])
        newcomer = Viewer(screen, "connection-2")
        await newcomer.start()
        await newcomer.until(lambda: any(isinstance(state, Capture) for state in newcomer.states))
        assert [state.state for state in newcomer.states if isinstance(state, Capture)] == ["locked"]
        [size] = [state for state in newcomer.states if isinstance(state, Screen)]
        assert (size.shown, size.surface, size.windows, size.monitors[0].scale) == ([1], "desktop", [], 1.0)
        await newcomer.close()


def test_the_scale_is_read_from_the_displays_own_resources(server):
    connection = connect(server.display)
    assert [item.scale for item in list_monitors(connection)] == [1.0]
    text = b"*foreground:\tblack\nXft.dpi:\t192\n"
    atoms = xcffib.xproto.Atom
    root = screen_of(connection).root
    replace = xcffib.xproto.PropMode.Replace
    connection.core.ChangeProperty(replace, root, atoms.RESOURCE_MANAGER, atoms.STRING, 8, len(text), text)
    assert [item.scale for item in list_monitors(connection)] == [2.0]
    connection.core.DeleteProperty(root, atoms.RESOURCE_MANAGER)
    connection.disconnect()


def places(viewer):
    return [(round(state.x, 3), round(state.y, 3)) for state in viewer.states if isinstance(state, CursorPosition)]
