"""Frames of the WebSockets: ephemeral things and the delivery of events. No durable command.

A client first sends `Hello`; the server answers `Welcome`, then the events after `after`.
"""

from typing import Annotated, Any, Literal

from pydantic import Field, TypeAdapter

from supportsite.protocol.base import Message, PublicId, Sequence
from supportsite.protocol.events import Event
from supportsite.protocol.inbox import InboxFrame
from supportsite.protocol.monitor import MonitorFrame
from supportsite.protocol.waiting import Waiting

HEARTBEAT_SECONDS = 5
SUPPORT_MANAGER_HEARTBEAT_SECONDS = 1
MAX_FRAME_BYTES = 64 * 1024
MAX_BAD_FRAMES = 20
AUTHENTICATE_SECONDS = 10


class CloseCode:
    """WebSocket close codes of this product; a client reconnects after none of 4401, 4403, 4404 by itself."""

    UNAUTHENTICATED = 4401
    FORBIDDEN = 4403
    NOT_FOUND = 4404
    TOO_SLOW = 4408
    BAD_FRAMES = 4422
    REPLACED = 4409
    TRY_LATER = 1013


class Hello(Message):
    """First frame of every socket. `after` is the last `seq` the client has."""

    type: Literal["hello"] = "hello"
    protocol: int
    ticket: Annotated[str, Field(min_length=16, max_length=100)]
    after: Sequence = 0


class Heartbeat(Message):
    """Both ways. From a client `seq` is the last event processed (and acknowledges bytes), from the server the newest.

    The server beats by its own clock and never answers one. A browser answers each of the server's at once, because its
    own timers sleep in a hidden page; 20 s without any frame let the endpoint's lease end, 75 s close the socket.
    """

    type: Literal["heartbeat"] = "heartbeat"
    seq: Sequence = 0


class Ack(Message):
    """Everything up to `seq` is processed; opens the server's outgoing window."""

    type: Literal["ack"] = "ack"
    seq: Sequence


class Typing(Message):
    """Somebody types. From the server with `participant`."""

    type: Literal["typing"] = "typing"
    participant: PublicId | None = None
    audience: Literal["everyone", "csrs"] = "everyone"


class ViewRequest(Message):
    """Viewer → source: send me the picture of this grant.

    `monitors` narrows it to some of the granted ones (empty: all); a second connection may ask for others. `relay`
    is the server's relay that the viewer opened because no peer connection came about; None asks for WebRTC.
    """

    kind: Literal["view_request"] = "view_request"
    grant: PublicId
    connection: PublicId
    monitors: Annotated[list[Annotated[int, Field(ge=1, le=16)]], Field(max_length=16)] = []
    relay: PublicId | None = None


class Description(Message):
    """An SDP offer (source → viewer) or answer (viewer → source)."""

    kind: Literal["offer", "answer"]
    connection: PublicId
    sdp: Annotated[str, Field(max_length=40000)]


class Candidate(Message):
    """A trickled ICE candidate; empty `candidate` ends them."""

    kind: Literal["candidate"] = "candidate"
    connection: PublicId
    candidate: Annotated[str, Field(max_length=1000)]
    mid: Annotated[str, Field(max_length=64)] | None = None
    line: Annotated[int, Field(ge=0, le=64)] | None = None


class HangUp(Message):
    """The sender closed this connection."""

    kind: Literal["hang_up"] = "hang_up"
    connection: PublicId
    reason: Annotated[str, Field(max_length=80)] = ""


SignalData = Annotated[ViewRequest | Description | Candidate | HangUp, Field(discriminator="kind")]


class Signal(Message):
    """WebRTC signalling between two endpoints of one session.

    The server sets `sender` and `participant`; what a client writes there is overwritten.
    """

    type: Literal["signal"] = "signal"
    to: PublicId
    sender: PublicId | None = None
    participant: PublicId | None = None
    data: SignalData


ClientFrame = Annotated[Hello | Heartbeat | Ack | Typing | Signal, Field(discriminator="type")]


class Welcome(Message):
    """The socket is authenticated; `endpoint` is the client's own id."""

    type: Literal["welcome"] = "welcome"
    endpoint: PublicId | None
    seq: Sequence
    heartbeat_seconds: float


class EventFrame(Message):
    """One event of the session's log."""

    type: Literal["event"] = "event"
    event: Event


class Wake(Message):
    """Console socket: this session changed; read the list again."""

    type: Literal["wake"] = "wake"
    session: PublicId
    seq: Sequence


class Calls(Message):
    """Console socket: somebody calls the member, or a call ended; read the calls again."""

    type: Literal["calls"] = "calls"


class ErrorFrame(Message):
    """A frame was refused; `ref` finds it in the log. The socket stays until 20 of them."""

    type: Literal["error"] = "error"
    code: str
    message: str
    ref: str
    data: dict[str, Any] = {}


ServerFrame = Annotated[
    Welcome
    | EventFrame
    | Heartbeat
    | Typing
    | Signal
    | Wake
    | Calls
    | Waiting
    | InboxFrame
    | MonitorFrame
    | ErrorFrame,
    Field(discriminator="type"),
]

CLIENT_FRAME: TypeAdapter[ClientFrame] = TypeAdapter(ClientFrame)
SERVER_FRAME: TypeAdapter[ServerFrame] = TypeAdapter(ServerFrame)
