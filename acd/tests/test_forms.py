"""What customers fill in: cleaned, or an error at the field."""

from dataclasses import dataclass, field

import pytest

from acd.forms import ERROR_TEXTS, read_answers
from acd.models.queues import FieldKind


@dataclass
class Field:
    key: str = "x"
    kind: str = "text"
    required: bool = False
    choices: list[str] = field(default_factory=list)


@pytest.mark.parametrize(
    ("kind", "given", "expected"),
    [
        ("text", "  two \n words ", "two words"),
        ("text", "safe\u202etxt", "safe txt"),
        ("text", "a\x00b", "a b"),
        ("text", 42, "42"),
        ("long_text", "one\r\ntwo\x07", "one\ntwo"),
        ("email", "hannah@example.com", "hannah@example.com"),
        ("phone", "＋８１ (3) 1234-5678", "+81 (3) 1234-5678"),
        ("number", "1,000", "1000"),
        ("number", "－３．５", "-3.5"),
        ("choice", "Printer", "Printer"),
    ],
)
def test_answers_are_cleaned(kind, given, expected):
    answers = read_answers([Field(kind=kind, choices=["Printer"])], {"x": given})
    assert (answers.values, answers.errors) == ({"x": expected}, {})


@pytest.mark.parametrize(
    ("kind", "given", "code"),
    [
        ("text", "x" * 201, "too_long"),
        ("text", ["x"], "bad_text"),
        ("text", {"x": 1}, "bad_text"),
        ("text", True, "bad_text"),
        ("long_text", "x" * 2001, "too_long"),
        ("email", "hannah", "bad_email"),
        ("email", "a@b\r\nBcc: c@d.example", "bad_email"),
        ("phone", "call me", "bad_phone"),
        ("phone", "12", "bad_phone"),
        ("number", "many", "bad_number"),
        ("number", float("nan"), "bad_number"),
        ("number", "1e309", ""),
        ("number", "Infinity", "bad_number"),
        ("number", "1" * 31, "bad_number"),
        ("choice", "Fax", "bad_choice"),
    ],
)
def test_a_bad_answer_is_told_at_its_field(kind, given, code):
    answers = read_answers([Field(kind=kind, choices=["Printer"])], {"x": given})
    assert answers.errors.get("x", "") == code
    assert code == "" or (answers.values == {} and ERROR_TEXTS[code])


@pytest.mark.parametrize("given", [{}, {"x": ""}, {"x": "   "}, {"x": None}, {"x": "\u200b"}, None, [], "x"])
@pytest.mark.parametrize("required", [True, False])
def test_an_empty_answer_is_an_error_only_where_it_is_required(given, required):
    answers = read_answers([Field(required=required)], given)
    assert answers.values == {}
    assert answers.errors == ({"x": "missing"} if required else {})


def test_answers_to_questions_that_were_not_asked_are_refused():
    answers = read_answers([Field()], {"x": "1", "priority": "9"})
    assert answers.errors == {"priority": "unknown"}


@pytest.mark.parametrize("kind", FieldKind.values)
def test_every_kind_of_field_can_be_read(kind):
    read_answers([Field(kind=kind, choices=["1"])], {"x": "1"})
