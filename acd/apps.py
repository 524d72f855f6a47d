"""Django application of WebACD."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AcdConfig(AppConfig):
    """Queues and their router."""

    name = "acd"
    verbose_name = _("WebACD")

    def ready(self) -> None:
        """Add this app's sentences; listen to sessions that end."""
        from acd import receivers
        from acd.messages import MESSAGES
        from supportsite.core.errors import register_messages

        register_messages(MESSAGES)
        receivers.connect()
