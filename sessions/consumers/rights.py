"""Whether a live socket may stay: asked at the start, every 30 s, and when access to the site changes."""

from importlib import import_module
from typing import Any

from django.conf import settings
from django.contrib.auth import HASH_SESSION_KEY, SESSION_KEY
from django.utils.crypto import constant_time_compare

from accounts.models import Membership
from sessions.models import Endpoint
from sessions.tickets import Ticket
from supportsite.core.tenancy import get_site_by_id
from supportsite.protocol.base import ParticipantState
from supportsite.protocol.socket import CloseCode


def find_member(ticket: Ticket) -> Membership | None:
    """Return the ticket's membership while member, person, site and login still hold; None otherwise."""
    members = Membership.objects.select_related("user", "site")
    member: Membership | None = members.filter(pk=ticket.membership_id, active=True).first()
    if member is None or not member.user.is_active or not member.site.active:
        return None
    if ticket.login and not _login_holds(ticket.login, member):
        return None
    return member


def find_close_code(ticket: Ticket, endpoint: Endpoint, socket: str) -> int | None:
    """Return the code with which a session's socket must close now, or None."""
    if ticket.membership_id is not None and find_member(ticket) is None:
        return CloseCode.UNAUTHENTICATED
    if not get_site_by_id(ticket.site_id).active:
        return CloseCode.UNAUTHENTICATED
    row = Endpoint.objects.select_related("participant").filter(pk=endpoint.pk).first()
    if row is None:
        return CloseCode.NOT_FOUND
    if row.replaced_at is not None or (row.connected and row.socket != socket):
        return CloseCode.REPLACED
    if row.participant.state in (ParticipantState.LEFT, ParticipantState.REFUSED):
        return CloseCode.FORBIDDEN
    # The lease ran out while this server did not run: the client begins anew.
    return None if row.connected else CloseCode.TRY_LATER


def _login_holds(session_key: str, member: Membership) -> bool:
    """Tell whether the browser's sign-in is still this person's, made with the password that they have now."""
    store: Any = import_module(settings.SESSION_ENGINE).SessionStore(session_key)
    known = (str(store.get(SESSION_KEY, "")), str(store.get(HASH_SESSION_KEY, "")))
    return known[0] == str(member.user_id) and constant_time_compare(known[1], member.user.get_session_auth_hash())
