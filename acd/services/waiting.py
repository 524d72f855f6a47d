"""What a waiting customer does: is there or not, leaves, asks to be called back."""

from datetime import datetime, timedelta

from django.db import transaction

from accounts.models import Site
from acd.models import Contact, QueueEntry
from acd.routing import IN_QUEUE, EntryState
from acd.services import router
from sessions.models import Participant, SupportSession
from sessions.text import clean_name
from supportsite.core import wake
from supportsite.core.clock import now
from supportsite.core.errors import AppError
from supportsite.protocol.base import ParticipantRole, SessionDirection

LOST_AFTER = timedelta(seconds=10)
MIN_PHONE_DIGITS = 5


def follow_presence(support_session: SupportSession, participant: Participant, *, connected: bool) -> None:
    """Note that the customer's last connection went, or that one is back: then they are offered again at once.

    Called inside the transaction that locks the session.
    """
    if support_session.direction != SessionDirection.INBOUND or participant.role != ParticipantRole.PRIMARY_CUSTOMER:
        return
    contact = Contact.objects.filter(support_session=support_session).only("id", "lost_at", "site").first()
    if contact is None:
        return
    Contact.objects.filter(pk=contact.pk).update(lost_at=None if connected else now())
    if connected:
        for entry in contact.entries.filter(state=EntryState.LIMBO):
            router.command(support_session.site, "return_customer", entry.pk)


def lose_customers(site: Site) -> int:
    """Stop offering those whose connection has been gone for ten seconds; they keep their place. Return how many."""
    since = now() - LOST_AFTER
    # By their keys: the planner knows little of tables that grew just now, and a join of them cost seconds.
    gone = list(Contact.objects.filter(lost_at__lte=since).values_list("pk", flat=True))
    there = QueueEntry.objects.filter(contact_id__in=gone, state__in=IN_QUEUE).order_by("id")
    rows = list(there.values_list("pk", "contact_id", "state", "contact__callback_phone"))
    Contact.objects.filter(pk__in=set(gone) - {contact for _, contact, _, _ in rows}).update(lost_at=None)
    lost = [(key, contact) for key, contact, state, phone in rows if state != EntryState.LIMBO and not phone]
    return sum(_lose(site, key, contact, since) for key, contact in lost)


@transaction.atomic
def _lose(site: Site, entry: int, contact: int, since: datetime) -> bool:
    """Stop offering a customer, unless they have come back just now: who comes back waits for the contact's row."""
    locked = Contact.objects.select_for_update(no_key=True).filter(pk=contact, lost_at__lte=since).first()
    return locked is not None and router.command(site, "lose_customer", entry).ok


def ask_callback(entry: QueueEntry, phone: str) -> None:
    """Keep the place for somebody who wants to be called when it is their turn. An empty `phone` takes it back.

    Raises AppError invalid (phone), entry_gone (409).
    """
    number = clean_name(phone)[:40]
    if number and sum(character.isdigit() for character in number) < MIN_PHONE_DIGITS:
        raise AppError("invalid", fields={"phone": "invalid"})
    if entry.state not in IN_QUEUE:
        raise AppError("entry_gone", status=409)
    Contact.objects.filter(pk=entry.contact_id).update(callback_phone=number)
    if number and entry.state == EntryState.LIMBO:
        router.command(entry.site, "return_customer", entry.pk)
    wake.wake(wake.group("queue", str(entry.queue_id)))
    wake.wake(wake.group("monitor"))
