"""Transfer, and what happens when a CSR vanishes: the customer is never dropped while somebody can take them."""

import pytest

from accounts.actors import CsrActor
from accounts.models import Role
from accounts.tests.factories import MembershipFactory
from acd.models import AcdSettings, CsrState, Offer, QueueEntry, QueueMember
from acd.services import router
from acd.services.conversation import open_conversation
from acd.services.following import end_unserved
from acd.services.managing import assign_entry, cancel_entry, move_entry
from acd.services.offers import accept_offer
from acd.services.passing import cancel_transfer, follow_transfer, transfer_session
from acd.services.vanishing import take_over_lost
from acd.tests.factories import enter, make_csr, make_queue
from sessions.models import ChatMessage, SessionEvent
from sessions.services.joining import join_as_csr
from sessions.tests.scene import Scene, new_address
from supportsite.core.clock import frozen_clock
from supportsite.core.errors import AppError

pytestmark = pytest.mark.django_db


@pytest.fixture
def clock():
    with frozen_clock() as clock:
        yield clock


def refused(work, *arguments, **named):
    with pytest.raises(AppError) as caught:
        work(*arguments, **named)
    return caught.value.code


def offer_to(csr):
    return Offer.objects.get(csr=csr, state="pending")


def helped(site, queue, csr):
    """A customer who is helped by the CSR: the entry and the CSR's access."""
    entry = enter(site, queue)
    open_conversation(entry.contact, title=queue.name)
    access = accept_offer(CsrActor(csr), offer_to(csr).public_id)
    entry.refresh_from_db()
    return entry, access


def roles(access):
    access.support_session.refresh_from_db()
    from sessions.models import Participant

    people = Participant.objects.filter(support_session=access.support_session, state="joined")
    return {person.name: str(person.role) for person in people}


def lose(site, clock, csr):
    """The CSR's console is gone for good; returns the entries to be taken over."""
    others = CsrState.objects.exclude(csr=csr).exclude(presence="offline")
    lost = []
    for _ in range(10):
        clock.advance(seconds=10)
        for other in others:
            router.heartbeat(site, csr=other.csr_id, lease_s=30)
        lost = router.tick(site).more["lost"]
        if lost:
            break
    return lost


def test_the_first_to_accept_a_transfer_becomes_primary_and_the_giver_leaves(site, clock):
    queue, other = make_queue(site), make_queue(site)
    giver, taker = make_csr(site, queue), make_csr(site, other)
    entry, access = helped(site, queue, giver)
    transfer_session(access, queue=other.public_id, csrs=[], note="has paid twice")
    assert roles(access)[giver.user.name] == "primary_csr"
    assert ChatMessage.objects.get(support_session=access.support_session).audience == "csrs"
    accept_offer(CsrActor(taker), offer_to(taker).public_id)
    assert giver.user.name not in roles(access)
    assert roles(access)[taker.user.name] == "primary_csr"
    assert access.support_session.transfer is None
    entry.refresh_from_db()
    assert (entry.state, entry.outcome) == ("done", "transferred")


def test_a_transfer_to_named_csrs_reaches_nobody_else(site, clock):
    queue = make_queue(site)
    giver, named, bystander = (make_csr(site, queue) for _ in range(3))
    entry = enter(site, queue)
    open_conversation(entry.contact, title="x")
    access = accept_offer(CsrActor(giver), offer_to(giver).public_id)
    transfer_session(access, queue=None, csrs=[named.public_id], note="")
    assert offer_to(named).entry.contact == entry.contact
    router.command(site, "decline", offer_to(named).pk, csr=named.pk)
    assert not Offer.objects.filter(csr=bystander, state="pending").exists()


def test_an_untaken_transfer_stays_with_the_giver_and_can_be_taken_back(site, clock):
    queue, other = make_queue(site), make_queue(site)
    giver = make_csr(site, queue)
    _, access = helped(site, queue, giver)
    transfer_session(access, queue=other.public_id, csrs=[], note="")
    assert refused(transfer_session, access, queue=other.public_id, csrs=[], note="") == "transfer_open"
    cancel_transfer(access)
    transfer_session(access, queue=other.public_id, csrs=[], note="")
    for _ in range(13):
        clock.advance(seconds=10)
        router.heartbeat(site, csr=giver.pk, lease_s=30)
        router.tick(site)
    follow_transfer(access.support_session)
    assert roles(access)[giver.user.name] == "primary_csr"
    assert access.support_session.transfer is None
    assert QueueEntry.objects.filter(state="active").count() == 1


def test_an_outbound_session_can_be_transferred_too(site, clock):
    queue = make_queue(site)
    scene = Scene.start(site)
    scene.join()
    assert refused(transfer_session, scene.csr, queue=queue.public_id, csrs=[], note="") == "not_acd_agent"
    QueueMember.objects.create(site=site, queue=queue, csr=scene.member)
    taker = make_csr(site, queue)
    transfer_session(scene.csr, queue=queue.public_id, csrs=[], note="")
    accept_offer(CsrActor(taker), offer_to(taker).public_id)
    assert roles(scene.csr) == {"Hannah": "primary_customer", taker.user.name: "primary_csr"}


def transferred(site, queue, other, giver):
    """A session whose giver is still there while it waits in the other queue: its entries and the giver's access."""
    entry, access = helped(site, queue, giver)
    transfer_session(access, queue=other.public_id, csrs=[], note="has paid twice")
    return entry, QueueEntry.objects.get(contact=entry.contact, state="waiting"), access


def transfer_outcomes(access):
    events = SessionEvent.objects.filter(support_session=access.support_session, type="transfer.ended")
    return [event.data["outcome"] for event in events.order_by("seq")]


def test_a_transfer_that_a_manager_moves_is_still_one(site, clock):
    queue, other, third = (make_queue(site) for _ in range(3))
    giver = make_csr(site, queue)
    entry, passed, access = transferred(site, queue, other, giver)
    move_entry(MembershipFactory(site=site, role=Role.MANAGER), passed.public_id, queue_id=third.public_id)
    taker = make_csr(site, third)
    assert offer_to(taker).entry.note == "has paid twice"
    accept_offer(CsrActor(taker), offer_to(taker).public_id)
    entry.refresh_from_db()
    assert (entry.state, entry.outcome) == ("done", "transferred")
    assert CsrState.objects.get(csr=giver).used == 0
    assert transfer_outcomes(access) == ["accepted"]


def test_a_transfer_that_a_manager_moves_goes_back_to_the_giver_if_nobody_takes_it(site, clock):
    queue, other, third = (make_queue(site) for _ in range(3))
    giver = make_csr(site, queue)
    entry, passed, access = transferred(site, queue, other, giver)
    move_entry(MembershipFactory(site=site, role=Role.MANAGER), passed.public_id, queue_id=third.public_id)
    for _ in range(13):
        clock.advance(seconds=10)
        router.heartbeat(site, csr=giver.pk, lease_s=30)
        router.tick(site)
    follow_transfer(access.support_session)
    assert roles(access)[giver.user.name] == "primary_csr"
    assert transfer_outcomes(access) == ["returned"]
    assert not QueueEntry.objects.filter(contact=entry.contact, state__in=("waiting", "offered")).exists()


def test_a_transfer_does_not_overflow_while_its_giver_is_there(site, clock):
    queue, third = make_queue(site), make_queue(site)
    other = make_queue(site, overflow_after_s=30, overflow_queue=third)
    giver = make_csr(site, queue)
    _, passed, _ = transferred(site, queue, other, giver)
    for _ in range(5):
        clock.advance(seconds=10)
        router.heartbeat(site, csr=giver.pk, lease_s=30)
        router.tick(site)
    passed.refresh_from_db()
    assert (passed.state, passed.queue) == ("waiting", other)


def test_a_manager_who_assigns_a_transfer_completes_it(site, clock):
    queue, other = make_queue(site), make_queue(site)
    giver = make_csr(site, queue)
    entry, passed, access = transferred(site, queue, other, giver)
    QueueEntry.objects.filter(pk=passed.pk).update(skills=["none has it"])
    taker = make_csr(site, other)
    manager = MembershipFactory(site=site, role=Role.MANAGER)
    assign_entry(manager, passed.public_id, csr_id=taker.public_id)
    assert taker.user.name in roles(access)
    assert giver.user.name not in roles(access)
    assert transfer_outcomes(access) == ["accepted"]
    entry.refresh_from_db()
    assert entry.state == "done"


def test_a_transfer_that_a_manager_cancels_stays_with_the_giver(site, clock):
    queue, other = make_queue(site), make_queue(site)
    giver = make_csr(site, queue)
    _, passed, access = transferred(site, queue, other, giver)
    cancel_entry(MembershipFactory(site=site, role=Role.MANAGER), passed.public_id, reason="not for them")
    assert roles(access)[giver.user.name] == "primary_csr"
    assert transfer_outcomes(access) == ["returned"]


@pytest.mark.parametrize("way", ["cancelled", "timed_out"])
def test_an_outbound_session_outlives_its_transfer(site, clock, way):
    queue = make_queue(site, max_wait_s=30)
    scene = Scene.start(site)
    scene.join()
    QueueMember.objects.create(site=site, queue=queue, csr=scene.member)
    transfer_session(scene.csr, queue=queue.public_id, csrs=[], note="")
    passed = QueueEntry.objects.get()
    if way == "cancelled":
        cancel_entry(MembershipFactory(site=site, role=Role.MANAGER), passed.public_id, reason="not for them")
    else:
        clock.advance(seconds=31)
        router.tick(site)
    end_unserved(site)
    scene.csr.support_session.refresh_from_db()
    assert scene.csr.support_session.state == "active"
    assert (scene.csr.support_session.transfer is None) == (way == "cancelled")


def test_when_the_giver_vanishes_the_transfer_goes_on_and_the_customer_is_told_once(site, clock):
    queue, other = make_queue(site), make_queue(site)
    giver = make_csr(site, queue)
    entry, passed, access = transferred(site, queue, other, giver)
    take_over_lost(site, lose(site, clock, giver))
    clock.advance(seconds=1)
    take_over_lost(site, router.tick(site).more["lost"])
    entry.refresh_from_db()
    passed.refresh_from_db()
    assert (entry.state, passed.state) == ("done", "waiting")
    assert SessionEvent.objects.filter(support_session=access.support_session, type="session.requeued").count() == 1
    taker = make_csr(site, other)
    accept_offer(CsrActor(taker), offer_to(taker).public_id)
    assert roles(access) == {entry.contact.name: "primary_customer", taker.user.name: "primary_csr"}


def test_when_a_csr_vanishes_the_assistant_takes_over(site, clock):
    queue = make_queue(site)
    csr, helper = make_csr(site, queue), make_csr(site)
    entry, access = helped(site, queue, csr)
    join_as_csr(CsrActor(helper), site=site, number=access.support_session.number, address=new_address())
    take_over_lost(site, lose(site, clock, csr))
    assert roles(access)[helper.user.name] == "primary_csr"
    entry.refresh_from_db()
    assert (entry.state, entry.csr) == ("active", helper)
    assert CsrState.objects.get(csr=csr).used == 0


def test_when_nobody_assists_the_customer_waits_at_the_old_place_with_more_priority(site, clock):
    queue = make_queue(site)
    csr = make_csr(site, queue)
    entry, access = helped(site, queue, csr)
    other = make_csr(site, queue)
    take_over_lost(site, lose(site, clock, csr))
    new = QueueEntry.objects.get(contact=entry.contact, segment_no=2)
    assert (new.state, new.seq, new.priority, new.queue) == ("offered", entry.seq, 1, queue)
    assert access.support_session.__class__.objects.get(pk=access.support_session.pk).state == "waiting"
    accept_offer(CsrActor(other), offer_to(other).public_id)
    assert roles(access)[other.user.name] == "primary_csr"
    access.support_session.refresh_from_db()
    assert access.support_session.state == "active"


def test_the_fallback_queue_takes_who_has_nobody_else(site, clock):
    queue, fallback = make_queue(site), make_queue(site)
    AcdSettings.objects.create(site=site, fallback_queue=fallback)
    csr, other = make_csr(site, queue), make_csr(site, fallback)
    entry, _ = helped(site, queue, csr)
    take_over_lost(site, lose(site, clock, csr))
    assert offer_to(other).entry.queue == fallback
    assert offer_to(other).entry.contact == entry.contact


def test_a_csr_who_is_back_in_time_keeps_the_customer(site, clock):
    queue = make_queue(site)
    csr = make_csr(site, queue)
    entry, _ = helped(site, queue, csr)
    clock.advance(seconds=40)
    assert router.tick(site).more["lost"] == []
    router.heartbeat(site, csr=csr.pk, lease_s=30)
    clock.advance(seconds=29)
    assert router.tick(site).more["lost"] == []
    entry.refresh_from_db()
    assert entry.state == "active"
