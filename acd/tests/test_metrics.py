"""Figures of queues and CSRs: the specification's worked example, identities, and what each figure leaves out."""

import random
from dataclasses import fields

import pytest

from acd.metrics import (
    SERVICE_LEVELS,
    CsrTime,
    OfferRow,
    Segment,
    SegmentOutcome,
    ServiceLevels,
    Visit,
    arrived_within,
    completed_within,
    first_contact_resolution,
    measure_csrs,
    measure_queue,
    satisfaction,
)

ANSWERED, ABANDONED = SegmentOutcome.ANSWERED, SegmentOutcome.ABANDONED
WORKED = [Segment(ANSWERED, 0, wait, talk_s=60, wrap_s=10, handled=True) for wait in (0, 4, 10, 18, 20, 35, 90)] + [
    Segment(ABANDONED, 0, wait) for wait in (3, 15, 60)
]


def test_the_worked_example():
    figures = measure_queue(WORKED, within_s=20, short_s=5)
    levels = figures.service_level
    assert levels.asterisk == pytest.approx(0.7143, abs=1e-4)
    assert levels.asterisk_sl2 == pytest.approx(0.70)
    assert levels.aws == pytest.approx(0.70)
    assert levels.genesys == pytest.approx(0.50)
    assert levels.genesys_without_short == pytest.approx(0.5556, abs=1e-4)
    assert figures.mean_answer_s == pytest.approx(25.29, abs=0.005)
    assert figures.abandon_rate == pytest.approx(0.30)
    assert figures.abandon_rate_ccai == pytest.approx(2 / 9)
    assert (figures.mean_handle_s, figures.mean_talk_s, figures.mean_wrap_s) == (70, 60, 10)
    assert (figures.max_wait_s, figures.mean_abandon_s, figures.short_abandoned) == (90, 26, 1)


def test_flow_outs_lower_the_variants_that_count_them():
    levels = measure_queue([*WORKED, *[Segment(SegmentOutcome.OVERFLOWED, 0, 40)] * 2], within_s=20, short_s=5)
    assert levels.service_level.genesys == pytest.approx(5 / 10)
    assert levels.service_level.genesys_with_flow_out == pytest.approx(5 / 12)
    assert levels.service_level.genesys_with_flow_out_without_short == pytest.approx(5 / 11)
    assert levels.service_level.genesys_without_abandons == pytest.approx(5 / 7)
    assert levels.service_level.aws == pytest.approx(7 / 12)


def test_the_rejected_are_not_offered_and_those_still_waiting_count_for_the_longest_wait():
    segments = [*WORKED, Segment(SegmentOutcome.REJECTED, 0, 0), Segment(SegmentOutcome.WAITING, 0, 300)]
    figures = measure_queue(segments, within_s=20, short_s=5)
    assert (figures.offered, figures.rejected, figures.max_wait_s) == (11, 1, 300)


def test_nothing_to_divide_by_is_no_figure():
    figures = measure_queue([], within_s=20, short_s=5)
    assert (figures.offered, figures.mean_answer_s, figures.abandon_rate) == (0, None, None)
    assert set(vars(figures.service_level).values()) == {None}


def test_every_service_level_has_its_label():
    assert set(SERVICE_LEVELS) == {field.name for field in fields(ServiceLevels)}


def test_offered_is_the_sum_of_what_became_of_them_in_every_cohort():
    draw = random.Random(5)
    segments = [
        Segment(draw.choice(list(SegmentOutcome)), draw.random() * 3600, draw.random() * 900) for _ in range(2000)
    ]
    for start in range(0, 3600, 900):
        found = measure_queue(arrived_within(segments, start, start + 900), within_s=20, short_s=5)
        ends = (found.answered, found.abandoned, found.flow_out, found.timed_out, found.cancelled, found.callbacks)
        assert found.offered == sum(ends) + found.in_progress
        assert found.offered > 0


def test_the_views_by_arrival_and_by_completion_hold_the_same_customers_over_all_intervals():
    segments = [Segment(ANSWERED, at, 700) for at in range(0, 3600, 60)]
    cohort = [len(arrived_within(segments, start, start + 900)) for start in range(0, 5400, 900)]
    done = [len(completed_within(segments, start, start + 900)) for start in range(0, 5400, 900)]
    assert sum(cohort) == sum(done) == len(segments)
    assert cohort != done


def test_a_missed_offer_counts_once_and_a_customer_who_left_apart():
    offers = [OfferRow("accepted"), OfferRow("expired"), OfferRow("declined"), OfferRow("revoked", by_customer=True)]
    figures = measure_csrs([*offers, OfferRow("superseded"), OfferRow("revoked")], [])
    assert (figures.offers, figures.missed, figures.missed_without_abandons) == (5, 3, 2)
    assert figures.answer_rate == pytest.approx(1 / 5)


def test_occupancy_leaves_ringing_out_and_utilisation_counts_every_slot():
    time = CsrTime(online=3600, away=600, staffed=6000, handle=2400, ringing=200)
    figures = measure_csrs([], [time])
    assert figures.occupancy == pytest.approx(2400 / 5800)
    assert figures.utilisation == pytest.approx(2600 / 6000)
    assert (figures.online_s, figures.non_productive_s) == (3600, 600)


def test_a_customer_who_comes_again_within_seven_days_was_not_helped_the_first_time():
    day = 86400
    visits = [Visit("a", 0, True), Visit("a", 6 * day, True), Visit("b", 0, True), Visit("b", 8 * day, False)]
    assert first_contact_resolution(visits) == pytest.approx(2 / 3)


def test_satisfaction_is_the_share_of_the_two_best_scores():
    assert satisfaction([Visit("a", 0, True, score) for score in (5, 4, 3, 1, None)]) == pytest.approx(0.5)
