"""Every route, every caller: who gets in, and that nobody else learns that there is something.

A route without a row fails. Rows name the callers who get past the door; a body may still be refused after it.
"""

import pytest

from sessions.models import ActionRequest
from sessions.tests.callers import everybody
from sessions.tests.scene import VIEW, Scene
from supportsite.core.checks import list_api_views

pytestmark = pytest.mark.django_db

DOOR = {401, 403, 404}
CSR, CUSTOMER, MANAGER, READER, WRITER = "csr", "customer", "manager", "reader", "writer"
COMPUTER = "computer"  # the CSR's own Support Manager
INSIDE = {CSR, CUSTOMER, MANAGER}
MEMBERS = {CSR, "foreign_colleague", "foreign_csr_on_their_host"}
ANYONE = None

_ONE = "sessions/<str:session_id>/"
_REQUEST = f"{_ONE}requests/<str:request_id>/"
_GRANT = f"{_ONE}grants/<str:grant_id>/"
TABLE: dict[tuple[str, str], set[str] | None] = {
    ("GET", "site/"): ANYONE,
    ("GET", "me/"): MEMBERS,
    ("POST", "me/console/"): MEMBERS,
    ("POST", "join/"): ANYONE,
    ("POST", "agent/attach/"): ANYONE,
    ("POST", "socket-tickets/"): MEMBERS,  # customers and Support Managers name their session
    ("GET", "sessions/"): MEMBERS | {READER, "foreign_token_on_their_host"},
    ("POST", "sessions/"): MEMBERS | {WRITER, "foreign_token_on_their_host"},
    ("POST", "sessions/join/"): MEMBERS,
    ("GET", _ONE): INSIDE | {COMPUTER} | {READER},
    ("GET", f"{_ONE}events/"): INSIDE | {COMPUTER} | {READER},
    ("GET", f"{_ONE}receipt/"): INSIDE | {COMPUTER} | {READER},
    ("PUT", f"{_ONE}survey/"): {CUSTOMER},
    ("GET", f"{_ONE}ice/"): INSIDE | {COMPUTER},
    ("POST", f"{_ONE}relays/"): INSIDE | {COMPUTER},  # Support Managers get no further than their body
    ("POST", f"{_ONE}relays/<str:relay_id>/join/"): set(),  # missing here; `media.tests.test_relay` joins one
    ("GET", f"{_ONE}screenshots/"): {CSR, CUSTOMER},
    ("POST", f"{_ONE}screenshots/"): {CSR},
    ("GET", f"{_ONE}screenshots/<str:screenshot_id>/"): set(),  # missing here; `media.tests.test_screenshots` reads one
    ("POST", f"{_ONE}messages/"): INSIDE,
    ("GET", f"{_ONE}note/"): {CSR},
    ("PUT", f"{_ONE}note/"): {CSR},
    ("POST", f"{_ONE}invitations/"): {CSR},
    ("POST", f"{_ONE}attach-codes/"): {CSR, CUSTOMER},
    ("POST", f"{_ONE}participants/<str:participant_id>/admit/"): {CSR},
    ("POST", f"{_ONE}participants/<str:participant_id>/refuse/"): {CSR},
    ("GET", "calls/"): MEMBERS,
    ("POST", f"{_ONE}calls/"): {CSR},
    ("POST", f"{_ONE}calls/<str:call_id>/cancel/"): set(),  # missing here; `sessions.tests.test_calls` takes one back
    ("POST", f"{_ONE}calls/<str:call_id>/accept/"): set(),
    ("POST", f"{_ONE}calls/<str:call_id>/decline/"): set(),
    ("GET", "targets/"): MEMBERS,
    ("POST", f"{_ONE}transfer/"): {CSR},
    ("POST", f"{_ONE}transfer/cancel/"): {CSR},
    ("POST", f"{_ONE}requests/"): {CSR},
    ("POST", f"{_REQUEST}cancel/"): {CSR},
    ("POST", f"{_REQUEST}shown/"): {MANAGER},  # routed to the Support Manager: the page is not the one to ask
    ("POST", f"{_REQUEST}accept/"): set(),  # the customer's computer is not offered to the customer
    ("POST", f"{_REQUEST}grant/"): {MANAGER},
    ("POST", f"{_REQUEST}deny/"): {CUSTOMER, MANAGER},
    ("POST", f"{_GRANT}stop/"): INSIDE,
    ("POST", f"{_GRANT}suspend/"): {MANAGER},
    ("POST", f"{_GRANT}resume/"): {MANAGER},
    ("POST", f"{_GRANT}first-use/"): {MANAGER},
    ("POST", f"{_GRANT}marked/"): INSIDE | {COMPUTER},  # those who did not give it get no further than their body
    ("POST", f"{_ONE}refusals/"): INSIDE | {COMPUTER},  # a page gets no further than its body
    ("POST", f"{_ONE}options/"): {CSR},
    ("POST", f"{_ONE}keep/"): INSIDE,
    ("POST", f"{_ONE}stop/"): {CUSTOMER, MANAGER},
    ("POST", f"{_ONE}leave/"): INSIDE,
    ("POST", f"{_ONE}end/"): {CSR, WRITER},
    # Queues and entries of nobody are missing for everybody; `acd.tests.test_entering` enters one.
    ("GET", "queues/<str:queue_id>/"): set(),
    ("POST", "queues/<str:queue_id>/entries/"): ANYONE,  # the body is judged first
    ("POST", "queues/<str:queue_id>/messages/"): ANYONE,
    ("GET", "entries/<str:entry_id>/"): set(),
    ("GET", f"{_ONE}entry/"): set(),  # the scene's session came by number
    ("POST", "entries/<str:entry_id>/leave/"): set(),
    ("POST", "entries/<str:entry_id>/callback/"): set(),
    ("POST", "entries/<str:entry_id>/socket-tickets/"): set(),
    # For managers and administrators: `acd.tests.test_monitor` has their table.
    ("GET", "monitor/"): set(),
    ("POST", "monitor/ticket/"): set(),
    ("GET", "monitor/queues/<str:queue_id>/"): set(),
    ("GET", "monitor/queues/<str:queue_id>/staffing/"): set(),
    ("POST", "monitor/queues/<str:queue_id>/staffing/"): set(),
    ("POST", "monitor/queues/<str:queue_id>/open/"): set(),
    ("POST", "monitor/entries/<str:entry_id>/priority/"): set(),
    ("POST", "monitor/entries/<str:entry_id>/move/"): set(),
    ("POST", "monitor/entries/<str:entry_id>/assign/"): set(),
    ("POST", "monitor/entries/<str:entry_id>/cancel/"): set(),
    ("POST", "monitor/csrs/<str:csr_id>/presence/"): set(),
    ("POST", f"monitor/{_ONE}join/"): set(),
    ("POST", f"monitor/{_ONE}whisper/"): set(),
    ("GET", "left-messages/"): MEMBERS,
    ("POST", "left-messages/<str:message_id>/handled/"): set(),
    ("GET", "inbox/"): MEMBERS,
    ("GET", "inbox/today/"): MEMBERS,
    ("POST", "inbox/ticket/"): MEMBERS,
    ("POST", "inbox/presence/"): MEMBERS,
    ("POST", "inbox/offers/<str:offer_id>/accept/"): set(),  # missing here; `acd.tests.test_inbox` accepts one
    ("POST", "inbox/offers/<str:offer_id>/decline/"): set(),
    ("POST", "inbox/entries/<str:entry_id>/pick/"): set(),
    ("POST", "inbox/entries/<str:entry_id>/wrap-up/"): set(),
    ("POST", "inbox/entries/<str:entry_id>/extend/"): set(),
}


def routes():
    for route, view in list_api_views():
        if hasattr(view, "permissions"):
            for method in view.permissions:
                yield method, route.removeprefix("api/v1/")


def test_every_route_has_a_row_and_every_row_a_route():
    assert set(routes()) == set(TABLE)


@pytest.mark.parametrize(("method", "route"), TABLE, ids=lambda part: part)
def test_t11_only_those_of_the_table_get_past_the_door(site, other_site, method, route):
    scene = Scene.start(site)
    callers = everybody(scene, other_site)
    request = scene.ask(VIEW)
    ids = {
        "<str:session_id>": scene.session.public_id,
        "<str:request_id>": request.public_id,
        "<str:call_id>": "no-such-call",
        "<str:grant_id>": grant_of(scene) if "<str:grant_id>" in route else "",
        "<str:participant_id>": waiting_of(scene) if "<str:participant_id>" in route else "",
    }
    path = route
    for mark, value in ids.items():
        path = path.replace(mark, value)
    allowed = TABLE[method, route]
    wrong = {}
    # The destructive caller comes last: a session that has ended refuses later callers for another reason.
    for name in sorted(callers, key=lambda name: name in (allowed or ())):
        answer = callers[name](method, path)
        status = answer.status_code
        expected = allowed is None or name in allowed
        assert status < 500, (name, status)
        if expected != (status not in DOOR) and not after_the_end(scene, status, expected):
            wrong[name] = status
        if name.startswith("foreign") and "<str:session_id>" in route:
            missing = callers[name](method, path.replace(scene.session.public_id, "no-such-session"))
            assert status in DOOR, (name, status)
            assert without_ref(answer) == without_ref(missing), name
    assert not wrong


def without_ref(answer):
    return answer.status_code, {key: value for key, value in answer.json().items() if key != "ref"}


def after_the_end(scene, status, expected):
    """Those who may come but find the session ended or themselves gone."""
    return expected and status == 404 and scene.session.state == "ended"


def grant_of(scene):
    request = ActionRequest.objects.get(support_session=scene.session)
    return scene.managers[-1].grant(request).public_id


def waiting_of(scene):
    return scene.join("Later").participant.public_id
