"""The one file that a customer downloads and starts: it does the same, and takes itself away."""

import hashlib
import json
import os
import stat
import urllib.request
from pathlib import Path

from sessions.tests.e2e import story
from sessions.tests.e2e.display import Display
from sessions.tests.e2e.people import People
from sessions.tests.e2e.programs import Board
from sessions.tests.e2e.stack import Stack
from sessions.tests.e2e.waiting import until

BUILD_SECONDS = 240.0
FILE = "support-manager-linux-x86_64.pyz"


def test_the_downloaded_file_shares_the_screen_and_removes_itself(
    people: People, display: Display, stack: Stack, tmp_path: Path
) -> None:
    """The Downloads page gives one file with its SHA-256; started as the session page says, it serves the session."""
    address = f"{stack.base}/downloads/support-manager/linux/"
    until(lambda: stack.answers("/downloads/support-manager/linux/", 5), "the download is built", BUILD_SECONDS, 1)
    customer = people.customer()
    customer.page.goto(f"{stack.base}/downloads/")
    file = tmp_path / FILE
    with urllib.request.urlopen(address, timeout=60) as answer:
        file.write_bytes(answer.read())
    customer.sees(hashlib.sha256(file.read_bytes()).hexdigest())
    assert (
        json.loads((stack.folder / "downloads" / FILE).with_suffix(".json").read_text())["size"] == file.stat().st_size
    )
    file.chmod(file.stat().st_mode | stat.S_IXUSR)

    board = Board(display)
    csr = people.csr()
    customer.join(story.begin(csr))
    story.await_state(csr, "active")
    before = set(os.listdir("/tmp"))  # noqa: PTH208 - names only
    manager = story.attach(customer, display, file=file)
    story.share_view(csr, manager)
    story.sees_board(csr, display, board)
    unpacked = set(os.listdir("/tmp")) - before  # noqa: PTH208
    csr.api("POST", f"sessions/{csr.session}/end/")
    until(lambda: not manager.running, "the program is gone", 8)
    ours = {name for name in unpacked if "support" in name}
    assert not ours & set(os.listdir("/tmp")), "what it unpacked is gone"  # noqa: PTH208
