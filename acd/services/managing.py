"""What managers do: in the line, with queues, with CSRs, in sessions. Each command is in the site's log.

Locks in the order of every other command: session, log, site.
"""

from typing import Any

from django.db import transaction

from accounts.models import Membership, new_public_id
from accounts.permissions import Privilege
from accounts.selectors import privilege_allowed
from accounts.services import describe_member, record_audit
from acd.models import CsrState, Queue
from acd.models.queues import Override
from acd.routing import IN_QUEUE, EntryState
from acd.selectors.managing import (
    access_managed_csr,
    access_managed_entry,
    access_managed_queue,
    access_managed_session,
)
from acd.services import router
from acd.services.conversation import lock_conversation
from acd.services.passing import end_transfer
from sessions.selectors.access import Access
from sessions.services.chat import send_message
from sessions.services.holding import held_by_system, lock
from sessions.services.inbound import seat_csr
from sessions.services.joining import assist_session
from sessions.services.lifecycle import close_participant, finish
from sessions.services.slots import require_free_slot
from sessions.text import clean_name
from supportsite.core import clock, wake
from supportsite.core.errors import AppError
from supportsite.protocol.base import Audience, EndReason, ParticipantRole
from supportsite.protocol.inbox import Presence

MAX_REASON = 40


def _audit(manager: Membership, what: str, **data: Any) -> None:
    record_audit(manager.site, type=f"monitor.{what}", actor=describe_member(manager), data=data)


def _is_there(state: CsrState) -> bool:
    return state.presence != Presence.OFFLINE and state.lease_until is not None and state.lease_until > clock.now()


def _refuse(answer: router.Answer) -> None:
    """Raise what the router says no to; the transaction, and the log's line with it, is undone."""
    if answer.ok:
        return
    reason = answer.more.get("reason", "gone")
    codes = {"full": "csr_not_ready", "too_many_hops": "too_many_hops"}
    raise AppError(codes.get(reason, "entry_gone"), status=409)


@transaction.atomic
def set_entry_priority(manager: Membership, entry_id: str, *, priority: int) -> None:
    """Give a waiting customer another priority, 0 to 9. Raises AppError not_found, entry_gone (409)."""
    entry = access_managed_entry(manager, entry_id)
    _audit(manager, "priority_set", entry=entry.public_id, queue=entry.queue.public_id, priority=priority)
    _refuse(router.command(manager.site, "set_priority", entry.pk, priority=priority, by=manager.public_id))


@transaction.atomic
def move_entry(manager: Membership, entry_id: str, *, queue_id: str) -> None:
    """Move a waiting customer to another queue of the manager's; their place is that of their coming.

    Raises AppError not_found, entry_gone (409), too_many_hops (409).
    """
    entry = access_managed_entry(manager, entry_id)
    queue = access_managed_queue(manager, queue_id)
    if queue.pk == entry.queue_id or entry.state not in IN_QUEUE:
        raise AppError("entry_gone", status=409)
    _audit(manager, "entry_moved", entry=entry.public_id, queue=entry.queue.public_id, to=queue.public_id)
    _refuse(router.command(manager.site, "move", entry.pk, queue=queue.pk, by=manager.public_id))


def assign_entry(manager: Membership, entry_id: str, *, csr_id: str) -> None:
    """Give a waiting customer to a CSR who is there and has room: they are theirs at once.

    Raises AppError not_found, entry_gone (409), csr_not_ready (409), single_session or session_limit (409).
    """
    entry = access_managed_entry(manager, entry_id)
    state = access_managed_csr(manager, csr_id)
    if entry.state != EntryState.WAITING:
        raise AppError("entry_gone", status=409)
    if not _is_there(state) or not privilege_allowed(state.csr, Privilege.SESSION_ACCEPT_INBOUND):
        raise AppError("csr_not_ready", status=409)
    with transaction.atomic():
        held = lock_conversation(entry.contact, title=entry.queue.name)
        require_free_slot(state.csr)
        end_transfer(held, "accepted")
        giver = held.find(ParticipantRole.PRIMARY_CSR)
        if giver is not None and giver.membership_id != state.csr_id:
            close_participant(held, giver)
        seat_csr(held, state.csr)
        _audit(manager, "entry_assigned", entry=entry.public_id, csr=state.csr.public_id)
        _refuse(router.command(manager.site, "pick", entry.pk, csr=state.csr_id, manager=True, by=manager.public_id))


@transaction.atomic
def cancel_entry(manager: Membership, entry_id: str, *, reason: str) -> None:
    """Take a waiting customer out of the line and end their visit. Raises AppError not_found, entry_gone (409)."""
    entry = access_managed_entry(manager, entry_id)
    conversation = entry.contact.support_session
    locked = lock(conversation) if conversation is not None else None
    _audit(manager, "entry_cancelled", entry=entry.public_id, reason=clean_name(reason))
    _refuse(router.command(manager.site, "cancel", entry.pk, reason=clean_name(reason)[:MAX_REASON]))
    if locked is None or not locked.live:
        return
    if locked.transfer is not None or entry.contact.entries.filter(state=EntryState.ACTIVE).exists():
        end_transfer(held_by_system(locked), "returned")
    else:
        finish(held_by_system(locked), EndReason.ADMIN)


@transaction.atomic
def override_queue(manager: Membership, queue_id: str, *, override: Override) -> Queue:
    """Open or close a queue over its hours, or give it back to them. Who waits already stays."""
    queue = access_managed_queue(manager, queue_id)
    if queue.override != override:
        queue.override = override
        queue.save(update_fields=["override"])
        _audit(manager, "queue_overridden", queue=queue.public_id, open=str(override) or "hours")
        wake.wake(wake.group("queue", str(queue.pk)))
        wake.wake(wake.group("monitor"), n=0)
    return queue


@transaction.atomic
def set_csr_presence(manager: Membership, csr_id: str, *, presence: Presence, reason: str) -> None:
    """Set the presence of a CSR who is there; nobody is made available who is not.

    Raises AppError not_found, csr_not_ready (409).
    """
    state = access_managed_csr(manager, csr_id)
    may = presence != Presence.AVAILABLE or privilege_allowed(state.csr, Privilege.SESSION_ACCEPT_INBOUND)
    if not _is_there(state) or not may:
        raise AppError("csr_not_ready", status=409)
    words = clean_name(reason)[:MAX_REASON] if presence == Presence.AWAY else ""
    _audit(manager, "presence_set", csr=state.csr.public_id, presence=str(presence), reason=words)
    router.command(manager.site, "presence", state.csr_id, presence=str(presence), reason=words, by=manager.public_id)


@transaction.atomic
def join_visibly(manager: Membership, session_id: str) -> Access:
    """Join a live session as assisting CSR, seen by everybody in it. Raises AppError not_found, session_not_active."""
    found = access_managed_session(manager, session_id)
    access = assist_session(manager, found)
    _audit(manager, "session_joined", session=found.public_id)
    return access


def whisper(manager: Membership, session_id: str, *, text: str) -> Access:
    """Say something to a session's CSRs only. The manager joins visibly first: nobody is in a session unseen.

    Raises AppError as `join_visibly`, invalid.
    """
    with transaction.atomic():
        access = join_visibly(manager, session_id)
        send_message(access, text=text, audience=Audience.CSRS, to=None, client_id=new_public_id())
    return access
