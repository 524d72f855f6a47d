"""The pages: what a GET never does, what a POST lets in, and what strangers see."""

import base64
import json
import re

import pytest
from django.test import Client

from accounts.tests.factories import MembershipFactory
from accounts.tests.helpers import browser, signed_in
from sessions.models import AttachPurpose, Participant
from sessions.services import attach
from sessions.tests.scene import Scene
from supportsite.core.tenancy import site_scope

pytestmark = pytest.mark.django_db


def boot_of(page):
    found = re.search(r'<script id="boot" type="application/json">(.*?)</script>', page.content.decode(), re.DOTALL)
    assert found
    return json.loads(found.group(1))


def test_a_customer_joins_by_the_form_and_finds_their_session(site):
    scene = Scene.start(site)
    client = browser(site)
    number = scene.session.number
    page = client.get(f"/?number={number}")
    assert number in page.content.decode()
    assert Participant.objects.filter(role="primary_customer").count() == 0
    joined = client.post("/", {"number": f"{number[:3]} {number[3:6]}-{number[6:]}", "name": "Hannah"})
    assert (joined.status_code, joined["Location"]) == (303, f"/s/{scene.session.public_id}/")
    cookie = joined.cookies["participant"]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"
    boot = boot_of(client.get(joined["Location"]))
    assert boot["session"]["state"] == "active"
    assert boot["session"]["number"] is None
    assert set(boot) == {"session", "language", "csrf", "site", "protocol", "origins"}
    again = client.post("/", {"number": number, "name": "Hannah"})
    assert again["Location"] == joined["Location"]
    assert Participant.objects.filter(membership=None).count() == 1


@pytest.mark.parametrize(
    ("form", "status", "text"),
    [
        ({"number": "000000000", "name": "H"}, 404, "not valid"),
        ({"number": "", "name": "H"}, 404, "not valid"),
        ({"number": "x" * 10_000, "name": "H"}, 404, "not valid"),
        ({"number": "123456789", "name": ""}, 400, "enter your name"),
        ({"number": "123456789", "name": "\u202e\u200b "}, 400, "enter your name"),
        ({}, 400, "enter your name"),
    ],
)
def test_a_bad_form_is_shown_again_with_the_reason(site, form, status, text):
    page = browser(site).post("/", form)
    assert page.status_code == status
    assert text in page.content.decode()


def test_a_form_without_its_token_is_refused(site):
    assert Client(enforce_csrf_checks=True, headers={"host": site.host}).post("/", {}).status_code == 403


def test_too_many_tries_say_how_long_to_wait(site):
    client = browser(site)
    statuses = [client.post("/", {"number": "000000000", "name": "H"}).status_code for _ in range(12)]
    assert statuses[:5] == [404] * 5
    assert statuses[-1] == 429


def test_a_stranger_finds_no_session_page(site, other_site):
    scene = Scene.start(site)
    path = f"/s/{scene.session.public_id}/"
    assert browser(site).get(path).status_code == 404
    with site_scope(other_site):
        foreign = Scene.start(other_site)
    client = browser(other_site)
    client.post("/", {"number": foreign.csr.support_session.number, "name": "Eve"})
    client.cookies["participant"] = client.cookies["participant"].value
    assert client.get(path).status_code == 404
    assert browser(site).get(f"/s/{foreign.csr.support_session.public_id}/").status_code == 404


def test_a_second_device_comes_in_by_a_button_not_by_a_link(site):
    scene = Scene.start(site)
    customer = scene.join()
    code, _ = attach.create_attach_code(customer, purpose=AttachPurpose.DEVICE)
    path = f"/s/{scene.session.public_id}/resume/"
    client = browser(site)
    for _ in range(2):
        assert client.get(f"{path}?code={code}").status_code == 200
    assert client.post(path, {"code": code})["Location"] == f"/s/{scene.session.public_id}/"
    assert boot_of(client.get(f"/s/{scene.session.public_id}/"))["session"]["me"] == customer.person.public_id
    refused = browser(site).post(path, {"code": code})
    assert refused.status_code == 404


def test_the_console_is_for_members_of_the_site(site, other_site):
    assert browser(site).get("/console/").status_code == 302
    with site_scope(other_site):
        outsider = MembershipFactory(site=other_site)
    assert signed_in(site, outsider.user).get("/console/").status_code in {302, 403}
    member = MembershipFactory(site=site)
    boot = boot_of(signed_in(site, member.user).get("/console/s/anything/"))
    assert boot["me"]["membership"]["id"] == member.public_id


def test_a_support_manager_speaks_the_language_of_its_person_not_of_the_computer(site):
    site.name_ja = "あおぞら"
    site.save()
    scene = Scene.start(site)
    code, _ = attach.create_attach_code(scene.join("花子", language="ja"), purpose=AttachPurpose.SUPPORT_MANAGER)
    body = {"code": code, "public_key": base64.b64encode(bytes(range(32))).decode(), "label": "Linux"}
    english = {"HTTP_ACCEPT_LANGUAGE": "en"}
    answer = browser(site).post("/api/v1/agent/attach/", body, content_type="application/json", **english)
    assert answer.status_code == 201, answer.content
    assert answer.json()["session"]["site"]["name"] == answer.json()["site"]["name"] == "あおぞら"
