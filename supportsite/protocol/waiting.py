"""What a waiting customer is told: the answer of GET entries/ID/ and the frames of `ws/waiting/ID/`."""

from typing import Annotated, Literal

from pydantic import Field

from supportsite.protocol.base import Message, PublicId, UtcTime

# In line is one state for the customer, whoever is being asked meanwhile.
EntryPhase = Literal["waiting", "active", "wrap", "done", "abandoned", "timed_out", "cancelled", "overflowed"]


class WaitInfo(Message):
    """Seconds from now; nine of ten people in this place wait between `low` and `high`."""

    low_s: Annotated[int, Field(ge=0)]
    likely_s: Annotated[int, Field(ge=0)]
    high_s: Annotated[int, Field(ge=0)]


class WaitingInfo(Message):
    """The customer's place. `place` is 1 for the next one; None where the queue does not show it, or nobody waits.

    `grew` says why the place is further back than it was told before: somebody more urgent came, somebody who had
    waited was passed on to this queue, or the order was changed. `callback_phone` is in answers only, not in frames.
    """

    entry: PublicId
    queue: Annotated[str, Field(max_length=80)]
    state: EntryPhase
    since: UtcTime
    place: Annotated[int, Field(ge=1)] | None = None
    wait: WaitInfo | None = None
    grew: Literal["", "urgent", "passed", "changed"] = ""
    callback_phone: Annotated[str, Field(max_length=40)] | None = None
    now: UtcTime


class Waiting(Message):
    """The place changed."""

    type: Literal["waiting"] = "waiting"
    info: WaitingInfo
