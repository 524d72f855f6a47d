"""Check the logs of all sites, or of one."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.models import AuditEntry, Site
from accounts.verification import check_site
from supportsite.core.tenancy import site_scope


class Command(BaseCommand):
    """Prints every fault with its place; exits with 1 where there is one."""

    help = "Check that no log was edited, cut, reordered or rewritten."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take an optional host."""
        parser.add_argument("--site", metavar="HOST", help="only this site")

    def handle(self, *args: Any, **options: Any) -> None:
        """Walk the chains of each site in its scope."""
        sites = Site.objects.filter(host=options["site"]) if options["site"] else Site.objects.all()
        if not sites:
            raise CommandError("There is no such site.")
        found = 0
        for site in sites:
            with site_scope(site):
                faults = list(check_site(site))
                lines = AuditEntry.objects.filter(site=site).count()
            found += len(faults)
            for fault in faults:
                self.stdout.write(self.style.ERROR(f"{fault.chain} line {fault.line}: {fault.problem}"))
            self.stdout.write(f"{site.host}: {lines} lines, {len(faults)} faults")
        if found:
            raise CommandError(f"{found} faults found.", returncode=1)
