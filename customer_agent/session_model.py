"""What the server says of the session: a snapshot and the events folded onto it.

This is hearsay for display and for narrowing. It never decides what is granted (`grants.py` does).
"""

import logging
from collections.abc import Callable
from typing import Any

from pydantic import TypeAdapter, ValidationError

from supportsite.protocol import events
from supportsite.protocol.base import ParticipantRole, ParticipantState, RequestState, SessionState
from supportsite.protocol.objects import EndpointInfo, ParticipantInfo, RequestInfo, SessionOptions, SessionSnapshot

log = logging.getLogger(__name__)

_CSR_ROLES = (ParticipantRole.PRIMARY_CSR, ParticipantRole.ASSISTING_CSR)
_SNAPSHOT = TypeAdapter(SessionSnapshot)


def parse_snapshot(data: Any) -> SessionSnapshot:
    """Return the snapshot in `data`; unknown fields are passed over. Raises pydantic.ValidationError."""
    return _SNAPSHOT.validate_python(data, extra="ignore")


def parse_event(data: Any) -> events.Event | None:
    """Return the event in `data`, or None where this version does not know its type or shape."""
    try:
        return events.EVENT.validate_python(data, extra="ignore")
    except ValidationError as error:
        kind = data.get("type") if isinstance(data, dict) else None
        log.info("event of type %.60r not understood (%d faults)", kind, error.error_count())
        return None


def raw_sequence(data: Any) -> int | None:
    """Return the number of an event that could not be parsed, so that the log is not asked for it for ever."""
    seq = data.get("seq") if isinstance(data, dict) else None
    return seq if isinstance(seq, int) and not isinstance(seq, bool) and seq >= 0 else None


class SessionModel:
    """The session as this Support Manager knows it. Single-threaded (the event loop's)."""

    def __init__(self, snapshot: SessionSnapshot) -> None:
        self._fold: dict[type[Any], Callable[[Any], None]] = {
            events.SessionActivated: lambda _: self._set_state(SessionState.ACTIVE),
            events.SessionSuspended: lambda _: self._set_state(SessionState.SUSPENDED),
            events.SessionResumed: lambda _: self._set_state(SessionState.ACTIVE),
            events.SessionEnded: lambda _: self._set_state(SessionState.ENDED),
            events.ParticipantWaiting: lambda event: self._put_participant(event.participant),
            events.ParticipantJoined: lambda event: self._put_participant(event.participant),
            events.ParticipantRefused: lambda event: self._move(event.participant, ParticipantState.REFUSED),
            events.ParticipantLeft: lambda event: self._move(event.participant, ParticipantState.LEFT),
            events.EndpointConnected: lambda event: self._connect(event.participant, event.endpoint),
            events.EndpointDisconnected: lambda event: self._disconnect(event.participant, event.endpoint),
            events.RequestMade: lambda event: self._put_request(event.request),
            events.RequestRouted: lambda event: self._put_request(event.request),
            events.RequestAccepted: lambda event: self._put_request(event.request),
            events.RequestGranted: lambda event: self._close_request(event.request, RequestState.GRANTED),
            events.RequestDenied: lambda event: self._close_request(event.request, RequestState.DENIED),
            events.RequestExpired: lambda event: self._close_request(event.request, RequestState.EXPIRED),
            events.RequestCancelled: lambda event: self._close_request(event.request, RequestState.CANCELLED),
            events.OptionsChanged: lambda event: self._set_options(event.options),
        }
        self.replace(snapshot)

    def replace(self, snapshot: SessionSnapshot) -> None:
        """Start over from a newer snapshot."""
        self.id = snapshot.id
        self.me = snapshot.me
        self.site = snapshot.site
        self.seq = snapshot.seq
        self.state = snapshot.state
        self.participants = {participant.id: participant for participant in snapshot.participants}
        self.requests = {request.id: request for request in snapshot.requests}
        self.options = snapshot.options

    def apply(self, event: events.Event) -> bool:
        """Fold one event in. Returns False, and changes nothing, for one that is old or not the next."""
        if event.seq != self.seq + 1 or event.session != self.id:
            return False
        self.seq = event.seq
        fold = self._fold.get(type(event))
        if fold is not None:
            fold(event)
        return True

    def skip(self, seq: int) -> bool:
        """Count an event that this version does not understand."""
        if seq != self.seq + 1:
            return False
        self.seq = seq
        return True

    def participant_name(self, participant: str) -> str:
        """Return a participant's name, empty where unknown."""
        info = self.participants.get(participant)
        return info.name if info else ""

    def is_joined(self, participant: str) -> bool:
        """Whether the participant is in the session now."""
        info = self.participants.get(participant)
        return info is not None and info.state is ParticipantState.JOINED

    def may_watch(self, participant: str) -> bool:
        """Whether the participant sees what this computer shares: everybody who is in the session, but its owner."""
        return participant != self.me and self.is_joined(participant)

    def is_joined_csr(self, participant: str) -> bool:
        """Whether the participant is a CSR who is in the session now."""
        return self.is_joined(participant) and self.participants[participant].role in _CSR_ROLES

    def is_primary_csr(self, participant: str) -> bool:
        """Whether the participant is the one CSR who may ask."""
        return self._has_role(participant, ParticipantRole.PRIMARY_CSR)

    def is_primary_customer(self, participant: str) -> bool:
        """Whether the participant is the customer of the session, who alone may operate a CSR's computer."""
        return self._has_role(participant, ParticipantRole.PRIMARY_CUSTOMER)

    @property
    def owner_is_csr(self) -> bool:
        """Whether this program stands on a CSR's computer."""
        info = self.participants.get(self.me or "")
        return info is not None and info.role in _CSR_ROLES

    def _has_role(self, participant: str, role: ParticipantRole) -> bool:
        return self.is_joined(participant) and self.participants[participant].role is role

    def is_gone(self, endpoint: str) -> bool:
        """Whether the server has lost this program of a participant; one never heard of is not gone."""
        known = (info for person in self.participants.values() for info in person.endpoints)
        return any(info.id == endpoint and not info.connected for info in known)

    @property
    def my_language(self) -> str:
        """Return the language of the person at this computer."""
        info = self.participants.get(self.me or "")
        return info.language if info else self.site.default_language

    def _set_options(self, options: SessionOptions) -> None:
        self.options = options

    def _set_state(self, state: SessionState) -> None:
        self.state = state

    def _put_participant(self, info: ParticipantInfo) -> None:
        self.participants[info.id] = info

    def _move(self, participant: str, state: ParticipantState) -> None:
        info = self.participants.get(participant)
        if info is not None:
            self.participants[participant] = info.model_copy(update={"state": state})

    def _connect(self, participant: str, endpoint: EndpointInfo) -> None:
        info = self.participants.get(participant)
        if info is not None:
            others = [known for known in info.endpoints if known.id != endpoint.id]
            self.participants[participant] = info.model_copy(update={"endpoints": [*others, endpoint]})

    def _disconnect(self, participant: str, endpoint: str) -> None:
        info = self.participants.get(participant)
        for known in info.endpoints if info is not None else []:
            if known.id == endpoint:
                self._connect(participant, known.model_copy(update={"connected": False}))

    def _put_request(self, request: RequestInfo) -> None:
        self.requests[request.id] = request

    def _close_request(self, request: str, state: RequestState) -> None:
        info = self.requests.get(request)
        if info is not None:
            self.requests[request] = info.model_copy(update={"state": state})
