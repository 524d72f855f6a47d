"""Answers of CSRs to offers: accept, decline, pick."""

from django.db import transaction

from accounts.actors import CsrActor
from acd.models import Offer, QueueEntry, QueueMember
from acd.routing import EntryState, OfferState
from acd.services import router
from acd.services.conversation import lock_conversation
from acd.services.passing import end_transfer
from acd.services.presence import require_inbound
from sessions.selectors.access import Access
from sessions.services.inbound import seat_csr
from sessions.services.lifecycle import close_participant
from sessions.services.slots import require_free_slot
from supportsite.core.errors import AppError, not_found
from supportsite.protocol.base import ParticipantRole


def accept_offer(actor: CsrActor, public_id: str) -> Access:
    """Accept an offer: the CSR becomes primary CSR of the customer's session. Locks session, then site.

    Raises AppError offer_gone (409; data: state, name of taken_by) where it came too late, single_session or
    session_limit (409); nothing changes then.
    """
    require_inbound(actor)
    member = actor.membership
    offer = _offer_of(actor, public_id)
    if offer.state != OfferState.PENDING:
        raise _gone(offer)
    with transaction.atomic():
        access = _seat(actor, offer.entry, but=offer)
        answer = router.accept(member.site, offer=offer.pk, csr=member.pk)
        if not answer.ok:
            offer.refresh_from_db()
            raise _gone(offer, state=answer.more["state"])
    return access


def decline_offer(actor: CsrActor, public_id: str) -> None:
    """Decline an offer; the customer keeps their place. Raises AppError offer_gone (409)."""
    offer = _offer_of(actor, public_id)
    answer = router.command(actor.membership.site, "decline", offer.pk, csr=actor.membership.pk)
    if not answer.ok:
        offer.refresh_from_db()
        raise _gone(offer)


def pick_entry(actor: CsrActor, public_id: str) -> Access:
    """Take a waiting customer of one of the CSR's queues out of turn. Locks session, then site.

    Raises AppError pick_not_allowed (403), entry_gone (409), csr_full, single_session or session_limit (409).
    """
    require_inbound(actor)
    entry = _entry_in_reach(actor, public_id)
    with transaction.atomic():
        access = _seat(actor, entry)
        answer = router.command(actor.membership.site, "pick", entry.pk, csr=actor.membership.pk)
        if not answer.ok:
            code, status = {
                "not_allowed": ("pick_not_allowed", 403),
                "gone": ("entry_gone", 409),
                "full": ("csr_full", 409),
            }[answer.more["reason"]]
            raise AppError(code, status=status)
    return access


def _offer_of(actor: CsrActor, public_id: str) -> Offer:
    offers = Offer.objects.select_related("entry__contact__support_session", "entry__queue")
    offer: Offer | None = offers.filter(public_id=public_id, csr=actor.membership).first()
    if offer is None:
        raise not_found()
    return offer


def _entry_in_reach(actor: CsrActor, public_id: str) -> QueueEntry:
    """Return a waiting entry from which the CSR may pick: of their queue, and not meant for others."""
    entries = QueueEntry.objects.select_related("contact__support_session", "queue")
    entry: QueueEntry | None = entries.filter(public_id=public_id).first()
    member = actor.membership
    if entry is None or not QueueMember.objects.filter(queue=entry.queue, csr=member).exists():
        raise not_found()
    if not entry.queue.allow_pick or (entry.only_csrs is not None and member.pk not in entry.only_csrs):
        raise AppError("pick_not_allowed", status=403)
    if entry.state != EntryState.WAITING:
        raise AppError("entry_gone", status=409)
    return entry


def _gone(offer: Offer, state: str = "") -> AppError:
    """Say what became of an offer, and which colleague has the customer."""
    entry = QueueEntry.objects.select_related("csr__user").get(pk=offer.entry_id)
    taken_by = entry.csr.user.name if entry.csr is not None and entry.csr_id != offer.csr_id else None
    return AppError("offer_gone", status=409, state=state or offer.state, taken_by=taken_by)


def _seat(actor: CsrActor, entry: QueueEntry, *, but: Offer | None = None) -> Access:
    """Make the CSR primary in the locked session; a transfer's giver leaves. Other offers and wrap-ups hold places."""
    held = lock_conversation(entry.contact, title=entry.queue.name)
    offers = Offer.objects.filter(csr=actor.membership, state=OfferState.PENDING).exclude(pk=but.pk if but else None)
    wrap_ups = QueueEntry.objects.filter(csr=actor.membership, state=EntryState.WRAP)
    require_free_slot(actor.membership, reserved=lambda: offers.count() + wrap_ups.count())
    end_transfer(held, "accepted")
    giver = held.find(ParticipantRole.PRIMARY_CSR)
    if giver is not None and giver.membership_id != actor.membership.pk:
        close_participant(held, giver)
    return Access(held.support_session, seat_csr(held, actor.membership))
