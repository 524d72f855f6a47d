"""Members: invited by e-mail, changed through the service, never deleted."""

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminEmailInputWidget, UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from accounts.admin.base import SiteScopedAdmin
from accounts.admin.fields import PRIVILEGE_FIELDS, PrivilegesForm
from accounts.admin_access import actor_of
from accounts.models import Language, Membership, Role
from accounts.services import change_access, invite_member
from accounts.tenancy import site_of

CONSOLE_FIELDS = ("session_limit", "console_style")


class InviteForm(forms.ModelForm):  # type: ignore[type-arg]
    """Who to invite, as what."""

    email = forms.EmailField(label=_("E-mail address"), widget=UnfoldAdminEmailInputWidget)
    name = forms.CharField(label=_("Name"), max_length=80, widget=UnfoldAdminTextInputWidget)
    language = forms.ChoiceField(label=_("Language"), choices=Language.choices, widget=UnfoldAdminSelectWidget)

    class Meta:
        model = Membership
        fields = ("role",)

    def clean_email(self) -> str:
        """Refuse somebody who is a member already; other sites' people look like strangers."""
        email: str = self.cleaned_data["email"].lower()
        if Membership.objects.filter(user__email=email).exists():
            raise ValidationError(_("This person is a member already."))
        return email


class MemberForm(PrivilegesForm):
    """Role, activity, console, privileges."""

    class Meta:
        model = Membership
        fields = ("role", "active", *CONSOLE_FIELDS)

    def clean(self) -> dict[str, Any]:
        """Refuse to leave the site without an active administrator."""
        cleaned = super().clean()
        stays = cleaned.get("role") == Role.ADMIN and cleaned.get("active")
        admins = Membership.objects.filter(role=Role.ADMIN, active=True).exclude(pk=self.instance.pk)
        if not stays and not admins.exists():
            raise ValidationError(_("A site needs at least one active administrator."))
        return cleaned


@admin.register(Membership)
class MembershipAdmin(SiteScopedAdmin):
    """People of the site."""

    form = MemberForm
    list_display = ("name", "email", "role", "active", "created_at")
    list_display_links = ("name",)
    list_filter = ("role", "active")
    search_fields = ("user__name", "user__email")
    readonly_fields = ("name", "email", "created_at")
    fieldsets = (
        (None, {"fields": ("name", "email", "role", "active", "created_at")}),
        (_("Console"), {"fields": CONSOLE_FIELDS}),
        (_("Privileges"), {"fields": PRIVILEGE_FIELDS, "description": _("A denial of the site wins over this.")}),
    )
    add_fieldsets = ((None, {"fields": ("email", "name", "role", "language")}),)
    can_delete = False

    @admin.display(description=_("Name"), ordering="user__name")
    def name(self, obj: Membership) -> str:
        """Return the person's name."""
        return obj.user.name

    @admin.display(description=_("E-mail address"), ordering="user__email")
    def email(self, obj: Membership) -> str:
        """Return the person's address."""
        return obj.user.email

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Fetch the people along."""
        return super().get_queryset(request).select_related("user")

    def get_readonly_fields(self, request: HttpRequest, obj: Membership | None = None) -> tuple[str, ...]:
        """When inviting, name and address are typed."""
        return self.readonly_fields if obj else ()

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:  # noqa: FBT001, FBT002
        """Invite with another form."""
        if obj is None:
            return super().get_form(request, obj, change, **{**kwargs, "form": InviteForm})
        return super().get_form(request, obj, change, **kwargs)

    def save_model(self, request: HttpRequest, obj: Membership, form: Any, change: bool) -> None:  # noqa: FBT001
        """Go through the services, which log and close sockets."""
        if change:
            actor = actor_of(request)
            console = {name: getattr(obj, name) for name in CONSOLE_FIELDS}
            change_access(
                obj, actor=actor, role=obj.role, active=obj.active, privileges=obj.privileges, console=console
            )
            return
        data = form.cleaned_data
        made = invite_member(
            site_of(request),
            email=data["email"],
            name=data["name"],
            role=data["role"],
            language=data["language"],
            actor=actor_of(request),
        )
        obj.__dict__.update(made.__dict__)

    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> None:
        """Nothing: the service has logged it."""

    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> None:
        """Nothing: the service has logged it."""

    def history_filter(self, obj: Membership) -> dict[str, Any]:
        """Find the lines about this member."""
        return {"data__member": obj.public_id}
