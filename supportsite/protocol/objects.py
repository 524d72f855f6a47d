"""The objects that events and snapshots carry: participant, endpoint, request, grant, chat message."""

from typing import Annotated

from pydantic import Field

from supportsite.protocol.base import (
    MAX_NAME,
    MAX_NOTE,
    ActorKind,
    Audience,
    Capability,
    EndpointKind,
    EndReason,
    GrantState,
    Message,
    Name,
    ParticipantRole,
    ParticipantState,
    PublicId,
    RequestState,
    Sequence,
    SessionState,
    Text,
    UtcTime,
)


class Actor(Message):
    """Who caused an event; `participant` is empty for system and administrators."""

    kind: ActorKind
    participant: PublicId | None = None
    name: Annotated[str, Field(max_length=MAX_NAME)] = ""


class EndpointInfo(Message):
    """A program of a participant. `label` is e.g. "Chromium, Linux"."""

    id: PublicId
    kind: EndpointKind
    connected: bool
    label: Annotated[str, Field(max_length=120)] = ""


class ParticipantInfo(Message):
    """A person in the session. `match_number` (two digits) is set while waiting in the lobby."""

    id: PublicId
    role: ParticipantRole
    state: ParticipantState
    name: Name
    language: Annotated[str, Field(pattern=r"^(en|ja)$")] = "en"
    match_number: Annotated[str, Field(pattern=r"^\d{2}$")] | None = None
    joined_at: UtcTime | None = None
    endpoints: list[EndpointInfo] = []


class Scope(Message):
    """What of the computer a request or grant covers; monitors are numbered from 1, empty means all."""

    monitors: Annotated[list[Annotated[int, Field(ge=1, le=16)]], Field(max_length=16)] = []


class RequestInfo(Message):
    """A CSR's request. `via` says which kind of endpoint can answer it now; None while nothing fit is attached."""

    id: PublicId
    capability: Capability
    scope: Scope = Scope()
    state: RequestState
    requester: PublicId
    grantor: PublicId
    via: EndpointKind | None
    made_at: UtcTime
    expires_at: UtcTime


class GrantInfo(Message):
    """A live permission. `endpoint` is the program that captures and injects; `epoch` grows with every change."""

    id: PublicId
    request: PublicId
    capability: Capability
    scope: Scope = Scope()
    state: GrantState
    csr: PublicId
    endpoint: PublicId
    epoch: Annotated[int, Field(ge=1)]
    granted_at: UtcTime
    not_after: UtcTime | None = None


class ChatMessageInfo(Message):
    """One chat message. `to` is set only for audience "participant"; `client_id` is the sender's own key."""

    id: PublicId
    client_id: PublicId
    participant: PublicId
    audience: Audience
    to: PublicId | None = None
    text: Text
    at: UtcTime


class NoteInfo(Message):
    """The CSRs' note, as last saved."""

    text: Annotated[str, Field(max_length=MAX_NOTE)] = ""
    version: Annotated[int, Field(ge=0)] = 0
    author: PublicId | None = None
    at: UtcTime | None = None


class SiteInfo(Message):
    """What everyone may know of the organisation."""

    name: Name
    host: Annotated[str, Field(max_length=253)]
    verified: bool
    accent: Annotated[str, Field(pattern=r"^#[0-9A-Fa-f]{6}$")]
    default_language: Annotated[str, Field(pattern=r"^(en|ja)$")]
    welcome: Annotated[str, Field(max_length=500)] = ""


class CapabilityRest(Message):
    """A capability that pauses after three denials."""

    capability: Capability
    until: UtcTime


class SessionSnapshot(Message):
    """All that one participant may know of a session at `seq`; later events fold onto it.

    `number`, `note` and `tracking` are for CSRs only. `messages` are those the reader may see, oldest first.
    """

    id: PublicId
    seq: Sequence
    state: SessionState
    session_type: Annotated[str, Field(max_length=80)]
    site: SiteInfo
    me: PublicId | None
    number: Annotated[str, Field(pattern=r"^\d{9}$")] | None = None
    number_expires_at: UtcTime | None = None
    tracking: dict[str, str] = {}
    customer_language: Annotated[str, Field(pattern=r"^(en|ja)$")] = "en"
    created_at: UtcTime
    activated_at: UtcTime | None = None
    suspended_until: UtcTime | None = None
    idle_ends_at: UtcTime | None = None
    ended_at: UtcTime | None = None
    end_reason: EndReason | None = None
    participants: list[ParticipantInfo]
    requests: list[RequestInfo]
    grants: list[GrantInfo]
    rests: list[CapabilityRest] = []
    messages: list[ChatMessageInfo]
    note: NoteInfo | None = None
    now: UtcTime
