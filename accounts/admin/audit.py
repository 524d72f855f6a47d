"""The site's log, and who of the platform's staff was there."""

import json

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from accounts.admin.base import ReadOnlyAdmin
from accounts.models import AuditEntry, StaffSession


@admin.register(AuditEntry)
class AuditEntryAdmin(ReadOnlyAdmin):
    """Every line, as it was written."""

    list_display = ("n", "time", "type", "actor_name", "details")
    list_display_links = ("n",)
    list_filter = (("at", admin.DateFieldListFilter),)
    search_fields = ("type",)
    search_help_text = _("Type of the line, such as member.changed")
    fields = ("n", "at", "type", "actor", "data", "prev_hash", "hash")
    ordering = ("-n",)
    show_full_result_count = False

    @admin.display(description=_("Time"), ordering="at")
    def time(self, obj: AuditEntry) -> str:
        """Return the time in UTC, sortable."""
        return f"{obj.at:%Y-%m-%d %H:%M:%S}"

    @admin.display(description=_("Who"))
    def actor_name(self, obj: AuditEntry) -> str:
        """Return the name, or the kind of actor without one."""
        name = str(obj.actor.get("name") or obj.actor.get("kind", ""))
        return f"{name} ({_('platform staff')})" if obj.actor.get("kind") == "platform_staff" else name

    @admin.display(description=_("Details"))
    def details(self, obj: AuditEntry) -> str:
        """Return the content on one line."""
        return json.dumps(obj.data, ensure_ascii=False)[:160] if obj.data else ""


@admin.register(StaffSession)
class StaffSessionAdmin(ReadOnlyAdmin):
    """When the platform's staff had the site open, and why."""

    list_display = ("user", "reason", "started_at", "until", "ended_at")
    list_select_related = ("user",)
    fields = ("user", "reason", "started_at", "until", "ended_at")
