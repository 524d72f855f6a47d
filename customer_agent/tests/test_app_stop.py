"""Stop is local and first; a lost server holds control; the end leaves nothing behind."""

import shutil
import time

import pytest

from customer_agent.tests.app_screen import Display, Program, processes_of, wait_until
from customer_agent.tests.app_server import CODE, CSR, CSR_ENDPOINT, ContractServer
from customer_agent.tests.app_viewer import Viewer

pytestmark = pytest.mark.skipif(
    shutil.which("Xvfb") is None or shutil.which("xdotool") is None, reason="needs Xvfb and xdotool"
)
VIEW, CONTROL = "screen.view.desktop", "screen.control.desktop"
STOP_SECONDS = 0.5


def watch(program: Program, server: ContractServer, capability: str, request: str = "request-0001") -> Viewer:
    server.ask(capability, request)
    program.allow(after=max(0, len(program.lines) - 1))
    server.wait_call(f"requests/{request}/grant/")
    viewer = Viewer(server, server.grants[f"grant-{request}"])
    wait_until(viewer.ready, seconds=20)
    return viewer


@pytest.mark.parametrize("way", ["button", "key"])
def test_stop_with_the_server_gone_cuts_the_picture_within_half_a_second(
    program: Program, app_display: Display, app_server: ContractServer, way: str
) -> None:
    viewer = watch(program, app_server, CONTROL)
    app_server.cut()
    app_display.paint_for_ever()
    seen = viewer.pictures
    wait_until(lambda: viewer.pictures > seen + 5)
    pressed = time.monotonic()
    if way == "button":
        program.click(program.bar_button("Stop everything"))
    else:
        app_display.hand("key", "ctrl+shift+F12")
    wait_until(lambda: viewer.closed_at is not None)
    assert viewer.closed_at is not None
    assert viewer.closed_at - pressed < STOP_SECONDS
    assert viewer.last_picture_at - pressed < STOP_SECONDS
    stopped = viewer.pictures
    program.wait_line("'Leave the session'")
    app_server.answering = True
    app_server.wait_call("stop/", seconds=15)
    assert viewer.pictures == stopped
    viewer.close()


def test_taking_control_back_keeps_the_view(program: Program, app_display: Display, app_server: ContractServer) -> None:
    viewer = watch(program, app_server, VIEW)
    app_server.ask(CONTROL, "request-0002")
    before = len(program.lines)
    program.consent_buttons(after=before - 1)
    program.allow(after=before)
    app_server.wait_call("requests/request-0002/grant/")
    program.click(program.bar_button("Stop control", after=before))
    app_server.wait_call("grants/grant-request-0002/stop/")
    program.wait_line("bar says view", after=before)
    assert "grants/grant-request-0001/stop/" not in app_server.called("stop/")
    assert viewer.closed_at is None
    viewer.close()


@pytest.mark.slow
def test_a_silent_server_is_shown_after_3_s_and_control_rests_after_10_s_and_comes_back(
    program: Program, app_server: ContractServer
) -> None:
    viewer = watch(program, app_server, CONTROL)
    grant = app_server.grants["grant-request-0001"]
    before = len(program.lines)
    app_server.cut()
    program.wait_line("bar says connection_lost|bar says lost", seconds=6, after=before)
    wait_until(lambda: viewer.closed_at is not None, seconds=12)
    app_server.answering = True
    suspended = app_server.wait_call("grants/grant-request-0001/suspend/", seconds=15)
    resumed = app_server.wait_call("grants/grant-request-0001/resume/", seconds=15)
    assert grant["epoch"] < suspended["epoch"] < resumed["epoch"]
    viewer.close()


@pytest.mark.slow
def test_t9_a_page_that_the_server_lost_ten_seconds_ago_is_cut_off(
    program: Program, app_server: ContractServer
) -> None:
    viewer = watch(program, app_server, VIEW)
    page = {"id": CSR_ENDPOINT, "kind": "browser", "connected": True, "label": ""}
    app_server.event("endpoint.connected", participant=CSR, endpoint=page)
    app_server.event("endpoint.disconnected", participant=CSR, endpoint=CSR_ENDPOINT)
    lost = time.monotonic()
    wait_until(lambda: viewer.closed_at is not None, seconds=30)
    assert viewer.closed_at is not None
    assert viewer.closed_at - lost > 9
    assert "grants/grant-request-0001/stop/" not in app_server.called("stop/")


def test_the_end_of_the_session_ends_the_program_within_five_seconds(
    program: Program, app_display: Display, app_server: ContractServer
) -> None:
    viewer = watch(program, app_server, CONTROL)
    app_server.event("session.ended", reason="csr_end")
    ended = time.monotonic()
    assert program.process.wait(5) == 0
    assert time.monotonic() - ended < 5
    wait_until(lambda: not processes_of(app_display))
    assert list(program.home.iterdir()) == []
    viewer.close()


def test_leaving_tells_the_server_and_ends(program: Program, app_server: ContractServer) -> None:
    program.click(program.bar_button("Leave the session"))
    app_server.wait_call("leave/")
    assert program.process.wait(6) == 0


def test_a_signal_to_end_leaves_too(program: Program, app_server: ContractServer) -> None:
    program.bar_button("Leave the session")
    program.process.terminate()
    app_server.wait_call("leave/")
    assert program.process.wait(6) == 0


def test_after_a_lost_connection_it_asks_for_the_events_since_the_last_one(
    program: Program, app_server: ContractServer
) -> None:
    app_server.event("note.saved", version=1, author="csr-000000000000000001")
    app_server.event("something.new", hello="world")
    seq = app_server.seq
    wait_until(lambda: any(f["type"] == "heartbeat" and f["seq"] == seq for f in app_server.frames), seconds=5)
    app_server.cut()
    app_server.answering = True
    wait_until(lambda: {"type": "connected", "after": seq} in app_server.frames, seconds=10)


def test_a_second_start_elsewhere_ends_this_one(app_display: Display, app_server: ContractServer) -> None:
    program = Program(app_display, "--site", app_server.url, "--code", CODE)
    app_server.wait_frame("connected")
    app_server.close_sockets(4409)
    assert program.process.wait(6) == 0
    program.close()
