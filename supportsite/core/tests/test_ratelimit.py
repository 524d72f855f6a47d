"""Buckets hold for all processes, refill with time, and fail closed."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from redis.exceptions import ConnectionError as RedisConnectionError

from supportsite.core import ratelimit, valkey
from supportsite.core.clock import frozen_clock
from supportsite.core.errors import AppError

pytestmark = pytest.mark.django_db


def test_a_bucket_gives_its_burst_and_then_says_how_long_to_wait(clock):
    taken = [ratelimit.take("join", rate=2, per_s=60, burst=3).allowed for _ in range(4)]
    assert taken == [True, True, True, False]
    assert ratelimit.take("join", rate=2, per_s=60, burst=3).retry_after_s == pytest.approx(30, abs=0.01)


def test_a_bucket_refills_with_time(clock):
    for _ in range(3):
        ratelimit.take("join", rate=3, per_s=60)
    assert not ratelimit.take("join", rate=3, per_s=60).allowed
    clock.advance(seconds=20.1)
    assert ratelimit.take("join", rate=3, per_s=60).allowed
    assert not ratelimit.take("join", rate=3, per_s=60).allowed


def test_a_clock_that_goes_back_gives_nothing(clock):
    for _ in range(3):
        ratelimit.take("join", rate=3, per_s=60)
    clock.advance(hours=-5)
    assert not ratelimit.take("join", rate=3, per_s=60).allowed
    clock.advance(hours=5, seconds=1)
    assert not ratelimit.take("join", rate=3, per_s=60).allowed


def test_buckets_do_not_share(clock):
    assert ratelimit.take("a", rate=1, per_s=60).allowed
    assert ratelimit.take("b", rate=1, per_s=60).allowed


def test_an_empty_bucket_is_a_429_with_whole_seconds(clock):
    ratelimit.require("join", rate=1, per_s=10)
    with pytest.raises(AppError) as refused:
        ratelimit.require("join", rate=1, per_s=10, code="rate_limited")
    assert refused.value.status == 429
    assert refused.value.data["retry_after_s"] in {10, 11}


def test_without_valkey_nothing_limited_is_let_through(monkeypatch):
    def broken(**_):
        raise RedisConnectionError

    monkeypatch.setattr(ratelimit, "_script", lambda: broken)
    with pytest.raises(AppError) as refused:
        ratelimit.take("join", rate=1, per_s=10)
    assert (refused.value.code, refused.value.status) == ("unavailable", 503)


@given(st.lists(st.floats(min_value=0, max_value=30), min_size=1, max_size=40))
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_never_more_than_burst_and_refill(pauses):
    valkey.client().flushdb()
    rate, per_s, burst = 5, 60.0, 4
    with frozen_clock() as clock:
        elapsed, taken = 0.0, 0
        for pause in pauses:
            clock.advance(seconds=pause)
            elapsed += pause
            taken += ratelimit.take("any", rate=rate, per_s=per_s, burst=burst).allowed
        assert taken <= burst + elapsed * rate / per_s + 0.001


@pytest.mark.parametrize(
    ("forwarded", "proxies", "expected"),
    [
        ("", 0, "192.0.2.1"),
        ("203.0.113.9", 0, "192.0.2.1"),
        ("203.0.113.9", 1, "203.0.113.9"),
        ("6.6.6.6, 203.0.113.9", 1, "203.0.113.9"),
        ("203.0.113.9", 2, "192.0.2.1"),
    ],
)
def test_a_forged_forwarded_header_does_not_change_the_address(forwarded, proxies, expected):
    meta = {"REMOTE_ADDR": "192.0.2.1", "HTTP_X_FORWARDED_FOR": forwarded}
    assert ratelimit.client_address(meta, proxies) == expected
