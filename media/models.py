"""Stills of shared pictures that were saved to a session. The files lie in Django's storage under random keys."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import new_public_id
from sessions.models import Grant, Participant
from sessions.models.session import SessionOwned


class Screenshot(SessionOwned):
    """One still. `key` names its PNG file in the storage; `sha256` and `size` (bytes) are those of the file."""

    public_id = models.CharField(max_length=22, unique=True, default=new_public_id, editable=False)
    participant = models.ForeignKey(Participant, on_delete=models.PROTECT, related_name="+", verbose_name=_("taken by"))
    grant = models.ForeignKey(Grant, on_delete=models.PROTECT, related_name="+")
    width = models.PositiveIntegerField(_("width"))
    height = models.PositiveIntegerField(_("height"))
    size = models.PositiveIntegerField(_("size"))
    sha256 = models.CharField(max_length=64)
    key = models.CharField(max_length=100, unique=True)
    at = models.DateTimeField(_("time"))

    class Meta:
        verbose_name = _("screenshot")
        verbose_name_plural = _("screenshots")
        ordering = ("id",)
        constraints: ClassVar = [
            # The same picture sent again by the same person is a repeated call.
            models.UniqueConstraint(fields=["support_session", "participant", "sha256"], name="screenshot_saved_once"),
        ]

    def __str__(self) -> str:
        return self.public_id
