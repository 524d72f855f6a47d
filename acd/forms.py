"""A customer's answers to a queue's entry form. Pure: fields in, cleaned answers and errors out."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any, Protocol
from unicodedata import normalize

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from sessions.text import clean_line, clean_text

MAX_TEXT = 200
MAX_LONG_TEXT = 2000  # characters
MAX_EMAIL = 254
MAX_DIGITS = 30

_PHONE = re.compile(r"\+?[0-9][0-9 ()./-]{2,28}[0-9]")

# What an error code says to the person, beside the field.
ERROR_TEXTS: dict[str, Promise] = {
    "missing": _("Please fill this in."),
    "bad_text": _("Please enter text."),
    "too_long": _("This is too long."),
    "bad_email": _("This is no e-mail address."),
    "bad_phone": _("This is no telephone number."),
    "bad_number": _("This is no number."),
    "bad_choice": _("Please choose one of the options."),
    "unknown": _("This form has no such field."),
}


class Field(Protocol):
    """What is needed of a `FormField`."""

    key: str
    kind: str
    required: bool
    choices: list[str]


@dataclass(frozen=True)
class Answers:
    """Cleaned answers by key (empty ones left out), and an error code by key."""

    values: dict[str, str]
    errors: dict[str, str]


def read_answers(fields: Iterable[Field], given: Any) -> Answers:
    """Check and clean what a customer filled in; `given` maps keys to texts or numbers. Nothing raises."""
    answers = Answers({}, {})
    known = {field.key: field for field in fields}
    if not isinstance(given, Mapping):
        given = {}
    for key in given:
        if key not in known:
            answers.errors[str(key)[:40]] = "unknown"
    for key, field in known.items():
        value, error = _read(field, given.get(key))
        if error:
            answers.errors[key] = error
        elif value:
            answers.values[key] = value
    return answers


def _read(field: Field, given: Any) -> tuple[str, str]:
    if given is None:
        given = ""
    if isinstance(given, bool) or not isinstance(given, str | int | float):
        return "", "bad_text"
    text = clean_text(str(given)) if field.kind == "long_text" else clean_line(str(given))
    if not text:
        return "", "missing" if field.required else ""
    return _READERS[field.kind](field, text)


def _text(field: Field, text: str) -> tuple[str, str]:
    return (text, "") if len(text) <= MAX_TEXT else ("", "too_long")


def _long_text(field: Field, text: str) -> tuple[str, str]:
    return (text, "") if len(text) <= MAX_LONG_TEXT else ("", "too_long")


def _email(field: Field, text: str) -> tuple[str, str]:
    try:
        validate_email(text)
    except ValidationError:
        return "", "bad_email"
    return (text, "") if len(text) <= MAX_EMAIL else ("", "too_long")


def _phone(field: Field, text: str) -> tuple[str, str]:
    number = normalize("NFKC", text)
    return (number, "") if _PHONE.fullmatch(number) else ("", "bad_phone")


def _number(field: Field, text: str) -> tuple[str, str]:
    plain = normalize("NFKC", text).replace(",", "").replace(" ", "")
    try:
        number = Decimal(plain)
    except InvalidOperation:
        return "", "bad_number"
    return (plain, "") if number.is_finite() and len(plain) <= MAX_DIGITS else ("", "bad_number")


def _choice(field: Field, text: str) -> tuple[str, str]:
    return (text, "") if text in field.choices else ("", "bad_choice")


_READERS = {
    "text": _text,
    "long_text": _long_text,
    "email": _email,
    "phone": _phone,
    "number": _number,
    "choice": _choice,
}
