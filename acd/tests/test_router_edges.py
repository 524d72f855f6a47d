"""The router's edges: nobody waits while somebody who may take them is free, and nothing stays due for ever."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import F

from accounts.tests.factories import SiteFactory
from acd.models import AcdSettings, CsrState, Offer, QueueEntry, QueueMember, SiteRouter
from acd.services import router
from acd.tests.factories import enter, make_csr, make_queue
from supportsite.core.tenancy import site_scope

pytestmark = pytest.mark.django_db


def state(entry):
    return QueueEntry.objects.get(pk=entry.pk).state


def offered(entry):
    return {offer.csr for offer in Offer.objects.filter(entry=entry, state="pending")}


def beat(site, *csrs):
    for csr in csrs:
        router.heartbeat(site, csr=csr.pk, lease_s=30)


def test_who_declined_is_asked_again_when_the_other_who_was_free_is_busy_elsewhere(site, clock):
    both, only_second = make_queue(site), make_queue(site)
    first = make_csr(site, both, priority=1)
    waiting = enter(site, both)
    router.command(site, "decline", Offer.objects.get(entry=waiting, state="pending").pk, csr=first.pk)
    second = make_csr(site, both, presence="away", priority=1)
    QueueMember.objects.create(site=site, queue=only_second, csr=second, priority=0)
    urgent = enter(site, only_second)
    # Both become free at the same tick: the second takes the urgent one, so the first is asked again.
    CsrState.objects.filter(csr=first).update(idle_since=F("idle_since") - timedelta(seconds=60))
    CsrState.objects.filter(csr=second).update(
        presence="available", not_before=CsrState.objects.get(csr=first).not_before
    )
    clock.advance(seconds=6)
    router.tick(site)
    assert offered(urgent) == {second}
    assert offered(waiting) == {first}


@pytest.mark.parametrize("way", ["offline", "lost"])
def test_a_later_tier_is_asked_at_once_when_the_last_of_the_earlier_one_is_gone(site, clock, way):
    queue = make_queue(site)
    early = make_csr(site, queue, presence="away")
    late = make_csr(site, queue, delay_s=300)
    waiting = enter(site, queue)
    assert offered(waiting) == set()
    if way == "offline":
        router.command(site, "presence", early.pk, presence="offline")
    else:
        clock.advance(seconds=20)
        beat(site, late)
        clock.advance(seconds=11)
        router.tick(site)
    assert offered(waiting) == {late}


def test_a_customer_who_has_overflowed_often_enough_stays_and_is_no_longer_due(site, clock):
    queue, other = make_queue(site, overflow_after_s=10), make_queue(site, overflow_after_s=10)
    queue.overflow_queue, other.overflow_queue = other, queue
    queue.save()
    other.save()
    entry = enter(site, queue)
    for _ in range(12):
        clock.advance(seconds=10)
        router.tick(site)
        assert_nothing_is_due(site, clock)
    last = QueueEntry.objects.get(contact=entry.contact, state="waiting")
    assert last.segment_no == 6


@pytest.mark.parametrize(
    "limits",
    [
        {"max_wait_s": 30},
        {"overflow_after_s": 30, "overflow": True},
        {"ageing_s": 30},
        {"max_wait_s": 95, "ageing_s": 20, "overflow_after_s": 50, "overflow": True},
        {"wrapup_s": 15},
        {"offer_timeout_s": 10, "ageing_s": 7},
    ],
)
def test_after_a_tick_nothing_is_due_in_the_past(site, clock, limits):
    other = make_queue(site)
    overflow = other if limits.pop("overflow", False) else None
    queue = make_queue(site, overflow_queue=overflow, **limits)
    csr = make_csr(site, queue)
    make_csr(site, queue, presence="away", delay_s=25)
    first = enter(site, queue, preferred_csr=csr.pk, sticky_s=12)
    named = enter(site, queue, only_csrs=[csr.pk])
    lost = enter(site, queue)
    router.accept(site, offer=Offer.objects.get(entry=first, state="pending").pk, csr=csr.pk)
    router.command(site, "transfer", first.pk, queue=other.pk)
    router.command(site, "lose_customer", lost.pk)
    for step in range(60):
        clock.advance(seconds=5)
        if step == 10:
            router.command(site, "finish", first.pk)
        router.tick(site)
        assert_nothing_is_due(site, clock)
    assert state(named) != "limbo"


def assert_nothing_is_due(site, clock):
    """What is due lies in the future, and a second tick at the same time does nothing."""
    due = SiteRouter.objects.get(site=site).due_at
    assert due is None or due > clock.at
    assert not router.tick(site).ok


def test_a_queue_overflows_only_within_its_site(site):
    elsewhere = SiteFactory()
    with site_scope(elsewhere):
        foreign = make_queue(elsewhere)
    queue = make_queue(site)

    def overflow():
        with transaction.atomic():
            queue.overflow_queue_id = foreign.pk
            queue.save()
            connection.check_constraints()

    def fall_back():
        with transaction.atomic():
            AcdSettings.objects.create(site=site, fallback_queue_id=foreign.pk)
            connection.check_constraints()

    for point_elsewhere in (overflow, fall_back):
        with pytest.raises(IntegrityError):
            point_elsewhere()
