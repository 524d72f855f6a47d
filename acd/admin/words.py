"""Rules and hours in words, as administrators read them."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.utils.functional import Promise
from django.utils.text import get_text_list
from django.utils.translation import get_language, gettext, pgettext
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership
from acd.hours import find_opening, zone_of
from acd.models import FormField, Queue, RoutingRule
from acd.rules import Check, Op, Step

FIELD_NAMES: dict[str, Promise] = {
    "language": _("language"),
    "entry_url": _("address of the page"),
    "referrer": _("referrer of the page"),
    "returning": _("returning customer"),
    "hour": _("hour of the day"),
}
OP_NAMES: dict[str, Promise] = {
    Op.CONTAINS: _("contains"),
    Op.EQUALS: _("equals"),
    Op.STARTS_WITH: _("starts with"),
    Op.LESS_THAN: _("is less than"),
    Op.GREATER_THAN: _("is greater than"),
    Op.IN_LIST: _("is one of"),
}
REFUSALS: dict[str, Promise] = {
    "loop": _("It would lead in a circle."),
    "too_many_hops": _("The customer was passed on five times already."),
    "queue_gone": _("Its queue is switched off or gone."),
    "csrs_gone": _("None of its CSRs is a member any more."),
}


def field_label(name: str, labels: Mapping[str, str] | None = None) -> str:
    """Return what a condition's field is called; `labels` are those of the form's fields by key."""
    kind, _dot, key = name.partition(".")
    if kind == "form":
        return (labels or {}).get(key, key)
    if kind == "context" and key:
        return gettext("signed context “%(key)s”") % {"key": key}
    return str(FIELD_NAMES.get(name, name))


def describe_condition(condition: Mapping[str, Any], labels: Mapping[str, str] | None = None) -> str:
    """Return a condition as a phrase."""
    value = condition["value"]
    quoted = [gettext("“%(text)s”") % {"text": item} for item in (value if isinstance(value, list) else [value])]
    shown = get_text_list(quoted, gettext("or"))
    return f"{field_label(condition['field'], labels)} {OP_NAMES.get(condition['op'], condition['op'])} {shown}"


def describe_target(target: Mapping[str, Any]) -> str:
    """Return what a rule does, or what all rules that fired do together, as a phrase."""
    return "; ".join(_target_parts(target)) or gettext("the CSRs of the queue")


def _target_parts(target: Mapping[str, Any]) -> Iterable[str]:
    if "queue" in target:
        queue = Queue.objects.filter(public_id=target["queue"]).first()
        yield gettext("queue %(name)s") % {"name": queue.name_in(get_language() or "en") if queue else "–"}
    if target.get("csrs"):
        members = Membership.objects.filter(public_id__in=target["csrs"]).select_related("user")
        yield gettext("only %(names)s") % {"names": ", ".join(sorted(str(member) for member in members)) or "–"}
    if "priority" in target:
        yield gettext("priority %(number)d") % {"number": target["priority"]}
    if target.get("skills"):
        yield gettext("needs %(skills)s") % {"skills": ", ".join(target["skills"])}
    if target.get("prefers"):
        yield gettext("prefers %(skills)s") % {"skills": ", ".join(target["prefers"])}
    if "sticky_s" in target:
        yield gettext("their last CSR for %(seconds)d s") % {"seconds": target["sticky_s"]}


def describe_rule(rule: RoutingRule) -> str:
    """Return a rule as one sentence."""
    labels = form_labels(rule.queue)
    conditions = gettext(" and ").join(describe_condition(item, labels) for item in rule.conditions)
    words = {"name": rule.name, "conditions": conditions, "target": describe_target(rule.target)}
    return gettext("%(name)s: if %(conditions)s, then %(target)s") % words


def form_labels(queue: Queue | None) -> dict[str, str]:
    """Return the labels of a queue's form by key; of all queues for None."""
    fields = FormField.objects.all() if queue is None else FormField.objects.filter(queue=queue)
    return {field.key: field.name_in(get_language() or "en") for field in fields}


def describe_step(step: Step, labels: Mapping[str, str]) -> list[tuple[bool, str]]:
    """Return why a rule fired or not: for each condition whether it held, and the sentence."""
    lines = [(check.holds, _describe_check(check, labels)) for check in step.checks]
    if step.refused:
        lines.append((False, str(REFUSALS[step.refused])))
    return lines


def _describe_check(check: Check, labels: Mapping[str, str]) -> str:
    condition = describe_condition({"field": check.field, "op": check.op, "value": check.value}, labels)
    if check.actual is None:
        return gettext("%(condition)s: nothing was said") % {"condition": condition}
    return gettext("%(condition)s: it is “%(actual)s”") % {"condition": condition, "actual": check.actual}


def describe_opening(queue: Queue, at: datetime) -> str:
    """Return whether a queue is open, and until when on its own clock."""
    if not queue.active:
        return gettext("Switched off")
    opening = find_opening(queue.hours, queue.holidays, queue.timezone, at, queue.override)
    if opening.until is None:
        return pgettext("queue", "Open") if opening.open else pgettext("queue", "Closed")
    until = f"{opening.until.astimezone(zone_of(queue.timezone)):%Y-%m-%d %H:%M}"
    words = gettext("Open until %(time)s") if opening.open else gettext("Closed until %(time)s")
    return words % {"time": until}


def list_csrs(members: Sequence[Membership]) -> list[tuple[str, str]]:
    """Return members as choices by public id."""
    return [(member.public_id, str(member)) for member in members]
