"""/livez: this process answers. /readyz: what it needs answers too."""

import time
from collections.abc import Callable

import structlog
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from redis.exceptions import RedisError

from supportsite.core import valkey
from supportsite.core.tasks import HEARTBEAT_KEY

log = structlog.get_logger(__name__)

WORKER_SILENT_SECONDS = 20
# The connection on which `acd_timers` listens has this name, and is used at least once a second.
TIMERS_APPLICATION = "acd-timers"
TIMERS_LIVE = """
SELECT EXISTS (SELECT FROM pg_stat_activity WHERE application_name = %s AND datname = current_database()
               AND state_change > clock_timestamp() - interval '10 seconds')
"""


def livez(request: HttpRequest) -> HttpResponse:
    """Answer 200."""
    return HttpResponse("ok\n", content_type="text/plain")


def readyz(request: HttpRequest) -> JsonResponse:
    """Answer 200 when database and Valkey answer, else 503.

    `worker` tells whether a Celery worker lives, `timers` whether the queues' timers do; neither takes the web process
    out of service, which can go on.
    """
    parts = {"database": _works(_database), "valkey": _works(_valkey)}
    ready = all(parts.values())
    parts["worker"] = parts["valkey"] and _works(_worker)
    parts["timers"] = parts["database"] and _works(_timers)
    return JsonResponse({"ready": ready, **parts}, status=200 if ready else 503)


def _works(probe: Callable[[], bool]) -> bool:
    try:
        return probe()
    except (DatabaseError, RedisError, OSError) as error:
        log.warning("readyz.failed", probe=probe.__name__, error=type(error).__name__)
        return False


def _database() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        return bool(cursor.fetchone() == (1,))


def _valkey() -> bool:
    return bool(valkey.client().ping())


def _worker() -> bool:
    beat = valkey.client().get(valkey.key(HEARTBEAT_KEY))
    return beat is not None and time.time() - float(str(beat)) < WORKER_SILENT_SECONDS


def _timers() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(TIMERS_LIVE, [TIMERS_APPLICATION])
        return bool(cursor.fetchone()[0])
