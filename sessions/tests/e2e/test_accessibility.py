"""Every page and main state for people who do not see, or do not use a mouse: axe-core, and the keyboard alone."""

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from sessions.tests.e2e import picture, story
from sessions.tests.e2e.display import Display
from sessions.tests.e2e.people import PATIENCE_MS, People
from sessions.tests.e2e.stack import ROOT, Stack
from sessions.tests.e2e.test_customer_stage import PHONE, answer, bring_in, offer, shares_own_screen
from sessions.tests.e2e.waiting import until

AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
SEVERE = {"serious", "critical"}
RUN = """async () => {
  const found = await axe.run(document, {resultTypes: ['violations']});
  return found.violations.map(v => ({id: v.id, impact: v.impact, nodes: v.nodes.map(n => n.html.slice(0, 200))}));
}"""


def violations(page: Page) -> list[dict[str, Any]]:
    """Return axe's serious and critical findings, in the theme that the page has now."""
    # The page's policy allows no foreign script, so axe comes in by the debugger and not by a <script>.
    page.evaluate(AXE.read_text())
    return [found for found in page.evaluate(RUN) if found["impact"] in SEVERE]


def clean(page: Page) -> None:
    """No serious barrier, in light and dark."""
    for theme in ("light", "dark"):
        # Without reduced motion axe would measure colours on their way from one theme to the other.
        page.emulate_media(color_scheme=theme, reduced_motion="reduce")  # type: ignore[arg-type]
        assert violations(page) == [], (page.url, theme)


@pytest.mark.parametrize("language", ["en", "ja"])
def test_pages_without_a_session_have_no_serious_barrier(people: People, language: str, stack: Stack) -> None:
    """Join, join with a mistake, sign-in, password reset, downloads, not found."""
    customer = people.customer(language=language)
    for path in ("/", "/auth/login/", "/auth/password/reset/", "/downloads/", "/s/unknown-session-id/"):
        customer.page.goto(f"{stack.base}{path}")
        assert customer.page.locator("html").get_attribute("lang") == language
        clean(customer.page)


def test_a_session_has_no_serious_barrier_in_any_main_state(people: People) -> None:
    """Console: empty, waiting, invite, active, pending, notes, ended. Customer: chat, prompt, ended."""
    csr = people.csr()
    clean(csr.page)
    number = story.begin(csr)
    clean(csr.page)
    csr.press("Invite")
    clean(csr.page)
    csr.page.keyboard.press("Escape")
    customer = people.customer()
    customer.join(number)
    story.await_state(csr, "active")
    customer.say("Hello")
    csr.sees("Hello")
    csr.ask("Request view")
    expect(customer.page.get_by_role("alertdialog")).to_be_visible(timeout=PATIENCE_MS)
    clean(csr.page)
    clean(customer.page)
    customer.page.keyboard.press("Escape")
    for tab in ("Chat", "Notes", "Participants", "Customer"):
        found = csr.page.get_by_role("tab", name=tab)
        if found.count():
            found.first.click()
            clean(csr.page)
    csr.api("POST", f"sessions/{csr.session}/end/")
    customer.sees("Save the receipt")
    clean(customer.page)
    clean(csr.page)


def test_a_shared_desktop_has_no_serious_barrier_on_either_page(people: People, display: Display) -> None:
    """Console: start dialog, picture, operating, lobby, end dialog. Customer: offer, seen and operated, lobby."""
    csr, customer = people.csr(), people.customer()
    csr.press("Start session")
    clean(csr.page)
    csr.page.keyboard.press("Escape")
    customer.join(story.begin(csr))
    story.await_state(csr, "active")
    manager = story.attach(customer, display)
    story.share_control(csr, manager)
    until(lambda: picture.frames(csr.page), "a picture is shown")
    clean(csr.page)
    clean(customer.page)
    second = people.customer()
    second.join(csr.number, "Erik Lindqvist")
    second.sees("Compare it")
    clean(second.page)
    csr.page.get_by_role("tab", name="Participants").click()
    csr.sees("Erik Lindqvist")
    clean(csr.page)
    csr.press("End session")
    clean(csr.page)


def test_what_a_customer_is_offered_and_shown_has_no_serious_barrier(people: People) -> None:
    """Customer: the CSR's offer on a phone, the stage of a second customer with its tools, the owner's own picture."""
    csr, customer = story.meet(people)
    phone = bring_in(csr, people, "Erik Lindqvist", **PHONE)
    offer(csr)
    expect(customer.page.get_by_role("alertdialog")).to_be_visible(timeout=PATIENCE_MS)
    clean(customer.page)
    answer(customer, "Deny")
    until(lambda: story.requests_open(csr) == 0, "the denial arrived")
    shares_own_screen(csr, customer)
    until(lambda: picture.pixel(phone.page, 0.5, 0.5), "the second customer sees a picture")
    phone.page.locator("[data-tool=pen]").first.click()
    clean(phone.page)
    phone.page.locator(".who-s").click()
    clean(phone.page)
    expect(customer.page.locator(".preview")).to_be_visible(timeout=PATIENCE_MS)
    clean(customer.page)


def test_a_customer_joins_chats_and_denies_by_keyboard_alone(people: People, stack: Stack) -> None:
    """Tab, letters, Enter and Escape are enough; the focus is where a person expects it."""
    csr = people.csr()
    number = story.begin(csr)
    customer = people.customer()
    page = customer.page
    page.goto(f"{stack.base}/")
    _tab_to(page, "Support number")
    page.keyboard.type(number)
    _tab_to(page, "Your name")
    page.keyboard.type("Keyboard Kim")
    page.keyboard.press("Enter")
    page.wait_for_url("**/s/*/")
    story.await_state(csr, "active")
    _tab_to(page, "Message")
    page.keyboard.type("No mouse here")
    page.keyboard.press("Enter")
    csr.sees("No mouse here")
    csr.ask("Request view")
    expect(page.get_by_role("alertdialog")).to_be_visible(timeout=PATIENCE_MS)
    until(lambda: page.evaluate("document.activeElement.textContent.trim()") == "Deny", "Deny has the focus")
    page.keyboard.press("Enter")
    until(lambda: story.requests_open(csr) == 0, "the denial arrived")
    assert not csr.grants()


def _tab_to(page: Page, name: str) -> None:
    for _ in range(40):
        if page.evaluate(FOCUSED_NAME) == name:
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"the Tab key never reaches {name!r}")


FOCUSED_NAME = """() => {
  const at = document.activeElement;
  return at.getAttribute('aria-label') ?? at.labels?.[0]?.textContent.trim() ?? at.textContent.trim();
}"""
