"""Calls: a CSR is asked to assist, or to take the session over."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership, new_public_id
from sessions.labels import choices_of
from sessions.models.people import Participant
from sessions.models.session import SessionOwned
from supportsite.protocol.base import CallKind, CallOutcome


class Call(SessionOwned):
    """One call; open while `closed_at` is empty. `participant` is the called CSR where they are inside already."""

    public_id = models.CharField(max_length=22, unique=True, default=new_public_id, editable=False)
    kind = models.CharField(_("kind"), max_length=10, choices=choices_of(CallKind))
    caller = models.ForeignKey(Participant, on_delete=models.PROTECT, related_name="+")
    member = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+", verbose_name=_("member"))
    participant = models.ForeignKey(Participant, on_delete=models.PROTECT, related_name="+", null=True)
    note = models.CharField(max_length=345, blank=True)
    made_at = models.DateTimeField(_("made"))
    expires_at = models.DateTimeField(_("expires"))
    closed_at = models.DateTimeField(_("closed"), null=True)
    outcome = models.CharField(max_length=10, choices=choices_of(CallOutcome), blank=True)

    class Meta:
        verbose_name = _("call")
        verbose_name_plural = _("calls")
        ordering = ("id",)
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["support_session", "member"], condition=models.Q(closed_at=None), name="one_open_call_per_csr"
            ),
            models.UniqueConstraint(
                fields=["support_session"],
                condition=models.Q(closed_at=None, kind="control"),
                name="one_open_call_for_control",
            ),
            models.CheckConstraint(
                condition=models.Q(closed_at__isnull=True, outcome="")
                | models.Q(closed_at__isnull=False) & ~models.Q(outcome=""),
                name="call_closed_has_outcome",
            ),
        ]
