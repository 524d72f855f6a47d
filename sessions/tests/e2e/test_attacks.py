"""What a hostile CSR page, a stranger and another organisation try, and what it changes: nothing."""

import json
import re
import urllib.error
import urllib.request
from contextlib import closing
from http.client import HTTPConnection
from typing import Any

from playwright.sync_api import WebSocketRoute

from sessions.tests.e2e import picture, story
from sessions.tests.e2e.display import Display
from sessions.tests.e2e.people import Csr, People
from sessions.tests.e2e.programs import COLOURS, Board
from sessions.tests.e2e.stack import Stack
from sessions.tests.e2e.waiting import stays, until

# Keeps the data channels of the page within reach, as any code that runs in the CSR's page has them.
HOLD_CHANNELS = """
window.heldChannels = [];
const Original = window.RTCPeerConnection;
window.RTCPeerConnection = class extends Original {
  constructor(...parameters) {
    super(...parameters);
    this.addEventListener('datachannel', event => window.heldChannels.push(event.channel));
  }
};
"""
SEND = """([label, messages]) => {
  const channels = window.heldChannels.filter(c => c.readyState === 'open' && (!label || c.label === label));
  for (const channel of channels) for (const message of messages) channel.send(message);
  return channels.length;
}"""

ATTACKER_CLICKS = 200


def _send(csr: Csr, *messages: object, label: str = "input") -> None:
    texts = [message if isinstance(message, str) else json.dumps(message) for message in messages]
    assert csr.page.evaluate(SEND, [label, texts]), f"no open channel {label!r}"


def _press_message(grant: dict[str, Any], seq: int, x: float, y: float, /, **over: object) -> list[dict[str, object]]:
    base = {"type": "button", "grant": grant["id"], "epoch": grant["epoch"], "x": x, "y": y, "button": 0}
    return [base | {"seq": seq, "down": True} | over, base | {"seq": seq + 1, "down": False} | over]


def test_t1_a_granted_csr_clicking_and_typing_at_the_consent_window_grants_nothing(
    people: People, display: Display
) -> None:
    """T1: control is allowed, then something else is asked; only the customer's own hand can answer."""
    csr = people.csr(script=HOLD_CHANNELS)
    customer = people.customer()
    customer.join(story.begin(csr))
    story.await_state(csr, "active")
    manager = story.attach(customer, display)
    story.share_control(csr, manager)
    story.take_over(csr, display, 30, display.height - 30)

    csr.ask("Request view")
    manager.await_consent()
    story.click_at(csr, display, 30, display.height - 30)
    pointer = display.pointer()
    allow = manager.button("allow")
    for turn in range(ATTACKER_CLICKS):
        place = story.point(csr, display, allow[0] - turn % 20, allow[1] + turn % 7 - 3)
        csr.page.mouse.click(*place)
        csr.page.keyboard.press(["Tab", "Space", "Enter", "Alt+a"][turn % 4])
    assert story.requests_open(csr) == 1, "still nobody has answered"
    assert manager.consent() is not None
    assert display.pointer() == pointer, "not even the pointer moved"
    assert [grant["capability"] for grant in csr.grants()] == [story.CONTROL]
    manager.deny()
    until(lambda: story.requests_open(csr) == 0, "the customer's own hand answers")
    assert [grant["capability"] for grant in csr.grants()] == [story.CONTROL]
    manager.close()


def test_t5_no_message_of_a_csr_can_grant_or_reach_beyond_what_is_granted(people: People, display: Display) -> None:
    """T5: claims, places outside the screen, an old epoch, a repeated number, another grant: all dropped."""
    board = Board(display)
    csr = people.csr(script=HOLD_CHANNELS)
    customer = people.customer()
    customer.join(story.begin(csr))
    story.await_state(csr, "active")
    manager = story.attach(customer, display)
    view = story.share_view(csr, manager)
    story.sees_board(csr, display, board)
    red = board.centre_of("red")
    x, y = red[0] / display.width, red[1] / display.height

    # View only: input is refused, and claims on any channel add nothing.
    claims: list[object] = [
        {"type": "request.granted", "grant": view | {"capability": story.CONTROL}},
        {"type": "grant", "granted": True, "capability": story.CONTROL},
        {"type": "driving", "who": "viewer", "participant": view["holder"]},
        {"type": "held", "reason": "none"},
        "{", "[]", '"x"', "null", "\u0000", "{" * 5000, "x" * 200_000,
    ]  # fmt: skip
    for label in ("input", "state"):
        _send(csr, *claims, label=label)
    _send(csr, *_press_message(view, 1, x, y))
    stays(lambda: not board.events("press"), "view is not control", 1.5)
    assert [grant["capability"] for grant in csr.grants()] == [story.VIEW]

    control = story.share_control(csr, manager)
    _await_input(csr, display, board, red)
    pressed = len(board.events("press"))
    far = 10_000_000
    wrong = [
        *_press_message(control, far, -0.5, 0.5), *_press_message(control, far + 2, 1.5, 0.5),
        *_press_message(control, far + 4, x, 2**31), *_press_message(control, far + 6, x, y, button=99),
        *_press_message(control, far + 8, x, y, epoch=control["epoch"] - 1 or 10**6),
        *_press_message(control, far + 10, x, y, epoch=control["epoch"] + 1),
        *_press_message(control, far + 12, x, y, grant="A" * 22),
        *_press_message(view, far + 14, x, y),
        *_press_message(control, 1, x, y),  # used before
    ]  # fmt: skip
    raw = json.dumps(_press_message(control, far + 16, x, y)[0])
    _send(csr, *wrong, raw.replace(f'"x": {x}', '"x": NaN'), raw.replace(f'"x": {x}', '"x": 1e999'))
    stays(lambda: len(board.events("press")) == pressed, "nothing of this is injected", 1.5)

    # After the customer took it back, the same valid messages do nothing.
    manager.stop()
    story.await_no_grant(csr)
    csr.page.evaluate(SEND, ["input", [json.dumps(one) for one in _press_message(control, 2 * far, x, y)]])
    stays(lambda: len(board.events("press")) == pressed, "a stopped grant is no grant", 1.5)
    assert manager.running
    manager.close()


def _await_input(csr: Csr, display: Display, board: Board, spot: tuple[int, int]) -> None:
    story.take_over(csr, display, *spot)
    until(lambda: 0 < len(board.events("press")) == len(board.events("release")), "the last click is whole")


def _other_fingerprint(frame: str | bytes) -> str | bytes:
    """Change one hexadecimal digit of each DTLS fingerprint that an offer carries."""

    def flip(found: re.Match[str]) -> str:
        return found[1] + ("0" if found[2] != "0" else "1")

    return re.sub(r"(a=fingerprint:sha-\d+ )([0-9A-Fa-f])", flip, frame) if isinstance(frame, str) else frame


def _tamper(route: WebSocketRoute) -> None:
    server = route.connect_to_server()
    route.on_message(server.send)
    server.on_message(lambda frame: route.send(_other_fingerprint(frame)))


def test_t6_a_changed_fingerprint_gives_no_picture(people: People, display: Display) -> None:
    """T6: whoever stands between the two and changes the key's fingerprint sees nothing, and nothing falls back."""
    board = Board(display)
    csr, customer = people.csr(), people.customer()
    csr.context.route_web_socket(re.compile("/ws/session/"), _tamper)
    customer.join(story.begin(csr))
    story.await_state(csr, "active")
    manager = story.attach(customer, display)
    story.share_view(csr, manager)
    red = board.centre_of("red")
    spot = (red[0] / display.width, red[1] / display.height)
    csr.sees("The connection is not safe")
    stays(lambda: not picture.close_to(picture.pixel(csr.page, *spot), COLOURS["red"]), "no picture is shown", 8, 0.2)
    csr.page.close()
    honest = people.csr()  # the grant and the way were good: the same page with nobody in between
    honest.session = csr.session
    honest.open_console(csr.session)
    story.sees_board(honest, display, board)


def test_t11_another_sites_users_find_none_of_a_sessions_objects(people: People, stack: Stack) -> None:
    """T11: for the other organisation the session, and all that is in it, does not exist."""
    csr, customer = story.meet(people)
    customer.say("Secret of the first site")
    status, _answer = csr.api("POST", f"sessions/{csr.session}/requests/", {"capability": story.VIEW})
    assert status == 201
    snapshot = csr.snapshot(csr.session)
    request, person = snapshot["requests"][0]["id"], snapshot["participants"][-1]["id"]

    session = f"sessions/{csr.session}"
    stranger = people.csr(host="second.localhost")
    missing: set[int] = set()
    calls: list[tuple[str, str, object]] = [
        ("GET", f"{session}/", None), ("GET", f"{session}/events/?after=0", None), ("GET", f"{session}/note/", None),
        ("GET", f"{session}/receipt/", None), ("GET", f"{session}/ice/", None),
        ("PUT", f"{session}/note/", {"text": "x", "base_version": 0}),
        ("POST", f"{session}/messages/", {"text": "x", "audience": "everyone", "client_id": "e2e-stranger-0001"}),
        ("POST", f"{session}/requests/", {"capability": story.VIEW}),
        *(("POST", f"{session}/requests/{request}/{verb}/", {}) for verb in ("cancel", "shown", "grant", "deny")),
        *(("POST", f"{session}/participants/{person}/{verb}/", {}) for verb in ("admit", "refuse")),
        *(("POST", f"{session}/{verb}/", {}) for verb in ("stop", "keep", "leave", "end")),
        ("POST", f"{session}/invitations/", {"channel": "phone", "language": "en"}),
        ("POST", "socket-tickets/", {"session": csr.session}),
        ("POST", "sessions/join/", {"number": csr.number}),
    ]  # fmt: skip
    for method, path, body in calls:
        status, answer = stranger.api(method, path, body)
        made_up = path.replace(csr.session, "A" * 22).replace(request, "B" * 22).replace(person, "C" * 22)
        nowhere, nothing = stranger.api(method, made_up, _made_up(body, csr))
        told = (status, answer["code"], answer["message"], answer["data"])
        assert told == (nowhere, nothing["code"], nothing["message"], nothing["data"]), "as if it did not exist"
        # What no CSR may ever do is refused before anything is looked up; the rest is not found.
        assert status == 404 or answer["code"] == "forbidden", (method, path, status, answer)
        missing.add(status)
    assert 404 in missing
    assert "Secret of the first site" not in json.dumps(stranger.api("GET", "sessions/?state=live"))
    assert csr.snapshot(csr.session)["state"] == "active"
    assert story.requests_open(csr) == 1
    # A CSR of this site who is not in the session may not look either, and a customer sees no session but its own.
    other_session = story.begin(people.csr(number=1))
    assert other_session
    status, _answer = people.everybody[-1].api("GET", f"sessions/{csr.session}/note/")
    assert status == 404


def _made_up(body: object, csr: Csr) -> object:
    text = json.dumps(body).replace(csr.session, "A" * 22).replace(csr.number, "000000000")
    return json.loads(text)


def _guess(stack: Stack, number: str, forwarded: str, source: str) -> tuple[int, dict[str, Any]]:
    connection = HTTPConnection("127.0.0.1", stack.port, timeout=10, source_address=(source, 0))
    body = json.dumps({"number": number, "name": "Guess", "language": "en"})
    headers = {"Host": f"localhost:{stack.port}", "Content-Type": "application/json", "X-Forwarded-For": forwarded}
    with closing(connection):
        connection.request("POST", "/api/v1/join/", body=body, headers=headers)
        answer = connection.getresponse()
        return answer.status, json.loads(answer.read())


def test_t3_guessing_numbers_is_limited_whatever_address_is_claimed(people: People, stack: Stack) -> None:
    """T3: after some tries from one address none is looked at, not even the right one; wrong answers are alike."""
    csr = people.csr()
    number = story.begin(csr)
    statuses: list[int] = []
    bodies = set()
    for turn in range(25):
        status, answer = _guess(stack, f"{turn:09d}", f"203.0.113.{turn}", "127.0.0.77")
        statuses.append(status)
        if status == 404:
            bodies.add((answer["code"], answer["message"]))
        else:
            assert answer["code"] == "too_many_tries"
            assert answer["data"]["retry_after_s"] >= 1
    assert statuses.count(404) <= 10, statuses
    assert statuses[-1] == 429
    assert len(bodies) == 1
    assert _guess(stack, number, "198.51.100.9", "127.0.0.77")[0] == 429, "the right number is not looked at either"
    assert csr.snapshot(csr.session)["state"] == "waiting"
    customer = people.customer()
    customer.join(number)  # a customer at another address is not held up
    story.await_state(csr, "active")


PAYLOADS = (
    "<img src=x onerror=alert(1)>",
    "</script><script>alert(2)</script>",
    "\"'><svg/onload=alert(3)>",
    "{{constructor.constructor('alert(4)')()}}",
    "javascript:alert(5)//\u202egnp.exe",
)


def test_t15_text_of_others_is_shown_as_text(people: People, display: Display) -> None:
    """T15: names, chat, notes: seen as they were written, nothing runs, no page is blocked by its own policy."""
    csr = people.csr()
    customer = people.customer()
    name = PAYLOADS[0]
    customer.join(story.begin(csr), name)
    story.await_state(csr, "active")
    for payload in PAYLOADS:
        customer.say(payload)
        csr.say(f"re: {payload}")
    for payload in PAYLOADS[:4]:
        csr.sees(payload)
        customer.sees(f"re: {payload}")
    csr.api("PUT", f"sessions/{csr.session}/note/", {"text": "".join(PAYLOADS), "base_version": 0})
    for page in (csr.page, customer.page):
        page.reload()
    csr.sees(PAYLOADS[1])
    customer.sees(PAYLOADS[1])
    csr.api("POST", f"sessions/{csr.session}/end/")
    customer.sees(customer.word("Save the receipt"))
    admin = people.csr(role="admin")
    admin.page.goto(f"{people.stack.base}/admin/")
    for page in (csr.page, customer.page, admin.page):
        active = page.locator("script:not([type*=json]), img, svg").evaluate_all("all => all.map(e => e.outerHTML)")
        assert not any("alert(" in html for html in active)
    # That no dialog opened and no policy was violated is held for every test when its people leave.


def test_no_page_is_framed_and_every_page_has_a_policy(stack: Stack) -> None:
    """Checklist 24: the headers of every entry page."""
    for path in ("/", "/auth/login/", "/downloads/", "/s/unknown-session-id/", "/api/v1/site/"):
        try:
            with urllib.request.urlopen(f"{stack.base}{path}", timeout=10) as answer:
                headers = answer.headers
        except urllib.error.HTTPError as error:
            headers = error.headers
        assert headers["X-Content-Type-Options"] == "nosniff", path
        policy = headers["Content-Security-Policy"] or ""
        assert "frame-ancestors 'none'" in policy, (path, policy)
        assert "object-src 'none'" in policy, (path, policy)
        assert "unsafe-inline" not in policy.split("script-src")[1].split(";")[0], (path, policy)
