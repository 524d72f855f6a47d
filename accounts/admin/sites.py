"""The site itself: its administrators set branding and settings, platform staff host, activity and verification."""

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from unfold.admin import StackedInline
from unfold.widgets import UnfoldAdminEmailInputWidget, UnfoldAdminTextInputWidget

from accounts.admin.base import SiteScopedAdmin
from accounts.admin.fields import PRIVILEGE_FIELDS, PrivilegesForm, TabOrderField
from accounts.admin_access import access_of, actor_of
from accounts.models import Site, SiteSettings
from accounts.services import create_site, record_audit
from accounts.signals import access_changed
from accounts.tenancy import site_of
from supportsite.core.tenancy import site_scope

BRANDING = ("name", "name_ja", "accent", "default_language", "welcome", "welcome_ja")
SETTINGS = (
    "number_life_min",
    "request_timeout_s",
    "idle_end_min",
    "suspend_grace_min",
    "sharing_quality",
    "survey",
    "session_mode",
    "session_limit",
    "console_style",
    "tab_order",
)
PLATFORM = ("host", "verified", "active")


class NewSiteForm(forms.ModelForm):  # type: ignore[type-arg]
    """A site and its first administrator, who sets a password by mail."""

    admin_email = forms.EmailField(label=_("Administrator's e-mail address"), widget=UnfoldAdminEmailInputWidget)
    admin_name = forms.CharField(label=_("Administrator's name"), max_length=80, widget=UnfoldAdminTextInputWidget)

    class Meta:
        model = Site
        fields = ("host", "name", "name_ja", "default_language", "verified")


class SettingsForm(PrivilegesForm):
    """Numbers, the console and privileges."""

    tab_order = TabOrderField(label=_("Order of the tabs"), help_text=_("A CSR may choose another one."))

    class Meta:
        model = SiteSettings
        fields = SETTINGS


class SettingsInline(StackedInline):
    """The settings, on the site's own page."""

    model = SiteSettings
    form = SettingsForm
    fields = (*SETTINGS, *PRIVILEGE_FIELDS)
    can_delete = False
    extra = 0
    max_num = 1
    hide_title = True

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Show them on the page of the request's own site only: others are closed, in the database too."""
        return access_of(request).edits_site and (obj is None or obj.pk == site_of(request).pk)

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """As seeing."""
        return self.has_view_permission(request, obj)

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Never: they are made with the site."""
        return False


@admin.register(Site)
class SiteAdmin(SiteScopedAdmin):
    """One page, two readers: the site's administrators and the platform's staff."""

    inlines = (SettingsInline,)
    list_display = ("name", "host", "verified", "active")
    search_fields = ("host", "name", "name_ja")
    add_fieldsets = (
        (None, {"fields": ("host", "name", "name_ja", "default_language", "verified", "admin_email", "admin_name")}),
    )
    can_delete = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Return all sites for platform staff, else the one of the request."""
        sites = Site.objects.all()
        return sites if access_of(request).is_staff else sites.filter(pk=site_of(request).pk)

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Show it to both."""
        return access_of(request).enters

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Let staff see all, administrators their own."""
        access = access_of(request)
        return access.is_staff or (access.edits_site and self._is_ours(request, obj))

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Let staff make sites."""
        return access_of(request).is_staff

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> tuple[str, ...]:
        """Keep each reader's fields to them."""
        access = access_of(request)
        if obj is None:
            return ()
        branding = () if access.edits_site and self._is_ours(request, obj) else BRANDING
        return (*branding, *(() if access.is_staff else PLATFORM))

    def get_fieldsets(self, request: HttpRequest, obj: Model | None = None) -> Any:
        """Order the fields."""
        if obj is None:
            return self.add_fieldsets
        return ((None, {"fields": BRANDING}), (_("Platform"), {"fields": PLATFORM}))

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:  # noqa: FBT001, FBT002
        """Make sites with another form."""
        if obj is None:
            return super().get_form(request, obj, change, **{**kwargs, "form": NewSiteForm})
        return super().get_form(request, obj, change, **kwargs)

    def save_model(self, request: HttpRequest, obj: Site, form: Any, change: bool) -> None:  # noqa: FBT001
        """Save; a site that is switched off loses its live sockets."""
        if not change:
            data = dict(form.cleaned_data)
            made, _membership = create_site(actor=actor_of(request), **data)
            obj.__dict__.update(made.__dict__)
            return
        obj.save()
        if "active" in form.changed_data:
            site_id = obj.pk
            transaction.on_commit(lambda: access_changed.send(Site, site_id=site_id, user_id=None))

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Keep the site's log to those who edit the site."""
        if not access_of(request).edits_site:
            raise PermissionDenied
        return super().history_view(request, object_id, extra_context)

    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> None:
        """Nothing: the service has logged it."""

    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> None:
        """Write to the log of the site that was changed, which need not be the request's."""
        if message:
            data = {"model": self.opts.label_lower, "object": str(obj.pk), "name": obj.name, "change": message}
            with site_scope(obj):
                record_audit(obj, type="admin.changed", actor=actor_of(request), data=data)

    def _is_ours(self, request: HttpRequest, obj: Any) -> bool:
        return obj is None or obj.pk == site_of(request).pk
