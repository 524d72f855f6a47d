"""A queue's day as rows for `acd.staffing`."""

from datetime import date, datetime, timedelta

from django.db.models import QuerySet

from acd.hours import zone_of
from acd.models import Queue, QueueEntry
from acd.routing import EntryState
from acd.staffing import DayRow
from supportsite.core import clock

OVER = (EntryState.DONE, EntryState.ABANDONED, EntryState.TIMED_OUT, EntryState.OVERFLOWED, EntryState.CANCELLED)


def yesterday_of(queue: Queue) -> date:
    """Return the day before today in the queue's time zone."""
    return (clock.now().astimezone(zone_of(queue.timezone)) - timedelta(days=1)).date()


def list_day(queue: Queue, day: date) -> "QuerySet[QueueEntry]":
    """Return who came into the queue on a day of its time zone and is out of it again."""
    start, end = _bounds(queue, day)
    found: QuerySet[QueueEntry] = QueueEntry.objects.filter(
        queue=queue, enqueued_at__gte=start, enqueued_at__lt=end, state__in=OVER, wait_ms__isnull=False
    )
    return found


def read_day(queue: Queue, day: date) -> list[DayRow]:
    """Return the day's customers by arrival; seconds count from its midnight."""
    start, _ = _bounds(queue, day)
    return [
        DayRow(
            came_s=(entry.enqueued_at - start).total_seconds(),
            wait_s=(entry.wait_ms or 0) / 1000,
            service_s=_service_s(entry),
            priority=entry.priority,
            left=entry.state == EntryState.ABANDONED,
        )
        for entry in list_day(queue, day).order_by("enqueued_at", "id")
    ]


def _service_s(entry: QueueEntry) -> float | None:
    """Return how long a CSR's place was taken, wrap-up included."""
    if entry.answered_at is None or entry.ended_at is None:
        return None
    return (entry.ended_at - entry.answered_at).total_seconds()


def _bounds(queue: Queue, day: date) -> tuple[datetime, datetime]:
    zone = zone_of(queue.timezone)
    start = datetime(day.year, day.month, day.day, tzinfo=zone)
    following = day + timedelta(days=1)
    return start, datetime(following.year, following.month, following.day, tzinfo=zone)
