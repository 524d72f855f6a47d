"""A thousand random switches of action, monitor, option and network leave nothing behind."""

import os
import subprocess
import sys

import pytest

from customer_agent.tests.window_view import start_manager
from customer_agent.tests.xserver import x_server

SEED = os.environ.get("SWITCHES_SEED", "20261125")


@pytest.fixture
def display(monkeypatch):
    with x_server(1280, 600) as server:
        start_manager(server)
        for name, place in (("left", "640/160x600/150+0+0"), ("right", "640/160x600/150+640+0")):
            server.run("xrandr", "--setmonitor", name, place, "screen" if name == "left" else "none")
        for name, place in (("one", "30x10+100+100"), ("two", "30x10+900+300")):
            server.start("xterm", "-title", name, "-geometry", place, "-e", "cat")
            server.window(f"^{name}$")
        monkeypatch.setenv("DISPLAY", server.display)
        yield server.display


@pytest.mark.slow
def test_a_thousand_random_switches_leave_no_thread_memory_segment_or_key(display):
    command = [sys.executable, "-m", "customer_agent.tests.programs.switch_at_random", display, SEED]
    run = subprocess.run(command, check=False, capture_output=True, text=True)
    assert run.returncode == 0, run.stderr[-4000:]
