"""Bad input is refused with 400 or 413 before a view reads it, and never becomes a 5xx."""

import json
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supportsite.core.input import is_clean_query, parse_json

TEXT = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]))
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner),
    max_leaves=10,
)


@given(VALUES)
def test_clean_json_is_read_as_it_is(value):
    assert parse_json(json.dumps(value).encode()) == value


@given(st.binary(max_size=200))
def test_any_bytes_are_a_value_or_a_value_error(body):
    with suppress(ValueError):
        parse_json(body)


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"",
        b"\xff",
        b'{"a": "\\u0000"}',
        b'{"a": "\\ud800"}',
        b'{"a\\u0000": 1}',
        b'{"a": NaN}',
        b'{"a": Infinity}',
        b'{"a": 1e309}',
        b'{"a": 1, "a": 2}',
        b'{"a":' + b"9" * 5000 + b"}",
        b"[" * 100_000,
        b"[" * 40 + b"]" * 40,
    ],
)
def test_unclean_json_is_refused(body):
    with pytest.raises(ValueError):  # noqa: PT011 - whatever is wrong with it
        parse_json(body)


@pytest.mark.parametrize(("query", "clean"), [("a=%E3%81%82", True), ("a=%00", False), ("a=%ff", False), ("", True)])
def test_queries_with_nul_or_broken_utf8_are_unclean(query, clean):
    assert is_clean_query(query) is clean


@pytest.mark.parametrize("path", ["/api/v1/x/?q=%00", "/?q=%ff", "/s/%00/"])
def test_unclean_addresses_are_answered_400(client, site, path):
    assert client.get(path).status_code == 400
