"""An owner chooses from a list that has every window of a program, named as it is, and nothing else."""

import os
import struct
import zlib

import pytest
import xcffib
import xcffib.xproto

from customer_agent.media.geometry import Rect
from customer_agent.media.windows import MAX_TITLE, clean, open_window_system
from customer_agent.media.windows_x11 import X11Windows, icon_png
from customer_agent.media.x11 import connect, screen_of
from customer_agent.tests.test_media_windows import window_of
from customer_agent.tests.window_view import gtk, plain, start_manager
from customer_agent.tests.xserver import wait_until, x_server

PLACE = Rect(300, 200, 400, 300)


@pytest.fixture(scope="module", params=["openbox", "no window manager"])
def server(request):
    with x_server() as running:
        if request.param == "openbox":
            start_manager(running)
        yield running


@pytest.fixture(scope="module")
def managed_server():
    with x_server() as running:
        start_manager(running)
        yield running


@pytest.fixture
def windows(server):
    system = open_window_system(server.display)
    yield system
    system.close()


def titles(windows):
    return [entry.title for entry in windows.list_windows()]


def test_a_window_is_listed_with_its_program_title_place_and_process(server, windows):
    with plain(server, "plain", PLACE, "Invoice \u202e7\u202c") as program:
        window = window_of(server, "Invoice 7")
        # It is in the list as soon as it exists, which may be before it is mapped.
        wait_until(lambda: windows.list_windows()[0].state == "shown", what="the window on the screen")
        [entry] = windows.list_windows()
        assert (entry.window, entry.name, entry.pid) == (window, "Plain", program.process.pid)
        assert (entry.rect.width, entry.rect.height, entry.state) == (400, 300, "shown")
        assert int(program.first) == window


def test_dialogs_come_with_their_window_and_are_not_listed(server, windows):
    with gtk(server, "a gtk window", 300, 200) as program:
        window_of(server, "a gtk window")
        program.tell("dialog")
        program.tell("second")
        wait_until(lambda: "second window" in titles(windows), what="the second window")
        assert sorted(titles(windows)) == ["a gtk window", "second window"]


def test_own_windows_menus_and_docks_are_not_listed(server):
    with plain(server, "plain", PLACE) as program:
        window_of(server, "plain")
        program.tell("popup 500 400")
        mine = X11Windows(server.display, own_pid=program.process.pid)
        assert titles(mine) == []
        mine.close()
        others = X11Windows(server.display, own_pid=os.getpid())
        assert titles(others) == ["plain"]
        connection = connect(server.display)
        core = connection.core

        def atom(name):
            return core.InternAtom(0, len(name), name).reply().atom

        kind = [atom("_NET_WM_WINDOW_TYPE_DOCK")]
        core.ChangePropertyChecked(
            0, int(program.first), atom("_NET_WM_WINDOW_TYPE"), xcffib.xproto.Atom.ATOM, 32, 1, kind
        ).check()
        assert titles(others) == []
        connection.disconnect()
        others.close()


def test_a_minimised_window_can_be_chosen(managed_server):
    system = open_window_system(managed_server.display)
    with plain(managed_server, "plain", PLACE):
        window = window_of(managed_server, "plain")
        managed_server.run("xdotool", "windowminimize", "--sync", str(window))
        wait_until(lambda: [entry.state for entry in system.list_windows()] == ["minimised"], what="minimised")
    system.close()


def test_titles_cannot_mislead():
    assert clean("a\u202eb\u2066c\x1b[31m\n\td", 80) == "abc[31m d"
    assert clean("x" * 500, MAX_TITLE) == "x" * MAX_TITLE
    assert clean("請求書 7", 80) == "請求書 7"


def test_the_icon_nearest_to_32_pixels_is_taken():
    small, right, large = ([size, size, *[0x80FF0000 + size] * (size * size)] for size in (16, 32, 64))
    png = icon_png([*large, *small, *right])
    width, height = struct.unpack(">II", png[16:24])
    assert (width, height) == (32, 32)
    rows = zlib.decompress(png[png.index(b"IDAT") + 4 : png.index(b"IEND") - 8])
    assert rows[1:5] == bytes([0xFF, 0x00, 0x20, 0x80])


@pytest.mark.parametrize("words", [[], [32], [32, 32], [0, 0, 0], [32, 32, 1, 2], [2**31, 2**31, 1]])
def test_a_broken_icon_is_no_icon(words):
    assert icon_png(words) is None


def test_a_display_that_is_gone_is_said(server):
    from customer_agent.media.x11 import DisplayError

    with x_server(640, 480) as short:
        system = open_window_system(short.display)
        connection = connect(short.display)
        assert screen_of(connection).width_in_pixels == 640
        connection.disconnect()
    with pytest.raises(DisplayError):
        system.list_windows()
    assert open_window_system(":987") is None
