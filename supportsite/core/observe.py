"""Logs as JSON lines, one per request, and the `ref` that joins an answer to its lines.

Nothing that a client chose goes in: the route's pattern instead of the path, no query, no bodies, no headers.
"""

import logging
import logging.config
import re
import secrets
import sys
import time
from collections.abc import Callable, MutableMapping
from typing import Any

import structlog
from django.http import HttpRequest
from django.http.response import HttpResponseBase

log = structlog.get_logger(__name__)

SECRET_KEYS = re.compile(
    r"password|secret|token|ticket|cookie|authorization|sdp|clipboard|number|code_hash|text$", re.IGNORECASE
)
QUIET_PATHS = ("/livez", "/readyz", "/static/")


def current_ref() -> str:
    """Return the reference of the request, socket or task that runs now; empty outside."""
    return str(structlog.contextvars.get_contextvars().get("ref", ""))


def new_ref() -> str:
    """Return a fresh reference, 16 hex digits."""
    return secrets.token_hex(8)


def redact(_logger: Any, _name: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Blank values whose key names a secret, and the path that Django's own messages end with; structlog processor."""
    if str(event.get("logger", "")).startswith("django."):
        event["event"] = str(event["event"]).split(":", maxsplit=1)[0]
    for key in event:
        if key not in {"event", "ref"} and SECRET_KEYS.search(key):
            event[key] = "[redacted]"
    return event


def configure_logging(config: dict[str, Any]) -> None:
    """Send everything through structlog to standard error; Django's LOGGING_CONFIG."""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        redact,
    ]
    renderer: Any = structlog.processors.JSONRenderer(ensure_ascii=False)
    if config["pretty"]:
        renderer = structlog.dev.ConsoleRenderer(colors=False)
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=shared,
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.format_exc_info,
            renderer,
        ],
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(formatter)
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(config["level"])
    # Paths hold ids; our own line per request says what is needed.
    for name in ("django.channels.server", "daphne.access", "django.request", "django.server", "httpx"):
        logging.getLogger(name).setLevel(logging.ERROR)
    structlog.configure(
        processors=[structlog.stdlib.filter_by_level, *shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )


class RequestMiddleware:
    """Gives each request a `ref`, answers it in `X-Request-Id`, and logs one line at the end."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        started = self._begin(request)
        return self._finish(request, self.get_response(request), started)

    @staticmethod
    def _begin(request: HttpRequest) -> float:
        request.ref = new_ref()  # type: ignore[attr-defined]
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(ref=request.ref)  # type: ignore[attr-defined]
        return time.monotonic()

    @staticmethod
    def _finish(request: HttpRequest, response: HttpResponseBase, started: float) -> HttpResponseBase:
        response["X-Request-Id"] = request.ref  # type: ignore[attr-defined]
        if request.path.startswith(QUIET_PATHS):
            return response
        match = request.resolver_match
        site = getattr(request, "site", None)
        log.info(
            "request",
            method=request.method,
            route=match.route if match else "unknown",
            status=response.status_code,
            ms=round((time.monotonic() - started) * 1000),
            site=site.host if site else None,
        )
        return response
