"""CSR states: what the router sees of each CSR. Skills are set here; the rest follows what CSRs do."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from acd.admin.base import RouterAdmin
from acd.admin.editors import SkillsField
from acd.models import CsrState, QueueMember
from acd.services.configuring import set_skills


class CsrStateForm(forms.ModelForm):  # type: ignore[type-arg]
    """Skills on one line."""

    skills = SkillsField(
        label=_("Skills"), help_text=_("What rules ask for, with commas between them: ja, pdf, network.")
    )

    class Meta:
        model = CsrState
        fields = ("skills",)


@admin.register(CsrState)
class CsrStateAdmin(RouterAdmin):
    """One row per CSR who has a queue or was ever there."""

    form = CsrStateForm
    can_add = False
    can_delete = False
    list_display = ("csr", "presence", "reason", "since", "busy", "skill_list", "queues")
    list_filter = ("presence",)
    search_fields = ("csr__user__name", "csr__user__email")
    fields = ("csr", "presence", "reason", "since", "busy", "queues", "skills")
    readonly_fields = ("csr", "presence", "reason", "since", "busy", "queues")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Fetch the people along."""
        return super().get_queryset(request).select_related("csr__user").order_by("csr__user__name")

    @admin.display(description=_("Customers"))
    def busy(self, obj: CsrState) -> str:
        """Return used and possible places; the limit is set with the member."""
        return f"{obj.used + obj.outside} / {obj.wanted_cap}"

    @admin.display(description=_("Skills"))
    def skill_list(self, obj: CsrState) -> str:
        """Return the skills on one line."""
        return ", ".join(obj.skills)

    @admin.display(description=_("Queues"))
    def queues(self, obj: CsrState) -> str:
        """Return the queues that the CSR serves."""
        rows = QueueMember.objects.filter(csr=obj.csr_id).select_related("queue").order_by("queue__position")
        return ", ".join(str(row.queue) for row in rows)

    def save_model(self, request: HttpRequest, obj: CsrState, form: Any, change: bool) -> None:  # noqa: FBT001
        """Nothing yet: the router writes this row, after the log."""

    def _log(self, request: HttpRequest, obj: Any, type_: str, message: Any) -> None:
        """Log it, then have the router take the skills."""
        super()._log(request, obj, type_, message)
        set_skills(obj.csr, obj.skills)
