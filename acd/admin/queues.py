"""Queues: what they do, when they are open, who serves and who manages them, their forms, their rules."""

from functools import lru_cache
from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminSelect2Widget,
    UnfoldAdminTextareaWidget,
)

from accounts.admin.fields import LinesField
from accounts.models import Role
from accounts.validators import validate_choices
from acd.admin.base import RouterAdmin, ScopedInline
from acd.admin.editors import HolidaysField, HoursField
from acd.admin.tester import rule_tester_view
from acd.admin.words import describe_opening, describe_rule
from acd.models import FormField, Queue, QueueManager, QueueMember, RoutingRule
from supportsite.core import clock


@lru_cache(maxsize=1)
def list_zones() -> list[tuple[str, str]]:
    """Return the time zones that can be chosen."""
    return [(name, name.replace("_", " ")) for name in sorted(available_timezones())]


class QueueForm(forms.ModelForm):  # type: ignore[type-arg]
    """A queue with readable hours."""

    timezone = forms.ChoiceField(label=_("Time zone"), choices=list_zones, widget=UnfoldAdminSelect2Widget)
    hours = HoursField(
        label=_("Hours"),
        help_text=_("Such as 09:00-12:00, 13:00-17:00, or 22:00-06:00 over midnight. All lines empty: day and night."),
    )
    holidays = HolidaysField(
        label=_("Holidays"),
        required=False,
        help_text=_("One a line: “2026-12-25 Christmas” is closed, “2026-12-24 Eve 09:00-12:00” has its own hours."),
    )

    class Meta:
        model = Queue
        fields = ("timezone", "hours", "holidays")  # relations need the request's site

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "overflow_queue" in self.fields and self.instance.pk:
            others = self.fields["overflow_queue"].queryset.exclude(pk=self.instance.pk)  # type: ignore[attr-defined]
            self.fields["overflow_queue"].queryset = others  # type: ignore[attr-defined]


class MembersInline(ScopedInline):
    """CSRs of the queue, dragged into their order."""

    model = QueueMember
    fields = ("csr", "tier", "delay_s", "priority", "position")


class ManagersInline(ScopedInline):
    """Managers to whom only chosen queues are open."""

    model = QueueManager
    fields = ("manager",)
    ordering_field = None

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Offer managers."""
        field = super().formfield_for_foreignkey(db_field, request, **kwargs)
        if db_field.name == "manager":
            field.queryset = field.queryset.filter(role=Role.MANAGER)
        return field


class FieldForm(forms.ModelForm):  # type: ignore[type-arg]
    """Choices as lines."""

    choices = LinesField(
        label=_("Choices"),
        required=False,
        validators=[validate_choices],
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 2, "aria-label": _("Choices")}),
    )

    class Meta:
        model = FormField
        fields = ("name", "name_ja", "key", "kind", "required", "choices", "active", "position")

    def clean(self) -> dict[str, Any]:
        """A choice needs something to choose from."""
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("kind") == "choice" and not cleaned.get("choices") and "choices" not in self.errors:
            self.add_error("choices", _("Enter the choices, one a line."))
        return cleaned


class FieldsInline(ScopedInline):
    """The entry form, dragged into its order."""

    model = FormField
    form = FieldForm
    fields = ("name", "name_ja", "key", "kind", "required", "choices", "active", "position")


class RulesInline(ScopedInline):
    """The queue's rules, dragged into their order; each is edited on its own page."""

    model = RoutingRule
    fields = ("sentence", "active", "position")
    readonly_fields = ("sentence",)
    show_change_link = True
    max_num = 0
    template_after = "admin/acd/rules_else.html"

    @admin.display(description=_("Rule"))
    def sentence(self, obj: RoutingRule) -> str:
        """Return the rule in words."""
        return describe_rule(obj)


@admin.register(Queue)
class QueueAdmin(RouterAdmin):
    """Queues are switched off, not deleted: their history stays."""

    form = QueueForm
    inlines = (MembersInline, RulesInline, FieldsInline, ManagersInline)
    list_display = ("name", "name_ja", "strategy", "opening", "active", "position")
    list_filter = ("active", "strategy")
    search_fields = ("name", "name_ja")
    ordering = ("position", "id")
    ordering_field = "position"
    can_delete = False
    readonly_fields = ("opening", "tester")
    fieldsets = (
        (None, {"fields": ("name", "name_ja", "active", "strategy", "opening", "tester")}),
        (_("Hours"), {"fields": ("timezone", "hours", "holidays", "override")}),
        (
            _("Customers"),
            {
                "fields": (
                    "show_position",
                    "show_wait",
                    "maxlen",
                    "max_wait_s",
                    "require_staff",
                    "closed_behaviour",
                    "full_behaviour",
                )
            },
        ),
        (
            _("CSRs"),
            {
                "fields": (
                    "offer_timeout_s",
                    "decline_delay_s",
                    "miss_delay_s",
                    "max_missed",
                    "wrapup_s",
                    "allow_pick",
                )
            },
        ),
        (
            _("Order and overflow"),
            {
                "fields": (
                    "ageing_s",
                    "transfer_boost",
                    "overflow_queue",
                    "overflow_after_s",
                    "overflow_keep_wait",
                )
            },
        ),
        (_("Service level"), {"fields": ("sl_seconds", "short_abandon_s")}),
    )

    def get_changelist_form(self, request: HttpRequest, **kwargs: Any) -> Any:
        """Let the list change the order only."""
        return super().get_changelist_form(request, **{**kwargs, "fields": ("position",)})

    def get_urls(self) -> list[URLPattern]:
        """Add the rule tester."""
        tester = path(
            "<int:queue_id>/test-rules/",
            self.admin_site.admin_view(lambda request, queue_id: rule_tester_view(self, request, queue_id)),
            name="acd_queue_test_rules",
        )
        return [tester, *super().get_urls()]

    @admin.display(description=_("Now"))
    def opening(self, obj: Queue) -> str:
        """Return whether the queue is open, and until when."""
        return describe_opening(obj, clock.now()) if obj.pk else ""

    @admin.display(description=_("Rule tester"))
    def tester(self, obj: Queue) -> str | SafeString:
        """Link the tester."""
        if not obj.pk:
            return ""
        address = reverse("admin:acd_queue_test_rules", args=[obj.pk])
        return format_html('<a class="text-link underline" href="{}">{}</a>', address, _("Try the rules with a form"))
