"""The consent window on a real display, answered by a hand of its own."""

import shutil
from collections.abc import Iterator

import pytest

from customer_agent.tests.app_screen import Display, Program
from customer_agent.tests.app_server import CODE, ContractServer

pytestmark = pytest.mark.skipif(
    shutil.which("Xvfb") is None or shutil.which("xdotool") is None, reason="needs Xvfb and xdotool"
)
VIEW, CONTROL = "screen.view.desktop", "screen.control.desktop"


@pytest.fixture(scope="module")
def display() -> Iterator[Display]:
    screen = Display()
    yield screen
    screen.close()


@pytest.fixture
def server() -> Iterator[ContractServer]:
    with ContractServer() as running:
        yield running


@pytest.fixture
def program(display: Display, server: ContractServer) -> Iterator[Program]:
    running = Program(display, "--site", server.url, "--code", CODE)
    server.wait_frame("connected")
    yield running
    running.close()
    assert not [line for line in running.lines if "Traceback" in line], running.lines


def test_allow_by_click_signs_the_grant_and_shows_the_bar(program: Program, server: ContractServer) -> None:
    server.ask(VIEW, "request-0001")
    places = program.consent_buttons()
    server.wait_call("requests/request-0001/shown/")
    program.click(places["allow"])  # too early: nothing happens before a second has passed
    assert not server.called("grant/")
    program.wait_line("allow enabled")
    program.click(places["allow"])
    server.wait_call("requests/request-0001/grant/")
    program.bar_button("Stop everything")


def test_tab_and_space_allow(program: Program, display: Display, server: ContractServer) -> None:
    server.ask(CONTROL, "request-0001")
    program.consent_buttons()
    program.wait_line("allow enabled")
    display.hand("key", "Tab")
    display.hand("key", "space")
    server.wait_call("requests/request-0001/grant/")
    program.bar_button("Stop everything")


@pytest.mark.parametrize("key", ["Return", "KP_Enter", "Escape", "space"])
def test_other_keys_deny(program: Program, display: Display, server: ContractServer, key: str) -> None:
    server.ask(VIEW, "request-0001")
    program.consent_buttons()
    program.wait_line("allow enabled")
    display.hand("key", key)
    server.wait_call("requests/request-0001/deny/")
    assert not server.called("grant/")


def test_return_denies_even_on_allow(program: Program, display: Display, server: ContractServer) -> None:
    server.ask(VIEW, "request-0001")
    program.consent_buttons()
    program.wait_line("allow enabled")
    display.hand("key", "Tab")
    display.hand("key", "Return")
    server.wait_call("requests/request-0001/deny/")


def test_deny_by_click(program: Program, server: ContractServer) -> None:
    server.ask(VIEW, "request-0001")
    program.click(program.consent_buttons()["deny"])
    server.wait_call("requests/request-0001/deny/")


def test_silence_grants_nothing_and_closes_the_window(program: Program, server: ContractServer) -> None:
    server.ask(VIEW, "request-0001", seconds=4)
    program.consent_buttons()
    program.wait_line("prompt closed request-0001", seconds=8)
    assert not server.called("grant/")
    assert not server.called("deny/"), "the server closes it as expired"
