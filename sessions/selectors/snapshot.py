"""What one reader may know of a session now; later events fold onto it."""

from collections import defaultdict
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet

from sessions.infos import call_info, grant_info, message_info, note_info, participant_info, request_info, site_info
from sessions.models import (
    ActionRequest,
    Call,
    ChatMessage,
    Endpoint,
    Grant,
    Note,
    Participant,
    SessionEvent,
    SupportSession,
)
from sessions.selectors.access import Access
from supportsite.core.clock import now
from supportsite.protocol.base import (
    Audience,
    Capability,
    EndReason,
    GrantState,
    ParticipantState,
    RequestState,
    SessionState,
    SharingQuality,
)
from supportsite.protocol.objects import (
    CallInfo,
    CapabilityRest,
    ChatMessageInfo,
    GrantInfo,
    NoteInfo,
    ParticipantInfo,
    RequestInfo,
    SessionOptions,
    SessionSnapshot,
    TransferInfo,
)

PRESENT = (ParticipantState.LOBBY, ParticipantState.JOINED)
OUTSIDE = (ParticipantState.LOBBY, ParticipantState.REFUSED)


def get_snapshot(access: Access, *, language: str) -> SessionSnapshot:
    """Return the session as the reader may know it, with the words of the site and type in `language`.

    The rows are read anew, so that a caller who has just changed them sees the change; the reader after `seq`, so that
    an event which lets them in is in the snapshot or follows it. Somebody in the lobby knows only of themselves,
    somebody who left only what was said before.
    """
    session = SupportSession.objects.select_related("site", "session_type").get(pk=access.support_session.pk)
    if access.participant is not None:
        access = replace(access, participant=Participant.objects.get(pk=access.participant.pk))
    reader = access.participant
    outside = reader is not None and not reader.joined
    is_csr = reads_as_csr(access)
    kind = session.session_type
    return SessionSnapshot(
        id=session.public_id,
        seq=session.seq,
        state=SessionState(session.state),
        session_type=kind.name_in(language) if kind else "",
        site=site_info(session.site, language=language),
        me=reader.public_id if reader else None,
        number=session.number if is_csr else None,
        number_expires_at=session.number_expires_at if is_csr else None,
        tracking=_tracking(session, language) if is_csr else {},
        customer_language=session.customer_language,
        created_at=session.created_at,
        activated_at=session.activated_at,
        suspended_until=session.suspended_until,
        idle_ends_at=session.idle_ends_at,
        ended_at=session.ended_at,
        end_reason=EndReason(session.end_reason) if session.end_reason else None,
        participants=_participants(session, reader, is_csr=is_csr),
        requests=[] if outside else _requests(session),
        grants=[] if outside else _grants(session),
        rests=[] if outside else _rests(session),
        options=SessionOptions(quality=SharingQuality(session.quality)),
        messages=[] if reader is not None and reader.state in OUTSIDE else _messages(session, access),
        note=_note(session) if is_csr else None,
        calls=_calls(session) if is_csr else [],
        transfer=TransferInfo.model_validate(session.transfer) if session.transfer and not outside else None,
        now=now(),
    )


def reads_as_csr(access: Access) -> bool:
    """Tell whether the reader may know what is for CSRs: number, tracking, note, the lobby, CSRs' chat."""
    return access.participant is None or (access.participant.is_csr and not access.computer)


def get_note(access: Access) -> NoteInfo:
    """Return the note of the session."""
    return _note(access.support_session)


def _calls(session: SupportSession) -> list[CallInfo]:
    calls = Call.objects.select_related("caller", "member__user", "participant").filter(
        support_session=session, closed_at=None
    )
    return [call_info(call) for call in calls.order_by("id")]


def _tracking(session: SupportSession, language: str) -> dict[str, str]:
    kept: list[dict[str, Any]] = list(session.tracking.values())
    return {(item["name_ja"] if language == "ja" else "") or item["name"]: item["value"] for item in kept}


def _participants(session: SupportSession, reader: Participant | None, *, is_csr: bool) -> list[ParticipantInfo]:
    """Show CSRs everyone, customers those who were ever inside, somebody outside only themselves."""
    everyone: QuerySet[Participant] = Participant.objects.filter(support_session=session).order_by("id")
    if reader is not None and reader.state in OUTSIDE:
        everyone = everyone.filter(pk=reader.pk)
    elif not is_csr:
        everyone = everyone.filter(joined_at__isnull=False)
    if reader is not None and reader.left_seq is not None:
        left = SessionEvent.objects.get(support_session=session, seq=reader.left_seq)
        everyone = everyone.filter(created_at__lte=left.at)
    endpoints: dict[int, list[Endpoint]] = defaultdict(list)
    if session.live:
        # An endpoint that never connected has no event yet.
        seen = Endpoint.objects.filter(support_session=session, lease_until__isnull=False).order_by("id")
        for endpoint in seen:
            endpoints[endpoint.participant_id].append(endpoint)
    return [
        participant_info(participant, endpoints[participant.pk] if participant.state in PRESENT else ())
        for participant in everyone
    ]


def _requests(session: SupportSession) -> list[RequestInfo]:
    requests = ActionRequest.objects.select_related("requester", "grantor", "operator", "source").filter(
        support_session=session
    )
    return [request_info(request) for request in requests.filter(state=RequestState.REQUESTED).order_by("id")]


def _grants(session: SupportSession) -> list[GrantInfo]:
    grants = Grant.objects.select_related("request", "holder", "endpoint__participant").filter(support_session=session)
    return [grant_info(grant) for grant in grants.exclude(state=GrantState.STOPPED).order_by("id")]


def _rests(session: SupportSession) -> list[CapabilityRest]:
    rests = []
    for capability, kept in session.denials.items():
        until = datetime.fromisoformat(kept["until"]) if kept["until"] else None
        if until is not None and until > now():
            rests.append(CapabilityRest(capability=Capability(capability), until=until))
    return rests


def _messages(session: SupportSession, access: Access) -> list[ChatMessageInfo]:
    """Show what the reader may read; the same rule as for the events of the messages."""
    reader = access.participant
    messages = ChatMessage.objects.select_related("participant", "to").filter(support_session=session)
    readable = Q(audience=Audience.EVERYONE)
    if reads_as_csr(access):
        readable |= Q(audience=Audience.CSRS)
    if reader is not None:
        if not access.computer:
            readable |= Q(participant=reader) | Q(to=reader)
        if reader.left_seq is not None:
            left = SessionEvent.objects.get(support_session=session, seq=reader.left_seq)
            messages = messages.filter(at__lte=left.at)
    return [message_info(message) for message in messages.filter(readable).order_by("id")]


def _note(session: SupportSession) -> NoteInfo:
    return note_info(Note.objects.select_related("author").filter(support_session=session).first())
