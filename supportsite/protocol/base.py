"""Base class and shared field types of every message.

Unknown fields are refused here (the server's side of the contract); clients parse leniently.
"""

from enum import StrEnum
from typing import Annotated

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

MAX_TEXT = 4000
MAX_NOTE = 20000
MAX_NAME = 80


class Message(BaseModel):
    """A frozen message that refuses what it does not know."""

    model_config = ConfigDict(extra="forbid", frozen=True, ser_json_inf_nan="null")


PublicId = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{8,40}$")]
Name = Annotated[str, Field(min_length=1, max_length=MAX_NAME)]
Text = Annotated[str, Field(min_length=1, max_length=MAX_TEXT)]
UnitCoordinate = Annotated[float, Field(ge=0.0, le=1.0, allow_inf_nan=False)]
UtcTime = AwareDatetime
Sequence = Annotated[int, Field(ge=0, le=2**53)]


class SessionState(StrEnum):
    """Life of a support session (product.md, common rules)."""

    WAITING = "waiting"
    ACTIVE = "active"
    SUSPENDED = "suspended"
    ENDED = "ended"


class SessionDirection(StrEnum):
    """Who started a session: a CSR who invites, or the customer through a queue."""

    OUTBOUND = "outbound"
    INBOUND = "inbound"


class EndReason(StrEnum):
    """Why a support session ended."""

    CSR_END = "csr_end"
    CUSTOMER_LEAVE = "customer_leave"
    IDLE = "idle"
    UNJOINED = "unjoined"
    UNANSWERED = "unanswered"
    ORPHANED = "orphaned"
    ADMIN = "admin"


class ParticipantRole(StrEnum):
    """What a participant is to the session."""

    PRIMARY_CSR = "primary_csr"
    ASSISTING_CSR = "assisting_csr"
    PRIMARY_CUSTOMER = "primary_customer"
    SECONDARY_CUSTOMER = "secondary_customer"


class ParticipantState(StrEnum):
    """Where a participant is: outside the door, inside, gone."""

    LOBBY = "lobby"
    JOINED = "joined"
    REFUSED = "refused"
    LEFT = "left"


class EndpointKind(StrEnum):
    """A program of a participant."""

    BROWSER = "browser"
    SUPPORT_MANAGER = "support_manager"


class Capability(StrEnum):
    """An action that needs consent: `screen.*`, `clipboard.*` on the customer's computer, `share.*` on the CSR's."""

    VIEW_DESKTOP = "screen.view.desktop"
    CONTROL_DESKTOP = "screen.control.desktop"
    VIEW_APPLICATION = "screen.view.application"
    CONTROL_APPLICATION = "screen.control.application"
    SHARE_VIEW_DESKTOP = "share.view.desktop"
    SHARE_CONTROL_DESKTOP = "share.control.desktop"
    SHARE_VIEW_APPLICATION = "share.view.application"
    SHARE_CONTROL_APPLICATION = "share.control.application"
    CLIPBOARD_TO_CSR = "clipboard.to_csr"
    CLIPBOARD_TO_CUSTOMER = "clipboard.to_customer"


class CallKind(StrEnum):
    """What a CSR is called for: to assist in a session, or to take it over as primary CSR."""

    ASSIST = "assist"
    CONTROL = "control"


class CallOutcome(StrEnum):
    """How a call ended."""

    ACCEPTED = "accepted"
    DECLINED = "declined"
    EXPIRED = "expired"
    CANCELLED = "cancelled"


class SharingQuality(StrEnum):
    """Session options of a share: sharp first, fast first, or by what moves."""

    STANDARD = "standard"
    SAMPLING = "sampling"
    AUTO = "auto"


class RequestState(StrEnum):
    """Life of a request (product.md)."""

    REQUESTED = "requested"
    GRANTED = "granted"
    DENIED = "denied"
    EXPIRED = "expired"
    CANCELLED = "cancelled"
    STOPPED = "stopped"


class GrantState(StrEnum):
    """Life of a grant: suspended grants show and do nothing until they resume."""

    ACTIVE = "active"
    SUSPENDED = "suspended"
    STOPPED = "stopped"


class StopCause(StrEnum):
    """Why a grant ended or rests."""

    OWNER_STOP = "owner_stop"
    STOP_EVERYTHING = "stop_everything"
    CSR_RELEASE = "csr_release"
    SUPERSEDED = "superseded"
    ENDPOINT_LOST = "endpoint_lost"
    CONNECTION_LOST = "connection_lost"
    IDLE = "idle"
    EXPIRED = "expired"
    SESSION_ENDED = "session_ended"
    PARTICIPANT_LEFT = "participant_left"
    SOURCE_CLOSED = "source_closed"
    USED = "used"
    PASSED = "passed"


class Audience(StrEnum):
    """Who may read a message or event."""

    EVERYONE = "everyone"
    CSRS = "csrs"
    PARTICIPANT = "participant"


class ActorKind(StrEnum):
    """Who did it."""

    CSR = "csr"
    CUSTOMER = "customer"
    SUPPORT_MANAGER = "support_manager"
    ADMIN = "admin"
    API = "api"
    SYSTEM = "system"
