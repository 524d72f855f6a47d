"""The router: who is offered to whom, when, and what a command changes."""

import pytest

from accounts.actors import CsrActor
from acd.models import CsrState, Offer, QueueEntry
from acd.services import router
from acd.services.offers import accept_offer
from acd.tests.factories import enter, make_csr, make_queue
from sessions.services.lifecycle import end_session
from supportsite.core.errors import AppError

pytestmark = pytest.mark.django_db


def pending(entry):
    return list(Offer.objects.filter(entry=entry, state="pending").order_by("id"))


def state(entry):
    return QueueEntry.objects.get(pk=entry.pk).state


def test_a_customer_is_offered_at_once_to_a_ready_csr_and_accepted_once(site, clock):
    queue = make_queue(site)
    csr = make_csr(site, queue)
    entry = enter(site, queue)
    assert entry.state == "offered"
    (offer,) = pending(entry)
    assert offer.csr == csr
    assert offer.why["candidates"][0]["csr"] == csr.pk
    assert router.accept(site, offer=offer.pk, csr=csr.pk).ok
    assert state(entry) == "active"
    second = router.accept(site, offer=offer.pk, csr=csr.pk)
    assert not second.ok
    assert second.more["state"] == "accepted"


def test_waiting_customers_are_served_in_order_when_a_csr_frees(site, clock):
    queue = make_queue(site)
    csr = make_csr(site, queue)
    first, second, third = (enter(site, queue) for _ in range(3))
    router.accept(site, offer=pending(first)[0].pk, csr=csr.pk)
    assert state(second) == state(third) == "waiting"
    router.command(site, "finish", first.pk)
    assert state(second) == "offered"
    assert state(third) == "waiting"


def test_a_declined_customer_keeps_the_place_and_goes_to_the_next_csr(site, clock):
    queue = make_queue(site)
    one, two = make_csr(site, queue), None
    entry = enter(site, queue)
    later = enter(site, queue)
    offer = pending(entry)[0]
    router.command(site, "decline", offer.pk, csr=one.pk)
    assert state(entry) == "waiting"
    two = make_csr(site, queue)
    assert pending(entry)[0].csr == two
    assert state(later) == "waiting"
    clock.advance(seconds=6)
    router.tick(site)
    assert pending(later)[0].csr == one


def test_two_missed_offers_make_a_csr_away_and_the_customer_waits_on(site, clock):
    queue = make_queue(site)
    csr = make_csr(site, queue)
    entry = enter(site, queue)
    for _ in range(2):
        clock.advance(seconds=21)
        router.heartbeat(site, csr=csr.pk, lease_s=30)
        router.tick(site)
        clock.advance(seconds=11)
        router.heartbeat(site, csr=csr.pk, lease_s=30)
        router.tick(site)
    row = CsrState.objects.get(csr=csr)
    assert (row.presence, row.reason, row.used) == ("away", "rona", 0)
    assert state(entry) == "waiting"


def test_everybody_rings_and_the_first_accept_takes_it(site, clock):
    queue = make_queue(site, strategy="everybody")
    csrs = [make_csr(site, queue) for _ in range(3)]
    entry = enter(site, queue)
    offers = pending(entry)
    assert {offer.csr for offer in offers} == set(csrs)
    assert router.accept(site, offer=offers[1].pk, csr=offers[1].csr_id).ok
    late = router.accept(site, offer=offers[0].pk, csr=offers[0].csr_id)
    assert (late.more["state"], late.more["taken_by"]) == ("superseded", offers[1].csr_id)
    assert sorted(CsrState.objects.values_list("used", flat=True)) == [0, 0, 1]


def test_a_transfer_keeps_the_giver_until_somebody_accepts_and_returns_untaken(site, clock):
    queue, other = make_queue(site), make_queue(site)
    giver = make_csr(site, queue)
    entry = enter(site, queue)
    router.accept(site, offer=pending(entry)[0].pk, csr=giver.pk)
    passed = router.command(site, "transfer", entry.pk, queue=other.pk, note="has paid")
    assert state(entry) == "active"
    taker = make_csr(site, other)
    new = QueueEntry.objects.get(pk=passed.more["entry"])
    assert (new.state, new.note, new.seq, new.priority) == ("offered", "has paid", entry.seq, 1)
    router.accept(site, offer=pending(new)[0].pk, csr=taker.pk)
    assert (state(entry), state(new)) == ("done", "active")


def test_a_transfer_that_nobody_takes_goes_back_to_the_giver(site, clock):
    queue, other = make_queue(site), make_queue(site)
    giver = make_csr(site, queue)
    entry = enter(site, queue)
    router.accept(site, offer=pending(entry)[0].pk, csr=giver.pk)
    passed = router.command(site, "transfer", entry.pk, queue=other.pk)
    clock.advance(seconds=121)
    router.heartbeat(site, csr=giver.pk, lease_s=30)
    router.tick(site)
    new = QueueEntry.objects.get(pk=passed.more["entry"])
    assert (new.state, new.outcome, state(entry)) == ("cancelled", "returned", "active")


def test_a_lost_customer_keeps_the_place_and_is_not_offered(site, clock):
    queue = make_queue(site)
    entry = enter(site, queue)
    router.command(site, "lose_customer", entry.pk)
    csr = make_csr(site, queue)
    assert state(entry) == "limbo"
    router.command(site, "return_customer", entry.pk)
    assert pending(entry)[0].csr == csr


def test_accepting_seats_the_csr_in_the_customers_session_and_ending_it_frees_them(site, clock):
    queue = make_queue(site)
    csr = make_csr(site, queue)
    entry = enter(site, queue)
    access = accept_offer(CsrActor(csr), pending(entry)[0].public_id)
    assert access.support_session.state == "active"
    with pytest.raises(AppError) as refused:
        accept_offer(CsrActor(csr), Offer.objects.get(entry=entry).public_id)
    assert refused.value.code == "offer_gone"
    end_session(access)
    assert state(entry) == "done"
    assert CsrState.objects.get(csr=csr).used == 0
