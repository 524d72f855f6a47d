"""Allowing: the server's copy of a grant. It is added only on the granting endpoint's word, and can only narrow."""

import base64
import binascii

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from sessions.events import record_event
from sessions.infos import grant_info
from sessions.models import ActionRequest, Endpoint, Grant
from sessions.selectors.access import Access, access_grant, access_request
from sessions.services.holding import Held, hold
from sessions.services.requests import require_fit
from sessions.services.stopping import next_epoch, stop_one_grant, write_denials
from sessions.state import Denials, GrantStep, RequestStep, narrowed, not_after, step_grant, step_request
from supportsite.core.errors import AppError, not_found
from supportsite.protocol.base import Capability, EndpointKind, GrantState, ParticipantRole, RequestState, StopCause
from supportsite.protocol.events import (
    ActionRefused,
    GrantFirstUsed,
    GrantResumed,
    GrantSuspended,
    RequestGranted,
)
from supportsite.protocol.grants import grant_statement
from supportsite.protocol.objects import Scope

CUSTOMER_CAUSES = {StopCause.OWNER_STOP, StopCause.SOURCE_CLOSED}


def grant_request(
    access: Access, request_id: str, *, scope: Scope | None, epoch: int | None, signature: str | None
) -> Grant:
    """Record that the customer allowed a request.

    Args:
        access: the granting endpoint of the primary customer; control needs a Support Manager.
        request_id: the open request. The same endpoint's second word on it gives the same grant.
        scope: what was allowed, no more than was asked for; None allows what was asked.
        epoch: a Support Manager's counter, greater than all before.
        signature: base64 Ed25519 of `grant_statement` by the Support Manager's key.

    Raises AppError request_closed, endpoint_unfit, scope_too_wide, epoch_stale, signature_invalid.
    """
    with hold(access) as held:
        request = access_request(access, request_id)
        repeated = Grant.objects.filter(request=request, endpoint=held.endpoint).first()
        if repeated is not None:
            return access_grant(access, repeated.public_id)
        endpoint = require_fit(held, request)
        _check_grantable(held, request, endpoint)
        allowed = scope if scope is not None else Scope.model_validate(request.scope)
        if not narrowed(Scope.model_validate(request.scope).monitors, allowed.monitors):
            raise AppError("scope_too_wide")
        _check_word(request, endpoint, scope=allowed, epoch=epoch, signature=signature)
        _stop_other_shares(held, request, endpoint)
        endpoint = Endpoint.objects.get(pk=endpoint.pk)
        endpoint.epoch = max(endpoint.epoch + 1, epoch or 0)
        endpoint.save(update_fields=["epoch"])
        return _insert(held, request, endpoint, scope=allowed, signature=signature or "")


def stop_grant(access: Access, grant_id: str, *, cause: StopCause | None) -> Grant:
    """Stop a grant: the granting participant from any endpoint, or the grant's CSR. Twice changes nothing."""
    with hold(access) as held:
        grant = access_grant(access, grant_id)
        if held.person.pk == grant.csr_id:
            actual = StopCause.CSR_RELEASE
        elif held.person.pk == grant.endpoint.participant_id:
            actual = cause if cause in CUSTOMER_CAUSES else StopCause.OWNER_STOP
        else:
            raise not_found()
        if grant.state != GrantState.STOPPED:
            stop_with_dependents(held, grant, actual)
            held.touch()
        return grant


def stop_with_dependents(held: Held, grant: Grant, cause: StopCause) -> None:
    """Stop a grant, and control with the view that it implies."""
    if grant.capability == Capability.VIEW_DESKTOP:
        controls = Grant.objects.select_related("request").filter(
            support_session=held.support_session, capability=Capability.CONTROL_DESKTOP
        )
        for control in controls.exclude(state=GrantState.STOPPED):
            stop_one_grant(held, control, cause)
    stop_one_grant(held, grant, cause)


def suspend_grant(access: Access, grant_id: str, *, cause: StopCause, epoch: int) -> Grant:
    """Rest a grant on the granting endpoint's word. An already resting one only learns the epoch."""
    with hold(access) as held:
        grant = _own_grant(access, held, grant_id)
        if grant.state == GrantState.SUSPENDED:
            _learn_epoch(grant, epoch)
            return grant
        suspend_one_grant(held, grant, cause, at_least=epoch)
        return grant


def suspend_one_grant(held: Held, grant: Grant, cause: StopCause, *, at_least: int = 0) -> None:
    """Rest an active grant of a held session; request, CSR and endpoint are loaded."""
    grant.state = step_grant(grant.state, GrantStep.SUSPEND)
    grant.epoch = next_epoch(grant, at_least=at_least)
    grant.save(update_fields=["state", "epoch"])
    record_event(held.support_session, GrantSuspended, actor=held.actor, grant=grant_info(grant), cause=cause)


def resume_grant(access: Access, grant_id: str, *, epoch: int) -> Grant:
    """Take up a resting grant again on the granting endpoint's word; its epoch must be new.

    Raises AppError epoch_stale with the epoch that the server knows.
    """
    with hold(access) as held:
        grant = _own_grant(access, held, grant_id)
        known = Endpoint.objects.get(pk=grant.endpoint_id).epoch
        if grant.state == GrantState.ACTIVE:
            return grant
        if grant.endpoint.kind == EndpointKind.SUPPORT_MANAGER and epoch <= known:
            raise AppError("epoch_stale", status=409, epoch=known)
        grant.state = step_grant(grant.state, GrantStep.RESUME)
        grant.epoch = next_epoch(grant, at_least=epoch)
        grant.save(update_fields=["state", "epoch"])
        record_event(held.support_session, GrantResumed, actor=held.actor, grant=grant_info(grant))
        return grant


def record_first_use(access: Access, grant_id: str) -> None:
    """Note that the picture was first sent, or the first input carried out."""
    with hold(access) as held:
        grant = _own_grant(access, held, grant_id)
        if grant.first_used_at is None:
            grant.first_used_at = held.now
            grant.save(update_fields=["first_used_at"])
            record_event(held.support_session, GrantFirstUsed, actor=held.actor, grant=grant.public_id)


def record_refusals(access: Access, *, reason: str, count: int) -> None:
    """Log what a Support Manager dropped because it was not granted."""
    with hold(access) as held:
        held.require_live()
        if held.endpoint is None or held.endpoint.kind != EndpointKind.SUPPORT_MANAGER:
            raise not_found()
        record_event(
            held.support_session,
            ActionRefused,
            actor=held.actor,
            by="support_manager",
            endpoint=held.endpoint.public_id,
            reason=reason,
            count=count,
        )


def _check_grantable(held: Held, request: ActionRequest, endpoint: Endpoint) -> None:
    held.require_live()
    if held.person.role != ParticipantRole.PRIMARY_CUSTOMER:
        raise not_found()
    if request.state != RequestState.REQUESTED or held.now >= request.expires_at:
        raise AppError("request_closed", status=409, state=request.state)
    if request.capability == Capability.CONTROL_DESKTOP and endpoint.kind != EndpointKind.SUPPORT_MANAGER:
        raise AppError("endpoint_unfit", status=403)


def _check_word(
    request: ActionRequest, endpoint: Endpoint, *, scope: Scope, epoch: int | None, signature: str | None
) -> None:
    """Check a Support Manager's signature and epoch; a browser's session cookie is its word."""
    if endpoint.kind != EndpointKind.SUPPORT_MANAGER:
        return
    if epoch is None or signature is None:
        raise AppError("invalid", fields={"epoch": "missing", "signature": "missing"})
    if epoch <= endpoint.epoch:
        raise AppError("epoch_stale", status=409, epoch=endpoint.epoch)
    statement = grant_statement(
        session=request.support_session.public_id,
        request=request.public_id,
        capability=request.capability,
        scope=scope,
        csr=request.requester.public_id,
        epoch=epoch,
    )
    try:
        key = Ed25519PublicKey.from_public_bytes(base64.b64decode(endpoint.public_key, validate=True))
        key.verify(base64.b64decode(signature, validate=True), statement)
    except (InvalidSignature, binascii.Error, ValueError) as error:
        raise AppError("signature_invalid", status=403) from error


def _stop_other_shares(held: Held, request: ActionRequest, endpoint: Endpoint) -> None:
    """Keep one screen share per session: a grant of another endpoint, or a resting twin, gives way."""
    live = Grant.objects.select_related("request").filter(support_session=held.support_session)
    for grant in live.exclude(state=GrantState.STOPPED).order_by("-id"):
        if grant.endpoint_id != endpoint.pk or grant.capability == request.capability:
            stop_one_grant(held, grant, StopCause.SUPERSEDED)


def _insert(held: Held, request: ActionRequest, endpoint: Endpoint, *, scope: Scope, signature: str) -> Grant:
    request.state = step_request(request.state, RequestStep.GRANT)
    request.closed_at = held.now
    request.save(update_fields=["state", "closed_at"])
    write_denials(held, request.capability, Denials())
    verified = held.support_session.site.verified
    grant: Grant = Grant.objects.create(
        site=held.support_session.site,
        support_session=held.support_session,
        request=request,
        capability=request.capability,
        scope=scope.model_dump(mode="json"),
        csr=request.requester,
        endpoint=endpoint,
        epoch=endpoint.epoch,
        signature=signature,
        granted_at=held.now,
        not_after=not_after(request.capability, now=held.now, verified=verified),
    )
    record_event(
        held.support_session,
        RequestGranted,
        actor=held.actor,
        request=request.public_id,
        grant=grant_info(grant),
    )
    held.touch()
    return grant


def _own_grant(access: Access, held: Held, grant_id: str) -> Grant:
    """Return a grant that this very endpoint gave and that is not stopped."""
    grant = access_grant(access, grant_id)
    if held.endpoint is None or grant.endpoint_id != held.endpoint.pk:
        raise not_found()
    if grant.state == GrantState.STOPPED:
        raise AppError("grant_stopped", status=409)
    return grant


def _learn_epoch(grant: Grant, epoch: int) -> None:
    Endpoint.objects.filter(pk=grant.endpoint_id, epoch__lt=epoch).update(epoch=epoch)
