"""Django application of media paths."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MediaConfig(AppConfig):
    """Media paths."""

    name = "media"
    verbose_name = _("Media")

    def ready(self) -> None:
        """Add this app's sentences."""
        from media.messages import MESSAGES
        from supportsite.core.errors import register_messages

        register_messages(MESSAGES)
