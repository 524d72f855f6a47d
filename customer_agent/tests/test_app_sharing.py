"""Several pictures, chosen windows, marks, clipboard text, pausing, and a CSR's own computer: on real displays."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

import pytest

from customer_agent.media.geometry import Rect
from customer_agent.tests.app_screen import Display, Program, wait_until
from customer_agent.tests.app_server import (
    ASSISTANT,
    CODE,
    CSR,
    CSR_ENDPOINT,
    CUSTOMER,
    ENDPOINT,
    SECOND_CUSTOMER,
    ContractServer,
)
from customer_agent.tests.app_viewer import Viewer
from customer_agent.tests.window_view import WindowProgram, plain

pytestmark = pytest.mark.skipif(
    shutil.which("Xvfb") is None or shutil.which("xdotool") is None, reason="needs Xvfb and xdotool"
)
VIEW, CONTROL = "screen.view.desktop", "screen.control.desktop"
VIEW_WINDOWS, CONTROL_WINDOWS = "screen.view.application", "screen.control.application"
SHARE_CONTROL = "share.control.desktop"
GREEN = (0, 192, 0)


def near(colour: tuple[int, int, int], wanted: tuple[int, int, int]) -> bool:
    """Whether a colour is the wanted one, as far as a lossy picture tells."""
    return all(abs(a - b) < 40 for a, b in zip(colour, wanted, strict=True))


def plain_window(display: Display, kind: str, title: str, place: Rect) -> AbstractContextManager[WindowProgram]:
    """A window of one colour (green, or the canary's) that tells which buttons and keys it got."""
    server: Any = display
    return plain(server, kind, place, title)


def heard(window: WindowProgram) -> list[str]:
    """Return the buttons and keys that a window got since the last time."""
    window.said.clear()
    window.tell("heard")
    return list(window.said)


def shows_the_canary(viewer: Viewer) -> bool:
    """Whether any pixel of the newest picture has the canary's colour."""
    picture = viewer.frame.to_ndarray(format="rgb24").astype(int)
    return bool(((picture[..., 0] > 150) & (picture[..., 1] < 100) & (picture[..., 2] > 150)).any())


@contextmanager
def watching(server: ContractServer, request: str, **more: Any) -> Iterator[Viewer]:
    viewer = Viewer(server, server.grants[f"grant-{request}"], **more)
    wait_until(viewer.ready)
    yield viewer
    viewer.close()


def ask_and_allow(program: Program, server: ContractServer, capability: str, request: str, **more: Any) -> None:
    before = len(program.lines)
    server.ask(capability, request, **more)
    program.allow(after=before)
    server.wait_call(f"requests/{request}/grant/")


def tick(program: Program, title: str, after: int) -> None:
    """Tick a window in the list, as the owner."""
    rows = program.consent_places(rf"geometry consent .*'rows'.*{title}", after=after)["rows"]
    program.click(rows[title])


def press_at(viewer: Viewer, x: float, y: float) -> None:
    for down in (True, False):
        viewer.send(type="button", x=x, y=y, button=0, down=down)
    viewer.flush()


def moved_to(viewer: Viewer, display: Display, x: float, y: float, wanted: tuple[int, int]) -> Callable[[], bool]:
    """Return a condition: the viewer's mouse, moved again and again, is where it should be."""

    def arrived() -> bool:
        viewer.send(type="pointer", x=x, y=y)
        viewer.flush()
        return display.pointer() == wanted

    return arrived


@pytest.fixture
def two_monitors() -> Iterator[Display]:
    screen = Display(size="1600x800")
    screen.monitors(left=(0, 0, 800, 800), right=(800, 0, 800, 800))
    yield screen
    screen.close()


@contextmanager
def running(display: Display, server: ContractServer) -> Iterator[Program]:
    program = Program(display, "--site", server.url, "--code", CODE)
    server.wait_frame("connected")
    yield program
    program.close()
    assert not [line for line in program.lines if "Traceback" in line], program.lines


def test_each_viewer_sees_and_operates_the_monitor_it_chose(two_monitors: Display, app_server: ContractServer) -> None:
    with running(two_monitors, app_server) as program:
        ask_and_allow(program, app_server, CONTROL, "request-0001")
        with (
            watching(app_server, "request-0001", connection="connection-right01", monitors=[2]) as right,
            watching(app_server, "request-0001", connection="connection-both001") as both,
        ):
            assert right.size == (800, 800)
            assert both.size == (1600, 800)
            screen = right.told("screen")[-1]
            assert (screen["shown"], [item["number"] for item in screen["monitors"]]) == ([2], [1, 2])
            wait_until(moved_to(right, two_monitors, 0.25, 0.5, (1000, 400)))
            both.seq = right.seq
            wait_until(moved_to(both, two_monitors, 0.25, 0.5, (400, 400)))


def test_the_owner_narrows_to_one_monitor_and_nothing_else_is_seen_or_operated(
    two_monitors: Display, app_server: ContractServer
) -> None:
    with running(two_monitors, app_server) as program:
        app_server.ask(CONTROL, "request-0001")
        program.click(program.consent_places("geometry consent .*'narrow'")["narrow"])
        program.wait_line("allow enabled")
        before = len(program.lines)
        for key in ("Tab", "Tab", "space", "shift+Tab", "shift+Tab"):  # Deny, Allow, first tick
            two_monitors.hand("key", key)
        program.wait_line("geometry consent", after=before)
        for key in ("Tab", "space"):
            two_monitors.hand("key", key)
        granted = app_server.wait_call("requests/request-0001/grant/")
        assert granted["scope"]["monitors"] == [2]
        with watching(app_server, "request-0001", connection="connection-right01") as viewer:
            assert viewer.size == (800, 800)
            assert [item["number"] for item in viewer.told("screen")[-1]["monitors"]] == [2]
            wait_until(moved_to(viewer, two_monitors, 0.5, 0.5, (1200, 400)))
        other = {**app_server.grants["grant-request-0001"]}
        request = {"kind": "view_request", "grant": other["id"], "connection": "connection-left001", "monitors": [1]}
        app_server.send({
            "type": "signal", "to": ENDPOINT, "sender": CSR_ENDPOINT,
            "participant": CSR, "data": request,
        })  # fmt: skip
        assert app_server.wait_signal("hang_up", "connection-left001")["reason"] == "not_granted"


def test_a_monitor_that_goes_is_named_and_never_replaced_by_another(
    two_monitors: Display, app_server: ContractServer
) -> None:
    with running(two_monitors, app_server) as program:
        ask_and_allow(program, app_server, VIEW, "request-0001", scope={"monitors": [1], "applications": []})
        with watching(app_server, "request-0001") as viewer:
            two_monitors.monitors(right=(800, 0, 800, 800))
            wait_until(lambda: [item["state"] for item in viewer.told("capture")] == ["source_lost"])
            assert viewer.closed_at is None
            assert viewer.size == (800, 800)
            seen = viewer.pictures
            two_monitors.monitors(left=(0, 0, 800, 800), right=(800, 0, 800, 800))
            app_server.wait_signal("hang_up", "connection-0000001")  # it is back: the viewer asks again
            assert viewer.pictures - seen <= 1
        with watching(app_server, "request-0001", connection="connection-again01") as viewer:
            assert viewer.size == (800, 800)


def share_window(program: Program, server: ContractServer, capability: str, title: str) -> None:
    """Ask for windows, tick one as the owner and allow it."""
    before = len(program.lines)
    server.ask(capability, "request-0001")
    program.wait_line(f"geometry consent .*'rows'.*{title}", after=before)
    tick(program, title, before)
    program.wait_line("allow enabled", after=before)
    program.click(program.consent_places(after=before)["allow"])
    server.wait_call("requests/request-0001/grant/")


def test_nothing_can_be_allowed_before_a_window_is_chosen_and_the_choice_is_signed(
    program: Program, app_display: Display, app_server: ContractServer
) -> None:
    with plain_window(app_display, "plain", "ledger", Rect(100, 150, 400, 300)):
        app_server.ask(VIEW_WINDOWS, "request-0001")
        program.wait_line("geometry consent .*'rows'.*ledger")
        allow = program.consent_places()["allow"]
        program.click(allow)
        tick(program, "ledger", 0)
        program.wait_line("allow enabled")
        assert not app_server.called("grant/")
        tick(program, "ledger", 0)  # and away again
        before = len(program.lines)
        program.click(allow)
        tick(program, "ledger", 0)
        program.wait_line("allow enabled", after=before)
        assert not app_server.called("grant/")
        program.click(allow)
        granted = app_server.wait_call("requests/request-0001/grant/")
        assert [(item["name"], item["title"]) for item in granted["scope"]["applications"]] == [("Plain", "ledger")]


def test_t30_only_the_chosen_window_is_seen_and_hears_clicks(
    program: Program, app_display: Display, app_server: ContractServer
) -> None:
    with (
        plain_window(app_display, "plain", "ledger", Rect(100, 150, 400, 300)) as ledger,
        plain_window(app_display, "canary", "secret", Rect(700, 150, 400, 300)) as secret,
    ):
        share_window(program, app_server, CONTROL_WINDOWS, "ledger")
        with watching(app_server, "request-0001") as viewer:
            wait_until(lambda: viewer.told("screen"))
            screen = viewer.told("screen")[-1]
            assert (screen["surface"], [item["title"] for item in screen["windows"]]) == ("application", ["ledger"])
            width, height = viewer.size or (0, 0)
            wait_until(lambda: near(viewer.pixel(width // 2, height * 3 // 4), GREEN))
            secret.tell("move 300 250")
            secret.tell("raise")
            for step in range(20):
                secret.tell(f"move {300 - 5 * step} {250 - 3 * step}")
                assert not shows_the_canary(viewer), "not one pixel of what covers it"
            secret.tell("move 700 150")

            def pressed() -> bool:
                press_at(viewer, 0.5, 0.75)
                return "press 1" in heard(ledger)

            wait_until(pressed)
            assert heard(secret) == []
            app_display.hand("windowminimize", ledger.first)
            wait_until(lambda: [item["state"] for item in viewer.told("capture")] == ["minimised"])
            program.wait_line("bar says")
            press_at(viewer, 0.5, 0.75)
            wait_until(lambda: "outside" in viewer.held_reasons())
            assert not shows_the_canary(viewer)


def test_a_share_of_the_desktop_ends_that_of_windows(
    program: Program, app_display: Display, app_server: ContractServer
) -> None:
    with plain_window(app_display, "plain", "ledger", Rect(100, 150, 400, 300)):
        share_window(program, app_server, VIEW_WINDOWS, "ledger")
        with watching(app_server, "request-0001") as viewer:
            ask_and_allow(program, app_server, VIEW, "request-0002")
            app_server.wait_call("grants/grant-request-0001/stop/")
            wait_until(lambda: viewer.closed_at is not None)
        with watching(app_server, "request-0002", connection="connection-desktop1") as viewer:
            assert viewer.size == (1280, 800)


def test_marks_are_named_coloured_passed_on_and_reported_once(program: Program, app_server: ContractServer) -> None:
    ask_and_allow(program, app_server, VIEW, "request-0001")
    with (
        watching(app_server, "request-0001") as daniel,
        watching(
            app_server, "request-0001", connection="connection-nils001", participant=SECOND_CUSTOMER
        ) as nils,
    ):  # fmt: skip
        for at in (0.2, 0.3):
            daniel.tell(type="mark", id="mark-00000001", kind="pen", points=[[at, 0.5]], participant=ASSISTANT)
        wait_until(lambda: len(nils.told("mark")) == 2)
        nils.tell(type="mark", id="mark-00000001", kind="box", points=[[0.1, 0.1], [0.2, 0.2]])
        told = [(CSR, "a"), (CSR, "a"), (SECOND_CUSTOMER, "b")]
        wait_until(lambda: len(daniel.told("mark")) == len(nils.told("mark")) == 3)
        for viewer in (daniel, nils):  # the author too: the own colour comes from here
            assert [(mark["participant"], mark["colour"]) for mark in viewer.told("mark")] == told
        app_server.wait_call("grants/grant-request-0001/marked/", count=2)
        bodies = [body for path, body in app_server.calls if path.endswith("marked/")]
        assert sorted(body["participant"] for body in bodies) == sorted([CSR, SECOND_CUSTOMER])
        nils.tell(type="marks_cleared", participant=CSR)
        wait_until(lambda: daniel.told("marks_cleared"))
        assert daniel.told("marks_cleared")[0]["participant"] == SECOND_CUSTOMER, "a customer wipes only their own"
        for number in range(400):
            nils.tell(type="mark", id=f"mark-{number:08}", kind="pointer", points=[[0.5, 0.5]])
        assert app_server.wait_call("refusals/")["reason"] == "too_many_marks"


def test_an_owner_cannot_be_watched_by_themselves_and_whoever_left_not_at_all(
    program: Program, app_server: ContractServer
) -> None:
    ask_and_allow(program, app_server, VIEW, "request-0001")
    app_server.event("participant.left", participant=SECOND_CUSTOMER)
    for number, person in enumerate((CUSTOMER, SECOND_CUSTOMER, "somebody-elsewhere-1")):
        connection = f"connection-refused{number}"
        request = {"kind": "view_request", "grant": "grant-request-0001", "connection": connection}
        app_server.send({
            "type": "signal", "to": ENDPOINT, "sender": CSR_ENDPOINT, "participant": person, "data": request
        })  # fmt: skip
        assert app_server.wait_signal("hang_up", connection)["reason"] == "not_granted"


def test_clipboard_text_goes_once_to_its_holder_and_the_bar_says_so(
    program: Program, app_display: Display, app_server: ContractServer
) -> None:
    ask_and_allow(program, app_server, CONTROL, "request-0001")
    with (
        watching(app_server, "request-0001") as daniel,
        watching(app_server, "request-0001", connection="connection-yuki001", participant=ASSISTANT) as yuki,
    ):
        ask_and_allow(program, app_server, "clipboard.to_customer", "request-0002")
        grant = app_server.grants["grant-request-0002"]
        part = {"type": "clipboard_part", "grant": grant["id"], "epoch": grant["epoch"], "part": 0, "parts": 1}
        yuki.tell(**part, text="of somebody else")
        daniel.tell(**part, text="請求書 4711")
        stopped = app_server.wait_call("grants/grant-request-0002/stop/")
        assert stopped["cause"] == "used"
        program.wait_line("bar says .*clipboard_received")
        ask_and_allow(program, app_server, "clipboard.to_csr", "request-0003")
        grant = app_server.grants["grant-request-0003"]
        wanted = {"type": "clipboard_read", "grant": grant["id"], "epoch": grant["epoch"]}
        yuki.tell(**wanted)
        daniel.tell(**wanted)
        daniel.tell(**wanted)
        wait_until(lambda: daniel.told("clipboard_part"))
        assert [part["text"] for part in daniel.told("clipboard_part")] == ["請求書 4711"]
        assert yuki.told("clipboard_part") == []
        assert app_server.wait_call("grants/grant-request-0003/stop/")["cause"] == "used"
        program.wait_line("bar says .*clipboard_sent")
        reasons = {body.get("reason") for path, body in app_server.calls if path == "refusals/"}
        wait_until(
            lambda: "clipboard_not_granted" in {body.get("reason") for _, body in app_server.calls}, seconds=12
        )  # fmt: skip
        assert not any("4711" in line for line in program.lines), (reasons, "never in the log")


def test_clipboard_text_is_not_asked_for_without_control(program: Program, app_server: ContractServer) -> None:
    app_server.ask("clipboard.to_csr", "request-0001")
    app_server.ask(VIEW, "request-0002")
    app_server.wait_call("requests/request-0002/shown/")
    assert app_server.called("shown/") == ["requests/request-0002/shown/"]


def test_clipboard_text_is_asked_for_only_by_who_operates(program: Program, app_server: ContractServer) -> None:
    ask_and_allow(program, app_server, CONTROL, "request-0001", operator=ASSISTANT)
    app_server.ask("clipboard.to_csr", "request-0002")
    app_server.ask(VIEW, "request-0003")
    app_server.wait_call("requests/request-0003/shown/")
    assert "requests/request-0002/shown/" not in app_server.called("shown/")


def test_pause_shows_nothing_until_continue(program: Program, app_display: Display, app_server: ContractServer) -> None:
    ask_and_allow(program, app_server, VIEW, "request-0001")
    with watching(app_server, "request-0001") as viewer:
        program.click(program.bar_button("Pause"))
        wait_until(lambda: viewer.closed_at is not None)
        paused = app_server.wait_call("grants/grant-request-0001/suspend/")
        assert paused["cause"] == "owner_stop"
    before = len(program.lines)
    program.click(program.bar_button("Continue"))
    resumed = app_server.wait_call("grants/grant-request-0001/resume/")
    assert resumed["epoch"] > paused["epoch"]
    program.wait_line("bar says view", after=before)
    with watching(app_server, "request-0001", connection="connection-again01"):
        program.bar_button("Stop everything")


def test_a_hand_over_of_driving_lets_go_of_what_the_first_held(
    program: Program, app_display: Display, app_server: ContractServer
) -> None:
    ask_and_allow(program, app_server, CONTROL, "request-0001")
    with (
        watching(app_server, "request-0001") as daniel,
        watching(app_server, "request-0001", connection="connection-yuki001", participant=ASSISTANT) as yuki,
    ):
        wait_until(moved_to(daniel, app_display, 0.5, 0.75, (640, 600)))
        ask_and_allow(program, app_server, CONTROL, "request-0002", operator=ASSISTANT)
        program.wait_line("bar says control .*Yuki Sato")
        driver = {"type": "driving", "who": "viewer", "participant": ASSISTANT}
        wait_until(lambda: driver in daniel.told("driving"))
        yuki._grant = app_server.grants["grant-request-0002"]
        wait_until(moved_to(yuki, app_display, 0.25, 0.75, (320, 600)))
        for grant in ("grant-request-0001", "grant-request-0002"):
            daniel.send(type="pointer", x=0.5, y=0.5, grant=grant, epoch=app_server.grants[grant]["epoch"])
        daniel.flush()
        wait_until(lambda: "not_granted" in daniel.held_reasons())
        assert app_display.pointer() == (320, 600)


def test_a_mouse_that_moves_while_the_owner_is_asked_is_no_refused_action(
    program: Program, app_display: Display, app_server: ContractServer
) -> None:
    ask_and_allow(program, app_server, CONTROL, "request-0001")
    with watching(app_server, "request-0001") as viewer:
        wait_until(moved_to(viewer, app_display, 0.5, 0.9, (640, 720)))
        before = len(program.lines)
        app_server.ask(VIEW, "request-0002")
        program.consent_buttons(after=before)
        for step in range(50):
            viewer.send(type="pointer", x=0.3 + step / 200, y=0.5)
        viewer.send(type="key", key="a", code="KeyA", down=True)
        assert app_server.wait_call("refusals/") == {"reason": "prompt", "count": 1}
        app_display.hand("key", "Escape")


@pytest.fixture
def csr_server() -> Iterator[ContractServer]:
    with ContractServer(owner=CSR) as server:
        yield server


def test_a_csrs_own_computer_is_operated_by_the_customer_until_the_csr_presses_a_key(
    app_display: Display, csr_server: ContractServer
) -> None:
    with running(app_display, csr_server) as program:
        program.wait_line("start says whose computer this is")
        csr_server.ask_to_share(SHARE_CONTROL, "request-0001")
        csr_server.accept("request-0001")
        program.allow()
        csr_server.wait_call("requests/request-0001/grant/")
        with watching(csr_server, "request-0001", participant=CUSTOMER) as hannah:
            wait_until(moved_to(hannah, app_display, 0.5, 0.75, (640, 600)))
            app_display.hand("key", "a")
            csr_server.wait_call("grants/grant-request-0001/stop/")
            program.wait_line("'Leave the session'")


def test_stop_everything_on_a_csrs_computer_ends_each_grant_at_the_server_and_not_the_csrs_part(
    app_display: Display, csr_server: ContractServer
) -> None:
    with running(app_display, csr_server) as program:
        csr_server.ask_to_share(SHARE_CONTROL, "request-0001")
        csr_server.accept("request-0001")
        program.allow()
        csr_server.wait_call("requests/request-0001/grant/")
        program.click(program.bar_button("Stop everything"))
        csr_server.wait_call("grants/grant-request-0001/stop/")
        program.wait_line("'Leave the session'")
        program.click(program.bar_button("Leave the session"))
        assert program.process.wait(30) == 0
    assert not {"stop/", "leave/"} & set(csr_server.called(""))


def test_a_server_cannot_have_a_csrs_computer_shared_without_the_customers_word_or_with_another(
    app_display: Display, csr_server: ContractServer
) -> None:
    with running(app_display, csr_server) as program:
        csr_server.ask_to_share(SHARE_CONTROL, "request-0001", via="support_manager")
        csr_server.ask_to_share(SHARE_CONTROL, "request-0002")
        csr_server.accept("request-0002", source="endpoint-elsewhere-001")
        csr_server.ask_to_share(SHARE_CONTROL, "request-0003")
        csr_server.accept("request-0003", operator=ASSISTANT)
        csr_server.ask_to_share(SHARE_CONTROL, "request-0004")
        csr_server.accept("request-0004", operator=SECOND_CUSTOMER)
        csr_server.ask(CONTROL, "request-0005")
        csr_server.ask_to_share("share.view.desktop", "request-0006")
        csr_server.accept("request-0006")
        csr_server.wait_call("requests/request-0006/shown/")
        assert csr_server.called("shown/") == ["requests/request-0006/shown/"]
        program.consent_buttons()


def test_a_customers_computer_is_never_shared_as_a_csrs(program: Program, app_server: ContractServer) -> None:
    app_server.ask_to_share(SHARE_CONTROL, "request-0001", grantor=CUSTOMER)
    app_server.accept("request-0001")
    app_server.ask(VIEW, "request-0002")
    app_server.wait_call("requests/request-0002/shown/")
    assert app_server.called("shown/") == ["requests/request-0002/shown/"]
