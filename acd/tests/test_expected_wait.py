"""Places and expected waits: what a waiting customer is told, and that a place goes back only with a reason."""

from itertools import islice

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from acd.expected_wait import Basis, QueueLoad, estimate_line, estimate_wait
from acd.models import Offer
from acd.routing import PlaceReason
from acd.selectors.wait import get_expected_wait, get_queue_load, list_places
from acd.services import router
from acd.services.places import remember_places
from acd.tests.factories import enter, make_csr, make_queue
from supportsite.core.clock import frozen_clock


def test_mean_is_that_of_a_line_served_at_full_rate():
    load = QueueLoad(slots=20, raw_slots=20, handle_s=600, abandon_rate=0)
    assert estimate_wait(load, 0).mean_s == pytest.approx(30)
    assert estimate_wait(load, 9).mean_s == pytest.approx(300)


def test_those_who_will_leave_shorten_the_wait():
    load = QueueLoad(slots=20, raw_slots=20, handle_s=600, abandon_rate=1 / 300)
    assert estimate_wait(load, 1).mean_s == pytest.approx(1 / (1 / 30) + 1 / (1 / 30 + 1 / 300))


def test_median_and_interval_are_those_of_the_gamma_distribution():
    estimate = estimate_wait(QueueLoad(slots=1, raw_slots=1, handle_s=60, abandon_rate=0), 9)
    # 5, 50 and 95 % of a gamma distribution of shape 10 and mean 600 (tables of chi squared, 20 degrees, halved).
    assert estimate.low_s == pytest.approx(10.851 / 2 * 60, rel=0.01)
    assert estimate.median_s == pytest.approx(19.337 / 2 * 60, rel=0.01)
    assert estimate.high_s == pytest.approx(31.410 / 2 * 60, rel=0.01)


def test_a_whole_line_gets_the_same_figures_as_each_alone():
    load = QueueLoad(slots=3.5, raw_slots=4, handle_s=200, abandon_rate=0.001)
    assert list(islice(estimate_line(load), 50)) == [estimate_wait(load, ahead) for ahead in range(50)]


def test_csrs_who_work_mostly_for_others_are_judged_by_the_head_of_the_line():
    load = QueueLoad(slots=1, raw_slots=5, handle_s=60, abandon_rate=0, head_waited_s=100, waiting=4)
    assert estimate_wait(load, 3).basis is Basis.HEAD
    assert estimate_wait(load, 3).mean_s == pytest.approx(100)
    assert estimate_wait(load, 0).mean_s == pytest.approx(25)


def test_nobody_there_means_no_figure():
    estimate = estimate_wait(QueueLoad(slots=0, raw_slots=0, handle_s=60, abandon_rate=0), 3)
    assert (estimate.basis, estimate.median_s) == (Basis.UNKNOWN, None)


@pytest.fixture
def clock():
    with frozen_clock() as clock:
        yield clock


@pytest.mark.django_db
def test_places_count_who_is_before_in_line_and_a_declined_offer_moves_nobody_back(site, clock):
    queue = make_queue(site)
    csr = make_csr(site, queue)
    first, second, third = (enter(site, queue) for _ in range(3))
    before = [wait.place for wait in list_places(queue)]
    assert before == [1, 2, 3]
    router.command(site, "decline", Offer.objects.get(entry=first, state="pending").pk, csr=csr.pk)
    assert [wait.place for wait in list_places(queue)] == before
    assert [get_expected_wait(entry) for entry in (first, second, third)] == list_places(queue)


@pytest.mark.django_db
def test_a_place_goes_back_only_with_the_reason(site, clock):
    queue, other = make_queue(site), make_queue(site)
    entry = enter(site, queue)
    remember_places(queue, {entry.pk: get_expected_wait(entry).place})
    assert get_expected_wait(entry).reason is None
    urgent = enter(site, queue, priority=5)
    found = get_expected_wait(entry)
    assert (found.place, found.reason) == (2, PlaceReason.URGENT)
    router.command(site, "cancel", urgent.pk)
    assert (get_expected_wait(entry).place, get_expected_wait(entry).reason) == (1, None)
    older = enter(site, other)
    moved = enter(site, queue)
    remember_places(queue, {moved.pk: 2})
    router.command(site, "move", older.pk, queue=queue.pk)
    found = get_expected_wait(moved)
    assert (found.place, found.reason) == (3, PlaceReason.PASSED)


@pytest.mark.django_db
def test_what_a_process_has_shown_counts_more_than_what_was_remembered(site, clock):
    queue = make_queue(site)
    enter(site, queue)
    second = enter(site, queue)
    assert list_places(queue, {second.pk: 1})[1].reason is PlaceReason.CHANGED
    assert list_places(queue)[1].reason is None


@pytest.mark.django_db
def test_those_who_are_no_longer_in_line_have_no_place(site, clock):
    queue = make_queue(site)
    entry = enter(site, queue)
    router.command(site, "abandon", entry.pk)
    assert get_expected_wait(entry).place == 0


@pytest.mark.django_db
def test_those_whose_connection_is_lost_keep_their_place(site, clock):
    queue = make_queue(site)
    first, second = enter(site, queue), enter(site, queue)
    router.command(site, "lose_customer", first.pk)
    assert [wait.entry for wait in list_places(queue)] == [first.pk, second.pk]
    assert get_expected_wait(second).place == 2


@pytest.mark.django_db
def test_the_load_is_learnt_from_what_happened(site, clock):
    queue = make_queue(site)
    csrs = [make_csr(site, queue, cap=2) for _ in range(3)]
    for _ in range(10):
        entries = [enter(site, queue) for _ in range(6)]
        for entry in entries:
            offer = Offer.objects.get(entry=entry, state="pending")
            router.accept(site, offer=offer.pk, csr=offer.csr_id)
        lost = enter(site, queue)
        clock.advance(seconds=100)
        for csr in csrs:
            router.heartbeat(site, csr=csr.pk, lease_s=200)
        router.command(site, "abandon", lost.pk)
        clock.advance(seconds=20)
        for entry in entries:
            router.command(site, "finish", entry.pk)
    load = get_queue_load(queue, waiting=0)
    assert load.slots == load.raw_slots == 6
    # 120 s each, a little more by the default of 600 s that weighs as one.
    assert load.handle_s == pytest.approx(130, abs=5)
    assert load.abandon_rate == pytest.approx(1 / 100, rel=0.05)


@pytest.mark.django_db
def test_a_csr_of_two_queues_counts_by_their_work(site, clock):
    queue, other = make_queue(site), make_queue(site)
    csr = make_csr(site, queue, other)
    assert get_queue_load(queue, waiting=0).slots == pytest.approx(0.5)
    for _ in range(10):
        entry = enter(site, other)
        router.accept(site, offer=Offer.objects.get(entry=entry, state="pending").pk, csr=csr.pk)
        clock.advance(seconds=25)
        router.heartbeat(site, csr=csr.pk, lease_s=30)
        clock.advance(seconds=25)
        router.heartbeat(site, csr=csr.pk, lease_s=30)
        clock.advance(seconds=10)
        router.command(site, "finish", entry.pk)
    here, there = (get_queue_load(item, waiting=0).slots for item in (queue, other))
    assert here < 0.3
    assert here + there == pytest.approx(1)


@pytest.mark.django_db
def test_a_line_of_any_length_takes_two_statements(site, clock):
    queue = make_queue(site)
    for _ in range(20):
        enter(site, queue)
    list_places(queue)
    with CaptureQueriesContext(connection) as captured:
        assert len(list_places(queue)) == 20
    assert len(captured) == 2
