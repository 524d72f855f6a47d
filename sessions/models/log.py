"""The event log of a session: append-only, dense, hash-chained."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from sessions.labels import choices_of
from sessions.models.session import SessionOwned
from supportsite.protocol.base import Audience


class SessionEvent(SessionOwned):
    """One event. `readers` may read it beside its audience; `salt` keeps hidden texts from being guessed by hash."""

    seq = models.PositiveBigIntegerField(_("number"))
    type = models.CharField(_("type"), max_length=40)
    actor = models.JSONField(_("actor"))
    at = models.DateTimeField(_("time"))
    data = models.JSONField(_("data"))
    audience = models.CharField(_("audience"), max_length=12, choices=choices_of(Audience))
    readers = models.JSONField(default=list)
    salt = models.CharField(max_length=32)
    prev_hash = models.CharField(_("hash before"), max_length=64)
    hash = models.CharField(_("hash"), max_length=64)

    class Meta:
        verbose_name = _("session event")
        verbose_name_plural = _("session events")
        ordering = ("seq",)
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["support_session", "seq"], name="event_seq_dense"),
        ]

    def __str__(self) -> str:
        return f"{self.seq} {self.type}"
