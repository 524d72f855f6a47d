"""Who is in a session, with which programs, and the codes and invitations that bring them in."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Language, Membership, new_public_id
from sessions.labels import choices_of
from sessions.models.session import SessionOwned
from supportsite.protocol.base import EndpointKind, ParticipantRole, ParticipantState


class Participant(SessionOwned):
    """A person in a session. `left_seq` is the last event that somebody who left may read."""

    public_id = models.CharField(max_length=22, unique=True, default=new_public_id, editable=False)
    role = models.CharField(_("role"), max_length=20, choices=choices_of(ParticipantRole))
    state = models.CharField(_("state"), max_length=10, choices=choices_of(ParticipantState))
    name = models.CharField(_("name"), max_length=80)
    language = models.CharField(_("language"), max_length=2, choices=Language.choices, default=Language.ENGLISH)
    membership = models.ForeignKey(
        Membership, on_delete=models.PROTECT, related_name="+", verbose_name=_("member"), null=True
    )
    match_number = models.CharField(max_length=2, blank=True)
    created_at = models.DateTimeField(_("created"))
    joined_at = models.DateTimeField(_("joined"), null=True)
    left_seq = models.PositiveBigIntegerField(null=True)

    class Meta:
        verbose_name = _("participant")
        verbose_name_plural = _("participants")
        ordering = ("id",)
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["support_session", "role"],
                condition=models.Q(role__in=["primary_csr", "primary_customer"], state="joined"),
                name="one_primary_of_each_side",
            ),
            models.UniqueConstraint(
                fields=["support_session", "membership"],
                condition=models.Q(membership__isnull=False),
                name="member_once_per_session",
            ),
            models.CheckConstraint(
                condition=models.Q(role__in=["primary_csr", "assisting_csr"], membership__isnull=False)
                | models.Q(role__in=["primary_customer", "secondary_customer"], membership__isnull=True),
                name="csrs_are_members",
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=[str(state) for state in ParticipantState]),
                name="participant_state_known",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_csr(self) -> bool:
        """Tell whether this is a CSR of the site."""
        return self.role in (ParticipantRole.PRIMARY_CSR, ParticipantRole.ASSISTING_CSR)

    @property
    def joined(self) -> bool:
        """Tell whether the participant is inside now."""
        return self.state == ParticipantState.JOINED


class Endpoint(SessionOwned):
    """A program of a participant. `socket` names its one live socket; `lease_until` ends it if the server died.

    `secret_hash` is the SHA-256 of a customer's cookie or of a Support Manager's bearer token.
    `epoch` grows with each change of a grant that this endpoint gave.
    """

    public_id = models.CharField(max_length=22, unique=True, default=new_public_id, editable=False)
    participant = models.ForeignKey(Participant, on_delete=models.PROTECT, related_name="endpoints")
    kind = models.CharField(_("kind"), max_length=20, choices=choices_of(EndpointKind))
    label = models.CharField(_("label"), max_length=120, blank=True)
    secret_hash = models.CharField(max_length=64, null=True, unique=True)  # noqa: DJ001 - unique where present
    public_key = models.CharField(max_length=64, blank=True)
    epoch = models.PositiveIntegerField(default=0)
    socket = models.CharField(max_length=40, blank=True)
    connected = models.BooleanField(_("connected"), default=False)
    lease_until = models.DateTimeField(null=True)
    gone_since = models.DateTimeField(_("gone since"), null=True)
    created_at = models.DateTimeField(_("created"))
    replaced_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("endpoint")
        verbose_name_plural = _("endpoints")
        ordering = ("id",)
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(connected=True, gone_since__isnull=True)
                | models.Q(connected=False, gone_since__isnull=False),
                name="endpoint_gone_or_connected",
            ),
            models.CheckConstraint(
                condition=~models.Q(kind="support_manager")
                | ~models.Q(public_key="") & models.Q(secret_hash__isnull=False),
                name="support_manager_has_key",
            ),
        ]


class AttachPurpose(models.TextChoices):
    """What a one-use code brings in."""

    SUPPORT_MANAGER = "support_manager", _("Support Manager")
    DEVICE = "device", _("another device")


class AttachCode(SessionOwned):
    """A one-use code for a Support Manager or a second device of a participant. Only its hash is kept."""

    participant = models.ForeignKey(Participant, on_delete=models.PROTECT, related_name="+")
    purpose = models.CharField(max_length=20, choices=AttachPurpose.choices)
    code_hash = models.CharField(max_length=64, unique=True)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)


class InvitationChannel(models.TextChoices):
    """How a customer is invited."""

    PHONE = "phone", _("phone")
    EMAIL = "email", _("e-mail")
    MESSAGE = "message", _("instant message")


class Invitation(SessionOwned):
    """An invitation. `address` is kept only until the mail is handed over, its keyed hash for the log."""

    participant = models.ForeignKey(Participant, on_delete=models.PROTECT, related_name="+")
    channel = models.CharField(max_length=10, choices=InvitationChannel.choices)
    address = models.CharField(max_length=254, blank=True)
    address_hash = models.CharField(max_length=64, blank=True)
    language = models.CharField(max_length=2, choices=Language.choices)
    created_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
