"""Other remote desktops of the Debian packages, each at its default settings, watched by noVNC in the same browser.

x11vnc shares the display that the product shares; TigerVNC is an X server of its own, with its own painter.
"""

import os
import shutil
import socket
import subprocess
import tempfile
from pathlib import Path
from typing import Any, Protocol

from playwright.sync_api import Page

from supportsite.bench.processes import end, rest
from supportsite.bench.story import BenchError, Desktop, Painter, until
from supportsite.devtools.bootstrap import PEER_PACKAGES

NOVNC = Path("/usr/share/novnc")


class Peer(Protocol):
    """A remote desktop to compare with."""

    name: str
    painter: Painter

    def open(self, page: Page) -> None:
        """Show the desktop in a page, with its input going there."""

    def rest(self, *, resting: bool) -> None:
        """Do nothing while others are measured."""

    def pids(self) -> list[int]:
        """Return the processes on the side of the shared computer, without the X server unless it is that too."""

    def close(self) -> None:
        """End everything."""


def free_port() -> int:
    """Return a free port of the loopback address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def listens(port: int) -> bool:
    """Whether somebody listens on a port of the loopback address."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


class _Vnc:
    """A VNC server and the gateway of noVNC before it."""

    name: str
    painter: Painter

    def __init__(self, command: list[str], port: int, environment: dict[str, str]) -> None:
        if not NOVNC.is_dir() or not shutil.which(command[0]):
            raise BenchError(f"missing: apt-get install {' '.join(PEER_PACKAGES)}")
        quiet: dict[str, Any] = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        self._server = subprocess.Popen(command, env=environment, **quiet)
        until(lambda: listens(port), f"{self.name} listens")
        self._web = free_port()
        gateway = ["websockify", "--web", str(NOVNC), f"127.0.0.1:{self._web}", f"127.0.0.1:{port}"]
        self._gateway = subprocess.Popen(gateway, **quiet)
        until(lambda: listens(self._web), "websockify listens")

    def open(self, page: Page) -> None:
        """Show the desktop in a page."""
        page.goto(f"http://127.0.0.1:{self._web}/vnc.html?autoconnect=true&resize=scale&reconnect=false")
        until(lambda: page.evaluate("[...document.querySelectorAll('canvas')].some(c => c.width >= 1900)"), self.name)

    def rest(self, *, resting: bool) -> None:
        """Do nothing while others are measured."""
        rest(self.pids(), resting=resting)

    def pids(self) -> list[int]:
        """Return server and gateway."""
        return [self._server.pid, self._gateway.pid]

    def close(self) -> None:
        """End both."""
        for process in (self._gateway, self._server):
            end(process)


class X11Vnc(_Vnc):
    """x11vnc on the display of the benchmark."""

    name = "x11vnc"

    def __init__(self, desktop: Desktop) -> None:
        self.painter = desktop.painter
        port = free_port()
        command = [
            "x11vnc",
            "-display",
            desktop.display,
            "-localhost",
            "-rfbport",
            str(port),
            "-forever",
            "-nopw",
            "-q",
        ]
        super().__init__(command, port, desktop.environment)


class TigerVnc(_Vnc):
    """Xtigervnc, which is display and VNC server in one."""

    name = "tigervnc"

    def __init__(self) -> None:
        port, number = free_port(), _free_display()
        self._folder = tempfile.TemporaryDirectory(prefix="bench-tigervnc-")
        command = ["Xtigervnc", f":{number}", "-geometry", "1920x1080", "-depth", "24", "-localhost=1"]
        command += [f"-rfbport={port}", "-SecurityTypes=None", "-AlwaysShared=1"]
        super().__init__(command, port, {**os.environ, "HOME": self._folder.name})
        self.painter = Painter({**os.environ, "DISPLAY": f":{number}"})

    def rest(self, *, resting: bool) -> None:
        """Do nothing, the painter of this display neither."""
        if resting:
            self.painter.paint("input")
        super().rest(resting=resting)

    def close(self) -> None:
        """End everything."""
        super().rest(resting=False)
        self.painter.close()
        super().close()
        self._folder.cleanup()


def _free_display() -> int:
    for number in range(90, 200):
        if not Path(f"/tmp/.X11-unix/X{number}").exists() and not Path(f"/tmp/.X{number}-lock").exists():  # noqa: S108
            return number
    raise BenchError("no free X display")
