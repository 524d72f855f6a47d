"""When a queue is open. Pure: no clock and no database.

`hours` is {} (day and night) or {"mon": [["09:00", "17:00"], …], …}; days that are missing are closed. An interval
whose end is not after its start goes on into the next day; "24:00" is midnight. `holidays` is
[{"date": "2026-12-25", "name": "…", "hours": [intervals]}]: such a day has its own hours, none means closed.
Times are what the clock on the wall shows in the queue's zone. Where that clock is set back, an interval begins the
first and ends the last time it shows the time; where it is set forward, at the moment it leaps over it.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
MAX_INTERVALS = 6
MAX_HOLIDAYS = 200
MAX_HOLIDAY_NAME = 80
SEARCH_DAYS = 400  # a queue that does not change within these does not change
DAY_MINUTES = 24 * 60

_TIME = re.compile(r"([01]\d|2[0-3]):([0-5]\d)|24:00")
_INSTANT_STEP = timedelta(seconds=1)

Interval = tuple[int, int]  # minutes from the day's midnight; the end may lie on the next day (at most 2880)


@dataclass(frozen=True)
class Opening:
    """Whether a queue is open, and when that changes next (None: not by the hours)."""

    open: bool
    until: datetime | None


def zone_of(name: str) -> ZoneInfo:
    """Return a time zone by name; ValidationError `bad_zone` for an unknown one."""
    try:
        return ZoneInfo(name)
    except (ValueError, OSError, KeyError):
        raise ValidationError(_("Choose a time zone."), code="bad_zone") from None


def is_open(hours: Any, holidays: Any, timezone: str, at: datetime) -> bool:
    """Tell whether the hours say open at the aware time `at`."""
    if not hours and not holidays:
        return True
    local = at.astimezone(zone_of(timezone)).date()
    return any(
        start <= at < end
        for day in (local - timedelta(days=1), local)
        for start, end in _spans(hours, holidays, timezone, day)
    )


def find_opening(hours: Any, holidays: Any, timezone: str, at: datetime, override: str = "") -> Opening:
    """Return whether a queue is open at `at` and when that changes next.

    `override` is a manager's word: "open" or "closed" for as long as it stands, "" for the hours.
    """
    if override:
        return Opening(override == "open", None)
    if not hours and not holidays:
        return Opening(open=True, until=None)
    end: datetime | None = None
    first = at.astimezone(zone_of(timezone)).date() - timedelta(days=1)
    for days in range(SEARCH_DAYS):
        for start, stop in _spans(hours, holidays, timezone, first + timedelta(days=days)):
            if stop <= at:
                continue
            if end is None and start > at:
                return Opening(open=False, until=start)
            if end is not None and start > end:
                return Opening(open=True, until=end)
            end = max(stop, end or stop)
    # Whoever is open on every day searched does not close; whoever never opens does not open.
    last = first + timedelta(days=SEARCH_DAYS - 2)
    closes = end is not None and end.astimezone(zone_of(timezone)).date() < last
    return Opening(open=end is not None, until=end if closes else None)


def validate_hours(value: Any) -> None:
    """Accept the form of `hours` that stands above; ValidationError otherwise."""
    if not isinstance(value, dict) or not set(value) <= set(DAYS):
        raise ValidationError(_("Enter hours for the days of the week."), code="bad_hours")
    day_lists = {day: read_intervals(value.get(day, [])) for day in DAYS}
    for day, following in zip(DAYS, (*DAYS[1:], DAYS[0]), strict=True):
        _refuse_overlap(day_lists[day], day_lists[following] if value else [])


def validate_holidays(value: Any) -> None:
    """Accept the form of `holidays` that stands above, each date once; ValidationError otherwise."""
    if not isinstance(value, list) or len(value) > MAX_HOLIDAYS:
        raise ValidationError(_("Enter at most 200 holidays."), code="bad_holidays")
    dates = set()
    for item in value:
        if not isinstance(item, dict) or not set(item) <= {"date", "name", "hours"}:
            raise ValidationError(_("A holiday has a date, a name and hours."), code="bad_holidays")
        name = item.get("name", "")
        if not isinstance(name, str) or len(name) > MAX_HOLIDAY_NAME:
            raise ValidationError(_("A holiday's name has at most 80 characters."), code="bad_holidays")
        dates.add(_read_date(item.get("date")))
        _refuse_overlap(read_intervals(item.get("hours", [])), [])
    if len(dates) != len(value):
        raise ValidationError(_("A date stands twice among the holidays."), code="bad_holidays")


def read_intervals(value: Any) -> list[Interval]:
    """Return intervals of a day as minutes from its midnight, in order; ValidationError for anything else."""
    if not isinstance(value, list) or len(value) > MAX_INTERVALS:
        raise ValidationError(_("A day has at most six intervals."), code="bad_hours")
    found = []
    for item in value:
        if not isinstance(item, list | tuple) or len(item) != 2:
            raise ValidationError(_("Enter times as 09:00-17:00."), code="bad_hours")
        start, end = _minutes(item[0]), _minutes(item[1])
        if start == DAY_MINUTES:
            raise ValidationError(_("Enter times as 09:00-17:00."), code="bad_hours")
        found.append((start, end if end > start else end + DAY_MINUTES))
    return sorted(found)


def _refuse_overlap(day: Sequence[Interval], following: Sequence[Interval]) -> None:
    moved = [(start + DAY_MINUTES, end + DAY_MINUTES) for start, end in following]
    line = [*day, *moved]
    if any(later[0] < earlier[1] for earlier, later in pairwise(line)):
        raise ValidationError(_("Two intervals overlap."), code="overlap")


def _minutes(text: Any) -> int:
    if not isinstance(text, str) or not _TIME.fullmatch(text):
        raise ValidationError(_("Enter times as 09:00-17:00."), code="bad_hours")
    return int(text[:2]) * 60 + int(text[3:])


def _read_date(text: Any) -> date:
    try:
        return date.fromisoformat(text)
    except (TypeError, ValueError):
        raise ValidationError(_("Enter a date as 2026-12-25."), code="bad_holidays") from None


def _day_intervals(hours: Mapping[str, Any], holidays: Sequence[Mapping[str, Any]], day: date) -> list[Interval]:
    text = day.isoformat()
    for item in holidays or ():
        if item.get("date") == text:
            return read_intervals(item.get("hours", []))
    if not hours:
        return [(0, DAY_MINUTES)]
    return read_intervals(hours.get(DAYS[day.weekday()], []))


def _spans(hours: Any, holidays: Any, timezone: str, day: date) -> Iterator[tuple[datetime, datetime]]:
    """Yield what is open by the hours of one date, as moments in UTC; empty spans are left out."""
    midnight = datetime(day.year, day.month, day.day)  # noqa: DTZ001 - the wall's clock, no zone yet
    for start, end in _day_intervals(hours, holidays, day):
        first = moment(midnight + timedelta(minutes=start), timezone, last=False)
        stop = moment(midnight + timedelta(minutes=end), timezone, last=True)
        if first < stop:
            yield first, stop


@lru_cache(maxsize=4096)
def moment(wall: datetime, timezone: str, *, last: bool) -> datetime:
    """Return when (UTC) the wall's clock shows the naive time `wall`: the first or the last time.

    A time that the clock leaps over stands for the moment of the leap.
    """
    zone = zone_of(timezone)
    found = wall.replace(tzinfo=zone, fold=1 if last else 0).astimezone(UTC)
    if found.astimezone(zone).replace(tzinfo=None) == wall:
        return found
    # Leapt over: between the two readings of it lies the first moment whose clock shows more.
    low = wall.replace(tzinfo=zone, fold=1).astimezone(UTC)
    high = wall.replace(tzinfo=zone, fold=0).astimezone(UTC)
    while high - low > _INSTANT_STEP:
        middle = low + (high - low) // 2
        middle = middle.replace(microsecond=0)
        if middle.astimezone(zone).replace(tzinfo=None) >= wall:
            high = middle
        else:
            low = middle
    return high
