"""Which way a customer goes: a queue's rules asked with what is known of the customer."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from accounts.models import Membership
from acd.hours import is_open, zone_of
from acd.models import Contact, Queue, QueueEntry, RoutingRule
from acd.rules import Decision, Rule, Step, decide
from supportsite.core import clock

MAX_RULE_NAME = 80


@dataclass(frozen=True)
class Visit:
    """What is known of a customer beside their answers. `context` is what the host page has signed.

    `returning` is looked up by `customer_key` where it is None.
    """

    language: str = "en"
    entry_url: str = ""
    referrer: str = ""
    customer_key: str = ""
    context: Mapping[str, Any] | None = None
    returning: bool | None = None


@dataclass(frozen=True)
class Route:
    """Where a customer goes: the queue, what `router.enqueue` takes as `route`, and the rules that were tried.

    `target` says the same as `route` with public ids, as rules do.
    """

    queue: Queue
    route: dict[str, Any]
    trail: tuple[Step, ...]
    target: Mapping[str, Any] = field(default_factory=dict)


def route_entry(
    queue: Queue, answers: Mapping[str, str], visit: Visit | None = None, *, at: datetime | None = None
) -> Route:
    """Return where a customer who enters `queue` goes. Three to five queries; nothing changes.

    A queue that is closed asks no rules: the customer stays with it and meets what it does when closed.

    Args:
        queue: the queue whose form was filled in.
        answers: cleaned answers by key, as `acd.forms.read_answers` returns them.
        visit: language, addresses, the key that recognises the customer, signed context.
        at: the time of the entry (default: now).
    """
    when = at or clock.now()
    if not queue_is_open(queue, when):
        return Route(queue, {"open": False}, ())
    visit = visit or Visit()
    queues = {row.public_id: row for row in Queue.objects.filter(active=True)}
    queues[queue.public_id] = queue
    rules: dict[str, list[Rule]] = {key: [] for key in queues}
    for row in RoutingRule.objects.filter(active=True, queue__in=queues.values()).select_related("queue"):
        rules[row.queue.public_id].append(Rule(row.public_id, row.name, row.conditions, row.target))
    if not rules[queue.public_id]:
        return Route(queue, {"open": True}, ())
    members = _named_members(rules)
    facts = {key: _facts(row, answers, visit, when) for key, row in queues.items()}
    decision = decide(queue.public_id, rules, facts, csrs=frozenset(members))
    target = queues[decision.queue]
    route = _route(decision, members, visit.customer_key)
    return Route(target, {**route, "open": queue_is_open(target, when)}, decision.trail, decision.target)


def queue_is_open(queue: Queue, at: datetime) -> bool:
    """Tell whether a queue takes customers at `at`: switched on, and by its hours or a manager's word."""
    if not queue.active:
        return False
    if queue.override:
        return queue.override == "open"
    return is_open(queue.hours, queue.holidays, queue.timezone, at)


def _named_members(rules: Mapping[str, list[Rule]]) -> dict[str, int]:
    """Return the keys of the active members that any rule names, by public id."""
    named = {csr for group in rules.values() for rule in group for csr in rule.target.get("csrs", ())}
    if not named:
        return {}
    rows = Membership.objects.filter(public_id__in=named, active=True, user__is_active=True)
    return dict(rows.values_list("public_id", "pk"))


def _facts(queue: Queue, answers: Mapping[str, str], visit: Visit, at: datetime) -> dict[str, Any]:
    return {
        **{f"form.{key}": value for key, value in answers.items()},
        **{
            f"context.{key}": value
            for key, value in (visit.context or {}).items()
            if not isinstance(value, dict | list)
        },
        "language": visit.language,
        "entry_url": visit.entry_url,
        "referrer": visit.referrer,
        "returning": _Returning(visit),
        "hour": at.astimezone(zone_of(queue.timezone)).hour,
    }


class _Returning:
    """Yes or no; looked up only where a rule asks."""

    def __init__(self, visit: Visit) -> None:
        self.visit = visit

    def __str__(self) -> str:
        known, key = self.visit.returning, self.visit.customer_key
        if known is None:
            known = bool(key) and Contact.objects.filter(customer_key=key).exists()
        return "yes" if known else "no"


def _route(decision: Decision, members: Mapping[str, int], customer_key: str) -> dict[str, Any]:
    target = decision.target
    route: dict[str, Any] = {key: target[key] for key in ("priority", "skills", "prefers") if key in target}
    if decision.rule:
        route["rule"] = decision.rule[:MAX_RULE_NAME]
    if target.get("csrs"):
        route["only_csrs"] = sorted(members[csr] for csr in target["csrs"])
    if "sticky_s" in target and (last := _last_csr(customer_key)) is not None:
        route.update(preferred_csr=last, sticky_s=target["sticky_s"])
    return route


def _last_csr(customer_key: str) -> int | None:
    """Return the key of the CSR who helped this customer last and is still a member, or None."""
    if not customer_key:
        return None
    entries = QueueEntry.objects.filter(contact__customer_key=customer_key, csr__isnull=False, csr__active=True)
    last: int | None = entries.order_by("-enqueued_at").values_list("csr", flat=True).first()
    return last
