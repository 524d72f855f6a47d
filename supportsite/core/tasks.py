"""Tasks of the kernel: the heartbeat that /readyz reads, and forgetting."""

import time

from celery import shared_task

from supportsite.core import idempotency, valkey
from supportsite.core.tenancy import list_sites, site_scope

HEARTBEAT_KEY = "worker-heartbeat"
HEARTBEAT_KEPT_SECONDS = 60


@shared_task(name="supportsite.core.tasks.beat")
def beat() -> None:
    """Leave a sign of life: beat sent this and a worker carried it out."""
    valkey.client().set(valkey.key(HEARTBEAT_KEY), str(time.time()), ex=HEARTBEAT_KEPT_SECONDS)


@shared_task(name="supportsite.core.tasks.delete_old_idempotency_records")
def delete_old_idempotency_records() -> None:
    """Forget old answers, site by site."""
    for site in list_sites():
        with site_scope(site):
            idempotency.delete_old_records()
