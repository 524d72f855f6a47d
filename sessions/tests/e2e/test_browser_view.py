"""View with nothing installed: the page asks, the browser's own picker chooses, and the CSR sees."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Playwright, expect

from sessions.tests.e2e import picture, story
from sessions.tests.e2e.conftest import CHROMIUM, FLAGS
from sessions.tests.e2e.people import PATIENCE_MS, People
from sessions.tests.e2e.waiting import until


@pytest.fixture
def closed_picker(playwright: Playwright) -> Iterator[Browser]:
    """A Chromium whose picker the customer always closes."""
    flags = [flag.replace("fake-ui-for-media-stream", "fake-ui-for-media-stream=deny") for flag in FLAGS]
    browser = playwright.chromium.launch(executable_path=CHROMIUM, args=flags)
    yield browser
    browser.close()


def test_a_csr_sees_the_screen_of_a_customer_who_installed_nothing(people: People) -> None:
    """Journey 3: Allow, picker, picture; Stop showing ends it."""
    csr, customer = story.meet(people)
    csr.ask("Request view")
    prompt = customer.page.get_by_role("alertdialog")
    expect(prompt).to_be_visible(timeout=PATIENCE_MS)
    assert customer.page.evaluate("document.activeElement.textContent.trim()") == "Deny", "Deny has the focus"
    prompt.get_by_role("button", name="Allow", exact=True).click(timeout=PATIENCE_MS)
    story.await_grant(csr, story.VIEW)
    until(lambda: picture.pixel(csr.page, 0.5, 0.5), "a picture is shown")
    before = picture.frames(csr.page)
    until(lambda: picture.frames(csr.page) > before + 5, "the picture is live")

    customer.press("Stop everything")
    story.await_no_grant(csr)
    expect(csr.page.locator("video")).to_have_count(0, timeout=PATIENCE_MS)


def test_a_customer_who_denies_in_the_browser_shows_nothing(people: People) -> None:
    """Journey 3: Deny, by the Escape key as well."""
    csr, customer = story.meet(people)
    for answer in ("button", "key"):
        csr.ask("Request view")
        prompt = customer.page.get_by_role("alertdialog")
        expect(prompt).to_be_visible(timeout=PATIENCE_MS)
        if answer == "button":
            prompt.get_by_role("button", name="Deny", exact=True).click()
        else:
            customer.page.keyboard.press("Escape")
        until(lambda: story.requests_open(csr) == 0, "the denial arrived")
        expect(prompt).to_have_count(0)
        expect(csr.tool("Request view")).to_be_enabled(timeout=PATIENCE_MS)
    assert not csr.grants()


def test_the_question_has_the_focus_in_the_moment_in_which_it_appears(people: People) -> None:
    """A key pressed at once reaches the question; one frame later it would have gone to what lay there before."""
    csr, customer = story.meet(people)
    customer.page.evaluate(
        """() => {
            window.first = new Promise((resolve) => new MutationObserver(() => {
                if (document.querySelector("[role=alertdialog]")) resolve(document.activeElement.textContent.trim());
            }).observe(document.body, { childList: true, subtree: true }));
        }"""
    )
    csr.ask("Request view")
    assert customer.page.evaluate("window.first") == "Deny"


def test_a_customer_who_closes_the_picker_shows_nothing_and_may_answer_again(
    people: People, closed_picker: Browser
) -> None:
    """Journey 3: Allow without a choice in the picker grants nothing; the prompt stands."""
    csr = people.csr()
    customer = people.customer(browser=closed_picker)
    customer.join(story.begin(csr))
    story.await_state(csr, "active")
    csr.ask("Request view")
    prompt = customer.page.get_by_role("alertdialog")
    prompt.get_by_role("button", name="Allow", exact=True).click(timeout=PATIENCE_MS)
    expect(prompt.get_by_role("button", name="Allow", exact=True)).to_be_enabled(timeout=PATIENCE_MS)
    assert story.requests_open(csr) == 1
    assert not csr.grants()
    prompt.get_by_role("button", name="Deny", exact=True).click()
    until(lambda: story.requests_open(csr) == 0, "the denial arrived")
    assert not csr.grants()


def test_a_phone_is_never_asked_for_its_screen(people: People) -> None:
    """A phone's browser has no screen to give: the page says so instead of asking."""
    csr = people.csr()
    phone = people.customer(
        viewport={"width": 390, "height": 844},
        is_mobile=True,
        has_touch=True,
        script="delete window.MediaDevices?.prototype.getDisplayMedia",
    )
    phone.join(story.begin(csr))
    story.await_state(csr, "active")
    csr.ask("Request view")
    until(lambda: story.requests_open(csr) == 1, "the request is made")
    expect(phone.page.get_by_role("button", name="Allow", exact=True)).to_have_count(0)
    assert phone.page.evaluate("document.documentElement.scrollWidth") <= 390
