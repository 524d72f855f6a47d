"""Whatever is held, by whomever, and however the operator ends: no key and no button stays down."""

import json
import os
import subprocess
import sys

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from customer_agent.media.x11 import connect, screen_of
from customer_agent.tests.xserver import wait_until, x_server

MANY = int(os.environ.get("WATCHDOG_EXAMPLES", "8"))
FIRST_CODE = 8

unit = st.floats(0, 1).map(lambda value: round(value, 3))
MODIFIERS = [("Shift", "ShiftLeft"), ("Control", "ControlLeft"), ("Alt", "AltLeft"), ("Meta", "MetaLeft")]
CHARACTERS = [("a", "KeyA"), ("@", "Digit2"), ("語", ""), ("é", ""), ("Enter", "Enter"), ("5", "Numpad5")]
keys = st.sampled_from([*MODIFIERS, *CHARACTERS])
messages = st.one_of(
    st.builds(lambda key, down: {"type": "key", "key": key[0], "code": key[1], "down": down}, keys, st.booleans()),
    st.builds(
        lambda button, down, x, y: {"type": "button", "x": x, "y": y, "button": button, "down": down},
        st.integers(0, 4), st.booleans(), unit, unit,
    ),
    st.builds(lambda x, y: {"type": "pointer", "x": x, "y": y}, unit, unit),
    st.builds(lambda x, dy: {"type": "wheel", "x": x, "y": x, "dx": 0, "dy": dy}, unit, st.floats(-3, 3)),
    st.builds(lambda text: {"type": "text", "text": text}, st.sampled_from(["ab", "日本", "A€z" * 50])),
    st.just({"type": "release"}),
)  # fmt: skip
people = st.sampled_from(["csr-00001", "csr-00002"])
steps = st.one_of(
    st.builds(lambda message, who: {"submit": message, "by": who}, messages, people),
    st.builds(lambda message, who: {"submit": message, "by": who}, messages, people),
    st.builds(lambda name, on: {"facts": {name: on}}, st.sampled_from(["prompt", "revoked"]), st.booleans()),
    st.builds(lambda who: {"release": f"connection-{who}"}, people),
)
endings = st.sampled_from(["kill", "stop", "cut"])


@pytest.fixture(scope="module")
def server():
    with x_server(640, 480) as running:
        yield running


def pressed(server):
    """Return what is down, and which spare keys are lent."""
    connection = connect(server.display)
    down = [index for index, byte in enumerate(connection.core.QueryKeymap().reply().keys) if byte]
    mask = connection.core.QueryPointer(screen_of(connection).root).reply().mask
    reply = connection.core.GetKeyboardMapping(FIRST_CODE, 248).reply()
    lent = [keysym for keysym in reply.keysyms.list if keysym & 0xFF000000 == 0x01000000]
    connection.disconnect()
    return down, mask, lent


def run(server, sequence, ending):
    child = subprocess.Popen(
        [sys.executable, "-m", "customer_agent.tests.programs.operating"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={**os.environ, "DISPLAY": server.display},
        text=True,
    )
    assert child.stdin is not None
    assert child.stdout is not None
    assert child.stdout.readline() == "ready\n"
    child.stdin.write("".join(json.dumps(step) + "\n" for step in sequence))
    child.stdin.flush()
    if ending == "kill":
        child.kill()
    elif ending == "stop":
        child.stdin.write('{"stop": true}\n')
    child.stdin.close()
    child.wait(20)
    child.stdout.close()


@settings(max_examples=MANY, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(steps, min_size=1, max_size=30), endings)
def test_nothing_stays_down(server, sequence, ending):
    run(server, sequence, ending)
    wait_until(lambda: pressed(server) == ([], 0, []), seconds=15, what=f"all up after {ending}")


def test_what_is_held_when_the_operator_is_killed_is_let_go(server):
    """The property above would hold for an operator that does nothing: this one has its hands full."""
    held = [
        {"submit": {"type": "key", "key": "Shift", "code": "ShiftLeft", "down": True}, "by": "csr-00001"},
        {"submit": {"type": "key", "key": "語", "code": "", "down": True}, "by": "csr-00001"},
        {"submit": {"type": "button", "x": 0.5, "y": 0.5, "button": 0, "down": True}, "by": "csr-00001"},
    ]
    child = subprocess.Popen(
        [sys.executable, "-m", "customer_agent.tests.programs.operating"],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        env={**os.environ, "DISPLAY": server.display},
        text=True,
    )
    assert child.stdin is not None
    child.stdin.write("".join(json.dumps(step) + "\n" for step in held))
    child.stdin.flush()
    wait_until(lambda: pressed(server)[1] == 1 | 1 << 8 and pressed(server)[2], what="all down")
    child.kill()
    child.wait()
    child.stdin.close()
    wait_until(lambda: pressed(server) == ([], 0, []), what="all up")
