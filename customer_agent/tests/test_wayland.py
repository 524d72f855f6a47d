"""On Wayland the compositor's own stream is seen and its own input is used, through the portal."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from customer_agent.media.portal import PortalError, PortalSession
from customer_agent.media.wayland import on_wayland

ROOT = Path(__file__).resolve().parent.parent.parent
# Compositors refuse to run as root; in a user namespace of its own the test is nobody, with the same files.
NOBODY = ["unshare", "-U", "--map-user=65534", "--map-group=65534"]


@pytest.fixture
def folder():
    path = Path(tempfile.mkdtemp(prefix="wayland-"))
    (path / "run").mkdir(mode=0o700)
    yield path
    shutil.rmtree(path, ignore_errors=True)


@pytest.mark.slow
def test_a_wayland_desktop_is_seen_and_operated_through_the_portal(folder):
    command = ["dbus-run-session", "--", sys.executable, "-m", "customer_agent.tests.wayland_session", str(folder)]
    environment = {
        **os.environ, "XDG_RUNTIME_DIR": str(folder / "run"), "HOME": str(folder), "XDG_SESSION_TYPE": "wayland",
        "LIBGL_ALWAYS_SOFTWARE": "1",
    }  # fmt: skip
    environment.pop("DISPLAY", None)
    done = subprocess.run(
        [*(NOBODY if os.geteuid() == 0 else []), *command],
        capture_output=True, text=True, env=environment, cwd=ROOT, timeout=120, check=False,
    )  # fmt: skip
    logs = "\n".join(f"== {log.name}\n{log.read_text(errors='replace')[-1500:]}" for log in folder.glob("*.log"))
    assert done.returncode == 0, f"{done.stderr[-3000:]}\n{logs}"
    found = json.loads(done.stdout.splitlines()[-1])
    assert found["backend"] == "PortalCapture"
    assert found["monitor"] == [1280, 720]
    assert found["first"] == 1280 * 720
    assert found["changed"] > 1000


def test_an_x11_session_is_not_taken_for_wayland(monkeypatch):
    monkeypatch.setenv("XDG_SESSION_TYPE", "x11")
    monkeypatch.setenv("WAYLAND_DISPLAY", "wayland-0")
    assert not on_wayland()
    monkeypatch.delenv("XDG_SESSION_TYPE")
    assert on_wayland()
    monkeypatch.delenv("WAYLAND_DISPLAY")
    assert not on_wayland()


def test_without_a_session_bus_there_is_no_portal(monkeypatch):
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent/bus")
    with pytest.raises(PortalError):
        PortalSession(control=False)
