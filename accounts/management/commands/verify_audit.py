"""Check the logs of all sites, or of one."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.models import AuditEntry, Site
from accounts.verification import check_kept_heads, check_site, export_head
from supportsite.core.tenancy import site_scope


class Command(BaseCommand):
    """Prints every fault with its place; exits with 1 where there is one."""

    help = "Check that no log was edited, cut, reordered or rewritten."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take an optional host and the file of kept heads."""
        parser.add_argument("--site", metavar="HOST", help="only this site")
        parser.add_argument("--heads", metavar="FILE", type=Path, help="compare with the heads kept in this file")
        parser.add_argument("--keep", metavar="FILE", type=Path, help="append today's heads, if nothing is wrong")

    def handle(self, *args: Any, **options: Any) -> None:
        """Walk the chains of each site in its scope."""
        sites = Site.objects.filter(host=options["site"]) if options["site"] else Site.objects.all()
        if not sites:
            raise CommandError("There is no such site.")
        heads = read_heads(options["heads"]) if options["heads"] else []
        kept: list[dict[str, Any]] = []
        found = 0
        for site in sites:
            with site_scope(site):
                faults = [*check_site(site), *check_kept_heads(site, heads)]
                kept += filter(None, [export_head(site)])
                lines = AuditEntry.objects.filter(site=site).count()
            found += len(faults)
            for fault in faults:
                self.stdout.write(self.style.ERROR(f"{fault.chain} line {fault.line}: {fault.problem}"))
            self.stdout.write(f"{site.host}: {lines} lines, {len(faults)} faults")
        if found:
            raise CommandError(f"{found} faults found.", returncode=1)
        if options["keep"]:
            with options["keep"].open("a", encoding="utf-8") as file:
                file.writelines(json.dumps(head) + "\n" for head in kept)


def read_heads(path: Path) -> list[dict[str, Any]]:
    """Return the heads kept in a file, one JSON object a line."""
    try:
        return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
    except (OSError, ValueError) as error:
        raise CommandError(f"{path} cannot be read: {error}") from error
