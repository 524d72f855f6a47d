"""Marks of others show on the owner's screen, in their author's colour, and no click ever stops at them."""

import numpy as np
import pytest
import xcffib.xproto

from customer_agent.control.gate import Verdict
from customer_agent.control.injector import X11Injector
from customer_agent.media.geometry import Rect
from customer_agent.media.x11 import connect, screen_of
from customer_agent.tests.listening import Listening
from customer_agent.tests.xserver import wait_until, x_server
from customer_agent.ui import tokens
from customer_agent.ui.overlay import Overlay
from customer_agent.ui.overlay_marks import MAX_MARKS_PER_AUTHOR, MarkBook
from customer_agent.ui.overlay_text import TextPainter
from supportsite.protocol.channel import ButtonInput, Mark

WIDTH, HEIGHT = 800, 600
AREA = Rect(0, 0, WIDTH, HEIGHT)
ANNA, BEN = "anna-000001", "ben-0000001"
BLACK, WHITE = 0, 0xFFFFFF


def mark(kind, *points, key="mark-000001", who=ANNA, colour="a", done=False):
    places = [((x + 0.5) / WIDTH, (y + 0.5) / HEIGHT) for x, y in points]
    return Mark(id=key, kind=kind, points=places, participant=who, colour=colour, done=done)


@pytest.fixture(scope="module")
def server():
    with x_server(WIDTH, HEIGHT) as running:
        yield running


@pytest.fixture
def own():
    return []


@pytest.fixture
def overlay(server, own):
    made = Overlay(server.display, above=lambda: own)
    assert made.available
    yield made
    made.close()


@pytest.fixture
def screen(server):
    made = Screen(server)
    yield made
    made.connection.disconnect()


class Screen:
    """Reads the pixels of the root window."""

    def __init__(self, server):
        self.connection = connect(server.display)
        self.root = screen_of(self.connection).root

    def picture(self):
        reply = self.connection.core.GetImage(2, self.root, 0, 0, WIDTH, HEIGHT, 0xFFFFFFFF).reply()
        return np.frombuffer(bytes(reply.data.buf()), np.uint32).reshape(HEIGHT, WIDTH) & 0xFFFFFF

    def at(self, x, y):
        return int(self.picture()[y, x])

    def count(self, colour):
        return int((self.picture() == colour).sum())


def pixel(colour):
    return int(tokens.MARKS[colour][1:], 16)


def test_a_box_is_drawn_in_its_authors_colour_with_a_white_outline(overlay, screen):
    overlay.put(mark("box", (100, 100), (300, 200), colour="b"), AREA, "Anna")
    wait_until(lambda: screen.at(100, 150) == pixel("b"), what="the box")
    assert screen.at(200, 100) == screen.at(300, 150) == screen.at(200, 200) == pixel("b")
    assert screen.at(96, 150) == screen.at(104, 150) == WHITE
    assert screen.at(200, 150) == screen.at(90, 150) == BLACK


def test_a_pen_grows_and_an_arrow_is_replaced(overlay, screen):
    overlay.put(mark("pen", (50, 300), (150, 300)), AREA, "Anna")
    overlay.put(mark("pen", (250, 300)), AREA, "Anna")
    wait_until(lambda: screen.at(200, 300) == pixel("a"), what="the longer line")
    assert screen.at(100, 300) == pixel("a")
    overlay.put(mark("arrow", (400, 100), (400, 200), key="mark-000002"), AREA, "Anna")
    wait_until(lambda: screen.at(400, 150) == pixel("a"), what="the arrow")
    overlay.put(mark("arrow", (500, 100), (500, 200), key="mark-000002"), AREA, "Anna")
    wait_until(lambda: screen.at(500, 150) == pixel("a"), what="the arrow elsewhere")
    assert screen.at(400, 150) == BLACK
    assert screen.at(100, 300) == pixel("a")


def test_marks_lie_where_their_area_is(overlay, screen):
    overlay.put(mark("pen", (400, 300)), Rect(400, 0, 400, 300), "Anna")
    wait_until(lambda: screen.at(600, 150) == pixel("a"), what="the dot")


def test_several_people_point_and_draw_and_each_is_cleared_alone(overlay, screen):
    overlay.put(mark("pointer", (100, 100)), AREA, "Anna")
    overlay.put(mark("pointer", (300, 100), key="mark-000002", who=BEN, colour="d"), AREA, "山田 太郎")
    overlay.put(mark("pen", (50, 400), (150, 400), key="mark-000003", who=BEN, colour="d"), AREA, "山田 太郎")
    wait_until(lambda: screen.at(100, 400) == pixel("d") and screen.count(pixel("a")), what="both")
    overlay.clear(BEN)
    wait_until(lambda: not screen.count(pixel("d")), what="Ben's marks gone")
    assert screen.count(pixel("a"))
    overlay.clear()
    wait_until(lambda: not screen.picture().any(), what="an empty screen")
    wait_until(lambda: not overlay.windows(), what="no window left")


def test_a_pointer_moves_and_carries_its_name(overlay, screen):
    overlay.put(mark("pointer", (100, 100)), AREA, "Anna")
    wait_until(lambda: screen.count(pixel("a")), what="the pointer")
    # The pointer itself is 28 pixels wide at most; the name stands to its right and below.
    wait_until(lambda: pixel("a") in screen.picture()[120:150, 135:170], what="the name")
    overlay.put(mark("pointer", (790, 590)), AREA, "Anna")
    wait_until(lambda: not screen.picture()[:200].any(), what="it moves away")
    assert (screen.picture()[500:, 600:785] == pixel("a")).any(), "at the corner the name stays on the screen"
    overlay.put(mark("pointer", (0, 0)), AREA, "Anna")
    wait_until(lambda: screen.at(1, 3) == pixel("a"), what="the pointer in the corner")
    overlay.put(mark("pointer", (790, 590), done=True), AREA, "Anna")
    wait_until(lambda: not screen.picture().any(), what="it is taken away")


def test_injected_clicks_at_a_drawn_place_reach_the_window_below(server, overlay, screen):
    below = Listening(server, Rect(0, 0, WIDTH, HEIGHT))
    injector = X11Injector(own_windows=overlay.windows, display=server.display)
    try:
        overlay.put(mark("box", (100, 100), (300, 200)), AREA, "Anna")
        overlay.put(mark("pointer", (500, 300)), AREA, "Anna")
        wait_until(lambda: screen.at(100, 150) == screen.at(502, 306) == pixel("a"), what="the marks")
        assert len(overlay.windows()) == 3
        for seq, (x, y) in enumerate(((100, 150), (200, 200), (502, 306), (530, 330))):
            assert screen.at(x, y) != BLACK, "a place that is drawn on"
            place = {"x": (x + 0.5) / WIDTH, "y": (y + 0.5) / HEIGHT, "grant": "grant-000001", "epoch": 1}
            for down in (True, False):
                click = ButtonInput(**place, seq=2 * seq + down, button=0, down=down)
                assert injector.apply(click, AREA, bool) is Verdict.PASS
            injector._connection.core.GetInputFocus().reply()
            assert [event for event in below.events() if event[0] != "move"] == [("down", 1, x, y), ("up", 1, x, y)]
    finally:
        injector.close()
        below.close()


def test_marks_stay_above_other_windows_but_never_cover_our_own(server, overlay, screen, own):
    overlay.put(mark("box", (100, 100), (300, 200)), AREA, "Anna")
    wait_until(lambda: screen.at(100, 150) == pixel("a"), what="the box")
    other = Listening(server, Rect(50, 50, 300, 300), pixel=0x777777)
    bar = Listening(server, Rect(50, 120, 300, 60), pixel=0x222222)
    own.append(bar.window)
    try:
        wait_until(lambda: screen.at(200, 100) == pixel("a"), what="the box above the other window")
        assert screen.at(100, 150) == 0x222222
        overlay.put(mark("arrow", (100, 250), (200, 130), key="mark-000002", who=BEN, colour="d"), AREA, "Ben")
        wait_until(lambda: screen.at(110, 238) == pixel("d"), what="the arrow")
        assert screen.at(187, 146) == 0x222222
        raise_ = xcffib.xproto.ConfigWindow.StackMode
        for _ in range(3):
            other.connection.core.ConfigureWindow(other.window, raise_, [0])
            other.connection.core.GetInputFocus().reply()
            wait_until(lambda: screen.at(200, 100) == pixel("a"), what="the box above again")
    finally:
        other.close()
        bar.close()


def test_no_mark_outlives_the_overlay(server, screen):
    overlay = Overlay(server.display)
    overlay.put(mark("box", (100, 100), (300, 200)), AREA, "Anna")
    wait_until(lambda: screen.at(100, 150) == pixel("a"), what="the box")
    overlay.close()
    wait_until(lambda: not screen.picture().any(), what="an empty screen")
    overlay.put(mark("box", (100, 100), (300, 200)), AREA, "Anna")
    overlay.clear()
    assert overlay.windows() == []


def test_without_a_display_nothing_is_drawn_and_nothing_fails():
    overlay = Overlay(":9999")
    assert not overlay.available
    overlay.put(mark("pen", (1, 1)), AREA, "Anna")
    overlay.clear()
    overlay.close()


def test_lines_fade_and_end_and_pointers_end_sooner():
    book = MarkBook()
    book.put(mark("pen", (1, 1)), AREA, "Anna", now=100.0)
    book.put(mark("pointer", (1, 1)), AREA, "Anna", now=100.0)
    assert book.age(100.0) == pytest.approx(3.0)
    author = book.authors[ANNA]
    assert book.age(103.0) == pytest.approx(1.5)
    assert author.pointer is None
    steps = []
    now = 103.0
    while (rest := book.age(now)) is not None:
        stroke = author.strokes["mark-000001"]
        steps.append((round(now, 2), stroke.step))
        now += rest
    assert steps == [(103.0, 0), (104.5, 1), (105.0, 2), (105.5, 3)]
    assert now == pytest.approx(106.0, abs=0.01)
    assert author.empty


def test_new_points_make_a_fading_line_whole_again():
    book = MarkBook()
    book.put(mark("pen", (1, 1)), AREA, "Anna", now=100.0)
    book.age(105.0)
    book.put(mark("pen", (2, 2)), AREA, "Anna", now=105.0)
    stroke = book.authors[ANNA].strokes["mark-000001"]
    assert (stroke.step, len(stroke.points), book.age(105.0)) == (0, 2, pytest.approx(4.5))


def test_what_one_author_can_put_on_the_screen_is_bounded():
    book = MarkBook()
    for number in range(1000):
        book.put(mark("box", (1, 1), (9, 9), key=f"mark-{number:06}"), AREA, "Anna", now=1.0)
        book.put(mark("pen", *[(5, 5)] * 200, key="mark-pen000", who=BEN), AREA, "Ben", now=1.0)
    assert len(book.authors[ANNA].strokes) == MAX_MARKS_PER_AUTHOR
    assert len(book.authors[BEN].strokes["mark-pen000"].points) == 4000


def test_a_mark_without_an_author_is_not_drawn():
    book = MarkBook()
    book.put(mark("pen", (1, 1)).model_copy(update={"participant": None}), AREA, "", now=1.0)
    assert not book.authors


@pytest.mark.parametrize("text", ["Anna", "山田 太郎", "한국어"])
def test_names_are_painted_in_any_script(text):
    painter = TextPainter()
    letters = painter.paint(text, 13)
    assert letters is not None
    assert letters.max() > 200
    assert letters[:, -letters.shape[1] // 3 :].any(), "the last letter is there"
    painter.close()
