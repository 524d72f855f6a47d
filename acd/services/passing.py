"""Transfer session: one queue, or one or more CSRs; the giver stays until somebody accepts."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef

from accounts.models import Membership, Site, new_public_id
from accounts.permissions import Privilege
from accounts.selectors import privilege_allowed
from acd.models import Contact, Queue, QueueEntry, QueueMember
from acd.routing import IN_QUEUE, EntryState
from acd.selectors.entries import find_open_transfer, get_acd_settings
from acd.services import router
from sessions.events import record_event
from sessions.models import SupportSession
from sessions.selectors.access import Access
from sessions.services.chat import send_message
from sessions.services.holding import Held, held_by_system, hold, lock
from supportsite.core.errors import AppError
from supportsite.protocol.base import Audience
from supportsite.protocol.events import TransferEnded, TransferStarted
from supportsite.protocol.objects import TransferInfo

MAX_CSRS = 20


def transfer_session(access: Access, *, queue: str | None, csrs: list[str], note: str) -> None:
    """Offer the session to a queue, or to named CSRs; the primary CSR only. Locks session, then site.

    The first to accept becomes primary and the giver leaves; if nobody does, it stays with the giver.

    Args:
        access: the primary CSR.
        queue: a queue's id, or None.
        csrs: members' ids, where no queue is given.
        note: at most 345 characters for the one who takes over; CSRs read it in the chat too.

    Raises AppError privilege_missing, not_acd_agent (409), invalid, transfer_open (409), too_many_hops (409).
    """
    with hold(access) as held:
        held.require_active()
        held.require_primary_csr()
        giver = held.person.membership
        assert giver is not None
        _require_agent(giver)
        if held.support_session.transfer is not None:
            raise AppError("transfer_open", status=409)
        target, named = _find_targets(held, giver, queue=queue, csrs=csrs)
        if note.strip():
            send_message(access, text=note.strip(), audience=Audience.CSRS, to=None, client_id=new_public_id())
            held.support_session.refresh_from_db()
        until = _pass_on(held, giver, target, named, note.strip())
        label = target.name if not named else ", ".join(csr.user.name for csr in named)
        info = TransferInfo(giver=held.person.public_id, target=label[:200], at=held.now, expires_at=until)
        held.support_session.transfer = info.model_dump(mode="json")
        held.support_session.save(update_fields=["transfer"])
        record_event(held.support_session, TransferStarted, actor=held.actor, transfer=info)
        held.touch()


def cancel_transfer(access: Access) -> None:
    """Take a transfer back; the primary CSR only. Nothing happens where there is none."""
    with hold(access) as held:
        held.require_primary_csr()
        entry = find_open_transfer(held.support_session)
        if held.support_session.transfer is None:
            return
        end_transfer(held, "cancelled")
        if entry is not None:
            router.command(held.support_session.site, "cancel", entry.pk, reason="returned")


def end_transfer(held: Held, outcome: str) -> None:
    """Note in a held session that its transfer is over; nothing happens where there is none."""
    if held.support_session.transfer is None:
        return
    held.support_session.transfer = None
    held.support_session.save(update_fields=["transfer"])
    record_event(held.support_session, TransferEnded, actor=held.actor, outcome=outcome)


def follow_transfers(site: Site) -> None:
    """Have every session learn that time ended its transfer. Read from the rows alone, repeats do nothing."""
    open_ones = QueueEntry.objects.filter(
        contact__support_session=OuterRef("pk"), state__in=IN_QUEUE, outcome="transfer"
    )
    sessions = SupportSession.objects.filter(site=site, transfer__isnull=False).exclude(Exists(open_ones))
    for support_session in sessions:
        support_session.site = site
        follow_transfer(support_session)


def follow_transfer(support_session: SupportSession) -> None:
    """Have a session learn that time ended its transfer; called after the router's tick, repeats do nothing."""
    with transaction.atomic():
        locked = lock(support_session)
        if locked is None or not locked.live or locked.transfer is None:
            return
        entries = QueueEntry.objects.filter(contact__support_session=locked)
        if entries.filter(state__in=IN_QUEUE, outcome="transfer").exists():
            return
        waiting = entries.filter(state__in=IN_QUEUE).exists()
        end_transfer(held_by_system(locked), "fallback" if waiting else "returned")


def _require_agent(giver: Membership) -> None:
    if not privilege_allowed(giver, Privilege.TRANSFER):
        raise AppError("privilege_missing", status=403, privilege=str(Privilege.TRANSFER))
    if not QueueMember.objects.filter(csr=giver).exists():
        raise AppError("not_acd_agent", status=409)


def _find_targets(
    held: Held, giver: Membership, *, queue: str | None, csrs: list[str]
) -> tuple[Queue, list[Membership]]:
    """Return the queue, and the CSRs where it goes to named ones. Raises AppError invalid."""
    site = held.support_session.site
    if (queue is None) == (not csrs) or len(csrs) > MAX_CSRS:
        raise AppError("invalid", fields={"queue": "either_queue_or_csrs"})
    if queue is not None:
        found: Queue | None = Queue.objects.filter(site=site, active=True, public_id=queue).first()
        if found is None:
            raise AppError("invalid", fields={"queue": "unknown"})
        return found, []
    members = Membership.objects.select_related("user").filter(site=site, active=True, public_id__in=csrs)
    named = [member for member in members if member.pk != giver.pk]
    if len(named) != len(set(csrs)):
        raise AppError("invalid", fields={"csrs": "unknown"})
    current = _active_entry(held)
    home: Queue | None = current.queue if current is not None else None
    if home is None:
        own = QueueMember.objects.select_related("queue").filter(csr=giver).order_by("priority", "id").first()
        assert own is not None  # an agent serves a queue
        home = own.queue
    return home, named


def _active_entry(held: Held) -> QueueEntry | None:
    active = QueueEntry.objects.select_related("queue", "contact").filter(state=EntryState.ACTIVE)
    entries = active.filter(contact__support_session=held.support_session)
    entry: QueueEntry | None = entries.order_by("-segment_no").first()
    return entry


def _pass_on(held: Held, giver: Membership, queue: Queue, named: list[Membership], note: str) -> datetime:
    """Put the customer into the line of those who may take over; return until when they may."""
    site = held.support_session.site
    only = [csr.pk for csr in named] or None
    current = _active_entry(held)
    if current is not None:
        answer = router.command(site, "transfer", current.pk, queue=queue.pk, only_csrs=only, note=note, by=giver.pk)
        if not answer.ok:
            code = "too_many_hops" if answer.more.get("reason") == "too_many_hops" else "transfer_open"
            raise AppError(code, status=409)
    else:
        route = {
            "only_csrs": only,
            "note": note,
            "rule": "transfer",
            "outcome": "transfer",
            "priority": queue.transfer_boost,
        }
        answer = router.enqueue(site, queue=queue.pk, contact=_contact_of(held), route={**route, "open": True})
        if answer.more["outcome"] == "rejected":
            raise AppError(f"queue_{answer.more['reason']}", status=409)
    entry = QueueEntry.objects.get(pk=answer.more["entry"])
    # Somebody may be asked already; the deadline of the line itself is the site's.
    entered: datetime = entry.enqueued_at
    return entered + timedelta(seconds=get_acd_settings(site).transfer_timeout_s)


def _contact_of(held: Held) -> dict[str, object]:
    """Return the visit of an outbound session, which came through no queue."""
    known = Contact.objects.filter(support_session=held.support_session).first()
    if known is not None:
        return {"id": known.pk}
    customer = held.primary_customer()
    return {
        "public_id": new_public_id(),
        "name": customer.name if customer else "",
        "language": held.support_session.customer_language,
        "support_session": held.support_session.pk,
    }
