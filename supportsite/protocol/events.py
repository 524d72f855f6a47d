"""Server facts: the durable events of a session, one class each, in the past tense.

An event is written in the same transaction as the row that it tells of. `seq` is dense per session.
A reader who may not see an event gets `Withheld` with the same `seq`, so a gap always means loss.
"""

from typing import Annotated, Literal

from pydantic import Field, TypeAdapter

from supportsite.protocol.base import CallOutcome, EndReason, Message, PublicId, Sequence, StopCause, UtcTime
from supportsite.protocol.objects import (
    Actor,
    CallInfo,
    CapabilityRest,
    ChatMessageInfo,
    EndpointInfo,
    GrantInfo,
    ParticipantInfo,
    RequestInfo,
    ScreenshotInfo,
    SessionOptions,
    TransferInfo,
)


class EventBase(Message):
    """Envelope shared by all events. `hash` chains each event to the one before."""

    session: PublicId
    seq: Sequence
    at: UtcTime
    actor: Actor
    hash: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")] = "0" * 64


class SessionStarted(EventBase):
    type: Literal["session.started"] = "session.started"
    session_type: str
    number_expires_at: UtcTime


class SessionActivated(EventBase):
    type: Literal["session.activated"] = "session.activated"


class SessionSuspended(EventBase):
    type: Literal["session.suspended"] = "session.suspended"
    cause: Literal["customer_lost", "csr_lost"]
    until: UtcTime


class SessionResumed(EventBase):
    type: Literal["session.resumed"] = "session.resumed"


class SessionIdleWarned(EventBase):
    type: Literal["session.idle_warned"] = "session.idle_warned"
    ends_at: UtcTime


class SessionKept(EventBase):
    """Somebody answered the idle warning."""

    type: Literal["session.kept"] = "session.kept"


class SessionEnded(EventBase):
    type: Literal["session.ended"] = "session.ended"
    reason: EndReason


class InvitationSent(EventBase):
    type: Literal["invitation.sent"] = "invitation.sent"
    channel: Literal["phone", "email", "message"]
    address_hash: str = ""


class ParticipantWaiting(EventBase):
    """A later joiner stands in the lobby."""

    type: Literal["participant.waiting"] = "participant.waiting"
    participant: ParticipantInfo


class ParticipantJoined(EventBase):
    type: Literal["participant.joined"] = "participant.joined"
    participant: ParticipantInfo


class ParticipantRefused(EventBase):
    type: Literal["participant.refused"] = "participant.refused"
    participant: PublicId


class ParticipantLeft(EventBase):
    type: Literal["participant.left"] = "participant.left"
    participant: PublicId


class EndpointConnected(EventBase):
    type: Literal["endpoint.connected"] = "endpoint.connected"
    participant: PublicId
    endpoint: EndpointInfo


class EndpointDisconnected(EventBase):
    type: Literal["endpoint.disconnected"] = "endpoint.disconnected"
    participant: PublicId
    endpoint: PublicId


class ChatSent(EventBase):
    type: Literal["chat.sent"] = "chat.sent"
    message: ChatMessageInfo


class NoteSaved(EventBase):
    """For CSRs only; the text is fetched, not carried."""

    type: Literal["note.saved"] = "note.saved"
    version: int
    author: PublicId


class RequestMade(EventBase):
    type: Literal["request.made"] = "request.made"
    request: RequestInfo


class RequestRouted(EventBase):
    """Another kind of endpoint answers the request now (a Support Manager came or went)."""

    type: Literal["request.routed"] = "request.routed"
    request: RequestInfo


class RequestAccepted(EventBase):
    """The customer agreed to be shown, or to operate, the CSR's computer; now the CSR's own program may grant it."""

    type: Literal["request.accepted"] = "request.accepted"
    request: RequestInfo


class RequestShown(EventBase):
    type: Literal["request.shown"] = "request.shown"
    request: PublicId
    endpoint: PublicId


class RequestGranted(EventBase):
    type: Literal["request.granted"] = "request.granted"
    request: PublicId
    grant: GrantInfo


class RequestDenied(EventBase):
    type: Literal["request.denied"] = "request.denied"
    request: PublicId
    rest: CapabilityRest | None = None


class RequestExpired(EventBase):
    """Silence is a denial; it counts as one for the pause."""

    type: Literal["request.expired"] = "request.expired"
    request: PublicId
    rest: CapabilityRest | None = None


class RequestCancelled(EventBase):
    type: Literal["request.cancelled"] = "request.cancelled"
    request: PublicId


class GrantFirstUsed(EventBase):
    type: Literal["grant.first_used"] = "grant.first_used"
    grant: PublicId


class GrantMarked(EventBase):
    """A participant pointed or drew on the shared picture for the first time under this grant."""

    type: Literal["grant.marked"] = "grant.marked"
    grant: PublicId
    participant: PublicId


class GrantSuspended(EventBase):
    type: Literal["grant.suspended"] = "grant.suspended"
    grant: GrantInfo
    cause: StopCause


class GrantResumed(EventBase):
    type: Literal["grant.resumed"] = "grant.resumed"
    grant: GrantInfo


class GrantStopped(EventBase):
    type: Literal["grant.stopped"] = "grant.stopped"
    grant: PublicId
    cause: StopCause


class OptionsChanged(EventBase):
    type: Literal["options.changed"] = "options.changed"
    options: SessionOptions


class ScreenshotTaken(EventBase):
    """Everyone is told: a still of somebody's screen was saved to the session."""

    type: Literal["screenshot.taken"] = "screenshot.taken"
    screenshot: ScreenshotInfo


class CallMade(EventBase):
    """A CSR is called into the session. For CSRs only."""

    type: Literal["call.made"] = "call.made"
    call: CallInfo


class CallClosed(EventBase):
    type: Literal["call.closed"] = "call.closed"
    call: PublicId
    outcome: CallOutcome


class ControlPassed(EventBase):
    """The session has another primary CSR; the giver assists from now on."""

    type: Literal["control.passed"] = "control.passed"
    giver: PublicId
    taker: PublicId


class TransferStarted(EventBase):
    type: Literal["transfer.started"] = "transfer.started"
    transfer: TransferInfo


class TransferEnded(EventBase):
    """Somebody took the session, nobody did (`returned` to the giver, `fallback` queue), or it was taken back."""

    type: Literal["transfer.ended"] = "transfer.ended"
    outcome: Literal["accepted", "returned", "fallback", "cancelled"]


class SessionRequeued(EventBase):
    """The CSR was lost; the customer waits in a queue again, at the old place."""

    type: Literal["session.requeued"] = "session.requeued"
    queue: Annotated[str, Field(max_length=80)]


class ActionRefused(EventBase):
    """The server or a Support Manager dropped something that was not granted."""

    type: Literal["action.refused"] = "action.refused"
    by: Literal["server", "support_manager"]
    endpoint: PublicId | None = None
    reason: str
    count: Annotated[int, Field(ge=1)] = 1


class Withheld(EventBase):
    """Stands for an event that this reader may not see."""

    type: Literal["withheld"] = "withheld"


Event = Annotated[
    SessionStarted
    | SessionActivated
    | SessionSuspended
    | SessionResumed
    | SessionIdleWarned
    | SessionKept
    | SessionEnded
    | InvitationSent
    | ParticipantWaiting
    | ParticipantJoined
    | ParticipantRefused
    | ParticipantLeft
    | EndpointConnected
    | EndpointDisconnected
    | ChatSent
    | NoteSaved
    | RequestMade
    | RequestRouted
    | RequestAccepted
    | RequestShown
    | RequestGranted
    | RequestDenied
    | RequestExpired
    | RequestCancelled
    | GrantFirstUsed
    | GrantMarked
    | GrantSuspended
    | GrantResumed
    | GrantStopped
    | OptionsChanged
    | ScreenshotTaken
    | CallMade
    | CallClosed
    | ControlPassed
    | TransferStarted
    | TransferEnded
    | SessionRequeued
    | ActionRefused
    | Withheld,
    Field(discriminator="type"),
]

EVENT: TypeAdapter[Event] = TypeAdapter(Event)
