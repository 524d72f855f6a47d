"""Allowing: the server's copy of a grant. It is added only on the granting endpoint's word, and can only narrow."""

import base64
import binascii

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from sessions.events import record_event
from sessions.infos import grant_info
from sessions.models import ActionRequest, Endpoint, Grant, Participant
from sessions.selectors.access import Access, access_grant, access_participant, access_request
from sessions.services.asking import require_control, require_fit
from sessions.services.holding import Held, hold
from sessions.services.stopping import (
    next_epoch,
    stop_one_grant,
    stop_with_dependents,
    suspend_one_grant,
    write_denials,
)
from sessions.state import (
    Denials,
    GrantStep,
    RequestStep,
    find_scope_fault,
    narrowed,
    not_after,
    step_grant,
    step_request,
)
from supportsite.core.errors import AppError, not_found
from supportsite.protocol.base import EndpointKind, GrantState, ParticipantRole, RequestState, StopCause
from supportsite.protocol.capabilities import CLIPBOARD, SCREEN, surface_of
from supportsite.protocol.events import ActionRefused, GrantFirstUsed, GrantMarked, GrantResumed, RequestGranted
from supportsite.protocol.grants import grant_statement
from supportsite.protocol.objects import Scope

OWNER_CAUSES = {StopCause.OWNER_STOP, StopCause.SOURCE_CLOSED}
REST_CAUSES = {StopCause.OWNER_STOP, StopCause.CONNECTION_LOST}


def grant_request(
    access: Access,
    request_id: str,
    *,
    scope: Scope | None,
    epoch: int | None,
    signature: str | None,
    endpoint: str | None = None,
) -> Grant:
    """Record that the owner of a computer allowed a request.

    Args:
        access: the granting endpoint: of the primary customer, or for `share.*` the source that the request named.
        request_id: the open request. The same endpoint's second word on it gives the same grant.
        scope: what was allowed, no more than was asked for; None allows what was asked.
        epoch: a Support Manager's counter, greater than all before.
        signature: base64 Ed25519 of `grant_statement` by the Support Manager's key.
        endpoint: the acting endpoint's own id; a CSR's page must name it.

    Raises AppError request_closed, not_accepted, endpoint_unfit, control_needed, scope_too_wide, epoch_stale,
    signature_invalid, invalid.
    """
    with hold(access) as held:
        held.act_from(endpoint)
        request = access_request(access, request_id)
        repeated = Grant.objects.filter(request=request, endpoint=held.endpoint).first() if held.endpoint else None
        if repeated is not None:
            return access_grant(access, repeated.public_id)
        source = require_fit(held, request)
        _check_grantable(held, request, source)
        allowed = _check_scope(request, source, scope)
        _check_word(request, source, scope=allowed, epoch=epoch, signature=signature)
        _stop_other_shares(held, request, source, allowed)
        source = Endpoint.objects.get(pk=source.pk)
        source.epoch = max(source.epoch + 1, epoch or 0)
        source.save(update_fields=["epoch"])
        return _insert(held, request, source, scope=allowed, signature=signature or "")


def stop_grant(access: Access, grant_id: str, *, cause: StopCause | None) -> Grant:
    """Stop a grant: its owner from any of their programs, its holder, or who asked for it. Twice changes nothing.

    A CSR's computer stops only what it gave itself.
    """
    with hold(access) as held:
        grant = access_grant(access, grant_id)
        gave_it = held.endpoint is not None and held.endpoint.pk == grant.endpoint_id
        owns_it = held.person.pk == grant.endpoint.participant_id and not held.computer
        leads = held.person.role == ParticipantRole.PRIMARY_CSR and not grant.endpoint.participant.is_csr
        uses_it = (leads or held.person.pk in (grant.holder_id, grant.request.requester_id)) and not held.computer
        if gave_it or owns_it:
            actual = _owner_cause(grant, cause, gave_it=gave_it)
        elif uses_it:
            actual = StopCause.CSR_RELEASE
        else:
            raise not_found()
        if grant.state != GrantState.STOPPED:
            stop_with_dependents(held, grant, actual)
            held.touch()
        return grant


def suspend_grant(access: Access, grant_id: str, *, cause: StopCause, epoch: int, endpoint: str | None = None) -> Grant:
    """Rest a grant on the granting endpoint's word. An already resting one only learns the epoch.

    Raises AppError invalid for a cause that only the server can know.
    """
    with hold(access) as held:
        grant = _own_grant(access, held, grant_id, endpoint)
        if cause not in REST_CAUSES:
            raise AppError("invalid", fields={"cause": "unfit"})
        if grant.state == GrantState.SUSPENDED:
            _learn_epoch(grant, epoch)
            return grant
        suspend_one_grant(held, grant, cause, at_least=epoch)
        return grant


def resume_grant(access: Access, grant_id: str, *, epoch: int, endpoint: str | None = None) -> Grant:
    """Take up a resting grant again on the granting endpoint's word; its epoch must be new.

    Raises AppError epoch_stale with the epoch that the server knows.
    """
    with hold(access) as held:
        grant = _own_grant(access, held, grant_id, endpoint)
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


def record_first_use(access: Access, grant_id: str, *, endpoint: str | None = None) -> None:
    """Note that the picture was first sent, or the first input carried out."""
    with hold(access) as held:
        grant = _own_grant(access, held, grant_id, endpoint)
        if grant.first_used_at is None:
            grant.first_used_at = held.now
            grant.save(update_fields=["first_used_at"])
            record_event(held.support_session, GrantFirstUsed, actor=held.actor, grant=grant.public_id)


def record_marks(access: Access, grant_id: str, *, participant: str, endpoint: str | None = None) -> None:
    """Note that somebody inside first pointed or drew on the shared picture; the granting endpoint's word."""
    with hold(access) as held:
        grant = _own_grant(access, held, grant_id, endpoint)
        author: Participant = access_participant(access, participant)
        if not author.joined or grant.capability not in SCREEN:
            raise not_found()
        if author.public_id not in grant.marked_by:
            grant.marked_by = [*grant.marked_by, author.public_id]
            grant.save(update_fields=["marked_by"])
            record_event(
                held.support_session,
                GrantMarked,
                actor=held.actor,
                grant=grant.public_id,
                participant=author.public_id,
            )


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


def _owner_cause(grant: Grant, cause: StopCause | None, *, gave_it: bool) -> StopCause:
    """Return the cause that an owner may give: only the program that used a clipboard knows that it did."""
    if gave_it and cause is StopCause.USED and grant.capability in CLIPBOARD:
        return cause
    return cause if cause is not None and cause in OWNER_CAUSES else StopCause.OWNER_STOP


def _check_grantable(held: Held, request: ActionRequest, source: Endpoint) -> None:
    held.require_live()
    if request.state != RequestState.REQUESTED or held.now >= request.expires_at:
        raise AppError("request_closed", status=409, state=request.state)
    if request.capability in CLIPBOARD and require_control(held, request.operator).endpoint_id != source.pk:
        raise AppError("endpoint_unfit", status=403)


def _check_scope(request: ActionRequest, source: Endpoint, scope: Scope | None) -> Scope:
    """Return what is allowed; it fits the capability and the program, and is no more than was asked for."""
    asked = Scope.model_validate(request.scope)
    allowed = scope if scope is not None else asked
    if fault := find_scope_fault(request.capability, allowed, by=source.kind):
        raise AppError("invalid", fields={f"scope.{fault}": "unfit"})
    if not narrowed(asked.monitors, allowed.monitors):
        raise AppError("scope_too_wide")
    return allowed


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
        holder=request.operator.public_id,
        epoch=epoch,
    )
    try:
        key = Ed25519PublicKey.from_public_bytes(base64.b64decode(endpoint.public_key, validate=True))
        key.verify(base64.b64decode(signature, validate=True), statement)
    except (InvalidSignature, binascii.Error, ValueError) as error:
        raise AppError("signature_invalid", status=403) from error


def _stop_other_shares(held: Held, request: ActionRequest, source: Endpoint, scope: Scope) -> None:
    """Keep one screen share per session: what shows another program, surface or window, and a twin, gives way."""
    shown = (source.pk, surface_of(request.capability), scope.windows)
    live = Grant.objects.select_related("request").filter(support_session=held.support_session)
    for grant in live.exclude(state=GrantState.STOPPED).order_by("-id"):
        before = (grant.endpoint_id, surface_of(grant.capability), Scope.model_validate(grant.scope).windows)
        other = {request.capability, grant.capability} <= SCREEN and before != shown
        if grant.capability == request.capability or other:
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
        holder=request.operator,
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


def _own_grant(access: Access, held: Held, grant_id: str, endpoint: str | None) -> Grant:
    """Return a grant that this very endpoint gave and that is not stopped; a CSR's page names itself."""
    held.act_from(endpoint)
    grant = access_grant(access, grant_id)
    if held.endpoint is None or grant.endpoint_id != held.endpoint.pk:
        raise not_found()
    if grant.state == GrantState.STOPPED:
        raise AppError("grant_stopped", status=409)
    return grant


def _learn_epoch(grant: Grant, epoch: int) -> None:
    Endpoint.objects.filter(pk=grant.endpoint_id, epoch__lt=epoch).update(epoch=epoch)
