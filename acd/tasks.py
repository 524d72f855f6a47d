"""Work of the Celery worker for WebACD. Idempotent, each in its site's scope."""

from datetime import date
from typing import Any

from celery import Task, shared_task

from acd.models import Queue
from acd.services import staffing
from acd.services.replaying import ReplayBusyError
from acd.services.waiting import lose_customers as lose_customers_of
from supportsite.core.tenancy import get_site_by_id, list_sites, site_scope

# Seconds.
SOFT_LIMIT, LIMIT = 25, 30
REPLAY_SOFT_LIMIT, REPLAY_LIMIT = 170, 180
BUSY_RETRY, BUSY_RETRIES = 3, 200


@shared_task(name="acd.tasks.lose_customers", soft_time_limit=SOFT_LIMIT, time_limit=LIMIT, ignore_result=True)
def lose_customers() -> None:
    """Stop offering customers whose connection is gone, in every active site."""
    for site in list_sites():
        with site_scope(site):
            lose_customers_of(site)


@shared_task(
    name="acd.tasks.replay_staffing",
    bind=True,
    max_retries=BUSY_RETRIES,
    soft_time_limit=REPLAY_SOFT_LIMIT,
    time_limit=REPLAY_LIMIT,
    ignore_result=True,
)
def replay_staffing(task: "Task[Any, Any]", *, site_id: int, queue_id: int, day: str) -> None:
    """Replay a queue's day with one number of CSRs after the other, each in a task of its own."""
    with site_scope(get_site_by_id(site_id)):
        queue = Queue.objects.get(pk=queue_id)
        try:
            more = staffing.replay_next(queue, date.fromisoformat(day))
        except ReplayBusyError as busy:
            raise task.retry(exc=busy, countdown=BUSY_RETRY) from busy
        except Exception:
            staffing.give_up(queue, date.fromisoformat(day))
            raise
    if more:
        replay_staffing.delay(site_id=site_id, queue_id=queue_id, day=day)
