"""Customers enter, wait, leave; what they are told when they cannot."""

import secrets
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.actors import CsrActor
from acd.context import sign_context
from acd.models import AcdSettings, Contact, FormField, LeftMessage, Offer, QueueEntry, RoutingRule
from acd.services import router
from acd.services.conversation import open_conversation
from acd.services.offers import accept_offer
from acd.services.waiting import lose_customers
from acd.tests.factories import enter, make_csr, make_queue
from sessions.models import Endpoint, Participant, SupportSession
from sessions.services.presence import connect_endpoint, disconnect_endpoint
from supportsite.core import clock as core_clock

pytestmark = pytest.mark.django_db


def body(**fields):
    return {"tab": secrets.token_urlsafe(24), "name": "Camille", **fields}


def knock(site, queue, client=None, **fields):
    client = client or Client()
    sent = body(**fields)
    answer = client.post(
        f"/api/v1/queues/{queue.public_id}/entries/", sent, content_type="application/json", headers={"host": site.host}
    )
    return client, answer, sent


def call(client, site, method, path, sent=None):
    return client.generic(
        method, f"/api/v1/{path}", data=sent or "{}", content_type="application/json", headers={"host": site.host}
    )


def test_a_customer_enters_is_offered_and_has_a_conversation_at_once(site):
    queue = make_queue(site, name="Printing")
    FormField.objects.create(site=site, queue=queue, name="Topic", key="topic", required=True)
    make_csr(site, queue)
    client, answer, _ = knock(site, queue, form={"topic": "toner"}, entry_url="https://shop.example/help")
    assert answer.status_code == 201, answer.json()
    entry = QueueEntry.objects.get(public_id=answer.json()["entry"])
    assert (entry.state, entry.contact.form, entry.contact.name) == ("offered", {"topic": "toner"}, "Camille")
    session = entry.contact.support_session
    assert answer.json()["url"] == f"/s/{session.public_id}/"
    said = call(
        client, site, "POST", f"sessions/{session.public_id}/messages/", '{"text": "hello", "client_id": "12345678"}'
    )
    assert said.status_code == 201, said.json()
    told = call(client, site, "GET", f"entries/{entry.public_id}/").json()
    assert (told["place"], told["queue"], told["state"]) == (1, "Printing", "waiting")


def test_the_same_tab_enters_once_and_gets_the_same_way_in(site):
    queue = make_queue(site)
    first, one, sent = knock(site, queue)
    second, two, _ = knock(site, queue, tab=sent["tab"])
    assert one.json() == two.json()
    assert first.cookies["participant"].value == second.cookies["participant"].value
    assert Contact.objects.count() == SupportSession.objects.count() == 1
    assert call(second, site, "GET", f"entries/{two.json()['entry']}/").status_code == 200


def test_a_csr_who_accepts_before_the_page_has_its_conversation_does_not_lock_the_customer_out(site, monkeypatch):
    queue = make_queue(site)
    csr = make_csr(site, queue)
    real = router.enqueue

    def quick(*args, **kwargs):
        answer = real(*args, **kwargs)
        accept_offer(CsrActor(csr), Offer.objects.get(entry_id=answer.more["entry"]).public_id)
        return answer

    monkeypatch.setattr(router, "enqueue", quick)
    client, answer, _ = knock(site, queue)
    assert answer.status_code == 201
    assert call(client, site, "GET", f"sessions/{answer.json()['session']}/").json()["state"] == "active"
    assert call(client, site, "GET", f"entries/{answer.json()['entry']}/").json()["state"] == "active"


def test_the_offer_leaves_after_few_queries(site):
    queue = make_queue(site)
    make_csr(site, queue)
    seen = []
    real = router.enqueue

    def counted(*args, **kwargs):
        seen.append(len(queries))
        return real(*args, **kwargs)

    with pytest.MonkeyPatch.context() as patch, CaptureQueriesContext(connection) as queries:
        patch.setattr(router, "enqueue", counted)
        assert knock(site, queue)[1].status_code == 201
    assert seen[0] <= 6, [query["sql"] for query in queries.captured_queries[: seen[0]]]


@pytest.mark.parametrize(
    ("fields", "code", "behaviour"),
    [
        ({"override": "closed", "closed_behaviour": "message"}, "queue_closed", "message"),
        ({"maxlen": 1, "full_behaviour": "callback"}, "queue_full", "callback"),
        ({"require_staff": True, "closed_behaviour": "refuse"}, "queue_unstaffed", "refuse"),
    ],
)
def test_who_is_not_let_in_learns_why_and_what_else_is_possible(site, fields, code, behaviour):
    queue = make_queue(site, **fields)
    if "maxlen" in fields:
        enter(site, queue)
    _, answer, _ = knock(site, queue)
    assert (answer.status_code, answer.json()["code"]) == (409, code)
    assert answer.json()["data"]["behaviour"] == behaviour
    assert QueueEntry.objects.filter(state="rejected").count() == 1
    assert not SupportSession.objects.filter(contact__isnull=False).exists()


def test_a_message_is_kept_for_csrs_until_one_has_answered_it(site, client_of):
    queue = make_queue(site, override="closed")
    path = f"/api/v1/queues/{queue.public_id}/messages/"
    sent = {"kind": "message", "name": "Camille", "email": "c@example.org", "text": "No toner"}
    made = Client().post(path, sent, content_type="application/json", headers={"host": site.host})
    assert made.status_code == 201, made.json()
    csr = make_csr(site, queue)
    console = Client()
    console.force_login(csr.user)
    listed = call(console, site, "GET", "left-messages/").json()["results"]
    assert [(row["text"], row["email"]) for row in listed] == [("No toner", "c@example.org")]
    handled = call(console, site, "POST", f"left-messages/{listed[0]['id']}/handled/")
    assert handled.json()["handled_by"] == csr.user.name
    assert call(console, site, "GET", "left-messages/").json()["results"] == []


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"kind": "message", "text": "x"}, {"email": "missing"}),
        ({"kind": "callback"}, {"phone": "missing"}),
        ({"kind": "callback", "phone": "abc"}, {"phone": "invalid"}),
        ({"kind": "message", "text": "x", "email": "a@b\r\nBcc: c"}, {"email": "invalid"}),
    ],
)
def test_a_message_that_nobody_could_answer_is_refused(site, fields, wrong):
    queue = make_queue(site)
    path = f"/api/v1/queues/{queue.public_id}/messages/"
    refused = Client().post(path, {"name": "C", **fields}, content_type="application/json", headers={"host": site.host})
    assert (refused.status_code, refused.json()["data"]["fields"]) == (400, wrong)
    assert not LeftMessage.objects.exists()


def test_signed_context_is_believed_and_recognises_the_customer(site):
    AcdSettings.objects.create(site=site, context_secret="s" * 40)
    queue = make_queue(site)
    exp = int(core_clock.now().timestamp()) + 300
    for _ in range(2):
        knock(site, queue, context=sign_context({"user": "u-17", "order": 4711, "exp": exp}, "s" * 40))
    one, two = Contact.objects.order_by("id")
    assert one.context == {"user": "u-17", "order": "4711"}
    assert one.customer_key == two.customer_key != ""


@pytest.mark.parametrize("how", ["tampered", "expired", "other_secret", "rubbish", "too_long_lived"])
def test_context_that_cannot_be_believed_is_left_out_and_the_customer_enters(site, how):
    AcdSettings.objects.create(site=site, context_secret="s" * 40)
    queue = make_queue(site)
    left = {"expired": -1, "too_long_lived": 10**6}.get(how, 300)
    text = sign_context(
        {"user": "u-17", "exp": int(core_clock.now().timestamp()) + left}, ("o" if how == "other_secret" else "s") * 40
    )
    text = {"tampered": "A" + text[1:], "rubbish": "."}.get(how, text)
    _, answer, _ = knock(site, queue, context=text)
    assert answer.status_code == 201
    assert Contact.objects.get().context == {}


def browser_of(entry):
    return Endpoint.objects.get(support_session=entry.contact.support_session, participant__role="primary_customer")


def test_a_lost_connection_costs_the_offers_after_ten_seconds_and_the_place_never(site, clock):
    queue = make_queue(site)
    make_csr(site, queue, cap=2)
    _, answer, _ = knock(site, queue)
    entry = QueueEntry.objects.get(public_id=answer.json()["entry"])
    socket = connect_endpoint(browser_of(entry))
    clock.advance(seconds=20)
    lose_customers(site)
    entry.refresh_from_db()
    assert entry.state == "offered"
    disconnect_endpoint(browser_of(entry), socket)
    clock.advance(seconds=9)
    assert lose_customers(site) == 0
    clock.advance(seconds=2)
    assert lose_customers(site) == 1
    entry.refresh_from_db()
    assert entry.state == "limbo"
    seq = entry.seq
    csr = entry.offers.get().csr
    router.heartbeat(site, csr=csr.pk, lease_s=30)
    connect_endpoint(browser_of(entry))
    entry.refresh_from_db()
    assert (entry.state, entry.seq) == ("offered", seq)


def test_who_asked_to_be_called_keeps_the_place_without_a_connection(site, clock):
    queue = make_queue(site)
    client, answer, _ = knock(site, queue)
    entry_id = answer.json()["entry"]
    asked = call(client, site, "POST", f"entries/{entry_id}/callback/", '{"phone": "+81 3 1234 5678"}')
    assert asked.json()["callback_phone"] == "+81 3 1234 5678"
    clock.advance(seconds=600)
    assert lose_customers(site) == 0
    assert QueueEntry.objects.get().state == "waiting"


def test_leaving_the_line_ends_the_conversation_and_frees_the_csr(site):
    queue = make_queue(site)
    csr = make_csr(site, queue)
    client, answer, _ = knock(site, queue)
    assert call(client, site, "POST", f"entries/{answer.json()['entry']}/leave/").status_code == 204
    entry = QueueEntry.objects.get()
    assert (entry.state, entry.contact.support_session.state) == ("abandoned", "ended")
    assert not Offer.objects.filter(state="pending").exists()
    assert csr.pk


def test_t11_another_customers_place_is_missing(site):
    queue = make_queue(site)
    _, mine, _ = knock(site, queue)
    other, _, _ = knock(site, queue)
    for method, path in (("GET", ""), ("POST", "leave/"), ("POST", "callback/"), ("POST", "socket-tickets/")):
        sent = '{"phone": "0312345678"}' if path == "callback/" else None
        assert call(other, site, method, f"entries/{mine.json()['entry']}/{path}", sent).status_code == 404
    assert Participant.objects.filter(state="joined").count() == 2


def test_t32_entering_is_limited_per_address(site, settings):
    settings.ENTRIES_PER_ADDRESS = 2
    queue = make_queue(site)
    codes = [knock(site, queue)[1].status_code for _ in range(3)]
    assert codes == [201, 201, 429]


def test_a_place_counts_who_is_more_urgent_or_came_earlier(site):
    queue = make_queue(site)
    client, answer, _ = knock(site, queue)
    enter(site, queue)
    enter(site, queue, priority=5)
    assert call(client, site, "GET", f"entries/{answer.json()['entry']}/").json()["place"] == 2


def test_answers_are_checked_by_the_form_and_decide_the_way(site):
    queue, other = make_queue(site), make_queue(site)
    FormField.objects.create(site=site, queue=queue, name="Topic", key="topic", required=True)
    RoutingRule.objects.create(
        site=site,
        queue=queue,
        name="invoices",
        conditions=[{"field": "form.topic", "op": "equals", "value": "invoice"}],
        target={"queue": other.public_id, "priority": 3},
    )
    _, refused, _ = knock(site, queue)
    assert (refused.status_code, refused.json()["data"]["fields"]) == (400, {"form.topic": "missing"})
    _, unknown, _ = knock(site, queue, form={"topic": "x", "shoe": "44"})
    assert unknown.json()["data"]["fields"] == {"form.shoe": "unknown"}
    assert not Contact.objects.exists()
    knock(site, queue, form={"topic": "Invoice"})
    entry = QueueEntry.objects.get()
    assert (entry.queue, entry.priority, entry.rule) == (other, 3, "invoices")


def test_a_closed_queue_says_when_it_opens_next(site, clock):
    queue = make_queue(site, hours={"mon": [["09:00", "17:00"]]}, timezone="Asia/Tokyo")
    clock.at = datetime(2026, 3, 3, 12, tzinfo=UTC)
    described = Client().get(f"/api/v1/queues/{queue.public_id}/", headers={"host": site.host}).json()
    assert (described["open"], described["changes_at"]) == (False, "2026-03-09T00:00:00Z")
    _, refused, _ = knock(site, queue)
    assert refused.json()["data"]["next_opening"].startswith("2026-03-09T00:00:00") is True


@pytest.mark.django_db(transaction=True)
def test_opening_a_conversation_holds_nobody_else_of_the_site_up(site):
    entry = enter(site, make_queue(site))

    def refer_to_the_site():
        with connection.cursor() as cursor:
            cursor.execute("SELECT host FROM accounts_site WHERE id = %s FOR KEY SHARE NOWAIT", [site.pk])
            found = cursor.fetchall()
        connection.close()
        return found

    with ThreadPoolExecutor(1) as pool, transaction.atomic():
        assert open_conversation(entry.contact, title="Printing") is not None
        assert pool.submit(refer_to_the_site).result(30) == [(site.host,)]
