"""The supervisor starts in order, revives what dies, and leaves nothing behind, however it ends."""

import json
import os
import select
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from supportsite.devtools.paths import ROOT, SOCKET_PATH_LIMIT, Paths
from supportsite.devtools.services import Service
from supportsite.devtools.supervisor import StartError, Supervisor

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the death signal is Linux's")

# Runs a supervisor with two services; the second ignores SIGTERM and has a child of its own in its session.
PROGRAM = """
import json, sys
from pathlib import Path
from supportsite.devtools.services import Service
from supportsite.devtools.supervisor import Supervisor

folder = Path(sys.argv[1])
def told():
    (folder / "new").write_text(json.dumps(supervisor.pids()))
    (folder / "new").rename(folder / "pids")

supervisor = Supervisor(print, told)
plain = Service("plain", ["sleep", "600"], folder / "plain.log", as_nobody=sys.argv[2] == "nobody")
stubborn = Service("stubborn", ["sh", "-c", "trap '' TERM; sleep 601 & echo $! >" + str(folder / "child") + "; wait"],
                   folder / "stubborn.log", stop_seconds=0.3)
with supervisor:
    supervisor.start([plain, stubborn])
    (folder / "up").touch()
    supervisor.watch()
"""


def until(condition, seconds=10.0):
    """Wait for a condition, in the pauses of a poll on nothing."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not come true"
        select.select([], [], [], 0.02)


def alive(pid):
    """Tell whether a process runs; a zombie does not."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


@pytest.fixture(params=["nobody", "self"])
def started(tmp_path, request):
    process = subprocess.Popen([sys.executable, "-c", PROGRAM, str(tmp_path), request.param], cwd=ROOT)
    try:
        until(lambda: (tmp_path / "up").exists() and (tmp_path / "child").exists())
        until(lambda: (tmp_path / "child").read_text().strip())
        yield process, tmp_path
    finally:
        process.kill()
        process.wait()


def pids_of(folder):
    return json.loads((folder / "pids").read_text())


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_stop_signal_leaves_nothing(started, number):
    process, folder = started
    everything = [*pids_of(folder).values(), int((folder / "child").read_text())]
    process.send_signal(number)
    assert process.wait(10) == 0
    assert [pid for pid in everything if alive(pid)] == []


def test_kill_9_of_the_supervisor_leaves_no_service(started):
    process, folder = started
    services = list(pids_of(folder).values())
    process.kill()
    until(lambda: not any(alive(pid) for pid in services))
    os.kill(int((folder / "child").read_text()), signal.SIGKILL)  # no service of the product has children


def test_a_killed_service_is_started_again_and_its_children_are_gone(started):
    _, folder = started
    before, child = pids_of(folder), int((folder / "child").read_text())
    os.kill(before["stubborn"], signal.SIGKILL)
    until(lambda: pids_of(folder).get("stubborn") not in {None, before["stubborn"]})
    until(lambda: not alive(child))
    assert pids_of(folder)["plain"] == before["plain"]


def quiet(_text):
    """Say nothing."""


def test_a_service_that_ends_at_once_is_named_with_its_log(tmp_path):
    with Supervisor(quiet) as supervisor, pytest.raises(StartError, match=r"broken ended with 3.*broken\.log"):
        supervisor.start([Service("broken", ["sh", "-c", "exit 3"], tmp_path / "broken.log", ready=lambda: False)])


def test_a_failing_command_tells_the_end_of_its_log(tmp_path):
    with Supervisor(quiet) as supervisor, pytest.raises(StartError, match="the reason"):
        supervisor.run(Service("step", ["sh", "-c", "echo the reason; exit 1"], tmp_path / "step.log"))


def test_a_command_that_succeeds_is_no_service_afterwards(tmp_path):
    with Supervisor(quiet) as supervisor:
        supervisor.run(Service("step", ["true"], tmp_path / "step.log"))
        assert supervisor.pids() == {}


def test_the_sockets_of_a_long_path_are_kept_in_a_short_private_one(tmp_path):
    deep = Paths(tmp_path / ("d" * 90))
    assert len(str(deep.run)) < SOCKET_PATH_LIMIT - 30
    assert deep.run.stat().st_mode & 0o077 == 0
    deep.run.rmdir()
