"""What time does to sessions: leases, silence, grace, idle end. Run every two seconds, idempotent.

Candidates are found without locks; each is locked by itself and judged again, and skipped while another holds it.
"""

from datetime import timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from accounts.models import Site, SiteSettings
from accounts.selectors import get_settings
from sessions.events import record_event
from sessions.models import ActionRequest, Call, Endpoint, Grant, SupportSession
from sessions.services.holding import Held, held_by_system, lock
from sessions.services.lifecycle import finish, replace_lost_primary
from sessions.services.presence import mark_gone, suspend_if_lost
from sessions.services.requests import reroute
from sessions.services.stopping import close_request, expire_calls, stop_with_dependents, suspend_one_grant
from sessions.state import (
    GRANT_LOST_SECONDS,
    IDLE_WARNING_SECONDS,
    LOST_SECONDS,
    RequestStep,
    lost_limit,
)
from supportsite.core.clock import now
from supportsite.protocol.base import EndReason, GrantState, RequestState, SessionState, StopCause
from supportsite.protocol.capabilities import CONTROL
from supportsite.protocol.events import SessionIdleWarned


def sweep_site(site: Site) -> int:
    """Do what is due in the site's live sessions; return how many were looked at. Needs the site's scope."""
    settings = get_settings(site)
    count = 0
    for candidate in _candidates(settings):
        with transaction.atomic():
            support_session = lock(candidate, skip_locked=True)
            if support_session is not None and support_session.live:
                sweep_session(held_by_system(support_session), settings)
                count += 1
    return count


def sweep_session(held: Held, settings: SiteSettings) -> None:
    """Do what is due in one locked live session."""
    if reason := _end_due(held):
        finish(held, reason)
        return
    _expire_leases(held)
    _expire_requests(held)
    expire_calls(held)
    _narrow_grants(held)
    reroute(held)
    replace_lost_primary(held)
    suspend_if_lost(held, timedelta(minutes=settings.suspend_grace_min))
    _warn_idle(held, settings)


def _candidates(settings: SiteSettings) -> QuerySet[SupportSession]:
    """Return the live sessions in which something may be due."""
    time = now()
    warn_at = time - timedelta(minutes=settings.idle_end_min) + timedelta(seconds=IDLE_WARNING_SECONDS)
    mine = {"support_session": OuterRef("pk")}
    lost = time - timedelta(seconds=LOST_SECONDS)
    due = (
        Q(state=SessionState.WAITING, number_expires_at__lte=time)
        | Q(suspended_until__lte=time)
        | Q(idle_ends_at__lte=time)
        | Q(state=SessionState.ACTIVE, idle_ends_at=None, last_activity_at__lte=warn_at)
        | Exists(Endpoint.objects.filter(**mine, connected=True, lease_until__lte=time))
        | Exists(ActionRequest.objects.filter(**mine, state=RequestState.REQUESTED, expires_at__lte=time))
        | Exists(Call.objects.filter(**mine, closed_at=None, expires_at__lte=time))
        | Exists(Grant.objects.filter(**mine, not_after__lte=time).exclude(state=GrantState.STOPPED))
        | Q(state=SessionState.ACTIVE) & Exists(Endpoint.objects.filter(**mine, gone_since__lte=lost, replaced_at=None))
        | Exists(Grant.objects.filter(**mine, endpoint__gone_since__lte=lost).exclude(state=GrantState.STOPPED))
    )
    candidates: QuerySet[SupportSession] = (
        SupportSession.objects.select_related("site").exclude(state=SessionState.ENDED).filter(due)
    )
    return candidates


def _end_due(held: Held) -> EndReason | None:
    session, time = held.support_session, held.now
    if session.state == SessionState.WAITING and session.number_expires_at <= time:
        return EndReason.UNJOINED
    if session.suspended_until is not None and session.suspended_until <= time:
        return EndReason.ORPHANED
    if session.idle_ends_at is not None and session.idle_ends_at <= time:
        return EndReason.IDLE
    return None


def _expire_leases(held: Held) -> None:
    """Mark endpoints whose server died without telling."""
    dead = Endpoint.objects.select_related("participant").filter(
        support_session=held.support_session, connected=True, lease_until__lte=held.now
    )
    for endpoint in dead:
        mark_gone(held, endpoint)


def _expire_requests(held: Held) -> None:
    """Silence is a denial."""
    silent = ActionRequest.objects.filter(
        support_session=held.support_session, state=RequestState.REQUESTED, expires_at__lte=held.now
    )
    for request in silent:
        close_request(held, request, RequestStep.EXPIRE)


def _narrow_grants(held: Held) -> None:
    """Stop what is over, rest what lost its endpoint: control after 10 s, view after 60 s, both end after 10 min."""
    live = Grant.objects.select_related("request", "holder", "endpoint__participant").filter(
        support_session=held.support_session
    )
    for grant in live.exclude(state=GrantState.STOPPED).order_by("-id"):
        # Stopping or resting one may have ended another.
        grant.refresh_from_db(fields=["state", "epoch"])
        if grant.state == GrantState.STOPPED:
            continue
        if grant.not_after is not None and grant.not_after <= held.now:
            stop_with_dependents(held, grant, StopCause.EXPIRED)
            continue
        gone = (held.now - grant.endpoint.gone_since).total_seconds() if grant.endpoint.gone_since else 0
        if gone >= GRANT_LOST_SECONDS:
            stop_with_dependents(held, grant, StopCause.ENDPOINT_LOST)
        elif gone >= lost_limit(grant.capability) and grant.state == GrantState.ACTIVE:
            suspend_one_grant(held, grant, StopCause.CONNECTION_LOST)


def _warn_idle(held: Held, settings: SiteSettings) -> None:
    """Warn two minutes before an idle session ends; control that is allowed counts as activity."""
    session = held.support_session
    if session.state != SessionState.ACTIVE or session.idle_ends_at is not None:
        return
    ends_at = session.last_activity_at + timedelta(minutes=settings.idle_end_min)
    if held.now < ends_at - timedelta(seconds=IDLE_WARNING_SECONDS):
        return
    driving = Grant.objects.filter(support_session=session, capability__in=CONTROL, state=GrantState.ACTIVE)
    if driving.exists():
        return
    # Never shorter than the warning promises, also when the sweep was late.
    session.idle_ends_at = max(ends_at, held.now + timedelta(seconds=IDLE_WARNING_SECONDS))
    session.save(update_fields=["idle_ends_at"])
    record_event(session, SessionIdleWarned, actor=held.actor, ends_at=session.idle_ends_at)
