"""Start-up of the kernel."""

from typing import Any

from django.apps import AppConfig
from django.db.models.signals import pre_migrate


class CoreConfig(AppConfig):
    """Loads Celery and the checks, and prepares the database roles before a migration."""

    name = "supportsite.core"
    label = "core"

    def ready(self) -> None:
        """Wire what must be in place before the first request."""
        from supportsite import celery  # noqa: F401
        from supportsite.core import checks, roles  # noqa: F401

        def prepare(using: str, **kwargs: Any) -> None:
            roles.prepare_roles(using=using)

        pre_migrate.connect(prepare, sender=self, weak=False, dispatch_uid="core.prepare_roles")
