"""Folds events onto a snapshot: what a client does, in Python, so that tests hold services and events together.

The clients' reducers follow the same rules. An admitted reader, whose earlier snapshot told only of themselves,
reads the snapshot anew.
"""

from collections.abc import Callable, Iterable
from typing import Any

from supportsite.protocol.base import EndReason, ParticipantState, SessionState
from supportsite.protocol.events import EVENT, Event
from supportsite.protocol.objects import SessionSnapshot

State = dict[str, Any]


def fold(snapshot: SessionSnapshot, events: Iterable[dict[str, Any]]) -> SessionSnapshot:
    """Return the snapshot after the events, which follow it without a gap. Raises ValueError at a gap."""
    state: State = snapshot.model_dump()
    for raw in events:
        event = EVENT.validate_python(raw)
        if event.seq != state["seq"] + 1:
            raise ValueError(f"gap: {event.seq} after {state['seq']}")
        state["seq"] = event.seq
        step = STEPS.get(event.type)
        if step is not None:
            step(state, event)
    return SessionSnapshot.model_validate(state)


def _activated(state: State, event: Event) -> None:
    state.update(state=SessionState.ACTIVE, activated_at=event.at)


def _suspended(state: State, event: Any) -> None:
    state.update(state=SessionState.SUSPENDED, suspended_until=event.until)


def _resumed(state: State, event: Event) -> None:
    state.update(state=SessionState.ACTIVE, suspended_until=None)


def _ended(state: State, event: Any) -> None:
    state.update(
        state=SessionState.ENDED,
        ended_at=event.at,
        end_reason=EndReason(event.reason),
        suspended_until=None,
        idle_ends_at=None,
        requests=[],
        grants=[],
        rests=[],
        calls=[],
        transfer=None,
    )
    for participant in state["participants"]:
        participant["endpoints"] = []


def _put(items: list[State], item: State) -> None:
    """Replace the item of the same id, or append it."""
    for place, known in enumerate(items):
        if known["id"] == item["id"]:
            items[place] = item
            return
    items.append(item)


def _drop(items: list[State], public_id: str) -> None:
    items[:] = [item for item in items if item["id"] != public_id]


def _participant(state: State, event: Any) -> None:
    _put(state["participants"], event.participant.model_dump())


def _gone(participant_state: ParticipantState) -> Callable[[State, Any], None]:
    def step(state: State, event: Any) -> None:
        for participant in state["participants"]:
            if participant["id"] == event.participant:
                participant.update(state=participant_state, endpoints=[])

    return step


def _connected(state: State, event: Any) -> None:
    for participant in state["participants"]:
        if participant["id"] == event.participant:
            _put(participant["endpoints"], event.endpoint.model_dump())


def _disconnected(state: State, event: Any) -> None:
    for participant in state["participants"]:
        for endpoint in participant["endpoints"]:
            if endpoint["id"] == event.endpoint:
                endpoint["connected"] = False


def _request(state: State, event: Any) -> None:
    _put(state["requests"], event.request.model_dump())


def _closed(state: State, event: Any) -> None:
    _drop(state["requests"], event.request)
    rest = getattr(event, "rest", None)
    if rest is not None:
        state["rests"] = [item for item in state["rests"] if item["capability"] != rest.capability]
        state["rests"].append(rest.model_dump())


def _granted(state: State, event: Any) -> None:
    _drop(state["requests"], event.request)
    _put(state["grants"], event.grant.model_dump())


def _grant(state: State, event: Any) -> None:
    _put(state["grants"], event.grant.model_dump())


def _stopped(state: State, event: Any) -> None:
    _drop(state["grants"], event.grant)


def _chat(state: State, event: Any) -> None:
    _put(state["messages"], event.message.model_dump())


def _requeued(state: State, event: Event) -> None:
    state.update(state=SessionState.WAITING, suspended_until=None)


def _call(state: State, event: Any) -> None:
    _put(state["calls"], event.call.model_dump())


STEPS: dict[str, Callable[[State, Any], None]] = {
    "session.activated": _activated,
    "session.suspended": _suspended,
    "session.resumed": _resumed,
    "session.idle_warned": lambda state, event: state.update(idle_ends_at=event.ends_at),
    "session.kept": lambda state, _event: state.update(idle_ends_at=None),
    "session.ended": _ended,
    "participant.waiting": _participant,
    "participant.joined": _participant,
    "participant.refused": _gone(ParticipantState.REFUSED),
    "participant.left": _gone(ParticipantState.LEFT),
    "endpoint.connected": _connected,
    "endpoint.disconnected": _disconnected,
    "chat.sent": _chat,
    "request.made": _request,
    "request.routed": _request,
    "request.accepted": _request,
    "request.granted": _granted,
    "request.denied": _closed,
    "request.expired": _closed,
    "request.cancelled": _closed,
    "grant.suspended": _grant,
    "grant.resumed": _grant,
    "grant.stopped": _stopped,
    "session.requeued": _requeued,
    "call.made": _call,
    "call.closed": lambda state, event: _drop(state["calls"], event.call),
    "transfer.started": lambda state, event: state.update(transfer=event.transfer.model_dump()),
    "transfer.ended": lambda state, _event: state.update(transfer=None),
    "options.changed": lambda state, event: state.update(options=event.options.model_dump()),
}
