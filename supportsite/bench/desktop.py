"""`dev.py bench desktop`: the customer's desktop in the CSR's browser, measured through the whole product.

A real X display of 1920x1080, the real Support Manager, the real server, the console in Chromium. Latency is from the
painter's pixels in X to the same pixels readable in the browser (requestVideoFrameCallback).
"""

import json
import os
import re
import secrets
import time
from itertools import pairwise
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from supportsite.bench.figures import Figures
from supportsite.bench.story import Csr, Customer, Desktop, SupportManager, until
from supportsite.bench.watching import SCRIPT, Watch

CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
WORKLOADS = ("static", "scroll", "motion")
SETTLE_SECONDS = 4.0
MEASURE_SECONDS = float(os.environ.get("BENCH_SECONDS", "10"))
INPUTS = 40
INPUT_PAUSE_SECONDS = 0.12
JOINS = 3
ALLOWS = 3
MAX_LATENCY_MS = 5000


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


class DesktopBench:
    """One run."""

    def __init__(self, browser: Browser, customer_browser: Browser, desktop: Desktop, figures: Figures) -> None:
        self._demo = json.loads(Path(os.environ["DEMO"]).read_text(encoding="utf-8"))
        self._customer_browser, self._desktop, self._figures = customer_browser, desktop, figures
        self._csr = Csr(browser, self._demo, SCRIPT)
        self._watch = Watch(self._csr.page)

    def run(self) -> None:
        """Measure everything."""
        joins = []
        for number in range(JOINS):
            customer = Customer(self._customer_browser, self._demo)
            joins.append(self._measure_join(customer, f"hello {secrets.token_hex(4)} from join {number}"))
        self._figures.add("join_to_chat_ms", sorted(joins)[len(joins) // 2], "ms", len(joins))
        with SupportManager(self._desktop, self._demo["base_url"], customer.attach_code()) as manager:
            self._measure_allow(manager)
            for workload in WORKLOADS:
                self._measure_workload(workload, manager)
            self._measure_input(manager)

    def _measure_join(self, customer: Customer, text: str) -> float:
        number = self._csr.start_session()
        self._watch.await_text(text)
        pressed = customer.join_and_say(number, text)
        return float(until(self._watch.text_at, "the message arrives")) - pressed

    def _measure_allow(self, manager: SupportManager) -> None:
        """Several times; the last picture stays for what follows."""
        self._desktop.paint("static")
        delays: list[float] = []
        while True:
            self._watch.reset_first_frame()
            self._csr.ask("Request view")
            pressed = manager.allow()
            delays.append(float(until(self._watch.first_frame_at, "the picture comes")) - pressed)
            if len(delays) == ALLOWS:
                break
            self._csr.page.get_by_role("button", name=re.compile("^Stop viewing")).click()
            until(lambda: self._csr.active_grants() == 0, "viewing stops")
            self._csr.page.wait_for_timeout(500)
        self._figures.add("allow_to_picture_ms", sorted(delays)[len(delays) // 2], "ms", len(delays))

    def _measure_workload(self, workload: str, manager: SupportManager) -> None:
        self._desktop.paint(workload)
        self._csr.page.wait_for_timeout(SETTLE_SECONDS * 1000)
        self._desktop.painted()
        self._watch.reset()
        before, cpu, began = self._watch.statistics(), manager.cpu_seconds(), time.monotonic()
        self._csr.page.wait_for_timeout(MEASURE_SECONDS * 1000)
        after, cpu_after = self._watch.statistics(), manager.cpu_seconds()
        seconds = time.monotonic() - began
        seen = self._watch.updates()
        delays = latencies(self._desktop.painted(), seen)
        figures, kbit = self._figures, (after["bytesReceived"] - before["bytesReceived"]) * 8 / 1000 / seconds
        figures.add(f"{workload}.latency_p50_ms", _part(delays, 0.5), "ms", len(delays))
        figures.add(f"{workload}.latency_p95_ms", _part(delays, 0.95), "ms", len(delays))
        distinct = sum(1 for one, two in pairwise(seen) if one[0] != two[0]) + bool(seen)
        figures.add(f"{workload}.updates_s", distinct / seconds, "1/s", distinct)
        figures.add(f"{workload}.kbit_s", kbit, "kbit/s", 1)
        figures.add(f"{workload}.agent_cpu_pct", (cpu_after - cpu) / seconds * 100, "%", 1)

    def _measure_input(self, manager: SupportManager) -> None:
        """From the pointer event in the CSR's browser to the pixel that the customer's program painted for it."""
        page = self._csr.page
        self._csr.ask("Request control")
        manager.allow()
        until(lambda: self._csr.active_grants() == 2, "control is granted")
        self._desktop.paint("input")
        x, y = _middle_of_video(page)
        page.mouse.move(x, y)
        page.wait_for_timeout(2000)  # the customer's hand has just moved: input is held for a second
        self._watch.reset()
        for _ in range(INPUTS):
            page.mouse.down()
            page.mouse.up()
            page.wait_for_timeout(INPUT_PAUSE_SECONDS * 1000)
        self._figures.add_latencies("input_", self._watch.inputs())


def _part(values: list[float], part: float) -> float:
    return sorted(values)[min(len(values) - 1, int(part * len(values)))] if values else float("nan")


def _middle_of_video(page: Page) -> tuple[float, float]:
    box = page.locator("video").last.bounding_box()
    if box is None:
        raise RuntimeError("no picture")
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def main() -> None:
    """Measure and write the figures."""
    figures = Figures("desktop")
    flags = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as driver, Desktop() as desktop:
        browsers = [driver.chromium.launch(executable_path=CHROMIUM, args=flags) for _ in range(2)]
        try:
            DesktopBench(browsers[0], browsers[1], desktop, figures).run()
        finally:
            for browser in browsers:
                browser.close()
    figures.write()


if __name__ == "__main__":
    main()
