"""From an actor and an id to a session, a participant or a request: missing and forbidden look alike."""

from dataclasses import dataclass
from typing import Any

from accounts.actors import CsrActor, TokenActor
from sessions.actors import ParticipantActor
from sessions.models import ActionRequest, Endpoint, Grant, Participant, SupportSession
from supportsite.core.errors import not_found
from supportsite.protocol.base import EndpointKind, ParticipantState


@dataclass(frozen=True)
class Access:
    """An actor's way into a session. `participant` is None for a token, `endpoint` for a CSR's HTTP call."""

    support_session: SupportSession
    participant: Participant | None
    endpoint: Endpoint | None = None
    token: TokenActor | None = None

    @property
    def person(self) -> Participant:
        """The participant; AppError `not_found` for a token, which is nobody in the session."""
        if self.participant is None:
            raise not_found()
        return self.participant

    @property
    def computer(self) -> bool:
        """Tell whether this is a CSR's Support Manager: the CSR's computer, which reads no more than a customer."""
        return self.endpoint is not None and self.endpoint.kind == EndpointKind.SUPPORT_MANAGER and self.person.is_csr


def access_session(actor: Any, public_id: str) -> Access:
    """Return the actor's access to a session, live or ended. AppError `not_found` for everybody else."""
    support_session = SupportSession.objects.select_related("site", "session_type").filter(public_id=public_id).first()
    if support_session is None:
        raise not_found()
    if isinstance(actor, TokenActor):
        return Access(support_session, None, token=actor)
    if isinstance(actor, CsrActor):
        participant = Participant.objects.filter(support_session=support_session, membership=actor.membership).first()
        if participant is not None:
            return Access(support_session, participant)
    if isinstance(actor, ParticipantActor) and actor.endpoint.support_session_id == support_session.pk:
        return Access(support_session, actor.endpoint.participant, actor.endpoint)
    raise not_found()


def access_joined(actor: Any, public_id: str) -> Access:
    """Return the access of a participant who is inside now; others get `not_found`."""
    access = access_session(actor, public_id)
    if not access.person.joined:
        raise not_found()
    return access


def access_request(access: Access, public_id: str) -> ActionRequest:
    """Return a request of the session. AppError `not_found`."""
    request: ActionRequest | None = (
        ActionRequest.objects.select_related("requester", "grantor", "operator", "source")
        .filter(support_session=access.support_session, public_id=public_id)
        .first()
    )
    if request is None:
        raise not_found()
    return request


def access_grant(access: Access, public_id: str) -> Grant:
    """Return a grant of the session. AppError `not_found`."""
    grant: Grant | None = (
        Grant.objects.select_related("request", "holder", "endpoint", "endpoint__participant")
        .filter(support_session=access.support_session, public_id=public_id)
        .first()
    )
    if grant is None:
        raise not_found()
    return grant


def access_participant(access: Access, public_id: str) -> Participant:
    """Return a participant of the session. AppError `not_found`."""
    people = Participant.objects.filter(support_session=access.support_session)
    participant: Participant | None = people.filter(public_id=public_id).first()
    if participant is None:
        raise not_found()
    return participant


def find_endpoint_by_secret(secret_hash: str) -> Endpoint | None:
    """Return the endpoint with this secret, unless it was replaced or its participant was refused.

    A CSR's computer is one only while the CSR is inside: who was a member may not read on from there.
    """
    endpoint: Endpoint | None = (
        Endpoint.objects.select_related("participant__membership__user", "support_session", "site")
        .filter(secret_hash=secret_hash, replaced_at=None)
        .first()
    )
    if endpoint is None or endpoint.participant.state == ParticipantState.REFUSED:
        return None
    member = endpoint.participant.membership
    if member is not None and not (endpoint.participant.joined and member.active and member.user.is_active):
        return None
    return endpoint
