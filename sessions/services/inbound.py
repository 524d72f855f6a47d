"""Inbound sessions: the customer is inside from the first second, a CSR is seated when one accepts."""

import secrets
from datetime import timedelta

from django.db import transaction

from accounts.models import Membership, Site
from accounts.secret_tokens import hash_secret
from sessions.events import record_event
from sessions.infos import participant_actor, participant_info
from sessions.models import Endpoint, Participant
from sessions.selectors.access import Access
from sessions.services.holding import Held
from sessions.services.joining import SECRET_BYTES, Joined, csr_participant
from sessions.services.lifecycle import insert_session
from sessions.services.presence import create_endpoint
from sessions.state import SessionStep, step_session
from supportsite.core.clock import now
from supportsite.protocol.base import EndpointKind, ParticipantRole, ParticipantState, SessionDirection, SessionState
from supportsite.protocol.events import ParticipantJoined, SessionActivated, SessionRequeued, SessionStarted

# A waiting inbound session ends with its queue entry; this only catches one that lost it.
INBOUND_LIFE = timedelta(hours=24)


def start_inbound_session(*, site: Site, name: str, language: str, label: str, title: str, secret: str = "") -> Joined:
    """Start a session of a customer who came by themselves; it waits for a CSR, its chat works at once.

    Args:
        site: the site whose page was used.
        name: display name, cleaned.
        language: "en" or "ja".
        label: what the browser calls itself.
        title: what the session is about (the queue's name), kept as its type.
        secret: the customer's cookie, where the caller can make the same one again; else a random one.
    """
    with transaction.atomic():
        support_session = insert_session(
            site,
            direction=SessionDirection.INBOUND,
            customer_language=language,
            number_expires_at=now() + INBOUND_LIFE,
        )
        customer = Participant.objects.create(
            site=site,
            support_session=support_session,
            role=ParticipantRole.PRIMARY_CUSTOMER,
            state=ParticipantState.JOINED,
            name=name,
            language=language,
            created_at=now(),
            joined_at=now(),
        )
        secret = secret or secrets.token_urlsafe(SECRET_BYTES)
        endpoint = create_endpoint(customer, kind=EndpointKind.BROWSER, label=label, secret_hash=hash_secret(secret))
        who = participant_actor(customer)
        record_event(
            support_session,
            SessionStarted,
            actor=who,
            session_type=title,
            number_expires_at=support_session.number_expires_at,
        )
        record_event(support_session, ParticipantJoined, actor=who, participant=participant_info(customer))
    return Joined(Access(support_session, customer, endpoint), secret)


def seat_csr(held: Held, membership: Membership) -> Participant:
    """Make a CSR the primary of a locked live session without one; the first one activates it.

    A member who was inside before comes back. The session must have no primary CSR.
    """
    support_session = held.support_session
    csr = csr_participant(support_session, membership)
    if csr.state != ParticipantState.JOINED:
        csr.state, csr.left_seq, csr.joined_at = ParticipantState.JOINED, None, held.now
    csr.role = ParticipantRole.PRIMARY_CSR
    csr.save()
    who = participant_actor(csr)
    seen = Endpoint.objects.filter(participant=csr, lease_until__isnull=False)
    record_event(support_session, ParticipantJoined, actor=who, participant=participant_info(csr, seen))
    if support_session.state == SessionState.WAITING:
        support_session.state = step_session(support_session.state, SessionStep.JOIN)
        support_session.activated_at = held.now
        support_session.save(update_fields=["state", "activated_at"])
        record_event(support_session, SessionActivated, actor=who, at=held.now)
    held.touch()
    return csr


def requeue_session(held: Held, *, queue: str) -> None:
    """Have a locked live session wait for a CSR again, because its own did not come back; everyone is told.

    Args:
        held: the session; it must have no primary CSR.
        queue: the name of the queue in which the customer waits.
    """
    support_session = held.support_session
    if support_session.state != SessionState.WAITING:
        support_session.state = step_session(support_session.state, SessionStep.REQUEUE)
    support_session.suspended_until = None
    support_session.number_expires_at = held.now + INBOUND_LIFE
    support_session.save(update_fields=["state", "suspended_until", "number_expires_at"])
    record_event(support_session, SessionRequeued, actor=held.actor, queue=queue)
