"""The people of a benchmark: a CSR and a customer in browsers of their own, and the customer's computer."""

import ast
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Self

import xcffib
import xcffib.xproto
import xcffib.xtest
from playwright.sync_api import Browser, BrowserContext, Page

PATIENCE_SECONDS = 30.0
API_CALL = """async ([method, path, body]) => {
  const token = document.querySelector('meta[name=csrf-token]').content;
  const headers = {'X-CSRFToken': token, 'Content-Type': 'application/json'};
  const answer = await fetch('/api/v1/' + path, {method, headers, body: body && JSON.stringify(body)});
  if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
  return answer.status === 204 ? null : await answer.json();
}"""


class BenchError(Exception):
    """The product did not do what is to be measured."""


def until(condition: Callable[[], Any], what: str, seconds: float = PATIENCE_SECONDS) -> Any:
    """Poll until the condition is true and return its value. Raises BenchError."""
    deadline = time.monotonic() + seconds
    while not (value := condition()):
        if time.monotonic() > deadline:
            raise BenchError(f"{what}: not within {seconds:.0f} s")
        time.sleep(0.01)
    return value


def call_api(page: Page, method: str, path: str, body: object | None = None) -> Any:
    """Call the API as the page would."""
    return page.evaluate(API_CALL, [method, path, body])


class Painter:
    """The painter on one display."""

    def __init__(self, environment: dict[str, str]) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "supportsite.bench.painter"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=environment,
            text=True,
        )

    def paint(self, kind: str) -> None:
        """Begin a workload; `input` paints nothing but what clicks cause."""
        stdin = self._process.stdin
        if stdin is None:
            raise BenchError("the painter does not listen")
        stdin.write(f"{kind}\n")
        stdin.flush()

    def painted(self) -> list[tuple[int, float]]:
        """Return the updates since the last call: counter and Unix time in ms."""
        self.paint("dump")
        line = self._process.stdout.readline() if self._process.stdout is not None else ""
        return [(int(counter), float(at)) for counter, at in ast.literal_eval(line)]

    def close(self) -> None:
        """End it."""
        self._process.terminate()
        self._process.wait(5)
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                pipe.close()


class Desktop:
    """The customer's computer: an X display, the painter, a hand that clicks."""

    def __init__(self, width: int = 1920, height: int = 1080) -> None:
        read, write = os.pipe()
        command = ["Xvfb", "-displayfd", str(write), "-screen", "0", f"{width}x{height}x24", "-nolisten", "tcp"]
        self._server = subprocess.Popen(command, pass_fds=[write], stderr=subprocess.DEVNULL)
        os.close(write)
        with os.fdopen(read) as answer:
            self.display = f":{int(answer.readline())}"
        self.environment = {**os.environ, "DISPLAY": self.display}
        connect: Any = xcffib.Connection
        self._connection = connect(self.display)
        self._xtest = self._connection(xcffib.xtest.key)
        self._root = self._connection.setup.roots[0].root
        self.painter = Painter(self.environment)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self._connection.disconnect()
        self.painter.close()
        self._server.terminate()
        self._server.wait(5)

    def click(self, x: int, y: int) -> float:
        """Click with the customer's hand; return the Unix time in ms just before the press."""
        self._xtest.FakeInput(6, 0, 0, self._root, x, y, 0)
        self._connection.core.GetInputFocus().reply()
        at = time.time() * 1000
        self._xtest.FakeInput(4, 1, 0, 0, 0, 0, 0)
        self._xtest.FakeInput(5, 1, 0, 0, 0, 0, 0)
        self._connection.core.GetInputFocus().reply()
        return at


class SupportManager:
    """The real Support Manager on a desktop."""

    def __init__(self, desktop: Desktop, site: str, code: str) -> None:
        self._desktop = desktop
        self._answered = 0
        self._log = Path(tempfile.mkstemp(prefix="bench-support-manager-", suffix=".log")[1])
        command = [sys.executable, "-m", "customer_agent", "--site", site, "--code", code, "--language", "en"]
        with self._log.open("wb") as log:
            self._process = subprocess.Popen([*command, "--log-level", "debug"], stderr=log, env=desktop.environment)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self._process.terminate()
        try:
            self._process.wait(5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._log.unlink()

    def allow(self) -> float:
        """Answer the next question; return when Allow was pressed (Unix ms)."""
        self._answered += 1

        def enabled() -> bool:
            if self._process.poll() is not None:
                raise BenchError(f"the Support Manager ended: {self._said()[-2000:]}")
            return self._said().count("allow enabled") >= self._answered

        until(enabled, "the Support Manager asks")
        places = re.findall(r"geometry consent (\{.*\})", self._said())
        x, y, width, height = ast.literal_eval(places[-1])["allow"]
        return self._desktop.click(x + width // 2, y + height // 2)

    def _said(self) -> str:
        return self._log.read_text(errors="replace")

    def pids(self) -> list[int]:
        """Return the program's process; its watchdog is its child."""
        return [self._process.pid]


class Csr:
    """The representative at the console."""

    def __init__(self, browser: Browser, demo: dict[str, Any], script: str, *, number: int = 0) -> None:
        self.context: BrowserContext = browser.new_context(viewport={"width": 1440, "height": 900}, locale="en-GB")
        self.context.add_init_script(script)
        self.page = self.context.new_page()
        helpers = [row for row in demo["accounts"] if row["role"] in ("csr", "manager")]
        account = helpers[number]
        self._console = demo["console_url"]
        self.page.goto(self._console)
        self.page.locator("input[type=email]").fill(account["email"])
        self.page.locator("input[type=password]").fill(account["password"])
        self.page.locator("form button[type=submit]").last.click()
        self._start = self.page.get_by_role("button", name="Start session", exact=True)
        self._start.first.wait_for()
        self.session = ""

    def start_session(self) -> str:
        """Start a session by the dialog; return its number."""
        known = {row["id"] for row in self._live()}
        self._start.first.click()
        dialog = self.page.get_by_role("dialog")
        for choice in dialog.locator("select[required]").all():
            choice.select_option(index=1)
        dialog.get_by_role("button", name="Start session", exact=True).click()
        new = until(lambda: [row for row in self._live() if row["id"] not in known], "the session starts")[0]
        self.session = new["id"]
        return str(new["number"])

    def _live(self) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = call_api(self.page, "GET", "sessions/?state=live&mine=1")["results"]
        return rows

    def assist(self, session: str, number: str) -> None:
        """Join somebody else's session and open it."""
        self.page.goto(self._console)  # calls need a page of the console's
        call_api(self.page, "POST", "sessions/join/", {"number": number})
        self.session = session
        self.page.goto(f"{self._console}s/{session}/")

    def ask(self, name: str) -> None:
        """Press "Request view" or "Request control"."""
        self.page.get_by_role("tab", name="Desktop", exact=True).click()
        self.page.get_by_role("button", name=re.compile(f"^{name}")).click()

    def active_grants(self) -> int:
        """Return how many grants are active."""
        grants = call_api(self.page, "GET", f"sessions/{self.session}/")["grants"]
        return sum(grant["state"] == "active" for grant in grants)


class Customer:
    """The customer at the page."""

    def __init__(self, browser: Browser, demo: dict[str, Any]) -> None:
        self.context = browser.new_context(viewport={"width": 1000, "height": 800}, locale="en-GB")
        self.page = self.context.new_page()
        self._join_url = demo["join_url"]

    def join_and_say(self, number: str, text: str) -> float:
        """Join and at once write a message; return when Join was pressed (Unix ms)."""
        page = self.page
        page.goto(self._join_url)
        page.get_by_label("Support number", exact=True).fill(number)
        page.get_by_label("Your name", exact=True).fill("Hannah Lindqvist")
        button = page.get_by_role("button", name="Join", exact=True)
        at = time.time() * 1000
        button.click(no_wait_after=True)
        page.get_by_role("textbox", name="Message", exact=True).fill(text)
        page.get_by_role("button", name="Send", exact=True).click()
        return at

    def attach_code(self) -> str:
        """Return a code for the Support Manager."""
        session = re.sub(r".*/s/([\w-]+)/.*", r"\1", self.page.url)
        answer = call_api(self.page, "POST", f"sessions/{session}/attach-codes/", {"purpose": "support_manager"})
        return str(answer["code"])
