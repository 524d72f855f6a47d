"""Reads of queue entries and of what a site decides about them."""

from typing import Any

from accounts.models import Membership, Site
from acd.models import AcdSettings, CsrState, Queue, QueueEntry
from acd.routing import IN_QUEUE
from sessions.models import Participant, SupportSession
from supportsite.core.clock import now
from supportsite.protocol.base import ParticipantState
from supportsite.protocol.inbox import Presence


def get_acd_settings(site: Site) -> AcdSettings:
    """Return what the site decides about WebACD; made with its defaults where nothing was decided yet."""
    settings: AcdSettings = AcdSettings.objects.get_or_create(site=site)[0]
    return settings


def find_open_transfer(support_session: SupportSession) -> QueueEntry | None:
    """Return the entry by which a session waits for somebody who takes it over, or None."""
    entries = QueueEntry.objects.filter(contact__support_session=support_session, outcome="transfer")
    entry: QueueEntry | None = entries.filter(state__in=IN_QUEUE).order_by("-segment_no").first()
    return entry


def list_csrs_online(
    site: Site, *, but: Membership, support_session: SupportSession | None = None
) -> list[dict[str, Any]]:
    """Return the site's CSRs who are signed in to WebACD now, those with room first.

    `participant` is theirs in `support_session`, where they are inside.
    """
    inside = Participant.objects.filter(support_session=support_session, state=ParticipantState.JOINED)
    people = dict(inside.filter(membership__isnull=False).values_list("membership", "public_id"))
    states = CsrState.objects.select_related("csr__user").filter(site=site, lease_until__gt=now(), csr__active=True)
    rows = states.exclude(presence=Presence.OFFLINE).exclude(csr=but)
    shown = [
        {
            "id": row.csr.public_id,
            "name": row.csr.user.name,
            "participant": people.get(row.csr_id),
            "presence": row.presence,
            "reason": row.reason,
            "free": max(0, row.wanted_cap - row.used - row.outside) if row.presence == Presence.AVAILABLE else 0,
        }
        for row in rows
    ]
    return sorted(shown, key=lambda row: (row["free"] == 0, row["name"]))


def list_queue_targets(site: Site, *, language: str) -> list[dict[str, Any]]:
    """Return the queues to which a session can go, with how many wait and how many CSRs are there."""
    shown = []
    for queue in Queue.objects.filter(site=site, active=True).order_by("position", "id"):
        there = CsrState.objects.filter(
            csr__in=queue.members.values("csr"), lease_until__gt=now(), presence=Presence.AVAILABLE
        )
        shown.append(
            {
                "id": queue.public_id,
                "name": queue.name_in(language),
                "waiting": QueueEntry.objects.filter(queue=queue, state__in=IN_QUEUE).count(),
                "csrs": there.count(),
            }
        )
    return shown
