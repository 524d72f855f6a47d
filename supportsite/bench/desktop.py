"""`dev.py bench desktop [--peers]`: the customer's desktop in the CSR's browser, measured through the whole product.

A real X display of 1920x1080, the real Support Manager, the real server, the console in Chromium. Latency is from the
painter's pixels in X to the same pixels readable in the browser. With `--peers` other remote desktops and the floor are
measured in turn with the product, in the same run.
"""

import argparse
import json
import os
import re
import secrets
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

from playwright.sync_api import Playwright, sync_playwright

from supportsite.bench.comparing import Record, Samples, Subject, measure_in_browser, measure_workload
from supportsite.bench.figures import Figures, percentile
from supportsite.bench.flooring import PREFIX as FLOOR
from supportsite.bench.flooring import measure_floor
from supportsite.bench.links import measure_links
from supportsite.bench.mesh import MeshCentral
from supportsite.bench.peers import Peer, TigerVnc, X11Vnc
from supportsite.bench.processes import cpu_seconds
from supportsite.bench.story import Csr, Customer, Desktop, SupportManager, until
from supportsite.bench.subjects import PeerSubject, Product, Viewer
from supportsite.bench.watching import SCRIPT, Watch

MEASURE_SECONDS = float(os.environ.get("BENCH_SECONDS", "10"))
ROUND_SECONDS, ROUND_INPUTS = 5.0, 30
INPUTS = 40
JOINS = ALLOWS = 3
STILL_SECONDS = 20.0
VIEWERS, VIEWER_ROUNDS = 3, 3

Round = Callable[[], None]


class DesktopBench:
    """One run."""

    def __init__(self, driver: Playwright, desktop: Desktop, figures: Figures) -> None:
        self._demo = json.loads(Path(os.environ["DEMO"]).read_text(encoding="utf-8"))
        self._desktop, self._figures = desktop, figures
        self._viewer, self._customers = Viewer(driver), Viewer(driver)
        self._csr = Csr(self._viewer.browser, self._demo, SCRIPT)
        self._watch = Watch(self._csr.page)
        self._number = ""

    def run(self, *, peers: bool, rounds: int) -> None:
        """Measure everything; with peers in so many rounds."""
        self._rounds = rounds
        joins = []
        for number in range(JOINS):
            customer = Customer(self._customers.browser, self._demo)
            joins.append(self._measure_join(customer, f"hello {secrets.token_hex(4)} from join {number}"))
        self._figures.add("join_to_chat_ms", percentile(joins, 0.5), "ms", len(joins))
        with SupportManager(self._desktop, self._demo["base_url"], customer.attach_code()) as manager:
            self._measure_allow(manager)
            product = Product(self._desktop, self._csr, manager, self._viewer)
            if peers:
                self._compare(product)
            else:
                record = Record()
                measure_in_browser(product, record, seconds=MEASURE_SECONDS, inputs=INPUTS)
                record.write(self._figures, product.prefix)
            product.begin()
            self._measure_still(product)
            self._measure_viewers(product)

    def _measure_join(self, customer: Customer, text: str) -> float:
        self._number = self._csr.start_session()
        self._watch.await_text(text)
        pressed = customer.join_and_say(self._number, text)
        return float(until(self._watch.text_at, "the message arrives")) - pressed

    def _measure_allow(self, manager: SupportManager) -> None:
        """From pressing Allow to the first frame in the console."""
        self._desktop.painter.paint("static")
        delays: list[float] = []
        for _ in range(ALLOWS):
            self._watch.reset_first_frame()
            self._csr.ask("Request view")
            pressed = manager.allow()
            delays.append(float(until(self._watch.first_frame_at, "the picture comes")) - pressed)
            self._csr.page.get_by_role("button", name=re.compile("^Stop viewing")).first.click()
            until(lambda: self._csr.active_grants() == 0, "viewing stops")
            self._csr.page.wait_for_timeout(500)
        self._figures.add("allow_to_picture_ms", percentile(delays, 0.5), "ms", len(delays))

    def _compare(self, product: Product) -> None:
        """The product, its peers and the floor in turn."""
        with ExitStack() as stack:
            found: list[Peer] = []
            packages = Path(os.environ["BENCH_OUT"]).parent / "meshcentral"
            for make in (TigerVnc, lambda: X11Vnc(self._desktop), lambda: MeshCentral(self._desktop, packages)):
                found.append(make())
                stack.callback(found[-1].close)
            subjects: list[Subject] = [product, *(PeerSubject(peer, self._viewer) for peer in found)]
            records, floor = [Record() for _ in subjects], Record()
            for number in range(self._rounds):
                for subject, record in zip(subjects, records, strict=True):
                    print(f"· round {number + 1} of {self._rounds}: {subject.prefix or 'this product'}", flush=True)
                    measure_in_browser(subject, record, seconds=ROUND_SECONDS, inputs=ROUND_INPUTS)
                measure_floor(self._desktop, floor, seconds=ROUND_SECONDS, inputs=ROUND_INPUTS)
            for subject, record in zip(subjects, records, strict=True):
                record.write(self._figures, subject.prefix)
            floor.write(self._figures, FLOOR)

    def _measure_still(self, product: Product) -> None:
        """A desktop on which nothing changes, watched."""
        self._desktop.painter.paint("input")
        product.page.wait_for_timeout(5000)
        cpu, began = cpu_seconds(product.pids()), time.monotonic()
        product.page.wait_for_timeout(STILL_SECONDS * 1000)
        used = cpu_seconds(product.pids()) - cpu
        self._figures.add("still.agent_cpu_pct", used / (time.monotonic() - began) * 100, "%", 1)

    def _measure_viewers(self, product: Product) -> None:
        """The Support Manager's processor time for one picture, with one viewer and with three, in turn."""
        helpers = [Csr(self._viewer.browser, self._demo, SCRIPT, number=number) for number in range(1, VIEWERS)]
        costs: dict[int, list[float]] = {1: [], VIEWERS: []}
        for _ in range(VIEWER_ROUNDS):
            for viewers, found in costs.items():
                for helper in helpers:
                    self._show(helper, shown=viewers > 1)
                frames, cpu = self._frames(), cpu_seconds(product.pids())
                measure_workload(product, "scroll", ROUND_SECONDS, Samples())
                used = cpu_seconds(product.pids()) - cpu
                found.append(used / max(1, self._frames() - frames))
        one, three = percentile(costs[1], 0.5), percentile(costs[VIEWERS], 0.5)
        self._figures.add("viewers3.cpu_ratio", three / one, "", VIEWER_ROUNDS)

    def _show(self, helper: Csr, *, shown: bool) -> None:
        watch = Watch(helper.page)
        if not shown:
            helper.page.goto("about:blank")
            return
        helper.assist(self._csr.session, self._number)
        until(watch.first_frame_at, "an assistant sees the picture")

    def _frames(self) -> int:
        return int(self._watch.statistics().get("framesDecoded", 0))


def main() -> None:
    """Measure and write the figures."""
    parser = argparse.ArgumentParser(prog="dev.py bench desktop", description=__doc__)
    parser.add_argument("--peers", action="store_true", help="others, the floor and bad links too")
    parser.add_argument("--rounds", type=int, default=3, help="how often each is measured in turn")
    options = parser.parse_args()
    figures = Figures("desktop")
    with sync_playwright() as driver, Desktop() as desktop:
        DesktopBench(driver, desktop, figures).run(peers=options.peers, rounds=options.rounds)
    figures.write()  # the links take minutes
    if options.peers:
        measure_links(figures)
    figures.write()


if __name__ == "__main__":
    main()
