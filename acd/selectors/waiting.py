"""Queues as customers see them, and a waiting customer's own place."""

from acd.models import Contact, LeftMessage, Queue, QueueEntry
from acd.routing import EntryState
from acd.selectors.wait import ExpectedWait
from sessions.actors import ParticipantActor
from sessions.models import Endpoint
from supportsite.core.clock import now
from supportsite.core.errors import not_found
from supportsite.protocol.base import ParticipantRole
from supportsite.protocol.waiting import WaitInfo, WaitingInfo

FINE_STEP_S, COARSE_STEP_S = 10, 30
FINE_BELOW_S = 120


def find_queue(public_id: str) -> Queue:
    """Return a queue of the site that is in use. AppError not_found."""
    queue: Queue | None = Queue.objects.filter(public_id=public_id, active=True).first()
    if queue is None:
        raise not_found()
    return queue


def access_entry(actor: ParticipantActor, public_id: str) -> QueueEntry:
    """Return the newest segment of the customer's own visit; any segment of it leads there. AppError not_found."""
    endpoint = actor.endpoint
    if endpoint.participant.role != ParticipantRole.PRIMARY_CUSTOMER or not endpoint.participant.joined:
        raise not_found()
    entry = get_newest_segment(endpoint.support_session_id)
    if entry is None or not QueueEntry.objects.filter(contact_id=entry.contact_id, public_id=public_id).exists():
        raise not_found()
    return entry


def access_entry_of_session(actor: ParticipantActor, session_id: str) -> QueueEntry:
    """Return the newest segment of the visit that the customer's own session belongs to. AppError not_found."""
    entry = get_newest_segment(actor.endpoint.support_session_id)
    if entry is None or actor.endpoint.support_session.public_id != session_id:
        raise not_found()
    return access_entry(actor, entry.public_id)


def get_newest_segment(support_session_id: int) -> QueueEntry | None:
    """Return where the visit of a session stands, or None for a session without a queue."""
    entries = QueueEntry.objects.select_related("contact", "queue", "site")
    entry: QueueEntry | None = (
        entries.filter(contact__support_session_id=support_session_id).order_by("-segment_no", "-id").first()
    )
    return entry


def find_visit(endpoint: Endpoint | None, queue: Queue) -> Contact | None:
    """Return the live visit of a browser in a queue or its successors, so that its page leads there again."""
    if endpoint is None or not endpoint.support_session.live:
        return None
    contact: Contact | None = (
        Contact.objects.select_related("support_session")
        .filter(support_session_id=endpoint.support_session_id, entries__queue=queue)
        .first()
    )
    return contact


def describe_waiting(
    entry: QueueEntry, language: str, found: ExpectedWait | None, *, callback_phone: str | None = None
) -> WaitingInfo:
    """Return what the customer is told of their entry, as far as its queue shows it; `found` where they stand."""
    queue: Queue = entry.queue
    waits = found is not None and found.place > 0
    shows_place = found is not None and waits and queue.show_position
    return WaitingInfo(
        entry=entry.public_id,
        queue=queue.name_in(language),
        state=str(EntryState.WAITING if waits else entry.state),
        since=entry.contact.created_at,
        place=found.place if found and shows_place else None,
        wait=_wait(found) if found and waits and queue.show_wait else None,
        grew=str(found.reason or "") if found and shows_place else "",
        callback_phone=callback_phone,
        now=now(),
    )


def _wait(found: ExpectedWait) -> WaitInfo | None:
    """Return the expected wait in steps that a person can follow: 10 s, from two minutes on 30 s."""
    if found.low_s is None or found.median_s is None or found.high_s is None:
        return None
    step = FINE_STEP_S if found.high_s < FINE_BELOW_S else COARSE_STEP_S
    return WaitInfo(
        low_s=int(found.low_s // step * step),
        likely_s=int(round(found.median_s / step) * step),
        high_s=int(-(-found.high_s // step) * step),
    )


def access_message(public_id: str) -> LeftMessage:
    """Return a message of the site. AppError not_found."""
    message: LeftMessage | None = LeftMessage.objects.select_related("queue").filter(public_id=public_id).first()
    if message is None:
        raise not_found()
    return message
