"""The whole server side as `dev.py up` runs it, in a state folder of its own."""

import json
import os
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sessions.tests.e2e import processes
from sessions.tests.e2e.waiting import until

ROOT = Path(__file__).resolve().parents[3]
FIRST_PORT, LAST_PORT = 9700, 9799
START_SECONDS = 180
OF_UNIT_TESTS = {
    *("DATABASE_URL", "DATABASE_OWNER_URL", "DATABASE_POOL", "REDIS_URL", "REDIS_PREFIX", "BROKER_URL", "SECRET_KEY"),
    *("PUBLIC_SCHEME", "PUBLIC_PORT", "EMAIL_URL", "LOG_LEVEL", "STATIC_FROM_SOURCE", "DJANGO_SETTINGS_MODULE"),
    *("TURN_URL", "TURN_SECRET"),
}


@dataclass(frozen=True)
class Account:
    """A demo account of `var/demo.json`."""

    email: str
    password: str
    role: str
    host: str


def free_port() -> int:
    """Return a port of this suite's own range that nobody listens on."""
    for port in range(FIRST_PORT, LAST_PORT + 1):
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise AssertionError("no free port for the test server")


class Stack:
    """A running installation with fresh demo data."""

    def __init__(self, folder: Path, **settings: str) -> None:
        """Start everything on a free port, unless `folder` has a running one, and wait until it is ready.

        `settings` are those of the environment, by name.
        """
        self.folder = folder
        # What supportsite.devtools.pytest_env sets is for tests inside of pytest, not for an installation beside it.
        given = {name: value for name, value in os.environ.items() if name not in OF_UNIT_TESTS}
        self.environment = given | {"VAR_DIR": str(folder)} | settings
        self._stops = not (folder / "run.json").exists()  # one that runs already is somebody's, who looks for a fault
        if self._stops:
            self._start()
        self.demo: dict[str, Any] = json.loads((folder / "demo.json").read_text())
        self.base = self.demo["base_url"].rstrip("/")
        self.port = int(self.base.rpartition(":")[2])
        self.wait_ready()

    def _start(self) -> None:
        """Start the installation; one that does not come up in time is ended, not left behind."""
        try:
            self.dev("up", "--detach", "--port", str(free_port()), seconds=START_SECONDS)
        except BaseException:
            self.dev("down")
            raise

    def dev(self, *arguments: str, seconds: float = 120) -> str:
        """Run one `dev.py` command on this installation and return what it printed."""
        done = subprocess.run(
            [sys.executable, str(ROOT / "dev.py"), *arguments],
            env=self.environment,
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=seconds,
            check=False,
        )
        assert done.returncode == 0, f"dev.py {' '.join(arguments)}: {done.stdout[-2000:]}{done.stderr[-2000:]}"
        return done.stdout

    def close(self) -> None:
        """End every process of this installation."""
        if self._stops:
            self.dev("down")

    def shell(self, code: str) -> str:
        """Run Python inside the site "localhost" of the product's own settings and return what it printed."""
        prelude = (
            "from accounts.models import Site\n"
            "from supportsite.core.tenancy import site_scope\n"
            "site = Site.objects.get(host='localhost')\n"
            "with site_scope(site):\n"
        )
        return self.dev("manage", "shell", "-c", prelude + "".join(f"    {line}\n" for line in code.splitlines()))

    def said(self, word: str, code: str) -> str:
        """Run code as `shell` does and return the line that it printed after `word`."""
        line = next(line for line in self.shell(code).splitlines() if line.startswith(f"{word} "))
        return line.removeprefix(f"{word} ")

    def set_site(self, **settings: object) -> None:
        """Change settings of the demo site, e.g. `request_timeout_s=15`."""
        lines = ["row = site.settings"]
        lines += [f"row.{name} = {value!r}" for name, value in settings.items()]
        self.shell("\n".join([*lines, "row.full_clean()", "row.save()"]))

    def account(self, role: str, *, host: str = "localhost", number: int = 0) -> Account:
        """Return the `number`-th demo account with `role` on `host`."""
        found = [Account(row["email"], row["password"], row["role"], row["site"]) for row in self.demo["accounts"]]
        return [row for row in found if row.role == role and row.host == host][number]

    # -- faults

    @property
    def daphne(self) -> int:
        """Return the pid of the process that serves HTTP and sockets now."""
        return self.pid_of("web")

    def pid_of(self, service: str) -> int:
        """Return the pid of a service as it was last written down."""
        state = json.loads((self.folder / "demo.json").read_text())
        return int(state["pids"][service])

    def answers(self, path: str = "/readyz", seconds: float = 2) -> bool:
        """Return whether the server answers `path` with 200."""
        try:
            with urllib.request.urlopen(f"{self.base}{path}", timeout=seconds) as answer:
                return bool(answer.status == 200)
        except (urllib.error.URLError, OSError):
            return False

    def wait_ready(self, seconds: float = 60) -> None:
        """Wait until the server is ready."""
        until(self.answers, "the server is ready", seconds)

    def kill_daphne(self) -> None:
        """Kill the server's process as a crash would, and see it gone."""
        pid = self.daphne
        os.kill(pid, signal.SIGKILL)
        until(lambda: not processes.alive(pid), "daphne is gone")

    def freeze_daphne(self) -> None:
        """Make the server silent without closing a connection: a cut network."""
        os.kill(self.daphne, signal.SIGSTOP)

    def thaw_daphne(self) -> None:
        """Let the frozen server go on."""
        os.kill(self.daphne, signal.SIGCONT)
