"""Bad inputs of security.md at every route: refused with a code, never a fault of ours."""

import json

import pytest

from sessions.tests.callers import everybody
from sessions.tests.scene import VIEW, Scene
from sessions.tests.test_permissions import TABLE

pytestmark = pytest.mark.django_db

BODIES = [
    b"",
    b"{",
    b"[]",
    b'"x"',
    b"null",
    b"[" * 100_000,
    b"\xff\xfe",
    b'{"text":"\\ud800"}',
    b'{"text":"\\u0000","audience":"everyone","client_id":"abcdefgh"}',
    b'{"text":1e309}',
    b'{"text":NaN}',
    b'{"text":"a","text":"b"}',
    b'{"capability":"screen.view.desktop","scope":{"monitors":[0]}}',
    b'{"capability":"screen.view.desktop","granted":true}',
    b'{"capability":"everything"}',
    b'{"site":1,"role":"admin","is_staff":true}',
    b'{"capability":"share.view.desktop","source":"../../etc"}',
    b'{"capability":"share.view.desktop","source":"AAAAAAAAAAAA"}',
    b'{"capability":"screen.view.application","scope":{"applications":[{"window":-1}]}}',
    b'{"capability":"screen.control.desktop","operator":"AAAAAAAAAAAA"}',
    b'{"endpoint":"AAAAAAAAAAAA","participant":"AAAAAAAAAAAA","cause":"used"}',
    b'{"quality":"best"}',
    b'{"epoch":0,"signature":"x"}',
    b'{"epoch":9223372036854775808}',
    b'{"epoch":-1}',
    b'{"number":"\\u0661"}',
    b'{"reason":"<script>","count":1}',
    b'{"reason":"epoch","count":0}',
    b'{"session":"../../x"}',
    b'{"base_version":-1,"text":""}',
    b'{"channel":"email","address":"a@b.example\\r\\nBcc: c@d.example"}',
    b'{"channel":"email","address":"no address"}',
    json.dumps({"text": "x" * 300_000}).encode(),
]


@pytest.mark.parametrize(("method", "route"), [row for row in TABLE if row[0] != "GET"], ids=lambda part: part)
def test_no_bad_body_is_a_fault_of_ours(site, other_site, method, route):
    scene = Scene.start(site)
    callers = everybody(scene, other_site)
    request = scene.ask(VIEW)
    grant = scene.managers[-1].grant(request)
    path = (
        route.replace("<str:session_id>", scene.session.public_id)
        .replace("<str:request_id>", request.public_id)
        .replace("<str:grant_id>", grant.public_id)
        .replace("<str:participant_id>", scene.csr.person.public_id)
    )
    for name in ("csr", "customer", "manager", "computer"):
        caller = callers[name]
        for body in BODIES:
            answer = caller.client.generic(
                method, f"/api/v1/{path}", data=body, content_type="application/json", headers=caller.headers
            )
            assert answer.status_code < 500, (name, body[:60], answer.content)
            if answer.status_code >= 400:
                assert set(answer.json()) == {"code", "message", "data", "ref"}


@pytest.mark.parametrize(
    "query",
    [
        "state=all",
        "cursor=0",
        "cursor=-1",
        "cursor=x",
        "cursor=9223372036854775808",
        "mine=2",
        "ordering=password",
        "cursor=１",
    ],
)
def test_a_bad_query_of_the_list_is_refused(site, other_site, query):
    callers = everybody(Scene.start(site), other_site)
    assert callers["csr"]("GET", f"sessions/?{query}").status_code in {200, 400}


@pytest.mark.parametrize("query", ["after=-1", "after=x", "limit=0", "limit=1000000", "after=1e9", "after=NaN"])
def test_a_bad_query_of_the_log_is_refused(site, other_site, query):
    scene = Scene.start(site)
    callers = everybody(scene, other_site)
    answer = callers["csr"]("GET", f"sessions/{scene.session.public_id}/events/?{query}")
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid")


@pytest.mark.parametrize("missing", ["x", "0", "-1", "%00", "9" * 300, "..", "{id}", "A" * 22])
def test_a_bad_id_is_a_missing_session(site, other_site, missing):
    callers = everybody(Scene.start(site), other_site)
    for name in ("csr", "customer", "manager", "reader"):
        assert callers[name]("GET", f"sessions/{missing}/").status_code in {400, 404}


def test_t5_no_body_grants_anything_from_the_csrs_side(site, other_site):
    scene = Scene.start(site)
    callers = everybody(scene, other_site)
    request = scene.ask(VIEW)
    path = f"sessions/{scene.session.public_id}/requests/{request.public_id}/grant/"
    for body in ({}, {"scope": {"monitors": []}}, {"epoch": 1, "signature": "AAAA"}):
        assert callers["csr"]("POST", path, body).status_code == 404
        assert callers["computer"]("POST", path, body).status_code == 404
        assert callers["customer"]("POST", path, body).status_code == 403
        assert callers["writer"]("POST", path, body).status_code == 403
    request.refresh_from_db()
    assert request.state == "requested"
