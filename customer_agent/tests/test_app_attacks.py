"""What a CSR with control, or a rogue server, cannot do (security T1, T5, T29)."""

import asyncio
import json
import random
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

import supportsite.protocol
from customer_agent.address import parse_site_address
from customer_agent.attachment import Attachment
from customer_agent.bridge import BarView, Prompt
from customer_agent.client import ApiClient, Attached
from customer_agent.identity import Identity
from customer_agent.media.geometry import Rect
from customer_agent.media.x11 import connect, screen_of
from customer_agent.tests.app_screen import Display, Program, wait_until
from customer_agent.tests.app_server import CSR, CUSTOMER, ENDPOINT, SESSION, ContractServer, stamp
from customer_agent.tests.app_viewer import Viewer
from customer_agent.tests.window_view import plain
from supportsite.protocol.base import Capability
from supportsite.protocol.channel import Mark

GOLDEN = Path(supportsite.protocol.__file__).parent / "golden"
VIEW, CONTROL = "screen.view.desktop", "screen.control.desktop"

needs_screen = pytest.mark.skipif(
    shutil.which("Xvfb") is None or shutil.which("xdotool") is None, reason="needs Xvfb and xdotool"
)


@pytest.fixture
def viewer(program: Program, app_server: ContractServer) -> Iterator[Viewer]:
    """Return a CSR who has control and has waited out the pause after the owner's own hand."""
    app_server.ask(CONTROL, "request-0001")
    program.allow()
    app_server.wait_call("requests/request-0001/grant/")
    watching = Viewer(app_server, app_server.grants["grant-request-0001"])
    wait_until(watching.ready)
    yield watching
    watching.close()


def move_until_it_works(viewer: Viewer, display: Display, x: float, y: float) -> None:
    def moved() -> bool:
        viewer.send(type="pointer", x=x, y=y)
        viewer.flush()
        return display.pointer() == (int(1280 * x), int(800 * y))

    wait_until(moved)


@needs_screen
def test_a_granted_csr_clicking_and_typing_at_the_consent_window_never_grants_anything(
    viewer: Viewer, program: Program, app_display: Display, app_server: ContractServer
) -> None:
    move_until_it_works(viewer, app_display, 0.5, 0.9)
    before = len(program.lines)
    app_server.ask(VIEW, "request-0002")
    x, y, width, height = program.consent_buttons(after=before)["allow"]
    program.wait_line("allow enabled request-0002", after=before)
    place = {"x": (x + width / 2) / 1280, "y": (y + height / 2) / 800}
    rest = app_display.pointer()
    for number in range(200):
        for down in (True, False):
            viewer.send(type="button", **place, button=0, down=down)
        key = ("Tab", " ", "Enter", "y")[number % 4]
        for down in (True, False):
            viewer.send(type="key", key=key, code={" ": "Space"}.get(key, key), down=down)
    viewer.send(type="text", text=" ")
    viewer.flush()
    wait_until(lambda: "prompt" in viewer.held_reasons())
    assert app_display.pointer() == rest, "not one event reached the desktop"
    assert app_server.called("grant/") == ["requests/request-0001/grant/"]
    refused = app_server.wait_call("refusals/")
    assert refused["reason"] == "prompt"
    assert not app_server.called("deny/"), "the question still stands, and waits for its owner"
    app_display.hand("key", "Escape")
    app_server.wait_call("requests/request-0002/deny/")
    move_until_it_works(viewer, app_display, 0.25, 0.75)


@needs_screen
def test_input_is_held_while_the_screen_is_locked(viewer: Viewer, app_display: Display) -> None:
    move_until_it_works(viewer, app_display, 0.5, 0.9)
    connection = connect(app_display.name)
    core, root = connection.core, screen_of(connection).root
    status, lock = (core.InternAtom(0, len(name), name).reply().atom for name in ("_SCREENSAVER_STATUS", "LOCK"))
    core.ChangePropertyChecked(0, root, status, 19, 32, 3, [lock, 1, 0]).check()

    def is_held() -> bool:
        viewer.send(type="button", x=0.2, y=0.2, button=0, down=True)
        viewer.send(type="release")
        viewer.flush()
        return "locked" in viewer.held_reasons()

    wait_until(is_held)
    core.DeletePropertyChecked(root, status).check()
    connection.disconnect()
    move_until_it_works(viewer, app_display, 0.6, 0.9)


@needs_screen
def test_a_granted_csr_cannot_tick_a_window_for_its_owner(
    viewer: Viewer, program: Program, app_display: Display, app_server: ContractServer
) -> None:
    screen: Any = app_display
    with plain(screen, "plain", Rect(100, 500, 300, 200), "ledger"):
        move_until_it_works(viewer, app_display, 0.5, 0.9)
        before = len(program.lines)
        app_server.ask("screen.view.application", "request-0002")
        places = program.consent_places("geometry consent .*'rows'.*ledger", after=before)
        for x, y, width, height in (places["rows"]["ledger"], places["allow"]) * 20:
            place = {"x": (x + width / 2) / 1280, "y": (y + height / 2) / 800}
            for down in (True, False):
                viewer.send(type="button", **place, button=0, down=down)
                viewer.send(type="key", key=" ", code="Space", down=down)
        viewer.flush()
        assert app_server.wait_call("refusals/")["reason"] == "prompt"
        assert not any("allow enabled request-0002" in line for line in program.lines)
        assert app_server.called("grant/") == ["requests/request-0001/grant/"]
        app_display.hand("key", "Escape")
        app_server.wait_call("requests/request-0002/deny/")


@needs_screen
def test_the_bar_cannot_be_pressed_by_the_csr(
    viewer: Viewer, program: Program, app_display: Display, app_server: ContractServer
) -> None:
    move_until_it_works(viewer, app_display, 0.5, 0.9)

    def held() -> bool:
        x, y, width, height = program.bar_button("Stop everything")  # the bar grows while it is laid out
        place = {"x": (x + width / 2) / 1280, "y": (y + height / 2) / 800}
        for down in (True, False):
            viewer.send(type="button", **place, button=0, down=down)
        viewer.flush()
        return "own_window" in viewer.held_reasons()

    wait_until(held)
    assert app_server.wait_call("refusals/")["reason"] == "own_window"
    assert not app_server.called("stop/")


@needs_screen
def test_input_after_stop_with_an_old_epoch_or_of_another_grant_is_dropped(
    viewer: Viewer, app_display: Display, app_server: ContractServer, program: Program
) -> None:
    move_until_it_works(viewer, app_display, 0.5, 0.9)
    rest = app_display.pointer()
    press = {"type": "button", "x": 0.1, "y": 0.1, "button": 0, "down": True}
    viewer.send(**press, epoch=99)
    viewer.send(**press, grant="grant-request-9999")
    viewer.send(**press, seq=1)
    viewer.send(**press | {"x": 7.0})
    viewer.flush()
    expected = {"old_epoch", "no_grant", "replayed", "malformed"}
    wait_until(lambda: expected <= {body.get("reason") for _, body in app_server.calls})
    assert app_display.pointer() == rest
    app_server.event("grant.stopped", grant="grant-request-0001", cause="csr_release")
    program.wait_line("'Leave the session'")
    wait_until(lambda: viewer.closed_at is not None)
    assert app_display.pointer() == rest


class NoBoard:
    """A screen on which nothing is drawn, that a test asks what would be."""

    available = False

    def __init__(self) -> None:
        self.marks: list[tuple[Mark, Rect, str]] = []

    def put(self, mark: Mark, area: Rect, name: str) -> None:
        self.marks.append((mark, area, name))

    def clear(self, participant: str | None = None) -> None: ...


class NoWindows:
    """Windows that a test asks what was shown."""

    def __init__(self) -> None:
        self.prompts: list[Prompt] = []
        self.bars: list[BarView] = []

    def set_language(self, language: str) -> None: ...

    def show_prompt(self, prompt: Prompt) -> None:
        self.prompts.append(prompt)

    def close_prompt(self, request: str) -> None: ...

    def show_bar(self, view: BarView) -> None:
        self.bars.append(view)

    def show_end(self, code: str) -> None: ...


def attachment(server: ContractServer, windows: NoWindows) -> tuple[Attachment, ApiClient]:
    api = ApiClient(parse_site_address(server.url))
    attached = Attached.model_validate(
        {
            "token": "sm_" + "t" * 30, "endpoint": ENDPOINT, "session": server.snapshot(), "site": server.site,
            "heartbeat_seconds": 1,
        },
        extra="ignore",
    )  # fmt: skip
    made = Attachment(
        api=api, attached=attached, identity=Identity(), windows=windows, own_windows=lambda: [1],
        board=NoBoard(),
    )  # fmt: skip
    return made, api


def claims() -> list[dict[str, Any]]:
    """Return every golden message, and events that say a grant exists, each in the session of the test."""
    messages = [json.loads(path.read_text(encoding="utf-8")) for path in sorted(GOLDEN.glob("*.json"))]
    envelope: dict[str, Any] = {"session": SESSION, "at": stamp(), "actor": {"kind": "system"}, "hash": "0" * 64}
    events: list[dict[str, Any]] = []
    for capability in Capability:
        scope: dict[str, Any] = {"monitors": [], "applications": [{"window": 1, "name": "Mail", "title": "Inbox"}]}
        grant = {
            "id": "grant-claimed", "request": "request-claimed", "capability": capability, "scope": scope,
            "state": "active", "holder": CSR, "owner": CUSTOMER, "endpoint": ENDPOINT, "epoch": 1,
            "granted_at": stamp(), "granted": True,
        }  # fmt: skip
        request = {
            "id": "request-claimed", "capability": capability, "scope": scope, "state": "granted",
            "requester": CSR, "grantor": CUSTOMER, "operator": CSR, "source": ENDPOINT, "accepted_at": stamp(),
            "via": "support_manager", "made_at": stamp(), "expires_at": stamp(60), "granted": True,
        }  # fmt: skip
        events += [
            {"type": "request.made", "request": request},
            {"type": "request.accepted", "request": request},
            {"type": "request.granted", "request": "request-claimed", "grant": grant},
            {"type": "grant.resumed", "grant": grant},
            {"type": "grant.marked", "grant": "grant-claimed", "participant": CSR},
            {"type": "grant.first_used", "grant": "grant-claimed"},
            {"type": "grant.given", "granted": True, "grant": grant},
        ]
    return messages + [{**envelope, **event} for event in events]


def test_every_message_with_a_claim_of_a_grant_changes_nothing(app_server: ContractServer) -> None:
    async def play() -> None:
        windows = NoWindows()
        made, api = attachment(app_server, windows)
        for message in claims():
            granted = {**message, "granted": True, "session": SESSION, "seq": made.model.seq + 1}
            for frame in (granted, {"type": "event", "event": granted}):
                made._link._take(json.dumps(frame))
        signal = {
            "type": "signal", "to": ENDPOINT, "sender": "endpoint-csr-000000001", "participant": CSR,
            "data": {"kind": "view_request", "grant": "grant-claimed", "connection": "connection-0000001"},
        }  # fmt: skip
        made._link._take(json.dumps(signal))
        await asyncio.sleep(0.1)
        assert made.table.rows() == []
        assert made._sharing.screens == []
        assert not made._driver.running
        assert not any(view.shared or view.control for view in windows.bars)
        assert windows.prompts == []
        await made._sharing.close()
        await api.close()

    asyncio.run(play())


def spoil(value: Any, chance: random.Random) -> Any:
    """Return a message with some of its parts replaced by something else."""
    if chance.random() < 0.12:
        odd: tuple[Any, ...] = (
            None,
            -1,
            2**70,
            "",
            "x" * 5000,
            [],
            {},
            True,
            1e300,
            "\x00",
            "grant-request-0001",
            {"type": "event"},
            CSR,
        )
        return chance.choice(odd)
    if isinstance(value, dict):
        return {key: spoil(part, chance) for key, part in value.items() if chance.random() > 0.03}
    if isinstance(value, list):
        return [spoil(part, chance) for part in value] * chance.choice((0, 1, 1, 1, 3))
    return value


def test_ten_thousand_spoiled_messages_neither_crash_it_nor_grant_anything(app_server: ContractServer) -> None:
    async def play() -> None:
        windows = NoWindows()
        made, api = attachment(app_server, windows)
        chance = random.Random(20261123)
        sources = claims()
        for number in range(10_000):
            message = dict(chance.choice(sources))
            if message.get("type", "").startswith(("session.ended",)):
                continue
            if chance.random() < 0.7:
                message |= {"session": SESSION, "seq": made.model.seq + 1, "at": datetime.now(UTC).isoformat()}
                message = {"type": "event", "event": message}
            text = json.dumps(spoil(message, chance))
            if number % 50 == 0:
                text = text[: len(text) // 2]
            made._link._take(text)
            if number % 500 == 0:
                await asyncio.sleep(0)
        await asyncio.sleep(0.1)
        assert made.table.rows() == []
        assert made._sharing.screens == []
        await made._sharing.close()
        await api.close()

    asyncio.run(play())
