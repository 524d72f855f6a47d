"""Check the invariants of all queues."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from acd.invariants import find_violations
from acd.models import SiteRouter
from acd.services import router
from supportsite.core import clock
from supportsite.core.tenancy import list_sites, site_scope

SHOWN = 10


class Command(BaseCommand):
    """Does what is due, then looks for rows that break an invariant; ends with 1 where there are some."""

    help = (
        "Check the invariants of WebACD in every site; prints what breaks them. Changes nothing but what is due anyway."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        """Check site by site."""
        broken = 0
        routed = set(SiteRouter.objects.values_list("site_id", flat=True))
        for site in list_sites():
            if site.pk not in routed:
                continue
            with site_scope(site):
                router.tick(site)
                found = find_violations(site.pk, clock.now(), quiet=True)
            for name, rows in found.items():
                broken += 1
                self.stderr.write(f"{site.host}: {name}: {len(rows)} rows, {rows[:SHOWN]}")
        if broken:
            raise CommandError(f"{broken} invariants are broken")
        self.stdout.write("All invariants hold.")
