"""Decides for each message of a viewer whether it may reach the computer. Pure: no display, no clock of its own.

The facts come from the Support Manager's own grant table and windows; nothing a viewer or the server says adds to them.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from supportsite.protocol.base import Capability
from supportsite.protocol.capabilities import CONTROL
from supportsite.protocol.channel import HeldReason, PointerInput, ReleaseInput, ViewerInput

OWNER_PAUSE_SECONDS = 1.0
PROMPT_PAUSE_SECONDS = 0.5


class Verdict(StrEnum):
    """What became of a message; all but PASS drop it."""

    PASS = "pass"  # noqa: S105  no password
    NO_GRANT = "no_grant"
    NOT_YOURS = "not_yours"
    OLD_EPOCH = "old_epoch"
    REPLAYED = "replayed"
    PROMPT = "prompt"
    OWNER_INPUT = "owner_input"
    CONNECTION = "connection"
    OWN_WINDOW = "own_window"
    OUTSIDE = "outside"
    FOCUS = "focus"
    LOCKED = "locked"
    UNSUPPORTED = "unsupported"
    MALFORMED = "malformed"
    FAILED = "failed"


HELD_REASONS: Mapping[Verdict, HeldReason] = {
    Verdict.PASS: "none",
    Verdict.PROMPT: "prompt",
    Verdict.OWNER_INPUT: "owner_input",
    Verdict.CONNECTION: "connection",
    Verdict.OWN_WINDOW: "own_window",
    Verdict.OUTSIDE: "outside",
    Verdict.FOCUS: "focus",
    Verdict.LOCKED: "locked",
    Verdict.UNSUPPORTED: "unsupported",
    Verdict.NO_GRANT: "not_granted",
    Verdict.NOT_YOURS: "not_granted",
    Verdict.OLD_EPOCH: "not_granted",
    Verdict.REPLAYED: "not_granted",
    Verdict.MALFORMED: "not_granted",
    Verdict.FAILED: "unsupported",
}
# Attempts at something that was not granted, to be counted and reported; the others are ordinary pauses.
REFUSALS = frozenset(
    {
        Verdict.NO_GRANT,
        Verdict.NOT_YOURS,
        Verdict.OLD_EPOCH,
        Verdict.REPLAYED,
        Verdict.PROMPT,
        Verdict.OWN_WINDOW,
        Verdict.OUTSIDE,
    }
)
# Where a pointer comes by on its way: no attempt at anything.
PLACES = frozenset({Verdict.PROMPT, Verdict.OWN_WINDOW, Verdict.OUTSIDE})


def is_refusal(verdict: Verdict, message: ViewerInput) -> bool:
    """Tell whether a held message was an attempt at something that was not granted."""
    return verdict in REFUSALS and not (isinstance(message, PointerInput) and verdict in PLACES)


@dataclass(frozen=True, slots=True)
class GrantFact:
    """A row of the grant table. `holder` is the participant who may use it."""

    capability: Capability
    holder: str
    epoch: int
    active: bool


@dataclass(frozen=True, slots=True)
class Facts:
    """What is true now; times are seconds on the monotonic clock."""

    now: float
    grants: Mapping[str, GrantFact]
    prompt_open: bool = False
    prompt_closed_at: float | None = None
    owner_input_at: float | None = None
    connected: bool = True
    locked: bool = False
    silent_connections: frozenset[str] = field(default=frozenset())


@dataclass(frozen=True, slots=True)
class Sender:
    """Who sent a message: the WebRTC connection and the participant that the server named when it was made."""

    connection: str
    participant: str


def judge(message: ViewerInput, sender: Sender, facts: Facts, last_seq: int) -> Verdict:
    """Return PASS only when every condition holds; the order is from what was never allowed to what passes by."""
    grant = facts.grants.get(message.grant)
    if grant is None or not grant.active or grant.capability not in CONTROL:
        return Verdict.NO_GRANT
    if grant.holder != sender.participant:
        return Verdict.NOT_YOURS
    if message.epoch != grant.epoch:
        return Verdict.OLD_EPOCH
    if message.seq <= last_seq:
        return Verdict.REPLAYED
    if isinstance(message, ReleaseInput):
        return Verdict.PASS  # letting go is never held back
    if not facts.connected or sender.connection in facts.silent_connections:
        return Verdict.CONNECTION
    if facts.locked:
        return Verdict.LOCKED
    if facts.prompt_open or _within(facts.now, facts.prompt_closed_at, PROMPT_PAUSE_SECONDS):
        return Verdict.PROMPT
    if _within(facts.now, facts.owner_input_at, OWNER_PAUSE_SECONDS):
        return Verdict.OWNER_INPUT
    return Verdict.PASS


def _within(now: float, since: float | None, seconds: float) -> bool:
    return since is not None and now - since < seconds


class Gate:
    """`judge` with the memory it needs: the highest sequence number of each connection."""

    def __init__(self) -> None:
        self._last_seq: dict[str, int] = {}

    def admit(self, message: ViewerInput, sender: Sender, facts: Facts) -> Verdict:
        """Judge a message and remember its number, also when it is held: it will not be valid later."""
        last = self._last_seq.get(sender.connection, -1)
        verdict = judge(message, sender, facts, last)
        self._last_seq[sender.connection] = max(last, message.seq)
        return verdict

    def forget(self, connection: str) -> None:
        """Forget a connection that ended; its id is never used again."""
        self._last_seq.pop(connection, None)
