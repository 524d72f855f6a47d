"""Requests and grants: what a CSR asked for and what the customer allows now."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import new_public_id
from sessions.labels import choices_of
from sessions.models.people import Endpoint, Participant
from sessions.models.session import SessionOwned
from supportsite.protocol.base import Capability, EndpointKind, GrantState, RequestState, StopCause


class ActionRequest(SessionOwned):
    """A CSR's request for one capability.

    `via` is the kind of endpoint that can answer now, empty while none can. `accepted_at` and `source` belong to
    `share.*`: the customer agreed, and the CSR's program that will be shown.
    """

    public_id = models.CharField(max_length=22, unique=True, default=new_public_id, editable=False)
    capability = models.CharField(_("capability"), max_length=40, choices=choices_of(Capability))
    scope = models.JSONField(default=dict)
    state = models.CharField(
        _("state"), max_length=10, choices=choices_of(RequestState), default=RequestState.REQUESTED.value
    )
    requester = models.ForeignKey(Participant, on_delete=models.PROTECT, related_name="+")
    grantor = models.ForeignKey(Participant, on_delete=models.PROTECT, related_name="+")
    operator = models.ForeignKey(Participant, on_delete=models.PROTECT, related_name="+")
    source = models.ForeignKey(Endpoint, on_delete=models.PROTECT, related_name="+", null=True)
    accepted_at = models.DateTimeField(_("accepted"), null=True)
    via = models.CharField(max_length=20, choices=choices_of(EndpointKind), blank=True)
    made_at = models.DateTimeField(_("made"))
    expires_at = models.DateTimeField(_("expires"))
    shown_at = models.DateTimeField(_("shown"), null=True)
    closed_at = models.DateTimeField(_("closed"), null=True)

    class Meta:
        verbose_name = _("request")
        verbose_name_plural = _("requests")
        ordering = ("id",)
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["support_session", "requester", "capability"],
                condition=models.Q(state="requested"),
                name="one_open_request_per_capability",
            ),
            models.CheckConstraint(
                condition=models.Q(state="requested", closed_at__isnull=True)
                | ~models.Q(state="requested") & models.Q(closed_at__isnull=False),
                name="request_closed_has_time",
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=[str(state) for state in RequestState]), name="request_state_known"
            ),
        ]


class Grant(SessionOwned):
    """A live permission: the server's copy, which can only narrow what the endpoint itself decided.

    `marked_by` are the ids of those who pointed or drew on its picture.
    """

    public_id = models.CharField(max_length=22, unique=True, default=new_public_id, editable=False)
    request = models.OneToOneField(ActionRequest, on_delete=models.PROTECT, related_name="grant")
    capability = models.CharField(_("capability"), max_length=40, choices=choices_of(Capability))
    scope = models.JSONField(default=dict)
    state = models.CharField(_("state"), max_length=10, choices=choices_of(GrantState), default=GrantState.ACTIVE.value)
    holder = models.ForeignKey(Participant, on_delete=models.PROTECT, related_name="+")
    endpoint = models.ForeignKey(Endpoint, on_delete=models.PROTECT, related_name="+")
    epoch = models.PositiveIntegerField()
    signature = models.CharField(max_length=128, blank=True)
    granted_at = models.DateTimeField(_("granted"))
    not_after = models.DateTimeField(_("ends at the latest"), null=True)
    marked_by = models.JSONField(default=list)
    first_used_at = models.DateTimeField(_("first used"), null=True)
    stopped_at = models.DateTimeField(_("stopped"), null=True)
    stop_cause = models.CharField(_("cause"), max_length=20, choices=choices_of(StopCause), blank=True)

    class Meta:
        verbose_name = _("grant")
        verbose_name_plural = _("grants")
        ordering = ("id",)
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["support_session", "capability"],
                condition=~models.Q(state="stopped"),
                name="one_live_grant_per_capability",
            ),
            models.CheckConstraint(
                condition=models.Q(state="stopped", stopped_at__isnull=False) & ~models.Q(stop_cause="")
                | ~models.Q(state="stopped") & models.Q(stopped_at__isnull=True, stop_cause=""),
                name="grant_stop_has_cause",
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=[str(state) for state in GrantState]), name="grant_state_known"
            ),
        ]
