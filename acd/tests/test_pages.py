"""The entry page, alone and inside other sites' pages: who may frame it, which cookie it has, what it never tells."""

import json
import re
import secrets

import pytest
from django.test import Client

from accounts.secret_tokens import hash_secret
from acd.models import AcdSettings, QueueEntry
from acd.tests.factories import make_queue
from sessions.models import Endpoint
from supportsite.core.tenancy import origin_of

pytestmark = pytest.mark.django_db

SHOP = "https://shop.example"


@pytest.fixture
def settings_row(site):
    return AcdSettings.objects.create(site=site, widget_origins=[SHOP, "javascript:alert(1)", "https://a;script-src *"])


def get(client, site, path, **headers):
    return client.get(path, headers={"host": site.host, **headers})


def ancestors(answer):
    return re.search(r"frame-ancestors ([^;]*)", answer["Content-Security-Policy"])[1]


def enter_from(client, site, queue, page):
    return client.post(
        f"/api/v1/queues/{queue.public_id}/entries/",
        {"tab": secrets.token_urlsafe(24), "name": "Camille"},
        content_type="application/json",
        headers={"host": site.host, "referer": f"http://{site.host}{page}"},
    )


def test_t18_only_allowed_origins_may_frame_the_embedded_pages_and_nobody_the_others(site, settings_row):
    queue = make_queue(site)
    base = f"/embed/{settings_row.widget_key}/{queue.public_id}/"
    for path in (base, f"{base}button/"):
        answer = get(Client(), site, path)
        assert answer.status_code == 200
        assert ancestors(answer) == SHOP
        assert "X-Frame-Options" not in answer
    own = get(Client(), site, f"/q/{queue.public_id}/")
    assert (ancestors(own), own["X-Frame-Options"]) == ("'none'", "DENY")


@pytest.mark.parametrize("key", ["", "no-such-key-at-all-0000", "s"])
def test_t18_another_key_finds_nothing(site, other_site, settings_row, key):
    queue = make_queue(site)
    assert get(Client(), site, f"/embed/{key}/{queue.public_id}/").status_code == 404
    base = f"/embed/{settings_row.widget_key}/{queue.public_id}/"
    assert get(Client(), other_site, base).status_code == 404


def test_an_embedded_visit_has_a_cookie_of_its_own_and_leads_back_to_its_place(site, settings_row):
    queue = make_queue(site)
    base = f"/embed/{settings_row.widget_key}/{queue.public_id}/"
    client = Client()
    entered = enter_from(client, site, queue, base)
    cookie = entered.cookies["embedded"].OutputString()
    assert "participant" not in entered.cookies
    for part in ("Secure", "HttpOnly", "SameSite=None", "Partitioned", "Path=/"):
        assert part in cookie
    session = entered.json()["session"]
    assert entered.json()["url"] == f"/embed/s/{session}/?lang=en"
    again = get(client, site, base)
    assert (again.status_code, again["Location"]) == (302, f"/embed/s/{session}/?lang=en")
    page = get(client, site, f"/embed/s/{session}/")
    assert ancestors(page) == SHOP
    assert b"data-embedded" in page.content
    assert b'"visit": true' in get(client, site, f"{base}button/").content


def test_t8_an_embedded_page_commands_only_with_its_own_origin_and_token(site, settings_row):
    queue = make_queue(site)
    base = f"/embed/{settings_row.widget_key}/{queue.public_id}/"
    client = Client(enforce_csrf_checks=True)
    entered = enter_from(client, site, queue, base).json()
    page = get(client, site, f"/embed/s/{entered['session']}/").content.decode()
    token = re.search(r'name="csrf-token" content="([0-9a-f]{64})"', page)[1]
    path = f"/api/v1/entries/{entered['entry']}/callback/"

    def command(**headers):
        sent = json.dumps({"phone": "0312345678"})
        referer = f"http://{site.host}/embed/s/{entered['session']}/"
        return client.post(
            path, sent, content_type="application/json", headers={"host": site.host, "referer": referer, **headers}
        ).status_code

    origin = origin_of(site)
    assert command() == 403
    assert command(**{"origin": SHOP, "x-csrftoken": token}) == 403
    assert command(**{"origin": origin, "x-csrftoken": "0" * 64}) == 403
    assert command(**{"origin": origin, "x-csrftoken": token}) == 201


def test_a_hosted_page_leads_who_waits_back_to_their_place(site):
    queue = make_queue(site)
    client = Client()
    session = enter_from(client, site, queue, f"/q/{queue.public_id}/").json()["session"]
    assert get(client, site, f"/q/{queue.public_id}/")["Location"].startswith(f"/s/{session}/")
    assert QueueEntry.objects.count() == 1


def test_t34_the_cookie_is_kept_only_as_its_hash(site):
    queue = make_queue(site)
    client = Client()
    enter_from(client, site, queue, "/")
    secret = client.cookies["participant"].value
    assert Endpoint.objects.filter(secret_hash=hash_secret(secret)).count() == 1


def test_the_widgets_script_may_be_loaded_from_anywhere_and_holds_no_site(site):
    answer = get(Client(), site, "/widget.js")
    assert answer["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert "eval(" not in answer.content.decode()
    assert site.host not in answer.content.decode()
    assert get(Client(), site, "/widget.js", **{"if-none-match": answer["ETag"]}).status_code == 304
