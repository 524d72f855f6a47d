"""What people type, made safe to keep and to show: names, messages, numbers, user agents."""

import re
import unicodedata

from sessions.models import NUMBER_DIGITS
from supportsite.protocol.base import MAX_NAME

# Marks that turn the reading direction or hide: a name with them can pass for another.
_HIDDEN = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
_SPACES = re.compile(r"\s+")
_BROWSERS = (
    ("Edg/", "Edge"),
    ("OPR/", "Opera"),
    ("Firefox/", "Firefox"),
    ("FxiOS/", "Firefox"),
    ("Chrome/", "Chrome"),
    ("CriOS/", "Chrome"),
    ("Safari/", "Safari"),
)
_SYSTEMS = (
    ("Windows", "Windows"),
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Mac OS X", "macOS"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
)


def clean_line(text: str) -> str:
    """Return one line without hidden or direction marks, of any length; may be empty."""
    visible = "".join(c if unicodedata.category(c) not in _HIDDEN else " " for c in unicodedata.normalize("NFC", text))
    return _SPACES.sub(" ", visible).strip()


def clean_name(text: str) -> str:
    """Return a display name: one line, no hidden or direction marks, at most 80 characters; may be empty."""
    return clean_line(text)[:MAX_NAME].strip()


def clean_text(text: str) -> str:
    """Return a message: line breaks kept, other control characters gone, trimmed."""
    unified = text.replace("\r\n", "\n").replace("\r", "\n")
    kept = (c for c in unified if c in "\n\t" or unicodedata.category(c) not in {"Cc", "Cs"})
    return "".join(kept).strip()


def read_number(text: str) -> str | None:
    """Return the nine digits of a support number in any script and with any separators, or None.

    Letters make it invalid; spaces, hyphens, dots and brackets are overlooked.
    """
    digits = []
    for character in unicodedata.normalize("NFKC", text[:100]):
        value = unicodedata.digit(character, None)
        if value is not None:
            digits.append(str(value))
        elif unicodedata.category(character)[0] not in "PZCS":
            return None
        if len(digits) > NUMBER_DIGITS:
            return None
    return "".join(digits) if len(digits) == NUMBER_DIGITS else None


def show_number(number: str) -> str:
    """Return a support number as people read it: 123-456-789."""
    return f"{number[:3]}-{number[3:6]}-{number[6:]}"


def describe_browser(user_agent: str) -> str:
    """Return e.g. "Chrome, Linux"; empty where the header says nothing known."""
    browser = next((name for mark, name in _BROWSERS if mark in user_agent), "")
    system = next((name for mark, name in _SYSTEMS if mark in user_agent), "")
    return ", ".join(part for part in (browser, system) if part)
