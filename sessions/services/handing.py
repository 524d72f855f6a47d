"""Another CSR becomes primary: what stays, what stops, what the customer is asked anew."""

from datetime import timedelta

from accounts.selectors import get_settings
from sessions.events import record_event
from sessions.infos import participant_info, request_info
from sessions.models import ActionRequest, Endpoint, Grant, Participant
from sessions.services.asking import find_via
from sessions.services.holding import Held
from sessions.services.stopping import close_request, stop_one_grant
from sessions.signals import primary_changed
from sessions.state import RequestStep
from supportsite.protocol.base import EndpointKind, GrantState, ParticipantRole, RequestState, StopCause
from supportsite.protocol.capabilities import CONTROL, SHARE
from supportsite.protocol.events import ControlPassed, ParticipantJoined, RequestMade


def hand_session_over(held: Held, *, giver: Participant, taker: Participant) -> None:
    """Make an assisting CSR who is inside primary; the giver assists from now on.

    What the giver asked is taken back and what they show stops. Control of the customer's computer stops, and the
    customer is asked at once whether the new CSR may go on; viewing goes on, the giver is still inside.
    """
    support_session = held.support_session
    for request in ActionRequest.objects.filter(support_session=support_session, state=RequestState.REQUESTED):
        close_request(held, request, RequestStep.CANCEL)
    paused = _stop_what_was_the_givers(held)
    for participant, role in ((giver, ParticipantRole.ASSISTING_CSR), (taker, ParticipantRole.PRIMARY_CSR)):
        participant.role = role
        participant.save(update_fields=["role"])
        seen = Endpoint.objects.filter(participant=participant, lease_until__isnull=False)
        record_event(
            support_session, ParticipantJoined, actor=held.actor, participant=participant_info(participant, seen)
        )
    record_event(support_session, ControlPassed, actor=held.actor, giver=giver.public_id, taker=taker.public_id)
    for grant in paused:
        _ask_to_go_on(held, grant, taker)
    primary_changed.send(
        type(support_session), support_session=support_session, giver=giver.membership, taker=taker.membership
    )


def _stop_what_was_the_givers(held: Held) -> list[Grant]:
    """Stop control and the giver's own shares; return the control of the customer's computer that ended here."""
    live = Grant.objects.select_related("request", "endpoint__participant").filter(
        support_session=held.support_session, capability__in=CONTROL | SHARE
    )
    paused = []
    for grant in live.exclude(state=GrantState.STOPPED).order_by("-id"):
        stop_one_grant(held, grant, StopCause.PASSED)
        if grant.capability not in SHARE and grant.endpoint.kind == EndpointKind.SUPPORT_MANAGER:
            paused.append(grant)
    return paused


def _ask_to_go_on(held: Held, grant: Grant, taker: Participant) -> None:
    """Ask the customer whether the new primary CSR may operate what the old one did; the answer is Continue."""
    customer = held.primary_customer()
    if customer is None:
        return
    seconds = get_settings(held.support_session.site).request_timeout_s
    request = ActionRequest(
        site=held.support_session.site,
        support_session=held.support_session,
        capability=grant.capability,
        scope=grant.request.scope,
        requester=taker,
        grantor=customer,
        operator=taker,
        made_at=held.now,
        expires_at=held.now + timedelta(seconds=seconds),
    )
    request.via = find_via(request)
    request.save(force_insert=True)
    record_event(held.support_session, RequestMade, actor=held.actor, request=request_info(request))
