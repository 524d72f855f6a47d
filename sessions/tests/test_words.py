"""Every sentence of this app exists in Japanese, with the same blanks."""

import ast
import re
from pathlib import Path

import polib
import pytest

ROOT = Path(__file__).resolve().parents[2]
MARKERS = {"_", "gettext", "gettext_lazy", "gettext_noop"}
BLANK = re.compile(r"%\(\w+\)[sd]")


def sentences(apps):
    for app in apps:
        for path in (ROOT / app).rglob("*.py"):
            if {"tests", "migrations"} & set(path.parts):
                continue
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                called = isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in MARKERS
                if called and isinstance(node.args[0], ast.Constant):
                    yield node.args[0].value


@pytest.mark.parametrize("language", ["en", "ja"])
@pytest.mark.parametrize("apps", [("sessions", "media"), ("acd",)])
def test_every_sentence_is_in_the_catalogue(apps, language):
    catalogue = {
        entry.msgid: entry for entry in polib.pofile(ROOT / f"{apps[0]}/locale/{language}/LC_MESSAGES/django.po")
    }
    missing = set(sentences(apps)) - set(catalogue)
    assert not missing
    if language == "ja":
        for text in set(sentences(apps)):
            assert catalogue[text].msgstr, text
            assert sorted(BLANK.findall(text)) == sorted(BLANK.findall(catalogue[text].msgstr)), text
