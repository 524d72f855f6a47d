"""Chat and the CSRs' note."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import SiteOwned, new_public_id
from sessions.labels import choices_of
from sessions.models.people import Participant
from sessions.models.session import SessionOwned
from supportsite.protocol.base import Audience


class ChatMessage(SessionOwned):
    """One chat message. `client_id` is the sender's own key: the same one again is the same message."""

    public_id = models.CharField(max_length=22, unique=True, default=new_public_id, editable=False)
    client_id = models.CharField(max_length=40)
    participant = models.ForeignKey(Participant, on_delete=models.PROTECT, related_name="+")
    audience = models.CharField(_("audience"), max_length=12, choices=choices_of(Audience))
    to = models.ForeignKey(Participant, on_delete=models.PROTECT, related_name="+", null=True)
    text = models.TextField(_("text"))
    at = models.DateTimeField(_("time"))

    class Meta:
        verbose_name = _("chat message")
        verbose_name_plural = _("chat messages")
        ordering = ("id",)
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["participant", "client_id"], name="client_id_once_per_sender"),
            models.CheckConstraint(
                condition=models.Q(audience="participant", to__isnull=False)
                | ~models.Q(audience="participant") & models.Q(to__isnull=True),
                name="message_to_one_person",
            ),
        ]


class Note(SessionOwned):
    """The CSRs' note as last saved; one per session."""

    text = models.TextField(_("text"), blank=True)
    version = models.PositiveIntegerField(default=0)
    author = models.ForeignKey(Participant, on_delete=models.PROTECT, related_name="+", null=True)
    at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("note")
        verbose_name_plural = _("notes")
        constraints: ClassVar = [models.UniqueConstraint(fields=["support_session"], name="one_note_per_session")]


class NoteVersion(SiteOwned):
    """What the note said, each time it was saved. Append-only."""

    note = models.ForeignKey(Note, on_delete=models.PROTECT, related_name="versions")
    version = models.PositiveIntegerField()
    text = models.TextField(blank=True)
    author = models.ForeignKey(Participant, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["note", "version"], name="note_version_once")]
