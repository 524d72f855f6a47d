"""Child processes that never outlive the test run and are ended by their own pid only."""

import ctypes
import os
import signal
import subprocess
from pathlib import Path

_PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None, use_errno=True)


def _die_with_parent() -> None:
    _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def start(
    command: list[str], *, log: Path, env: dict[str, str] | None = None, **options: object
) -> subprocess.Popen[bytes]:
    """Start `command` in a session of its own, writing to `log`; it is killed when the test run dies."""
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as out:
        return subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            env=os.environ | (env or {}),
            start_new_session=True,
            preexec_fn=_die_with_parent,  # noqa: PLW1509 - the parent starts no threads before this
            **options,  # type: ignore[call-overload]
        )


def stop(process: subprocess.Popen[bytes], *, seconds: float = 10) -> None:
    """End a process that this run started: politely first, then for sure."""
    if process.poll() is not None:
        return
    process.terminate()
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait(seconds)


def children(pid: int) -> list[int]:
    """Return the pids of all living descendants of `pid`, nearest first."""
    found: list[int] = []
    todo = [pid]
    while todo:
        parent = todo.pop()
        for task in Path(f"/proc/{parent}/task").glob("*/children"):
            try:
                direct = [int(word) for word in task.read_text().split()]
            except (FileNotFoundError, ProcessLookupError):
                continue
            found += direct
            todo += direct
    return found


def alive(pid: int) -> bool:
    """Return whether `pid` runs (a zombie does not)."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state != "Z"
