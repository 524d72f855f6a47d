"""Steps of the story that several tests begin with, so that each test shows only what it is about."""

import re
from pathlib import Path
from typing import Any

from playwright.sync_api import Locator, Page

from sessions.tests.e2e import picture
from sessions.tests.e2e.display import Display
from sessions.tests.e2e.people import PATIENCE_MS, Csr, Customer, People
from sessions.tests.e2e.programs import COLOURS, Board
from sessions.tests.e2e.stack import ROOT
from sessions.tests.e2e.support_manager import SupportManager
from sessions.tests.e2e.waiting import until

VIEW, CONTROL = "screen.view.desktop", "screen.control.desktop"


def begin(csr: Csr, *, language: str = "en") -> str:
    """Start a session through the API, open it at the console and return its number."""
    settings = csr.api("GET", "me/")[1]["settings"]
    tracking = {code["id"]: code["choices"][0] for code in settings["tracking_codes"] if code["required"]}
    body = {"session_type": settings["session_types"][0]["id"], "tracking": tracking, "customer_language": language}
    status, answer = csr.api("POST", "sessions/", body)
    assert status == 201, answer
    csr.session, csr.number = answer["id"], answer["number"]
    csr.open_console(csr.session)
    return csr.number


def meet(people: People, *, language: str = "en") -> tuple[Csr, Customer]:
    """Return a CSR and a customer in one active session."""
    csr, customer = people.csr(language=language), people.customer(language=language)
    customer.join(begin(csr, language=language))
    await_state(csr, "active")
    return csr, customer


def await_state(csr: Csr, state: str) -> None:
    """Wait until the session is in `state`."""
    until(lambda: csr.snapshot(csr.session)["state"] == state, f"the session is {state}")


def attach(customer: Customer, display: Display, *, file: Path | None = None) -> SupportManager:
    """Start the Support Manager with the command that the customer's page shows, the one for `file` if given."""
    command = command_shown(customer, r"\.pyz --site" if file else "customer_agent --site")
    manager = SupportManager(display, command, folder=file.parent if file else ROOT)
    customer.people.leave_behind(manager.close)
    until(lambda: manager_endpoint(customer) is not None, "the Support Manager is attached")
    return manager


def command_shown(customer: Customer, words: str) -> str:
    """Return the command line with `words` in the offer on the customer's page; open the offer if it is folded."""
    shown = customer.page.locator("code").filter(has_text=re.compile(words))
    if not shown.count():
        customer.press("Start Support Manager")
    return shown.first.inner_text(timeout=PATIENCE_MS).strip()


def manager_endpoint(customer: Customer) -> dict[str, Any] | None:
    """Return the customer's connected Support Manager as the session knows it."""
    for participant in customer.snapshot(customer.session)["participants"]:
        if participant["role"] != "primary_customer":
            continue
        for endpoint in participant["endpoints"]:
            if endpoint["kind"] == "support_manager" and endpoint["connected"]:
                return dict(endpoint)
    return None


def share_view(csr: Csr, manager: SupportManager) -> dict[str, Any]:
    """Ask to see the desktop, have it allowed by the customer's hand, and return the grant."""
    csr.ask("Request view")
    manager.allow()
    return await_grant(csr, VIEW)


def share_control(csr: Csr, manager: SupportManager) -> dict[str, Any]:
    """Ask to operate the desktop, have it allowed by the customer's hand, and return the grant."""
    csr.ask("Request control")
    manager.allow()
    return await_grant(csr, CONTROL)


def await_grant(csr: Csr, capability: str) -> dict[str, Any]:
    """Wait until `capability` is granted."""
    return until(
        lambda: next((grant for grant in csr.grants() if grant["capability"] == capability), None),
        f"{capability} is granted",
    )


def await_no_grant(csr: Csr, seconds: float = 30) -> None:
    """Wait until nothing is granted any more."""
    until(lambda: not csr.grants(), "every grant is stopped", seconds)


def sees_board(csr: Csr, display: Display, board: Board, page: Page | None = None) -> None:
    """Hold that the CSR's picture has the board's colours in their places."""
    for colour, value in COLOURS.items():
        x, y = board.centre_of(colour)
        picture.shows(page or csr.page, x / display.width, y / display.height, value)


def stage(page: Page) -> Locator:
    """Return the <video> in which the customer's desktop is shown."""
    return page.locator("video").last


def point(csr: Csr, display: Display, x: float, y: float) -> tuple[float, float]:
    """Return the place on the CSR's page that shows the customer's pixel (x, y)."""
    box = until(lambda: stage(csr.page).bounding_box(), "the stage is laid out")
    ratio = min(box["width"] / display.width, box["height"] / display.height)
    left = box["x"] + (box["width"] - display.width * ratio) / 2
    top = box["y"] + (box["height"] - display.height * ratio) / 2
    return left + x * ratio, top + y * ratio


def attach_own(csr: Csr, display: Display) -> SupportManager:
    """Start the CSR's own Support Manager with the line that the console's dialog shows, but from the source."""
    dialog = csr.page.get_by_role("dialog")
    dialog.get_by_role("button", name=csr.word("Attach my Support Manager"), exact=True).click(timeout=PATIENCE_MS)
    command = dialog.locator("pre code").first.inner_text(timeout=PATIENCE_MS).strip()
    manager = SupportManager(display, re.sub(r"^\S+ \S+\.pyz", "python3 -m customer_agent", command))
    csr.people.leave_behind(manager.close)
    return manager


def accept(customer: Customer) -> None:
    """Accept what the CSR offers, on the customer's page."""
    prompt = customer.page.get_by_role("alertdialog")
    prompt.get_by_role("button", name=customer.word("Accept"), exact=True).click(timeout=PATIENCE_MS)


def await_share(csr: Csr, capability: str) -> dict[str, Any]:
    """Wait until the one share of the session is `capability`, with the view that control implies at most."""
    grants = until(
        lambda: (found := csr.grants()) and any(one["capability"] == capability for one in found) and found,
        f"{capability} is granted",
    )
    return next(dict(one) for one in grants if one["capability"] == capability)


def click_at(csr: Csr, display: Display, x: float, y: float) -> None:
    """Click with the CSR's mouse at the customer's pixel (x, y)."""
    csr.page.mouse.click(*point(csr, display, x, y))


def take_over(csr: Csr, display: Display, x: float, y: float) -> None:
    """Click at the customer's pixel (x, y) until the pointer is there.

    The customer's hand that just pressed Allow holds the CSR's input for a second; the CSR tries again.
    """

    def arrived() -> bool:
        click_at(csr, display, x, y)
        return _near(display.pointer(), (x, y))

    until(arrived, "the CSR's click arrives", step=0.3)


def _near(at: tuple[int, int], wanted: tuple[float, float]) -> bool:
    return all(abs(a - b) <= 3 for a, b in zip(at, wanted, strict=True))


def requests_open(csr: Csr) -> int:
    """Return how many requests wait for an answer."""
    return sum(request["state"] == "requested" for request in csr.snapshot(csr.session)["requests"])
