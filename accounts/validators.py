"""Rules for single values: host names, brand colours, lists of choices, privileges. Pure, no database."""

import re
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

MIN_CONTRAST = 4.5
MAX_CHOICES = 50
MAX_CHOICE_LENGTH = 80
PRIVILEGE_STATES = ("allow", "deny", "inherit")

_HOST = re.compile(r"^(?=.{1,253}$)[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*$")
_COLOUR = re.compile(r"^#[0-9A-Fa-f]{6}$")


def validate_host(value: str) -> None:
    """Refuse what is not one exact lower-case host name without port."""
    if not _HOST.match(value):
        raise ValidationError(_("Enter a host name in lower case, without scheme, port or path."), code="bad_host")


def contrast_with_white(colour: str) -> float:
    """Return the WCAG 2 contrast ratio (1 to 21) of a `#rrggbb` colour to white.

    Source: https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio
    """
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 1.05 / (0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05)


def validate_accent(value: str) -> None:
    """Refuse a brand colour on which white text cannot be read (4.5:1)."""
    if not _COLOUR.match(value):
        raise ValidationError(_("Enter a colour as # and six hexadecimal digits."), code="bad_colour")
    if contrast_with_white(value) < MIN_CONTRAST:
        raise ValidationError(_("White text on this colour cannot be read: choose a darker one."), code="low_contrast")


def validate_choices(value: Any) -> None:
    """Accept a list of 0 to 50 different, non-empty texts."""
    texts = isinstance(value, list) and all(isinstance(item, str) and item.strip() for item in value)
    if not texts or len(value) > MAX_CHOICES or len(set(value)) != len(value):
        raise ValidationError(_("Enter at most 50 different choices."), code="bad_choices")
    if any(len(item) > MAX_CHOICE_LENGTH for item in value):
        raise ValidationError(_("A choice has at most 80 characters."), code="bad_choices")


def validate_privileges(value: Any) -> None:
    """Accept a mapping of privilege names to allow, deny or inherit. Unknown names are refused."""
    from accounts.permissions import Privilege

    known = {str(privilege) for privilege in Privilege}
    if not isinstance(value, dict) or not set(value) <= known or not set(value.values()) <= set(PRIVILEGE_STATES):
        raise ValidationError(_("Unknown privilege or state."), code="bad_privileges")
