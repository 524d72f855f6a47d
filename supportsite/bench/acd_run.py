"""The parts of `dev.py bench acd` that need no browser: throughput, decisions, places; and the order of all."""

import asyncio
import os
import re
import subprocess
import sys
import time
from collections import deque
from pathlib import Path
from typing import Any

from acd.consumers.watch import QueueWatch
from acd.models import Offer, QueueEntry
from acd.selectors.wait import ExpectedWait
from acd.selectors.waiting import describe_waiting
from acd.services import router
from supportsite.bench.acd_click import measure_clicks
from supportsite.bench.acd_rows import Place, analyze, enqueue, fill_line, make_available, make_place, no_wake_ups
from supportsite.bench.figures import Figures, percentile
from supportsite.core.tenancy import site_scope
from supportsite.devtools import servers

SITES, CSRS, QUEUES, WORKERS = 20, 50, 5, 4
WAITING, LONG_LINE, PLACES = 10_000, 100_000, 10_000
LOAD_SECONDS = float(os.environ.get("BENCH_SECONDS", "30"))
PGBENCH_SECONDS, PGBENCH_SCALE = 8, 10
DECISIONS, WARM_UP = 600, 60
PLACES_SECONDS, DEQUEUES_PER_SECOND = 10.0, 100


def run(parts: list[str]) -> None:
    """Measure the parts (none: all) and write the figures."""
    figures = Figures("acd")
    known = {"throughput": _throughput, "decisions": _decisions, "places": _places, "clicks": measure_clicks}
    for name in parts or known:
        began = time.monotonic()
        known[name](figures)
        say(f"{name} took {time.monotonic() - began:.0f} s")
    figures.write()


def say(text: str) -> None:
    """Tell what is measured now."""
    print(f"· {text}", flush=True)


def _throughput(figures: Figures) -> None:
    """B1 and the raw limit: half of `pgbench -N` before the load, half after it."""
    say(f"{SITES} sites, {CSRS} CSRs and {QUEUES} queues each, {WAITING} waiting")
    places = [make_place(csrs=CSRS, queues=QUEUES) for _ in range(SITES)]
    for place in places:
        fill_line(place, WAITING // SITES + CSRS)
    analyze()
    pgbench = _Pgbench()
    raw = [pgbench.run()]
    for place in places:
        make_available(place)
    say(f"{WORKERS} workers for {LOAD_SECONDS:.0f} s")
    contacts = _load([place.site.pk for place in places])
    raw.append(pgbench.run())
    figures.add("contacts_s", contacts / LOAD_SECONDS, "1/s", contacts)
    figures.add("pgbench_tps", sum(raw) / len(raw), "1/s", len(raw))


def _load(sites: list[int]) -> int:
    command = [sys.executable, "-m", "supportsite.bench.acd_worker", str(LOAD_SECONDS)]
    workers = [
        subprocess.Popen(
            [*command, *map(str, sites[number::WORKERS])], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        for number in range(WORKERS)
    ]
    for worker in workers:
        assert worker.stdout is not None
        if worker.stdout.readline().strip() != "ready":
            raise RuntimeError("a worker did not start")
    for worker in workers:
        assert worker.stdin is not None
        worker.stdin.write("\n")
        worker.stdin.flush()
    counts = [int(worker.communicate(timeout=LOAD_SECONDS + 60)[0]) for worker in workers]
    return sum(counts)


class _Pgbench:
    """PostgreSQL's own benchmark in the same server: three statements in a durable transaction, as many clients."""

    def __init__(self) -> None:
        packages = servers.site_packages(Path(sys.executable))
        self._program = servers.find_postgres(packages)[0] / "pgbench"
        self._url = os.environ["DATABASE_OWNER_URL"]
        self._call("-i", "-q", "-s", str(PGBENCH_SCALE))

    def run(self) -> float:
        """Return transactions per second."""
        say(f"pgbench -N for {PGBENCH_SECONDS} s")
        said = self._call("-N", "-n", "-c", str(WORKERS), "-j", "2", "-T", str(PGBENCH_SECONDS), "-M", "prepared")
        match = re.search(r"tps = ([\d.]+) \(without", said)
        if match is None:
            raise RuntimeError(f"pgbench said no rate: {said}")
        return float(match.group(1))

    def _call(self, *arguments: str) -> str:
        done = subprocess.run(
            [str(self._program), *arguments, self._url], capture_output=True, text=True, check=True, timeout=300
        )
        return done.stdout


def _decisions(figures: Figures) -> None:
    """B3: the same three commands where nobody waits and where 100,000 do, in turn: both meet the same minute."""
    say(f"decisions with nobody and with {LONG_LINE} waiting")
    empty, full = make_place(csrs=10, queues=QUEUES), make_place(csrs=10, queues=QUEUES)
    fill_line(full, LONG_LINE)
    analyze()
    for place in (empty, full):
        make_available(place)
    times: dict[str, list[float]] = {"empty": [], "100k": []}
    with site_scope(full.site):
        pending = deque(Offer.objects.filter(site=full.site, state="pending").values_list("pk", "csr_id", "entry_id"))
    with no_wake_ups():
        for number in range(DECISIONS + WARM_UP):
            for name, place, offers in (("empty", empty, deque[Any]()), ("100k", full, pending)):
                taken = _one_contact(place, place.queues[number % QUEUES], offers)
                if number >= WARM_UP:
                    times[name] += taken
    for name, taken in times.items():
        figures.add(f"decision_p50_ms.{name}", percentile(taken, 0.5), "ms", len(taken))
        figures.add(f"decision_p99_ms.{name}", percentile(taken, 0.99), "ms", len(taken))


def _one_contact(place: Place, queue: Any, offers: "deque[Any]") -> list[float]:
    """Enqueue, accept the oldest offer, finish; return the milliseconds of each."""
    times = []

    def timed(call: Any) -> router.Answer:
        began = time.perf_counter()
        answer: router.Answer = call()
        times.append(1000 * (time.perf_counter() - began))
        offers.extend((event.offer, event.csr, event.entry) for event in answer.events if event.kind == "offer.made")
        return answer

    with site_scope(place.site):
        timed(lambda: enqueue(place, queue))
        offer, csr, entry = offers.popleft()
        timed(lambda: router.accept(place.site, offer=offer, csr=csr))
        timed(lambda: router.command(place.site, "finish", entry))
    return times


class _Customer:
    """A waiting customer's page: what it would be sent is made, as by its socket, and counted."""

    told = 0

    def __init__(self, entry: QueueEntry) -> None:
        self.segment, self.entry = entry, int(entry.pk)
        self._shown: Any = None

    async def tell(self, found: ExpectedWait | None) -> bool:
        info = describe_waiting(self.segment, "en", found)
        shown = (info.state, info.place, info.wait, info.grew)
        if shown == self._shown:
            return False
        self._shown = shown
        info.model_dump_json()
        _Customer.told += 1
        return True


def _places(figures: Figures) -> None:
    """B4: the process that keeps 10,000 customers' places fresh while 100 a second leave the head of the line."""
    say(f"the places of {PLACES} customers, {DEQUEUES_PER_SECOND} leaving per second")
    place = make_place(csrs=1, queues=1)
    fill_line(place, PLACES)
    analyze()
    with site_scope(place.site):
        entries = list(
            QueueEntry.objects.select_related("contact", "queue", "site").filter(state="waiting").order_by("seq")
        )
        watch = QueueWatch(place.queues[0])
        watch.waiters = {_Customer(entry) for entry in entries}
        command = [sys.executable, "-m", "supportsite.bench.acd_leave", str(place.site.pk), str(DEQUEUES_PER_SECOND)]
        leaving = subprocess.Popen([*command, str(PLACES_SECONDS)], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        cpu, told = asyncio.run(_watch(watch, leaving))
    figures.add("places_cpu_pct", 100 * cpu / PLACES_SECONDS, "%", PLACES)
    figures.add("places_told_s", told / PLACES_SECONDS, "1/s", told)


async def _watch(watch: QueueWatch, leaving: "subprocess.Popen[bytes]") -> tuple[float, int]:
    """Return processor seconds and messages while customers leave."""
    assert leaving.stdout is not None
    assert leaving.stdin is not None
    task = asyncio.create_task(watch.run())
    await asyncio.to_thread(leaving.stdout.readline)
    while len(watch.shown) < len(watch.waiters):  # noqa: ASYNC110 - the watch is the product's own
        await asyncio.sleep(0.1)
    began, before = time.process_time(), _Customer.told
    leaving.stdin.write(b"\n")
    leaving.stdin.flush()
    await asyncio.to_thread(leaving.wait)
    spent, told = time.process_time() - began, _Customer.told - before
    task.cancel()
    return spent, told
