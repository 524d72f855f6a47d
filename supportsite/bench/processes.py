"""Processes of a benchmark: their processor time, and how they rest while others are measured."""

import os
import signal
import subprocess
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path


def tree(pids: Iterable[int]) -> list[int]:
    """Return the processes and all their descendants that live now."""
    found, waiting = [], list(pids)
    while waiting:
        pid = waiting.pop()
        try:
            threads = list(Path(f"/proc/{pid}/task").iterdir())
        except OSError:
            continue
        found.append(pid)
        for thread in threads:
            with suppress(OSError):
                waiting += [int(child) for child in (thread / "children").read_text(encoding="utf-8").split()]
    return found


def cpu_seconds(pids: Iterable[int]) -> float:
    """Return the processor time, user and system, of the processes and their descendants so far."""
    ticks, total = os.sysconf("SC_CLK_TCK"), 0
    for pid in tree(pids):
        with suppress(OSError):
            fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
            total += int(fields[11]) + int(fields[12])
    return total / ticks


def rest(pids: Iterable[int], *, resting: bool) -> None:
    """Stop the processes where they are, or let them go on."""
    for pid in tree(pids):
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGSTOP if resting else signal.SIGCONT)


def end(process: subprocess.Popen[bytes]) -> None:
    """End a process that was started here, and wait for it."""
    rest([process.pid], resting=False)
    process.terminate()
    try:
        process.wait(5)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
