"""The consent window on a real display, answered by a hand of its own."""

import shutil

import pytest

from customer_agent.tests.app_screen import Display, Program, wait_until
from customer_agent.tests.app_server import ASSISTANT, CODE, ContractServer

pytestmark = pytest.mark.skipif(
    shutil.which("Xvfb") is None or shutil.which("xdotool") is None, reason="needs Xvfb and xdotool"
)
VIEW, CONTROL = "screen.view.desktop", "screen.control.desktop"


def test_allow_by_click_signs_the_grant_and_shows_the_bar(program: Program, app_server: ContractServer) -> None:
    app_server.ask(VIEW, "request-0001")
    places = program.consent_buttons()
    app_server.wait_call("requests/request-0001/shown/")
    program.click(places["allow"])  # too early: nothing happens before a second has passed
    assert not app_server.called("grant/")
    program.wait_line("allow enabled")
    program.click(places["allow"])
    app_server.wait_call("requests/request-0001/grant/")
    program.bar_button("Stop everything")


def test_tab_and_space_allow(program: Program, app_display: Display, app_server: ContractServer) -> None:
    app_server.ask(CONTROL, "request-0001")
    program.consent_buttons()
    program.wait_line("allow enabled")
    app_display.hand("key", "Tab")
    app_display.hand("key", "space")
    app_server.wait_call("requests/request-0001/grant/")
    program.bar_button("Stop everything")


@pytest.mark.parametrize("key", ["Return", "KP_Enter", "Escape", "space"])
def test_other_keys_deny(program: Program, app_display: Display, app_server: ContractServer, key: str) -> None:
    app_server.ask(VIEW, "request-0001")
    program.consent_buttons()
    program.wait_line("allow enabled")
    app_display.hand("key", key)
    app_server.wait_call("requests/request-0001/deny/")
    assert not app_server.called("grant/")


def test_return_denies_even_on_allow(program: Program, app_display: Display, app_server: ContractServer) -> None:
    app_server.ask(VIEW, "request-0001")
    program.consent_buttons()
    program.wait_line("allow enabled")
    app_display.hand("key", "Tab")
    app_display.hand("key", "Return")
    app_server.wait_call("requests/request-0001/deny/")


def test_deny_by_click(program: Program, app_server: ContractServer) -> None:
    app_server.ask(VIEW, "request-0001")
    program.click(program.consent_buttons()["deny"])
    app_server.wait_call("requests/request-0001/deny/")


def test_silence_grants_nothing_and_closes_the_window(program: Program, app_server: ContractServer) -> None:
    app_server.ask(VIEW, "request-0001", seconds=4)
    program.consent_buttons()
    program.wait_line("prompt closed request-0001", seconds=8)
    assert not app_server.called("grant/")
    assert not app_server.called("deny/"), "the server closes it as expired"


def test_the_close_box_denies(program: Program, app_display: Display, app_server: ContractServer) -> None:
    app_server.ask(VIEW, "request-0001")
    program.wait_line("allow enabled")
    app_display.hand("key", "alt+F4")
    app_server.wait_call("requests/request-0001/deny/")


def test_a_window_destroyed_from_outside_denies(
    program: Program, app_display: Display, app_server: ContractServer
) -> None:
    app_server.ask(VIEW, "request-0001")
    program.consent_buttons()
    app_display.hand("search", "--name", "^Support Manager$", "windowkill")
    wait_until(lambda: program.process.poll() is not None or app_server.called("deny/"), seconds=10)
    assert not app_server.called("grant/")


def test_a_locked_screen_denies(program: Program, app_display: Display, app_server: ContractServer) -> None:
    app_server.ask(VIEW, "request-0001")
    program.wait_line("allow enabled")
    app_display.lock()
    app_server.wait_call("requests/request-0001/deny/")


def test_a_withdrawn_request_closes_the_window_without_an_answer(program: Program, app_server: ContractServer) -> None:
    app_server.ask(VIEW, "request-0001")
    program.consent_buttons()
    app_server.event("request.cancelled", request="request-0001")
    program.wait_line("prompt closed request-0001")
    assert not app_server.called("deny/")
    assert not app_server.called("grant/")


def test_the_server_cannot_ask_for_others_or_in_the_name_of_others(
    program: Program, app_server: ContractServer
) -> None:
    app_server.ask(VIEW, "request-0001", requester=ASSISTANT)
    app_server.ask(VIEW, "request-0002", grantor=ASSISTANT)
    app_server.ask(VIEW, "request-0003", via="browser")
    app_server.ask(VIEW, "request-0004")
    app_server.wait_call("requests/request-0004/shown/")
    assert app_server.called("shown/") == ["requests/request-0004/shown/"]


def test_an_unverified_organisation_cannot_operate(app_display: Display) -> None:
    with ContractServer(verified=False) as server:
        program = Program(app_display, "--site", server.url, "--code", CODE)
        server.wait_frame("connected")
        server.ask(CONTROL, "request-0001")
        server.wait_call("requests/request-0001/deny/")
        server.ask(VIEW, "request-0002")
        program.consent_buttons()
        program.close()


def test_without_a_window_manager_it_asks_and_takes_keys_all_the_same(app_server: ContractServer) -> None:
    bare = Display(window_manager=False)
    program = Program(bare, "--site", app_server.url, "--code", CODE)
    app_server.wait_frame("connected")
    app_server.ask(VIEW, "request-0001")
    program.allow()
    app_server.wait_call("requests/request-0001/grant/")
    program.bar_button("Stop everything")
    app_server.ask(CONTROL, "request-0002")
    program.consent_buttons(after=len(program.lines) - 1)
    bare.hand("key", "Escape")
    app_server.wait_call("requests/request-0002/deny/")
    program.close()
    bare.close()
