"""Token buckets in Valkey, shared by all processes. Without Valkey nothing limited is let through (503)."""

from dataclasses import dataclass
from functools import cache
from typing import Any

from redis.exceptions import RedisError

from supportsite.core import clock, valkey
from supportsite.core.errors import AppError

# Fills at ARGV[2] tokens per second up to ARGV[1]; takes ARGV[4] at the time ARGV[3] (seconds).
# A clock that went back does not refill. Answers {taken 0|1, seconds until it could be taken}.
SCRIPT = """
local held = redis.call('HMGET', KEYS[1], 'tokens', 'at')
local burst, rate, now, cost = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
local tokens = tonumber(held[1]) or burst
local at = math.max(tonumber(held[2]) or now, now)
tokens = math.min(burst, tokens + math.max(0, now - (tonumber(held[2]) or now)) * rate)
local taken = 0
if tokens >= cost then tokens = tokens - cost; taken = 1 end
redis.call('HSET', KEYS[1], 'tokens', tostring(tokens), 'at', string.format('%.6f', at))
redis.call('PEXPIRE', KEYS[1], math.ceil(burst / rate * 1000) + 1000)
return {taken, tostring(taken == 1 and 0 or (cost - tokens) / rate)}
"""


@dataclass(frozen=True)
class Decision:
    """Whether it may go on, and if not, in how many seconds it could."""

    allowed: bool
    retry_after_s: float


@cache
def _script() -> Any:
    return valkey.client().register_script(SCRIPT)


def take(key: str, *, rate: float, per_s: float, burst: float | None = None, cost: float = 1) -> Decision:
    """Take `cost` tokens from the bucket `key`, which fills with `rate` tokens per `per_s` seconds up to `burst`.

    `burst` is `rate` where not given. Raises AppError("unavailable", 503) without Valkey.
    """
    arguments = [burst or rate, rate / per_s, f"{clock.now().timestamp():.6f}", cost]
    try:
        taken, wait = _script()(keys=[valkey.key("limit", key)], args=arguments)
    except RedisError as error:
        raise AppError("unavailable", status=503) from error
    return Decision(allowed=bool(taken), retry_after_s=float(wait))


def require(
    key: str, *, rate: float, per_s: float, burst: float | None = None, cost: float = 1, code: str = "rate_limited"
) -> None:
    """Like `take`; raises AppError(code, 429) with `retry_after_s` (whole seconds, at least 1) when it is empty."""
    decision = take(key, rate=rate, per_s=per_s, burst=burst, cost=cost)
    if not decision.allowed:
        raise AppError(code, status=429, retry_after_s=max(1, round(decision.retry_after_s + 0.5)))


def client_address(meta: dict[str, Any], trusted_proxies: int) -> str:
    """Return the address of the client: REMOTE_ADDR, or what the outermost trusted proxy saw of it."""
    forwarded = [part.strip() for part in str(meta.get("HTTP_X_FORWARDED_FOR", "")).split(",") if part.strip()]
    if trusted_proxies and len(forwarded) >= trusted_proxies:
        return forwarded[-trusted_proxies]
    return str(meta.get("REMOTE_ADDR") or "unknown")
