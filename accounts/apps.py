"""Start-up of the accounts app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    """Sites and people."""

    name = "accounts"
    verbose_name = _("Site and people")

    def ready(self) -> None:
        """Connect the receivers."""
        from accounts import receivers  # noqa: F401
