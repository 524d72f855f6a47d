"""Under a grant of applications input reaches the shared windows and nothing else."""

from contextlib import ExitStack
from itertools import count

import pytest

from customer_agent.control.gate import Verdict
from customer_agent.control.injector import X11Injector
from customer_agent.control.window_clip import clip_to
from customer_agent.media.geometry import Rect
from customer_agent.media.windows import open_window_system
from customer_agent.media.x11 import connect
from customer_agent.tests.test_media_windows import window_of
from customer_agent.tests.window_view import View, focus, plain, start_manager
from customer_agent.tests.xserver import wait_until, x_server
from supportsite.protocol.channel import ButtonInput, KeyInput, PointerInput, SystemInput, TextInput, WheelInput

SCREEN = Rect(0, 0, 1920, 1080)
INSIDE, OUTSIDE = (500, 400), (1500, 900)
NUMBERS = count(1)


def head():
    return {"grant": "grant-000001", "epoch": 1, "seq": next(NUMBERS)}


def at(place):
    return {"x": (place[0] + 0.5) / SCREEN.width, "y": (place[1] + 0.5) / SCREEN.height}


@pytest.fixture(scope="module", params=["openbox", "no window manager"])
def server(request):
    with x_server() as running:
        if request.param == "openbox":
            start_manager(running)
        running.managed = request.param == "openbox"
        yield running


@pytest.fixture
def desk(server):
    """A shared window with its capture, another program's window, and an injector clipped to the shared one."""
    with ExitStack() as stack:
        desk = Desk()
        desk.server = server
        desk.shared = stack.enter_context(plain(server, "plain", Rect(300, 200, 600, 400), "shared"))
        desk.other = stack.enter_context(plain(server, "canary", Rect(1200, 600, 500, 400), "other"))
        windows = [window_of(server, "shared"), window_of(server, "other")]
        system = open_window_system(server.display)
        stack.callback(system.close)
        desk.view = View(system.open_capture(windows[:1]))
        stack.callback(desk.view.capture.close)
        desk.view.settle()
        members = desk.view.capture
        desk.own = set()
        desk.injector = X11Injector(
            own_windows=lambda: desk.own, display=server.display, make_clip=clip_to(lambda: members.members)
        )
        stack.callback(desk.injector.close)
        server.run("xdotool", "mousemove", "10", "10")
        yield desk


def pressed(server):
    """Whether any key is down as the server knows."""
    connection = connect(server.display)
    keys = connection.core.QueryKeymap().reply().keys
    connection.disconnect()
    return any(keys)


class Desk:
    def do(self, message):
        return self.injector.apply(message, SCREEN, lambda: False)

    def point(self, place):
        return self.do(PointerInput(**head(), **at(place)))

    def press(self, place, *, down=True, button=0):
        return self.do(ButtonInput(**head(), **at(place), button=button, down=down))

    def key(self, name, *, down=True):
        return self.do(KeyInput(**head(), key=name, code="", down=down))

    def pointer(self):
        words = dict(item.split(":") for item in self.server.run("xdotool", "getmouselocation").split())
        return int(words["x"]), int(words["y"])

    def focus(self, program):
        focus(self.server, program.first)

    def heard(self, program):
        """Return what a program got since the last question."""
        program.tell("heard")
        said, program.said = program.said, []
        return [line for line in said if line]

    def hears(self, program, *lines):
        """Wait until a program got just these: a window manager hands a click on when it comes to it."""
        got = []

        def all_there():
            got.extend(self.heard(program))
            return len(got) >= len(lines)

        wait_until(all_there, what="all that was sent")
        assert got == list(lines)


def test_a_click_inside_arrives_and_one_outside_is_dropped(desk):
    assert desk.press(INSIDE) is Verdict.PASS
    assert desk.press(INSIDE, down=False) is Verdict.PASS
    desk.hears(desk.shared, "press 1", "release 1")
    assert desk.press(OUTSIDE) is Verdict.OUTSIDE
    assert desk.press(OUTSIDE, down=False) is Verdict.PASS
    assert desk.do(WheelInput(**head(), **at(OUTSIDE), dx=0, dy=3)) is Verdict.OUTSIDE
    assert desk.point(OUTSIDE) is Verdict.OUTSIDE
    assert desk.point((1000, 1050)) is Verdict.OUTSIDE, "nobody's window"
    assert desk.heard(desk.other) == []
    assert desk.pointer() == INSIDE


def test_the_wheel_turns_inside(desk):
    assert desk.do(WheelInput(**head(), **at(INSIDE), dx=0, dy=2)) is Verdict.PASS
    desk.hears(desk.shared, *["press 5", "release 5"] * 2)


def test_a_place_that_another_window_covers_is_brought_to_the_top_by_a_click_only(desk):
    desk.other.tell("move 600 300")
    desk.other.tell("raise")
    covered = (700, 450)
    # A window manager raises a window when it comes to it.
    wait_until(lambda: desk.point(covered) is Verdict.OUTSIDE, what="the other window on top")
    assert desk.do(WheelInput(**head(), **at(covered), dx=0, dy=2)) is Verdict.OUTSIDE
    assert desk.press(covered) is Verdict.PASS
    assert desk.press(covered, down=False) is Verdict.PASS
    desk.hears(desk.shared, "press 1", "release 1")
    assert desk.heard(desk.other) == []


def test_a_window_that_stays_on_top_is_never_clicked(desk):
    desk.other.tell("override 600 300")
    verdict = desk.press((650, 350))
    # A window manager keeps such a window above; without one the shared window can be raised.
    assert verdict is (Verdict.OUTSIDE if desk.server.managed else Verdict.PASS)
    assert desk.heard(desk.other) == []


def test_a_drag_that_leaves_the_window_is_kept_inside_and_released_there(desk):
    assert desk.press(INSIDE) is Verdict.PASS
    # The pointer is held where it was pressed until the window manager hands the click on.
    desk.hears(desk.shared, "press 1")
    assert desk.point((600, 450)) is Verdict.PASS
    assert desk.point(OUTSIDE) is Verdict.PASS
    x, y = desk.pointer()
    assert desk.view.area.x <= x < desk.view.area.right
    assert desk.view.area.y <= y < desk.view.area.bottom
    assert desk.press(OUTSIDE, down=False) is Verdict.PASS
    desk.hears(desk.shared, "release 1")
    assert desk.heard(desk.other) == []
    assert desk.pointer() == (x, y)


def test_keys_arrive_only_while_the_focus_is_inside(desk):
    desk.focus(desk.shared)
    assert desk.key("a") is Verdict.PASS
    assert desk.key("a", down=False) is Verdict.PASS
    assert desk.do(TextInput(**head(), text="bc")) is Verdict.PASS
    assert [line for line in desk.heard(desk.shared) if line.startswith("key")] == ["key a", "key b", "key c"]
    desk.focus(desk.other)
    assert desk.key("d") is Verdict.FOCUS
    assert desk.do(TextInput(**head(), text="secret")) is Verdict.FOCUS
    assert desk.heard(desk.other) == []


def test_a_held_key_is_let_go_when_the_focus_leaves(desk):
    desk.focus(desk.shared)
    assert desk.key("a") is Verdict.PASS
    assert desk.injector.rest() < 0.05, "looked after while it is held"
    assert pressed(desk.server)
    desk.focus(desk.other)
    desk.injector.rest()
    assert not pressed(desk.server)


def test_keys_do_not_go_to_a_program_that_took_the_keyboard(desk):
    desk.focus(desk.shared)
    desk.other.tell("take keyboard")
    assert desk.key("a") is Verdict.FOCUS
    assert desk.do(TextInput(**head(), text="secret")) is Verdict.FOCUS
    assert desk.heard(desk.other) == []
    desk.other.tell("give")
    assert desk.key("a") is Verdict.PASS


def test_clicks_do_not_go_to_a_program_that_took_the_pointer(desk):
    desk.other.tell("take pointer")
    assert desk.press(INSIDE) is Verdict.OUTSIDE
    assert desk.heard(desk.other) == []
    desk.other.tell("give")
    assert desk.press(INSIDE) is Verdict.PASS


def test_shortcuts_of_other_programs_are_not_pressed(desk):
    desk.focus(desk.shared)
    desk.other.tell("shortcut F9")
    assert desk.key("F9") is Verdict.OUTSIDE
    assert desk.key("F8") is Verdict.PASS
    assert desk.heard(desk.other) == []


def test_the_menu_of_a_shared_window_can_be_clicked(desk):
    desk.focus(desk.shared)
    desk.view.settle()
    desk.shared.tell("popup 850 550")
    desk.view.until(lambda: len(desk.view.capture.members) == 2, "the menu")
    assert desk.press((940, 610)) is Verdict.PASS, "beyond the window itself"
    desk.hears(desk.shared, "press 1")


def test_own_windows_and_system_actions_stay_out_of_reach(desk):
    desk.own.add(int(desk.shared.first))
    assert desk.press(INSIDE) is Verdict.OWN_WINDOW
    desk.own.clear()
    assert desk.do(SystemInput(**head(), action="lock")) is Verdict.OUTSIDE


def test_a_window_that_was_closed_takes_its_place_out_of_reach(desk):
    desk.shared.close()
    desk.view.until(lambda: not desk.view.capture.members, "the end of the window")
    assert desk.press(INSIDE) is Verdict.OUTSIDE
    assert desk.key("a") is Verdict.FOCUS
