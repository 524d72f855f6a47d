"""The one-file download: it runs, leaves nothing behind, and cleans up after a killed one."""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from customer_agent.packaging.build import build
from customer_agent.packaging.distributions import needed_distributions
from customer_agent.tests.app_screen import Display, Program, processes_of, wait_until
from customer_agent.tests.app_server import CODE, ContractServer

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(shutil.which("Xvfb") is None or shutil.which("xdotool") is None, reason="needs Xvfb, xdotool"),
]


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(tmp_path_factory.mktemp("downloads"))


@pytest.fixture
def display() -> Iterator[Display]:
    screen = Display()
    yield screen
    screen.close()


def test_it_holds_what_is_needed_and_no_server() -> None:
    names = {distribution.name.lower() for distribution in needed_distributions()}
    assert {"aiortc", "av", "pydantic", "cryptography", "xcffib"} <= names
    assert not names & {"django", "celery", "redis", "psycopg", "daphne"}


def test_it_runs_shows_its_question_and_leaves_neither_file_nor_process(
    archive: Path, display: Display, tmp_path: Path
) -> None:
    with ContractServer() as server:
        program = Program(display, "--site", server.url, "--code", CODE, archive=archive, temporary=tmp_path)
        server.wait_frame("connected", seconds=40)
        unpacked = list(tmp_path.iterdir())
        assert [oct(path.stat().st_mode & 0o777) for path in unpacked] == ["0o700"]
        server.ask("screen.control.desktop", "request-0001")
        program.consent_buttons()
        program.wait_line("allow enabled")
        display.hand("key", "Tab")
        display.hand("key", "space")
        server.wait_call("requests/request-0001/grant/")
        program.bar_button("Stop everything")
        server.event("session.ended", reason="csr_end")
        assert program.process.wait(8) == 0
        wait_until(lambda: not processes_of(display))
        assert list(tmp_path.iterdir()) == []
        assert list(program.home.iterdir()) == []
        program.close()


def test_a_killed_run_ends_its_program_and_the_next_run_removes_what_it_left(
    archive: Path, display: Display, tmp_path: Path
) -> None:
    with ContractServer() as server:
        program = Program(display, "--site", server.url, "--code", CODE, archive=archive, temporary=tmp_path)
        server.wait_frame("connected", seconds=40)
        os.kill(program.process.pid, signal.SIGKILL)
        wait_until(lambda: not processes_of(display), seconds=10)
        program.close()
        left = list(tmp_path.iterdir())
        assert len(left) == 1
        again = Program(display, "--version", archive=archive, temporary=tmp_path)
        assert again.process.wait(60) == 0
        again.close()
        assert list(tmp_path.iterdir()) == []


def test_it_says_plainly_what_is_missing(archive: Path, tmp_path: Path) -> None:
    environment = {"PATH": "/nonexistent", "LANG": "ja_JP.UTF-8", "TMPDIR": str(tmp_path), "PYTHONIOENCODING": "utf-8"}
    script = "import runpy, sys; sys.version_info = (3, 9, 1); sys.argv = sys.argv[1:]; runpy.run_path(sys.argv[0])"
    script = script.replace("run_path(sys.argv[0])", "run_path(sys.argv[0], run_name='__main__')")
    done = subprocess.run(
        [sys.executable, "-c", script, str(archive)], env=environment, capture_output=True, text=True, timeout=60,
        check=False, encoding="utf-8",
    )  # fmt: skip
    assert done.returncode == 2
    assert "Python 3.11 が必要です" in done.stderr
    assert "Traceback" not in done.stderr
