"""Customers' visits, their segments in queues, offers of them to CSRs, and the router's event log."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Language, Membership, SiteOwned, new_public_id
from acd.labels import choices_of
from acd.models.queues import Queue
from acd.routing import EntryState, OfferState
from sessions.models import SupportSession
from supportsite.protocol.inbox import MAX_WRAP_NOTE, Resolution


class Contact(SiteOwned):
    """One visit of a customer who came by themselves. `customer_key` recognises them at the next visit.

    `secret_hash` is the SHA-256 of the browser tab's key and `browser_key` names the queue: one live visit per tab and
    queue. `lost_at` is when the customer's last connection went; with a `callback_phone` nobody waits for a connection.
    """

    public_id = models.CharField(max_length=22, unique=True, default=new_public_id, editable=False)
    name = models.CharField(_("name"), max_length=80)
    language = models.CharField(_("language"), max_length=2, choices=Language.choices, default=Language.ENGLISH)
    form = models.JSONField(_("answers"), default=dict)
    context = models.JSONField(_("signed context"), default=dict)
    entry_url = models.CharField(_("came from"), max_length=500, blank=True)
    referrer = models.CharField(_("referrer"), max_length=500, blank=True)
    customer_key = models.CharField(max_length=64, blank=True)
    browser_key = models.CharField(max_length=64, blank=True)
    callback_phone = models.CharField(_("call back"), max_length=40, blank=True, default="", db_default="")
    secret_hash = models.CharField(max_length=64, blank=True)
    support_session = models.OneToOneField(
        SupportSession, on_delete=models.PROTECT, null=True, related_name="contact", verbose_name=_("support session")
    )
    created_at = models.DateTimeField(_("came"))
    lost_at = models.DateTimeField(null=True)
    anonymised_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("visit")
        verbose_name_plural = _("visits")
        ordering = ("-id",)
        indexes: ClassVar = [
            models.Index(fields=["site", "customer_key", "-id"], name="contact_returning"),
            models.Index(fields=["secret_hash"], name="contact_secret"),
            models.Index(fields=["site", "lost_at"], name="contact_lost", condition=models.Q(lost_at__isnull=False)),
        ]

    def __str__(self) -> str:
        return self.name


class QueueEntry(SiteOwned):
    """One segment: a contact in one queue. Order is (priority descending, seq).

    `only_csrs` names those to whom a transfer goes (null: the queue's CSRs). `rule` is what brought it here.
    `deadline_at` is the next moment at which time alone does something to it. `outcome` is the router's word for how it
    ended; `resolution`, `codes` and `wrap_note` are the CSR's.
    """

    public_id = models.CharField(max_length=22, unique=True, default=new_public_id, editable=False)
    contact = models.ForeignKey(Contact, on_delete=models.PROTECT, related_name="entries", db_index=True)
    queue = models.ForeignKey(Queue, on_delete=models.PROTECT, related_name="+", verbose_name=_("queue"))
    segment_no = models.PositiveSmallIntegerField(default=1)
    state = models.CharField(_("state"), max_length=10, choices=choices_of(EntryState))
    priority = models.PositiveSmallIntegerField(_("priority"), default=0)
    seq = models.PositiveBigIntegerField()
    csr = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+", null=True, verbose_name=_("CSR"))
    skills = models.JSONField(default=list)
    prefers = models.JSONField(default=list)
    preferred_csr = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+", null=True, db_index=False)
    preferred_until = models.DateTimeField(null=True)
    only_csrs = models.JSONField(null=True)
    rule = models.CharField(max_length=80, blank=True)
    note = models.CharField(_("note"), max_length=345, blank=True)
    enqueued_at = models.DateTimeField(_("enqueued"))
    first_offer_at = models.DateTimeField(null=True)
    answered_at = models.DateTimeField(_("answered"), null=True)
    ended_at = models.DateTimeField(_("ended"), null=True)
    wrap_from = models.DateTimeField(null=True)
    wait_ms = models.PositiveBigIntegerField(_("waited, ms"), null=True)
    outcome = models.CharField(_("outcome"), max_length=40, blank=True)
    resolution = models.CharField(
        _("resolution"), max_length=10, choices=choices_of(Resolution), db_default="", blank=True
    )
    codes = models.JSONField(default=list)
    wrap_note = models.TextField(_("closing note"), max_length=MAX_WRAP_NOTE, db_default="", blank=True)
    previous = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    shown_position = models.PositiveIntegerField(null=True)
    deadline_at = models.DateTimeField(null=True)
    ages_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("queue entry")
        verbose_name_plural = _("queue entries")
        ordering = ("-priority", "seq")
        indexes: ClassVar = [
            models.Index(fields=["queue", "-priority", "seq"], name="entry_line", condition=models.Q(state="waiting")),
            models.Index(
                fields=["site", "deadline_at"], name="entry_deadline", condition=models.Q(deadline_at__isnull=False)
            ),
            models.Index(fields=["queue", "enqueued_at"], name="entry_by_time"),
            models.Index(fields=["csr"], name="entry_live_csr", condition=models.Q(state__in=["active", "wrap"])),
            models.Index(
                fields=["site"], name="entry_named", condition=models.Q(state="waiting", only_csrs__isnull=False)
            ),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(state__in=[str(state) for state in EntryState]), name="entry_state_known"
            ),
        ]


class Offer(SiteOwned):
    """An entry offered to a CSR until `expires_at`. `why` keeps the candidates and what decided."""

    public_id = models.CharField(max_length=22, unique=True, default=new_public_id, editable=False)
    entry = models.ForeignKey(QueueEntry, on_delete=models.CASCADE, related_name="offers")
    csr = models.ForeignKey(
        Membership, on_delete=models.PROTECT, related_name="+", db_index=False, verbose_name=_("CSR")
    )
    state = models.CharField(_("state"), max_length=10, choices=choices_of(OfferState))
    reason = models.CharField(_("reason"), max_length=40, blank=True)
    everybody = models.BooleanField(default=False)
    created_at = models.DateTimeField(_("made"))
    expires_at = models.DateTimeField(_("expires"))
    closed_at = models.DateTimeField(_("closed"), null=True)
    why = models.JSONField(default=dict)

    class Meta:
        verbose_name = _("offer")
        verbose_name_plural = _("offers")
        ordering = ("id",)
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["entry"], condition=models.Q(state="pending", everybody=False), name="one_pending_offer"
            ),
            models.UniqueConstraint(
                fields=["entry", "csr"], condition=models.Q(state="pending"), name="one_pending_offer_per_csr"
            ),
            models.UniqueConstraint(fields=["entry"], condition=models.Q(state="accepted"), name="one_accept_ever"),
            models.CheckConstraint(
                condition=models.Q(state__in=[str(state) for state in OfferState]), name="offer_state_known"
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["site", "expires_at"], name="offer_due", condition=models.Q(state="pending")),
            models.Index(fields=["csr"], name="offer_open_csr", condition=models.Q(state="pending")),
            models.Index(fields=["csr", "created_at"], name="offer_of_csr"),
        ]


class OfferSkip(SiteOwned):
    """A CSR who has declined or missed an entry; skipped until all other Ready ones were tried."""

    entry = models.ForeignKey(QueueEntry, on_delete=models.CASCADE, related_name="+")
    csr = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="+", db_index=False)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["entry", "csr"], name="skip_once")]


class AcdEvent(SiteOwned):
    """One fact of the router; `n` is dense per site. State is the fold of these (I11). Append-only."""

    n = models.PositiveBigIntegerField()
    kind = models.CharField(max_length=30)
    at = models.DateTimeField()
    queue = models.ForeignKey(Queue, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    entry = models.ForeignKey(QueueEntry, on_delete=models.PROTECT, null=True, related_name="+")
    csr = models.ForeignKey(Membership, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    offer = models.ForeignKey(Offer, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    data = models.JSONField(default=dict)

    class Meta:
        verbose_name = _("WebACD event")
        verbose_name_plural = _("WebACD events")
        ordering = ("n",)
        constraints: ClassVar = [models.UniqueConstraint(fields=["site", "n"], name="acd_event_n")]
        indexes: ClassVar = [models.Index(fields=["site", "at"], name="acd_event_at")]
