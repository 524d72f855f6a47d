"""The support session: one visit under one number, and the last position of its event log."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import ApiToken, Language, Membership, SessionType, SiteOwned, new_public_id
from sessions.labels import choices_of
from supportsite.protocol.base import EndReason, SessionDirection, SessionState, SharingQuality

GENESIS_HASH = "0" * 64
NUMBER_DIGITS = 9


class SupportSession(SiteOwned):
    """One visit. `seq` and `head_hash` are those of its last event; the row is the lock of everything inside."""

    public_id = models.CharField(max_length=22, unique=True, default=new_public_id, editable=False)
    number = models.CharField(_("support number"), max_length=NUMBER_DIGITS)
    number_expires_at = models.DateTimeField(_("number valid until"))
    state = models.CharField(
        _("state"), max_length=10, choices=choices_of(SessionState), default=SessionState.WAITING.value
    )
    direction = models.CharField(
        _("direction"),
        max_length=10,
        choices=choices_of(SessionDirection),
        default=SessionDirection.OUTBOUND.value,
    )
    session_type = models.ForeignKey(
        SessionType, on_delete=models.PROTECT, related_name="+", verbose_name=_("session type"), null=True
    )
    tracking = models.JSONField(_("tracking codes"), default=dict)
    customer_language = models.CharField(
        _("customer's language"), max_length=2, choices=Language.choices, default=Language.ENGLISH
    )
    started_by = models.ForeignKey(
        Membership, on_delete=models.PROTECT, related_name="+", verbose_name=_("started by"), null=True
    )
    started_by_token = models.ForeignKey(
        ApiToken, on_delete=models.PROTECT, related_name="+", verbose_name=_("started by token"), null=True
    )
    created_at = models.DateTimeField(_("created"))
    activated_at = models.DateTimeField(_("customer joined"), null=True)
    suspended_until = models.DateTimeField(_("waits until"), null=True)
    last_activity_at = models.DateTimeField(_("last activity"))
    idle_ends_at = models.DateTimeField(_("idle end"), null=True)
    ended_at = models.DateTimeField(_("ended"), null=True)
    end_reason = models.CharField(_("reason of the end"), max_length=20, choices=choices_of(EndReason), blank=True)
    denials = models.JSONField(default=dict)
    transfer = models.JSONField(null=True)
    quality = models.CharField(
        _("sharing quality"), max_length=10, choices=choices_of(SharingQuality), default=SharingQuality.AUTO.value
    )
    seq = models.PositiveBigIntegerField(default=0)
    head_hash = models.CharField(max_length=64, default=GENESIS_HASH)

    class Meta:
        verbose_name = _("support session")
        verbose_name_plural = _("support sessions")
        ordering = ("-id",)
        indexes: ClassVar = [
            models.Index(fields=["site", "-id"], name="session_newest"),
            models.Index(fields=["site", "state"], name="session_live", condition=~models.Q(state="ended")),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["site", "number"], condition=~models.Q(state="ended"), name="live_number_once_per_site"
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=[str(state) for state in SessionState]), name="session_state_known"
            ),
            models.CheckConstraint(
                condition=models.Q(state="ended", ended_at__isnull=False) & ~models.Q(end_reason="")
                | ~models.Q(state="ended") & models.Q(ended_at__isnull=True, end_reason=""),
                name="session_end_has_reason",
            ),
            models.CheckConstraint(
                condition=models.Q(state="suspended", suspended_until__isnull=False)
                | ~models.Q(state="suspended") & models.Q(suspended_until__isnull=True),
                name="session_suspension_has_end",
            ),
            models.CheckConstraint(condition=models.Q(number__regex=r"^[0-9]{9}$"), name="session_number_digits"),
        ]

    def __str__(self) -> str:
        return f"{self.number[:3]}-{self.number[3:6]}-{self.number[6:]}"

    @property
    def live(self) -> bool:
        """Tell whether the session has not ended."""
        return self.state != SessionState.ENDED


class SessionOwned(SiteOwned):
    """A row of one session of one site."""

    support_session = models.ForeignKey(
        SupportSession, on_delete=models.PROTECT, related_name="+", verbose_name=_("support session")
    )

    class Meta:
        abstract = True
