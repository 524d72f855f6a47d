"""Rules: conditions as rows of field, comparison and value; targets as ordinary fields. No JSON to read."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminCheckboxSelectMultipleWidget,
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextInputWidget,
)

from accounts.models import Membership
from acd.admin.base import RouterAdmin
from acd.admin.editors import SkillsField, split_list
from acd.admin.words import FIELD_NAMES, OP_NAMES, describe_rule, list_csrs
from acd.models import FormField, Queue, RoutingRule
from acd.routing import MAX_PRIORITY
from acd.rules import MAX_CONDITIONS, MAX_STICKY_S, Op, validate_conditions, validate_target, validate_ways

PARTS = ("field", "key", "op", "value")
CONTEXT = "context."
YES_NO = {"yes": "yes", "no": "no", "はい": "yes", "いいえ": "no"}


def field_choices() -> list[tuple[str, Any]]:
    """Return what conditions can ask about: the fields of all forms, then what is known of every customer."""
    language = get_language() or "en"
    labels: dict[str, str] = {}
    for field in FormField.objects.select_related("queue").order_by("queue__position", "position"):
        labels.setdefault(field.key, field.name_in(language))
    form = [(f"form.{key}", label) for key, label in labels.items()]
    groups: list[tuple[str, Any]] = [("", "–")]
    if form:
        groups.append((str(_("Entry form")), form))
    return [*groups, (str(_("Customer")), [*FIELD_NAMES.items(), (CONTEXT, _("signed context, by its key"))])]


class ConditionsWidget(forms.MultiWidget):
    """Rows of field, key of the signed context, comparison, value; rows that are empty wait behind a button."""

    template_name = "acd/widgets/conditions.html"

    def __init__(self) -> None:
        parts: dict[str, forms.Widget | type[forms.Widget]] = {}
        for row in range(MAX_CONDITIONS):
            parts |= {
                f"{row}_field": UnfoldAdminSelectWidget(attrs={"aria-label": _("Field")}),
                f"{row}_key": UnfoldAdminTextInputWidget(attrs={"aria-label": _("Key of the signed context")}),
                f"{row}_op": UnfoldAdminSelectWidget(
                    choices=list(OP_NAMES.items()), attrs={"aria-label": _("Comparison")}
                ),
                f"{row}_value": UnfoldAdminTextInputWidget(attrs={"aria-label": _("Value")}),
            }
        super().__init__(parts)

    def decompress(self, value: Any) -> list[str]:
        """Spread conditions over the rows."""
        flat: list[str] = []
        for condition in value or []:
            name = str(condition["field"])
            context = name.startswith(CONTEXT)
            wanted = condition["value"]
            text = ", ".join(wanted) if isinstance(wanted, list) else str(wanted)
            flat += [CONTEXT if context else name, name[len(CONTEXT) :] if context else "", condition["op"], text]
        return [*flat, *[""] * (len(PARTS) * MAX_CONDITIONS - len(flat))]

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        """Give the template rows of parts."""
        choices = field_choices()
        for row in range(MAX_CONDITIONS):
            self.widgets[row * len(PARTS)].choices = choices  # type: ignore[attr-defined]
        context: dict[str, Any] = super().get_context(name, value, attrs)
        parts = context["widget"]["subwidgets"]
        rows = [dict(zip(PARTS, parts[at : at + len(PARTS)], strict=True)) for at in range(0, len(parts), len(PARTS))]
        used = [index for index, row in enumerate(rows) if row["field"]["value"] not in ([], [""], None)]
        context["rows"] = rows
        context["shown"] = max(used, default=0) + 1
        return context


class ConditionsField(forms.MultiValueField):
    """The conditions of a rule."""

    def __init__(self, **kwargs: Any) -> None:
        parts = [forms.CharField(required=False, max_length=400) for _part in range(len(PARTS) * MAX_CONDITIONS)]
        super().__init__(parts, widget=ConditionsWidget(), require_all_fields=False, required=False, **kwargs)

    def compress(self, data_list: Sequence[str]) -> list[dict[str, Any]]:
        """Return the rows that say something."""
        rows = [data_list[at : at + len(PARTS)] for at in range(0, len(data_list), len(PARTS))]
        conditions = [self._condition(*row) for row in rows if row[0] and row[3].strip()]
        validate_conditions(conditions)
        return conditions

    def clean(self, value: Any) -> Any:
        """Refuse a rule without conditions also where no row was filled in."""
        cleaned = super().clean(value)
        validate_conditions(cleaned)
        return cleaned

    @staticmethod
    def _condition(name: str, key: str, op: str, value: str) -> dict[str, Any]:
        wanted: Any = value.strip()
        if op == Op.IN_LIST:
            wanted = split_list(wanted)
        if name == "returning":
            wanted = YES_NO.get(str(wanted).casefold(), wanted)
        return {"field": f"{CONTEXT}{key.strip()}" if name == CONTEXT else name, "op": op, "value": wanted}


class RuleForm(forms.ModelForm):  # type: ignore[type-arg]
    """A rule whose target is spread over ordinary fields."""

    conditions = ConditionsField(label=_("If all of these hold"))
    target_queue: "forms.ModelChoiceField[Queue]" = forms.ModelChoiceField(
        None, label=_("Queue"), required=False, widget=UnfoldAdminSelectWidget
    )
    target_csrs = forms.MultipleChoiceField(
        label=_("Only these CSRs"),
        required=False,
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
        help_text=_("The customer waits for one of them, whoever else is free."),
    )
    target_priority = forms.IntegerField(
        label=_("Priority"),
        required=False,
        min_value=0,
        max_value=MAX_PRIORITY,
        widget=UnfoldAdminIntegerFieldWidget,
        help_text=_("0 to 9; who has more goes first. Without one it is 0."),
    )
    target_skills = SkillsField(label=_("Needs skills"), help_text=_("With commas between them."))
    target_prefers = SkillsField(label=_("Prefers skills"), help_text=_("Who has them goes first among those free."))
    target_sticky_s = forms.IntegerField(
        label=_("Prefer the last CSR for, seconds"),
        required=False,
        min_value=1,
        max_value=MAX_STICKY_S,
        widget=UnfoldAdminIntegerFieldWidget,
    )

    class Meta:
        model = RoutingRule
        fields = ("name", "name_ja", "active", "conditions")  # relations need the request's site

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        target = self.instance.target or {}
        self.fields["target_queue"].queryset = Queue.objects.filter(active=True)  # type: ignore[attr-defined]
        members = Membership.objects.filter(active=True).select_related("user").order_by("user__name")
        self.fields["target_csrs"].choices = list_csrs(list(members))  # type: ignore[attr-defined]
        for key in ("csrs", "priority", "skills", "prefers", "sticky_s"):
            self.fields[f"target_{key}"].initial = target.get(key)
        if "queue" in target:
            self.fields["target_queue"].initial = Queue.objects.filter(public_id=target["queue"]).first()

    def clean(self) -> dict[str, Any]:
        """Collect the target; refuse circles and ways of more than five queues."""
        cleaned: dict[str, Any] = super().clean() or {}
        queue: Queue | None = cleaned.get("target_queue")
        target = {
            "queue": queue.public_id if queue else None,
            "csrs": cleaned.get("target_csrs"),
            "priority": cleaned.get("target_priority"),
            "skills": cleaned.get("target_skills"),
            "prefers": cleaned.get("target_prefers"),
            "sticky_s": cleaned.get("target_sticky_s"),
        }
        chosen = {key: value for key, value in target.items() if value not in (None, "", [])}
        validate_target(chosen)
        own = cleaned.get("queue")
        if own is not None and queue is not None and cleaned.get("active"):
            self._refuse_circle(own, queue)
        self.instance.target = chosen
        return cleaned

    def _refuse_circle(self, own: Queue, queue: Queue) -> None:
        others = RoutingRule.objects.filter(active=True).exclude(pk=self.instance.pk).select_related("queue")
        edges = [(rule.queue.public_id, rule.target["queue"]) for rule in others if "queue" in rule.target]
        try:
            validate_ways([*edges, (own.public_id, queue.public_id)])
        except ValidationError as error:
            self.add_error("target_queue", error)


@admin.register(RoutingRule)
class RoutingRuleAdmin(RouterAdmin):
    """A rule on its own page; their order is set on the queue's."""

    form = RuleForm
    list_display = ("sentence", "queue", "active", "position")
    list_display_links = ("sentence",)
    list_filter = ("queue", "active")
    list_select_related = ("queue",)
    search_fields = ("name", "name_ja")
    ordering = ("queue__position", "queue", "position", "id")
    fieldsets = (
        (None, {"fields": ("queue", "name", "name_ja", "active")}),
        (_("If"), {"fields": ("conditions",)}),
        (
            _("Then"),
            {
                "fields": (
                    "target_queue",
                    "target_csrs",
                    "target_priority",
                    "target_skills",
                    "target_prefers",
                    "target_sticky_s",
                ),
                "description": _("If no rule of a queue fires, its CSRs take the customer. This last line is fixed."),
            },
        ),
    )

    @admin.display(description=_("Rule"))
    def sentence(self, obj: RoutingRule) -> str:
        """Return the rule in words."""
        return describe_rule(obj)

    def save_model(self, request: HttpRequest, obj: RoutingRule, form: Any, change: bool) -> None:  # noqa: FBT001
        """Put a new rule behind the queue's others."""
        if not change:
            last = RoutingRule.objects.filter(queue=obj.queue).order_by("-position").first()
            obj.position = last.position + 1 if last else 0
        super().save_model(request, obj, form, change)
