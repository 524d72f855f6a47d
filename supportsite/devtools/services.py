"""What a supervised service is, and how one is asked whether it is ready."""

import json
import os
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

LAUNCHER = Path(__file__).with_name("launch.py")


def do_nothing() -> None:
    """Hook of a service that nobody waits for."""


def always_ready() -> bool:
    """Readiness of a service that is ready once it has started."""
    return True


@dataclass
class Service:
    """A process that runs until it is stopped, and is started again when it dies."""

    name: str
    command: list[str]
    log: Path
    ready: Callable[[], bool] = always_ready
    environment: Mapping[str, str] = field(default_factory=dict)
    stop_signal: int = signal.SIGTERM
    death_signal: int = signal.SIGKILL
    stop_seconds: float = 10
    as_nobody: bool = False
    restart: bool = True
    succeeded: Callable[[], None] = do_nothing
    error_log: Path | None = None
    pass_fds: tuple[int, ...] = ()
    cwd: Path | None = None

    def start(self) -> "subprocess.Popen[bytes]":
        """Start the process with its output appended to its log."""
        head = [sys.executable, "-S", "-E", str(LAUNCHER), str(os.getpid()), str(int(self.death_signal))]
        with self.log.open("ab") as log, (self.error_log or self.log).open("ab") as errors:
            return subprocess.Popen(
                [*head, "1" if self.as_nobody else "0", *self.command],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=errors,
                env={**os.environ, **self.environment},
                pass_fds=self.pass_fds,
                cwd=self.cwd,
            )


def answers_ping(path: Path) -> bool:
    """Tell whether the Redis-compatible server on a unix socket answers PING."""
    try:
        with socket.socket(socket.AF_UNIX) as client:
            client.settimeout(1)
            client.connect(str(path))
            client.sendall(b"PING\r\n")
            return client.recv(16).startswith(b"+PONG")
    except OSError:
        return False


def postmaster_ready(data: Path) -> bool:
    """Tell whether PostgreSQL accepts connections, by the status line of its lock file."""
    try:
        lines = (data / "postmaster.pid").read_text(encoding="ascii").splitlines()
    except OSError:
        return False
    return len(lines) >= 8 and lines[7].strip() == "ready"


def fetch_json(url: str, timeout: float = 2) -> dict[str, object] | None:
    """Return the JSON object that an address answers with 200, or None."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(url, timeout=timeout) as answer:
            value = json.loads(answer.read())
    except (OSError, urllib.error.URLError, ValueError):
        return None
    return value if isinstance(value, dict) else None
