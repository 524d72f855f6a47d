"""What a viewer does arrives in real programs, and nothing arrives at our own windows."""

import os
import subprocess
import sys
import threading
import time
from itertools import count

import pytest

from customer_agent.control.gate import Facts, GrantFact, Sender, Verdict
from customer_agent.control.injector import X11Injector
from customer_agent.control.operator import Operator
from customer_agent.control.owner_input import InjectionLedger, OwnerInputWatcher
from customer_agent.control.wheel import WheelSteps
from customer_agent.media.geometry import Rect
from customer_agent.media.x11 import connect, screen_of
from customer_agent.media.xi2 import RawKind
from customer_agent.tests.listening import Listening
from customer_agent.tests.xserver import wait_until, x_server
from supportsite.protocol.base import Capability
from supportsite.protocol.channel import ButtonInput, KeyInput, PointerInput, TextInput, WheelInput

GRANT, CSR = "grant-000001", "csr-00000001"
AREA = Rect(0, 0, 1920, 1080)
SENDER = Sender("connection-1", CSR)
NUMBERS = count(1)


def head():
    return {"grant": GRANT, "epoch": 1, "seq": next(NUMBERS)}


def key(name, *, down, code=""):
    return KeyInput(**head(), key=name, code=code, down=down)


def settle(injector):
    """Wait until the X server did what was asked."""
    injector._connection.core.GetInputFocus().reply()


def never():
    return False


@pytest.fixture(scope="module")
def server():
    with x_server() as running:
        yield running


@pytest.fixture
def own():
    return set()


@pytest.fixture
def injector(server, own):
    made = X11Injector(own_windows=lambda: own, display=server.display)
    yield made
    made.close()


@pytest.fixture
def typed(server, tmp_path):
    output = tmp_path / "typed"
    window = server.xterm(output, title=tmp_path.name)
    yield output
    server.run("xdotool", "windowkill", str(window))


def pressed_keys(server):
    connection = connect(server.display)
    keys = connection.core.QueryKeymap().reply().keys
    mask = connection.core.QueryPointer(screen_of(connection).root).reply().mask
    connection.disconnect()
    return sum(keys), mask


@pytest.mark.parametrize(
    "text",
    [
        "The quick brown fox; jumps over 13 lazy dogs! {}[]()<>|\\~`@#$%^&*_+-=\"'?/",
        "日本語テスト、カタカナひらがな。",
        "Mixed 日本語 and ASCII, ääöß €uro naïve 한국어 Ω 🙂",
        "同じ同じ同じ字字字が何度も何度も続いても落ちない" * 3,
    ],
)
def test_text_arrives_whole_in_a_terminal(server, injector, typed, text):
    assert injector.apply(TextInput(**head(), text=text + "\n"), AREA, never) is Verdict.PASS
    wait_until(lambda: typed.read_text().endswith("\n"), what="the line")
    assert typed.read_text() == text + "\n"
    assert pressed_keys(server) == (0, 0)


def test_a_long_text_is_pasted_and_the_clipboard_comes_back(server, injector, typed):
    server.start("sh", "-c", "printf before | xclip -selection clipboard -i -loops 0")
    wait_until(lambda: clipboard(server) == "before", what="the clipboard")
    text = "".join(chr(0x4E00 + 7 * number) for number in range(300))
    assert injector.apply(TextInput(**head(), text=text + "\n"), AREA, never) is Verdict.PASS
    wait_until(lambda: typed.read_text().endswith("\n"), what="the line")
    assert typed.read_text() == text + "\n"
    assert injector.apply(TextInput(**head(), text="後で\n"), AREA, never) is Verdict.PASS
    wait_until(lambda: typed.read_text() == f"{text}\n後で\n", what="the second line")
    wait_until(lambda: clipboard(server) == "before", what="the clipboard as it was")


def clipboard(server):
    command = ["xclip", "-selection", "clipboard", "-o"]
    result = subprocess.run(
        command, env={**os.environ, "DISPLAY": server.display}, check=False, capture_output=True, text=True, timeout=30
    )
    return result.stdout


def test_keys_with_modifiers_arrive_as_the_viewer_meant_them(server, injector, typed):
    strokes = [("Shift", "ShiftLeft"), ("H", "KeyH")]
    for name, code in strokes:
        injector.apply(key(name, code=code, down=True), AREA, never)
    for name, code in reversed(strokes):
        injector.apply(key(name, code=code, down=False), AREA, never)
    # On the viewer's Japanese keyboard @ needs no Shift, on this computer's US one it does.
    for name, code, shift in [
        ("e", "KeyE", False),
        ("@", "BracketLeft", False),
        ("2", "Digit2", True),
        ("é", "", False),
    ]:
        if shift:
            injector.apply(key("Shift", code="ShiftLeft", down=True), AREA, never)
        injector.apply(key(name, code=code, down=True), AREA, never)
        injector.apply(key(name, code=code, down=False), AREA, never)
        if shift:
            injector.apply(key("Shift", code="ShiftLeft", down=False), AREA, never)
    injector.apply(key("x", code="KeyX", down=True), AREA, never)
    injector.apply(key("x", code="KeyX", down=False), AREA, never)
    injector.apply(key("Backspace", down=True), AREA, never)
    injector.apply(key("Backspace", down=False), AREA, never)
    injector.apply(key("Enter", code="NumpadEnter", down=True), AREA, never)
    injector.apply(key("Enter", code="NumpadEnter", down=False), AREA, never)
    wait_until(lambda: typed.read_text().endswith("\n"), what="the line")
    assert typed.read_text() == "He@2é\n"
    assert pressed_keys(server) == (0, 0)


@pytest.fixture
def listening(server):
    made = Listening(server, Rect(100, 100, 400, 300))
    yield made
    made.close()


def at(x, y):
    return {**head(), "x": (x + 0.5) / 1920, "y": (y + 0.5) / 1080}


def test_drag_and_double_click_arrive_at_their_pixels(injector, listening):
    injector.apply(ButtonInput(**at(150, 160), button=0, down=True), AREA, never)
    injector.apply(PointerInput(**at(200, 210)), AREA, never)
    injector.apply(ButtonInput(**at(220, 230), button=0, down=False), AREA, never)
    settle(injector)
    events = listening.events()
    assert ("down", 1, 150, 160) in events
    assert ("move", 200, 210) in events
    assert events[-1] == ("up", 1, 220, 230)
    for _ in range(2):
        injector.apply(ButtonInput(**at(300, 300), button=2, down=True), AREA, never)
        injector.apply(ButtonInput(**at(300, 300), button=2, down=False), AREA, never)
    settle(injector)
    clicks = [event for event in listening.events() if event[0] != "move"]
    assert clicks == [("down", 3, 300, 300), ("up", 3, 300, 300)] * 2


def test_fractions_of_wheel_steps_add_up(injector, listening):
    for _ in range(4):
        injector.apply(WheelInput(**at(150, 150), dx=0, dy=0.25), AREA, never)
    injector.apply(WheelInput(**at(150, 150), dx=-1, dy=-2), AREA, never)
    settle(injector)
    clicks = [event[1] for event in listening.events() if event[0] == "down"]
    assert clicks == [5, 4, 4, 6]


def test_a_turn_back_and_a_pause_forget_what_was_left_over(monkeypatch):
    wheel = WheelSteps()
    assert [wheel.take(0.1, 0) for _ in range(10)][-1] == (1, 0), "ten tenths are a step"
    assert wheel.take(0, 0.9) == (0, 0)
    assert wheel.take(0, -0.2) == (0, 0)
    assert wheel.take(0, -0.8) == (0, -1), "the other way starts at nothing"
    assert wheel.take(0.9, 0.9) == (0, 0)
    later = time.monotonic() + 2
    monkeypatch.setattr(time, "monotonic", lambda: later)
    assert wheel.take(0.2, 0.2) == (0, 0), "an old rest is no step now"
    assert wheel.take(-7.5, 2.9) == (-7, 3)


def test_our_own_windows_are_never_a_target(server, injector, listening, own):
    own.add(listening.window)
    assert injector.apply(PointerInput(**at(150, 150)), AREA, never) is Verdict.OWN_WINDOW
    for _ in range(200):
        assert injector.apply(ButtonInput(**at(150, 150), button=0, down=True), AREA, never) is Verdict.OWN_WINDOW
        injector.apply(ButtonInput(**at(150, 150), button=0, down=False), AREA, never)
    assert injector.apply(WheelInput(**at(150, 150), dx=0, dy=3), AREA, never) is Verdict.OWN_WINDOW
    listening.connection.core.SetInputFocus(1, listening.window, 0)
    listening.connection.core.GetInputFocus().reply()
    for name in ("Enter", " ", "Tab"):
        assert injector.apply(key(name, down=True), AREA, never) is Verdict.OWN_WINDOW
    assert injector.apply(TextInput(**head(), text="x"), AREA, never) is Verdict.OWN_WINDOW
    settle(injector)
    assert listening.events() == []
    assert injector.apply(PointerInput(**at(50, 50)), AREA, never) is Verdict.PASS


def test_a_killed_support_manager_leaves_no_key_or_button_down(server):
    program = (
        "import sys, time\n"
        "from customer_agent.control.injector import X11Injector\n"
        "from customer_agent.media.geometry import Rect\n"
        "from supportsite.protocol.channel import ButtonInput, KeyInput\n"
        "head = dict(grant='grant-000001', epoch=1, seq=1)\n"
        "injector = X11Injector(own_windows=set)\n"
        "area = Rect(0, 0, 1920, 1080)\n"
        "injector.apply(KeyInput(**head, key='Shift', code='ShiftLeft', down=True), area, bool)\n"
        "injector.apply(KeyInput(**head, key='語', code='', down=True), area, bool)\n"
        "injector.apply(ButtonInput(**head, x=0.9, y=0.9, button=0, down=True), area, bool)\n"
        "print('down', flush=True)\n"
        "sys.stdin.read()\n"
    )
    child = subprocess.Popen(
        [sys.executable, "-c", program],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={**os.environ, "DISPLAY": server.display},
    )
    assert child.stdout is not None
    assert child.stdout.readline() == b"down\n"
    keys, mask = pressed_keys(server)
    assert keys
    assert mask
    child.kill()
    child.wait()
    child.stdout.close()
    assert child.stdin is not None
    child.stdin.close()
    wait_until(lambda: pressed_keys(server) == (0, 0), seconds=3, what="keys up")


class Recorder:
    """Collects verdicts from the operator's thread."""

    def __init__(self):
        self.verdicts = []
        self.changed = threading.Event()

    def __call__(self, _sender, verdict, _message):
        self.verdicts.append(verdict)
        self.changed.set()


def test_the_operator_stops_in_the_middle_of_a_text_and_lets_go(server, listening):
    world = {"facts": Facts(now=1.0, grants={GRANT: GrantFact(Capability.CONTROL_DESKTOP, CSR, 1, active=True)})}
    recorder = Recorder()
    listening.connection.core.SetInputFocus(1, listening.window, 0)
    listening.connection.core.GetInputFocus().reply()
    operator = Operator(
        backend=X11Injector(own_windows=set, display=server.display),
        area=lambda _sender: AREA,
        facts=lambda: world["facts"],
        report=recorder,
    )
    operator.submit(SENDER, key("Control", code="ControlLeft", down=True))
    operator.submit(SENDER, TextInput(**head(), text="a" * 2000))
    typed: list[tuple[str | int, ...]] = []

    def some_keys():
        typed.extend(listening.events())
        return len(typed) > 10

    wait_until(some_keys, what="some keys")
    world["facts"] = Facts(now=1.0, grants={})
    wait_until(lambda: len(recorder.verdicts) == 2, what="the end of the text")
    listening.events()
    operator.submit(SENDER, key("b", down=True))
    wait_until(lambda: Verdict.NO_GRANT in recorder.verdicts, what="the refusal")
    assert listening.events() == []
    assert len(typed) < 1900
    operator.stop()
    assert operator.join()
    assert pressed_keys(server) == (0, 0)


OTHER = "csr-00000002"
OTHER_GRANT = "grant-000002"
BOTH = {
    GRANT: GrantFact(Capability.CONTROL_DESKTOP, CSR, 1, active=True),
    OTHER_GRANT: GrantFact(Capability.CONTROL_APPLICATION, OTHER, 1, active=True),
}


@pytest.fixture
def operating(server):
    recorder = Recorder()
    operator = Operator(
        backend=X11Injector(own_windows=set, display=server.display),
        area=lambda _sender: AREA,
        facts=lambda: Facts(now=1.0, grants=BOTH),
        report=recorder,
    )
    yield operator, recorder
    operator.stop()
    assert operator.join()


def held_down(server):
    return pressed_keys(server) != (0, 0)


def test_a_new_holder_begins_with_nothing_held(server, operating):
    operator, recorder = operating
    operator.submit(SENDER, key("Control", code="ControlLeft", down=True))
    operator.submit(SENDER, ButtonInput(**at(300, 300), button=0, down=True))
    wait_until(lambda: pressed_keys(server)[1] == 4 | 1 << 8, what="Ctrl and the button")
    operator.submit(Sender("connection-2", OTHER), PointerInput(**{**at(310, 300), "grant": OTHER_GRANT}))
    wait_until(lambda: not held_down(server), what="all up")
    assert set(recorder.verdicts) == {Verdict.PASS}


def test_coordinates_are_of_the_picture_that_each_connection_sees_and_a_drag_crosses_monitors(server, listening):
    recorder = Recorder()
    monitors = {"connection-1": Rect(0, 0, 960, 1080), "connection-2": AREA}
    operator = Operator(
        backend=X11Injector(own_windows=set, display=server.display),
        area=lambda sender: monitors[sender.connection],
        facts=lambda: Facts(now=1.0, grants=BOTH),
        report=recorder,
    )
    both = Sender("connection-2", CSR)
    left = {**head(), "x": 240.5 / 960, "y": 200.5 / 1080}
    operator.submit(SENDER, ButtonInput(**left, button=0, down=True))
    operator.submit(SENDER, ButtonInput(**{**left, **head()}, button=0, down=False))
    operator.submit(both, ButtonInput(**at(300, 300), button=0, down=True))
    operator.submit(both, PointerInput(**at(1500, 310)))
    operator.submit(both, ButtonInput(**at(1510, 320), button=0, down=False))
    wait_until(lambda: len(recorder.verdicts) == 5, what="all of it")
    operator.stop()
    assert operator.join()
    events = listening.events()
    assert [event for event in events if event[0] == "down"] == [("down", 1, 240, 200), ("down", 1, 300, 300)]
    assert ("move", 1500, 310) in events
    assert events[-1] == ("up", 1, 1510, 320)


def test_nobody_elses_refusal_or_departure_disturbs_who_operates(server, operating):
    operator, recorder = operating
    operator.submit(SENDER, key("Control", code="ControlLeft", down=True))
    wait_until(lambda: held_down(server), what="Ctrl")
    stranger = Sender("connection-3", "csr-00000003")
    operator.submit(stranger, PointerInput(**at(300, 300)))
    operator.submit(stranger, PointerInput(**{**at(300, 300), "grant": "grant-000009"}))
    operator.forget("connection-3")
    operator.release("connection-4")
    operator.submit(SENDER, PointerInput(**at(320, 300)))
    wait_until(lambda: recorder.verdicts.count(Verdict.PASS) == 2, what="the move")
    assert pressed_keys(server)[1] == 4
    operator.release("connection-1")
    wait_until(lambda: not held_down(server), what="all up")


def test_own_injections_are_told_from_the_owners_hands(server):
    noticed = threading.Event()
    watcher = OwnerInputWatcher(noticed.set, server.display)
    injector = X11Injector(own_windows=set, announce=watcher.expect, display=server.display)
    try:
        for step in range(30):
            injector.apply(PointerInput(**at(600 + step, 600)), AREA, never)
        injector.apply(ButtonInput(**at(600, 600), button=0, down=True), AREA, never)
        injector.apply(ButtonInput(**at(600, 600), button=0, down=False), AREA, never)
        injector.apply(WheelInput(**at(600, 600), dx=0, dy=2), AREA, never)
        injector.apply(TextInput(**head(), text="abcDEF 日本"), AREA, never)
        assert not noticed.wait(0.5)
        server.run("xdotool", "mousemove", "700", "700", "click", "1")
        assert noticed.wait(2)
        noticed.clear()
        assert not noticed.wait(0.5)
        server.run("xdotool", "key", "a")
        assert noticed.wait(2)
        assert watcher.last_at is not None
    finally:
        injector.close()
        watcher.stop()


def test_the_ledger_forgets_what_never_came():
    ledger = InjectionLedger()
    ledger.expect(RawKind.KEY_PRESS, 38, now=10.0)
    assert not ledger.is_ours(RawKind.KEY_PRESS, 39, now=10.01)
    assert ledger.is_ours(RawKind.KEY_PRESS, 38, now=10.02)
    assert not ledger.is_ours(RawKind.KEY_PRESS, 38, now=10.03)
    assert ledger.is_ours(RawKind.KEY_PRESS, 38, now=11.0, repeat=True)
    ledger.expect(RawKind.KEY_RELEASE, 38, now=11.0)
    assert ledger.is_ours(RawKind.KEY_PRESS, 38, now=11.5, repeat=True), "made before the release, read after it"
    assert not ledger.is_ours(RawKind.KEY_RELEASE, 38, now=17.0)
    assert not ledger.is_ours(RawKind.KEY_PRESS, 38, now=17.0, repeat=True)


def test_the_ledger_knows_an_own_event_that_a_busy_computer_delivers_late():
    ledger = InjectionLedger()
    ledger.expect(RawKind.KEY_PRESS, 38, now=10.0)
    assert ledger.is_ours(RawKind.KEY_PRESS, 38, now=12.0)
