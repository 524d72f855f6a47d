"""Signed context: what the host page vouches for (user, order number), checked before anybody believes it. Pure.

`<payload>.<signature>`: payload is base64url of a flat JSON object with `exp` (Unix seconds), signature is base64url of
HMAC-SHA256 over the payload's text with the site's context secret. Padding is left out.
"""

import base64
import binascii
import hashlib
import hmac
import json
from datetime import datetime
from typing import Any

MAX_CHARACTERS = 4096
MAX_FIELDS = 20
MAX_VALUE = 200
MAX_LIFE_SECONDS = 24 * 3600


class ContextRefusedError(Exception):
    """The context does not count; `reason` is for the log."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def sign_context(values: dict[str, Any], secret: str) -> str:
    """Return `values` (with `exp`) as a host page's server would sign them."""
    payload = _encode(json.dumps(values, separators=(",", ":")).encode())
    return f"{payload}.{_encode(_mac(payload, secret))}"


def read_context(text: str, secret: str, at: datetime) -> dict[str, str]:
    """Return the verified values as text, without `exp`.

    Raises ContextRefusedError: no_secret, malformed, tampered, expired, too_long_lived.
    """
    if not secret:
        raise ContextRefusedError("no_secret")
    payload, dot, signature = text.partition(".")
    if not dot or len(text) > MAX_CHARACTERS:
        raise ContextRefusedError("malformed")
    if not hmac.compare_digest(_mac(payload, secret), _decode(signature)):
        raise ContextRefusedError("tampered")
    values = _read(payload)
    left = values.pop("exp") - at.timestamp()
    if left <= 0:
        raise ContextRefusedError("expired")
    if left > MAX_LIFE_SECONDS:
        raise ContextRefusedError("too_long_lived")
    return {key: _text(value) for key, value in values.items()}


def _read(payload: str) -> dict[str, Any]:
    """Return the payload's fields; `exp` is a number."""
    try:
        values = json.loads(_decode(payload))
    except (ValueError, RecursionError):
        raise ContextRefusedError("malformed") from None
    if not isinstance(values, dict) or len(values) > MAX_FIELDS:
        raise ContextRefusedError("malformed")
    exp = values.get("exp")
    if isinstance(exp, bool) or not isinstance(exp, int):
        raise ContextRefusedError("malformed")
    flat = all(len(key) <= 40 and isinstance(value, str | int | float | bool) for key, value in values.items())
    if not flat:
        raise ContextRefusedError("malformed")
    return values


def _text(value: Any) -> str:
    shown = value if isinstance(value, str) else json.dumps(value)
    return "".join(c for c in shown if c.isprintable())[:MAX_VALUE]


def _mac(payload: str, secret: str) -> bytes:
    return hmac.new(secret.encode(), payload.encode("utf-8", "surrogatepass"), hashlib.sha256).digest()


def _encode(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _decode(text: str) -> bytes:
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raise ContextRefusedError("malformed") from None
