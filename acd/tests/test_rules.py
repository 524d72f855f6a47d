"""Rules: which one fires, where it leads, and what was tried before."""

import pytest
from django.core.exceptions import ValidationError

from acd.rules import Rule, decide, validate_conditions, validate_target, validate_ways


def condition(op, value, field="form.product"):
    return {"field": field, "op": op, "value": value}


def rule(name, target, *conditions):
    return Rule(f"id-{name}", name, list(conditions), target)


class Facts(dict[str, dict[str, object]]):
    """The same facts in every queue."""

    def __missing__(self, queue):
        return self["*"]


def go(rules, csrs=(), **facts):
    names = {f"form.{key}": value for key, value in facts.items()}
    return decide("start", {"start": [], **rules}, Facts({"*": names}), csrs=frozenset(csrs))


@pytest.mark.parametrize(
    ("op", "value", "actual", "expected"),
    [
        ("contains", "print", "Laser Printer", True),
        ("contains", "scan", "Laser Printer", False),
        ("equals", "laser printer", "Laser Printer", True),
        ("equals", "laser", "Laser Printer", False),
        ("equals", "ABC", "ＡＢＣ", True),  # full width
        ("equals", "ﾌﾟﾘﾝﾀ", "プリンタ", True),
        ("equals", "10", "10.0", True),
        ("starts_with", "las", "Laser Printer", True),
        ("starts_with", "printer", "Laser Printer", False),
        ("less_than", "10", "9", True),
        ("less_than", "10", "10", False),
        ("less_than", "10", "nine", False),
        ("less_than", "10", "1,000", False),
        ("greater_than", "10", "１００", True),
        ("greater_than", "10", "9", False),
        ("greater_than", "10", "NaN", False),
        ("greater_than", "10", "Infinity", False),
        ("in_list", ["fax", "PRINTER"], "printer", True),
        ("in_list", ["fax", "scanner"], "printer", False),
        ("contains", "x", "", False),
        ("equals", "x", None, False),
    ],
)
def test_conditions_compare_what_a_person_reads(op, value, actual, expected):
    decision = go({"start": [rule("r", {"priority": 5}, condition(op, value))]}, product=actual)
    assert (decision.rule == "r") is expected
    assert decision.trail[0].checks[0].holds is expected


def test_the_first_rule_that_fires_wins_and_the_earlier_ones_say_why_not():
    rules = [
        rule("fax", {"priority": 1}, condition("equals", "fax")),
        rule("printer", {"priority": 2}, condition("equals", "printer"), condition("equals", "ja", "language")),
        rule("again", {"priority": 3}, condition("equals", "printer")),
        rule("never", {"priority": 4}, condition("equals", "printer")),
    ]
    decision = go({"start": rules}, product="printer")
    assert (decision.rule, decision.target, decision.queue) == ("again", {"priority": 3}, "start")
    assert [(step.rule, step.fired) for step in decision.trail] == [
        ("fax", False),
        ("printer", False),
        ("again", True),
    ]
    failed = [check for check in decision.trail[1].checks if not check.holds]
    assert [(check.field, check.actual) for check in failed] == [("language", None)]


def test_without_a_rule_the_queues_csrs_take_over():
    decision = go({"start": [rule("fax", {"priority": 1}, condition("equals", "fax"))]}, product="printer")
    assert (decision.rule, decision.target, decision.queue) == ("", {}, "start")


def test_the_rules_of_the_queue_that_is_reached_are_asked_next():
    rules = {
        "start": [rule("on", {"queue": "b", "priority": 2, "skills": ["pdf"]}, condition("contains", "p"))],
        "b": [rule("more", {"skills": ["ja"], "csrs": ["yuki"]}, condition("contains", "p"))],
    }
    decision = go(rules, csrs=["yuki"], product="printer")
    assert (decision.queue, decision.rule) == ("b", "more")
    assert decision.target == {"priority": 2, "skills": ["pdf", "ja"], "csrs": ["yuki"]}


def test_named_csrs_of_one_queue_do_not_bind_the_next():
    rules = {
        "start": [rule("on", {"queue": "b", "csrs": ["yuki"]}, condition("contains", "p"))],
        "b": [rule("more", {"queue": "c"}, condition("contains", "p"))],
        "c": [],
    }
    assert "csrs" not in go(rules, csrs=["yuki"], product="p").target


@pytest.mark.parametrize(
    ("target", "refused"),
    [({"queue": "gone"}, "queue_gone"), ({"csrs": ["left"]}, "csrs_gone"), ({"queue": "start"}, "loop")],
)
def test_a_rule_that_leads_nowhere_is_passed_over_and_says_so(target, refused):
    rules = [
        rule("nowhere", target, condition("contains", "p")),
        rule("next", {"priority": 1}, condition("contains", "p")),
    ]
    decision = go({"start": rules}, csrs=["yuki"], product="p")
    assert decision.rule == "next"
    assert decision.trail[0].refused == refused


def test_those_of_named_csrs_who_are_gone_are_left_out():
    decision = go({"start": [rule("r", {"csrs": ["left", "yuki"]}, condition("contains", "p"))]}, ["yuki"], product="p")
    assert decision.target["csrs"] == ["yuki"]


def test_five_hops_are_walked_and_a_sixth_is_not():
    chain = {
        name: [rule(f"to {following}", {"queue": following}, condition("contains", "p"))]
        for name, following in zip(["start", *"bcdef"], "bcdefg", strict=True)
    }
    decision = go({**chain, "g": []}, product="p")
    assert decision.queue == "f"
    assert decision.trail[-1].refused == "too_many_hops"


def test_a_circle_is_left_where_it_would_close():
    rules = {
        "start": [rule("on", {"queue": "b"}, condition("contains", "p"))],
        "b": [rule("back", {"queue": "start"}, condition("contains", "p"))],
    }
    decision = go(rules, product="p")
    assert (decision.queue, decision.trail[-1].refused) == ("b", "loop")


@pytest.mark.parametrize(
    ("edges", "code"),
    [
        ([("a", "b"), ("b", "c"), ("a", "c")], None),
        ([("a", "a")], "loop"),
        ([("a", "b"), ("b", "c"), ("c", "a")], "loop"),
        ([("x", "a"), ("a", "b"), ("b", "a")], "loop"),
        ([(a, b) for a, b in zip("abcde", "bcdef", strict=True)], None),
        ([(a, b) for a, b in zip("abcdef", "bcdefg", strict=True)], "too_many_hops"),
    ],
)
def test_circles_and_long_ways_are_refused_at_saving(edges, code):
    if code is None:
        validate_ways(edges)
        return
    with pytest.raises(ValidationError) as refused:
        validate_ways(edges)
    assert refused.value.code == code


@pytest.mark.parametrize(
    "value",
    [
        [],
        {},
        [{}],
        [condition("contains", "x", "password")],
        [condition("contains", "x", "form.")],
        [condition("contains", "x", "form.a b")],
        [condition("like", "x")],
        [condition("contains", "")],
        [condition("contains", "x" * 201)],
        [condition("contains", 5)],
        [condition("contains", ["x"])],
        [condition("in_list", "x")],
        [condition("in_list", [])],
        [condition("in_list", ["x"] * 51)],
        [condition("less_than", "many")],
        [condition("equals", "noon", "hour")],
        [condition("contains", "yes", "returning")],
        [condition("equals", "maybe", "returning")],
        [condition("contains", "x")] * 11,
        [{**condition("contains", "x"), "or": 1}],
        [condition(["contains"], "x")],
    ],
)
def test_conditions_that_mean_nothing_are_refused(value):
    with pytest.raises(ValidationError):
        validate_conditions(value)


@pytest.mark.parametrize(
    "value",
    [
        {},
        [],
        {"site": 2},
        {"queue": 5},
        {"queue": "../x"},
        {"csrs": []},
        {"csrs": "yuki"},
        {"csrs": [7]},
        {"priority": 10},
        {"priority": -1},
        {"priority": True},
        {"priority": "5"},
        {"sticky_s": 0},
        {"sticky_s": 3601},
        {"skills": ["x", "x"]},
        {"skills": [""]},
        {"prefers": "ja"},
        {"skills": ["x" * 41]},
    ],
)
def test_targets_that_mean_nothing_are_refused(value):
    with pytest.raises(ValidationError):
        validate_target(value)


def test_what_the_editor_can_say_is_taken():
    validate_conditions(
        [
            condition("contains", "x"),
            condition("in_list", ["1", "2"], "hour"),
            condition("equals", "yes", "returning"),
            condition("starts_with", "https://", "entry_url"),
            condition("equals", "gold", "context.plan"),
        ]
    )
    validate_target({"queue": "abc", "csrs": ["x"], "priority": 9, "skills": ["a"], "prefers": ["b"], "sticky_s": 30})
