"""Where waiting customers stand and how long they will wait; one statement for the line, one for its queue's load.

A place counts everybody in the line with a better (priority, seq), those offered and those whose connection is lost
too, so that a declined offer moves nobody back. The expected wait counts those who are still to be offered.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from django.db import connection

from acd.expected_wait import Basis, QueueLoad, WaitEstimate, estimate_line, estimate_wait
from acd.models import Queue, QueueEntry
from acd.routing import IN_QUEUE, EntryState, PlaceReason
from supportsite.core.clock import now

# What is older counts for little; what happened before the window for nothing.
TAU_SECONDS = 3600.0
WINDOW_SECONDS = 6 * 3600
# Handle time of a queue that has not helped anybody yet; it weighs as much as one customer.
DEFAULT_HANDLE_SECONDS = 600.0

_LOAD = (Path(__file__).parent / "sql" / "load.sql").read_text(encoding="utf-8")
# By three partial indexes, so that the past of a queue costs nothing.
_LINE = """
    SELECT id, public_id, state, priority, seq, previous_id, shown_position FROM acd_queueentry
    WHERE queue_id = %(queue)s AND state = 'waiting'
    UNION ALL
    SELECT id, public_id, state, priority, seq, previous_id, shown_position FROM acd_queueentry
    WHERE id IN (SELECT entry_id FROM acd_offer WHERE site_id = %(site)s AND state = 'pending')
      AND queue_id = %(queue)s AND state = 'offered'
    UNION ALL
    SELECT id, public_id, state, priority, seq, previous_id, shown_position FROM acd_queueentry
    WHERE site_id = %(site)s AND deadline_at IS NOT NULL AND queue_id = %(queue)s AND state = 'limbo'
"""
_ALL = f"""
    SELECT id, public_id, state, row_number() OVER line AS place,
        count(*) FILTER (WHERE state <> 'offered') OVER before AS ahead,
        first_value(priority) OVER line > priority AS outranked,
        coalesce(bool_or(previous_id IS NOT NULL) OVER before, false) AS passed, shown_position
    FROM ({_LINE}) entries
    WINDOW line AS (ORDER BY priority DESC, seq),
        before AS (ORDER BY priority DESC, seq ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)
    ORDER BY place
"""  # noqa: S608 - made of constants
_ONE = f"""
    SELECT count(*) + 1, count(*) FILTER (WHERE state <> 'offered'),
        coalesce(bool_or(priority > %(priority)s), false), coalesce(bool_or(previous_id IS NOT NULL), false)
    FROM ({_LINE}) entries WHERE priority > %(priority)s OR (priority = %(priority)s AND seq < %(seq)s)
"""  # noqa: S608 - made of constants


@dataclass(frozen=True)
class ExpectedWait:
    """A customer's place in the line (1: next; 0: no longer in it) and the seconds they will still wait.

    90 of 100 wait between `low_s` and `high_s`; all three are None where nobody serves the queue. `reason` says why
    the place is further back than the one shown before (its words: `acd.labels.LABELS`), else None.
    """

    entry: int
    public_id: str
    place: int
    ahead: int
    basis: Basis
    low_s: float | None
    median_s: float | None
    high_s: float | None
    reason: PlaceReason | None


def get_expected_wait(entry: QueueEntry, shown: int | None = None) -> ExpectedWait:
    """Return where an entry stands now; `shown` is the place last shown, else the one remembered."""
    entry.refresh_from_db()
    if entry.state not in IN_QUEUE:
        return ExpectedWait(entry.pk, entry.public_id, 0, 0, Basis.UNKNOWN, None, None, None, None)
    with connection.cursor() as cursor:
        cursor.execute(_ONE, {**_keys(entry.queue), "priority": entry.priority, "seq": entry.seq})
        place, ahead, outranked, passed = cursor.fetchone()
    load = get_queue_load(entry.queue, waiting=ahead + 1)
    reason = _reason(place, shown or entry.shown_position, outranked=outranked, passed=passed)
    estimate = _estimate(entry.queue, entry.state, estimate_wait(load, ahead))
    return _expected(entry.pk, entry.public_id, place=place, ahead=ahead, estimate=estimate, reason=reason)


def list_places(queue: Queue, shown: Mapping[int, int] | None = None) -> list[ExpectedWait]:
    """Return everybody in a queue's line, first to last; `shown` maps entries' keys to the places last shown."""
    told = shown or {}
    with connection.cursor() as cursor:
        cursor.execute(_ALL, _keys(queue))
        rows = cursor.fetchall()
    estimates = list(islice(estimate_line(get_queue_load(queue, waiting=len(rows))), len(rows)))
    found = []
    for pk, public_id, state, place, ahead, outranked, passed, remembered in rows:
        reason = _reason(place, told.get(pk, remembered), outranked=outranked, passed=passed)
        estimate = _estimate(queue, state, estimates[ahead])
        found.append(_expected(pk, public_id, place=place, ahead=ahead, estimate=estimate, reason=reason))
    return found


def get_queue_load(queue: Queue, *, waiting: int) -> QueueLoad:
    """Return what the estimator needs to know of a queue with `waiting` customers in line."""
    values: dict[str, Any] = {
        "queue": queue.pk,
        "now": now(),
        "tau": TAU_SECONDS,
        "window": WINDOW_SECONDS,
        "handle": DEFAULT_HANDLE_SECONDS,
    }
    with connection.cursor() as cursor:
        cursor.execute(_LOAD, values)
        slots, raw_slots, handle_s, abandon_rate, head_waited_s = cursor.fetchone()
    return QueueLoad(slots, raw_slots, handle_s, abandon_rate, head_waited_s, waiting)


def _keys(queue: Queue) -> dict[str, Any]:
    return {"queue": queue.pk, "site": queue.site_id}


def _reason(place: int, shown: int | None, *, outranked: bool, passed: bool) -> PlaceReason | None:
    if shown is None or place <= shown:
        return None
    if outranked:
        return PlaceReason.URGENT
    return PlaceReason.PASSED if passed else PlaceReason.CHANGED


def _estimate(queue: Queue, state: str, estimate: WaitEstimate) -> WaitEstimate:
    """Somebody who is offered waits no longer than an offer lasts."""
    if state != EntryState.OFFERED:
        return estimate
    return WaitEstimate(Basis.LINE, 0.0, 0.0, 0.0, float(queue.offer_timeout_s))


def _expected(
    pk: int, public_id: str, *, place: int, ahead: int, estimate: WaitEstimate, reason: PlaceReason | None
) -> ExpectedWait:
    return ExpectedWait(
        pk, public_id, place, ahead, estimate.basis, estimate.low_s, estimate.median_s, estimate.high_s, reason
    )
