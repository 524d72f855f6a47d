"""The Downloads page: the right thing for each system, honest while there is nothing, the very bytes."""

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.conf import LazySettings
from django.test import AsyncClient, Client

from sessions.views_downloads import LINUX_FILE, detect_system

FIREFOX_LINUX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
EDGE = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/140.0 Safari/537.36 Edg/140.0"
SAFARI = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 Version/18.0 Safari/605.1.15"
PHONE = "Mozilla/5.0 (Linux; Android 15; Pixel 9) AppleWebKit/537.36 Chrome/140.0 Mobile Safari/537.36"
IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148"
CONTENT = b"#!/usr/bin/env python3\n" + bytes(range(256)) * 3000


@pytest.fixture
def folder(tmp_path: Path, settings: LazySettings) -> Path:
    settings.VAR_DIR = tmp_path
    made = tmp_path / "downloads"
    made.mkdir()
    return made


@pytest.fixture
def built(folder: Path) -> Path:
    path = folder / LINUX_FILE
    path.write_bytes(CONTENT)
    facts = {"size": len(CONTENT), "sha256": hashlib.sha256(CONTENT).hexdigest(), "version": "0.1.0"}
    path.with_suffix(".json").write_text(json.dumps(facts))
    return path


@pytest.mark.parametrize(
    ("agent", "system"),
    [
        (FIREFOX_LINUX, "linux"),
        (EDGE, "windows"),
        (SAFARI, "macos"),
        (PHONE, "phone"),
        (IPHONE, "phone"),
        ("", "other"),
    ],
)
def test_the_visitors_system_is_recognised(agent: str, system: str) -> None:
    assert detect_system(agent) == system


def test_the_page_shows_size_and_checksum(site: Any, client_of: Callable[[Any], Client], built: Path) -> None:
    page = client_of(site).get("/downloads/", headers={"user-agent": FIREFOX_LINUX}).content.decode()
    assert hashlib.sha256(CONTENT).hexdigest() in page
    assert "your system" in page
    assert "/downloads/support-manager/linux/" in page


def test_the_page_speaks_japanese(site: Any, client_of: Callable[[Any], Client], built: Path) -> None:
    page = client_of(site).get("/downloads/", headers={"user-agent": EDGE, "accept-language": "ja"}).content.decode()
    assert "お使いのシステム用のファイルはまだありません" in page


@pytest.mark.parametrize("state", ["nothing", "half a file", "no description", "a broken description"])
def test_while_it_is_not_built_the_page_says_so_and_the_file_is_missing(
    site: Any, client_of: Callable[[Any], Client], folder: Path, state: str
) -> None:
    path = folder / LINUX_FILE
    if state != "nothing":
        path.write_bytes(CONTENT[:100])
    if state == "half a file":
        path.with_suffix(".json").write_text(json.dumps({"size": len(CONTENT), "sha256": "x", "version": "0"}))
    if state == "a broken description":
        path.with_suffix(".json").write_text("{")
    client = client_of(site)
    assert "still being prepared" in client.get("/downloads/").content.decode()
    assert client.get("/downloads/support-manager/linux/").status_code == 404


async def test_the_file_arrives_whole_and_as_a_file(site: Any, built: Path) -> None:
    answer = await AsyncClient(headers={"host": site.host}).get("/downloads/support-manager/linux/")
    assert answer.status_code == 200
    assert b"".join([chunk async for chunk in answer.streaming_content]) == CONTENT
    assert answer["Content-Disposition"] == f'attachment; filename="{LINUX_FILE}"'
    assert answer["Content-Length"] == str(len(CONTENT))
    assert answer["X-Content-Type-Options"] == "nosniff"


def test_only_reading_is_possible(site: Any, client_of: Callable[[Any], Client], built: Path) -> None:
    client = Client(headers={"host": site.host})
    for address in ("/downloads/", "/downloads/support-manager/linux/"):
        assert client.post(address).status_code == 405
        assert client.get(f"{address}../secret").status_code == 404
