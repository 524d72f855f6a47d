"""Asking: a CSR's request from its making to the answer."""

from datetime import datetime, timedelta

from django.db.models import Q

from accounts.selectors import get_settings
from sessions.events import record_event
from sessions.infos import request_info
from sessions.models import ActionRequest, Grant, SupportSession
from sessions.selectors.access import Access, access_request
from sessions.services.asking import check_may_ask, find_via, require_fit
from sessions.services.holding import Held, hold
from sessions.services.stopping import close_request, stop_one_grant
from sessions.state import RequestStep
from supportsite.core.errors import AppError, not_found
from supportsite.protocol.base import (
    Capability,
    EndpointKind,
    GrantState,
    ParticipantRole,
    RequestState,
    StopCause,
)
from supportsite.protocol.events import RequestAccepted, RequestMade, RequestRouted, RequestShown
from supportsite.protocol.objects import Scope


def make_request(
    access: Access,
    *,
    capability: Capability,
    scope: Scope,
    source: str | None = None,
    operator: str | None = None,
) -> ActionRequest:
    """Ask for a capability; the primary CSR only, on an active session.

    Args:
        access: the primary CSR.
        capability: what of whose computer.
        scope: monitors, where not all are meant.
        source: `share.*` only: the CSR's own program that will be shown.
        operator: control of the customer's computer only: the assisting CSR who gets it instead of the requester.

    Raises AppError as `check_may_ask`.
    """
    with hold(access) as held:
        parties = check_may_ask(held, capability, scope=scope, source=source, operator=operator)
        request = ActionRequest(
            site=held.support_session.site,
            support_session=held.support_session,
            capability=capability,
            scope=scope.model_dump(mode="json"),
            requester=held.person,
            grantor=parties.grantor,
            operator=parties.operator,
            source=parties.source,
            made_at=held.now,
            expires_at=_expiry(held),
        )
        request.via = find_via(request)
        request.save(force_insert=True)
        record_event(held.support_session, RequestMade, actor=held.actor, request=request_info(request))
        held.touch()
        return request


def cancel_request(access: Access, request_id: str) -> ActionRequest:
    """Take a request back; its requester only. A closed one stays as it is."""
    with hold(access) as held:
        request = access_request(access, request_id)
        if request.requester_id != held.person.pk or held.computer:
            raise not_found()
        if request.state == RequestState.REQUESTED:
            close_request(held, request, RequestStep.CANCEL)
            held.touch()
        return request


def show_request(access: Access, request_id: str, *, endpoint: str | None = None) -> ActionRequest:
    """Note that the prompt is on the screen; an endpoint that can answer now only."""
    with hold(access) as held:
        held.act_from(endpoint)
        request = access_request(access, request_id)
        if not _may_accept(held, request):
            require_fit(held, request)
        if held.endpoint is None:
            raise not_found()
        if request.state == RequestState.REQUESTED and request.shown_at is None:
            request.shown_at = held.now
            request.save(update_fields=["shown_at"])
            record_event(
                held.support_session,
                RequestShown,
                actor=held.actor,
                request=request.public_id,
                endpoint=held.endpoint.public_id,
            )
        return request


def accept_request(access: Access, request_id: str) -> ActionRequest:
    """Agree to be shown, or to operate, the CSR's computer; the primary customer's page only. Twice changes nothing.

    Raises AppError request_closed.
    """
    with hold(access) as held:
        request = access_request(access, request_id)
        if not _may_accept(held, request):
            raise not_found()
        if request.accepted_at is not None:
            return request
        held.require_live()
        if request.state != RequestState.REQUESTED or held.now >= request.expires_at:
            raise AppError("request_closed", status=409, state=request.state)
        request.accepted_at, request.expires_at = held.now, _expiry(held)
        request.via = find_via(request)
        request.save(update_fields=["accepted_at", "expires_at", "via"])
        record_event(held.support_session, RequestAccepted, actor=held.actor, request=request_info(request))
        held.touch()
        return request


def deny_request(access: Access, request_id: str) -> ActionRequest:
    """Say no, from any endpoint of the customer. A request that is no longer open stays as it is.

    A CSR's computer whose owner thinks better of it takes the request back: nobody denied anything.
    """
    with hold(access) as held:
        request = access_request(access, request_id)
        if held.computer:
            require_fit(held, request)
            step = RequestStep.CANCEL
        elif held.person.role == ParticipantRole.PRIMARY_CUSTOMER:
            step = RequestStep.DENY
        else:
            raise not_found()
        if request.state == RequestState.REQUESTED:
            close_request(held, request, step)
            held.touch()
        return request


def stop_everything(access: Access) -> SupportSession:
    """Deny all open requests and stop all grants, of either side's computer; the primary customer only."""
    with hold(access) as held:
        if held.person.role != ParticipantRole.PRIMARY_CUSTOMER:
            raise not_found()
        if held.support_session.live:
            mine = ActionRequest.objects.filter(
                Q(grantor=held.person) | Q(operator=held.person), support_session=held.support_session
            )
            for request in mine.filter(state=RequestState.REQUESTED):
                close_request(held, request, RequestStep.DENY)
            grants = Grant.objects.select_related("request").filter(request__in=mine)
            for grant in grants.exclude(state=GrantState.STOPPED).order_by("-id"):
                stop_one_grant(held, grant, StopCause.STOP_EVERYTHING)
            held.touch()
        return held.support_session


def reroute(held: Held) -> None:
    """Send open requests to the kind of endpoint that can answer them now."""
    open_requests = ActionRequest.objects.select_related("requester", "grantor", "operator", "source").filter(
        support_session=held.support_session, state=RequestState.REQUESTED
    )
    for request in open_requests:
        via = find_via(request)
        if via != request.via:
            request.via = via
            request.save(update_fields=["via"])
            record_event(held.support_session, RequestRouted, actor=held.actor, request=request_info(request))


def _may_accept(held: Held, request: ActionRequest) -> bool:
    """Tell whether the acting person is the customer whom a share is offered to, on the page that shows it.

    Their Support Manager speaks for their computer, and nothing of it is asked for.
    """
    on_page = held.endpoint is not None and held.endpoint.kind == EndpointKind.BROWSER
    return on_page and request.source_id is not None and request.operator_id == held.person.pk


def _expiry(held: Held) -> datetime:
    return held.now + timedelta(seconds=get_settings(held.support_session.site).request_timeout_s)
