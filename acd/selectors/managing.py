"""Which queues, entries, CSRs and sessions are a manager's. What is not theirs is like missing."""

from django.db.models import QuerySet

from accounts.models import Membership, Role
from accounts.permissions import Privilege
from accounts.selectors import privilege_allowed
from acd.models import CsrState, Queue, QueueEntry, QueueManager, QueueMember
from acd.routing import EntryState
from sessions.models import SupportSession
from supportsite.core.errors import AppError, not_found
from supportsite.protocol.base import SessionState


def manages_all(member: Membership) -> bool:
    """Tell whether all queues are the member's: administrators, and managers who are not limited to chosen ones."""
    if member.role == Role.ADMIN:
        return True
    return member.role == Role.MANAGER and privilege_allowed(member, Privilege.QUEUES_ALL)


def list_managed_queues(member: Membership) -> QuerySet[Queue]:
    """Return the active queues that the member manages, in order. AppError `forbidden` (403) for CSRs."""
    if member.role == Role.CSR:
        raise AppError("forbidden", status=403)
    queues: QuerySet[Queue] = Queue.objects.filter(active=True).order_by("position", "id")
    if manages_all(member):
        return queues
    return queues.filter(pk__in=QueueManager.objects.filter(manager=member).values("queue"))


def access_managed_queue(member: Membership, public_id: str) -> Queue:
    """Return one of the member's queues. AppError `forbidden` (403) for CSRs, `not_found` (404)."""
    queue = list_managed_queues(member).select_related("site").filter(public_id=public_id).first()
    if queue is None:
        raise not_found()
    return queue


def access_managed_entry(member: Membership, public_id: str) -> QueueEntry:
    """Return an entry of one of the member's queues. AppError as `access_managed_queue`."""
    entries = QueueEntry.objects.select_related("contact__support_session__site", "queue", "site")
    entry: QueueEntry | None = entries.filter(public_id=public_id, queue__in=list_managed_queues(member)).first()
    if entry is None:
        raise not_found()
    return entry


def access_managed_csr(member: Membership, public_id: str) -> CsrState:
    """Return the state of a CSR of one of the member's queues. AppError as `access_managed_queue`."""
    serving = QueueMember.objects.filter(queue__in=list_managed_queues(member)).values("csr")
    states = CsrState.objects.select_related("csr__user", "csr__site").filter(csr__active=True)
    state: CsrState | None = states.filter(csr__public_id=public_id, csr__in=serving).first()
    if state is None:
        raise not_found()
    return state


def list_managed_sessions(member: Membership) -> QuerySet[SupportSession]:
    """Return the live sessions with a CSR that the member may watch: of their queues, or all."""
    queues = list_managed_queues(member)
    live: QuerySet[SupportSession] = SupportSession.objects.filter(
        state__in=(SessionState.ACTIVE, SessionState.SUSPENDED)
    )
    if manages_all(member):
        return live
    helped = QueueEntry.objects.filter(queue__in=queues, state=EntryState.ACTIVE)
    return live.filter(contact__entries__in=helped).distinct()


def access_managed_session(member: Membership, public_id: str) -> SupportSession:
    """Return a live session that the member may join. AppError as `access_managed_queue`."""
    found = list_managed_sessions(member).select_related("site").filter(public_id=public_id).first()
    if found is None:
        raise not_found()
    return found
