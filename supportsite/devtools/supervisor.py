"""Starts services in order, keeps them alive, stops them in reverse; leaves nothing behind.

One thread: children get the kernel's death signal when the thread that started them ends. Signals are waited for,
never handled in between, so there is no race and no busy loop.
"""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Self

from supportsite.devtools.services import Service

READY_SECONDS = 40.0
POLL_SECONDS = 0.03
WATCHED = (signal.SIGCHLD, signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
STABLE_SECONDS = 10.0
LONGEST_PAUSE_SECONDS = 10.0


class StartError(Exception):
    """A service did not become ready; the message says which and where its log is."""


class StopRequested(Exception):  # noqa: N818 - no error
    """A stop signal arrived."""


@contextmanager
def unblocked_signals() -> Iterator[None]:
    """Let a foreground command be interrupted as usual while services run: Ctrl-C reaches it and then us."""
    old = signal.pthread_sigmask(signal.SIG_UNBLOCK, WATCHED)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, old)


@dataclass
class Running:
    """A started service."""

    service: Service
    process: "subprocess.Popen[bytes]"
    started: float
    failures: int = 0
    restart_at: float | None = None


class Supervisor:
    """Runs services; used as a context, which blocks the watched signals and stops everything at its end."""

    def __init__(self, say: Callable[[str], None], changed: Callable[[], None] = lambda: None) -> None:
        self.running: list[Running] = []
        self.say = say
        self.changed = changed
        self._old_mask: set[int | signal.Signals] = set()

    def __enter__(self) -> Self:
        self._old_mask = signal.pthread_sigmask(signal.SIG_BLOCK, WATCHED)
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
        signal.pthread_sigmask(signal.SIG_SETMASK, self._old_mask)

    def pids(self) -> dict[str, int]:
        """Return the process id of each service that runs."""
        return {item.service.name: item.process.pid for item in self.running if item.process.poll() is None}

    def start(self, services: Iterable[Service]) -> None:
        """Start all of these at once and wait until each is ready. Raises StartError or StopRequested."""
        begun = [Running(service, service.start(), time.monotonic()) for service in services]
        self.running += begun
        self.changed()
        deadline = time.monotonic() + READY_SECONDS
        for item in begun:
            self._await_ready(item, deadline)

    def launch(self, service: Service) -> None:
        """Start one without waiting for it."""
        self.running.append(Running(service, service.start(), time.monotonic()))
        self.changed()

    def run(self, service: Service) -> None:
        """Run a command to its end under the same care. Raises StartError where it fails, StopRequested."""
        item = Running(service, service.start(), time.monotonic())
        self.running.append(item)
        while item.process.poll() is None:
            self._wait(POLL_SECONDS)
        self.running.remove(item)
        if item.process.returncode:
            log = service.error_log or service.log
            tail = "\n".join(log.read_text(encoding="utf-8", errors="replace").splitlines()[-25:])
            raise StartError(f"{service.name} failed ({item.process.returncode}); {log} ends with\n{tail}")

    def _await_ready(self, item: Running, deadline: float) -> None:
        while not item.service.ready():
            if item.process.poll() is not None:
                raise StartError(f"{item.service.name} ended with {item.process.returncode}; see {item.service.log}")
            if time.monotonic() > deadline:
                raise StartError(f"{item.service.name} is not ready; see {item.service.log}")
            self._wait(POLL_SECONDS)

    def _wait(self, seconds: float | None) -> None:
        """Wait for a signal or the time. Raises StopRequested."""
        if seconds is None:
            number = signal.sigwaitinfo(WATCHED).si_signo
        else:
            info = signal.sigtimedwait(WATCHED, max(seconds, 0))
            number = info.si_signo if info else signal.SIGCHLD
        if number != signal.SIGCHLD:
            raise StopRequested

    def watch(self) -> None:
        """Keep the services alive until a stop signal arrives."""
        try:
            while True:
                self._revive()
                pauses = [item.restart_at for item in self.running if item.restart_at is not None]
                self._wait(min(pauses) - time.monotonic() if pauses else None)
        except StopRequested:
            return

    def _revive(self) -> None:
        now = time.monotonic()
        for item in list(self.running):
            if item.restart_at is not None and item.restart_at <= now:
                item.process, item.started, item.restart_at = item.service.start(), now, None
                self.say(f"{item.service.name} started again")
                self.changed()
            elif item.restart_at is None and item.process.poll() is not None:
                self._died(item, now)

    def _died(self, item: Running, now: float) -> None:
        _kill_group(item.process.pid, signal.SIGKILL)
        if not item.service.restart:
            if item.process.returncode == 0:
                item.service.succeeded()
            self.running.remove(item)
            self.changed()
            return
        item.failures = item.failures + 1 if now - item.started < STABLE_SECONDS else 0
        pause = min(LONGEST_PAUSE_SECONDS, 0.5 * 2 ** (item.failures - 1)) if item.failures else 0.0
        item.restart_at = now + pause
        self.say(f"{item.service.name} ended with {item.process.returncode}; starting it again")

    def stop(self) -> None:
        """Stop in the reverse order of starting, each with its own signal, by force after its time."""
        while self.running:
            item = self.running.pop()
            if item.process.poll() is None:
                item.process.send_signal(item.service.stop_signal)
                try:
                    item.process.wait(item.service.stop_seconds)
                except subprocess.TimeoutExpired:
                    self.say(f"{item.service.name} did not stop; killing it")
            _kill_group(item.process.pid, signal.SIGKILL)
            item.process.wait()
        self.changed()


def _kill_group(leader: int, number: int) -> None:
    """Signal what is left of a service's session; its leader may be gone already."""
    try:
        os.killpg(leader, number)
    except ProcessLookupError:
        return
    except PermissionError:
        # Only processes in another user namespace are left, and they end with their leader.
        return
