"""Every sentence exists in English and Japanese, and other people's words cannot disguise themselves."""

import ast
import string
from pathlib import Path

import polib

from customer_agent.texts import Texts, plain

PACKAGE = Path(__file__).parents[1]


def sentences() -> set[str]:
    """Return every string literal given to `_` in the package."""
    found = set()
    for path in [*PACKAGE.glob("*.py"), *(PACKAGE / "ui").glob("*.py")]:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant):
                name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
                if name in ("_", "_gettext"):
                    found.add(str(node.args[0].value))
    return found


def fields(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_every_sentence_has_its_japanese_with_the_same_fields_and_no_other_entry_exists() -> None:
    catalogue = polib.pofile(str(PACKAGE / "locale/ja/LC_MESSAGES/customer_agent.po"))
    entries = {entry.msgid: entry.msgstr for entry in catalogue}
    assert set(entries) == sentences()
    for english, japanese in entries.items():
        assert japanese.strip()
        assert fields(english) == fields(japanese)


def test_texts_speak_the_language_they_were_made_for() -> None:
    assert "コード" in Texts("ja").explain("code_invalid")
    assert Texts("xx").explain("code_invalid") == Texts("en").explain("code_invalid")
    assert "odd_code" in Texts("en").explain("odd_code")


def test_names_lose_direction_marks_line_breaks_and_length() -> None:
    assert plain("Daniel\u202e\nAllow\x00 everything\u2066") == "Daniel Allow everything"
    assert len(plain("x" * 500)) == 60
    assert plain("佐藤 大輔") == "佐藤 大輔"
