"""The formulas of queueing theory against values that can be worked out or were published."""

import pytest

from acd.erlang import ErlangA, ErlangC, erlang_b, priority_waits


def test_erlang_b_of_two_servers_is_what_the_sum_says():
    assert erlang_b(2, 1.0) == pytest.approx((1 / 2) / (1 + 1 + 1 / 2))


def test_one_server_is_the_plain_queue():
    queue = ErlangC(rate=0.8, service_s=1.0, servers=1)
    assert queue.wait_probability == pytest.approx(0.8)
    assert queue.mean_wait_s == pytest.approx(0.8 / (1 - 0.8))
    assert queue.mean_waiting == pytest.approx(0.8 * 0.8 / 0.2)


def test_published_row_of_erlang_c():
    # 10 erlangs, 14 servers, 180 s: C = 0.1741, ASA 7.8 s, 88.8 % within 20 s (the worked example of many tables).
    queue = ErlangC(rate=200 / 3600, service_s=180, servers=14)
    assert queue.wait_probability == pytest.approx(0.1741, abs=0.0005)
    assert queue.mean_wait_s == pytest.approx(7.8, abs=0.05)
    assert queue.service_level(20) == pytest.approx(0.888, abs=0.001)
    assert queue.service_level(queue.wait_quantile(0.95)) == pytest.approx(0.95)


def test_a_queue_that_cannot_be_served_is_refused():
    with pytest.raises(ValueError, match="more work"):
        ErlangC(rate=2, service_s=1, servers=2)


def test_endless_patience_is_erlang_c_and_patience_of_a_service_time_is_a_queue_of_endless_servers():
    patient = ErlangA(rate=0.8, service_s=1.0, servers=1, patience_s=1e7)
    assert patient.mean_wait_s == pytest.approx(ErlangC(0.8, 1.0, 1).mean_wait_s, rel=1e-4)
    # Where people leave as fast as they are served, the number in the system is Poisson: P(0) = exp(-load).
    like = ErlangA(rate=3.0, service_s=1.0, servers=2, patience_s=1.0)
    assert like._states()[0] == pytest.approx(2.718281828**-3)
    assert like.wait_probability == pytest.approx(1 - 4 * 2.718281828**-3)


def test_what_comes_is_served_or_leaves():
    queue = ErlangA(rate=0.04, service_s=600, servers=20, patience_s=300)
    busy = sum(min(number, 20) * part for number, part in enumerate(queue._states()))
    assert busy / 600 == pytest.approx(0.04 * (1 - queue.abandon_probability))


def test_the_mean_over_priorities_is_that_of_the_queue_without():
    rates = [0.2, 0.3, 0.3]
    waits = priority_waits(rates, 1.0, 1)
    assert waits == sorted(waits)
    mean = sum(rate * wait for rate, wait in zip(rates, waits, strict=True)) / sum(rates)
    assert mean == pytest.approx(ErlangC(0.8, 1.0, 1).mean_wait_s)
