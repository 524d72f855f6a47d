"""How a request closes and a grant stops, wherever the cause comes from. The caller holds the session."""

from datetime import datetime

from sessions.events import record_event
from sessions.infos import time_text
from sessions.models import ActionRequest, Endpoint, Grant
from sessions.services.holding import Held
from sessions.state import Denials, GrantStep, RequestStep, step_grant, step_request
from supportsite.protocol.base import Capability, GrantState, StopCause
from supportsite.protocol.events import GrantStopped, RequestCancelled, RequestDenied, RequestExpired
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
    """Deny, expire or cancel an open request. Denial and silence count for the pause."""
    request.state = step_request(request.state, step)
    request.closed_at = held.now
    request.save(update_fields=["state", "closed_at"])
    if step is RequestStep.CANCEL:
        record_event(held.support_session, RequestCancelled, actor=held.actor, request=request.public_id)
        return request
    denials = read_denials(held, request.capability).denied(held.now)
    write_denials(held, request.capability, denials)
    rest = None
    if denials.until is not None and denials.rests(held.now) and denials.count == 0:
        rest = CapabilityRest(capability=Capability(request.capability), until=denials.until)
    kind = RequestDenied if step is RequestStep.DENY else RequestExpired
    record_event(held.support_session, kind, actor=held.actor, request=request.public_id, rest=rest)
    return request


def stop_one_grant(held: Held, grant: Grant, cause: StopCause) -> Grant:
    """Stop a grant; its request is over too. Stopping twice changes nothing."""
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
    return grant


def next_epoch(grant: Grant, *, at_least: int = 0) -> int:
    """Move the epoch of the grant's endpoint on and return it."""
    endpoint: Endpoint = Endpoint.objects.get(pk=grant.endpoint_id)
    endpoint.epoch = max(endpoint.epoch + 1, at_least)
    endpoint.save(update_fields=["epoch"])
    return endpoint.epoch
