"""Platform staff on a site: only with a reason, for an hour at most, each time in the site's log."""

from datetime import timedelta

from django.db import transaction

from accounts.models import Site, StaffSession, User
from accounts.services.audit import describe_staff, record_audit
from supportsite.core import clock
from supportsite.core.errors import AppError

MIN_MINUTES = 5
MAX_MINUTES = 60
MIN_REASON_LENGTH = 10


@transaction.atomic
def start_staff_session(site: Site, *, user: User, reason: str, minutes: int = MAX_MINUTES) -> StaffSession:
    """Open the site to a member of the platform's staff for 5 to 60 minutes; ends an earlier session of theirs."""
    if not user.is_staff or not user.is_active:
        raise AppError("forbidden", status=403)
    reason = reason.strip()
    if len(reason) < MIN_REASON_LENGTH or not MIN_MINUTES <= minutes <= MAX_MINUTES:
        raise AppError("invalid")
    now = clock.now()
    for earlier in StaffSession.objects.select_for_update().filter(user=user, ended_at=None):
        end_staff_session(earlier)
    staff_session: StaffSession = StaffSession.objects.create(
        site=site, user=user, reason=reason, started_at=now, until=now + timedelta(minutes=minutes)
    )
    record_audit(
        site,
        type="staff_session.started",
        actor=describe_staff(staff_session),
        data={"reason": reason, "until": staff_session.until},
    )
    return staff_session


@transaction.atomic
def end_staff_session(staff_session: StaffSession) -> StaffSession:
    """Close the site to them again; the end is the earlier of now and the time limit."""
    if staff_session.ended_at is None:
        staff_session.ended_at = min(clock.now(), staff_session.until)
        staff_session.save(update_fields=["ended_at"])
        record_audit(staff_session.site, type="staff_session.ended", actor=describe_staff(staff_session), data={})
    return staff_session
