"""Queue and sessions follow each other: who leaves a session leaves the line, who leaves the line ends the session."""

from collections.abc import Collection

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet, Subquery

from accounts.models import Membership, Site
from acd.models import Contact, QueueEntry
from acd.routing import IN_QUEUE, EntryState
from acd.services import router
from sessions.models import SupportSession
from sessions.services.holding import held_by_system, lock
from sessions.services.lifecycle import finish
from supportsite.protocol.base import EndReason, ParticipantRole, SessionState

SERVED = IN_QUEUE | {EntryState.ACTIVE}
# A visit whose last segment ended so has nobody to serve it.
UNSERVED = {
    EntryState.ABANDONED: EndReason.CUSTOMER_LEAVE,
    EntryState.TIMED_OUT: EndReason.UNANSWERED,
    EntryState.CANCELLED: EndReason.ADMIN,
}
CONNECTION_LOST = "connection_lost"
RETURNED = "returned"  # an untaken transfer of an outbound session: its giver is still there


def follow_primary(support_session: SupportSession, taker: Membership) -> None:
    """Have the visit's active entry follow a new primary CSR; called inside the transaction, the session locked."""
    for entry in QueueEntry.objects.filter(contact__support_session=support_session, state=EntryState.ACTIVE):
        router.command(support_session.site, "hand_over", entry.pk, csr=taker.pk)


def follow_session_end(support_session: SupportSession) -> None:
    """Close the entries of an ended session; called inside its transaction, the session locked."""
    entries = QueueEntry.objects.filter(contact__support_session=support_session)
    for entry in entries.filter(state__in=IN_QUEUE):
        router.command(support_session.site, "abandon", entry.pk, reason="left")
    for entry in entries.filter(state=EntryState.ACTIVE):
        router.command(support_session.site, "finish", entry.pk)


def end_unserved(site: Site, *, entries: Collection[int] | None = None) -> int:
    """End the live sessions of visits that left the line unserved; of all, or of the visits of these entries.

    Read from the rows alone and idempotent, so what a crash left undone is done the next time. Return how many ended.
    """
    ended = 0
    for contact in _unserved(entries):
        with transaction.atomic():
            support_session = _lock_of(contact, site)
            # Judged again under the lock: a transfer may have put the customer back into a line.
            last = contact.entries.order_by("-segment_no").first()
            served = contact.entries.filter(state__in=SERVED).exists()
            if support_session is None or not support_session.live or served:
                continue
            if last is None or last.outcome == RETURNED:
                continue
            held = held_by_system(support_session)
            if held.find(ParticipantRole.PRIMARY_CSR) is not None:
                continue  # who gives a session away is there until it is taken
            finish(held, _reason(last))
            ended += 1
    return ended


def _lock_of(contact: Contact, site: Site) -> SupportSession | None:
    assert contact.support_session is not None
    contact.support_session.site = site
    return lock(contact.support_session)


def _unserved(entries: Collection[int] | None) -> QuerySet[Contact]:
    mine = QueueEntry.objects.filter(contact=OuterRef("pk"))
    contacts: QuerySet[Contact] = (
        Contact.objects.select_related("support_session")
        .filter(support_session__isnull=False)
        .exclude(support_session__state=SessionState.ENDED)
        .filter(~Exists(mine.filter(state__in=SERVED)))
        .annotate(
            last_state=Subquery(mine.order_by("-segment_no").values("state")[:1]),
            last_outcome=Subquery(mine.order_by("-segment_no").values("outcome")[:1]),
        )
        .filter(last_state__in=UNSERVED)
        .exclude(last_outcome=RETURNED)
    )
    return contacts if entries is None else contacts.filter(entries__in=entries).distinct()


def _reason(last: QueueEntry) -> EndReason:
    if last.outcome == CONNECTION_LOST:
        return EndReason.ORPHANED
    return UNSERVED[EntryState(last.state)]
