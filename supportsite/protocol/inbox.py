"""A CSR's inbox: presence, what is offered, what waits, what is to be wrapped up. Always whole, with its version."""

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field

from supportsite.protocol.base import Message, PublicId, Sequence, UtcTime

MAX_WRAP_NOTE = 4000
MAX_OUTCOME_CODES = 10

Short = Annotated[str, Field(max_length=80)]
Count = Annotated[int, Field(ge=0)]


class Presence(StrEnum):
    """What a CSR declares."""

    OFFLINE = "offline"
    AVAILABLE = "available"
    AWAY = "away"
    DRAINING = "draining"  # finish, take none


class Resolution(StrEnum):
    """How a visit ended, in the CSR's words at the wrap-up."""

    SOLVED = "solved"
    FOLLOW_UP = "follow_up"
    PASSED_ON = "passed_on"
    NOT_SOLVED = "not_solved"


class CsrStatus(Message):
    """The reader's own state. `capacity` places: `sessions`, `offers` and `wrap_ups` take one each.

    `reason` of away: break, meeting, training, rona (offers were missed), or a manager's own words; of offline: lost.
    `paused_until`: nobody is offered before, because an offer was declined or missed.
    """

    presence: Presence
    reason: Annotated[str, Field(max_length=40)] = ""
    since: UtcTime | None = None
    paused_until: UtcTime | None = None
    capacity: Count
    sessions: Count
    offers: Count
    wrap_ups: Count


class QueueRef(Message):
    """A queue, named in the reader's language."""

    id: PublicId
    name: Short


class FormAnswer(Message):
    """An answer of the entry form under its label; `kind` as in the form's field."""

    key: Annotated[str, Field(max_length=40)]
    label: Short
    kind: Annotated[str, Field(max_length=10)]
    value: Annotated[str, Field(max_length=4000)]


class SaidLine(Message):
    """What the customer wrote while waiting."""

    text: Annotated[str, Field(max_length=4000)]
    at: UtcTime


class EarlierVisit(Message):
    """An earlier visit of the same customer. `minutes` of help; `session` of the log, where there is one."""

    session: PublicId | None
    queue: Short
    csr: Annotated[str, Field(max_length=80)] = ""
    resolution: Resolution | None = None
    at: UtcTime
    minutes: Count


class OfferReason(Message):
    """Why this CSR: the queue's strategy, the rule that brought the customer, how many offers came before."""

    strategy: Annotated[str, Field(max_length=20)]
    rule: Annotated[str, Field(max_length=80)] = ""
    tried: Count


class OfferInfo(Message):
    """A customer offered to the reader until `expires_at`; the seconds left are counted from the frame's `now`.

    `context` is what the host page signed, `waiting_since` the customer's coming. `note` and `giver` belong to a
    transfer.
    """

    id: PublicId
    entry: PublicId
    session: PublicId | None
    queue: QueueRef
    name: Annotated[str, Field(max_length=80)]
    language: Annotated[str, Field(pattern=r"^(en|ja)$")]
    priority: Count
    waiting_since: UtcTime
    made_at: UtcTime
    expires_at: UtcTime
    everybody: bool
    answers: list[FormAnswer]
    context: dict[str, str]
    page: Annotated[str, Field(max_length=500)] = ""
    said: list[SaidLine]
    earlier: list[EarlierVisit]
    earlier_count: Count
    why: OfferReason
    note: Annotated[str, Field(max_length=345)] = ""
    giver: Annotated[str, Field(max_length=80)] = ""


class ClosedOffer(Message):
    """An offer that ended some seconds ago without the reader's doing; `taken_by` is a colleague's name."""

    id: PublicId
    name: Annotated[str, Field(max_length=80)]
    state: Literal["expired", "revoked", "superseded"]
    reason: Annotated[str, Field(max_length=40)] = ""
    taken_by: Annotated[str, Field(max_length=80)] = ""
    at: UtcTime


class InboxToday(Message):
    """A CSR's day so far. `accepted_in_s`: mean ringing until accepted; `score`: mean of `answers` surveys, 1 to 5."""

    handled: Annotated[int, Field(ge=0)]
    accepted_in_s: float | None
    missed: Annotated[int, Field(ge=0)]
    score: float | None
    answers: Annotated[int, Field(ge=0)]


class WrapUp(Message):
    """A visit whose help has ended, to be finished by `deadline_at`."""

    entry: PublicId
    session: PublicId | None
    queue: QueueRef
    name: Annotated[str, Field(max_length=80)]
    answered_at: UtcTime
    ended_at: UtcTime
    deadline_at: UtcTime
    transferred: bool


class ServedQueue(Message):
    """A queue that the reader serves. `waiting` stops at 1000."""

    id: PublicId
    name: Short
    waiting: Count
    may_pick: bool


class WaitingCustomer(Message):
    """Somebody in a queue from which the reader may pick; `about` is the first answer of their form."""

    entry: PublicId
    queue: PublicId
    name: Annotated[str, Field(max_length=80)]
    about: Annotated[str, Field(max_length=120)] = ""
    priority: Count
    waiting_since: UtcTime


class OutcomeChoice(Message):
    """A code that may be given at the wrap-up."""

    id: PublicId
    name: Short


class InboxState(Message):
    """All of one CSR's inbox at version `n` of the site's router."""

    n: Sequence
    now: UtcTime
    csr: CsrStatus
    offers: list[OfferInfo]
    closed: list[ClosedOffer]
    wrap_ups: list[WrapUp]
    queues: list[ServedQueue]
    waiting: list[WaitingCustomer]
    outcome_codes: list[OutcomeChoice]


class InboxFrame(Message):
    """Inbox socket: the whole inbox, whenever something in it has changed."""

    type: Literal["inbox"] = "inbox"
    inbox: InboxState
