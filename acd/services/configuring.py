"""What follows when somebody has changed queues: the router knows every CSR of a queue, and matches anew."""

from django.db import transaction

from accounts.models import Membership, Site
from acd.models import CsrState, QueueMember
from acd.services import router


@transaction.atomic
def follow_configuration(site: Site) -> None:
    """Make the router know all CSRs of queues, and offer what a change has made possible. Locks the site."""
    known = CsrState.objects.values("csr")
    serving = QueueMember.objects.values("csr")
    for member in Membership.objects.filter(pk__in=serving).exclude(pk__in=known).order_by("pk"):
        router.command(site, "presence", member.pk, presence="offline")
    router.command(site, "match_all", 0)


def set_skills(member: Membership, skills: list[str]) -> None:
    """Set what a CSR can do; entries that wait for it are offered. Locks the site."""
    router.command(member.site, "capacity", member.pk, skills=skills)
