"""Work of the Celery worker for WebACD. Idempotent, each in its site's scope."""

from celery import shared_task

from acd.services.waiting import lose_customers as lose_customers_of
from supportsite.core.tenancy import list_sites, site_scope

SOFT_LIMIT, LIMIT = 25, 30  # seconds


@shared_task(name="acd.tasks.lose_customers", soft_time_limit=SOFT_LIMIT, time_limit=LIMIT, ignore_result=True)
def lose_customers() -> None:
    """Stop offering customers whose connection is gone, in every active site."""
    for site in list_sites():
        with site_scope(site):
            lose_customers_of(site)
