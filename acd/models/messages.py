"""What customers leave where nobody could take them: messages, and wishes to be called back."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Language, Membership, SiteOwned, new_public_id
from acd.models.queues import Queue


class MessageKind(models.TextChoices):
    """What the customer wants to happen."""

    MESSAGE = "message", _("Message")
    CALLBACK = "callback", _("Call back")


class LeftMessage(SiteOwned):
    """A message of a customer who was not let in; open until a CSR has handled it."""

    public_id = models.CharField(max_length=22, unique=True, default=new_public_id, editable=False)
    queue = models.ForeignKey(Queue, on_delete=models.PROTECT, related_name="+", verbose_name=_("queue"))
    kind = models.CharField(_("kind"), max_length=10, choices=MessageKind.choices)
    name = models.CharField(_("name"), max_length=80)
    email = models.CharField(_("e-mail address"), max_length=254, blank=True)
    phone = models.CharField(_("telephone number"), max_length=40, blank=True)
    text = models.TextField(_("text"), max_length=4000, blank=True)
    language = models.CharField(_("language"), max_length=2, choices=Language.choices, default=Language.ENGLISH)
    context = models.JSONField(_("signed context"), default=dict)
    entry_url = models.CharField(_("came from"), max_length=500, blank=True)
    created_at = models.DateTimeField(_("came"))
    handled_at = models.DateTimeField(_("handled"), null=True)
    handled_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+", null=True)

    class Meta:
        verbose_name = _("left message")
        verbose_name_plural = _("left messages")
        ordering = ("-id",)
        indexes: ClassVar = [
            models.Index(fields=["site", "-id"], name="left_message_open", condition=models.Q(handled_at__isnull=True)),
        ]

    def __str__(self) -> str:
        return self.name
