"""Outcome codes, which CSRs choose from at the wrap-up."""

from django.contrib import admin

from accounts.admin.base import SiteScopedAdmin
from acd.models import OutcomeCode


@admin.register(OutcomeCode)
class OutcomeCodeAdmin(SiteScopedAdmin):
    """Codes in use are switched off, not deleted."""

    list_display = ("name", "name_ja", "active", "position")
    list_filter = ("active",)
    search_fields = ("name", "name_ja")
    fields = ("name", "name_ja", "active")
    ordering = ("position", "id")
    ordering_field = "position"
    can_delete = False
