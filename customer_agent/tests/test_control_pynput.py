"""The injector of Windows and macOS does the same as the one of X11, as far as pynput on an X server can show it."""

import json
import os
import subprocess
import sys
from itertools import count

import pytest

from customer_agent.control import system_keys
from customer_agent.control.gate import Verdict
from customer_agent.media.geometry import Rect
from customer_agent.tests.listening import Listening
from customer_agent.tests.xserver import x_server

PROGRAM = """
import json, sys
from customer_agent.control.injector_pynput import PynputInjector
from customer_agent.media.geometry import Rect
from supportsite.protocol.channel import VIEWER_INPUT
injector = PynputInjector()
for line in sys.stdin:
    message = VIEWER_INPUT.validate_python(json.loads(line))
    print(injector.apply(message, Rect(0, 0, 640, 480), bool).value, flush=True)
injector.close()
"""
NUMBERS = count(1)


@pytest.fixture(scope="module")
def server():
    with x_server(640, 480) as running:
        yield running


@pytest.fixture
def listening(server):
    made = Listening(server, Rect(0, 0, 640, 480))
    made.connection.core.SetInputFocus(1, made.window, 0)
    made.connection.core.GetInputFocus().reply()
    yield made
    made.close()


def run(server, *messages):
    lines = [json.dumps({"grant": "grant-000001", "epoch": 1, "seq": next(NUMBERS), **one}) for one in messages]
    child = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        input="\n".join(lines) + "\n",
        env={**os.environ, "DISPLAY": server.display},
        check=True,
        capture_output=True,
        text=True,
        timeout=30,
    )
    return child.stdout.split()


def key(name, code, *, down):
    return {"type": "key", "key": name, "code": code, "down": down}


def at(x, y, **more):
    return {"x": (x + 0.5) / 640, "y": (y + 0.5) / 480, **more}


def test_pointer_buttons_and_fractions_of_the_wheel_arrive(server, listening):
    verdicts = run(
        server,
        {"type": "pointer", **at(100, 100)},
        {"type": "button", **at(120, 130), "button": 0, "down": True},
        {"type": "button", **at(140, 150), "button": 0, "down": False},
        *[{"type": "wheel", **at(140, 150), "dx": 0, "dy": 0.5}] * 4,
    )
    assert set(verdicts) == {"pass"}
    events = [event for event in listening.events() if event[0] in ("down", "up")]
    assert events[:2] == [("down", 1, 120, 130), ("up", 1, 140, 150)]
    assert [event[1] for event in events if event[0] == "down"] == [1, 5, 5]


def test_shortcuts_press_the_small_letter_and_repetitions_press_again(server, listening):
    run(
        server,
        key("Control", "ControlLeft", down=True),
        key("Shift", "ShiftLeft", down=True),
        key("C", "KeyC", down=True),
        key("C", "KeyC", down=True),
        key("C", "KeyC", down=False),
        {"type": "release"},
    )
    presses = [event[1:] for event in listening.events() if event[0] == "key"]
    assert [state for code, state in presses if code == 54] == [5, 5]


def test_what_is_held_at_the_end_is_let_go_and_media_keys_are_refused(server, listening):
    assert run(server, key("Alt", "AltRight", down=True), key("AudioVolumeUp", "AudioVolumeUp", down=True)) == [
        "pass",
        "unsupported",
    ]
    assert not any(listening.connection.core.QueryKeymap().reply().keys)


def test_a_system_that_does_not_lock_or_interrupt_says_so(server, listening):
    assert run(server, {"type": "system", "action": "lock"}, {"type": "system", "action": "secure_attention"}) == [
        "unsupported",
        "unsupported",
    ]
    assert system_keys.carry_out("lock") is Verdict.UNSUPPORTED
