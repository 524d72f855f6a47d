"""How CSRs work at the console: one customer at a time or several, in which style, with the tabs in which order."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

# Each customer at a time has a letter of their own in the console.
MIN_SESSION_LIMIT, DEFAULT_SESSION_LIMIT, MAX_SESSION_LIMIT = 2, 6, 20


class SessionMode(models.TextChoices):
    """How many customers a CSR serves at once."""

    SINGLE = "single", _("Single-session mode")
    MULTI = "multi", _("Multi-session mode")


class ConsoleStyle(models.TextChoices):
    """The three consoles."""

    DASHBOARD = "dashboard", _("CSR dashboard")
    TRAY = "tray", _("Compact icon tray")
    MULTI = "multi", _("Multi-session window")


class ConsoleTab(models.TextChoices):
    """The dashboard's tabs, in the order that holds where nobody chose one."""

    TOOLS = "tools", _("Tools")
    DESKTOP = "desktop", _("Desktop")
    APPLICATION = "application", _("Application")
    SESSION = "session", _("Session")


def default_tab_order() -> list[str]:
    """Return the order of the tabs where nobody chose one."""
    return list(ConsoleTab.values)


def validate_tab_order(value: Any) -> None:
    """Accept each of the four tabs exactly once."""
    if not isinstance(value, list) or sorted(map(str, value)) != sorted(ConsoleTab.values):
        raise ValidationError(_("Name each of the four tabs once."), code="bad_tab_order")
