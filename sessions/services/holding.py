"""The lock of a session: what a service holds while it checks and writes."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from accounts.services import describe_token
from sessions.events import record_event
from sessions.infos import SYSTEM, participant_actor
from sessions.models import Endpoint, Participant, SupportSession
from sessions.selectors.access import Access
from supportsite.core.clock import now
from supportsite.core.errors import AppError, not_found
from supportsite.protocol.base import ActorKind, EndpointKind, ParticipantRole, ParticipantState, SessionState
from supportsite.protocol.events import SessionKept
from supportsite.protocol.objects import Actor


@dataclass
class Held:
    """A locked session and who acts on it; rows are as they are under the lock."""

    support_session: SupportSession
    participant: Participant | None
    endpoint: Endpoint | None
    actor: Actor
    now: datetime

    @property
    def person(self) -> Participant:
        """The acting participant; AppError `not_found` where there is none."""
        if self.participant is None:
            raise not_found()
        return self.participant

    @property
    def computer(self) -> bool:
        """Tell whether a CSR's computer acts, which is not the CSR."""
        return self.endpoint is not None and self.endpoint.kind == EndpointKind.SUPPORT_MANAGER and self.person.is_csr

    def act_from(self, public_id: str | None) -> None:
        """Name the browser page that a CSR's call speaks for; everybody else is bound to theirs by its secret.

        Raises AppError endpoint_unfit.
        """
        if public_id is None:
            return
        if self.endpoint is None:
            pages = Endpoint.objects.filter(participant=self.person, kind=EndpointKind.BROWSER, replaced_at=None)
            self.endpoint = pages.filter(public_id=public_id).first()
        if self.endpoint is None or self.endpoint.public_id != public_id:
            raise AppError("endpoint_unfit", status=403)

    def require_live(self) -> None:
        """Refuse on an ended session."""
        if not self.support_session.live:
            raise AppError("session_ended", status=409)

    def require_active(self) -> None:
        """Refuse unless both sides are there."""
        self.require_live()
        if self.support_session.state != SessionState.ACTIVE:
            raise AppError("session_not_active", status=409)

    def require_primary_csr(self) -> None:
        """Refuse everybody but the primary CSR."""
        if self.person.role != ParticipantRole.PRIMARY_CSR or self.computer:
            raise AppError("not_primary_csr", status=403)

    def require_csr(self) -> None:
        """Hide from everybody but CSRs."""
        if not self.person.is_csr or self.computer:
            raise not_found()

    def require_person(self) -> None:
        """Hide from a CSR's computer, which says and does nothing in the CSR's name."""
        if self.computer:
            raise not_found()

    def primary_customer(self) -> Participant | None:
        """Return the primary customer who is inside, or None."""
        return self.find(ParticipantRole.PRIMARY_CUSTOMER)

    def find(self, role: ParticipantRole) -> Participant | None:
        """Return the participant of this role who is inside, or None."""
        return find_joined(self.support_session, role)

    def touch(self) -> None:
        """Note that somebody did something; takes back an idle warning."""
        support_session = self.support_session
        support_session.last_activity_at = self.now
        fields = ["last_activity_at"]
        if support_session.idle_ends_at is not None:
            support_session.idle_ends_at = None
            fields.append("idle_ends_at")
            record_event(support_session, SessionKept, actor=self.actor)
        support_session.save(update_fields=fields)


def find_joined(support_session: SupportSession, role: ParticipantRole) -> Participant | None:
    """Return the participant of this role who is inside, or None."""
    participant: Participant | None = Participant.objects.filter(
        support_session=support_session, role=role, state=ParticipantState.JOINED
    ).first()
    return participant


def lock(support_session: SupportSession, *, skip_locked: bool = False) -> SupportSession | None:
    """Lock and read a session's row again; None where it is locked by another and `skip_locked` is set."""
    rows = SupportSession.objects.select_for_update(skip_locked=skip_locked, no_key=True)
    locked: SupportSession | None = rows.filter(pk=support_session.pk).first()
    if locked is not None:
        locked.site = support_session.site
    return locked


@contextmanager
def hold(access: Access) -> Iterator[Held]:
    """Lock the session of an access for one transaction; participants who are not inside get `not_found`."""
    with transaction.atomic():
        support_session = lock(access.support_session)
        if support_session is None:
            raise not_found()
        participant, endpoint = access.participant, access.endpoint
        if participant is not None:
            participant = Participant.objects.select_related("membership").get(pk=participant.pk)
            if not participant.joined:
                raise not_found()
        if endpoint is not None:
            endpoint = Endpoint.objects.get(pk=endpoint.pk)
            if endpoint.replaced_at is not None:
                raise not_found()
        yield Held(support_session, participant, endpoint, actor_of(access), now())


def actor_of(access: Access) -> Actor:
    """Return the actor that events name for this access."""
    if access.participant is not None:
        kind = access.endpoint.kind if access.endpoint else EndpointKind.BROWSER
        return participant_actor(access.participant, kind=kind)
    if access.token is not None:
        return Actor(kind=ActorKind.API, name=describe_token(access.token.token)["name"])
    return SYSTEM


def held_by_system(support_session: SupportSession) -> Held:
    """Return the system's hold on a session that the caller has locked."""
    return Held(support_session, None, None, SYSTEM, now())
