"""Pages whose rows the router reads: saved into this site, logged, and the router told."""

from typing import Any

from django.db.models import Model
from django.http import HttpRequest
from unfold.admin import TabularInline

from accounts.admin.base import SiteScopedAdmin, limit_choices, name_widget
from accounts.admin_access import access_of
from accounts.tenancy import site_of
from acd.services.configuring import follow_configuration


class ScopedInline(TabularInline):
    """Rows of this site on the page of the row that they belong to; dragged into their order, or numbered by keys."""

    extra = 0
    ordering_field: str | None = "position"

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Let those who edit the site."""
        return access_of(request).edits_site

    has_change_permission = has_view_permission
    has_add_permission = has_view_permission
    has_delete_permission = has_view_permission

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Name each field for those who do not see its column's head."""
        return name_widget(super().formfield_for_dbfield(db_field, request, **kwargs))

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Offer only rows of this site."""
        if (queryset := limit_choices(db_field, request)) is not None:
            kwargs.setdefault("queryset", queryset)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)


class RouterAdmin(SiteScopedAdmin):
    """Base of pages that decide what the router does."""

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:  # noqa: FBT001
        """Save rows of inlines into this site, new ones at the end."""
        made = formset.save(commit=False)
        for row in made:
            if row.pk is None:
                row.site = site_of(request)
                if hasattr(row, "position"):
                    row.position = formset.initial_form_count() + made.index(row)
            row.save()
        for row in formset.deleted_objects:
            row.delete()
        formset.save_m2m()

    def _log(self, request: HttpRequest, obj: Any, type_: str, message: Any) -> None:
        """Log it, then have the router look at everybody again: in this order, as everywhere (audit, then site)."""
        super()._log(request, obj, type_, message)
        follow_configuration(site_of(request))
