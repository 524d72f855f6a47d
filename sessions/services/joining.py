"""Coming in: customers by number, CSRs by number, and who waits in the lobby."""

import secrets
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Q

from accounts.actors import CsrActor
from accounts.models import Membership, Site
from accounts.secret_tokens import hash_secret
from sessions.events import record_event
from sessions.infos import participant_actor, participant_info
from sessions.models import Endpoint, Participant, SupportSession
from sessions.selectors.access import Access, access_participant
from sessions.services import guessing
from sessions.services.holding import Held, find_joined, hold, lock
from sessions.services.presence import INSIDE, create_endpoint
from sessions.services.slots import require_free_slot
from sessions.state import SessionStep, step_session
from sessions.text import clean_name, read_number
from supportsite.core.clock import now
from supportsite.core.errors import AppError
from supportsite.protocol.base import (
    Audience,
    EndpointKind,
    ParticipantRole,
    ParticipantState,
    SessionDirection,
    SessionState,
)
from supportsite.protocol.events import (
    ParticipantJoined,
    ParticipantRefused,
    ParticipantWaiting,
    SessionActivated,
)

SECRET_BYTES = 32


@dataclass(frozen=True)
class Joined:
    """A customer's way in: `secret` goes into their cookie; None where they came with a cookie that still holds."""

    access: Access
    secret: str | None


def join_as_customer(
    *, site: Site, number: str, name: str, language: str, address: str, label: str, known: Endpoint | None
) -> Joined:
    """Let a customer in by number; the first becomes primary customer, later ones wait in the lobby.

    Args:
        site: the site whose host was asked; numbers of other sites do not exist here.
        number: as typed.
        name: display name as typed.
        language: "en" or "ja".
        address: the client's network address, for the limits.
        label: what the browser calls itself.
        known: the endpoint of the browser's cookie; the same session again is the same participant.

    Raises AppError name_missing, number_not_found (404), too_many_tries (429).
    """
    shown_name = clean_name(name)
    if not shown_name:
        raise AppError("name_missing", fields={"name": "missing"})
    found = _find_by_number(site, number=number, address=address)
    if known is not None and known.support_session_id == found.pk and known.participant.state in INSIDE:
        return Joined(Access(found, known.participant, known), None)
    with transaction.atomic():
        support_session = lock(found)
        if support_session is None or not support_session.live:
            raise AppError("number_not_found", status=404)
        first = find_joined(support_session, ParticipantRole.PRIMARY_CUSTOMER) is None
        participant = Participant.objects.create(
            site=site,
            support_session=support_session,
            role=ParticipantRole.PRIMARY_CUSTOMER if first else ParticipantRole.SECONDARY_CUSTOMER,
            state=ParticipantState.JOINED if first else ParticipantState.LOBBY,
            name=shown_name,
            language=language,
            match_number="" if first else f"{secrets.randbelow(100):02d}",
            created_at=now(),
            joined_at=now() if first else None,
        )
        secret = secrets.token_urlsafe(SECRET_BYTES)
        endpoint = create_endpoint(participant, kind=EndpointKind.BROWSER, label=label, secret_hash=hash_secret(secret))
        held = Held(support_session, participant, endpoint, participant_actor(participant), now())
        _enter(held, first=first)
    return Joined(Access(support_session, participant, endpoint), secret)


def join_as_csr(actor: CsrActor, *, site: Site, number: str, address: str) -> Access:
    """Let a signed-in CSR in by number: as assisting CSR, or as primary where the session has none.

    Raises AppError number_not_found (404), too_many_tries (429), single_session or session_limit (409: a primary
    CSR takes a slot).
    """
    found = _find_by_number(site, number=number, address=address)
    with transaction.atomic():
        support_session = lock(found)
        if support_session is None or not support_session.live:
            raise AppError("number_not_found", status=404)
        participant = csr_participant(support_session, actor.membership)
        if participant.state != ParticipantState.JOINED:
            if participant.role == ParticipantRole.PRIMARY_CSR:
                require_free_slot(actor.membership)
            participant.state, participant.left_seq = ParticipantState.JOINED, None
            participant.joined_at = now()
            participant.save()
            held = Held(support_session, participant, None, participant_actor(participant), now())
            record_event(
                support_session, ParticipantJoined, actor=held.actor, participant=participant_info(participant)
            )
            held.touch()
    return Access(support_session, participant)


def assist_session(membership: Membership, support_session: SupportSession) -> Access:
    """Let a member into a live session as assisting CSR, seen by everybody; who is inside already stays as they are.

    Raises AppError session_not_active (409) where it has no primary CSR. The caller has checked the right to come.
    """
    with transaction.atomic():
        locked = lock(support_session)
        if locked is None or not locked.live or find_joined(locked, ParticipantRole.PRIMARY_CSR) is None:
            raise AppError("session_not_active", status=409)
        participant = csr_participant(locked, membership)
        if participant.state != ParticipantState.JOINED:
            participant.state, participant.left_seq, participant.joined_at = ParticipantState.JOINED, None, now()
            participant.save()
            held = Held(locked, participant, None, participant_actor(participant), now())
            record_event(locked, ParticipantJoined, actor=held.actor, participant=participant_info(participant))
            held.touch()
    return Access(locked, participant)


def admit_participant(access: Access, participant_id: str) -> Participant:
    """Let somebody in from the lobby; the primary CSR only."""
    with hold(access) as held:
        participant = _waiting(access, held, participant_id)
        participant.state, participant.joined_at = ParticipantState.JOINED, held.now
        participant.save(update_fields=["state", "joined_at"])
        seen = Endpoint.objects.filter(participant=participant, lease_until__isnull=False)
        record_event(
            held.support_session,
            ParticipantJoined,
            actor=held.actor,
            participant=participant_info(participant, seen),
        )
        held.touch()
        return participant


def refuse_participant(access: Access, participant_id: str) -> Participant:
    """Send somebody in the lobby away; the primary CSR only."""
    with hold(access) as held:
        participant = _waiting(access, held, participant_id)
        participant.state = ParticipantState.REFUSED
        participant.save(update_fields=["state"])
        Endpoint.objects.filter(participant=participant, connected=True).update(
            connected=False, socket="", gone_since=held.now
        )
        record_event(
            held.support_session,
            ParticipantRefused,
            actor=held.actor,
            audience=Audience.CSRS,
            readers=[participant],
            participant=participant.public_id,
        )
        held.touch()
        return participant


def _find_by_number(site: Site, *, number: str, address: str) -> SupportSession:
    """Return the live session of the site with this number; every miss gets the same answer."""
    guessing.check_try(site_id=site.pk, address=address)
    digits = read_number(number) or ""
    queued = Q(direction=SessionDirection.INBOUND, state=SessionState.WAITING)  # only an offer leads in
    live = SupportSession.objects.select_related("site").exclude(state=SessionState.ENDED).exclude(queued)
    found: SupportSession | None = live.filter(number=digits).first()
    unjoined = found is not None and found.state == SessionState.WAITING
    if found is None or (unjoined and found.number_expires_at <= now()):
        guessing.record_failure(site_id=site.pk, address=address)
        raise AppError("number_not_found", status=404)
    return found


def _enter(held: Held, *, first: bool) -> None:
    """Write the events of a customer's coming; the first one activates the session."""
    assert held.participant is not None
    assert held.endpoint is not None
    info = participant_info(held.participant)
    if not first:
        record_event(
            held.support_session,
            ParticipantWaiting,
            actor=held.actor,
            audience=Audience.CSRS,
            readers=[held.participant],
            participant=info,
        )
        held.touch()
        return
    support_session = held.support_session
    record_event(support_session, ParticipantJoined, actor=held.actor, participant=info)
    support_session.state = step_session(support_session.state, SessionStep.JOIN)
    support_session.activated_at = held.now
    support_session.save(update_fields=["state", "activated_at"])
    record_event(support_session, SessionActivated, actor=held.actor, at=held.now)
    held.touch()


def csr_participant(support_session: SupportSession, membership: Membership) -> Participant:
    """Return the member's participant in a locked session, made or with a role that is free now."""
    primary = find_joined(support_session, ParticipantRole.PRIMARY_CSR)
    role = ParticipantRole.PRIMARY_CSR if primary is None else ParticipantRole.ASSISTING_CSR
    participant: Participant | None = Participant.objects.filter(
        support_session=support_session, membership=membership
    ).first()
    if participant is not None:
        if not participant.joined:
            participant.role = role
        return participant
    return Participant(
        site=support_session.site,
        support_session=support_session,
        role=role,
        state=ParticipantState.LEFT,
        name=membership.user.name,
        language=membership.user.language,
        membership=membership,
        created_at=now(),
    )


def _waiting(access: Access, held: Held, participant_id: str) -> Participant:
    held.require_live()
    held.require_primary_csr()
    participant = access_participant(access, participant_id)
    if participant.state != ParticipantState.LOBBY:
        raise AppError("not_in_lobby", status=409)
    return participant
