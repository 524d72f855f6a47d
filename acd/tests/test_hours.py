"""When a queue is open: days, nights, holidays, and the days on which the clock is set."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.core.exceptions import ValidationError

from acd.hours import find_opening, is_open, validate_holidays, validate_hours

OFFICE = {day: [["09:00", "12:00"], ["13:00", "17:00"]] for day in ("mon", "tue", "wed", "thu", "fri")}
NIGHT = {day: [["22:00", "06:00"]] for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")}
TOKYO, BERLIN = "Asia/Tokyo", "Europe/Berlin"


def at(text, zone="UTC", fold=0):
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone), fold=fold)


@pytest.mark.parametrize(
    ("hours", "holidays", "zone", "when", "expected"),
    [
        ({}, [], "UTC", "2026-11-28T03:00", True),  # nothing said: day and night
        (OFFICE, [], TOKYO, "2026-11-26T08:59:59", False),
        (OFFICE, [], TOKYO, "2026-11-26T09:00", True),
        (OFFICE, [], TOKYO, "2026-11-26T12:00", False),  # the end is closed already
        (OFFICE, [], TOKYO, "2026-11-26T12:30", False),
        (OFFICE, [], TOKYO, "2026-11-26T16:59:59", True),
        (OFFICE, [], TOKYO, "2026-11-28T10:00", False),  # Saturday
        (NIGHT, [], TOKYO, "2026-11-26T23:00", True),
        (NIGHT, [], TOKYO, "2026-11-26T05:59", True),  # begun the evening before
        (NIGHT, [], TOKYO, "2026-11-26T06:00", False),
        ({"mon": [["22:00", "06:00"]]}, [], TOKYO, "2026-11-24T05:00", True),  # Monday's night on Tuesday
        ({"mon": [["22:00", "06:00"]]}, [], TOKYO, "2026-11-23T05:00", False),
        ({"sun": [["00:00", "24:00"]]}, [], TOKYO, "2026-11-29T23:59", True),
        ({"sun": [["00:00", "24:00"]]}, [], TOKYO, "2026-11-30T00:00", False),
        (OFFICE, [{"date": "2026-11-26", "name": "Closed", "hours": []}], TOKYO, "2026-11-26T10:00", False),
        (OFFICE, [{"date": "2026-11-26", "hours": [["10:00", "11:00"]]}], TOKYO, "2026-11-26T10:30", True),
        (OFFICE, [{"date": "2026-11-26", "hours": [["10:00", "11:00"]]}], TOKYO, "2026-11-26T13:30", False),
        ({}, [{"date": "2026-12-25", "hours": []}], TOKYO, "2026-12-25T13:30", False),
        ({}, [{"date": "2026-12-25", "hours": []}], TOKYO, "2026-12-26T00:00", True),
        # A night that began before the holiday runs to its end.
        (NIGHT, [{"date": "2026-11-26", "hours": []}], TOKYO, "2026-11-26T05:00", True),
        (NIGHT, [{"date": "2026-11-26", "hours": []}], TOKYO, "2026-11-26T23:00", False),
        ({day: [] for day in OFFICE}, [], TOKYO, "2026-11-26T10:00", False),
    ],
)
def test_a_queue_is_open_by_the_clock_of_its_zone(hours, holidays, zone, when, expected):
    assert is_open(hours, holidays, zone, at(when, zone)) is expected
    assert is_open(hours, holidays, zone, at(when, zone).astimezone(UTC)) is expected
    assert find_opening(hours, holidays, zone, at(when, zone)).open is expected


@pytest.mark.parametrize(
    ("hours", "holidays", "zone", "when", "until"),
    [
        (OFFICE, [], TOKYO, "2026-11-26T10:00", "2026-11-26T12:00"),
        (OFFICE, [], TOKYO, "2026-11-26T12:00", "2026-11-26T13:00"),
        (OFFICE, [], TOKYO, "2026-11-27T18:00", "2026-11-30T09:00"),  # over the weekend
        (NIGHT, [], TOKYO, "2026-11-26T12:00", "2026-11-26T22:00"),
        (NIGHT, [], TOKYO, "2026-11-26T23:00", "2026-11-27T06:00"),
        (OFFICE, [{"date": "2026-11-30", "hours": []}], TOKYO, "2026-11-27T18:00", "2026-12-01T09:00"),
        # Whole days that touch are one opening.
        ({"sat": [["00:00", "24:00"]], "sun": [["00:00", "24:00"]]}, [], TOKYO, "2026-11-28T03:00", "2026-11-30T00:00"),
        ({}, [{"date": "2026-12-25", "hours": []}], TOKYO, "2026-11-26T10:00", "2026-12-25T00:00"),
        ({}, [{"date": "2026-12-25", "hours": []}], TOKYO, "2026-12-25T10:00", "2026-12-26T00:00"),
    ],
)
def test_the_next_change_is_told(hours, holidays, zone, when, until):
    assert find_opening(hours, holidays, zone, at(when, zone)).until == at(until, zone)


@pytest.mark.parametrize(
    ("hours", "expected"),
    [({}, True), ({day: [["00:00", "24:00"]] for day in NIGHT}, True), ({day: [] for day in NIGHT}, False)],
)
def test_hours_that_never_change_have_no_next_change(hours, expected):
    opening = find_opening(hours, [], "UTC", at("2026-11-26T10:00"))
    assert (opening.open, opening.until) == (expected, None)


@pytest.mark.parametrize(("override", "expected"), [("open", True), ("closed", False)])
def test_a_managers_word_goes_before_the_hours(override, expected):
    for when in ("2026-11-26T10:00", "2026-11-26T20:00"):
        opening = find_opening(OFFICE, [], "UTC", at(when), override)
        assert (opening.open, opening.until) == (expected, None)


@pytest.mark.parametrize(
    ("day", "real_hours"),
    [("2026-03-28", 24), ("2026-03-29", 23), ("2026-10-25", 25)],
)
def test_a_whole_day_lasts_as_long_as_the_day_does(day, real_hours):
    hours = {"sat": [["00:00", "24:00"]], "sun": [["00:00", "24:00"]]}
    hours = {key: value for key, value in hours.items() if key == ("sat" if day.endswith("28") else "sun")}
    start = at(f"{day}T00:00", BERLIN).astimezone(UTC)
    assert find_opening(hours, [], BERLIN, start).until - start == timedelta(hours=real_hours)


@pytest.mark.parametrize(
    ("interval", "first", "last"),
    [
        # 29 March: 02:00 to 03:00 does not exist; the clock leaps at 01:00 UTC.
        (["02:30", "04:00"], "2026-03-29T01:00", "2026-03-29T02:00"),
        (["01:00", "02:30"], "2026-03-29T00:00", "2026-03-29T01:00"),
    ],
)
def test_a_time_that_is_leapt_over_is_the_moment_of_the_leap(interval, first, last):
    opening = find_opening({"sun": [interval]}, [], BERLIN, at("2026-03-28T12:00"))
    assert opening.until == at(first)
    assert find_opening({"sun": [interval]}, [], BERLIN, at(first)).until == at(last)


def test_an_interval_within_what_is_leapt_over_does_not_happen():
    opening = find_opening({"sun": [["02:10", "02:50"]]}, [], BERLIN, at("2026-03-28T12:00"))
    assert opening.until == at("2026-04-05T02:10", BERLIN)


def test_an_hour_that_comes_twice_is_open_both_times():
    hours = {"sun": [["02:00", "02:30"]]}
    first, second = at("2026-10-25T02:10", BERLIN, fold=0), at("2026-10-25T02:10", BERLIN, fold=1)
    assert is_open(hours, [], BERLIN, first)
    assert is_open(hours, [], BERLIN, second)
    assert find_opening(hours, [], BERLIN, first).until == at("2026-10-25T02:30", BERLIN, fold=1).astimezone(UTC)


@pytest.mark.parametrize(
    "value",
    [
        [],
        {"monday": []},
        {"mon": [["9:00", "17:00"]]},
        {"mon": [["09:00"]]},
        {"mon": "09:00-17:00"},
        {"mon": [["24:00", "06:00"]]},
        {"mon": [["09:00", "25:00"]]},
        {"mon": [["09:00", "12:00"], ["11:00", "13:00"]]},
        {"mon": [["22:00", "06:00"]], "tue": [["05:00", "09:00"]]},
        {"sun": [["22:00", "06:00"]], "mon": [["05:00", "09:00"]]},
        {"mon": [["09:00", "10:00"]] * 7},
        {"mon": [["09:00", None]]},
    ],
)
def test_hours_that_mean_nothing_are_refused(value):
    with pytest.raises(ValidationError):
        validate_hours(value)


@pytest.mark.parametrize("value", [{}, OFFICE, NIGHT, {"mon": [["00:00", "24:00"]], "tue": [["00:00", "24:00"]]}])
def test_hours_that_mean_something_are_taken(value):
    validate_hours(value)


@pytest.mark.parametrize(
    "value",
    [
        {},
        [{"date": "25.12.2026"}],
        [{"date": "2026-02-30"}],
        [{"date": 5}],
        [{"date": "2026-12-25"}, {"date": "2026-12-25"}],
        [{"date": "2026-12-25", "hours": [["10:00", "9:00"]]}],
        [{"date": "2026-12-25", "open": True}],
        [{"date": "2026-12-25", "name": "x" * 81}],
    ],
)
def test_holidays_that_mean_nothing_are_refused(value):
    with pytest.raises(ValidationError):
        validate_holidays(value)


def test_an_unknown_zone_is_refused():
    with pytest.raises(ValidationError):
        is_open(OFFICE, [], "Mars/Olympus", at("2026-11-26T10:00"))
