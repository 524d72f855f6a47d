"""How many CSRs would a day have needed: which numbers to try, and a day as a trace. Pure; times are seconds.

Numbers: from the day's mean offered load up to R + 2 sqrt(R), R the offered load of its busiest hour (square-root
staffing: Halfin & Whitt, Operations Research 29(3) 1981, doi 10.1287/opre.29.3.567).
Patience of who was answered is known only to be longer than their wait. Its mean is estimated as all time waited per
customer who left (censored exponential: Mandelbaum & Zeltyn, 2004), and what was left of it is drawn from that.
"""

import hashlib
import math
from collections.abc import Sequence
from dataclasses import dataclass

from acd.traces import Arrival

HOUR = 3600
MAX_LEVELS = 8


@dataclass(frozen=True)
class DayRow:
    """A customer of the day. `service_s` None: was not helped. `left`: gave up by themselves after `wait_s`."""

    came_s: float
    wait_s: float
    service_s: float | None
    priority: int
    left: bool


def choose_levels(rows: Sequence[DayRow]) -> list[int]:
    """Return the numbers of CSRs to try, rising, at most `MAX_LEVELS`; none where nobody was helped."""
    services = [row.service_s for row in rows if row.service_s is not None]
    if not services:
        return []
    mean_s = sum(services) / len(services)
    hours: dict[int, int] = {}
    for row in rows:
        hours[int(row.came_s // HOUR)] = hours.get(int(row.came_s // HOUR), 0) + 1
    busiest = max(hours.values()) * mean_s / HOUR
    low = max(1, math.floor(len(rows) / len(hours) * mean_s / HOUR))
    high = max(low + 4, math.ceil(busiest + 2 * math.sqrt(busiest)))
    steps = min(MAX_LEVELS, high - low + 1) - 1
    return sorted({round(low + (high - low) * step / steps) for step in range(steps + 1)})


def make_trace(rows: Sequence[DayRow], queue: str) -> list[Arrival]:
    """Return a day's customers as a trace, by arrival; nobody is named. The same day gives the same trace.

    It begins with the first one: CSRs who are not there yet are not idle.
    """
    first_s = min((row.came_s for row in rows), default=0.0)
    services = [row.service_s for row in rows if row.service_s is not None]
    left = sum(row.left for row in rows)
    mean_patience_s = sum(row.wait_s for row in rows) / left if left else None
    arrivals = []
    for number, row in enumerate(sorted(rows, key=lambda one: one.came_s)):
        service_s = row.service_s
        if service_s is None:
            service_s = services[int(_draw(number, "service") * len(services))]
        patience_s: float | None = row.wait_s
        if not row.left:
            more = None if mean_patience_s is None else -mean_patience_s * math.log(1 - _draw(number, "patience"))
            patience_s = None if more is None else row.wait_s + more
        arrivals.append(
            Arrival(
                contact=f"c{number}",
                arrival_ms=round((row.came_s - first_s) * 1000),
                service_ms=round(service_s * 1000),
                queue=queue,
                priority=row.priority,
                patience_ms=None if patience_s is None else round(patience_s * 1000),
            )
        )
    return arrivals


def _draw(number: int, what: str) -> float:
    """Return a number in [0, 1) that depends on its arguments only."""
    return int.from_bytes(hashlib.sha256(f"{what}:{number}".encode()).digest()[:6], "big") / 2**48
