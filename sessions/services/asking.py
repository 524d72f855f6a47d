"""Who may be asked for what: the checks before a request is made, and the program that answers it."""

from dataclasses import dataclass

from accounts.permissions import Privilege
from accounts.selectors import privilege_allowed
from sessions.models import ActionRequest, Endpoint, Grant, Participant
from sessions.selectors.active import active_grants
from sessions.services.holding import Held
from sessions.services.stopping import read_denials
from sessions.state import find_scope_fault, may_give, narrowed, route
from supportsite.core.errors import AppError, not_found
from supportsite.protocol.base import (
    Capability,
    EndpointKind,
    GrantState,
    ParticipantRole,
    ParticipantState,
    RequestState,
)
from supportsite.protocol.capabilities import CLIPBOARD, CONTROL, SHARE, surface_of
from supportsite.protocol.objects import Scope

PRIVILEGE_OF = {
    Capability.VIEW_DESKTOP: Privilege.DESKTOP_VIEW,
    Capability.CONTROL_DESKTOP: Privilege.DESKTOP_CONTROL,
    Capability.VIEW_APPLICATION: Privilege.APPLICATION_VIEW,
    Capability.CONTROL_APPLICATION: Privilege.APPLICATION_CONTROL,
    Capability.SHARE_VIEW_DESKTOP: Privilege.DESKTOP_SHARE_VIEW,
    Capability.SHARE_CONTROL_DESKTOP: Privilege.DESKTOP_SHARE_CONTROL,
    Capability.SHARE_VIEW_APPLICATION: Privilege.APPLICATION_SHARE_VIEW,
    Capability.SHARE_CONTROL_APPLICATION: Privilege.APPLICATION_SHARE_CONTROL,
    Capability.CLIPBOARD_TO_CSR: Privilege.CLIPBOARD,
    Capability.CLIPBOARD_TO_CUSTOMER: Privilege.CLIPBOARD,
}
OF_UNVERIFIED_SITES = frozenset({Capability.VIEW_DESKTOP, Capability.VIEW_APPLICATION})


@dataclass(frozen=True)
class Parties:
    """Whose computer a request is about, who may use the grant, and for `share.*` the program that is shown."""

    grantor: Participant
    operator: Participant
    source: Endpoint | None = None


def check_may_ask(
    held: Held, capability: Capability, *, scope: Scope, source: str | None, operator: str | None
) -> Parties:
    """Return the parties of a request, or raise what stands in the way.

    Raises AppError not_primary_csr, privilege_missing, site_unverified, no_customer, session_not_active, invalid,
    endpoint_unfit, control_needed, request_open, already_granted, capability_rests.
    """
    held.require_live()
    held.require_primary_csr()
    check_privilege(held.person, PRIVILEGE_OF[capability])
    if not held.support_session.site.verified and capability not in OF_UNVERIFIED_SITES:
        raise AppError("site_unverified", status=403)
    customer = held.primary_customer()
    if customer is None:
        raise AppError("no_customer", status=409)
    held.require_active()
    if fault := find_scope_fault(capability, scope, by=None):
        raise AppError("invalid", fields={f"scope.{fault}": "unexpected"})
    parties = _find_parties(held, capability, customer, source=source, operator=operator)
    if capability in CLIPBOARD:
        require_control(held, parties.operator)
    _check_not_twice(held, capability, scope, parties)
    denials = read_denials(held, capability)
    if denials.rests(held.now) and denials.until is not None:
        raise AppError("capability_rests", status=409, until=denials.until.isoformat().replace("+00:00", "Z"))
    return parties


def check_privilege(participant: Participant, privilege: Privilege) -> None:
    """Refuse a CSR who may not. Raises AppError privilege_missing."""
    membership = participant.membership
    if membership is None or not privilege_allowed(membership, privilege):
        raise AppError("privilege_missing", status=403, privilege=str(privilege))


def require_control(held: Held, holder: Participant) -> Grant:
    """Return the control that the holder has of the customer's Support Manager. Raises AppError control_needed."""
    control = active_grants().filter(
        support_session=held.support_session,
        capability__in=CONTROL - SHARE,
        holder=holder,
        endpoint__kind=EndpointKind.SUPPORT_MANAGER,
    )
    if (found := control.first()) is None:
        raise AppError("control_needed", status=409)
    return found


def find_via(request: ActionRequest) -> str:
    """Return the kind of endpoint that can answer now, empty while none can; grantor and source are loaded."""
    source = request.source
    if request.accepted_at is not None and source is not None:
        return source.kind if source.connected and source.replaced_at is None else ""
    return route(request.capability, support_manager=_has_support_manager(request.grantor)) or ""


def require_fit(held: Held, request: ActionRequest) -> Endpoint:
    """Return the acting endpoint if it may carry the request out now.

    The CSR's computer is given by the source that the request named, after the customer accepted. The customer's is
    given by their Support Manager at any time, by their browser only while the request is routed to browsers.
    Raises AppError not_found, not_accepted, endpoint_unfit.
    """
    if request.grantor_id != held.person.pk or held.endpoint is None:
        raise not_found()
    if request.source_id is not None:
        if held.endpoint.pk != request.source_id:
            raise not_found() if held.computer else AppError("endpoint_unfit", status=403)
        if request.accepted_at is None:
            raise AppError("not_accepted", status=409)
    elif held.endpoint.kind != EndpointKind.SUPPORT_MANAGER and request.via != EndpointKind.BROWSER:
        raise AppError("endpoint_unfit", status=403)
    if not may_give(request.capability, held.endpoint.kind):
        raise AppError("endpoint_unfit", status=403)
    return held.endpoint


def _find_parties(
    held: Held, capability: Capability, customer: Participant, *, source: str | None, operator: str | None
) -> Parties:
    """Say who is who. Raises AppError invalid, endpoint_unfit, privilege_missing."""
    if capability in SHARE:
        if operator is not None:
            raise AppError("invalid", fields={"operator": "unexpected"})
        return Parties(grantor=held.person, operator=customer, source=_find_source(held, capability, source))
    if source is not None:
        raise AppError("invalid", fields={"source": "unexpected"})
    if operator is None or operator == held.person.public_id:
        return Parties(grantor=customer, operator=held.person)
    return Parties(grantor=customer, operator=_find_assistant(held, capability, operator))


def _find_source(held: Held, capability: Capability, public_id: str | None) -> Endpoint:
    """Return the CSR's own connected program that is to be shown; to be operated it must be a Support Manager."""
    if public_id is None:
        raise AppError("invalid", fields={"source": "missing"})
    mine = Endpoint.objects.filter(participant=held.person, connected=True, replaced_at=None)
    source: Endpoint | None = mine.filter(public_id=public_id).first()
    if source is None or not may_give(capability, source.kind):
        raise AppError("endpoint_unfit", status=403)
    return source


def _find_assistant(held: Held, capability: Capability, public_id: str) -> Participant:
    """Return the assisting CSR to whom driving is handed over."""
    assistant: Participant | None = Participant.objects.filter(
        support_session=held.support_session,
        public_id=public_id,
        role=ParticipantRole.ASSISTING_CSR,
        state=ParticipantState.JOINED,
    ).first()
    if assistant is None or capability not in CONTROL:
        raise AppError("invalid", fields={"operator": "unexpected"})
    check_privilege(assistant, PRIVILEGE_OF[capability])
    return assistant


def _check_not_twice(held: Held, capability: Capability, scope: Scope, parties: Parties) -> None:
    """Refuse what is being asked already, and what a live grant covers already.

    Which windows of an application are meant is the owner's choice: asking for them again asks for others.
    """
    same = {"support_session": held.support_session, "capability": capability}
    if ActionRequest.objects.filter(**same, state=RequestState.REQUESTED).exists():
        raise AppError("request_open", status=409)
    if surface_of(capability) == "application":
        return
    live: Grant | None = Grant.objects.filter(**same).exclude(state=GrantState.STOPPED).first()
    if live is None or live.holder_id != parties.operator.pk:
        return
    if parties.source is not None and parties.source.pk != live.endpoint_id:
        return
    given = Scope.model_validate(live.scope).monitors
    if surface_of(capability) != "desktop" or narrowed(given, scope.monitors):
        raise AppError("already_granted", status=409)


def _has_support_manager(participant: Participant) -> bool:
    """Tell whether the participant has a connected Support Manager."""
    managers = Endpoint.objects.filter(participant=participant, kind=EndpointKind.SUPPORT_MANAGER)
    return bool(managers.filter(connected=True, replaced_at=None).exists())
