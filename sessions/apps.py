"""Django application of support sessions."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SessionsConfig(AppConfig):
    """Label differs from django.contrib.sessions."""

    name = "sessions"
    label = "support_sessions"
    verbose_name = _("Support sessions")

    def ready(self) -> None:
        """Add this app's sentences, listen to changes of access, offer the session chains to the audit check."""
        from sessions import receivers, verification
        from sessions.messages import MESSAGES
        from supportsite.core.errors import register_messages

        register_messages(MESSAGES)
        receivers.connect()
        verification.connect()
