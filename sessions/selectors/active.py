"""The grants that are active at this moment."""

from django.db.models import Q, QuerySet

from sessions.models import Grant
from supportsite.core.clock import now
from supportsite.protocol.base import GrantState


def active_grants() -> QuerySet[Grant]:
    """Return the active grants of all sessions of the site; one past its time is not, even before it is swept."""
    active: QuerySet[Grant] = Grant.objects.filter(Q(not_after=None) | Q(not_after__gt=now()), state=GrantState.ACTIVE)
    return active
