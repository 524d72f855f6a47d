"""The product's words in both languages, read from the catalogs that the product itself uses."""

from functools import cache
from pathlib import Path

import polib

ROOT = Path(__file__).resolve().parents[3]
# Scripts of the pages first, then what the server writes into them; the same English may differ by area.
AREAS = {"console": ["frontend/locale/{}/console.po"], "customer": ["frontend/locale/{}/customer.po"]}
EVERYWHERE = ["frontend/locale/{}/*.po", "**/locale/{}/LC_MESSAGES/*.po"]


@cache
def _catalog(language: str, area: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for pattern in AREAS[area] + EVERYWHERE:
        for path in sorted(ROOT.glob(pattern.format(language))):
            if {"node_modules", "var", ".venv"} & set(path.relative_to(ROOT).parts):
                continue
            for entry in polib.pofile(str(path)):
                if entry.msgstr:
                    found.setdefault(entry.msgid, entry.msgstr)
    return found


def word(language: str, english: str, area: str) -> str:
    """Return `english` as a person reads it in `language` on the pages of `area`, console or customer."""
    if language == "en":
        return english
    catalog = _catalog(language, area)
    assert english in catalog, f"no {language} word for {english!r}"
    return catalog[english]
