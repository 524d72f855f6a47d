"""Asking: a CSR's request from its making to the customer's answer."""

from datetime import timedelta

from accounts.permissions import Privilege
from accounts.selectors import get_settings, privilege_allowed
from sessions.events import record_event
from sessions.infos import request_info
from sessions.models import ActionRequest, Endpoint, Grant, Participant, SupportSession
from sessions.selectors.access import Access, access_request
from sessions.services.holding import Held, hold
from sessions.services.stopping import close_request, read_denials, stop_one_grant
from sessions.state import RequestStep, route
from supportsite.core.errors import AppError, not_found
from supportsite.protocol.base import Capability, EndpointKind, GrantState, ParticipantRole, RequestState, StopCause
from supportsite.protocol.events import RequestMade, RequestRouted, RequestShown
from supportsite.protocol.objects import Scope

PRIVILEGE_OF = {
    Capability.VIEW_DESKTOP: Privilege.DESKTOP_VIEW,
    Capability.CONTROL_DESKTOP: Privilege.DESKTOP_CONTROL,
}


def make_request(access: Access, *, capability: Capability, scope: Scope) -> ActionRequest:
    """Ask the primary customer for a capability; the primary CSR only, on an active session.

    Raises AppError not_primary_csr, privilege_missing, site_unverified, no_customer, session_not_active,
    request_open, already_granted, capability_rests.
    """
    with hold(access) as held:
        grantor = _check_may_ask(held, capability)
        request: ActionRequest = ActionRequest.objects.create(
            site=held.support_session.site,
            support_session=held.support_session,
            capability=capability,
            scope=scope.model_dump(mode="json"),
            requester=held.person,
            grantor=grantor,
            via=route(capability, support_manager=has_support_manager(grantor)) or "",
            made_at=held.now,
            expires_at=held.now + timedelta(seconds=get_settings(held.support_session.site).request_timeout_s),
        )
        record_event(held.support_session, RequestMade, actor=held.actor, request=request_info(request))
        held.touch()
        return request


def cancel_request(access: Access, request_id: str) -> ActionRequest:
    """Take a request back; its requester only. A closed one stays as it is."""
    with hold(access) as held:
        request = access_request(access, request_id)
        if request.requester_id != held.person.pk:
            raise not_found()
        if request.state == RequestState.REQUESTED:
            close_request(held, request, RequestStep.CANCEL)
            held.touch()
        return request


def show_request(access: Access, request_id: str) -> ActionRequest:
    """Note that the prompt is on the screen; the grantor's endpoint that can answer only."""
    with hold(access) as held:
        request = access_request(access, request_id)
        endpoint = require_fit(held, request)
        if request.state == RequestState.REQUESTED and request.shown_at is None:
            request.shown_at = held.now
            request.save(update_fields=["shown_at"])
            record_event(
                held.support_session,
                RequestShown,
                actor=held.actor,
                request=request.public_id,
                endpoint=endpoint.public_id,
            )
        return request


def deny_request(access: Access, request_id: str) -> ActionRequest:
    """Say no, from any endpoint of the grantor. A request that is no longer open stays as it is."""
    with hold(access) as held:
        request = access_request(access, request_id)
        if request.grantor_id != held.person.pk:
            raise not_found()
        if request.state == RequestState.REQUESTED:
            close_request(held, request, RequestStep.DENY)
            held.touch()
        return request


def stop_everything(access: Access) -> SupportSession:
    """Deny all open requests and stop all grants; the primary customer only."""
    with hold(access) as held:
        if held.person.role != ParticipantRole.PRIMARY_CUSTOMER:
            raise not_found()
        if held.support_session.live:
            mine = ActionRequest.objects.filter(support_session=held.support_session, grantor=held.person)
            for request in mine.filter(state=RequestState.REQUESTED):
                close_request(held, request, RequestStep.DENY)
            grants = Grant.objects.select_related("request").filter(request__grantor=held.person)
            for grant in grants.exclude(state=GrantState.STOPPED).order_by("-id"):
                stop_one_grant(held, grant, StopCause.STOP_EVERYTHING)
            held.touch()
        return held.support_session


def reroute(held: Held) -> None:
    """Send open requests to the kind of endpoint that can answer them now."""
    open_requests = ActionRequest.objects.select_related("requester", "grantor").filter(
        support_session=held.support_session, state=RequestState.REQUESTED
    )
    for request in open_requests:
        via = route(request.capability, support_manager=has_support_manager(request.grantor)) or ""
        if via != request.via:
            request.via = via
            request.save(update_fields=["via"])
            record_event(held.support_session, RequestRouted, actor=held.actor, request=request_info(request))


def has_support_manager(participant: Participant) -> bool:
    """Tell whether the participant has a connected Support Manager."""
    managers = Endpoint.objects.filter(participant=participant, kind=EndpointKind.SUPPORT_MANAGER)
    return bool(managers.filter(connected=True, replaced_at=None).exists())


def require_fit(held: Held, request: ActionRequest) -> Endpoint:
    """Return the acting endpoint if it may answer the request.

    A Support Manager of the grantor always may; a browser only while the request is routed to browsers.
    """
    if request.grantor_id != held.person.pk or held.endpoint is None:
        raise not_found()
    if held.endpoint.kind != EndpointKind.SUPPORT_MANAGER and request.via != EndpointKind.BROWSER:
        raise AppError("endpoint_unfit", status=403)
    return held.endpoint


def _check_may_ask(held: Held, capability: Capability) -> Participant:
    """Return the participant to ask, or raise what stands in the way."""
    held.require_live()
    held.require_primary_csr()
    support_session, membership = held.support_session, held.person.membership
    privilege = PRIVILEGE_OF[capability]
    if membership is None or not privilege_allowed(membership, privilege):
        raise AppError("privilege_missing", status=403, privilege=str(privilege))
    if capability is Capability.CONTROL_DESKTOP and not support_session.site.verified:
        raise AppError("site_unverified", status=403)
    grantor = held.primary_customer()
    if grantor is None:
        raise AppError("no_customer", status=409)
    held.require_active()
    same = {"support_session": support_session, "capability": capability}
    if ActionRequest.objects.filter(**same, state=RequestState.REQUESTED).exists():
        raise AppError("request_open", status=409)
    if Grant.objects.filter(**same).exclude(state=GrantState.STOPPED).exists():
        raise AppError("already_granted", status=409)
    denials = read_denials(held, capability)
    if denials.rests(held.now) and denials.until is not None:
        raise AppError("capability_rests", status=409, until=denials.until.isoformat().replace("+00:00", "Z"))
    return grantor
