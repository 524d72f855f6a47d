"""Hash chains: each line carries the SHA-256 of the line before and of its own content. Pure, no database.

The sessions app chains its events with the same two functions, so one verifier knows both.
"""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

GENESIS_HASH = "0" * 64


def canonical(payload: Mapping[str, Any]) -> bytes:
    """Return the one spelling of a JSON object: keys sorted, no spaces, ASCII.

    Floats are refused (TypeError): PostgreSQL's jsonb may give them back in another spelling.
    """
    _refuse_floats(payload)
    return json.dumps(payload, sort_keys=True, separators=(",", ":"), ensure_ascii=True).encode("ascii")


def link(prev_hash: str, payload: Mapping[str, Any]) -> str:
    """Return the hash (64 hex digits) of a line that follows the line with `prev_hash`."""
    return hashlib.sha256(prev_hash.encode("ascii") + canonical(payload)).hexdigest()


def _refuse_floats(value: Any) -> None:
    if isinstance(value, float):
        raise TypeError("A chained payload holds no floats.")
    if isinstance(value, Mapping):
        for key, item in value.items():
            if not isinstance(key, str):
                raise TypeError("A chained payload has text keys only.")
            _refuse_floats(item)
    elif isinstance(value, list | tuple):
        for item in value:
            _refuse_floats(item)
