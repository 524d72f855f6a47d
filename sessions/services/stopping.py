"""How a request closes and a grant stops or rests, wherever the cause comes from. The caller holds the session."""

from datetime import datetime

from django.db.models import Q

from sessions.events import record_event
from sessions.infos import grant_info, time_text
from sessions.models import ActionRequest, Call, Endpoint, Grant, Participant
from sessions.services.holding import Held
from sessions.state import Denials, GrantStep, RequestStep, step_grant, step_request
from supportsite.core import wake
from supportsite.protocol.base import Audience, CallOutcome, Capability, GrantState, RequestState, StopCause
from supportsite.protocol.capabilities import CLIPBOARD, CONTROL, SHARE, VIEW, control_of
from supportsite.protocol.events import (
    CallClosed,
    GrantStopped,
    GrantSuspended,
    RequestCancelled,
    RequestDenied,
    RequestExpired,
)
from supportsite.protocol.objects import CapabilityRest


def read_denials(held: Held, capability: str) -> Denials:
    """Return how often the capability was denied in a row in this session."""
    kept = held.support_session.denials.get(capability, {})
    until = kept.get("until")
    return Denials(count=kept.get("count", 0), until=datetime.fromisoformat(until) if until else None)


def write_denials(held: Held, capability: str, denials: Denials) -> None:
    """Keep the count of denials of a capability."""
    held.support_session.denials[capability] = {
        "count": denials.count,
        "until": time_text(denials.until) if denials.until else None,
    }
    held.support_session.save(update_fields=["denials"])


def close_request(held: Held, request: ActionRequest, step: RequestStep) -> ActionRequest:
    """Deny, expire or cancel an open request. Denial and silence of the customer count for the pause.

    After the customer accepted, it is the CSR's own program that was silent.
    """
    request.state = step_request(request.state, step)
    request.closed_at = held.now
    request.save(update_fields=["state", "closed_at"])
    if step is RequestStep.CANCEL:
        record_event(held.support_session, RequestCancelled, actor=held.actor, request=request.public_id)
        return request
    rest = _count_denial(held, request) if request.accepted_at is None else None
    kind = RequestDenied if step is RequestStep.DENY else RequestExpired
    record_event(held.support_session, kind, actor=held.actor, request=request.public_id, rest=rest)
    return request


def _count_denial(held: Held, request: ActionRequest) -> CapabilityRest | None:
    """Count a denial; return the rest that begins with it."""
    denials = read_denials(held, request.capability).denied(held.now)
    write_denials(held, request.capability, denials)
    if denials.until is None or not denials.rests(held.now) or denials.count:
        return None
    return CapabilityRest(capability=Capability(request.capability), until=denials.until)


def stop_one_grant(held: Held, grant: Grant, cause: StopCause) -> Grant:
    """Stop a grant; its request is over too, and what lived by it. Stopping twice changes nothing."""
    # The caller's row may be older than a stop of the same transaction.
    grant.refresh_from_db(fields=["state"])
    if grant.state == GrantState.STOPPED:
        return grant
    grant.state = step_grant(grant.state, GrantStep.STOP)
    grant.stopped_at, grant.stop_cause = held.now, cause
    grant.epoch = next_epoch(grant)
    grant.save(update_fields=["state", "stopped_at", "stop_cause", "epoch"])
    request = grant.request
    request.state = step_request(request.state, RequestStep.STOP)
    request.save(update_fields=["state"])
    record_event(held.support_session, GrantStopped, actor=held.actor, grant=grant.public_id, cause=cause)
    _end_clipboard(held, grant, cause)
    return grant


def stop_with_dependents(held: Held, grant: Grant, cause: StopCause) -> None:
    """Stop a grant, and control with the view that it implies."""
    if grant.capability in VIEW:
        controls = Grant.objects.select_related("request").filter(
            support_session=held.support_session, capability=control_of(grant.capability)
        )
        for control in controls.exclude(state=GrantState.STOPPED):
            stop_one_grant(held, control, cause)
    stop_one_grant(held, grant, cause)


def suspend_one_grant(held: Held, grant: Grant, cause: StopCause, *, at_least: int = 0) -> None:
    """Rest an active grant; request, holder and endpoint are loaded. A clipboard waits for nobody: it ends."""
    grant.state = step_grant(grant.state, GrantStep.SUSPEND)
    grant.epoch = next_epoch(grant, at_least=at_least)
    grant.save(update_fields=["state", "epoch"])
    record_event(held.support_session, GrantSuspended, actor=held.actor, grant=grant_info(grant), cause=cause)
    _end_clipboard(held, grant, cause)


def _end_clipboard(held: Held, control: Grant, cause: StopCause) -> None:
    """End what a control carried: clipboard grants, and the questions for one."""
    if control.capability not in CONTROL or control.capability in SHARE:
        return
    mine = {"support_session": held.support_session, "capability__in": CLIPBOARD}
    for request in ActionRequest.objects.filter(**mine, state=RequestState.REQUESTED):
        close_request(held, request, RequestStep.CANCEL)
    for grant in Grant.objects.select_related("request").filter(**mine).exclude(state=GrantState.STOPPED):
        stop_one_grant(held, grant, cause)


def next_epoch(grant: Grant, *, at_least: int = 0) -> int:
    """Move the epoch of the grant's endpoint on and return it."""
    endpoint: Endpoint = Endpoint.objects.get(pk=grant.endpoint_id)
    endpoint.epoch = max(endpoint.epoch + 1, at_least)
    endpoint.save(update_fields=["epoch"])
    return endpoint.epoch


def close_call(held: Held, call: Call, outcome: CallOutcome) -> None:
    """Close an open call of a held session and tell both sides."""
    if call.closed_at is not None:
        return
    call.closed_at, call.outcome = held.now, outcome
    call.save(update_fields=["closed_at", "outcome"])
    record_event(
        held.support_session,
        CallClosed,
        actor=held.actor,
        audience=Audience.CSRS,
        call=call.public_id,
        outcome=outcome,
    )
    wake_called(call)


def expire_calls(held: Held) -> None:
    """Close the calls that nobody answered."""
    silent = Call.objects.select_related("member").filter(
        support_session=held.support_session, closed_at=None, expires_at__lte=held.now
    )
    for call in silent:
        close_call(held, call, CallOutcome.EXPIRED)


def cancel_calls(held: Held, *, caller: Participant | None = None) -> None:
    """Take open calls back: those of a caller who goes, or all."""
    calls = Call.objects.select_related("member").filter(support_session=held.support_session, closed_at=None)
    for call in calls if caller is None else calls.filter(Q(caller=caller) | Q(participant=caller)):
        close_call(held, call, CallOutcome.CANCELLED)


def wake_called(call: Call) -> None:
    """Tell the called member's consoles to read their calls anew."""
    wake.wake(wake.group("console", call.member.public_id), calls=True)
