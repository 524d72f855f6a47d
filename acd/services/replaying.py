"""Runs the real router over a trace on a virtual clock: what would have happened with other CSRs?

The router is there a second time, in the schema `acd_replay` with empty copies of its tables (migration 0007). So
nothing of a site is read or written, and no wake-up reaches anybody. One replay runs at a time in an installation; it
begins and ends with empty tables. Traces name nobody, see `acd.traces`.
"""

import heapq
import json
import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import IntEnum
from typing import Any

import psycopg
from django.db import connection, models
from psycopg import sql

from acd.models import Queue, QueueMember
from acd.traces import Arrival, TraceCsr

SCHEMA = "acd_replay"
TABLES = ("siterouter", "acdevent", "queueentry", "offer", "offerskip", "csrstate", "queuemember", "queue", "contact")
EMPTY = "TRUNCATE " + ", ".join(f"{SCHEMA}.acd_{table}" for table in TABLES)
LOCK, TRY_LOCK = "SELECT true FROM pg_advisory_lock(4412, 0)", "SELECT pg_try_advisory_lock(4412, 0)"
OPTIONS = f"-c search_path={SCHEMA},public -c synchronous_commit=off -c plan_cache_mode=force_generic_plan"
SITE = 0  # no site has this key
BEGIN = datetime(2026, 1, 5, tzinfo=UTC)
FOR_EVER_S = 10 * 366 * 24 * 3600
MIN_OFFER_S = 20


class ReplayBusyError(Exception):
    """Another replay runs in this installation."""


class Step(IntEnum):
    """What happens at one millisecond, in this order."""

    FINISH = 0
    ARRIVE = 1
    ACCEPT = 2
    LEAVE = 3


@dataclass
class Replayed:
    """What became of one customer. Milliseconds since the trace's zero; `outcome` answered, abandoned or waiting."""

    arrival: Arrival
    csr: str = ""
    offered_ms: int | None = None
    answered_ms: int | None = None
    finished_ms: int | None = None
    left_ms: int | None = None
    outcome: str = "waiting"


@dataclass
class Replay:
    """The result: every customer in the trace's order, every offer's end, and when the last thing happened."""

    rows: list[Replayed]
    offers: list[tuple[str, str, int, int]] = field(default_factory=list)  # CSR, state, made ms, closed ms
    end_ms: int = 0


def replay(
    arrivals: Sequence[Arrival],
    csrs: Sequence[TraceCsr],
    *,
    accept_delay_ms: int = 0,
    strategy: str = "most_idle",
    wait: bool = True,
) -> Replay:
    """Run the router over `arrivals` until everybody is served or gone.

    Args:
        arrivals: by arrival.
        csrs: all of them are there from the beginning; equal ones are taken in this order.
        accept_delay_ms: how long each CSR lets it ring; offers last longer than that.
        strategy: of every queue.
        wait: for another replay to end; else ReplayBusyError.
    """
    with _tables(wait=wait) as link:
        return _Run(link, arrivals, csrs, accept_delay_ms, strategy).run()


class _Run:
    def __init__(
        self,
        link: "psycopg.Connection[Any]",
        arrivals: Sequence[Arrival],
        csrs: Sequence[TraceCsr],
        accept_delay_ms: int,
        strategy: str,
    ) -> None:
        self._link, self._delay = link, accept_delay_ms
        self._names = [csr.csr for csr in csrs]
        self._rows = [Replayed(arrival) for arrival in arrivals]
        self._result = Replay(self._rows)
        self._steps: list[tuple[int, int, int, int]] = []  # ms, step, number that keeps the order, subject
        self._number = 0
        self._now = 0
        self._of_entry: dict[int, Replayed] = {}
        self._open: dict[int, tuple[int, int, int]] = {}  # offer → entry, CSR, made ms
        self._set_up(csrs, strategy)

    def run(self) -> Replay:
        for place, row in enumerate(self._rows):
            self._plan(row.arrival.arrival_ms, Step.ARRIVE, place)
        while self._steps:
            at, step, _, subject = self._steps[0]
            due = self._due_ms()
            if due is not None and due < at:
                self._now = max(self._now, due)
                self._call("acd_tick(%s, %s)")
                continue
            heapq.heappop(self._steps)
            self._now = at
            self._do(Step(step), subject)
        self._result.end_ms = self._now
        return self._result

    def _set_up(self, csrs: Sequence[TraceCsr], strategy: str) -> None:
        names = {row.arrival.queue for row in self._rows} | {queue for csr in csrs for queue in csr.queues}
        self._queues = {name: number for number, name in enumerate(sorted(names), 1)}
        timeout = max(MIN_OFFER_S, self._delay // 1000 + 1)
        for name, number in self._queues.items():
            self._insert(Queue(pk=number, site_id=SITE, name=name, strategy=strategy, offer_timeout_s=timeout))
        for number, csr in enumerate(csrs, 1):
            for queue in csr.queues:
                self._insert(QueueMember(site_id=SITE, queue_id=self._queues[queue], csr_id=number, position=number))
            self._command("presence", number, presence="offline")
            self._command("capacity", number, cap=csr.capacity)
            self._command("presence", number, presence="available", lease_s=FOR_EVER_S)

    def _insert(self, row: models.Model) -> None:
        """Insert a row of a model with its Python defaults; the key is the copy's own where none is given."""
        fields = [one for one in row._meta.concrete_fields if not (one.primary_key and row.pk is None)]
        values = [one.get_db_prep_save(getattr(row, one.attname), connection) for one in fields]
        statement = sql.SQL("INSERT INTO {} ({}) VALUES ({})").format(
            sql.Identifier(row._meta.db_table),
            sql.SQL(", ").join(sql.Identifier(str(one.column)) for one in fields),
            sql.SQL(", ").join(sql.Placeholder() for _ in fields),
        )
        self._link.execute(statement, values)

    def _plan(self, at_ms: int, step: Step, subject: int) -> None:
        self._number += 1
        heapq.heappush(self._steps, (at_ms, step, self._number, subject))

    def _do(self, step: Step, subject: int) -> None:
        match step:
            case Step.ARRIVE:
                self._arrive(self._rows[subject])
            case Step.ACCEPT if subject in self._open:
                self._call("acd_accept(%s, %s, %s, %s)", subject, self._open[subject][1])
            case Step.FINISH:
                self._of_entry[subject].finished_ms = self._now
                self._command("finish", subject)
            case Step.LEAVE if self._of_entry[subject].outcome == "waiting":
                self._command("abandon", subject, reason="left")

    def _arrive(self, row: Replayed) -> None:
        contact = {"public_id": secrets.token_hex(11), "name": row.arrival.contact}
        route = {"open": True, "priority": row.arrival.priority}
        answer = self._call(
            "acd_enqueue(%s, %s, %s, %s, %s)",
            self._queues[row.arrival.queue],
            json.dumps(contact),
            json.dumps(route),
            enters=row,
        )
        number = answer["entry"]
        if row.arrival.patience_ms is not None:
            self._plan(row.arrival.arrival_ms + row.arrival.patience_ms, Step.LEAVE, number)

    def _command(self, what: str, subject: int, **arguments: Any) -> None:
        self._call("acd_command(%s, %s, %s, %s, %s)", what, subject, json.dumps(arguments))

    def _call(self, call: str, *arguments: Any, enters: Replayed | None = None) -> dict[str, Any]:
        """Call a function of the router at the virtual time and follow what it did."""
        at = BEGIN + timedelta(milliseconds=self._now)
        found = self._link.execute(f"SELECT {call}", [SITE, at, *arguments]).fetchone()
        assert found is not None
        answer: dict[str, Any] = found[0]
        if enters is not None:
            self._of_entry[answer["entry"]] = enters
        for event in answer["events"]:
            self._follow(event)
        return answer

    def _follow(self, event: dict[str, Any]) -> None:
        kind, entry, csr, offer = event["kind"], event["entry"], event["csr"], event["offer"]
        if kind == "offer.made":
            row = self._of_entry[entry]
            row.offered_ms = self._now if row.offered_ms is None else row.offered_ms
            self._open[offer] = (entry, csr, self._now)
            self._plan(self._now + self._delay, Step.ACCEPT, offer)
        elif kind.startswith("offer."):
            _, asked, made = self._open.pop(offer)
            self._result.offers.append((self._names[asked - 1], kind.removeprefix("offer."), made, self._now))
            if kind == "offer.accepted":
                row = self._of_entry[entry]
                row.csr, row.answered_ms, row.outcome = self._names[csr - 1], self._now, "answered"
                self._plan(self._now + row.arrival.service_ms, Step.FINISH, entry)
        elif kind == "entry.abandoned":
            row = self._of_entry[entry]
            row.left_ms, row.outcome = self._now, "abandoned"

    def _due_ms(self) -> int | None:
        found = self._link.execute("SELECT due_at FROM acd_siterouter WHERE site_id = %s", [SITE]).fetchone()
        if found is None or found[0] is None:
            return None
        waits: timedelta = found[0] - BEGIN
        return -(-waits // timedelta(milliseconds=1))


@contextmanager
def _tables(*, wait: bool) -> "Iterator[psycopg.Connection[Any]]":
    """Yield a connection that sees the router's copy, its tables empty."""
    address = connection.get_connection_params()
    for of_django in ("cursor_factory", "context"):
        address.pop(of_django, None)
    address["options"] = f"{address.get('options', '')} {OPTIONS}"
    with psycopg.connect(**address, autocommit=True) as link:
        held = link.execute(LOCK if wait else TRY_LOCK).fetchone()
        if held is None or not held[0]:
            raise ReplayBusyError
        link.execute(EMPTY)
        try:
            yield link
        finally:
            link.execute(EMPTY)
