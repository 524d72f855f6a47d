"""Refuses input that PostgreSQL or Python would stumble over, before any view reads it.

NUL bytes, broken UTF-8, lone surrogates, infinite numbers, endless nesting: 400. Oversized bodies: 413.
"""

import json
from collections.abc import Callable, Mapping
from typing import Any, NoReturn
from urllib.parse import unquote_to_bytes

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from rest_framework.exceptions import ParseError
from rest_framework.parsers import JSONParser

from supportsite.core import pages

MAX_DEPTH = 32


def is_clean(text: str) -> bool:
    """Tell whether a string can be stored: no NUL, no lone surrogate."""
    return not any(c == "\0" or "\ud800" <= c <= "\udfff" for c in text)


def is_clean_query(raw: str) -> bool:
    """Tell whether a percent-encoded query string is clean UTF-8."""
    try:
        return is_clean(unquote_to_bytes(raw).decode("utf-8"))
    except UnicodeDecodeError:
        return False


class CleanInputMiddleware:
    """Answers 400 to addresses and queries with NUL bytes or broken UTF-8."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request) if self._clean(request) else pages.bad_request(request)

    @staticmethod
    def _clean(request: HttpRequest) -> bool:
        return is_clean(request.path) and is_clean_query(request.META.get("QUERY_STRING", ""))


def parse_json(body: bytes) -> Any:
    """Return the value of a JSON text. Raises ValueError for everything that is not clean, finite and flat enough."""
    try:
        value = json.loads(body.decode("utf-8"), parse_constant=_refuse, parse_float=_finite, object_pairs_hook=_unique)
    except RecursionError as error:
        raise ValueError("nested too deeply") from error
    _check(value, 0)
    return value


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is not JSON")


def _finite(text: str) -> float:
    value = float(text)
    if value in {float("inf"), float("-inf")}:
        raise ValueError("number out of range")
    return value


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(pairs)
    if len(result) != len(pairs):
        raise ValueError("a key stands twice")
    return result


def _check(value: Any, depth: int) -> None:
    if depth > MAX_DEPTH:
        raise ValueError("nested too deeply")
    if isinstance(value, str):
        if not is_clean(value):
            raise ValueError("a string holds NUL or half a character")
    elif isinstance(value, dict):
        for key, item in value.items():
            _check(key, depth)
            _check(item, depth + 1)
    elif isinstance(value, list):
        for item in value:
            _check(item, depth + 1)


class StrictJSONParser(JSONParser):
    """DRF parser on `parse_json`, bounded by settings.API_MAX_BODY_BYTES."""

    def parse(
        self, stream: Any, media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> dict[str, Any]:
        """Return the body. Raises ParseError (400) or RequestDataTooBig (413)."""
        body = stream.read(settings.API_MAX_BODY_BYTES + 1)
        if len(body) > settings.API_MAX_BODY_BYTES:
            raise RequestDataTooBig("body larger than API_MAX_BODY_BYTES")
        try:
            value = parse_json(body)
        except ValueError as error:
            raise ParseError(str(error)) from error
        if not isinstance(value, dict):
            raise ParseError("the body must be an object")
        return value
