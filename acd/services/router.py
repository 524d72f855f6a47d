"""The one door to the router's SQL functions (acd/migrations/sql/router.sql).

Each call takes the site's lock until the transaction ends, so it is the last statement of a service's transaction.
A session's row is locked before the site, never after.
"""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from accounts.models import Site
from supportsite.core import clock, wake


@dataclass(frozen=True)
class RouterEvent:
    """One event that a command caused; ids are primary keys, None where the event has none."""

    n: int
    kind: str
    queue: int | None
    entry: int | None
    csr: int | None
    offer: int | None
    data: dict[str, Any]


@dataclass(frozen=True)
class Answer:
    """What a command did. `ok` is false where it came too late; `more` holds the command's own values."""

    now: datetime | None
    n: int
    events: tuple[RouterEvent, ...]
    more: dict[str, Any]

    @property
    def ok(self) -> bool:
        """Tell whether the command was carried out."""
        return bool(self.more.get("ok", True))


def enqueue(site: Site, *, queue: int, contact: dict[str, Any], route: dict[str, Any]) -> Answer:
    """Let a customer in; `more`: outcome (waiting, rejected), reason (closed, full, unstaffed), entry, contact, again.

    `again` is true where this browser tab is in already.
    """
    return _call(site, "acd_enqueue", queue, json.dumps(contact), json.dumps(route), casts="%s, %s::jsonb, %s::jsonb")


def accept(site: Site, *, offer: int, csr: int) -> Answer:
    """Accept an offer, once; `more`: ok, entry, or the true state and taken_by."""
    return _call(site, "acd_accept", offer, csr)


def command(site: Site, what: str, subject: int, **arguments: Any) -> Answer:
    """Carry out one of the router's other commands on an offer, entry or CSR; see `acd_command`."""
    return _call(site, "acd_command", what, subject, json.dumps(arguments), casts="%s, %s, %s::jsonb")


def heartbeat(site: Site, *, csr: int, lease_s: int) -> Answer:
    """Renew a CSR's lease; one who was lost is matched again."""
    return _call(site, "acd_heartbeat", csr, lease_s)


def lock(site: Site) -> None:
    """Take the site's lock until the transaction ends: what is read afterwards does not change before the command."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT acd_begin(%s, %s)", [site.pk, clock.frozen()])


def tick(site: Site) -> Answer:
    """Do what is due; `more`: ok (something was), lost (entries whose CSR did not come back), due_at."""
    return _call(site, "acd_tick")


def _call(site: Site, function: str, *arguments: Any, casts: str | None = None) -> Answer:
    places = casts if casts is not None else ", ".join(["%s"] * len(arguments))
    sql = f"SELECT {function}(%s, %s{', ' if arguments else ''}{places})"
    with connection.cursor() as cursor:
        cursor.execute(sql, [site.pk, clock.frozen(), *arguments])
        raw = cursor.fetchone()[0]
    value: dict[str, Any] = json.loads(raw) if isinstance(raw, str) else raw
    at = value.pop("now", None)
    events = tuple(RouterEvent(**item) for item in value.pop("events", []))
    answer = Answer(datetime.fromisoformat(at) if at else None, value.pop("n", 0), events, value)
    _wake(answer)
    return answer


def _wake(answer: Answer) -> None:
    """Tell the sockets of every CSR, queue and the monitor that something happened to them."""
    if not answer.events:
        return
    inboxes = sorted({event.csr for event in answer.events if event.csr is not None})
    queues = sorted({event.queue for event in answer.events if event.queue is not None})
    groups = [wake.group("inbox", str(csr)) for csr in inboxes] + [wake.group("queue", str(queue)) for queue in queues]
    wake.wake_all([*groups, wake.group("monitor")], n=answer.n)
