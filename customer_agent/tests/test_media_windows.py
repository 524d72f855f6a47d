"""Only the shared windows are seen, whole, and never a pixel of another one."""

import os
import random
import threading
from contextlib import ExitStack
from pathlib import Path

import numpy as np
import pytest

from customer_agent.media import capture_windows_x11
from customer_agent.media.capture import CaptureLostError
from customer_agent.media.capture_x11 import X11Capture
from customer_agent.media.geometry import Rect
from customer_agent.media.windows import open_window_system
from customer_agent.media.x11 import connect
from customer_agent.tests.window_view import (
    BLUE,
    CANARY,
    GREEN,
    ORANGE,
    RED,
    WHITE,
    YELLOW,
    View,
    focus,
    gtk,
    plain,
    start_manager,
    tk,
)
from customer_agent.tests.xserver import wait_until, x_server

PLACE = Rect(300, 200, 400, 300)


@pytest.fixture(scope="module", params=["openbox", "no window manager"])
def server(request):
    with x_server() as running:
        if request.param == "openbox":
            start_manager(running)
        running.managed = request.param == "openbox"
        yield running


@pytest.fixture(scope="module")
def managed():
    with x_server() as running:
        start_manager(running)
        yield running


@pytest.fixture(scope="module")
def composited():
    with x_server() as running:
        start_manager(running)
        running.start("xcompmgr")
        connection = connect(running.display)
        name = "_NET_WM_CM_S0"
        manager = connection.core.InternAtom(0, len(name), name).reply().atom
        wait_until(lambda: connection.core.GetSelectionOwner(manager).reply().owner, what="a compositing manager")
        connection.disconnect()
        yield running


@pytest.fixture
def watch():
    """Capture windows of a display by number."""
    with ExitStack() as stack:

        def start(server, *windows):
            system = open_window_system(server.display)
            stack.callback(system.close)
            capture = system.open_capture(list(windows))
            stack.callback(capture.close)
            return View(capture)

        yield start


@pytest.fixture
def programs():
    with ExitStack() as stack:
        yield stack.enter_context


def window_of(server, title):
    system = open_window_system(server.display)
    try:
        found = []

        def look():
            found[:] = [entry.window for entry in system.list_windows() if entry.title == title]
            return found

        wait_until(look, what=f"window {title} in the list")
        return found[0]
    finally:
        system.close()


def start_shared(server, programs, kind):
    """Start a program of a kind and return (its window, the program or None)."""
    if kind in ("hostile", "plain"):
        program = programs(plain(server, kind, PLACE))
        window_of(server, kind)
        return int(program.first), program
    if kind == "gtk":
        program = programs(gtk(server, "a gtk window", PLACE.x, PLACE.y))
        return window_of(server, "a gtk window"), program
    if kind == "tk":
        program = programs(tk(server, "a tk window", "400x300+300+200"))
        return window_of(server, "a tk window"), program
    server.start("xterm", "-title", "an xterm", "-geometry", "60x20+300+200")
    return window_of(server, "an xterm"), None


def picture_of(server, area):
    """Return the pixels of the screen as its owner sees them."""
    capture = X11Capture(server.display)
    capture.open(area)
    [patch] = capture.grab()
    pixels = patch.pixels[..., :3].copy()
    capture.close()
    return pixels


def white_lines(pixels):
    """Return how many windows drew their line: 3 rows of white each, over at least 100 columns."""
    rows = ((pixels == 255).all(axis=2).sum(axis=1) >= 100).sum()
    return int(rows) // 3


def end_shared(server, window, program):
    if program is None:
        server.run("xdotool", "windowkill", str(window))


@pytest.mark.parametrize("kind", ["hostile", "plain", "gtk", "tk", "xterm"])
def test_a_window_dragged_over_a_shared_one_never_shows_one_pixel(server, programs, watch, kind):
    window, program = start_shared(server, programs, kind)
    canary = programs(plain(server, "canary", Rect(250, 150, 300, 300)))
    canary.tell("raise")
    view = watch(server, window)
    view.settle()
    assert view.count(CANARY) == 0
    for step in range(200):
        canary.tell(f"move {100 + step * 3} {100 + step * 2}")
        view.step(0.002)
        assert view.count(CANARY) == 0, f"position {step}"
    end_shared(server, window, program)


@pytest.mark.parametrize("kind", ["hostile", "gtk"])
def test_a_compositing_manager_changes_nothing_of_that(composited, programs, watch, kind):
    window, program = start_shared(composited, programs, kind)
    canary = programs(plain(composited, "canary", Rect(250, 150, 300, 300)))
    canary.tell("raise")
    program.stop()
    view = watch(composited, window)
    view.settle()
    assert view.count(CANARY) == 0
    composited.run("xdotool", "windowsize", str(window), "460", "340")
    for step in range(60):
        canary.tell(f"move {150 + step * 6} {100 + step * 5}")
        view.step(0.002)
        assert view.count(CANARY) == 0, f"position {step}"
    program.go_on()


@pytest.mark.parametrize("kind", ["hostile", "gtk", "tk"])
def test_a_hung_program_shows_nothing_of_what_covers_it(server, programs, watch, kind):
    window, program = start_shared(server, programs, kind)
    canary = programs(plain(server, "canary", Rect(200, 100, 700, 600)))
    canary.tell("raise")
    program.stop()
    view = watch(server, window)
    view.settle()
    assert view.count(CANARY) == 0, "right after the beginning"
    server.run("xdotool", "windowsize", str(window), "460", "340")
    view.settle()
    canary.tell("raise")
    assert view.count(CANARY) == 0, "after a new size"
    server.run("xdotool", "windowunmap", str(window))
    view.settle()
    server.run("xdotool", "windowmap", str(window))
    canary.tell("raise")
    view.settle()
    assert view.count(CANARY) == 0, "after it was mapped again"
    program.go_on()


def test_a_covered_window_is_sent_whole_and_right_again_after_a_new_size(server, programs, watch):
    program = programs(plain(server, "plain", PLACE))
    canary = programs(plain(server, "canary", Rect(200, 100, 700, 600)))
    canary.tell("raise")
    view = watch(server, window_of(server, "plain"))
    view.until(lambda: view.count(GREEN) + view.count(WHITE) == 400 * 300, "the whole window")
    program.tell("size 500 360")
    view.until(lambda: view.count(GREEN) + view.count(WHITE) == 500 * 360, "the whole larger window")
    program.tell("unmap")
    view.until(lambda: view.last.obstacle != "live", "the end of the picture")
    program.tell("map")
    canary.tell("raise")
    view.until(lambda: view.last.obstacle == "live", "the picture again")
    view.until(lambda: view.count(GREEN) + view.count(WHITE) == 500 * 360, "the whole window again")
    assert view.count(CANARY) == 0


def test_a_still_window_costs_no_grab(server, programs, watch):
    programs(plain(server, "plain", PLACE))
    view = watch(server, window_of(server, "plain"))
    view.settle()
    grabs = view.grabs
    for _ in range(40):
        view.step(0.05)
    assert view.grabs == grabs


def test_the_picture_moves_with_the_window_and_keeps_its_size(server, programs, watch):
    program = programs(plain(server, "plain", PLACE))
    view = watch(server, window_of(server, "plain"))
    view.settle()
    area, layouts = view.area, view.layouts
    for step in range(1, 30):
        program.tell(f"move {300 + step * 10} {200 + step * 5}")
        view.step()
    view.settle()
    assert view.layouts == layouts
    moved = view.last.area
    assert (moved.width, moved.height) == (area.width, area.height)
    assert (moved.x - area.x, moved.y - area.y) == (290, 145)


def test_several_windows_are_shown_at_their_places(server, programs, watch):
    programs(plain(server, "plain", PLACE, "one"))
    programs(plain(server, "plain", Rect(800, 600, 200, 150), "two"))
    canary = programs(plain(server, "canary", Rect(600, 400, 300, 300)))
    canary.tell("raise")
    view = watch(server, window_of(server, "one"), window_of(server, "two"))
    view.until(lambda: view.count(GREEN) + view.count(WHITE) == 400 * 300 + 200 * 150, "both windows")
    assert view.count(CANARY) == 0
    first, second = view.last.windows
    area = view.last.area
    assert round(first.width * area.width) == 400
    assert round((second.x - first.x) * area.width) == 500
    assert round((second.y - first.y) * area.height) == 400


def test_dialogs_and_menus_of_gtk_come_with_their_window(managed, programs, watch):
    program = programs(gtk(managed, "a gtk window", 300, 200))
    view = watch(managed, window_of(managed, "a gtk window"))
    view.until(lambda: view.count(BLUE) > 100_000, "the window")
    program.tell("dialog")
    view.until(lambda: view.count(RED) > 5_000, "the dialog")
    program.tell("menu")
    view.until(lambda: view.count(GREEN) > 3_000, "the menu")
    managed.run("xdotool", "key", "Escape")
    view.until(lambda: view.count(GREEN) == 0, "the menu's end")
    assert view.count(RED) > 5_000


def test_other_windows_of_the_same_program_are_not_shown(managed, programs, watch):
    program = programs(gtk(managed, "a gtk window", 300, 200))
    view = watch(managed, window_of(managed, "a gtk window"))
    view.until(lambda: view.count(BLUE) > 100_000, "the window")
    program.tell("second")
    second = window_of(managed, "second window")
    managed.run("xdotool", "windowmove", str(second), "320", "220")
    view.settle()
    assert view.count(ORANGE) == 0
    assert second not in view.capture.members


def test_a_menu_without_an_owner_belongs_to_the_window_it_was_opened_in(server, programs, watch):
    program = programs(plain(server, "plain", PLACE))
    view = watch(server, window_of(server, "plain"))
    focus(server, program.first)
    view.settle()
    program.tell("popup 350 250")
    view.until(lambda: view.count(YELLOW) > 120 * 80 * 0.9, "the menu")


def test_a_menu_of_another_window_of_the_same_program_is_not_shown(server, programs, watch):
    program = programs(plain(server, "plain", PLACE))
    view = watch(server, window_of(server, "plain"))
    program.tell("second 900 600")
    second = window_of(server, "second window")
    focus(server, second)
    view.settle()
    program.tell("popup 350 250")
    view.settle(40)
    assert view.count(YELLOW) == 0
    assert view.count(ORANGE) == 0


def test_a_menu_of_tk_is_shown(server, programs, watch):
    program = programs(tk(server, "a tk window", "400x300+300+200"))
    window = window_of(server, "a tk window")
    view = watch(server, window)
    focus(server, window)
    view.until(lambda: view.count(BLUE) > 100_000, "the window")
    program.tell("menu 350 250")
    view.until(lambda: view.count(GREEN) > 2_000, "the menu")


def test_a_menu_of_xterm_is_shown_while_it_is_open(server, programs, watch):
    window, _ = start_shared(server, programs, "xterm")
    focus(server, window)
    view = watch(server, window)
    view.settle()
    place = view.area
    server.run("xdotool", "mousemove", str(place.x + 60), str(place.y + 60), "keydown", "ctrl", "mousedown", "1")
    view.until(lambda: len(view.capture.members) == 2, "the menu")
    server.run("xdotool", "mouseup", "1", "keyup", "ctrl")
    view.until(lambda: len(view.capture.members) == 1, "the menu's end")
    end_shared(server, window, None)


def test_minimising_restoring_titles_and_closing_are_said(managed, programs, watch, monkeypatch):
    monkeypatch.setattr(capture_windows_x11, "LOST_AFTER_SECONDS", 0.5)
    program = programs(plain(managed, "plain", PLACE, "one"))
    other = programs(plain(managed, "plain", Rect(800, 600, 200, 150), "two"))
    one, two = window_of(managed, "one"), window_of(managed, "two")
    view = watch(managed, one, two)
    managed.run("xdotool", "windowminimize", "--sync", str(one))
    view.until(lambda: view.states() == {one: "minimised", two: "shown"}, "one minimised")
    assert view.last.obstacle == "live"
    managed.run("xdotool", "windowminimize", "--sync", str(two))
    view.until(lambda: view.last.obstacle == "minimised", "all minimised")
    managed.run("xdotool", "windowactivate", "--sync", str(one))
    view.until(lambda: view.states().get(one) == "shown" and view.last.obstacle == "live", "one restored")
    view.until(lambda: [info.focused for info in view.last.windows] == [True, False], "the focus")
    program.tell("title Invoice \u202e 7")
    view.until(lambda: view.last.windows[0].title == "Invoice 7", "the title")
    other.close()
    view.until(
        lambda: any(
            two in {info.window for info in report.windows if info.state == "closed"} for report in view.reports
        ),
        "two closed",
    )
    program.close()
    view.until(lambda: view.last.obstacle == "source_lost", "all closed")
    closed = [info.window for report in view.reports for info in report.windows if info.state == "closed"]
    assert closed == [two, one]
    with pytest.raises(CaptureLostError):
        view.until(lambda: False, "the end of the source")


def test_a_program_that_does_not_answer_is_called_hung_until_it_does(managed, programs, watch):
    program = programs(gtk(managed, "a gtk window", 300, 200))
    window = window_of(managed, "a gtk window")
    program.stop()
    view = watch(managed, window)
    view.until(lambda: view.states() == {window: "hung"}, "a hung window")
    assert view.count(BLUE) == 0
    program.go_on()
    view.until(lambda: view.states() == {window: "shown"}, "an answer")
    view.until(lambda: view.count(BLUE) > 100_000, "the window again")


def shared_memory():
    """Return the ids of the machine's shared memory segments of this process."""
    rows = [line.split() for line in Path("/proc/sysvipc/shm").read_text().splitlines()[1:]]
    return {row[1] for row in rows if int(row[4]) == os.getpid()}


@pytest.mark.slow
def test_nothing_of_others_shows_and_nothing_is_left_behind_whatever_happens(server, programs, watch):
    before, threads = shared_memory(), threading.active_count()
    program = programs(plain(server, "hostile", PLACE))
    canary = programs(plain(server, "canary", Rect(200, 100, 500, 400)))
    chance = random.Random(7)
    view = watch(server, window_of(server, "hostile"))
    for step in range(120):
        size = f"{chance.randint(100, 700)} {chance.randint(80, 500)}"
        place = f"{chance.randint(0, 900)} {chance.randint(0, 500)}"
        move = chance.choice(["size", "move", "unmap", "map", "canary", "canary", "raise", "stop", "go"])
        if move == "stop":
            program.stop()
            server.run("xdotool", "windowsize", program.first, *size.split())
            canary.tell("raise")
            view.step(0.01)
            program.go_on()
        elif move in ("size", "move"):
            program.tell(f"{move} {size if move == 'size' else place}")
        elif move in ("unmap", "map"):
            program.tell(move)
        else:
            canary.tell(f"move {place}")
            canary.tell("raise")
        for _ in range(chance.randint(0, 3)):
            view.step(0.005)
            assert view.count(CANARY) == 0, f"step {step}: {move}"
    program.tell("map")
    view.until(lambda: view.last.obstacle == "live" and view.count(WHITE) > 0, "the window in the end")
    view.capture.close()
    wait_until(lambda: shared_memory() <= before, what="the memory back")  # the X server lets go when it comes to it
    assert threading.active_count() <= threads  # one of an earlier test may have ended since


def test_the_owners_screen_stays_as_it_was(server, programs, watch):
    programs(plain(server, "plain", PLACE))
    window = window_of(server, "plain")
    canary = programs(plain(server, "canary", Rect(450, 300, 300, 300)))
    canary.tell("raise")
    place = Rect(200, 100, 800, 700)
    wait_until(lambda: white_lines(picture_of(server, place)) >= 2, what="both windows on the screen")
    before = picture_of(server, place)
    view = watch(server, window)
    view.settle()
    wait_until(lambda: np.array_equal(picture_of(server, place), before), what="the same screen as before")
    view.capture.close()
    wait_until(lambda: np.array_equal(picture_of(server, place), before), what="the same screen afterwards")


def test_windows_that_are_gone_cannot_be_captured(server):
    system = open_window_system(server.display)
    with pytest.raises(ValueError, match="no such window"):
        system.open_capture([0x7FFFFF0])
    system.close()
