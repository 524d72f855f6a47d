"""The objects that events and snapshots carry: participant, endpoint, request, grant, chat message."""

from typing import Annotated

from pydantic import Field

from supportsite.protocol.base import (
    MAX_NAME,
    MAX_NOTE,
    ActorKind,
    Audience,
    CallKind,
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
    SharingQuality,
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


class ApplicationInfo(Message):
    """A window that its owner chose: the system's id for it, the program's name, the title when it was chosen."""

    window: Annotated[int, Field(ge=1, le=2**53)]
    name: Annotated[str, Field(max_length=80)] = ""
    title: Annotated[str, Field(max_length=120)] = ""


MAX_APPLICATIONS = 16


class Scope(Message):
    """What of the computer a request or grant covers.

    `monitors` are numbered from 1, empty means all; they belong to desktop capabilities. `applications` belong to
    application capabilities: empty in a request, because only the owner knows and chooses them, and at least one in
    the grant of a Support Manager (a browser's own picker does not say which window it gave).
    """

    monitors: Annotated[list[Annotated[int, Field(ge=1, le=16)]], Field(max_length=16)] = []
    applications: Annotated[list[ApplicationInfo], Field(max_length=MAX_APPLICATIONS)] = []

    @property
    def windows(self) -> frozenset[int]:
        """Which windows: two grants of applications are one picture while these are the same."""
        return frozenset(item.window for item in self.applications)


class RequestInfo(Message):
    """A CSR's request.

    `grantor` is whose computer it is about: their program makes the grant. `operator` is who may use the grant: the
    requester, the CSR who gets the mouse at a hand-over, or for `share.*` the primary customer. `share.*` is first
    accepted by the primary customer (`accepted_at`), then granted by `source`, the CSR's program that will be shown.
    `via` says which kind of endpoint can answer the next step now; None while nothing fit is attached.
    """

    id: PublicId
    capability: Capability
    scope: Scope = Scope()
    state: RequestState
    requester: PublicId
    grantor: PublicId
    operator: PublicId
    source: PublicId | None = None
    accepted_at: UtcTime | None = None
    via: EndpointKind | None
    made_at: UtcTime
    expires_at: UtcTime


class GrantInfo(Message):
    """A live permission.

    `holder` is the one participant who may operate or use it; a view is seen by everyone who is in the session but
    the owner. `owner` is whose computer it is, `endpoint` the program there that captures and injects; `epoch` grows
    with every change.
    """

    id: PublicId
    request: PublicId
    capability: Capability
    scope: Scope = Scope()
    state: GrantState
    holder: PublicId
    owner: PublicId
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


class CallInfo(Message):
    """A CSR is called into a session: to assist, or (`control`) an assisting one to become primary. For CSRs only.

    `name` is that of the one who is called; `participant` is set where they are inside already.
    """

    id: PublicId
    kind: CallKind
    caller: PublicId
    name: Name
    participant: PublicId | None = None
    note: Annotated[str, Field(max_length=345)] = ""
    made_at: UtcTime
    expires_at: UtcTime


class TransferInfo(Message):
    """A transfer that nobody has taken yet; its giver stays until somebody does. `target` names a queue or CSRs."""

    giver: PublicId
    target: Annotated[str, Field(max_length=200)]
    at: UtcTime
    expires_at: UtcTime


class SessionOptions(Message):
    """What the CSR set for this session; it holds for shares in both directions."""

    quality: SharingQuality = SharingQuality.AUTO


class ScreenshotInfo(Message):
    """A still of the shared picture that somebody saved to the session. `sha256` is that of the PNG file."""

    id: PublicId
    participant: PublicId
    grant: PublicId
    width: Annotated[int, Field(ge=1, le=16384)]
    height: Annotated[int, Field(ge=1, le=16384)]
    size: Annotated[int, Field(ge=1)]
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    at: UtcTime


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
    options: SessionOptions = SessionOptions()
    messages: list[ChatMessageInfo]
    note: NoteInfo | None = None
    calls: list[CallInfo] = []
    transfer: TransferInfo | None = None
    now: UtcTime
