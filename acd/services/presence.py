"""A CSR's presence, lease and places. What the router counts of them comes from here."""

from django.db import transaction

from accounts.actors import CsrActor
from accounts.models import Membership
from accounts.permissions import Privilege
from accounts.selectors import get_session_limit, privilege_allowed
from acd.models import CsrState
from acd.services import router
from supportsite.core.errors import AppError
from supportsite.protocol.inbox import Presence

LEASE_SECONDS = 30


def require_inbound(actor: CsrActor) -> None:
    """Refuse who may not help customers of the queues. Raises AppError privilege_missing (403)."""
    if not privilege_allowed(actor.membership, Privilege.SESSION_ACCEPT_INBOUND):
        raise AppError("privilege_missing", status=403, privilege=str(Privilege.SESSION_ACCEPT_INBOUND))


def set_presence(actor: CsrActor, *, presence: Presence, reason: str = "") -> None:
    """Declare what the CSR is ready for. Who is not available loses their offers; the customers keep their places.

    Raises AppError privilege_missing (403) for available.
    """
    if presence == Presence.AVAILABLE:
        require_inbound(actor)
    member = actor.membership
    with transaction.atomic():
        enrol(member)
        router.command(member.site, "presence", member.pk, presence=presence, reason=reason, lease_s=LEASE_SECONDS)


def enrol(member: Membership) -> None:
    """Make the router know the CSR (offline at first) and how many customers they may have."""
    with transaction.atomic():
        if not CsrState.objects.filter(csr=member).exists():
            router.command(member.site, "presence", member.pk, presence=Presence.OFFLINE)
        sync_capacity(member)


def sync_capacity(member: Membership) -> None:
    """Have the router follow the CSR's limit. Locks the site where something changed."""
    state: CsrState | None = CsrState.objects.filter(csr=member).first()
    if state is None:
        return
    cap = get_session_limit(member)
    if state.wanted_cap != cap:
        router.command(member.site, "capacity", member.pk, cap=cap)


def renew_lease(member: Membership) -> None:
    """Keep the CSR for another 30 s; one who was lost is back."""
    router.heartbeat(member.site, csr=member.pk, lease_s=LEASE_SECONDS)


def go_offline(member: Membership) -> None:
    """Take a CSR who signed out, or is a member no longer, out of the queues; their offers go on to others."""
    if CsrState.objects.filter(csr=member).exclude(presence=Presence.OFFLINE).exists():
        router.command(member.site, "presence", member.pk, presence=Presence.OFFLINE)
