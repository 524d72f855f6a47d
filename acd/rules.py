"""Which queue and which CSRs a customer goes to. Pure: no clock and no database.

A rule fires where all its conditions hold; a queue's first rule that fires wins, else the queue's CSRs take over.
A condition is {"field", "op", "value"}. Fields: `form.KEY` and `context.KEY` (what the form and the host page said),
`language` (en, ja), `entry_url`, `referrer`, `returning` (yes, no), `hour` (0 to 23 in the queue's zone).
A target is {"queue", "csrs", "priority", "skills", "prefers", "sticky_s"}, all optional; queues and CSRs by public id.
A rule that leads to another queue has that queue's rules asked next, at most `MAX_HOPS` times and never in a circle.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from acd.routing import MAX_HOPS, MAX_PRIORITY

MAX_CONDITIONS = 10
MAX_VALUE = 200
MAX_LIST = 50
MAX_CSRS = 50
MAX_SKILLS = 20
MAX_SKILL = 40
MAX_STICKY_S = 3600
PLAIN_FIELDS = ("language", "entry_url", "referrer", "returning", "hour")
TARGET_KEYS = frozenset({"queue", "csrs", "priority", "skills", "prefers", "sticky_s"})

_NAMED_FIELD = re.compile(r"(form|context)\.[-a-zA-Z0-9_]{1,40}")


class Op(StrEnum):
    """How a condition compares; texts without regard to case and width."""

    CONTAINS = "contains"
    EQUALS = "equals"
    STARTS_WITH = "starts_with"
    LESS_THAN = "less_than"
    GREATER_THAN = "greater_than"
    IN_LIST = "in_list"


@dataclass(frozen=True)
class Rule:
    """A rule as the decision sees it; `rule_id` is its public id."""

    rule_id: str
    name: str
    conditions: Sequence[Mapping[str, Any]]
    target: Mapping[str, Any]


@dataclass(frozen=True)
class Check:
    """One condition that was tried: what the customer said, and whether it held."""

    field: str
    op: str
    value: Any
    actual: str | None
    holds: bool


@dataclass(frozen=True)
class Step:
    """One rule that was tried in a queue; `refused` names why a rule that held was not followed."""

    queue: str
    rule_id: str
    rule: str
    fired: bool
    checks: tuple[Check, ...]
    refused: str = ""  # "loop", "too_many_hops", "queue_gone", "csrs_gone"


@dataclass(frozen=True)
class Decision:
    """Where a customer goes. `target` has no "queue"; `rule` names the last rule that fired, "" for the ELSE."""

    queue: str
    target: Mapping[str, Any]
    rule: str
    trail: tuple[Step, ...]


@dataclass
class _Way:
    queue: str
    target: dict[str, Any] = field(default_factory=dict)
    rule: str = ""
    trail: list[Step] = field(default_factory=list)
    visited: list[str] = field(default_factory=list)


def decide(
    start: str,
    rules: Mapping[str, Sequence[Rule]],
    facts: Mapping[str, Mapping[str, Any]],
    *,
    csrs: frozenset[str] = frozenset(),
) -> Decision:
    """Return where a customer who enters queue `start` goes, and why.

    Args:
        start: public id of the entry's queue.
        rules: active rules in order, by public id of each queue that can be entered.
        facts: what is known of the customer, field by field, as seen from each queue (the hour is the queue's).
        csrs: public ids of the CSRs that rules may name; a rule whose CSRs are all gone does not count.
    """
    way = _Way(start, visited=[start])
    while (step := _next_queue(way, rules, facts, csrs)) is not None:
        way.queue = step
        way.visited.append(step)
    return Decision(way.queue, way.target, way.rule, tuple(way.trail))


def _next_queue(
    way: _Way,
    rules: Mapping[str, Sequence[Rule]],
    facts: Mapping[str, Mapping[str, Any]],
    csrs: frozenset[str],
) -> str | None:
    """Try the rules of the queue that is reached; return the queue that the one that fires leads to, or None."""
    for rule in rules.get(way.queue, ()):
        checks = tuple(check_condition(condition, facts[way.queue]) for condition in rule.conditions)
        held = all(check.holds for check in checks)
        refused = _refusal(way, rule, rules, csrs) if held else ""
        way.trail.append(Step(way.queue, rule.rule_id, rule.name, held and not refused, checks, refused))
        if not held or refused:
            continue
        way.rule = rule.name
        way.target = _join(way.target, rule.target, csrs)
        following: str | None = rule.target.get("queue")
        return following
    return None


def _refusal(way: _Way, rule: Rule, rules: Mapping[str, Sequence[Rule]], csrs: frozenset[str]) -> str:
    queue = rule.target.get("queue")
    if queue is not None and queue not in rules:
        return "queue_gone"
    if queue is not None and queue in way.visited:
        return "loop"
    if queue is not None and len(way.visited) > MAX_HOPS:
        return "too_many_hops"
    named = rule.target.get("csrs")
    return "csrs_gone" if named and not csrs.intersection(named) else ""


def _join(before: Mapping[str, Any], target: Mapping[str, Any], csrs: frozenset[str]) -> dict[str, Any]:
    """Return the target so far with what a later rule adds: its word wins, skills add up."""
    joined = {**before, **{key: value for key, value in target.items() if key != "queue"}}
    for key in ("skills", "prefers"):
        if before.get(key) and target.get(key):
            joined[key] = list(dict.fromkeys([*before[key], *target[key]]))
    if target.get("csrs"):
        joined["csrs"] = [csr for csr in target["csrs"] if csr in csrs]
    elif target.get("queue"):
        joined.pop("csrs", None)  # named CSRs belong to the queue that named them
    return joined


def check_condition(condition: Mapping[str, Any], facts: Mapping[str, Any]) -> Check:
    """Tell whether one condition holds; what the customer did not say holds for nothing."""
    name, op, value = condition["field"], condition["op"], condition["value"]
    actual = facts.get(name)
    if actual is None or str(actual).strip() == "":
        return Check(name, op, value, None, holds=False)
    return Check(name, op, value, str(actual), holds=_holds(op, fold(str(actual)), value))


def _holds(op: str, actual: str, value: Any) -> bool:
    if op == Op.IN_LIST:
        return any(_equal(actual, fold(str(item))) for item in value)
    wanted = fold(str(value))
    if op == Op.CONTAINS:
        return wanted in actual
    if op == Op.STARTS_WITH:
        return actual.startswith(wanted)
    if op == Op.EQUALS:
        return _equal(actual, wanted)
    left, right = _number(actual), _number(wanted)
    if left is None or right is None:
        return False
    return left < right if op == Op.LESS_THAN else left > right


def fold(text: str) -> str:
    """Return a text as it is compared: one width, one case, trimmed."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold()).strip()


def _equal(actual: str, wanted: str) -> bool:
    if actual == wanted:
        return True
    left, right = _number(actual), _number(wanted)
    return left is not None and left == right


def _number(text: str) -> Decimal | None:
    try:
        number = Decimal(text.replace(",", ""))
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def validate_conditions(value: Any) -> None:
    """Accept 1 to 10 conditions in the form that stands above; ValidationError otherwise."""
    if not isinstance(value, list) or not 1 <= len(value) <= MAX_CONDITIONS:
        raise ValidationError(_("A rule has one to ten conditions."), code="bad_conditions")
    for condition in value:
        if not isinstance(condition, dict) or set(condition) != {"field", "op", "value"}:
            raise ValidationError(_("A condition has a field, a comparison and a value."), code="bad_conditions")
        _validate_condition(condition["field"], condition["op"], condition["value"])


def _validate_condition(name: Any, op: Any, value: Any) -> None:
    known = isinstance(name, str) and (name in PLAIN_FIELDS or _NAMED_FIELD.fullmatch(name))
    if not known or op not in list(Op):
        raise ValidationError(_("This field or comparison is unknown."), code="bad_field")
    values = value if op == Op.IN_LIST else [value]
    if not isinstance(values, list) or not 1 <= len(values) <= MAX_LIST:
        raise ValidationError(_("A list has one to fifty values."), code="bad_value")
    if any(not isinstance(item, str) or not item.strip() or len(item) > MAX_VALUE for item in values):
        raise ValidationError(_("A value is a text of 1 to 200 characters."), code="bad_value")
    numeric = op in (Op.LESS_THAN, Op.GREATER_THAN) or name == "hour"
    if numeric and any(_number(fold(item)) is None for item in values):
        raise ValidationError(_("Enter a number."), code="bad_value")
    if name == "returning" and (op != Op.EQUALS or value not in ("yes", "no")):
        raise ValidationError(_("Whether a customer returns is yes or no."), code="bad_value")


def validate_target(value: Any) -> None:
    """Accept a target in the form that stands above; ValidationError otherwise."""
    if not isinstance(value, dict) or not set(value) <= TARGET_KEYS or not value:
        raise ValidationError(_("Say what the rule does."), code="bad_target")
    if "queue" in value and not _is_id(value["queue"]):
        raise ValidationError(_("This queue does not exist."), code="bad_queue")
    if "csrs" in value:
        csrs = value["csrs"]
        if not isinstance(csrs, list) or not 1 <= len(csrs) <= MAX_CSRS or not all(map(_is_id, csrs)):
            raise ValidationError(_("Name one to fifty CSRs."), code="bad_csrs")
    if "priority" in value and not _is_within(value["priority"], 0, MAX_PRIORITY):
        raise ValidationError(_("A priority is 0 to 9."), code="bad_priority")
    if "sticky_s" in value and not _is_within(value["sticky_s"], 1, MAX_STICKY_S):
        raise ValidationError(_("The last CSR can be preferred for 1 to 3600 seconds."), code="bad_sticky")
    for key in ("skills", "prefers"):
        validate_skills(value.get(key, []))


def validate_skills(value: Any) -> None:
    """Accept at most 20 different skills of 1 to 40 characters; ValidationError otherwise."""
    texts = isinstance(value, list) and all(
        isinstance(item, str) and 0 < len(item.strip()) <= MAX_SKILL for item in value
    )
    if not texts or len(value) > MAX_SKILLS or len(set(value)) != len(value):
        raise ValidationError(_("Enter at most 20 different skills."), code="bad_skills")


def _is_id(value: Any) -> bool:
    return isinstance(value, str) and re.fullmatch(r"[A-Za-z0-9_-]{1,40}", value) is not None


def _is_within(value: Any, low: int, high: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and low <= value <= high


def validate_ways(edges: Iterable[tuple[str, str]]) -> None:
    """Refuse rules that lead in a circle or over more than five queues; `edges` are (queue, target queue).

    Conditions are not looked at: a circle that no customer could walk today is refused as well.
    """
    following: dict[str, set[str]] = {}
    for queue, target in edges:
        following.setdefault(queue, set()).add(target)
    lengths: dict[str, int] = {}
    for queue in following:
        if _longest(queue, following, lengths, ()) > MAX_HOPS:
            raise ValidationError(_("A customer can be passed on at most five times."), code="too_many_hops")


def _longest(queue: str, following: Mapping[str, set[str]], lengths: dict[str, int], behind: tuple[str, ...]) -> int:
    if queue in behind:
        raise ValidationError(_("These rules lead in a circle."), code="loop")
    if queue not in lengths:
        lengths[queue] = max(
            (1 + _longest(target, following, lengths, (*behind, queue)) for target in following.get(queue, ())),
            default=0,
        )
    return lengths[queue]
