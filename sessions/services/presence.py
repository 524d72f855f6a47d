"""Who is connected: sockets come and go, leases end those of a killed server, the session suspends and resumes."""

import secrets
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from sessions.events import record_event
from sessions.infos import endpoint_info, participant_actor
from sessions.models import Endpoint, Participant, SupportSession
from sessions.selectors.access import Access
from sessions.services.holding import Held, lock
from sessions.services.requests import reroute
from sessions.signals import presence_changed
from sessions.state import LOST_SECONDS, SessionStep, step_session
from supportsite.core import wake
from supportsite.core.clock import now
from supportsite.core.errors import not_found
from supportsite.protocol.base import Audience, EndpointKind, ParticipantRole, ParticipantState, SessionState
from supportsite.protocol.events import EndpointConnected, EndpointDisconnected, SessionResumed, SessionSuspended

LEASE_SECONDS = 15
INSIDE = (ParticipantState.LOBBY, ParticipantState.JOINED)


def open_endpoint(access: Access, *, reuse: str | None, label: str) -> Endpoint:
    """Return the endpoint that a socket will belong to: the caller's own, or a CSR's browser tab.

    Args:
        access: who wants a socket.
        reuse: the id that this tab had before its reload.
        label: what the program calls itself.
    """
    if access.endpoint is not None:
        return access.endpoint
    participant = access.person
    mine = Endpoint.objects.select_related("participant", "support_session").filter(participant=participant)
    kept: Endpoint | None = mine.filter(public_id=reuse, replaced_at=None).first() if reuse else None
    if kept is not None:
        return kept
    return create_endpoint(participant, kind=EndpointKind.BROWSER, label=label)


def create_endpoint(participant: Participant, *, kind: EndpointKind, label: str, **fields: str) -> Endpoint:
    """Insert an endpoint that is not connected yet."""
    endpoint: Endpoint = Endpoint.objects.create(
        site_id=participant.site_id,
        support_session_id=participant.support_session_id,
        participant=participant,
        kind=kind,
        label=label[:120],
        gone_since=now(),
        created_at=now(),
        **fields,
    )
    return endpoint


def connect_endpoint(endpoint: Endpoint) -> str:
    """Give the endpoint a new live socket and return its key; an older socket of it is no longer the one.

    Locks the session. Raises AppError `not_found` for replaced endpoints and participants who are not inside.
    """
    socket = secrets.token_hex(16)
    with transaction.atomic():
        held = _hold_endpoint(endpoint)
        endpoint = Endpoint.objects.select_related("participant").get(pk=endpoint.pk)
        if endpoint.replaced_at is not None or endpoint.participant.state not in INSIDE:
            raise not_found()
        was_connected = endpoint.connected
        endpoint.socket, endpoint.connected, endpoint.gone_since = socket, True, None
        endpoint.lease_until = held.now + timedelta(seconds=LEASE_SECONDS)
        endpoint.save(update_fields=["socket", "connected", "gone_since", "lease_until"])
        # An older socket of this endpoint finds out that it is no longer the one.
        wake.wake(wake.group("endpoint", endpoint.public_id))
        if held.support_session.live:
            if not was_connected:
                _record_connected(held, endpoint)
                reroute(held)
            resume_if_back(held)
            _tell_presence(held, endpoint.participant, connected=True)
    return socket


def disconnect_endpoint(endpoint: Endpoint, socket: str) -> None:
    """Note that a socket closed; nothing happens if the endpoint has a newer one."""
    with transaction.atomic():
        held = _hold_endpoint(endpoint)
        endpoint = Endpoint.objects.select_related("participant").get(pk=endpoint.pk)
        if endpoint.connected and endpoint.socket == socket:
            mark_gone(held, endpoint)


def renew_lease(endpoint: Endpoint, socket: str) -> bool:
    """Keep the endpoint's socket alive; False if it is no longer the endpoint's socket."""
    mine = Endpoint.objects.filter(pk=endpoint.pk, socket=socket, connected=True)
    return bool(mine.update(lease_until=now() + timedelta(seconds=LEASE_SECONDS)))


def mark_gone(held: Held, endpoint: Endpoint) -> None:
    """Mark an endpoint of a held session as not connected; its participant must be loaded."""
    endpoint.connected, endpoint.socket, endpoint.gone_since = False, "", held.now
    endpoint.save(update_fields=["connected", "socket", "gone_since"])
    if held.support_session.live and endpoint.participant.state in INSIDE:
        record_event(
            held.support_session,
            EndpointDisconnected,
            actor=participant_actor(endpoint.participant, kind=endpoint.kind),
            participant=endpoint.participant.public_id,
            endpoint=endpoint.public_id,
            **_who_reads(endpoint.participant),
        )
        if not Endpoint.objects.filter(participant=endpoint.participant, connected=True).exists():
            _tell_presence(held, endpoint.participant, connected=False)


def suspend_if_lost(held: Held, grace: timedelta) -> bool:
    """Suspend an active session whose primary customer, or last CSR, has been gone for more than 10 s."""
    support_session = held.support_session
    if support_session.state != SessionState.ACTIVE:
        return False
    cause = None
    if _lost(held, (ParticipantRole.PRIMARY_CUSTOMER,)):
        cause = "customer_lost"
    elif _lost(held, (ParticipantRole.PRIMARY_CSR, ParticipantRole.ASSISTING_CSR)):
        cause = "csr_lost"
    if cause is None:
        return False
    support_session.state = step_session(support_session.state, SessionStep.LOSE)
    support_session.suspended_until = held.now + grace
    support_session.save(update_fields=["state", "suspended_until"])
    record_event(
        support_session, SessionSuspended, actor=held.actor, cause=cause, until=support_session.suspended_until
    )
    return True


def resume_if_back(held: Held) -> bool:
    """Resume a suspended session when both sides have a connected endpoint again."""
    support_session = held.support_session
    if support_session.state != SessionState.SUSPENDED:
        return False
    sides = ((ParticipantRole.PRIMARY_CUSTOMER,), (ParticipantRole.PRIMARY_CSR, ParticipantRole.ASSISTING_CSR))
    if not all(_endpoints_of(support_session, roles).filter(connected=True).exists() for roles in sides):
        return False
    support_session.state = step_session(support_session.state, SessionStep.RETURN)
    support_session.suspended_until = None
    support_session.save(update_fields=["state", "suspended_until"])
    record_event(support_session, SessionResumed, actor=held.actor)
    held.touch()
    return True


def _lost(held: Held, roles: tuple[ParticipantRole, ...]) -> bool:
    """Tell whether no endpoint of a side is connected and the last one left more than 10 s ago."""
    endpoints = _endpoints_of(held.support_session, roles)
    deadline = held.now - timedelta(seconds=LOST_SECONDS)
    if endpoints.filter(connected=True).exists() or endpoints.filter(gone_since__gt=deadline).exists():
        return False
    waiting = Participant.objects.filter(
        support_session=held.support_session, role__in=roles, state=ParticipantState.JOINED, joined_at__gt=deadline
    )
    return not waiting.exists()


def _endpoints_of(support_session: SupportSession, roles: tuple[ParticipantRole, ...]) -> QuerySet[Endpoint]:
    """Return the endpoints that make a side present; a CSR's computer without the console is nobody."""
    endpoints: QuerySet[Endpoint] = Endpoint.objects.filter(
        support_session=support_session,
        participant__role__in=roles,
        participant__state=ParticipantState.JOINED,
        replaced_at=None,
    ).exclude(kind=EndpointKind.SUPPORT_MANAGER, participant__membership__isnull=False)
    return endpoints


def _hold_endpoint(endpoint: Endpoint) -> Held:
    """Lock the endpoint's session, with the endpoint's participant as the one who acts."""
    support_session = lock(endpoint.support_session)
    if support_session is None:
        raise not_found()
    participant = Participant.objects.get(pk=endpoint.participant_id)
    return Held(support_session, participant, endpoint, participant_actor(participant, kind=endpoint.kind), now())


def _record_connected(held: Held, endpoint: Endpoint) -> None:
    record_event(
        held.support_session,
        EndpointConnected,
        actor=held.actor,
        participant=endpoint.participant.public_id,
        endpoint=endpoint_info(endpoint),
        **_who_reads(endpoint.participant),
    )


def _tell_presence(held: Held, participant: Participant, *, connected: bool) -> None:
    presence_changed.send(
        SupportSession, support_session=held.support_session, participant=participant, connected=connected
    )


def _who_reads(participant: Participant) -> dict[str, Any]:
    """Return who may know of a participant's connection: of those in the lobby only CSRs and they themselves."""
    if participant.state == ParticipantState.JOINED:
        return {}
    return {"audience": Audience.CSRS, "readers": [participant]}
