"""Work of the Celery worker: what time does to sessions, and mails. Idempotent, each in its site's scope."""

from celery import shared_task

from accounts.models import Site
from sessions.services.invitations import send_invitation
from sessions.services.sweep import sweep_site
from supportsite.core.tenancy import get_site_by_id, site_scope

# Seconds; each hard limit needs a soft one below it, the settings' own is longer.
SWEEP_SOFT_LIMIT, SWEEP_LIMIT = 25, 30
MAIL_SOFT_LIMIT, MAIL_LIMIT = 50, 60
MAIL_TRIES = 5


@shared_task(name="sessions.tasks.sweep", soft_time_limit=SWEEP_SOFT_LIMIT, time_limit=SWEEP_LIMIT, ignore_result=True)
def sweep() -> None:
    """Look through the live sessions of every active site."""
    for site in Site.objects.filter(active=True):
        with site_scope(site):
            sweep_site(site)


@shared_task(
    name="sessions.tasks.mail_invitation",
    autoretry_for=(OSError,),
    retry_backoff=2,
    max_retries=MAIL_TRIES,
    soft_time_limit=MAIL_SOFT_LIMIT,
    time_limit=MAIL_LIMIT,
    ignore_result=True,
)
def mail_invitation(*, site_id: int, invitation_id: int) -> None:
    """Hand an e-mail invitation over to the mail server; a mail server that is away is tried again."""
    with site_scope(get_site_by_id(site_id)):
        send_invitation(invitation_id)
