"""Random secrets that travel once and are kept only as hashes. Pure, no database."""

import hashlib
import hmac
import secrets

TOKEN_PREFIX = "st_"  # noqa: S105 - marks the kind of token
PREFIX_LENGTH = len(TOKEN_PREFIX) + 8


def new_token() -> str:
    """Return a new API token with 256 bits of randomness."""
    return TOKEN_PREFIX + secrets.token_urlsafe(32)


def hash_secret(secret: str) -> str:
    """Return what is stored of a random secret: its SHA-256, 64 hex digits."""
    return hashlib.sha256(secret.encode("utf-8", "surrogateescape")).hexdigest()


def secret_matches(secret: str, stored_hash: str) -> bool:
    """Compare in constant time."""
    return hmac.compare_digest(hash_secret(secret), stored_hash)
