"""Tables of sites and people.

Every row but `Site` and `User` belongs to one site: a scoped manager and row-level security both hold it there.
"""

import secrets
from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _
from django_scopes import ScopedManager

from accounts.console import (
    DEFAULT_SESSION_LIMIT,
    MAX_SESSION_LIMIT,
    MIN_SESSION_LIMIT,
    ConsoleStyle,
    SessionMode,
    default_tab_order,
    validate_tab_order,
)
from accounts.validators import validate_accent, validate_choices, validate_host, validate_privileges
from supportsite.protocol.base import SharingQuality

PUBLIC_ID_BYTES = 16
SHARING_QUALITIES = [
    (SharingQuality.STANDARD.value, _("Standard: sharp first")),
    (SharingQuality.SAMPLING.value, _("Screen sampling: fast first")),
    (SharingQuality.AUTO.value, _("Auto: by what moves")),
]


def new_public_id() -> str:
    """Return a random 22-character id that is safe in URLs."""
    return secrets.token_urlsafe(PUBLIC_ID_BYTES)


class Language(models.TextChoices):
    """The languages of the product."""

    ENGLISH = "en", "English"
    JAPANESE = "ja", "日本語"


class Site(models.Model):
    """A tenant, reached at exactly one host."""

    siteless: ClassVar[str] = "it is the site, found before any scope exists"

    host = models.CharField(_("host"), max_length=253, unique=True, validators=[validate_host])
    name = models.CharField(_("name"), max_length=80)
    name_ja = models.CharField(_("name in Japanese"), max_length=80, blank=True)
    verified = models.BooleanField(_("verified"), default=False)
    active = models.BooleanField(_("active"), default=True)
    accent = models.CharField(_("brand colour"), max_length=7, default="#0F5F73", validators=[validate_accent])
    default_language = models.CharField(
        _("default language"), max_length=2, choices=Language.choices, default=Language.ENGLISH
    )
    welcome = models.CharField(_("welcome text"), max_length=500, blank=True)
    welcome_ja = models.CharField(_("welcome text in Japanese"), max_length=500, blank=True)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    class Meta:
        verbose_name = _("site")
        verbose_name_plural = _("sites")
        ordering = ("host",)

    def __str__(self) -> str:
        return self.name

    def name_in(self, language: str) -> str:
        """Return the name for a reader of `language` ("en", "ja"); English where no other exists."""
        return (self.name_ja if language == Language.JAPANESE else "") or self.name

    def welcome_in(self, language: str) -> str:
        """Return the welcome text for a reader of `language`; English where no other exists."""
        return (self.welcome_ja if language == Language.JAPANESE else "") or self.welcome


class SiteOwned(models.Model):
    """A row of one site. Querying it outside a site scope raises."""

    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="+", editable=False)

    objects: Any = ScopedManager(site="site")

    class Meta:
        abstract = True


def _minutes(name: Any, default: int, low: int, high: int) -> "models.PositiveSmallIntegerField[int, int]":
    return models.PositiveSmallIntegerField(
        name, default=default, validators=[MinValueValidator(low), MaxValueValidator(high)]
    )


class SiteSettings(SiteOwned):
    """What a site's administrator decides about sessions. One row per site."""

    site = models.OneToOneField(Site, on_delete=models.PROTECT, related_name="settings", editable=False)
    number_life_min = _minutes(_("life of a support number, minutes"), 30, 5, 60)
    request_timeout_s = _minutes(_("time to answer a request, seconds"), 60, 15, 300)
    idle_end_min = _minutes(_("end after idle time, minutes"), 30, 5, 480)
    suspend_grace_min = _minutes(_("wait for a lost participant, minutes"), 15, 1, 60)
    sharing_quality = models.CharField(
        _("sharing quality"),
        max_length=10,
        choices=SHARING_QUALITIES,
        default=SharingQuality.AUTO.value,
        help_text=_("What a session starts with; its CSR can change it."),
    )
    survey = models.BooleanField(
        _("survey"), default=True, help_text=_("Ask customers at the end whether their problem was solved.")
    )
    session_mode = models.CharField(
        _("session mode"), max_length=10, choices=SessionMode.choices, default=SessionMode.MULTI
    )
    session_limit = models.PositiveSmallIntegerField(
        _("customers at once"),
        default=DEFAULT_SESSION_LIMIT,
        validators=[MinValueValidator(MIN_SESSION_LIMIT), MaxValueValidator(MAX_SESSION_LIMIT)],
        help_text=_("How many customers a CSR serves at once in multi-session mode."),
    )
    console_style = models.CharField(
        _("console style"), max_length=10, choices=ConsoleStyle.choices, default=ConsoleStyle.DASHBOARD
    )
    tab_order = models.JSONField(_("order of the tabs"), default=default_tab_order, validators=[validate_tab_order])
    privileges = models.JSONField(_("privileges"), default=dict, blank=True, validators=[validate_privileges])

    class Meta:
        verbose_name = _("site settings")
        verbose_name_plural = _("site settings")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(number_life_min__range=(5, 60), request_timeout_s__range=(15, 300)),
                name="settings_in_range",
            ),
            models.CheckConstraint(
                condition=models.Q(session_limit__range=(MIN_SESSION_LIMIT, MAX_SESSION_LIMIT)),
                name="session_limit_in_range",
            ),
        ]

    def __str__(self) -> str:
        return str(_("site settings"))


class Ordered(SiteOwned):
    """A named thing of a site that CSRs choose, shown in the order of `position`."""

    public_id = models.CharField(max_length=22, unique=True, default=new_public_id, editable=False)
    name = models.CharField(_("name"), max_length=80)
    name_ja = models.CharField(_("name in Japanese"), max_length=80, blank=True)
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    active = models.BooleanField(_("active"), default=True)

    class Meta:
        abstract = True
        ordering = ("position", "id")

    def __str__(self) -> str:
        return self.name

    def name_in(self, language: str) -> str:
        """Return the name for a reader of `language`; English where no other exists."""
        return (self.name_ja if language == Language.JAPANESE else "") or self.name


class SessionType(Ordered):
    """A kind of session that a CSR chooses at the start."""

    class Meta(Ordered.Meta):
        verbose_name = _("session type")
        verbose_name_plural = _("session types")
        constraints: ClassVar = [models.UniqueConstraint(fields=["site", "name"], name="session_type_name_once")]


class TrackingCode(Ordered):
    """A field that a CSR fills at the start of a session; free text where there are no choices."""

    required = models.BooleanField(_("required"), default=False)
    choices = models.JSONField(_("choices"), default=list, blank=True, validators=[validate_choices])

    class Meta(Ordered.Meta):
        verbose_name = _("tracking code")
        verbose_name_plural = _("tracking codes")
        constraints: ClassVar = [models.UniqueConstraint(fields=["site", "name"], name="tracking_code_name_once")]


class UserManager(BaseUserManager["User"]):
    """Makes users; an e-mail address is kept in lower case."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """Make a person who signs in with `email`; without a password they must set one by mail first."""
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.full_clean(exclude=["password"])
        user.save(using=self._db)
        return user

    def get_by_natural_key(self, username: str | None) -> "User":
        """Find by e-mail address, whatever its case."""
        return self.get(email=(username or "").lower())


class User(AbstractBaseUser):
    """A person who signs in; rights come from `Membership`."""

    siteless: ClassVar[str] = "one person may belong to several sites"

    public_id = models.CharField(max_length=22, unique=True, default=new_public_id, editable=False)
    email = models.EmailField(_("e-mail address"), unique=True)
    name = models.CharField(_("name"), max_length=80)
    language = models.CharField(_("language"), max_length=2, choices=Language.choices, default=Language.ENGLISH)
    is_active = models.BooleanField(_("active"), default=True)
    is_staff = models.BooleanField(_("platform staff"), default=False)
    date_joined = models.DateTimeField(_("created"), auto_now_add=True)

    objects = UserManager()

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar = ["name"]

    class Meta:
        verbose_name = _("user")
        verbose_name_plural = _("users")
        constraints: ClassVar = [models.CheckConstraint(condition=models.Q(email=Lower("email")), name="email_lower")]

    def __str__(self) -> str:
        return self.name

    def has_perm(self, *_perm: object, **_obj: object) -> bool:
        """Answer no: nobody holds Django's global permissions, rights come from membership and staff session."""
        return False

    def has_perms(self, *_perms: object, **_obj: object) -> bool:
        """Answer no, as `has_perm`."""
        return False

    def has_module_perms(self, *_label: object) -> bool:
        """Answer no, as `has_perm`."""
        return False

    def get_full_name(self) -> str:
        """Return the name that others see."""
        return self.name


class Role(models.TextChoices):
    """What a member is to a site."""

    ADMIN = "admin", _("Site administrator")
    MANAGER = "manager", _("Manager")
    CSR = "csr", _("CSR")


class Membership(SiteOwned):
    """A person's place in a site: role, three-state privileges, how they work at the console.

    `console_style` is the administrator's word, `chosen_style` and `tab_order` are the person's own; empty means
    what the site says.
    """

    public_id = models.CharField(max_length=22, unique=True, default=new_public_id, editable=False)
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", verbose_name=_("user"))
    role = models.CharField(_("role"), max_length=10, choices=Role.choices, default=Role.CSR)
    privileges = models.JSONField(_("privileges"), default=dict, blank=True, validators=[validate_privileges])
    active = models.BooleanField(_("active"), default=True)
    session_limit = models.PositiveSmallIntegerField(
        _("customers at once"),
        null=True,
        blank=True,
        validators=[MinValueValidator(MIN_SESSION_LIMIT), MaxValueValidator(MAX_SESSION_LIMIT)],
        help_text=_("Empty: as the site. Counts in multi-session mode."),
    )
    console_style = models.CharField(
        _("console style"),
        max_length=10,
        choices=ConsoleStyle.choices,
        blank=True,
        help_text=_("Empty: as the site."),
    )
    chosen_style = models.CharField(max_length=10, choices=ConsoleStyle.choices, blank=True, editable=False)
    tab_order = models.JSONField(default=list, blank=True, editable=False)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    class Meta:
        verbose_name = _("member")
        verbose_name_plural = _("members")
        ordering = ("id",)
        constraints: ClassVar = [models.UniqueConstraint(fields=["site", "user"], name="member_once_per_site")]

    def __str__(self) -> str:
        return self.user.name


class ApiToken(SiteOwned):
    """An integrator's key. Only the SHA-256 of the secret is kept; it is shown once, when it is made."""

    public_id = models.CharField(max_length=22, unique=True, default=new_public_id, editable=False)
    name = models.CharField(_("name"), max_length=80)
    prefix = models.CharField(_("begins with"), max_length=16, unique=True, editable=False)
    secret_hash = models.CharField(max_length=64, editable=False)
    scopes = models.JSONField(_("scopes"), default=list)
    created_by = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="+", editable=False, verbose_name=_("made by"), null=True
    )
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    expires_at = models.DateTimeField(_("expires"))
    last_used_at = models.DateTimeField(_("last used"), null=True, editable=False)
    revoked_at = models.DateTimeField(_("revoked"), null=True, editable=False)

    class Meta:
        verbose_name = _("API token")
        verbose_name_plural = _("API tokens")
        ordering = ("-id",)

    def __str__(self) -> str:
        return self.name


class StaffSession(SiteOwned):
    """Platform staff acting on a site: with a reason, for an hour at most, in the site's log."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", verbose_name=_("user"))
    reason = models.CharField(_("reason"), max_length=500)
    started_at = models.DateTimeField(_("started"))
    until = models.DateTimeField(_("until"))
    ended_at = models.DateTimeField(_("ended"), null=True)

    class Meta:
        verbose_name = _("staff session")
        verbose_name_plural = _("staff sessions")
        ordering = ("-id",)
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["site", "user"], condition=models.Q(ended_at=None), name="staff_session_open_once"
            )
        ]

    def __str__(self) -> str:
        return self.reason


class AuditEntry(SiteOwned):
    """One line of a site's log. `n` is dense per site; `hash` chains it to the line before. Append-only."""

    n = models.PositiveBigIntegerField(_("number"))
    at = models.DateTimeField(_("time"))
    type = models.CharField(_("type"), max_length=60)
    actor = models.JSONField(_("actor"))
    data = models.JSONField(_("data"))
    prev_hash = models.CharField(_("hash before"), max_length=64)
    hash = models.CharField(_("hash"), max_length=64)

    class Meta:
        verbose_name = _("audit entry")
        verbose_name_plural = _("audit log")
        ordering = ("-n",)
        constraints: ClassVar = [models.UniqueConstraint(fields=["site", "n"], name="audit_n_dense")]

    def __str__(self) -> str:
        return f"{self.n} {self.type}"


class AuditHead(SiteOwned):
    """The end of a site's chain. `mac` needs the installation's secret, so the database alone cannot forge it."""

    site = models.OneToOneField(Site, on_delete=models.PROTECT, related_name="+", editable=False)
    n = models.PositiveBigIntegerField()
    hash = models.CharField(max_length=64)
    mac = models.CharField(max_length=64)
