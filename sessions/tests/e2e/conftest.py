"""Fixtures of the browser tests: one installation per run, one desktop per module, new people for each test."""

import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, sync_playwright

from sessions.tests.e2e.display import Display
from sessions.tests.e2e.people import Csr, Customer, People
from sessions.tests.e2e.stack import ROOT, Stack

HERE = Path(__file__).resolve().parent
RESULTS = Path(os.environ.get("E2E_RESULTS", ROOT / "var" / "e2e"))
CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
# A picture of the screen is asked for by the page's own prompt; the picker is answered by the browser itself.
FLAGS = [
    "--no-sandbox",
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
    "--force-device-scale-factor=1",
]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark everything below this folder, so that the unit run leaves it out."""
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.e2e)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item):
    """Keep each phase's report on the item: fixtures save pictures of failed tests only."""
    report = yield
    setattr(item, f"report_{report.when}", report)
    return report


@pytest.fixture(scope="session")
def results() -> Path:
    """The folder for logs, traces and pictures of this run."""
    shutil.rmtree(RESULTS, ignore_errors=True)
    RESULTS.mkdir(parents=True)
    return RESULTS


@pytest.fixture(scope="session")
def stack(results: Path) -> Iterator[Stack]:
    """A whole installation with fresh demo data; E2E_INSTALLATION names the folder of one that runs already."""
    given = os.environ.get("E2E_INSTALLATION")
    stack = Stack(Path(given) if given else results / "installation")
    yield stack
    stack.close()


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    """Playwright's driver."""
    with sync_playwright() as driver:
        yield driver


def _launch(playwright: Playwright) -> Browser:
    return playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)


@pytest.fixture(scope="session")
def csr_browser(playwright: Playwright) -> Iterator[Browser]:
    """The CSR's own Chromium."""
    browser = _launch(playwright)
    yield browser
    browser.close()


@pytest.fixture(scope="session")
def customer_browser(playwright: Playwright) -> Iterator[Browser]:
    """The customer's own Chromium, which shares nothing with the CSR's."""
    browser = _launch(playwright)
    yield browser
    browser.close()


@pytest.fixture(scope="module")
def display(request: pytest.FixtureRequest, results: Path) -> Iterator[Display]:
    """The customer's computer."""
    display = Display(results / request.module.__name__.rpartition(".")[2])
    yield display
    display.close()


@pytest.fixture
def people(
    request: pytest.FixtureRequest, stack: Stack, csr_browser: Browser, customer_browser: Browser, results: Path
) -> Iterator[People]:
    """CSRs and customers of one test, each with a browser profile of their own; pictures are kept if it fails."""
    people = People(stack, csr_browser, customer_browser)
    yield people
    failed = any(getattr(getattr(request.node, f"report_{when}", None), "failed", False) for when in ("setup", "call"))
    name = re.sub(r"\W+", "-", request.node.name)
    if failed and "display" in request.fixturenames:
        request.getfixturevalue("display").picture(name)
    people.close(results / name if failed else None)


@pytest.fixture
def csr(people: People) -> Csr:
    """A signed-in CSR at the console."""
    return people.csr()


@pytest.fixture
def customer(people: People) -> Customer:
    """A customer in front of the join page."""
    return people.customer()


__all__ = ["BrowserContext", "Page"]
