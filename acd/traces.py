"""Traces for what-if questions: who came when, and which CSRs there are. Pure; times are whole milliseconds."""

import csv
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

COLUMNS = ("contact", "arrival_s", "service_s", "queue", "priority", "patience_s")
MAX_SECONDS = 366 * 24 * 3600
MAX_PRIORITY = 9
MAX_CAPACITY = 100
_NUMBER = re.compile(r"\d{1,9}(\.\d{1,6})?")


class TraceError(Exception):
    """The input cannot be used; the text names line and column."""


@dataclass(frozen=True)
class Arrival:
    """One customer of a trace. `patience_ms` None: waits for ever."""

    contact: str
    arrival_ms: int
    service_ms: int
    queue: str
    priority: int
    patience_ms: int | None


@dataclass(frozen=True)
class TraceCsr:
    """One CSR of a what-if, who serves `queues` and up to `capacity` customers at once."""

    csr: str
    capacity: int
    queues: tuple[str, ...]


def read_trace(lines: Iterable[str]) -> list[Arrival]:
    """Return the customers of a trace by arrival, those of the same time in the file's order.

    `priority` and `patience_s` may be empty (0, for ever). Raises TraceError.
    """
    reader = csv.DictReader(lines, strict=True)
    if tuple(reader.fieldnames or ()) != COLUMNS:
        raise TraceError(f"line 1: the columns must be {','.join(COLUMNS)}")
    arrivals: list[Arrival] = []
    seen: set[str] = set()
    try:
        for row in reader:
            arrival = _arrival(row, f"line {reader.line_num}")
            if arrival.contact in seen:
                raise TraceError(f"line {reader.line_num}, contact: {arrival.contact!r} came before")
            seen.add(arrival.contact)
            arrivals.append(arrival)
    except csv.Error as error:
        raise TraceError(f"line {reader.line_num}: {error}") from None
    if not arrivals:
        raise TraceError("there is nobody in the trace")
    return sorted(arrivals, key=lambda arrival: arrival.arrival_ms)


def read_csrs(text: str) -> list[TraceCsr]:
    """Return the CSRs of `[{"csr": "a", "capacity": 1, "queues": ["q"]}]`. Raises TraceError."""
    try:
        rows = json.loads(text)
    except ValueError as error:
        raise TraceError(f"the CSRs are no JSON: {error}") from None
    if not isinstance(rows, list) or not rows:
        raise TraceError("the CSRs must be a list with somebody in it")
    csrs = [_csr(row, f"CSR {number}") for number, row in enumerate(rows, 1)]
    if len({csr.csr for csr in csrs}) != len(csrs):
        raise TraceError("two CSRs have the same name")
    return csrs


def milliseconds(text: str, where: str) -> int:
    """Return seconds, written as a decimal number, in milliseconds; half a millisecond goes to the even one.

    Raises TraceError.
    """
    try:
        value = Decimal(text) if _NUMBER.fullmatch(text) else None
    except InvalidOperation:  # pragma: no cover - the pattern lets nothing else through
        value = None
    if value is None or value > MAX_SECONDS:
        raise TraceError(f"{where}: {text!r} is no time in seconds from 0 to {MAX_SECONDS}")
    return int((value * 1000).to_integral_value())


def _arrival(row: dict[str | None, Any], line: str) -> Arrival:
    if None in row or any(value is None for value in row.values()):
        raise TraceError(f"{line}: there must be {len(COLUMNS)} values")
    for column in ("contact", "queue"):
        if not row[column] or len(row[column]) > 80:
            raise TraceError(f"{line}, {column}: 1 to 80 characters are needed")
    priority = row["priority"] or "0"
    if not priority.isascii() or not priority.isdigit() or int(priority) > MAX_PRIORITY:
        raise TraceError(f"{line}, priority: {priority!r} is none of 0 to {MAX_PRIORITY}")
    patience = row["patience_s"]
    return Arrival(
        contact=row["contact"],
        arrival_ms=milliseconds(row["arrival_s"], f"{line}, arrival_s"),
        service_ms=milliseconds(row["service_s"], f"{line}, service_s"),
        queue=row["queue"],
        priority=int(priority),
        patience_ms=milliseconds(patience, f"{line}, patience_s") if patience else None,
    )


def _csr(row: Any, where: str) -> TraceCsr:
    if not isinstance(row, dict) or set(row) != {"csr", "capacity", "queues"}:
        raise TraceError(f"{where}: csr, capacity and queues are needed, and nothing else")
    name, capacity, queues = row["csr"], row["capacity"], row["queues"]
    if not isinstance(name, str) or not 0 < len(name) <= 80:
        raise TraceError(f"{where}, csr: a name of 1 to 80 characters is needed")
    if isinstance(capacity, bool) or not isinstance(capacity, int) or not 1 <= capacity <= MAX_CAPACITY:
        raise TraceError(f"{where}, capacity: a whole number from 1 to {MAX_CAPACITY} is needed")
    if not isinstance(queues, list) or not all(isinstance(queue, str) and queue for queue in queues):
        raise TraceError(f"{where}, queues: a list of names is needed")
    if len(set(queues)) != len(queues):
        raise TraceError(f"{where}, queues: a queue is named twice")
    return TraceCsr(name, capacity, tuple(queues))
