"""State machines of session, request and grant as pure tables, and the pure rules that hang on them.

Nothing here reads a clock or a database; services ask, then write.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TypeVar

from supportsite.protocol.base import EndpointKind, GrantState, RequestState, SessionState
from supportsite.protocol.capabilities import CLIPBOARD, CONTROL, SHARE, VIEW, surface_of
from supportsite.protocol.objects import Scope

DENIALS_BEFORE_REST = 3
REST_SECONDS = 5 * 60
LOST_SECONDS = 10
VIEW_LOST_SECONDS = 60
GRANT_LOST_SECONDS = 10 * 60
CONTROL_MAX_SECONDS = 60 * 60
CLIPBOARD_MAX_SECONDS = 5 * 60
UNVERIFIED_VIEW_SECONDS = 15 * 60
UNVERIFIED_SESSIONS_PER_DAY = 3
IDLE_WARNING_SECONDS = 120


StateT = TypeVar("StateT")
StepT = TypeVar("StepT")


class SessionStep(StrEnum):
    """What moves a session on."""

    JOIN = "join"
    LOSE = "lose"
    RETURN = "return"
    REQUEUE = "requeue"
    END = "end"


class RequestStep(StrEnum):
    """What moves a request on."""

    GRANT = "grant"
    DENY = "deny"
    EXPIRE = "expire"
    CANCEL = "cancel"
    STOP = "stop"


class GrantStep(StrEnum):
    """What moves a grant on."""

    SUSPEND = "suspend"
    RESUME = "resume"
    STOP = "stop"


SESSION: Mapping[tuple[SessionState, SessionStep], SessionState] = {
    (SessionState.WAITING, SessionStep.JOIN): SessionState.ACTIVE,
    (SessionState.ACTIVE, SessionStep.LOSE): SessionState.SUSPENDED,
    (SessionState.SUSPENDED, SessionStep.RETURN): SessionState.ACTIVE,
    (SessionState.ACTIVE, SessionStep.REQUEUE): SessionState.WAITING,
    (SessionState.SUSPENDED, SessionStep.REQUEUE): SessionState.WAITING,
    (SessionState.WAITING, SessionStep.END): SessionState.ENDED,
    (SessionState.ACTIVE, SessionStep.END): SessionState.ENDED,
    (SessionState.SUSPENDED, SessionStep.END): SessionState.ENDED,
}

REQUEST: Mapping[tuple[RequestState, RequestStep], RequestState] = {
    (RequestState.REQUESTED, RequestStep.GRANT): RequestState.GRANTED,
    (RequestState.REQUESTED, RequestStep.DENY): RequestState.DENIED,
    (RequestState.REQUESTED, RequestStep.EXPIRE): RequestState.EXPIRED,
    (RequestState.REQUESTED, RequestStep.CANCEL): RequestState.CANCELLED,
    (RequestState.GRANTED, RequestStep.STOP): RequestState.STOPPED,
}

GRANT: Mapping[tuple[GrantState, GrantStep], GrantState] = {
    (GrantState.ACTIVE, GrantStep.SUSPEND): GrantState.SUSPENDED,
    (GrantState.SUSPENDED, GrantStep.RESUME): GrantState.ACTIVE,
    (GrantState.ACTIVE, GrantStep.STOP): GrantState.STOPPED,
    (GrantState.SUSPENDED, GrantStep.STOP): GrantState.STOPPED,
}


class ImpossibleStepError(Exception):
    """The table has no such step from here."""


def step_session(state: str, step: SessionStep) -> SessionState:
    """Return the state after `step`. Raises ImpossibleStepError."""
    return _step(SESSION, SessionState(state), step)


def step_request(state: str, step: RequestStep) -> RequestState:
    """Return the state after `step`. Raises ImpossibleStepError."""
    return _step(REQUEST, RequestState(state), step)


def step_grant(state: str, step: GrantStep) -> GrantState:
    """Return the state after `step`. Raises ImpossibleStepError."""
    return _step(GRANT, GrantState(state), step)


def _step(table: Mapping[tuple[StateT, StepT], StateT], state: StateT, step: StepT) -> StateT:
    try:
        return table[state, step]
    except KeyError:
        raise ImpossibleStepError(f"{step} from {state}") from None


def route(capability: str, *, support_manager: bool) -> EndpointKind | None:
    """Say which kind of the customer's endpoints answers first.

    To be shown something is agreed to on the page. What is about the customer's own computer is answered by its
    Support Manager if there is one, else by the page, which can only show.
    """
    if capability in SHARE:
        return EndpointKind.BROWSER
    if support_manager:
        return EndpointKind.SUPPORT_MANAGER
    return EndpointKind.BROWSER if capability in VIEW else None


def may_give(capability: str, kind: str) -> bool:
    """Tell whether a kind of endpoint can carry a capability out: a browser shows, and nothing else."""
    return kind == EndpointKind.SUPPORT_MANAGER or capability in VIEW


@dataclass(frozen=True)
class Denials:
    """How often in a row one capability was denied, and until when it rests."""

    count: int = 0
    until: datetime | None = None

    def denied(self, now: datetime) -> "Denials":
        """Count a denial; the third begins a rest and the count anew."""
        count = self.count + 1
        if count >= DENIALS_BEFORE_REST:
            return Denials(count=0, until=now + timedelta(seconds=REST_SECONDS))
        return Denials(count=count, until=self.until)

    def rests(self, now: datetime) -> bool:
        """Tell whether the capability may not be asked for now."""
        return self.until is not None and now < self.until


def narrowed(asked: list[int], allowed: list[int]) -> bool:
    """Tell whether the monitors allowed are no more than those asked for; an empty list means all."""
    if not asked:
        return True
    return bool(allowed) and set(allowed) <= set(asked)


def find_scope_fault(capability: str, scope: Scope, *, by: str | None) -> str | None:
    """Return the field of a scope that does not fit its capability, or None.

    Monitors belong to desktops. Applications are named by their owner's Support Manager, never in a request
    (`by` None) and never by a browser, whose picker does not say what it gave.
    """
    surface = surface_of(capability)
    if scope.monitors and surface != "desktop":
        return "monitors"
    must_name = surface == "application" and by == EndpointKind.SUPPORT_MANAGER
    return None if bool(scope.applications) == must_name else "applications"


def not_after(capability: str, *, now: datetime, verified: bool) -> datetime | None:
    """Return when a grant made now ends at the latest; None lasts as long as the session."""
    if capability in CLIPBOARD:
        return now + timedelta(seconds=CLIPBOARD_MAX_SECONDS)
    if capability in CONTROL:
        return now + timedelta(seconds=CONTROL_MAX_SECONDS)
    return None if verified else now + timedelta(seconds=UNVERIFIED_VIEW_SECONDS)


def lost_limit(capability: str) -> int:
    """Return after how many seconds without its endpoint a grant rests; a picture may wait, a hand may not."""
    return VIEW_LOST_SECONDS if capability in VIEW else LOST_SECONDS
