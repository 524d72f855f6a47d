"""Windows and macOS: what is listed, what belongs and what is captured, on what those systems say of their windows."""

import numpy as np
import pytest

from customer_agent.control.desk_clip import DeskClip
from customer_agent.control.gate import Verdict
from customer_agent.media import window_desk, windows_mac, windows_win32
from customer_agent.media.capture import CaptureLostError
from customer_agent.media.geometry import Rect
from customer_agent.media.window_desk import DeskWindows, Seen
from customer_agent.media.windows_win32 import MENU_CLASS, RawWindow
from customer_agent.tests.window_view import CANARY, GREEN, YELLOW, View

PLACE = Rect(100, 100, 400, 300)


# Windows


def raw(window, *, owner=0, pid=10, title="Letter", kind="OpusApp", **more):
    return RawWindow(window, owner, pid, title, kind, PLACE, **more)


def test_windows_lists_what_the_task_bar_has():
    def listed(item):
        return windows_win32.is_listed(item, own_pid=99)

    assert listed(raw(1))
    assert listed(raw(1, minimised=True))
    assert not listed(raw(1, pid=99)), "our own"
    assert not listed(raw(1, owner=2)), "a dialog comes with its window"
    assert not listed(raw(1, visible=False))
    assert not listed(raw(1, cloaked=True)), "on another virtual desktop, or a suspended app"
    assert not listed(raw(1, tool=True))
    assert not listed(raw(1, title="", kind="WorkerW")), "the desktop"


def test_windows_dialogs_and_menus_belong_and_other_windows_do_not():
    raws = [
        raw(5, kind=MENU_CLASS, title=""), raw(3, owner=2), raw(2, owner=1), raw(4), raw(6, owner=1, pid=77), raw(1),
    ]  # fmt: skip
    in_front = windows_win32.seen_of(raws, [1], foreground=1)
    assert [item.window for item in in_front] == [1, 2, 3, 5], "the lowest first"
    assert [item.window for item in windows_win32.seen_of(raws, [1], foreground=4)] == [1, 2, 3], "another's menu"


def test_windows_names_what_a_window_is():
    raws = [raw(1, minimised=True), raw(2, hung=True), raw(3, affinity=0x11)]
    seen = {item.window: item for item in windows_win32.seen_of(raws, [1, 2, 3, 4], foreground=3)}
    assert (seen[1].state, seen[1].rect) == ("minimised", None)
    assert seen[2].state == "hung"
    assert (seen[3].state, seen[3].protected, seen[3].focused) == ("shown", True, True)
    assert (seen[4].state, seen[4].rect) == ("closed", None)


# macOS


def info(number, *, pid=10, layer=0, onscreen=True, **more):
    return {
        "kCGWindowNumber": number,
        "kCGWindowOwnerPID": pid,
        "kCGWindowOwnerName": "Pages",
        "kCGWindowName": "Letter \u202e7",
        "kCGWindowLayer": layer,
        "kCGWindowAlpha": 1.0,
        "kCGWindowIsOnscreen": onscreen,
        "kCGWindowSharingState": 1,
        "kCGWindowBounds": {"X": 100.0, "Y": 100.0, "Width": 400.0, "Height": 300.0},
        **more,
    }


def test_macos_lists_ordinary_windows_of_other_programs():
    assert windows_mac.is_listed(info(1), own_pid=99)
    assert not windows_mac.is_listed(info(1, pid=99), own_pid=99)
    assert not windows_mac.is_listed(info(1, layer=25), own_pid=99), "the menu bar"
    tiny = {"X": 0, "Y": 0, "Width": 1, "Height": 1}
    assert not windows_mac.is_listed(info(1, kCGWindowBounds=tiny), own_pid=99)
    entry = windows_mac.entry_of(info(1, onscreen=False))
    assert (entry.name, entry.title, entry.rect, entry.state) == ("Pages", "Letter 7", PLACE, "minimised")


def test_macos_menus_belong_only_while_the_chosen_window_is_in_front():
    infos = [info(9, layer=101), info(1), info(2), info(3, pid=77)]
    assert [item.window for item in windows_mac.seen_of(infos, [1], front_pid=10)] == [1, 9]
    assert [item.window for item in windows_mac.seen_of(infos, [2], front_pid=10)] == [2]
    assert [item.window for item in windows_mac.seen_of(infos, [1], front_pid=77)] == [1]


def test_macos_names_what_a_window_is():
    infos = [info(1, kCGWindowSharingState=0), info(2, onscreen=False)]
    seen = {item.window: item for item in windows_mac.seen_of(infos, [1, 2, 3], front_pid=10)}
    assert (seen[1].protected, seen[1].focused) == (True, True)
    assert (seen[2].state, seen[2].rect) == ("minimised", None)
    assert seen[3].state == "closed"
    assert windows_mac.window_at_of(infos, 150, 150) == 1
    assert windows_mac.window_at_of(infos, 900, 900) is None


def test_macos_rows_may_be_padded():
    padded = np.arange(2 * 16, dtype=np.uint8).tobytes()
    assert windows_mac.pixels_of(padded, 3, 2, 16).shape == (2, 3, 4)
    assert windows_mac.pixels_of(padded, 3, 2, 16)[1, 0, 0] == 16


# The capture that both share


class FakeDesk:
    """Windows of one colour each; `seen` is what the system would say."""

    def __init__(self):
        self.seen = [Seen(1, True, "Pages", "Letter", PLACE, "shown", focused=True)]
        self.colours = {1: GREEN, 2: YELLOW, 3: CANARY}
        self.top = 1
        self.front = 1
        self.brought = []

    def screen(self):
        return Rect(0, 0, 1920, 1080)

    def list_windows(self):
        return []

    def look(self, _chosen):
        return list(self.seen)

    def shoot(self, window, size):
        colour = self.colours[window]
        pixels = np.zeros((size[1], size[0], 4), np.uint8)
        pixels[..., :3] = (colour & 255, colour >> 8 & 255, colour >> 16)
        return pixels

    def window_at(self, x, y):
        return self.top if PLACE.intersection(Rect(x, y, 1, 1)) else 3

    def focused(self):
        return self.front

    def bring_up(self, window):
        self.brought.append(window)
        self.top = window


@pytest.fixture
def desk():
    return FakeDesk()


@pytest.fixture
def view(desk):
    return View(DeskWindows(desk).open_capture([1]))


def test_windows_are_composed_and_only_changes_go_on(desk, view):
    view.until(lambda: view.count(GREEN) == 400 * 300, "the window")
    grabs = view.grabs
    for _ in range(5):
        view.step(0.2)
    assert view.grabs == grabs
    desk.seen.append(Seen(2, False, "", "", Rect(450, 350, 100, 80), "shown"))
    view.until(lambda: view.count(YELLOW) == 100 * 80, "the dialog")
    assert view.area == Rect(100, 100, 450, 330)
    assert view.count(GREEN) == 400 * 300 - 50 * 50
    assert set(view.capture.members) == {1, 2}


def test_a_moved_window_moves_the_picture(desk, view):
    view.until(lambda: view.count(GREEN), "the window")
    desk.seen = [Seen(1, True, "Pages", "Letter", PLACE.moved(300, 200), "shown")]
    view.until(lambda: view.last.area == PLACE.moved(300, 200), "the new place")
    assert view.layouts == 1


def test_protected_minimised_and_closed_windows_are_named(desk, view, monkeypatch):
    monkeypatch.setattr(window_desk, "LOST_AFTER_SECONDS", 0.3)
    view.until(lambda: view.count(GREEN), "the window")
    desk.seen = [Seen(1, True, "Pages", "Letter", PLACE, "shown", protected=True)]
    view.until(lambda: view.last.obstacle == "protected", "protected")
    view.until(lambda: view.count(GREEN) == 0, "black")
    desk.seen = [Seen(1, True, "Pages", "Letter", None, "minimised")]
    view.until(lambda: view.last.obstacle == "minimised", "minimised")
    desk.seen = [Seen(1, True, "", "", None, "closed")]
    view.until(lambda: view.last.obstacle == "source_lost", "closed")
    with pytest.raises(CaptureLostError):
        view.until(lambda: False, "the end of the source")


def test_a_window_that_is_gone_cannot_be_captured(desk):
    desk.seen = [Seen(1, True, "", "", None, "closed")]
    with pytest.raises(ValueError, match="no such window"):
        DeskWindows(desk).open_capture([1])


def test_input_is_kept_inside_the_windows(desk):
    clip = DeskClip(desk, lambda: {1, 2})
    assert clip.may_touch(150, 150) is Verdict.PASS
    assert clip.may_touch(900, 900, press=True) is Verdict.OUTSIDE
    assert clip.may_drag(900, 900) is None
    assert clip.may_type() is Verdict.PASS
    desk.front = 3
    assert clip.may_type() is Verdict.FOCUS
    desk.top = 3
    assert clip.may_touch(150, 150) is Verdict.OUTSIDE
    clip.reach(150, 150)
    assert desk.brought == [1]
    assert clip.may_touch(150, 150) is Verdict.PASS
