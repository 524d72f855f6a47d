"""Make the demo sites and people."""

import json
from typing import Any

from django.core.management.base import BaseCommand

from accounts.demo import make_demo


class Command(BaseCommand):
    """Prints one JSON object: hosts, accounts with their documented passwords, an API token."""

    help = "Make the demo sites, where they are missing; prints JSON."

    def handle(self, *args: Any, **options: Any) -> None:
        """Make and print."""
        self.stdout.write(json.dumps(make_demo(), ensure_ascii=False))
