"""Figures of queues and CSRs from rows that are given: pure, no clock, no database. Times are seconds.

Every figure that is a part of something is 0..1, None where there is nothing to divide by. The four vendors' service
levels stand side by side; each key says which is which (`SERVICE_LEVELS`).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum


class SegmentOutcome(StrEnum):
    """How a segment (one customer in one queue) ended; `waiting` has not."""

    ANSWERED = "answered"
    ABANDONED = "abandoned"
    TIMED_OUT = "timed_out"
    OVERFLOWED = "overflowed"
    CANCELLED = "cancelled"
    CALLBACK = "callback"
    REJECTED = "rejected"
    WAITING = "waiting"


@dataclass(frozen=True)
class Segment:
    """One customer in one queue.

    `enqueued_s` is on any one scale; `wait_s` lasts until answered, gone, or now. `talk_s` and `wrap_s` count once
    `handled` (the CSR is free again). `transferred`: passed on by the CSR.
    """

    outcome: SegmentOutcome
    enqueued_s: float
    wait_s: float
    talk_s: float = 0.0
    wrap_s: float = 0.0
    handled: bool = False
    transferred: bool = False

    @property
    def left_s(self) -> float:
        """When the wait was over, on the scale of `enqueued_s`."""
        return self.enqueued_s + self.wait_s


@dataclass(frozen=True)
class ServiceLevels:
    """The part answered in time, as each vendor counts it."""

    aws: float | None  # (answered + abandoned + called back, each within X) / offered
    asterisk: float | None  # answered within X / answered
    asterisk_sl2: float | None  # (answered + abandoned, each within X) / (answered + abandoned)
    genesys: float | None  # answered within X / (answered + abandoned)
    genesys_without_short: float | None  # the same, short abandons left out
    genesys_without_abandons: float | None  # the same, all abandons left out
    genesys_with_flow_out: float | None  # the same as genesys, those passed on counted as not answered
    genesys_with_flow_out_without_short: float | None


# What is printed beside each; the default comes first.
SERVICE_LEVELS = {
    "genesys": "Genesys (answered within / answered + abandoned)",
    "genesys_without_short": "Genesys without short abandons",
    "genesys_without_abandons": "Genesys without abandons",
    "genesys_with_flow_out": "Genesys with flow-outs",
    "genesys_with_flow_out_without_short": "Genesys with flow-outs, without short abandons",
    "aws": "AWS (answered, abandoned or called back within / offered)",
    "asterisk": "Asterisk SL (answered within / answered)",
    "asterisk_sl2": "Asterisk SL2 (answered or abandoned within / answered + abandoned)",
}


@dataclass(frozen=True)
class QueueFigures:
    """Figures of a queue over the segments given. `offered` does not count the rejected."""

    offered: int
    answered: int
    abandoned: int
    short_abandoned: int
    flow_out: int
    timed_out: int
    cancelled: int
    callbacks: int
    rejected: int
    in_progress: int
    handled: int
    mean_answer_s: float | None  # ASA
    mean_abandon_s: float | None
    max_wait_s: float | None
    mean_handle_s: float | None  # AHT
    mean_talk_s: float | None  # ATT
    mean_wrap_s: float | None  # ACW
    abandon_rate: float | None  # of offered (AWS)
    abandon_rate_ccai: float | None  # of answered and abandoned, short abandons left out (Google CCAI)
    transfer_rate: float | None
    service_level: ServiceLevels
    service_level_s: float


def measure_queue(segments: Iterable[Segment], *, within_s: float, short_s: float) -> QueueFigures:
    """Return the figures of segments; `within_s` is the service level's X, `short_s` the bound of short abandons."""
    by: dict[SegmentOutcome, list[Segment]] = {outcome: [] for outcome in SegmentOutcome}
    for segment in segments:
        by[segment.outcome].append(segment)
    answered, abandoned = by[SegmentOutcome.ANSWERED], by[SegmentOutcome.ABANDONED]
    handled = [segment for segment in answered if segment.handled]
    in_line = [segment for outcome, found in by.items() if outcome != SegmentOutcome.REJECTED for segment in found]
    short = sum(segment.wait_s < short_s for segment in abandoned)
    return QueueFigures(
        offered=len(in_line),
        answered=len(answered),
        abandoned=len(abandoned),
        short_abandoned=short,
        flow_out=len(by[SegmentOutcome.OVERFLOWED]),
        timed_out=len(by[SegmentOutcome.TIMED_OUT]),
        cancelled=len(by[SegmentOutcome.CANCELLED]),
        callbacks=len(by[SegmentOutcome.CALLBACK]),
        rejected=len(by[SegmentOutcome.REJECTED]),
        in_progress=len(by[SegmentOutcome.WAITING]),
        handled=len(handled),
        mean_answer_s=mean([segment.wait_s for segment in answered]),
        mean_abandon_s=mean([segment.wait_s for segment in abandoned]),
        max_wait_s=max((segment.wait_s for segment in in_line), default=None),
        mean_handle_s=mean([segment.talk_s + segment.wrap_s for segment in handled]),
        mean_talk_s=mean([segment.talk_s for segment in handled]),
        mean_wrap_s=mean([segment.wrap_s for segment in handled]),
        abandon_rate=part(len(abandoned), len(in_line)),
        abandon_rate_ccai=part(len(abandoned) - short, len(answered) + len(abandoned) - short),
        transfer_rate=part(sum(segment.transferred for segment in answered), len(answered)),
        service_level=_service_levels(by, offered=len(in_line), within_s=within_s, short=short),
        service_level_s=within_s,
    )


def _service_levels(
    by: dict[SegmentOutcome, list[Segment]], *, offered: int, within_s: float, short: int
) -> ServiceLevels:
    counts = {outcome: len(found) for outcome, found in by.items()}
    soon = {outcome: sum(segment.wait_s <= within_s for segment in found) for outcome, found in by.items()}
    answered, abandoned = counts[SegmentOutcome.ANSWERED], counts[SegmentOutcome.ABANDONED]
    in_time, flow_out = soon[SegmentOutcome.ANSWERED], counts[SegmentOutcome.OVERFLOWED]
    both = in_time + soon[SegmentOutcome.ABANDONED]
    return ServiceLevels(
        aws=part(both + soon[SegmentOutcome.CALLBACK], offered),
        asterisk=part(in_time, answered),
        asterisk_sl2=part(both, answered + abandoned),
        genesys=part(in_time, answered + abandoned),
        genesys_without_short=part(in_time, answered + abandoned - short),
        genesys_without_abandons=part(in_time, answered),
        genesys_with_flow_out=part(in_time, answered + abandoned + flow_out),
        genesys_with_flow_out_without_short=part(in_time, answered + abandoned + flow_out - short),
    )


def arrived_within(segments: Iterable[Segment], start_s: float, end_s: float) -> list[Segment]:
    """Return the arrival cohort of an interval: who came in it, however they ended; start inclusive, end exclusive."""
    return [segment for segment in segments if start_s <= segment.enqueued_s < end_s]


def completed_within(segments: Iterable[Segment], start_s: float, end_s: float) -> list[Segment]:
    """Return those whose wait was over within an interval, whenever they came; those still waiting are not."""
    return [
        segment
        for segment in segments
        if segment.outcome != SegmentOutcome.WAITING and start_s <= segment.left_s < end_s
    ]


@dataclass(frozen=True)
class OfferRow:
    """One closed offer. `state` as in `acd.routing.OfferState`; `by_customer`: revoked since the customer left."""

    state: str
    by_customer: bool = False


@dataclass(frozen=True)
class CsrTime:
    """How a CSR's time went, in seconds; slot-seconds count each customer that the CSR may serve at the same time.

    `handle`: talk and wrap-up; `ringing`: offers; `staffed` = slots * available time. `online`: not offline.
    """

    online: float
    away: float
    staffed: float
    handle: float
    ringing: float


@dataclass(frozen=True)
class CsrFigures:
    """Figures of one or more CSRs."""

    offers: int
    accepted: int
    answer_rate: float | None
    missed: int  # offers not accepted, each once, customers who left while it rang too (RONA, AWS)
    missed_without_abandons: int  # without those whose customer left
    occupancy: float | None  # handle / (handle + idle); idle is staffed time without ringing
    utilisation: float | None  # slot-seconds taken / slot-seconds staffed
    online_s: float
    non_productive_s: float


def measure_csrs(offers: Iterable[OfferRow], times: Iterable[CsrTime]) -> CsrFigures:
    """Return the figures of CSRs from their closed offers and their time."""
    made = [offer for offer in offers if offer.state != "superseded"]
    spent = list(times)
    accepted = sum(offer.state == "accepted" for offer in made)
    missed = [offer for offer in made if offer.state in {"declined", "expired"} or offer.by_customer]
    handle, ringing = sum(time.handle for time in spent), sum(time.ringing for time in spent)
    staffed = sum(time.staffed for time in spent)
    return CsrFigures(
        offers=len(made),
        accepted=accepted,
        answer_rate=part(accepted, len(made)),
        missed=len(missed),
        missed_without_abandons=sum(not offer.by_customer for offer in missed),
        occupancy=part(handle, staffed - ringing),
        utilisation=part(handle + ringing, staffed),
        online_s=sum(time.online for time in spent),
        non_productive_s=sum(time.away for time in spent),
    )


@dataclass(frozen=True)
class Visit:
    """One visit of a known customer; `score` 1..5 of the survey, where it was answered."""

    customer: str
    came_s: float
    answered: bool
    score: int | None = None


RETURN_SECONDS = 7 * 86400


def first_contact_resolution(visits: Sequence[Visit]) -> float | None:
    """Return the part of answered visits after which the customer did not come again within seven days (FCR)."""
    came: dict[str, list[float]] = {}
    for visit in visits:
        came.setdefault(visit.customer, []).append(visit.came_s)
    answered = [visit for visit in visits if visit.answered]
    resolved = sum(
        not any(visit.came_s < again <= visit.came_s + RETURN_SECONDS for again in came[visit.customer])
        for visit in answered
    )
    return part(resolved, len(answered))


def satisfaction(visits: Iterable[Visit]) -> float | None:
    """Return the part of answered surveys with one of the two best scores (CSAT)."""
    scores = [visit.score for visit in visits if visit.score is not None]
    return part(sum(score >= 4 for score in scores), len(scores))


def mean(values: Sequence[float]) -> float | None:
    """Return the arithmetic mean, None of nothing."""
    return sum(values) / len(values) if values else None


def part(some: float, whole: float) -> float | None:
    """Return some / whole, None of nothing."""
    return some / whole if whole > 0 else None
