"""What a change of access does to live sessions: nobody keeps a session, a grant or a picture that they lost."""

from django.db import transaction
from django.db.models import Q

from accounts.models import Site
from accounts.selectors import privilege_allowed
from sessions.models import ActionRequest, Grant, Participant, SupportSession
from sessions.services.asking import PRIVILEGE_OF
from sessions.services.holding import Held, held_by_system, lock
from sessions.services.lifecycle import close_participant, finish, promote_assistant
from sessions.services.stopping import close_request, stop_with_dependents
from sessions.state import RequestStep
from supportsite.protocol.base import (
    Capability,
    EndReason,
    GrantState,
    ParticipantRole,
    ParticipantState,
    RequestState,
    SessionState,
    StopCause,
)


def withdraw_access(site: Site, *, user_id: int | None) -> None:
    """Have the site's live sessions follow what its members may do now; `user_id` None means every member.

    A site that was switched off ends its sessions. Needs the site's scope.
    """
    if not site.active:
        for candidate in SupportSession.objects.select_related("site").exclude(state=SessionState.ENDED):
            with transaction.atomic():
                support_session = lock(candidate)
                if support_session is not None and support_session.live:
                    finish(held_by_system(support_session), EndReason.ADMIN)
        return
    members = Participant.objects.select_related("support_session__site").filter(
        state=ParticipantState.JOINED, membership__isnull=False
    )
    if user_id is not None:
        members = members.filter(membership__user_id=user_id)
    for candidate in members.exclude(support_session__state=SessionState.ENDED):
        with transaction.atomic():
            support_session = lock(candidate.support_session)
            if support_session is not None and support_session.live:
                _follow_member(held_by_system(support_session), candidate.pk)


def _follow_member(held: Held, participant_id: int) -> None:
    participant = Participant.objects.select_related("membership__user", "membership__site").get(pk=participant_id)
    membership = participant.membership
    if not participant.joined or membership is None:
        return
    if not membership.active or not membership.user.is_active:
        was_primary = participant.role == ParticipantRole.PRIMARY_CSR
        close_participant(held, participant)
        if was_primary:
            promote_assistant(held)
        return
    denied = [capability for capability, right in PRIVILEGE_OF.items() if not privilege_allowed(membership, right)]
    _take_back(held, participant, denied)


def _take_back(held: Held, participant: Participant, denied: list[Capability]) -> None:
    """Cancel the requests and stop the grants that a CSR asked for or uses, for capabilities they may not any more."""
    asked = Q(requester=participant) | Q(operator=participant)
    for request in ActionRequest.objects.filter(asked, capability__in=denied, state=RequestState.REQUESTED):
        close_request(held, request, RequestStep.CANCEL)
    part = Q(holder=participant) | Q(request__requester=participant)
    grants = Grant.objects.select_related("request").filter(part, capability__in=denied)
    for grant in grants.exclude(state=GrantState.STOPPED).order_by("-id"):
        stop_with_dependents(held, grant, StopCause.CSR_RELEASE)
