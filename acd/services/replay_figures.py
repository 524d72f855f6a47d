"""The figures of a replay, by the same formulas as those of real queues."""

from collections.abc import Iterator, Sequence

from acd.metrics import (
    CsrFigures,
    CsrTime,
    OfferRow,
    QueueFigures,
    Segment,
    SegmentOutcome,
    measure_csrs,
    measure_queue,
)
from acd.services.replaying import Replay, Replayed
from acd.traces import TraceCsr


def measure_replay(
    done: Replay, csrs: Sequence[TraceCsr], *, within_s: float, short_s: float
) -> Iterator[tuple[str, QueueFigures | CsrFigures]]:
    """Yield the figures of all queues, of each queue by name, of all CSRs, of each CSR; each with its title.

    Args:
        done: the replay.
        csrs: whose time is counted from the trace's zero to the last thing that happened.
        within_s: the service level's X, seconds.
        short_s: bound of short abandons, seconds.
    """
    yield "all queues", measure_all_queues(done, within_s=within_s, short_s=short_s)
    for queue in sorted({row.arrival.queue for row in done.rows}):
        segments = [_segment(row, done) for row in done.rows if row.arrival.queue == queue]
        yield f"queue {queue}", measure_queue(segments, within_s=within_s, short_s=short_s)
    yield "all CSRs", measure_all_csrs(done, csrs)
    for csr in csrs:
        yield f"CSR {csr.csr}", measure_csrs(_offers(done, csr.csr), [_time(done, csr)])


def measure_all_queues(done: Replay, *, within_s: float, short_s: float) -> QueueFigures:
    """Return the figures of all queues together; arguments as of `measure_replay`."""
    return measure_queue([_segment(row, done) for row in done.rows], within_s=within_s, short_s=short_s)


def measure_all_csrs(done: Replay, csrs: Sequence[TraceCsr]) -> CsrFigures:
    """Return the figures of all CSRs together."""
    return measure_csrs(_offers(done, None), [_time(done, csr) for csr in csrs])


def _segment(row: Replayed, done: Replay) -> Segment:
    over = row.answered_ms if row.answered_ms is not None else row.left_ms if row.left_ms is not None else done.end_ms
    return Segment(
        outcome=SegmentOutcome(row.outcome),
        enqueued_s=row.arrival.arrival_ms / 1000,
        wait_s=(over - row.arrival.arrival_ms) / 1000,
        talk_s=row.arrival.service_ms / 1000 if row.answered_ms is not None else 0.0,
        handled=row.finished_ms is not None,
    )


def _offers(done: Replay, csr: str | None) -> list[OfferRow]:
    # The only ones who take an offer back in a replay are customers who leave.
    return [OfferRow(state, by_customer=state == "revoked") for name, state, _, _ in done.offers if csr in {None, name}]


def _time(done: Replay, csr: TraceCsr) -> CsrTime:
    online = done.end_ms / 1000
    helped = [row for row in done.rows if row.csr == csr.csr]
    return CsrTime(
        online=online,
        away=0.0,
        staffed=online * csr.capacity,
        handle=sum(row.arrival.service_ms for row in helped) / 1000,
        ringing=sum(closed - made for name, _, made, closed in done.offers if name == csr.csr) / 1000,
    )
