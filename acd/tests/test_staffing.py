"""Staffing: yesterday's customers through the real router with other numbers of CSRs."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from acd.models import QueueEntry
from acd.selectors.staffing import read_day, yesterday_of
from acd.services import router
from acd.services.replaying import ReplayBusyError, _tables, replay
from acd.services.staffing import MAX_CUSTOMERS, STALE_SECONDS, get_staffing, replay_next, start_staffing
from acd.staffing import MAX_LEVELS, DayRow, choose_levels, make_trace
from acd.tasks import replay_staffing
from acd.tests.factories import enter, make_csr, make_queue

HELP_S = 300
ROWS = st.lists(
    st.builds(
        DayRow,
        came_s=st.floats(0, 86400),
        wait_s=st.floats(0, 3600),
        service_s=st.none() | st.floats(1, 7200),
        priority=st.integers(0, 9),
        left=st.just(False),
    ),
    max_size=60,
)


@given(ROWS)
def test_the_numbers_to_try_rise_and_are_few(rows):
    levels = choose_levels(rows)
    assert levels == sorted(set(levels))
    assert len(levels) <= MAX_LEVELS
    assert bool(levels) == any(row.service_s is not None for row in rows)
    assert all(number >= 1 for number in levels)


@given(ROWS.filter(choose_levels))
def test_a_trace_keeps_who_came_when_and_is_the_same_each_time(rows):
    trace = make_trace(rows, "q")
    assert trace == make_trace(rows, "q")
    first = min(row.came_s for row in rows)
    assert [one.arrival_ms for one in trace] == sorted(round((row.came_s - first) * 1000) for row in rows)
    assert all(one.patience_ms is None for one in trace), "nobody left: nothing is known of patience"


def test_who_left_leaves_after_the_same_time_and_who_was_answered_had_more_patience_than_that():
    rows = [DayRow(0, 40, None, 0, True), DayRow(1, 30, 60, 0, False), DayRow(2, 0, 90, 0, False)]
    gone, late, soon = make_trace(rows, "q")
    assert (gone.patience_ms, gone.service_ms in {60_000, 90_000}) == (40_000, True)
    assert late.patience_ms > 30_000
    assert soon.patience_ms > 0


@pytest.fixture
def busy(site, clock):
    """A queue on the day before: six customers within minutes, one CSR, the last one leaves."""
    queue = make_queue(site, wrapup_s=0, sl_seconds=60, offer_timeout_s=120, timezone="Asia/Tokyo")
    csr = make_csr(site, queue)
    router.command(site, "presence", csr.pk, presence="available", lease_s=86_400)
    entries = []
    for _ in range(6):
        entries.append(enter(site, queue))
        clock.advance(seconds=10)
    router.command(site, "abandon", entries.pop().pk, reason="left")
    for entry in entries:
        entry.refresh_from_db()
        offer = entry.offers.get(state="pending")
        router.accept(site, offer=offer.pk, csr=csr.pk)
        clock.advance(seconds=HELP_S)
        router.command(site, "finish", entry.pk)
    clock.advance(seconds=86_400)
    return queue


@pytest.mark.django_db
def test_a_day_is_the_queues_own_and_has_who_is_out_of_it(site, busy, clock):
    rows = read_day(busy, yesterday_of(busy))
    assert [row.service_s for row in rows] == [HELP_S] * 5 + [None]
    assert [row.left for row in rows] == [False] * 5 + [True]
    enter(site, busy)
    clock.advance(seconds=86_400)
    assert read_day(busy, yesterday_of(busy)) == [], "who still waits is no figure yet"


@pytest.mark.django_db
def test_more_csrs_answer_more_in_time_and_nothing_of_the_site_changes(site, busy, manager, monkeypatch):
    monkeypatch.setattr(replay_staffing, "delay", lambda **_: None)
    before = list(QueueEntry.objects.order_by("pk").values())
    asked = start_staffing(manager, busy.public_id)
    assert (asked.phase, asked.customers, asked.levels) == ("running", 6, [])
    while replay_next(busy, yesterday_of(busy)):
        assert get_staffing(manager, busy.public_id).phase == "running"
    done = get_staffing(manager, busy.public_id)
    assert done.phase == "done"
    assert len(done.levels) == done.of
    levels = [level.service_level for level in done.levels]
    assert levels == sorted(levels)
    assert levels[-1] == pytest.approx(5 / 6), "five CSRs: all but the one who left"
    assert done.actual == pytest.approx(1 / 6)
    assert levels[0] == done.actual, "with one CSR it is the day as it was"
    assert done.levels[0].occupancy > done.levels[-1].occupancy
    assert list(QueueEntry.objects.order_by("pk").values()) == before
    assert start_staffing(manager, busy.public_id) == done, "a day is worked out once"


@pytest.mark.django_db
def test_a_day_without_customers_and_one_with_too_many_say_so(site, clock, manager, busy, monkeypatch):
    quiet = make_queue(site)
    assert start_staffing(manager, quiet.public_id).phase == "empty"
    monkeypatch.setattr("acd.services.staffing.MAX_CUSTOMERS", 5)
    assert start_staffing(manager, busy.public_id).phase == "too_many"
    assert MAX_CUSTOMERS > 5


@pytest.mark.django_db
def test_a_day_that_changes_while_it_is_worked_out_still_comes_to_its_end(busy, manager, monkeypatch):
    monkeypatch.setattr(replay_staffing, "delay", lambda **_: None)
    start_staffing(manager, busy.public_id)
    assert replay_next(busy, yesterday_of(busy))
    monkeypatch.setattr("acd.services.staffing.choose_levels", lambda _rows: [1])
    assert not replay_next(busy, yesterday_of(busy))
    done = get_staffing(manager, busy.public_id)
    assert (done.phase, done.of, [level.csrs for level in done.levels]) == ("done", 1, [1])


@pytest.mark.django_db
def test_a_run_that_died_may_be_asked_again(busy, manager, clock, monkeypatch):
    begun = []
    monkeypatch.setattr(replay_staffing, "delay", lambda **kwargs: begun.append(kwargs))
    start_staffing(manager, busy.public_id)
    start_staffing(manager, busy.public_id)
    assert len(begun) == 1
    clock.advance(seconds=STALE_SECONDS + 1)
    assert get_staffing(manager, busy.public_id).phase == "failed"
    assert start_staffing(manager, busy.public_id).phase == "running"
    assert len(begun) == 2
    monkeypatch.setattr("acd.services.staffing.replay", lambda *_, **__: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        replay_staffing(**begun[0])
    assert get_staffing(manager, busy.public_id).phase == "failed"


@pytest.mark.django_db
def test_one_replay_runs_at_a_time(busy):
    rows = make_trace([DayRow(0, 0, 60, 0, False)], "q")
    with _tables(wait=True), pytest.raises(ReplayBusyError):
        replay(rows, [], wait=False)
