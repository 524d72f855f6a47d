"""How rows look in the protocol. No query beyond what the caller prefetched, no decision."""

from collections.abc import Iterable
from datetime import UTC, datetime

from accounts.models import Site
from sessions.models import ActionRequest, Call, ChatMessage, Endpoint, Grant, Note, Participant
from supportsite.protocol.base import (
    ActorKind,
    Audience,
    CallKind,
    Capability,
    EndpointKind,
    GrantState,
    ParticipantRole,
    ParticipantState,
    RequestState,
)
from supportsite.protocol.objects import (
    Actor,
    CallInfo,
    ChatMessageInfo,
    EndpointInfo,
    GrantInfo,
    NoteInfo,
    ParticipantInfo,
    RequestInfo,
    Scope,
    SiteInfo,
)

SYSTEM = Actor(kind=ActorKind.SYSTEM)


def time_text(at: datetime) -> str:
    """Return a time as ISO 8601 in UTC, with Z, as pydantic writes it."""
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")


def participant_actor(participant: Participant, *, kind: str = EndpointKind.BROWSER) -> Actor:
    """Return the actor of an event that a participant caused; `kind` is that of the endpoint used."""
    if kind == EndpointKind.SUPPORT_MANAGER:
        actor_kind = ActorKind.SUPPORT_MANAGER
    elif participant.is_csr:
        actor_kind = ActorKind.CSR
    else:
        actor_kind = ActorKind.CUSTOMER
    return Actor(kind=actor_kind, participant=participant.public_id, name=participant.name)


def endpoint_info(endpoint: Endpoint) -> EndpointInfo:
    """Show an endpoint."""
    return EndpointInfo(
        id=endpoint.public_id,
        kind=EndpointKind(endpoint.kind),
        connected=endpoint.connected,
        label=endpoint.label,
    )


def participant_info(participant: Participant, endpoints: Iterable[Endpoint] = ()) -> ParticipantInfo:
    """Show a participant with those of its endpoints that are still its own."""
    return ParticipantInfo(
        id=participant.public_id,
        role=ParticipantRole(participant.role),
        state=ParticipantState(participant.state),
        name=participant.name,
        language=participant.language,
        match_number=participant.match_number or None,
        joined_at=participant.joined_at,
        endpoints=[endpoint_info(endpoint) for endpoint in endpoints],
    )


def request_info(request: ActionRequest) -> RequestInfo:
    """Show a request; requester, grantor, operator and source must be loaded."""
    return RequestInfo(
        id=request.public_id,
        capability=Capability(request.capability),
        scope=Scope.model_validate(request.scope),
        state=RequestState(request.state),
        requester=request.requester.public_id,
        grantor=request.grantor.public_id,
        operator=request.operator.public_id,
        source=request.source.public_id if request.source else None,
        accepted_at=request.accepted_at,
        via=EndpointKind(request.via) if request.via else None,
        made_at=request.made_at,
        expires_at=request.expires_at,
    )


def call_info(call: Call) -> CallInfo:
    """Show a call; caller, member and their participant must be loaded."""
    return CallInfo(
        id=call.public_id,
        kind=CallKind(call.kind),
        caller=call.caller.public_id,
        name=call.member.user.name,
        participant=call.participant.public_id if call.participant else None,
        note=call.note,
        made_at=call.made_at,
        expires_at=call.expires_at,
    )


def grant_info(grant: Grant) -> GrantInfo:
    """Show a grant; request, holder, endpoint and its participant must be loaded."""
    return GrantInfo(
        id=grant.public_id,
        request=grant.request.public_id,
        capability=Capability(grant.capability),
        scope=Scope.model_validate(grant.scope),
        state=GrantState(grant.state),
        holder=grant.holder.public_id,
        owner=grant.endpoint.participant.public_id,
        endpoint=grant.endpoint.public_id,
        epoch=grant.epoch,
        granted_at=grant.granted_at,
        not_after=grant.not_after,
    )


def message_info(message: ChatMessage) -> ChatMessageInfo:
    """Show a chat message; sender and addressee must be loaded."""
    return ChatMessageInfo(
        id=message.public_id,
        client_id=message.client_id,
        participant=message.participant.public_id,
        audience=Audience(message.audience),
        to=message.to.public_id if message.to else None,
        text=message.text,
        at=message.at,
    )


def note_info(note: Note | None) -> NoteInfo:
    """Show the note; version 0 before anything was saved."""
    if note is None:
        return NoteInfo()
    return NoteInfo(
        text=note.text, version=note.version, author=note.author.public_id if note.author else None, at=note.at
    )


def site_info(site: Site, *, language: str) -> SiteInfo:
    """Show the site in the reader's language."""
    return SiteInfo(
        name=site.name_in(language),
        host=site.host,
        verified=site.verified,
        accent=site.accent,
        default_language=site.default_language,
        welcome=site.welcome_in(language),
    )
