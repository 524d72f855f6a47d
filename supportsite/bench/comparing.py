"""Measures subjects in turn: this product and its peers, in the same minutes, by the same workloads and probe.

While one is measured the others rest. All samples of a subject's rounds are put together before a percentile is taken.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Protocol

from playwright.sync_api import Page

from supportsite.bench.figures import Figures
from supportsite.bench.processes import cpu_seconds
from supportsite.bench.story import BenchError, Painter
from supportsite.bench.watching import Watch

WORKLOADS = ("static", "scroll", "motion")
SETTLE_SECONDS = 2.0
INPUT_PAUSE_SECONDS = 0.12
HELD_SECONDS = 2.0  # the customer's hand has just moved: input is held for a second
MAX_LATENCY_MS = 5000
MIDDLE = """() => {
  const all = [...document.querySelectorAll('video, canvas')];
  const box = all.filter(one => one.videoWidth >= 1900 || one.width >= 1900).at(-1).getBoundingClientRect();
  return [box.x + box.width / 2, box.y + box.height / 2];
}"""


class Subject(Protocol):
    """What is measured. `prefix` stands before its keys."""

    prefix: str
    painter: Painter
    page: Page
    watch: Watch

    def begin(self) -> None:
        """Show the picture."""

    def arm(self) -> None:
        """Let clicks on the picture reach the computer."""

    def finish(self) -> None:
        """Show nothing any more, and rest."""

    def pids(self) -> Sequence[int]:
        """Return the processes at the shared computer."""

    def browser_pids(self) -> Sequence[int]:
        """Return the processes of the viewer's browser."""

    def received_bytes(self) -> int:
        """Return what the viewer's browser received so far."""


@dataclass
class Samples:
    """What was measured of one workload."""

    delays: list[float] = field(default_factory=list)
    distinct: int = 0
    seconds: float = 0.0
    received: int = 0
    cpu: float = 0.0
    browser_cpu: float = 0.0


@dataclass
class Record:
    """All that was measured of one subject."""

    workloads: dict[str, Samples] = field(default_factory=lambda: {name: Samples() for name in WORKLOADS})
    inputs: list[float] = field(default_factory=list)

    def write(self, figures: Figures, prefix: str) -> None:
        """Add the figures."""
        for name, one in self.workloads.items():
            if one.seconds == 0:
                continue
            key, n = f"{prefix}{name}.", len(one.delays)
            figures.add_latencies(f"{key}latency_", one.delays)
            figures.add(f"{key}updates_s", one.distinct / one.seconds, "1/s", n)
            figures.add(f"{key}kbit_s", one.received * 8 / 1000 / one.seconds, "kbit/s", n)
            figures.add(f"{key}agent_cpu_pct", one.cpu / one.seconds * 100, "%", n)
            figures.add(f"{key}browser_cpu_pct", one.browser_cpu / one.seconds * 100, "%", n)
        if self.inputs:
            figures.add_latencies(f"{prefix}input_", self.inputs)


def latencies(painted: list[tuple[int, float]], seen: list[tuple[int, float]]) -> list[float]:
    """Return the milliseconds from each painted update to its being seen; updates that nobody saw do not count."""
    painted_at: dict[int, list[float]] = {}
    for value, at in painted:
        painted_at.setdefault(value, []).append(at)
    found = []
    for value, at in seen:
        fitting = [at - start for start in painted_at.get(value, []) if -1 <= at - start < MAX_LATENCY_MS]
        if fitting:
            found.append(max(0.0, min(fitting)))
    return found


def measure_workload(subject: Subject, workload: str, seconds: float, into: Samples) -> None:
    """Measure one workload for some seconds, after it has settled."""
    page, painter, watch = subject.page, subject.painter, subject.watch
    painter.paint(workload)
    page.wait_for_timeout(SETTLE_SECONDS * 1000)
    painter.painted()
    watch.reset()
    received, cpu, browser = subject.received_bytes(), cpu_seconds(subject.pids()), cpu_seconds(subject.browser_pids())
    began = time.monotonic()
    page.wait_for_timeout(seconds * 1000)
    into.cpu += cpu_seconds(subject.pids()) - cpu
    into.browser_cpu += cpu_seconds(subject.browser_pids()) - browser
    into.received += subject.received_bytes() - received
    into.seconds += time.monotonic() - began
    seen = watch.updates()
    into.distinct += sum(1 for one, two in pairwise(seen) if one[0] != two[0]) + bool(seen)
    delays = latencies(painter.painted(), seen)
    if not delays:
        raise BenchError(f"{subject.prefix}{workload}: no update was seen ({len(seen)} changes of the probe)")
    into.delays += delays


def measure_input(subject: Subject, times: int, into: list[float]) -> None:
    """From the pointer event in the viewer's browser to the pixel that the customer's program painted for it."""
    page, watch = subject.page, subject.watch
    subject.arm()
    subject.painter.paint("input")
    x, y = page.evaluate(MIDDLE)
    page.mouse.move(x, y)
    page.wait_for_timeout(HELD_SECONDS * 1000)
    watch.reset()
    for _ in range(times):
        page.mouse.down()
        page.mouse.up()
        page.wait_for_timeout(INPUT_PAUSE_SECONDS * 1000)
    inputs = watch.inputs()
    if not inputs:
        raise BenchError(f"{subject.prefix}: no click reached the computer")
    into += inputs


def measure_in_browser(subject: Subject, record: Record, *, seconds: float, inputs: int) -> None:
    """One round of a subject that is watched in a browser."""
    subject.begin()
    for workload in WORKLOADS:
        measure_workload(subject, workload, seconds, record.workloads[workload])
    measure_input(subject, inputs, record.inputs)
    subject.finish()
