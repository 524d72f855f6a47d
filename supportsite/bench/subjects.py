"""The subjects of the desktop benchmark that are watched in a browser: this product, and a peer in its own page."""

import os
import re
import secrets
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from playwright.sync_api import Browser, Page, Playwright

from supportsite.bench.peers import Peer
from supportsite.bench.story import BenchError, Csr, Desktop, SupportManager, until
from supportsite.bench.watching import SCRIPT, Watch

CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")


class Viewer:
    """A Chromium whose processes are known."""

    def __init__(self, driver: Playwright) -> None:
        mark = f"--bench-viewer={secrets.token_hex(8)}"
        flags = [mark, *(["--no-sandbox"] if os.geteuid() == 0 else [])]
        self.browser: Browser = driver.chromium.launch(executable_path=CHROMIUM, args=flags)
        self.pids = [pid for pid, words in _command_lines() if mark in words and not _is_child(words)]
        if not self.pids:
            raise BenchError("the browser's process is not to be found")

    def page(self) -> Page:
        """Return a page that is watched."""
        context = self.browser.new_context(
            viewport={"width": 1440, "height": 900}, ignore_https_errors=True, bypass_csp=True
        )
        context.add_init_script(SCRIPT)
        return context.new_page()


def _command_lines() -> list[tuple[int, list[str]]]:
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        with suppress(OSError):
            found.append((int(path.parent.name), path.read_bytes().decode(errors="replace").split("\0")))
    return found


def _is_child(words: list[str]) -> bool:
    return any(word.startswith("--type=") for word in words)


class Product:
    """This product: the CSR's console and the real Support Manager. Each round asks and allows anew."""

    prefix = ""

    def __init__(self, desktop: Desktop, csr: Csr, manager: SupportManager, viewer: Viewer) -> None:
        self.painter, self.page, self.watch = desktop.painter, csr.page, Watch(csr.page)
        self._csr, self._manager, self._viewer = csr, manager, viewer

    def begin(self) -> None:
        """Ask for the picture, and allow it."""
        self.watch.reset_first_frame()
        self._csr.ask("Request view")
        self._manager.allow()
        until(self.watch.first_frame_at, "the picture comes")

    def arm(self) -> None:
        """Ask for control, and allow it."""
        self._csr.ask("Request control")
        self._manager.allow()
        until(lambda: self._csr.active_grants() == 2, "control is granted")

    def finish(self) -> None:
        """Stop viewing."""
        self.page.get_by_role("button", name=re.compile("^Stop viewing")).first.click()
        until(lambda: self._csr.active_grants() == 0, "viewing stops")
        self.page.wait_for_timeout(500)

    def pids(self) -> Sequence[int]:
        """Return the Support Manager's."""
        return self._manager.pids()

    def browser_pids(self) -> Sequence[int]:
        """Return the CSR's browser's."""
        return self._viewer.pids

    def received_bytes(self) -> int:
        """Return what the CSR's browser received of the picture."""
        return int(self.watch.statistics().get("bytesReceived", 0))


class PeerSubject:
    """A peer, watched in a page of its own."""

    def __init__(self, peer: Peer, viewer: Viewer) -> None:
        self.prefix = f"peers.{peer.name}."
        self._peer, self._viewer = peer, viewer
        self.painter, self.page = peer.painter, viewer.page()
        self.watch = Watch(self.page)
        peer.rest(resting=True)

    def begin(self) -> None:
        """Open its page."""
        self._peer.rest(resting=False)
        self._peer.open(self.page)
        until(self.watch.first_frame_at, f"the picture of {self._peer.name} comes")

    def arm(self) -> None:
        """Nothing to ask."""

    def finish(self) -> None:
        """Leave the page."""
        self.page.goto("about:blank")
        self._peer.rest(resting=True)

    def pids(self) -> Sequence[int]:
        """Return the peer's."""
        return self._peer.pids()

    def browser_pids(self) -> Sequence[int]:
        """Return the browser's."""
        return self._viewer.pids

    def received_bytes(self) -> int:
        """Return what came by its WebSockets."""
        return self.watch.socket_bytes()
