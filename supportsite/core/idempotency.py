"""A retried command is carried out once: same key and same request, same answer.

The record is written in the transaction of the command itself, so there is no answer without effect or the reverse.
Refusals are not kept: nothing happened, and the next try is judged anew.
"""

import hashlib
import json
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.db import connection, transaction
from rest_framework.request import Request
from rest_framework.response import Response

from supportsite.core import clock
from supportsite.core.errors import AppError
from supportsite.core.models import IdempotencyRecord
from supportsite.core.tenancy import get_current_site

HEADER = "Idempotency-Key"
KEY = re.compile(r"[\x21-\x7e]{1,100}")
KEPT_HOURS = 24


def fingerprint(request: Request) -> str:
    """Return the SHA-256 of method, path and body: what must be equal under one key."""
    body = json.dumps(request.data, sort_keys=True, separators=(",", ":"), default=str)
    return hashlib.sha256(f"{request.method}\n{request.get_full_path()}\n{body}".encode()).hexdigest()


def run_once(request: Request, actor_key: str, call: Callable[[], Response]) -> Response:
    """Carry out `call` unless this actor's key was answered before; then give that answer again.

    Locks (site, actor, key) for the transaction, so that a twin sent at the same time waits for the first.
    Raises AppError idempotency_mismatch (409) for another request under the same key, bad_request for a bad key.
    """
    key = request.headers.get(HEADER, "")
    if not KEY.fullmatch(key):
        raise AppError("bad_request", header=HEADER)
    site = get_current_site()
    mark = fingerprint(request)
    with transaction.atomic():
        _lock(f"idempotency:{site.pk}:{actor_key}:{key}")
        found = IdempotencyRecord.objects.filter(actor=actor_key, key=key).first()
        if found:
            return _repeat(found, mark)
        response = call()
        if response.status_code < 400:
            IdempotencyRecord.objects.create(
                site_id=site.pk,
                actor=actor_key,
                key=key,
                fingerprint=mark,
                status=response.status_code,
                body=_plain(response.data),
                at=clock.now(),
            )
        return response


def delete_old_records() -> int:
    """Forget answers of the current site older than KEPT_HOURS; return how many."""
    return IdempotencyRecord.objects.filter(at__lt=clock.now() - timedelta(hours=KEPT_HOURS)).delete()[0]


def _repeat(found: IdempotencyRecord, mark: str) -> Response:
    if found.fingerprint != mark:
        raise AppError("idempotency_mismatch", status=409)
    return Response(found.body, status=found.status, headers={"Idempotency-Replayed": "true"})


def _lock(name: str) -> None:
    number = int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "big", signed=True)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [number])


def _plain(data: Any) -> Any:
    from rest_framework.utils.encoders import JSONEncoder

    return json.loads(json.dumps(data, cls=JSONEncoder))
