"""Runs the floor (`floor.py`) in a process of its own and measures it like the others."""

import ast
import subprocess
import sys
import time
from itertools import pairwise

from supportsite.bench.comparing import INPUT_PAUSE_SECONDS, SETTLE_SECONDS, WORKLOADS, Record, Samples, latencies
from supportsite.bench.processes import cpu_seconds, end
from supportsite.bench.story import Desktop, until

PREFIX = "floor."
SAMPLE_SECONDS = 0.5


def measure_floor(desktop: Desktop, record: Record, *, seconds: float, inputs: int) -> None:
    """One round."""
    floor = _Floor(desktop)
    try:
        for workload in WORKLOADS:
            floor.measure(workload, seconds, record.workloads[workload])
        record.inputs += floor.clicks(inputs)
    finally:
        floor.close()


class _Floor:
    def __init__(self, desktop: Desktop) -> None:
        self._desktop = desktop
        command, pipe = [sys.executable, "-m", "supportsite.bench.floor"], subprocess.PIPE
        self._process = subprocess.Popen(command, stdin=pipe, stdout=pipe, env=desktop.environment)
        desktop.painter.paint("static")
        until(self._updates, "the floor decodes")

    def _updates(self) -> list[tuple[int, float]]:
        process = self._process
        if process.stdin is None or process.stdout is None:
            return []
        process.stdin.write(b"dump\n")
        process.stdin.flush()
        return [(int(value), float(at)) for value, at in ast.literal_eval(process.stdout.readline().decode())]

    def measure(self, workload: str, seconds: float, into: Samples) -> None:
        """Measure one workload; nothing is received by anybody."""
        painter = self._desktop.painter
        painter.paint(workload)
        time.sleep(SETTLE_SECONDS)
        painter.painted()
        self._updates()
        cpu, began = cpu_seconds([self._process.pid]), time.monotonic()
        time.sleep(seconds)
        into.cpu += cpu_seconds([self._process.pid]) - cpu
        into.seconds += time.monotonic() - began
        seen = self._updates()
        into.distinct += sum(1 for one, two in pairwise(seen) if one[0] != two[0]) + bool(seen)
        into.delays += latencies(painter.painted(), seen)

    def clicks(self, times: int) -> list[float]:
        """Return the milliseconds from each press of the customer's own hand to the decoded update."""
        self._desktop.painter.paint("input")
        time.sleep(SAMPLE_SECONDS)
        found = []
        for _ in range(times):
            self._updates()
            pressed = self._desktop.click(960, 540)
            found.append(until(self._updates, "the click is seen")[0][1] - pressed)
            time.sleep(INPUT_PAUSE_SECONDS)
        return found

    def close(self) -> None:
        """End it."""
        end(self._process)
