"""Calling other CSRs into a session: to assist, or to take it over (pass control)."""

from datetime import timedelta

from django.db import transaction

from accounts.actors import CsrActor
from accounts.models import Membership
from accounts.permissions import Privilege
from sessions.events import record_event
from sessions.infos import call_info, participant_actor, participant_info
from sessions.models import Call, Endpoint, Participant
from sessions.selectors.access import Access
from sessions.services.asking import check_privilege
from sessions.services.handing import hand_session_over
from sessions.services.holding import Held, hold, lock
from sessions.services.joining import csr_participant
from sessions.services.slots import require_free_slot
from sessions.services.stopping import close_call, wake_called
from supportsite.core.clock import now
from supportsite.core.errors import AppError, not_found
from supportsite.protocol.base import Audience, CallKind, CallOutcome, ParticipantRole, ParticipantState
from supportsite.protocol.events import CallMade, ParticipantJoined

CALL_SECONDS = 60
PRIVILEGE_OF = {CallKind.ASSIST: Privilege.INVITE_CSR, CallKind.CONTROL: Privilege.PASS_CONTROL}


def call_csr(access: Access, *, kind: CallKind, member: str, note: str = "") -> Call:
    """Call a CSR; the primary CSR only. They have 60 s to answer.

    Args:
        access: the primary CSR.
        kind: assist, or control, which only an assisting CSR who is inside can get.
        member: the called member's id.
        note: a line for them.

    Raises AppError not_primary_csr, privilege_missing, invalid (member), call_open (409).
    """
    with hold(access) as held:
        held.require_live()
        held.require_primary_csr()
        check_privilege(held.person, PRIVILEGE_OF[kind])
        called = _find_member(held, member)
        inside = Participant.objects.filter(
            support_session=held.support_session, membership=called, state=ParticipantState.JOINED
        ).first()
        if called.pk == held.person.membership_id or (kind is CallKind.CONTROL) != (inside is not None):
            raise AppError("invalid", fields={"member": "unexpected"})
        open_calls = Call.objects.filter(support_session=held.support_session, closed_at=None)
        if open_calls.filter(member=called).exists() or (
            kind is CallKind.CONTROL and open_calls.filter(kind=CallKind.CONTROL).exists()
        ):
            raise AppError("call_open", status=409)
        call: Call = Call.objects.create(
            site=held.support_session.site,
            support_session=held.support_session,
            kind=kind,
            caller=held.person,
            member=called,
            participant=inside,
            note=note,
            made_at=held.now,
            expires_at=held.now + timedelta(seconds=CALL_SECONDS),
        )
        record_event(held.support_session, CallMade, actor=held.actor, audience=Audience.CSRS, call=call_info(call))
        wake_called(call)
        held.touch()
        return call


def cancel_call(access: Access, call_id: str) -> None:
    """Take a call back; its caller, or the primary CSR. A closed one stays as it is."""
    with hold(access) as held:
        call = _find_call(held, call_id)
        if held.person.pk != call.caller_id:
            held.require_primary_csr()
        close_call(held, call, CallOutcome.CANCELLED)


def decline_call(actor: CsrActor, session_id: str, call_id: str) -> None:
    """Say no to a call; the called member only."""
    with transaction.atomic():
        held, call = _hold_called(actor, session_id, call_id)
        close_call(held, call, CallOutcome.DECLINED)


def accept_call(actor: CsrActor, session_id: str, call_id: str) -> Access:
    """Answer a call: come in as assisting CSR, or become primary CSR; the called member only.

    Raises AppError call_closed (409), session_ended, single_session, session_limit.
    """
    with transaction.atomic():
        held, call = _hold_called(actor, session_id, call_id)
        held.require_live()
        if call.closed_at is not None or call.expires_at <= held.now:
            raise AppError("call_closed", status=409, outcome=call.outcome or CallOutcome.EXPIRED)
        if call.kind == CallKind.CONTROL:
            participant = _take_over(held, call)
        else:
            participant = _come_in(held, actor.membership)
        held.participant, held.actor = participant, participant_actor(participant)
        close_call(held, call, CallOutcome.ACCEPTED)
        held.touch()
        return Access(held.support_session, participant)


def _take_over(held: Held, call: Call) -> Participant:
    taker = call.participant
    giver = held.find(ParticipantRole.PRIMARY_CSR)
    if taker is None or not taker.joined or giver is None or giver.pk != call.caller_id:
        raise AppError("call_closed", status=409, outcome=CallOutcome.CANCELLED)
    require_free_slot(call.member)
    hand_session_over(held, giver=giver, taker=taker)
    return taker


def _come_in(held: Held, membership: Membership) -> Participant:
    participant = csr_participant(held.support_session, membership)
    if participant.state != ParticipantState.JOINED:
        participant.state, participant.left_seq, participant.joined_at = ParticipantState.JOINED, None, held.now
        participant.save()
        seen = Endpoint.objects.filter(participant=participant, lease_until__isnull=False)
        record_event(
            held.support_session,
            ParticipantJoined,
            actor=participant_actor(participant),
            participant=participant_info(participant, seen),
        )
    return participant


def _find_member(held: Held, public_id: str) -> Membership:
    members = Membership.objects.select_related("user", "site").filter(site=held.support_session.site, active=True)
    member: Membership | None = members.filter(public_id=public_id, user__is_active=True).first()
    if member is None:
        raise AppError("invalid", fields={"member": "unknown"})
    return member


def _find_call(held: Held, public_id: str) -> Call:
    calls = Call.objects.select_related("member__user", "member__site", "caller", "participant")
    call: Call | None = calls.filter(support_session=held.support_session, public_id=public_id).first()
    if call is None:
        raise not_found()
    return call


def _hold_called(actor: CsrActor, session_id: str, call_id: str) -> tuple[Held, Call]:
    """Lock the session of a call to this member; missing and foreign look alike."""
    calls = Call.objects.select_related("support_session__site")
    found = calls.filter(public_id=call_id, support_session__public_id=session_id, member=actor.membership).first()
    support_session = lock(found.support_session) if found is not None else None
    if found is None or support_session is None:
        raise not_found()
    caller = Participant.objects.get(pk=found.caller_id)
    held = Held(support_session, None, None, participant_actor(caller), now())
    return held, _find_call(held, call_id)
