"""What stands in the way of the picture is named, and a locked screen holds it."""

import pytest
import xcffib
import xcffib.xproto

from customer_agent.media import states_mac, states_win32
from customer_agent.media.lock_watch import LockWatch
from customer_agent.media.states import CaptureStates, PolledStates
from customer_agent.media.x11 import connect, screen_of
from customer_agent.tests.session_bus import ScreenSaver, session_bus
from customer_agent.tests.xserver import wait_until, x_server


@pytest.fixture(scope="module")
def server():
    with x_server(800, 600) as running:
        yield running


@pytest.fixture
def no_bus(monkeypatch):
    monkeypatch.delenv("DBUS_SESSION_BUS_ADDRESS", raising=False)
    monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", "unix:path=/nonexistent")


@pytest.fixture
def said(server, request):
    """Start a watch when called; return what it says."""
    watches = []

    def start():
        heard = []
        watch = LockWatch(heard.append, server.display)
        watches.append(watch)
        watch.start()
        wait_until(lambda: heard, what="the first state")
        return heard

    yield start
    for watch in watches:
        watch.stop()


class Cover:
    """A window over the whole screen, as lockers show."""

    def __init__(self, server, name=""):
        self.connection = connect(server.display)
        screen = screen_of(self.connection)
        self.window = self.connection.generate_id()
        flags = xcffib.xproto.CW
        self.connection.core.CreateWindow(
            screen.root_depth, self.window, screen.root, 0, 0, 800, 600, 0,
            xcffib.xproto.WindowClass.InputOutput, screen.root_visual,
            flags.BackPixel | flags.OverrideRedirect, [0, 1],
        )  # fmt: skip
        if name:
            text = f"{name}\0{name}\0".encode()
            kind = xcffib.xproto.Atom
            self.connection.core.ChangeProperty(0, self.window, kind.WM_CLASS, kind.STRING, 8, len(text), text)

    def show(self):
        self.connection.core.MapWindowChecked(self.window).check()

    def take_keyboard(self):
        mode = xcffib.xproto.GrabMode.Async
        reply = self.connection.core.GrabKeyboard(1, self.window, 0, mode, mode).reply()
        assert reply.status == 0

    def close(self):
        self.connection.disconnect()


def test_the_weightiest_of_what_stands_in_the_way_is_told_once():
    told = []
    states = CaptureStates(told.append)
    states.tell("windows", "minimised")
    states.tell("system", "locked")
    states.tell("windows", "live")
    states.tell("windows", "minimised")
    states.tell("system", "live")
    states.tell("windows", "live")
    assert told == ["minimised", "locked", "minimised", "live"]


def test_the_desktops_screen_saver_says_when_the_screen_is_locked(said, no_bus, monkeypatch):
    with session_bus() as address:
        monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", address)
        saver = ScreenSaver(address)
        heard = said()
        saver.set(active=True)
        wait_until(lambda: heard == [False, True], what="locked")
        saver.set(active=False)
        wait_until(lambda: heard == [False, True, False], what="unlocked")
        saver.close()


def test_a_screen_that_is_locked_already_is_known_at_once(said, no_bus, monkeypatch):
    with session_bus() as address:
        monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", address)
        saver = ScreenSaver(address, active=True)
        assert said() == [True]
        saver.close()


def test_lockers_that_cover_the_screen_are_known_by_name_or_by_what_they_do(server, said, no_bus):
    heard = said()
    assert heard == [False]
    named = Cover(server, "i3lock")
    named.show()
    wait_until(lambda: heard == [False, True], what="a named locker")
    named.close()
    wait_until(lambda: heard == [False, True, False], what="its end")
    nameless = Cover(server)
    nameless.show()
    nameless.take_keyboard()
    wait_until(lambda: heard == [False, True, False, True], what="a nameless locker")
    nameless.close()
    wait_until(lambda: heard[-1] is False, what="its end")


def test_a_real_locker_is_known(server, said, no_bus):
    heard = said()
    locker = server.start("i3lock", "-n")
    wait_until(lambda: heard == [False, True], what="i3lock")
    locker.kill()
    wait_until(lambda: heard == [False, True, False], what="its end")


def test_another_program_over_the_whole_screen_is_no_locker(server, said, no_bus):
    heard = said()
    game = Cover(server, "game")
    game.show()
    game.take_keyboard()
    locker = Cover(server, "xsecurelock")
    locker.show()
    wait_until(lambda: heard == [False, True], what="the locker, seen after the game")
    locker.close()
    wait_until(lambda: heard == [False, True, False], what="its end")
    game.close()


def test_xscreensaver_says_on_the_root_window_that_it_locked(server, said, no_bus):
    heard = said()
    connection = connect(server.display)
    core, root = connection.core, screen_of(connection).root

    def atom(name):
        return core.InternAtom(0, len(name), name).reply().atom

    for word, locked in (("BLANK", None), ("LOCK", True)):
        core.ChangePropertyChecked(0, root, atom("_SCREENSAVER_STATUS"), 19, 32, 3, [atom(word), 1, 0]).check()
        if locked:
            wait_until(lambda: heard == [False, True], what="locked; blank alone is not")
    core.DeletePropertyChecked(root, atom("_SCREENSAVER_STATUS")).check()
    wait_until(lambda: heard == [False, True, False], what="unlocked")
    connection.disconnect()


def test_other_systems_are_asked_again_and_again_and_only_changes_are_told():
    answers = ["live", "live", "locked", "locked", "live"]
    told, asked = [], []

    def look():
        asked.append(1)
        return answers[min(len(asked), len(answers)) - 1]

    watch = PolledStates(look, told.append, seconds=0.001)
    watch.start()
    wait_until(lambda: len(asked) > len(answers), what="all answers")
    watch.stop()
    assert told == ["live", "locked", "live"]


def test_what_windows_and_macos_say_is_named():
    assert states_win32.state_of("Default", locked=False) == "live"
    assert states_win32.state_of("Winlogon", locked=True) == "locked"
    assert states_win32.state_of(None, locked=False) == "secure_prompt"
    assert states_mac.state_of({"kCGSSessionOnConsoleKey": 1}, may_capture=True) == "live"
    assert states_mac.state_of({"CGSSessionScreenIsLocked": 1}, may_capture=True) == "locked"
    assert states_mac.state_of(None, may_capture=True) == "locked"
    assert states_mac.state_of({}, may_capture=False) == "permission_missing"
