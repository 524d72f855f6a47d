"""Write the API's schema to docs/openapi.yaml, or check that the file is what the code says."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.renderers import OpenApiYamlRenderer

TARGET = settings.BASE_DIR / "docs" / "openapi.yaml"


class Command(BaseCommand):
    """Keeps the committed schema and the code the same."""

    help = "Write docs/openapi.yaml; with --check only compare."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take --check."""
        parser.add_argument("--check", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        """Write or compare. Raises CommandError where they differ."""
        schema = SchemaGenerator().get_schema(request=None, public=True)  # type: ignore[no-untyped-call]
        made = OpenApiYamlRenderer().render(schema, renderer_context={})  # type: ignore[no-untyped-call]
        if not options["check"]:
            TARGET.write_bytes(made)
        elif not TARGET.exists() or TARGET.read_bytes() != made:
            raise CommandError("docs/openapi.yaml is out of date: run `python3 dev.py manage dump_schema`")
