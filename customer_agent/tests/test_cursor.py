"""The owner's cursor goes apart from the picture: each shape once, its place at once, large and animated ones too."""

import base64
import struct
import threading

import numpy as np
import pytest
import xcffib
import xcffib.render
import xcffib.xproto

from customer_agent.media.cursor import CursorWatcher, shrunk
from customer_agent.media.geometry import Rect
from customer_agent.media.x11 import connect, screen_of
from customer_agent.tests.xserver import wait_until, x_server
from supportsite.protocol.channel import CursorPosition, CursorShape


@pytest.fixture(scope="module")
def server():
    with x_server(640, 480) as running:
        yield running


class Reports:
    """What a watcher reported."""

    def __init__(self):
        self._lock = threading.Lock()
        self._all = []

    def __call__(self, message):
        with self._lock:
            self._all.append(message)

    def of(self, kind):
        with self._lock:
            return [message for message in self._all if isinstance(message, kind)]

    def last_width(self):
        shapes = self.of(CursorShape)
        return shapes[-1].width if shapes else None


@pytest.fixture(params=[64], ids=["keep"])
def reports(server, request):
    made = Reports()
    watcher = CursorWatcher(Rect(0, 0, 640, 480), made, server.display, keep=request.param)
    watcher.start()
    wait_until(lambda: made.of(CursorPosition), what="the first place")
    yield made
    watcher.stop()
    watcher.join(2)


class Pointer:
    """A program that sets cursors on the root window."""

    def __init__(self, server):
        self.connection = connect(server.display)
        self.core, self.root = self.connection.core, screen_of(self.connection).root
        self.render = self.connection(xcffib.render.key)
        self.render.QueryVersion(0, 11).reply()
        formats = self.render.QueryPictFormats().reply().formats
        self.argb = next(one.id for one in formats if one.depth == 32 and one.direct.alpha_mask == 255)

    def cursor(self, width, height, grey, hot=(0, 0)):
        pixmap, context, picture, cursor = (self.connection.generate_id() for _ in range(4))
        self.core.CreatePixmap(32, pixmap, self.root, width, height)
        self.core.CreateGC(context, pixmap, 0, [])
        data = struct.pack("=4B", grey, grey, grey, 255) * (width * height)
        rows = 50  # a request has its limit
        for top in range(0, height, rows):
            part = data[top * width * 4 : (top + rows) * width * 4]
            count = min(rows, height - top)
            self.core.PutImage(2, pixmap, context, width, count, 0, top, 0, 32, len(part), part)
        self.render.CreatePicture(picture, pixmap, self.argb, 0, [])
        self.render.CreateCursor(cursor, picture, *hot)
        return cursor

    def animated(self, frames, milliseconds):
        cursor = self.connection.generate_id()
        make = xcffib.render.ANIMCURSORELT.synthetic
        self.render.CreateAnimCursor(cursor, len(frames), [make(frame, milliseconds) for frame in frames])
        return cursor

    def show(self, cursor):
        self.core.ChangeWindowAttributes(self.root, xcffib.xproto.CW.Cursor, [cursor])
        self.core.GetInputFocus().reply()

    def close(self):
        self.connection.disconnect()


@pytest.fixture
def pointer(server):
    made = Pointer(server)
    yield made
    made.close()


@pytest.mark.parametrize("reports", [3], indirect=True, ids=["keep-3"])
def test_a_shape_that_comes_back_is_named_and_not_sent_again(reports, pointer):
    first, second = pointer.cursor(24, 24, 10), pointer.cursor(24, 24, 200)
    shown = len(reports.of(CursorShape))
    pointer.show(first)
    wait_until(lambda: len(reports.of(CursorShape)) == shown + 1, what="the first shape")
    pointer.show(second)
    wait_until(lambda: len(reports.of(CursorShape)) == shown + 2, what="the second shape")
    serials = [shape.serial for shape in reports.of(CursorShape)][-2:]
    pointer.show(first)
    wait_until(lambda: reports.of(CursorPosition)[-1].serial == serials[0], what="the first again")
    assert len(reports.of(CursorShape)) == shown + 2
    for number, grey in enumerate((20, 30, 40), start=3):  # as many as are kept
        pointer.show(pointer.cursor(24, 24, grey))
        wait_until(lambda number=number: len(reports.of(CursorShape)) == shown + number, what="a new shape")
    pointer.show(first)
    wait_until(lambda: len(reports.of(CursorShape)) == shown + 6, what="the first as a picture again")


def test_a_large_cursor_is_made_small_enough_and_points_at_the_same_place(reports, pointer):
    pointer.show(pointer.cursor(200, 150, 100, hot=(60, 30)))
    wait_until(lambda: reports.last_width() == 100, what="the large cursor")
    shape = reports.of(CursorShape)[-1]
    assert (shape.width, shape.height, shape.hot_x, shape.hot_y) == (100, 75, 30, 15)
    assert base64.b64decode(shape.png).startswith(b"\x89PNG")


def test_a_cursor_whose_program_is_gone_does_not_end_the_watching(server, reports, pointer):
    gone = Pointer(server)
    gone.show(gone.cursor(20, 20, 50))
    wait_until(lambda: reports.last_width() == 20, what="its cursor")
    gone.close()
    second = CursorWatcher(Rect(0, 0, 640, 480), late := Reports(), server.display)
    second.start()
    wait_until(lambda: late.of(CursorPosition), what="a place, also without a shape")
    pointer.show(pointer.cursor(22, 22, 60))
    wait_until(lambda: reports.last_width() == late.last_width() == 22, what="the next cursor")
    second.stop()
    second.join(2)


def test_an_animated_cursor_sends_each_of_its_pictures_once(reports, pointer):
    frames = [pointer.cursor(32, 32, grey) for grey in range(0, 250, 25)]
    before = len(reports.of(CursorShape))
    pointer.show(pointer.animated(frames, 10))
    wait_until(lambda: len(reports.of(CursorShape)) > before, what="the animated cursor")
    other = pointer.cursor(16, 16, 7)
    for _ in range(30):  # it turns several times meanwhile
        pointer.core.WarpPointer(0, pointer.root, 0, 0, 0, 0, 100 + _ * 5, 200)
        place = (100 + _ * 5) / 640
        pointer.core.GetInputFocus().reply()
        wait_until(lambda place=place: abs(reports.of(CursorPosition)[-1].x - place) < 0.001, what="the place")
    pointer.show(other)
    wait_until(lambda: reports.last_width() == 16, what="the next shape")
    serials = [shape.serial for shape in reports.of(CursorShape)]
    assert len(serials) == len(set(serials))


def test_shrinking_keeps_transparency_and_colour():
    pixels = np.zeros((130, 260, 4), np.uint8)
    pixels[:, :130] = (10, 20, 30, 255)
    small, step = shrunk(pixels)
    assert (small.shape, step) == ((44, 87, 4), 3)
    assert small[0, 0].tolist() == [10, 20, 30, 255]
    assert small[0, -1].tolist() == [0, 0, 0, 0]
    assert shrunk(pixels[:128, :128])[1] == 1
