"""The monitor as it is now: three statements over all queues, one for sessions, the expected wait queue by queue."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.db import connection
from django.db.models import Exists, F, OuterRef, Subquery

from accounts.models import Membership
from acd.expected_wait import estimate_wait
from acd.hours import find_opening
from acd.metrics import part
from acd.models import FormField, Queue, QueueEntry, SiteRouter
from acd.routing import IN_QUEUE, EntryState, OfferState
from acd.selectors.managing import list_managed_queues, list_managed_sessions
from acd.selectors.wait import get_queue_load
from sessions.models import Grant, Participant
from sessions.selectors.active import active_grants
from supportsite.core import clock
from supportsite.protocol.base import ParticipantRole, ParticipantState
from supportsite.protocol.inbox import Presence
from supportsite.protocol.monitor import (
    CsrActivity,
    MonitorCsr,
    MonitorEntry,
    MonitorLine,
    MonitorQuarter,
    MonitorQueue,
    MonitorSession,
    MonitorState,
    WaitRange,
)

QUARTER = timedelta(minutes=15)
QUARTERS = 16
MAX_LINE = 200
MAX_SESSIONS = 200
MAX_ABOUT = 120

_SQL = Path(__file__).parent / "sql"
_QUEUES, _QUARTERS, _CSRS = (
    (_SQL / f"monitor_{name}.sql").read_text(encoding="utf-8") for name in ("queues", "quarters", "csrs")
)


def get_monitor(member: Membership, *, language: str) -> MonitorState:
    """Return what a manager may watch, names in `language`. AppError `forbidden` (403) for CSRs."""
    now = clock.now()
    queues = list(list_managed_queues(member))
    values = {"now": now, "queues": [queue.pk for queue in queues]}
    last = now.replace(minute=now.minute - now.minute % 15, second=0, microsecond=0)
    first = last - (QUARTERS - 1) * QUARTER
    rows = {row["id"]: row for row in _rows(_QUEUES, values)}
    quarters = _rows(_QUARTERS, {**values, "first": first, "last": last})
    return MonitorState(
        n=SiteRouter.objects.filter(site=member.site_id).values_list("n", flat=True).first() or 0,
        now=now,
        queues=[_queue(queue, rows[queue.pk], now, language) for queue in queues],
        csrs=[_csr(row, now) for row in _rows(_CSRS, values)],
        sessions=_sessions(member, language),
        quarters=[
            MonitorQuarter(
                at=row["at"], queue=row["queue"], in_time=row["in_time"], later=row["later"], left=row["gone"]
            )
            for row in quarters
        ],
        quarters_from=first,
    )


def get_line(queue: Queue, *, language: str) -> MonitorLine:
    """Return who is in the line of a queue, first to last."""
    inside = QueueEntry.objects.filter(queue=queue, state__in=IN_QUEUE).order_by("-priority", "seq")
    entries = inside.select_related("contact").prefetch_related("offers__csr__user")[:MAX_LINE]
    first = FormField.objects.filter(queue=queue, active=True).first()
    return MonitorLine(
        queue=queue.public_id,
        now=clock.now(),
        waiting=inside.count(),
        entries=[_entry(entry, first.key if first else "") for entry in entries],
    )


def _entry(entry: QueueEntry, key: str) -> MonitorEntry:
    asked = [offer.csr.user.name for offer in entry.offers.all() if offer.state == OfferState.PENDING]
    return MonitorEntry(
        id=entry.public_id,
        name=entry.contact.name,
        about=str(entry.contact.form.get(key, ""))[:MAX_ABOUT],
        state=entry.state,
        priority=entry.priority,
        since=entry.enqueued_at,
        offered_to=", ".join(asked)[:80],
        rule=entry.rule,
    )


def _rows(sql: str, values: dict[str, Any]) -> list[dict[str, Any]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        names = [column.name for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def _queue(queue: Queue, row: dict[str, Any], now: datetime, language: str) -> MonitorQueue:
    opening = find_opening(queue.hours, queue.holidays, queue.timezone, now, queue.override)
    return MonitorQueue(
        id=queue.public_id,
        name=queue.name_in(language),
        open=opening.open,
        override=queue.override,
        until=opening.until,
        waiting=row["waiting"],
        longest_since=row["longest_since"],
        wait=_wait(queue, row),
        csrs_ready=row["csrs_ready"],
        csrs=row["csrs"],
        sl_seconds=queue.sl_seconds,
        offered=row["offered"],
        answered=row["answered"],
        in_time=row["in_time"],
        left=row["gone"],
        left_short=row["gone_short"],
        service_level=part(row["in_time"], row["answered"] + row["gone"]),
    )


def _wait(queue: Queue, row: dict[str, Any]) -> WaitRange | None:
    """Return how long the next customer would wait: not at all while a CSR is ready and nobody is before them."""
    if row["csrs_ready"] and not row["waiting"]:
        return WaitRange(low_s=0, median_s=0, high_s=0)
    estimate = estimate_wait(get_queue_load(queue, waiting=row["waiting"] + 1), row["waiting"])
    if estimate.low_s is None or estimate.median_s is None or estimate.high_s is None:
        return None
    return WaitRange(low_s=estimate.low_s, median_s=estimate.median_s, high_s=estimate.high_s)


def _csr(row: dict[str, Any], now: datetime) -> MonitorCsr:
    activity, since, until = _activity(row, now)
    return MonitorCsr(
        id=row["public_id"],
        name=row["name"],
        activity=activity,
        presence=row["presence"],
        reason=row["reason"],
        since=since,
        until=until,
        capacity=row["wanted_cap"],
        sessions=row["used"] - row["offers"] - row["wrap_ups"] + row["outside"],
        offers=row["offers"],
        wrap_ups=row["wrap_ups"],
        queues=row["queues"],
    )


def _activity(row: dict[str, Any], now: datetime) -> tuple[CsrActivity, datetime, datetime | None]:
    """Return what a CSR is doing, since when, and when it ends by itself."""
    since: datetime = row["since"]
    if row["presence"] == Presence.OFFLINE:
        return CsrActivity.OFFLINE, since, None
    if row["lost_at"] is not None or row["lease_until"] is None or row["lease_until"] <= now:
        return CsrActivity.LOST, row["lost_at"] or row["lease_until"] or since, None
    if row["offers"]:
        return CsrActivity.OFFERED, row["offered_at"], row["offer_until"]
    if row["presence"] != Presence.AVAILABLE:
        return CsrActivity(row["presence"]), since, None
    if row["used"] + row["outside"] >= row["wanted_cap"]:
        if row["wrap_ups"] and row["wrap_ups"] == row["used"] + row["outside"]:
            return CsrActivity.WRAP_UP, row["wrap_since"], row["wrap_until"]
        return CsrActivity.BUSY, row["last_answer"] or since, None
    if row["not_before"] is not None and row["not_before"] > now:
        return CsrActivity.PAUSED, since, row["not_before"]
    return CsrActivity.READY, max(since, row["idle_since"]), None


def _sessions(member: Membership, language: str) -> list[MonitorSession]:
    inside = Participant.objects.filter(support_session=OuterRef("pk"), state=ParticipantState.JOINED)
    entries = QueueEntry.objects.filter(contact__support_session=OuterRef("pk"), state=EntryState.ACTIVE)
    entry = entries.order_by("-segment_no")
    name = "queue__name_ja" if language == "ja" else "queue__name"
    sessions = (
        list_managed_sessions(member)
        .annotate(
            customer=Subquery(inside.filter(role=ParticipantRole.PRIMARY_CUSTOMER).values("name")[:1]),
            csr=Subquery(inside.filter(role=ParticipantRole.PRIMARY_CSR).values("name")[:1]),
            queue_name=Subquery(entry.values(name)[:1]),
            queue_name_en=Subquery(entry.values("queue__name")[:1]),
            mine=Exists(inside.filter(membership=member)),
        )
        .order_by(F("activated_at").asc(nulls_last=True), "pk")[:MAX_SESSIONS]
    )
    found = list(sessions)
    allowed: dict[int, list[str]] = {}
    for grant in active_grants().filter(support_session__in=[row.pk for row in found]).order_by("pk"):
        allowed.setdefault(_session_of(grant), []).append(grant.capability)
    return [
        MonitorSession(
            id=row.public_id,
            state=row.state,
            customer=row.customer or "",
            csr=row.csr or "",
            queue=row.queue_name or row.queue_name_en or "",
            since=row.activated_at or row.created_at,
            allowed=list(dict.fromkeys(allowed.get(row.pk, ()))),
            mine=row.mine,
        )
        for row in found
    ]


def _session_of(grant: Grant) -> int:
    return int(grant.support_session_id)
