"""The product's words in both languages, read from the catalogs that the product itself uses."""

from functools import cache
from pathlib import Path

import polib

ROOT = Path(__file__).resolve().parents[3]


@cache
def _catalog(language: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for path in sorted(ROOT.glob(f"**/locale/{language}/LC_MESSAGES/*.po")) + sorted(
        ROOT.glob(f"frontend/locale/**/{language}*.po")
    ):
        if "node_modules" in path.parts or "var" in path.parts:
            continue
        for entry in polib.pofile(str(path)):
            if entry.msgstr:
                found.setdefault(entry.msgid, entry.msgstr)
    return found


def word(language: str, english: str) -> str:
    """Return `english` as a person reads it in `language`."""
    if language == "en":
        return english
    catalog = _catalog(language)
    assert english in catalog, f"no {language} word for {english!r}"
    return catalog[english]
