"""Queues, who serves them, their entry forms and rules: what administrators decide."""

from typing import Any, ClassVar

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership, Ordered, Site, SiteOwned, new_public_id
from acd.labels import choices_of
from acd.routing import MAX_PRIORITY, Strategy


class ClosedBehaviour(models.TextChoices):
    """What a customer meets where a queue is closed, full or unstaffed."""

    MESSAGE = "message", _("Leave a message")
    CALLBACK = "callback", _("Ask to be called back")
    REFUSE = "refuse", _("Say so, nothing more")


class Override(models.TextChoices):
    """A manager's word over the hours."""

    HOURS = "", _("by the hours")
    OPEN = "open", _("open")
    CLOSED = "closed", _("closed")


def _seconds(name: Any, default: int, high: int, low: int = 0) -> "models.PositiveIntegerField[int, int]":
    return models.PositiveIntegerField(
        name, default=default, validators=[MinValueValidator(low), MaxValueValidator(high)]
    )


class Queue(Ordered):
    """One service that customers wait for. Times are seconds; 0 switches a limit off."""

    strategy = models.CharField(
        _("distribution"), max_length=20, choices=choices_of(Strategy), default=Strategy.MOST_IDLE.value
    )
    offer_timeout_s = _seconds(_("time to answer an offer, seconds"), 20, 120, 5)
    wrapup_s = _seconds(_("wrap-up time, seconds"), 0, 600)
    maxlen = models.PositiveIntegerField(_("most customers waiting"), default=0)
    max_wait_s = _seconds(_("longest wait, seconds"), 0, 86400)
    require_staff = models.BooleanField(_("refuse when no CSR is there"), default=False)
    decline_delay_s = _seconds(_("pause after declining, seconds"), 5, 600)
    miss_delay_s = _seconds(_("pause after missing, seconds"), 10, 600)
    max_missed = models.PositiveSmallIntegerField(_("missed offers before away"), default=2)
    ageing_s = _seconds(_("raise the priority every … seconds"), 0, 86400)
    transfer_boost = models.PositiveSmallIntegerField(
        _("priority gained by a transfer"), default=1, validators=[MaxValueValidator(MAX_PRIORITY)]
    )
    allow_pick = models.BooleanField(_("CSRs may choose customers"), default=False)
    show_position = models.BooleanField(_("show the place"), default=True)
    show_wait = models.BooleanField(_("show the expected wait"), default=True)
    sl_seconds = _seconds(_("service level within, seconds"), 20, 3600, 1)
    short_abandon_s = _seconds(_("short abandon below, seconds"), 5, 60)
    timezone = models.CharField(_("time zone"), max_length=64, default="UTC")
    hours = models.JSONField(_("hours"), default=dict, blank=True)
    holidays = models.JSONField(_("holidays"), default=list, blank=True)
    override = models.CharField(_("open"), max_length=6, choices=Override.choices, blank=True, default="")
    closed_behaviour = models.CharField(
        _("when closed"), max_length=10, choices=ClosedBehaviour.choices, default=ClosedBehaviour.MESSAGE
    )
    full_behaviour = models.CharField(
        _("when full"), max_length=10, choices=ClosedBehaviour.choices, default=ClosedBehaviour.CALLBACK
    )
    close_grace_s = _seconds(_("waiting customers stay after closing, seconds"), 0, 86400)
    overflow_queue = models.ForeignKey(
        "self", on_delete=models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("overflows into")
    )
    overflow_after_s = _seconds(_("overflows after, seconds"), 0, 86400)
    overflow_unstaffed = models.BooleanField(_("overflows at once when no CSR is there"), default=False)
    overflow_keep_wait = models.BooleanField(_("keeps the place when overflowing"), default=True)
    auto_request = models.CharField(_("request at the start"), max_length=40, blank=True)
    open_url = models.URLField(_("address opened for the CSR"), max_length=500, blank=True)
    entry_ended_text = models.CharField(_("text when closed"), max_length=500, blank=True)
    entry_ended_text_ja = models.CharField(_("text when closed, Japanese"), max_length=500, blank=True)

    class Meta(Ordered.Meta):
        verbose_name = _("queue")
        verbose_name_plural = _("queues")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["site", "name"], name="queue_name_once"),
            models.CheckConstraint(condition=models.Q(offer_timeout_s__range=(5, 120)), name="offer_timeout_range"),
        ]


class QueueMember(SiteOwned):
    """A CSR's place in a queue. `rr_n` and `contacts` are the router's memory."""

    queue = models.ForeignKey(Queue, on_delete=models.CASCADE, related_name="members", verbose_name=_("queue"))
    csr = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="+", verbose_name=_("CSR"))
    tier = models.PositiveSmallIntegerField(_("tier"), default=0)
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    delay_s = _seconds(_("only after waiting, seconds"), 0, 86400)
    priority = models.PositiveSmallIntegerField(_("order among the CSR's queues"), default=0)
    rr_n = models.PositiveBigIntegerField(default=0, editable=False)
    contacts = models.PositiveIntegerField(default=0, editable=False)

    class Meta:
        verbose_name = _("CSR of the queue")
        verbose_name_plural = _("CSRs of the queue")
        ordering = ("tier", "position", "id")
        constraints: ClassVar = [models.UniqueConstraint(fields=["queue", "csr"], name="csr_once_per_queue")]

    def __str__(self) -> str:
        return str(self.csr)


class QueueManager(SiteOwned):
    """A manager's queue, for managers to whom not all queues are open."""

    queue = models.ForeignKey(Queue, on_delete=models.CASCADE, related_name="managers", verbose_name=_("queue"))
    manager = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="+", verbose_name=_("manager"))

    class Meta:
        verbose_name = _("manager of the queue")
        verbose_name_plural = _("managers of the queue")
        ordering = ("id",)
        constraints: ClassVar = [models.UniqueConstraint(fields=["queue", "manager"], name="manager_once_per_queue")]

    def __str__(self) -> str:
        return str(self.manager)


class FieldKind(models.TextChoices):
    """What an entry form asks for."""

    TEXT = "text", _("text")
    LONG_TEXT = "long_text", _("long text")
    EMAIL = "email", _("e-mail address")
    PHONE = "phone", _("telephone number")
    NUMBER = "number", _("number")
    CHOICE = "choice", _("choice")


class FormField(Ordered):
    """A field of a queue's entry form. `key` is its name in rules, in JSON and in the integrator's answers."""

    queue = models.ForeignKey(Queue, on_delete=models.CASCADE, related_name="fields", verbose_name=_("queue"))
    key = models.SlugField(_("key"), max_length=40)
    kind = models.CharField(_("kind"), max_length=10, choices=FieldKind.choices, default=FieldKind.TEXT)
    required = models.BooleanField(_("required"), default=False)
    choices = models.JSONField(_("choices"), default=list, blank=True)

    class Meta(Ordered.Meta):
        verbose_name = _("field of the entry form")
        verbose_name_plural = _("fields of the entry form")
        constraints: ClassVar = [models.UniqueConstraint(fields=["queue", "key"], name="form_key_once")]


class RoutingRule(Ordered):
    """IF all conditions hold THEN this target; the first active rule of the queue that fires wins.

    `conditions`: [{"field", "op", "value"}]; `target`: {"queue", "csrs", "priority", "skills", "prefers",
    "sticky_s"}, all optional. Checked by `acd.rules`.
    """

    queue = models.ForeignKey(Queue, on_delete=models.CASCADE, related_name="rules", verbose_name=_("queue"))
    conditions = models.JSONField(_("conditions"), default=list, blank=True)
    target = models.JSONField(_("target"), default=dict, blank=True)

    class Meta(Ordered.Meta):
        verbose_name = _("rule")
        verbose_name_plural = _("rules")


class OutcomeCode(Ordered):
    """How a visit ended, chosen at the wrap-up."""

    class Meta(Ordered.Meta):
        verbose_name = _("outcome code")
        verbose_name_plural = _("outcome codes")
        constraints: ClassVar = [models.UniqueConstraint(fields=["site", "name"], name="outcome_name_once")]


class AcdSettings(SiteOwned):
    """What a site decides about WebACD as a whole. One row per site."""

    site = models.OneToOneField(Site, on_delete=models.PROTECT, related_name="acd_settings", editable=False)
    widget_key = models.CharField(max_length=22, unique=True, default=new_public_id, editable=False)
    widget_origins = models.JSONField(_("web pages that may show the button"), default=list, blank=True)
    context_secret = models.CharField(_("secret for signed context"), max_length=64, blank=True)
    global_fifo = models.BooleanField(_("one line for all queues"), default=False)
    csr_grace_s = _seconds(_("a lost CSR may come back within, seconds"), 60, 600, 10)
    limbo_s = _seconds(_("a lost customer keeps the place, seconds"), 60, 600, 10)
    transfer_timeout_s = _seconds(_("a transfer is taken within, seconds"), 120, 3600, 20)
    fallback_queue = models.ForeignKey(
        Queue, on_delete=models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("fallback queue")
    )

    class Meta:
        verbose_name = _("WebACD settings")
        verbose_name_plural = _("WebACD settings")

    def __str__(self) -> str:
        return str(_("WebACD settings"))


class SiteRouter(models.Model):
    """The router's position in a site: last event `n`, last place `seq`, next deadline. Changed under the site lock."""

    siteless: ClassVar[str] = "the timers look for what is due over all sites; no data of a tenant is in it"

    site = models.OneToOneField(Site, on_delete=models.CASCADE, primary_key=True, related_name="+")
    n = models.PositiveBigIntegerField(default=0)
    seq = models.PositiveBigIntegerField(default=0)
    last_at = models.DateTimeField(null=True)
    due_at = models.DateTimeField(null=True, db_index=True)
