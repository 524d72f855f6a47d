"""CSRs as the router sees them."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership, SiteOwned
from acd.labels import choices_of
from supportsite.protocol.inbox import Presence


class CsrState(SiteOwned):
    """One CSR's presence, lease and capacity.

    Ready = available, lease valid, `used + outside < wanted_cap`, `not_before` past. `used` counts pending offers,
    active entries and wrap-ups (I2); `outside` the CSR's live sessions that did not come through a queue. `cap` follows
    `wanted_cap`, but never below `used`.
    """

    csr = models.OneToOneField(Membership, on_delete=models.CASCADE, primary_key=True, related_name="+")
    presence = models.CharField(
        _("presence"), max_length=10, choices=choices_of(Presence), default=Presence.OFFLINE.value
    )
    reason = models.CharField(_("reason"), max_length=40, blank=True)
    since = models.DateTimeField(_("since"))
    lease_until = models.DateTimeField(null=True)
    lost_at = models.DateTimeField(null=True)
    cap = models.PositiveSmallIntegerField(default=1)
    wanted_cap = models.PositiveSmallIntegerField(_("customers at the same time"), default=1)
    used = models.PositiveSmallIntegerField(default=0)
    outside = models.PositiveSmallIntegerField(default=0)
    idle_since = models.DateTimeField()
    missed = models.PositiveSmallIntegerField(default=0)
    not_before = models.DateTimeField(null=True)
    skills = models.JSONField(_("skills"), default=list, blank=True)

    class Meta:
        verbose_name = _("CSR state")
        verbose_name_plural = _("CSR states")
        constraints: ClassVar = [
            models.CheckConstraint(condition=models.Q(used__lte=models.F("cap")), name="csr_used_within_cap"),
            models.CheckConstraint(
                condition=models.Q(presence__in=[str(item) for item in Presence]), name="csr_presence_known"
            ),
        ]
