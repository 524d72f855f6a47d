"""A manager's monitor: queues, CSRs and live sessions as they are now. Always whole, with its version."""

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field

from supportsite.protocol.base import Message, PublicId, Sequence, UtcTime

Count = Annotated[int, Field(ge=0)]
Short = Annotated[str, Field(max_length=80)]
Word = Annotated[str, Field(max_length=40)]


class CsrActivity(StrEnum):
    """What a CSR is doing, as the monitor says it."""

    OFFLINE = "offline"
    READY = "ready"
    PAUSED = "paused"  # an offer was declined or missed; the next one comes in some seconds
    OFFERED = "offered"
    WRAP_UP = "wrap_up"
    BUSY = "busy"  # all places are taken
    AWAY = "away"
    DRAINING = "draining"
    LOST = "lost"  # connection lost, may come back


class WaitRange(Message):
    """Expected wait of the next customer, seconds; 90 of 100 wait between low and high."""

    low_s: float
    median_s: float
    high_s: float


class MonitorQueue(Message):
    """A queue. `override` is a manager's word over the hours. Figures of today count from the queue's midnight.

    `service_level` = `in_time` / (`answered` + `left`), 0 to 1. `wait` is None where nobody serves the queue.
    """

    id: PublicId
    name: Short
    open: bool
    override: Literal["", "open", "closed"]
    until: UtcTime | None
    waiting: Count
    longest_since: UtcTime | None
    wait: WaitRange | None
    csrs_ready: Count
    csrs: Count
    sl_seconds: Count
    offered: Count
    answered: Count
    in_time: Count
    left: Count
    left_short: Count
    service_level: float | None


class MonitorCsr(Message):
    """A CSR. Of `capacity` places `sessions`, `offers` and `wrap_ups` are taken; `until`: when the activity ends."""

    id: PublicId
    name: Short
    activity: CsrActivity
    presence: Word
    reason: Word
    since: UtcTime
    until: UtcTime | None
    capacity: Count
    sessions: Count
    offers: Count
    wrap_ups: Count
    queues: list[PublicId]


class MonitorSession(Message):
    """A live session; `allowed` are the capabilities of its active grants, `mine`: the reader is inside."""

    id: PublicId
    state: Word
    customer: Short
    csr: Short
    queue: Short
    since: UtcTime
    allowed: list[Word]
    mine: bool


class MonitorQuarter(Message):
    """Who came to a queue in a quarter of an hour, by how it went on; those still waiting are in none."""

    at: UtcTime
    queue: PublicId
    in_time: Count
    later: Count
    left: Count


class MonitorState(Message):
    """All that a manager may watch, at version `n` of the site's router.

    `quarters` are the 16 from `quarters_from` on; those in which nobody came to a queue are left out.
    """

    n: Sequence
    now: UtcTime
    queues: list[MonitorQueue]
    csrs: list[MonitorCsr]
    sessions: list[MonitorSession]
    quarters_from: UtcTime
    quarters: list[MonitorQuarter]


class MonitorEntry(Message):
    """A customer in a queue's line, in the order of the line."""

    id: PublicId
    name: Short
    about: Annotated[str, Field(max_length=120)]
    state: Word
    priority: Count
    since: UtcTime
    offered_to: Short
    rule: Short


class MonitorLine(Message):
    """The line of one queue, first to last; at most 200 of `waiting`."""

    queue: PublicId
    now: UtcTime
    waiting: Count
    entries: list[MonitorEntry]


class MonitorFrame(Message):
    """Monitor socket: everything, whenever something in it has changed, at most once a second."""

    type: Literal["monitor"] = "monitor"
    monitor: MonitorState


class StaffingLevel(Message):
    """What would have been with so many CSRs; figures as the monitor's, `occupancy` the part of time in use."""

    csrs: Count
    service_level: float | None
    mean_answer_s: float | None
    left_share: float | None
    occupancy: float | None


class StaffingPhase(StrEnum):
    """How far the question is."""

    NONE = "none"  # not asked yet
    RUNNING = "running"
    DONE = "done"
    EMPTY = "empty"  # nobody was helped that day: there is nothing to go by
    TOO_MANY = "too_many"  # more customers than the monitor replays
    FAILED = "failed"


class Staffing(Message):
    """Yesterday's traffic of a queue (by its time zone) with other numbers of CSRs, through the real router.

    `levels` are those that are ready, of `of`; `actual` is what the queue had, with the CSRs of that day.
    """

    queue: PublicId
    day: Annotated[str, Field(max_length=10)]
    phase: StaffingPhase
    of: Count
    customers: Count
    sl_seconds: Count
    actual: float | None
    levels: list[StaffingLevel]
