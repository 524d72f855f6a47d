"""Which signalling is passed on: between the source of an active grant and the pages of those who may see it."""

import re

from django.db.models import QuerySet

from sessions.models import Endpoint, Grant
from sessions.selectors.active import active_grants
from sessions.state import narrowed
from supportsite.protocol.base import EndpointKind
from supportsite.protocol.capabilities import SCREEN, surface_of
from supportsite.protocol.objects import Scope
from supportsite.protocol.socket import Candidate, Description, HangUp, SignalData, ViewRequest

FINGERPRINT = re.compile(r"^a=fingerprint:sha-(256|384|512) ", re.MULTILINE | re.IGNORECASE)


def may_relay(sender: Endpoint, target: Endpoint, data: SignalData) -> bool:
    """Tell whether signalling from `sender` may go to `target`; both are of the same session, participants loaded.

    Hanging up always passes.
    """
    if isinstance(data, HangUp):
        return True
    if isinstance(data, ViewRequest):
        return _may_watch(sender, source=target) and _covers(target, data)
    if isinstance(data, Description) and not FINGERPRINT.search(data.sdp):
        return False
    assert isinstance(data, Description | Candidate)
    return any(
        _may_watch(viewer, source=source) and _given(source).exists()
        for viewer, source in ((sender, target), (target, sender))
    )


def find_target(sender: Endpoint, public_id: str) -> Endpoint | None:
    """Return a connected endpoint of the sender's session, or None."""
    target: Endpoint | None = (
        Endpoint.objects.select_related("participant")
        .filter(support_session_id=sender.support_session_id, public_id=public_id, connected=True)
        .first()
    )
    return target


def _may_watch(viewer: Endpoint, *, source: Endpoint) -> bool:
    """Tell whether the viewer is a page of somebody inside who is not the owner of the source."""
    inside = viewer.kind == EndpointKind.BROWSER and viewer.participant.joined
    return inside and viewer.participant_id != source.participant_id


def _given(source: Endpoint) -> QuerySet[Grant]:
    """Return the active grants that show the source's screen."""
    return active_grants().filter(endpoint=source, capability__in=SCREEN)


def _covers(source: Endpoint, wanted: ViewRequest) -> bool:
    """Tell whether the source gives this grant, and with it the monitors that are wanted (none named: all of it)."""
    grant = _given(source).filter(public_id=wanted.grant).first()
    if grant is None:
        return False
    if not wanted.monitors:
        return True
    scope = Scope.model_validate(grant.scope)
    return surface_of(grant.capability) == "desktop" and narrowed(scope.monitors, wanted.monitors)
