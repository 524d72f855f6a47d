"""What if there had been other CSRs yesterday: one replay after the other in the worker, kept in the cache for a day.

A task replays one number of CSRs and hands on to the next, so that a worker is never away from its other work for long.
"""

from datetime import date

from django.core.cache import cache

from accounts.models import Membership
from acd.metrics import Segment, SegmentOutcome, measure_queue, part
from acd.models import Queue
from acd.selectors.managing import access_managed_queue
from acd.selectors.staffing import list_day, read_day, yesterday_of
from acd.services.replay_figures import measure_all_csrs, measure_all_queues
from acd.services.replaying import replay
from acd.staffing import DayRow, choose_levels, make_trace
from acd.traces import TraceCsr
from supportsite.core import clock
from supportsite.protocol.monitor import Staffing, StaffingLevel, StaffingPhase

KEPT_SECONDS = 26 * 3600
STALE_SECONDS = 300  # a run of which nothing was heard for so long has died with its worker
MAX_CUSTOMERS = 2000


def get_staffing(member: Membership, queue_id: str) -> Staffing:
    """Return how far yesterday's question of a managed queue is. AppError `forbidden` (403), `not_found` (404)."""
    queue = access_managed_queue(member, queue_id)
    return _find(queue) or _make(queue, StaffingPhase.NONE)


def start_staffing(member: Membership, queue_id: str) -> Staffing:
    """Ask for yesterday with other numbers of CSRs; what runs or is done already is answered as it stands.

    AppError `forbidden` (403), `not_found` (404).
    """
    queue = access_managed_queue(member, queue_id)
    found = _find(queue)
    if found is not None and found.phase != StaffingPhase.FAILED:
        return found
    day = yesterday_of(queue)
    customers = list_day(queue, day).count()
    rows = read_day(queue, day) if customers <= MAX_CUSTOMERS else []
    levels = choose_levels(rows)
    phase = (
        StaffingPhase.TOO_MANY
        if customers > MAX_CUSTOMERS
        else StaffingPhase.RUNNING
        if levels
        else StaffingPhase.EMPTY
    )
    staffing = _make(queue, phase, of=len(levels), customers=customers, actual=_actual(rows, queue))
    _keep(queue, staffing)
    if levels:
        from acd.tasks import replay_staffing  # the task calls this module

        replay_staffing.delay(site_id=queue.site_id, queue_id=queue.pk, day=day.isoformat())
    return staffing


def replay_next(queue: Queue, day: date) -> bool:
    """Replay the day with the next number of CSRs; tell whether there are more. ReplayBusyError: another one runs."""
    staffing = _find(queue, day)
    if staffing is None or staffing.phase != StaffingPhase.RUNNING:
        return False
    rows = read_day(queue, day)
    # Who was still helped when it began may be a customer of the day by now, and change which numbers are tried.
    last = staffing.levels[-1].csrs if staffing.levels else 0
    left = [number for number in choose_levels(rows) if number > last]
    levels = [*staffing.levels, *(_replay(rows, number, queue) for number in left[:1])]
    phase = StaffingPhase.RUNNING if left[1:] else StaffingPhase.DONE
    of = len(levels) + len(left[1:])
    _keep(queue, staffing.model_copy(update={"levels": levels, "phase": phase, "of": of}))
    return bool(left[1:])


def give_up(queue: Queue, day: date) -> None:
    """Say that the question could not be answered; it may be asked again."""
    staffing = _find(queue, day)
    if staffing is not None:
        _keep(queue, staffing.model_copy(update={"phase": StaffingPhase.FAILED}))


def _replay(rows: list[DayRow], csrs: int, queue: Queue) -> StaffingLevel:
    staff = [TraceCsr(f"csr{number}", 1, ("q",)) for number in range(csrs)]
    done = replay(make_trace(rows, "q"), staff, strategy=queue.strategy, wait=False)
    queues = measure_all_queues(done, within_s=queue.sl_seconds, short_s=queue.short_abandon_s)
    return StaffingLevel(
        csrs=csrs,
        service_level=queues.service_level.genesys,
        mean_answer_s=queues.mean_answer_s,
        left_share=part(queues.abandoned, queues.answered + queues.abandoned),
        occupancy=measure_all_csrs(done, staff).occupancy,
    )


def _actual(rows: list[DayRow], queue: Queue) -> float | None:
    """Return the service level of the day as it was."""
    segments = [
        Segment(
            outcome=SegmentOutcome.ANSWERED if row.service_s is not None else SegmentOutcome.ABANDONED,
            enqueued_s=row.came_s,
            wait_s=row.wait_s,
        )
        for row in rows
        if row.service_s is not None or row.left
    ]
    figures = measure_queue(segments, within_s=queue.sl_seconds, short_s=queue.short_abandon_s)
    return figures.service_level.genesys


def _make(
    queue: Queue, phase: StaffingPhase, *, of: int = 0, customers: int = 0, actual: float | None = None
) -> Staffing:
    return Staffing(
        queue=queue.public_id,
        day=yesterday_of(queue).isoformat(),
        phase=phase,
        of=of,
        customers=customers,
        sl_seconds=queue.sl_seconds,
        actual=actual,
        levels=[],
    )


def _key(queue: Queue, day: date) -> str:
    return f"staffing:{queue.site_id}:{queue.pk}:{day.isoformat()}"


def _find(queue: Queue, day: date | None = None) -> Staffing | None:
    kept = cache.get(_key(queue, day or yesterday_of(queue)))
    if kept is None:
        return None
    staffing = Staffing.model_validate_json(kept["staffing"])
    if staffing.phase == StaffingPhase.RUNNING and clock.now().timestamp() > kept["at"] + STALE_SECONDS:
        return staffing.model_copy(update={"phase": StaffingPhase.FAILED})
    return staffing


def _keep(queue: Queue, staffing: Staffing) -> None:
    kept = {"staffing": staffing.model_dump_json(), "at": clock.now().timestamp()}
    cache.set(_key(queue, date.fromisoformat(staffing.day)), kept, timeout=KEPT_SECONDS)
