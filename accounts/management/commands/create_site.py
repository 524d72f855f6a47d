"""Make a site and its first administrator; there is no setup page on the web."""

import getpass
import os
from argparse import ArgumentParser
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from accounts.services import create_site


class Command(BaseCommand):
    """Asks for the administrator's password, or takes it from SITE_ADMIN_PASSWORD."""

    help = "Make a site with its first administrator."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take what a site needs."""
        parser.add_argument("host", help="exact host name at which the site is served")
        parser.add_argument("name", help="name of the organisation")
        parser.add_argument("--name-ja", default="", help="name in Japanese")
        parser.add_argument("--admin-email", required=True)
        parser.add_argument("--admin-name", required=True)
        parser.add_argument("--language", choices=["en", "ja"], default="en")
        parser.add_argument("--verified", action="store_true", help="the organisation's identity was checked")

    def handle(self, *args: Any, **options: Any) -> None:
        """Make it, or say what is wrong."""
        password = os.environ.get("SITE_ADMIN_PASSWORD") or getpass.getpass("Password of the administrator: ")
        try:
            site, membership = create_site(
                host=options["host"],
                name=options["name"],
                name_ja=options["name_ja"],
                admin_email=options["admin_email"],
                admin_name=options["admin_name"],
                admin_password=password,
                default_language=options["language"],
                verified=options["verified"],
            )
        except ValidationError as error:
            raise CommandError("; ".join(error.messages)) from error
        self.stdout.write(f"{site.host}: {site.name}, administrator {membership.user.email}")
