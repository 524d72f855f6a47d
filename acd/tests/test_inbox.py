"""The CSR's inbox by REST: what it shows, and what each answer to an offer does."""

import json
from datetime import timedelta
from urllib.parse import quote

import pytest

from accounts.models import SiteSettings
from accounts.tests.factories import MembershipFactory, SessionTypeFactory
from acd.models import Contact, CsrState, FormField, Offer, OutcomeCode, QueueEntry
from acd.selectors.inbox import get_inbox
from acd.services import router
from acd.services.conversation import open_conversation
from acd.tests.factories import enter, make_csr, make_queue
from sessions.models import Participant, SurveyAnswer
from sessions.services.chat import send_message
from sessions.tests.callers import member as caller_of
from supportsite.core.tenancy import site_scope

pytestmark = pytest.mark.django_db


def offer_of(entry):
    return Offer.objects.get(entry=entry, state="pending")


def read(member):
    answer = caller_of(member.site, member)("GET", "inbox/")
    assert answer.status_code == 200, answer.content
    return answer.json()


def post(member, path, body=None, expected=200):
    answer = caller_of(member.site, member)("POST", f"inbox/{path}", body)
    assert answer.status_code == expected, answer.content
    return answer.json()


def test_an_offer_shows_who_the_customer_is_and_what_they_wrote_while_waiting(site, clock):
    queue = make_queue(site, name="Printing", name_ja="印刷")
    FormField.objects.create(site=site, queue=queue, key="since", name="Since", position=2)
    FormField.objects.create(site=site, queue=queue, key="problem", name="Problem", kind="long_text", position=1)
    contact = {
        "name": "Camille",
        "form": {"since": "today", "problem": "page 2 is empty"},
        "context": {"order": "4711"},
    }
    entry = enter(site, queue, contact={**contact, "entry_url": "https://shop.example/help"}, priority=5)
    joined = open_conversation(entry.contact, title=queue.name)
    send_message(joined.access, text="before noon, please", audience="everyone", to=None, client_id="said-0001")
    csr = make_csr(site, queue)
    inbox = read(csr)
    (offer,) = inbox["offers"]
    assert (offer["name"], offer["queue"]["name"], offer["priority"]) == ("Camille", "Printing", 5)
    assert [(item["label"], item["value"]) for item in offer["answers"]] == [
        ("Problem", "page 2 is empty"),
        ("Since", "today"),
    ]
    assert [line["text"] for line in offer["said"]] == ["before noon, please"]
    assert (offer["context"], offer["page"]) == ({"order": "4711"}, "https://shop.example/help")
    assert offer["session"] == joined.access.support_session.public_id
    assert offer["why"] == {"strategy": "most_idle", "rule": "", "tried": 0}
    assert get_inbox(csr, language="ja").offers[0].queue.name == "印刷"
    assert inbox["csr"] == {
        "presence": "available",
        "reason": "",
        "since": offer["made_at"],
        "paused_until": None,
        "capacity": 1,
        "sessions": 0,
        "offers": 1,
        "wrap_ups": 0,
    }


def test_an_offer_ends_at_an_absolute_time_beside_the_servers_own(site, clock):
    queue = make_queue(site, offer_timeout_s=20)
    csr = make_csr(site, queue)
    enter(site, queue)
    clock.advance(seconds=6)
    inbox = get_inbox(csr, language="en")
    assert inbox.offers[0].expires_at - inbox.now == timedelta(seconds=14)


def test_the_whole_inbox_is_one_query(site, clock, django_assert_num_queries):
    queue = make_queue(site, allow_pick=True, wrapup_s=30)
    csr = make_csr(site, queue, cap=3)
    for _ in range(6):
        enter(site, queue)
    with django_assert_num_queries(1):
        inbox = get_inbox(csr, language="en")
    assert (len(inbox.offers), len(inbox.waiting), inbox.queues[0].waiting) == (3, 3, 3)


def test_the_inbox_holds_nothing_of_another_site(site, other_site, clock):
    csr = make_csr(site, make_queue(site, allow_pick=True))
    with site_scope(other_site):
        queue = make_queue(other_site, allow_pick=True)
        make_csr(other_site, queue)
        enter(other_site, queue)
        OutcomeCode.objects.create(site=other_site, name="Theirs")
    inbox = get_inbox(csr, language="en")
    assert (inbox.offers, inbox.waiting, inbox.outcome_codes) == ([], [], [])


def test_earlier_visits_of_the_same_customer_are_shown_newest_first(site, clock):
    queue = make_queue(site)
    csr = make_csr(site, queue, cap=5)
    for number, resolution in enumerate(["solved", "follow_up"]):
        entry = enter(site, queue, contact={"customer_key": "k-1"})
        router.accept(site, offer=offer_of(entry).pk, csr=csr.pk)
        clock.advance(minutes=9 + number)
        router.heartbeat(site, csr=csr.pk, lease_s=30)
        router.command(site, "finish", entry.pk)
        QueueEntry.objects.filter(pk=entry.pk).update(resolution=resolution)
    enter(site, queue, contact={"customer_key": "another"})
    enter(site, queue, contact={"customer_key": "k-1"})
    offer = get_inbox(csr, language="en").offers[-1]
    assert [(visit.resolution, visit.minutes, visit.csr) for visit in offer.earlier] == [
        ("follow_up", 10, csr.user.name),
        ("solved", 9, csr.user.name),
    ]
    assert offer.earlier_count == 2


def test_accepting_answers_the_session_with_the_csr_as_primary(site, clock):
    queue = make_queue(site)
    csr = make_csr(site, queue)
    entry = enter(site, queue)
    snapshot = post(csr, f"offers/{offer_of(entry).public_id}/accept/")
    assert snapshot["state"] == "active"
    me = next(person for person in snapshot["participants"] if person["id"] == snapshot["me"])
    assert me["role"] == "primary_csr"
    assert get_inbox(csr, language="en").csr.sessions == 1


def test_a_repeated_accept_with_its_key_answers_the_same_session(site, clock):
    queue = make_queue(site)
    csr = make_csr(site, queue)
    path = f"inbox/offers/{offer_of(enter(site, queue)).public_id}/accept/"
    call = caller_of(site, csr)
    call.headers["Idempotency-Key"] = "accept-1"
    first, again = call("POST", path), call("POST", path)
    assert (first.status_code, again.status_code) == (200, 200)
    assert first.json()["id"] == again.json()["id"]
    assert again.headers["Idempotency-Replayed"] == "true"


def test_who_accepts_too_late_hears_who_has_the_customer(site, clock):
    queue = make_queue(site, strategy="everybody")
    fast, slow = make_csr(site, queue), make_csr(site, queue)
    entry = enter(site, queue)
    offers = {offer.csr_id: offer.public_id for offer in Offer.objects.filter(entry=entry)}
    post(fast, f"offers/{offers[fast.pk]}/accept/")
    refusal = post(slow, f"offers/{offers[slow.pk]}/accept/", expected=409)
    assert (refusal["code"], refusal["data"]) == ("offer_gone", {"state": "superseded", "taken_by": fast.user.name})
    (closed,) = read(slow)["closed"]
    assert (closed["state"], closed["taken_by"], closed["name"]) == ("superseded", fast.user.name, "Hannah")
    clock.advance(seconds=11)
    assert read(slow)["closed"] == []


def test_an_offer_that_has_expired_is_not_accepted_although_no_timer_ran(site, clock):
    queue = make_queue(site)
    csr = make_csr(site, queue)
    offer = offer_of(enter(site, queue))
    clock.advance(seconds=21)
    refusal = post(csr, f"offers/{offer.public_id}/accept/", expected=409)
    assert refusal["data"] == {"state": "expired", "taken_by": None}
    assert get_inbox(csr, language="en").csr.sessions == 0


def test_a_customer_who_leaves_withdraws_the_offer(site, clock):
    queue = make_queue(site)
    csr = make_csr(site, queue)
    entry = enter(site, queue)
    router.command(site, "abandon", entry.pk, reason="left")
    inbox = read(csr)
    assert inbox["offers"] == []
    assert [(item["state"], item["reason"]) for item in inbox["closed"]] == [("revoked", "left")]


def test_declining_pauses_the_csr_and_says_until_when(site, clock):
    queue = make_queue(site, decline_delay_s=5)
    csr = make_csr(site, queue)
    offer = offer_of(enter(site, queue))
    inbox = post(csr, f"offers/{offer.public_id}/decline/")
    assert inbox["offers"] == []
    assert inbox["closed"] == []
    paused = get_inbox(csr, language="en")
    assert paused.csr.paused_until - paused.now == timedelta(seconds=5)
    assert post(csr, f"offers/{offer.public_id}/decline/", expected=409)["code"] == "offer_gone"


def test_another_csrs_offer_is_not_there(site, clock):
    queue = make_queue(site)
    make_csr(site, queue)
    offer = offer_of(enter(site, queue))
    other = make_csr(site)
    for verb in ("accept", "decline"):
        assert post(other, f"offers/{offer.public_id}/{verb}/", expected=404)["code"] == "not_found"
    offer.refresh_from_db()
    assert offer.state == "pending"


def test_presence_is_declared_with_a_reason_and_takes_offers_back(site, clock):
    queue = make_queue(site)
    csr = make_csr(site, queue)
    entry = enter(site, queue)
    inbox = post(csr, "presence/", {"presence": "away", "reason": "break"})
    assert (inbox["csr"]["presence"], inbox["csr"]["reason"], inbox["offers"]) == ("away", "break", [])
    entry.refresh_from_db()
    assert entry.state == "waiting"
    inbox = post(csr, "presence/", {"presence": "available"})
    assert (inbox["csr"]["reason"], len(inbox["offers"])) == ("", 1)


@pytest.mark.parametrize("body", [{}, {"presence": "asleep"}, {"presence": "away", "reason": "rona"}, {"presence": 1}])
def test_a_presence_that_there_is_not_is_refused(site, clock, body):
    csr = make_csr(site)
    assert post(csr, "presence/", body, expected=400)["code"] == "invalid"
    assert CsrState.objects.get(csr=csr).presence == "available"


def test_the_first_presence_takes_the_limit_of_the_person_and_the_site(site, clock):
    SiteSettings.objects.filter(site=site).update(session_limit=4)
    csr = MembershipFactory(site=site)
    assert read(csr)["csr"]["presence"] == "offline"
    assert post(csr, "presence/", {"presence": "available"})["csr"]["capacity"] == 4


def test_who_may_not_help_inbound_customers_does_not_become_available(site, clock):
    csr = MembershipFactory(site=site, privileges={"session.accept_inbound": "deny"})
    refusal = post(csr, "presence/", {"presence": "available"}, expected=403)
    assert (refusal["code"], refusal["data"]["privilege"]) == ("privilege_missing", "session.accept_inbound")
    assert not CsrState.objects.exists()


def test_an_outbound_session_leaves_no_place_to_accept_in_single_session_mode(site, clock):
    SiteSettings.objects.filter(site=site).update(session_mode="single")
    queue = make_queue(site)
    csr = make_csr(site, queue)
    entry = enter(site, queue)
    call = caller_of(site, csr)
    kind = SessionTypeFactory(site=site)
    assert call("POST", "sessions/", {"session_type": kind.public_id}).status_code == 201
    offer = Offer.objects.get(entry=entry)
    refusal = call("POST", f"inbox/offers/{offer.public_id}/accept/")
    assert refusal.status_code == 409
    assert refusal.json()["code"] in ("single_session", "offer_gone")
    entry.refresh_from_db()
    assert entry.csr_id is None


def test_wrap_ups_hold_a_place_when_accepting(site, clock):
    SiteSettings.objects.filter(site=site).update(session_limit=2)
    queue = make_queue(site, wrapup_s=60)
    csr = make_csr(site, queue, cap=2)
    first = enter(site, queue)
    session = post(csr, f"offers/{offer_of(first).public_id}/accept/")
    assert caller_of(site, csr)("POST", f"sessions/{session['id']}/end/").status_code == 200
    second = enter(site, queue)
    post(csr, f"offers/{offer_of(second).public_id}/accept/")
    inbox = get_inbox(csr, language="en")
    assert (inbox.csr.capacity, inbox.csr.sessions, inbox.csr.wrap_ups) == (2, 1, 1)
    assert enter(site, queue).state == "waiting"


def wrapping(site, csr, queue):
    entry = enter(site, queue)
    router.accept(site, offer=offer_of(entry).pk, csr=csr.pk)
    router.command(site, "finish", entry.pk)
    return entry


def test_a_wrap_up_is_saved_with_outcome_codes_and_note_and_frees_the_csr(site, clock):
    queue = make_queue(site, wrapup_s=60)
    csr = make_csr(site, queue)
    code = OutcomeCode.objects.create(site=site, name="Bank")
    entry = wrapping(site, csr, queue)
    (card,) = read(csr)["wrap_ups"]
    assert card["name"] == "Hannah"
    body = {"outcome": "solved", "codes": [code.public_id], "note": "  done  "}
    inbox = post(csr, f"entries/{card['entry']}/wrap-up/", body)
    assert (inbox["wrap_ups"], inbox["csr"]["wrap_ups"]) == ([], 0)
    entry.refresh_from_db()
    assert (entry.state, entry.resolution, entry.codes, entry.wrap_note) == ("done", "solved", [code.public_id], "done")
    assert post(csr, f"entries/{card['entry']}/wrap-up/", body, expected=409)["code"] == "wrap_up_over"


@pytest.mark.parametrize(
    "body",
    [
        {"codes": ["no-such-code"]},
        {"outcome": "won"},
        {"note": "x" * 4001},
        {"codes": "x"},
        {"outcome": None, "why": 1},
    ],
)
def test_a_bad_wrap_up_changes_nothing(site, clock, body):
    queue = make_queue(site, wrapup_s=60)
    csr = make_csr(site, queue)
    entry = wrapping(site, csr, queue)
    assert post(csr, f"entries/{entry.public_id}/wrap-up/", body, expected=400)["code"] == "invalid"
    entry.refresh_from_db()
    assert entry.state == "wrap"


def test_a_wrap_up_is_given_thirty_seconds_more_up_to_ten_minutes(site, clock):
    queue = make_queue(site, wrapup_s=570)
    csr = make_csr(site, queue)
    entry = wrapping(site, csr, queue)
    before = get_inbox(csr, language="en").wrap_ups[0].deadline_at
    post(csr, f"entries/{entry.public_id}/extend/")
    assert get_inbox(csr, language="en").wrap_ups[0].deadline_at - before == timedelta(seconds=30)
    assert post(csr, f"entries/{entry.public_id}/extend/", expected=409)["code"] == "wrap_up_longest"


def test_another_csrs_wrap_up_is_not_there(site, clock):
    queue = make_queue(site, wrapup_s=60)
    entry = wrapping(site, make_csr(site, queue), queue)
    other = make_csr(site, queue)
    assert post(other, f"entries/{entry.public_id}/wrap-up/", expected=404)["code"] == "not_found"
    assert post(other, f"entries/{entry.public_id}/extend/", expected=404)["code"] == "not_found"


def test_a_customer_is_picked_out_of_turn_where_the_queue_allows_it(site, clock):
    queue, closed = make_queue(site, allow_pick=True), make_queue(site)
    csr = make_csr(site, queue, closed, cap=2, presence="away")
    FormField.objects.create(site=site, queue=queue, key="problem", name="Problem", kind="long_text")
    enter(site, queue)
    second = enter(site, queue, contact={"name": "Petra", "form": {"problem": "import stops"}})
    hidden = enter(site, closed)
    inbox = read(csr)
    assert [item["about"] for item in inbox["waiting"]] == ["", "import stops"]
    assert {item["name"]: item["may_pick"] for item in inbox["queues"]} == {queue.name: True, closed.name: False}
    assert post(csr, f"entries/{second.public_id}/pick/")["state"] == "active"
    assert post(csr, f"entries/{second.public_id}/pick/", expected=409)["code"] == "entry_gone"
    assert post(csr, f"entries/{hidden.public_id}/pick/", expected=403)["code"] == "pick_not_allowed"


def test_nobody_picks_from_a_queue_that_they_do_not_serve(site, clock):
    queue = make_queue(site, allow_pick=True)
    entry = enter(site, queue)
    assert post(make_csr(site), f"entries/{entry.public_id}/pick/", expected=404)["code"] == "not_found"


def test_two_csrs_who_pick_the_same_customer_are_told_apart(site, clock):
    queue = make_queue(site, allow_pick=True)
    entry = enter(site, queue)
    one, two = (make_csr(site, queue, presence="away") for _ in range(2))
    post(one, f"entries/{entry.public_id}/pick/")
    assert post(two, f"entries/{entry.public_id}/pick/", expected=409)["code"] == "entry_gone"
    entry.refresh_from_db()
    assert entry.csr == one


def test_the_frame_stays_small_however_long_the_queue(site, clock):
    queue = make_queue(site, allow_pick=True)
    csr = make_csr(site, queue, presence="away")
    for _ in range(30):
        enter(site, queue)
    inbox = read(csr)
    assert (len(inbox["waiting"]), inbox["queues"][0]["waiting"]) == (20, 30)
    assert len(json.dumps(inbox)) < 8000


def test_todays_figures_are_the_csrs_own(site, clock):
    queue = make_queue(site, wrapup_s=60)
    csr, colleague = make_csr(site, queue, cap=3), make_csr(site, queue, presence="offline")
    since = clock.advance(seconds=1).isoformat()
    entries = [enter(site, queue) for _ in range(3)]
    clock.advance(seconds=4)
    for entry in entries[:2]:
        open_conversation(entry.contact, title=queue.name)
        post(csr, f"offers/{offer_of(entry).public_id}/accept/")
    router.command(site, "finish", entries[0].pk)
    contact = Contact.objects.get(pk=entries[0].contact_id)
    customer = Participant.objects.get(support_session=contact.support_session_id, role="primary_customer")
    SurveyAnswer.objects.create(
        site=site,
        support_session_id=contact.support_session_id,
        participant=customer,
        score=4,
        first_at=clock.at,
        at=clock.at,
    )
    clock.advance(seconds=60)
    router.tick(site)
    path = f"inbox/today/?since={quote(since)}"
    mine = caller_of(site, csr)("GET", path).json()
    assert mine == {"handled": 1, "accepted_in_s": 4.0, "missed": 1, "score": 4.0, "answers": 1}
    none = {"handled": 0, "accepted_in_s": None, "missed": 0, "score": None, "answers": 0}
    assert caller_of(site, colleague)("GET", path).json() == none
    later = quote(clock.at.isoformat())
    assert caller_of(site, csr)("GET", f"inbox/today/?since={later}").json() == none


@pytest.mark.parametrize(
    "query", ["", "?since=", "?since=today", "?since=2026-01-05", "?since=99999999999999999999", "?x=1"]
)
def test_figures_since_no_time_are_refused(site, query):
    answer = caller_of(site, make_csr(site, make_queue(site)))("GET", f"inbox/today/{query}")
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid")
