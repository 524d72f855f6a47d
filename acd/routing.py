"""State machines of queue entry, offer and CSR presence as pure tables; the router's SQL keeps the same tables.

Nothing here reads a clock or a database. Words follow spec/acd.md in lower case.
"""

from enum import StrEnum

MAX_HOPS = 5
MAX_PRIORITY = 9
NOTE_LENGTH = 345


class EntryState(StrEnum):
    """Life of a queue entry (one segment of a customer's visit)."""

    WAITING = "waiting"
    OFFERED = "offered"
    LIMBO = "limbo"  # the customer's connection is lost; the place is kept
    ACTIVE = "active"
    WRAP = "wrap"
    DONE = "done"
    ABANDONED = "abandoned"
    TIMED_OUT = "timed_out"
    OVERFLOWED = "overflowed"
    CANCELLED = "cancelled"
    REJECTED = "rejected"


class OfferState(StrEnum):
    """Life of an offer."""

    PENDING = "pending"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    EXPIRED = "expired"
    REVOKED = "revoked"
    SUPERSEDED = "superseded"


class Strategy(StrEnum):
    """How a queue chooses among Ready CSRs."""

    MOST_IDLE = "most_idle"
    EVERYBODY = "everybody"
    ROUND_ROBIN = "round_robin"
    FEWEST_CONTACTS = "fewest_contacts"
    LEAST_BUSY = "least_busy"
    PRIORITY = "priority"
    RANDOM = "random"


IN_QUEUE = frozenset({EntryState.WAITING, EntryState.OFFERED, EntryState.LIMBO})
LIVE = IN_QUEUE | {EntryState.ACTIVE, EntryState.WRAP}
TERMINAL = frozenset(EntryState) - LIVE

_LEAVE = frozenset({EntryState.ABANDONED, EntryState.TIMED_OUT, EntryState.OVERFLOWED, EntryState.CANCELLED})

# From each state, where an entry may go. The trigger `acd_entry_step` refuses everything else.
ENTRY_STEPS: dict[EntryState, frozenset[EntryState]] = {
    EntryState.WAITING: frozenset({EntryState.OFFERED, EntryState.LIMBO, EntryState.ACTIVE}) | _LEAVE,
    EntryState.OFFERED: frozenset({EntryState.WAITING, EntryState.ACTIVE, EntryState.LIMBO}) | _LEAVE,
    EntryState.LIMBO: frozenset({EntryState.WAITING}) | _LEAVE,
    EntryState.ACTIVE: frozenset({EntryState.WRAP, EntryState.DONE}),
    EntryState.WRAP: frozenset({EntryState.DONE}),
    **{state: frozenset() for state in (*_LEAVE, EntryState.DONE, EntryState.REJECTED)},
}

OFFER_STEPS: dict[OfferState, frozenset[OfferState]] = {
    OfferState.PENDING: frozenset(OfferState) - {OfferState.PENDING},
    **{state: frozenset() for state in OfferState if state != OfferState.PENDING},
}


class PlaceReason(StrEnum):
    """Why a waiting customer's place is further back than the one shown before."""

    URGENT = "urgent"  # somebody with a higher priority came
    PASSED = "passed"  # somebody who had waited already was passed on to this queue
    CHANGED = "changed"  # a manager changed the order
