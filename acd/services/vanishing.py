"""A CSR is lost for good: the longest-present assistant takes over, else a queue does, else the session ends."""

from collections.abc import Iterable

from django.db import transaction

from accounts.models import Site
from acd.models import CsrState, Queue, QueueEntry, QueueMember
from acd.routing import EntryState
from acd.selectors.entries import find_open_transfer, get_acd_settings
from acd.services import router
from sessions.models import Participant
from sessions.services.holding import Held, held_by_system, lock
from sessions.services.inbound import requeue_session
from sessions.services.lifecycle import close_participant, finish, promote_assistant
from supportsite.core.clock import now
from supportsite.protocol.base import EndReason, ParticipantRole
from supportsite.protocol.inbox import Presence


def take_over_lost(site: Site, entries: Iterable[int]) -> None:
    """Find somebody for the customers of CSRs who did not come back. Each entry in a transaction of its own.

    The steps: assistant in the session, the last queue, the first queue, the site's fallback queue, the end. A queue is
    taken where somebody is there; where nobody is anywhere, the customer waits on in the last queue while it is open.
    """
    for pk in entries:
        with transaction.atomic():
            entry = QueueEntry.objects.select_related("contact__support_session__site", "queue", "csr").get(pk=pk)
            support_session = lock(entry.contact.support_session) if entry.contact.support_session else None
            entry.refresh_from_db(fields=["state", "csr"])
            if support_session is None or not support_session.live or not _still_lost(entry):
                continue
            _replace(held_by_system(support_session), entry, site)


def _still_lost(entry: QueueEntry) -> bool:
    if entry.state != EntryState.ACTIVE or entry.csr is None:
        return False
    state = CsrState.objects.filter(csr=entry.csr).first()
    return state is not None and state.presence == Presence.OFFLINE and state.reason == "lost"


def _replace(held: Held, entry: QueueEntry, site: Site) -> None:
    lost: Participant | None = held.find(ParticipantRole.PRIMARY_CSR)
    if lost is not None and lost.membership_id != entry.csr_id:
        # Somebody else leads the session already; the entry follows them.
        router.command(site, "hand_over", entry.pk, csr=lost.membership_id)
        return
    if lost is not None:
        close_participant(held, lost)
    promote_assistant(held)  # the entry follows by `primary_changed`
    if held.find(ParticipantRole.PRIMARY_CSR) is not None:
        return
    passed = find_open_transfer(held.support_session)  # goes on where it is
    queue = passed.queue if passed is not None else _next_queue(entry, site)
    if queue is None:
        finish(held, EndReason.ORPHANED)
        return
    requeue_session(held, queue=queue.name)
    router.command(site, "requeue", entry.pk, queue=queue.pk)


def _next_queue(entry: QueueEntry, site: Site) -> Queue | None:
    first = QueueEntry.objects.filter(contact=entry.contact).order_by("segment_no", "id").first()
    ladder = [entry.queue, first.queue if first else None, get_acd_settings(site).fallback_queue]
    steps = [queue for queue in ladder if queue is not None and queue.active and queue.override != "closed"]
    staffed = (queue for queue in steps if _somebody_there(queue))
    return next(staffed, steps[0] if steps else None)


def _somebody_there(queue: Queue) -> bool:
    csrs = QueueMember.objects.filter(queue=queue).values("csr")
    there = CsrState.objects.filter(csr__in=csrs, lease_until__gt=now()).exclude(presence=Presence.OFFLINE)
    return bool(there.exists())
