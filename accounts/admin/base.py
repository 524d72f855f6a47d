"""The one base class of admin pages: whatever a page reads, offers, lists or writes is of the request's site.

Django's own permissions are not asked: who edits the site may do what the page allows. Changes go to the site's log.
"""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Field, Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from unfold.admin import ModelAdmin

from accounts.admin_access import access_of, actor_of
from accounts.models import AuditEntry, Membership, User
from accounts.services import record_audit
from accounts.tenancy import site_of

HISTORY_PAGE = 50
NAME_LENGTH = 120


def limit_choices(field: "Field[Any, Any]", request: HttpRequest) -> QuerySet[Any] | None:
    """Return what a form may offer for a relation: rows of this site, people of this site; None if not ours."""
    model = field.related_model
    if not isinstance(model, type):
        return None
    if issubclass(model, User):
        members = Membership.objects.filter(site=site_of(request)).values("user")
        return User.objects.filter(pk__in=members)
    names = {item.name for item in model._meta.get_fields()}
    if "site" in names:
        return model._default_manager.filter(site=site_of(request))
    return None


def name_widget(field: Any) -> Any:
    """Give a form's field, or None, the name that its column's head shows to those who see it."""
    if field is not None:
        getattr(field.widget, "widget", field.widget).attrs["aria-label"] = str(field.label)
    return field


class SiteScopedAdmin(ModelAdmin):
    """Base of all admin pages for rows of a site."""

    can_add = True
    can_change = True
    can_delete = True
    list_fullwidth = True
    warn_unsaved_form = True
    show_facets = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Return the rows of this site only."""
        rows: QuerySet[Any] = self.model._default_manager.filter(site=site_of(request))
        return rows

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Show the page to those who edit the site."""
        return access_of(request).edits_site

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Let those who edit the site read its rows."""
        return access_of(request).edits_site and self._is_ours(request, obj)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Let those who edit the site add, where the page does."""
        return self.can_add and access_of(request).edits_site

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Let those who edit the site change, where the page does."""
        return self.can_change and self.has_view_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Let those who edit the site delete, where the page does."""
        return self.can_delete and self.has_view_permission(request, obj)

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Name the numbers of a list that is ordered by them."""
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        return name_widget(field) if db_field.name == self.ordering_field else field

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Offer only rows of this site."""
        if (queryset := limit_choices(db_field, request)) is not None:
            kwargs["queryset"] = queryset
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Offer only rows of this site."""
        if (queryset := limit_choices(db_field, request)) is not None:
            kwargs["queryset"] = queryset
        return super().formfield_for_manytomany(db_field, request, **kwargs)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:  # noqa: FBT001
        """Save into this site, whatever the form says."""
        if change and not self._is_ours(request, obj):
            raise PermissionDenied
        obj.site = site_of(request)
        super().save_model(request, obj, form, change)

    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> None:
        """Write to the site's log instead of Django's."""
        self._log(request, obj, "admin.added", message)

    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> None:
        """Write to the site's log instead of Django's."""
        if message:
            self._log(request, obj, "admin.changed", message)

    def log_deletions(self, request: HttpRequest, queryset: Any) -> None:
        """Write to the site's log instead of Django's."""
        for obj in queryset:
            self._log(request, obj, "admin.deleted", "")

    def history_filter(self, obj: Any) -> dict[str, Any]:
        """Return what finds the lines of the site's log that are about one row."""
        return {"data__model": self.opts.label_lower, "data__object": str(obj.pk)}

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Show what the site's log says about one row."""
        obj = self.get_object(request, object_id)
        if obj is None:
            missing: HttpResponse = self._get_obj_does_not_exist_redirect(request, self.opts, object_id)
            return missing
        if not self.has_view_permission(request, obj):
            raise PermissionDenied
        lines = AuditEntry.objects.filter(site=site_of(request), **self.history_filter(obj)).order_by("-n")
        context = {
            **self.admin_site.each_context(request),
            "title": _("Change history: %s") % obj,
            "subtitle": None,
            "lines": Paginator(lines, HISTORY_PAGE).get_page(request.GET.get("page")),
            "module_name": str(capfirst(self.opts.verbose_name_plural)),
            "object": obj,
            "opts": self.opts,
            "preserved_filters": self.get_preserved_filters(request),
            **(extra_context or {}),
        }
        request.current_app = self.admin_site.name
        return TemplateResponse(request, "admin/audit_history.html", context)

    def _is_ours(self, request: HttpRequest, obj: Any) -> bool:
        return obj is None or obj.site_id is None or obj.site_id == site_of(request).pk

    def _log(self, request: HttpRequest, obj: Any, type_: str, message: Any) -> None:
        record_audit(
            site_of(request),
            type=type_,
            actor=actor_of(request),
            data={
                "model": self.opts.label_lower,
                "object": str(obj.pk),
                "name": str(obj)[:NAME_LENGTH],
                "change": message,
            },
        )


class ReadOnlyAdmin(SiteScopedAdmin):
    """Base of pages that only show; for logs and sessions."""

    can_add = False
    can_change = False
    can_delete = False
    actions = None
