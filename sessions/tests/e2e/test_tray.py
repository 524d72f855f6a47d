"""The compact icon tray: every action from a small window over other programs, as pop-up and as the browser's own."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Locator, Page, expect

from sessions.tests.e2e import picture, story, styles
from sessions.tests.e2e.people import PATIENCE_MS, Csr, People
from sessions.tests.e2e.stack import Stack
from sessions.tests.e2e.test_accessibility import violations
from sessions.tests.e2e.test_customer_stage import answer
from sessions.tests.e2e.test_inbox import be, enter, make_queue, open_inbox
from sessions.tests.e2e.waiting import until

NO_PICTURE_IN_PICTURE = "delete window.documentPictureInPicture; delete Window.prototype.documentPictureInPicture;"


@pytest.fixture
def csr(people: People, stack: Stack) -> Iterator[Csr]:
    """A CSR without a session and without Document Picture-in-Picture, whose console is put back afterwards."""
    csr = people.csr(script=NO_PICTURE_IN_PICTURE)
    put_back = styles.start_afresh(csr, stack)
    yield csr
    put_back()


def switch_to_tray(csr: Csr) -> Page:
    """Choose the style in the menu at the foot of the rail; return the window that opens."""
    csr.page.locator(".rail-me .me").click()
    with csr.context.expect_page() as opened:
        csr.page.get_by_role("menuitemradio", name=csr.word("Compact icon tray")).click()
    tray = opened.value
    expect(tray.locator(".tray")).to_be_visible(timeout=PATIENCE_MS)
    return tray


def icon(tray: Page, name: str) -> Locator:
    """Return the icon whose name begins with these words."""
    return tray.locator(".icons").get_by_role("button", name=re.compile(f"^{re.escape(name)}"))


def clean(tray: Page) -> None:
    """No serious barrier, in light and dark."""
    tray.emulate_media(reduced_motion="reduce")  # no colour is measured on its way to another
    for theme in ("light", "dark"):
        tray.evaluate("theme => document.documentElement.dataset.theme = theme", theme)
        tray.evaluate("() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
        assert violations(tray) == [], theme


def test_a_customer_is_helped_from_the_tray_alone(people: People, csr: Csr) -> None:
    """Chat with its badge, a request with its countdown, its stop, a second person let in, and the end."""
    (customer,) = styles.meet_all(people, csr, styles.NAMES[:1])
    csr.session = customer.session
    tray = switch_to_tray(csr)
    expect(tray.locator(".tray .top")).to_contain_text("Hannah Lindqvist", timeout=PATIENCE_MS)
    clean(tray)
    icon(tray, "Share control").click()
    expect(tray.get_by_role("dialog", name="Your own Support Manager")).to_be_visible(timeout=PATIENCE_MS)
    tray.keyboard.press("Escape")
    expect(tray.get_by_role("dialog")).to_have_count(0)
    customer.say("Where do I click?")
    expect(icon(tray, "Chat, 1 unread")).to_be_visible(timeout=PATIENCE_MS)
    icon(tray, "Chat").click()
    expect(tray.get_by_text("Where do I click?")).to_be_visible(timeout=PATIENCE_MS)
    expect(icon(tray, "Chat")).to_have_attribute("aria-label", "Chat", timeout=PATIENCE_MS)
    tray.get_by_role("textbox", name="Message").fill("At the top right.")
    tray.keyboard.press("Enter")
    customer.sees("At the top right.")
    clean(tray)
    icon(tray, "Request view").click()
    expect(tray.locator(".tray-bars")).to_contain_text("Waiting for Hannah", timeout=PATIENCE_MS)
    answer(customer, "Allow")
    expect(icon(tray, "Stop viewing")).to_have_attribute("aria-pressed", "true", timeout=PATIENCE_MS)
    until(lambda: picture.pixel(csr.page, 0.5, 0.5), "the console shows the picture")
    icon(tray, "Stop viewing").click()
    story.await_no_grant(csr)
    second = people.customer()
    second.join(csr.number, "Erik Lindqvist")
    expect(icon(tray, "Participants, 1 person waits")).to_be_visible(timeout=PATIENCE_MS)
    icon(tray, "Participants").click()
    tray.get_by_role("button", name="Let in", exact=True).click(timeout=PATIENCE_MS)
    expect(second.page.get_by_role("textbox", name="Message")).to_be_visible(timeout=PATIENCE_MS)
    clean(tray)
    icon(tray, "Session").click()
    clean(tray)
    tray.get_by_role("button", name="End session").click()
    expect(tray.get_by_role("dialog")).to_be_visible(timeout=PATIENCE_MS)
    expect(csr.page.get_by_role("dialog")).to_have_count(0)
    clean(tray)
    tray.get_by_role("dialog").get_by_role("button", name="End session").click()
    story.await_state(csr, "ended")


def test_with_two_customers_the_tray_says_whose_turn_it_is(people: People, csr: Csr) -> None:
    """The next customer's unread words show on the way to them; letter, colour and the message are theirs."""
    first, second = styles.meet_all(people, csr, styles.NAMES[:2])
    tray = switch_to_tray(csr)
    top = tray.locator(".tray .top")
    expect(top).to_contain_text("B · Kenji Morita", timeout=PATIENCE_MS)
    first.say("I am still here")
    following = tray.get_by_role("button", name="Next customer, 1 unread")
    colour = "element => getComputedStyle(element).borderTopColor"
    before = top.evaluate(colour)
    following.click(timeout=PATIENCE_MS)
    expect(top).to_contain_text("A · Hannah Lindqvist", timeout=PATIENCE_MS)
    assert top.evaluate(colour) != before
    icon(tray, "Chat").click()
    tray.get_by_role("textbox", name="Message").fill("So am I")
    tray.keyboard.press("Enter")
    first.sees("So am I")
    assert styles.texts(csr, second) == []


def test_a_waiting_customer_is_accepted_from_the_tray(people: People, csr: Csr, stack: Stack) -> None:
    """An offer takes the first line, also while the tray is small; the accepted customer is the chosen one."""
    queue = make_queue(stack, "From the tray")
    open_inbox(csr)
    be(csr, "Available")
    tray = switch_to_tray(csr)
    expect(tray.locator(".tray .top")).to_contain_text("No session is open", timeout=PATIENCE_MS)
    clean(tray)
    customer = enter(people, queue, "Olu Adeyemi", "The scanner sends nothing")
    line = tray.get_by_role("alertdialog")
    expect(line).to_contain_text("Olu Adeyemi", timeout=PATIENCE_MS)
    expect(line).to_contain_text("The scanner sends nothing")
    clean(tray)
    line.get_by_role("button", name="Accept").click()
    expect(tray.locator(".tray .top")).to_contain_text("Olu Adeyemi", timeout=PATIENCE_MS)
    expect(customer.page.get_by_role("textbox", name="Message")).to_be_visible(timeout=PATIENCE_MS)
    csr.session = customer.session


def test_a_closed_tray_can_be_opened_again_and_goes_with_its_page(people: People, csr: Csr) -> None:
    """The style stays; the page says that the tray is closed, and a press opens it, also after a reload."""
    styles.meet_all(people, csr, styles.NAMES[:1])
    tray = switch_to_tray(csr)
    tray.close()
    with csr.context.expect_page() as opened:
        csr.press("Open the tray")
    again = opened.value
    expect(again.locator(".tray .top")).to_contain_text("Hannah Lindqvist", timeout=PATIENCE_MS)
    with again.expect_event("close"):
        csr.page.reload()
    csr.sees("The tray stays in front of your other programs")
    assert violations(csr.page) == []


def test_where_the_browser_has_one_the_tray_is_its_window_over_all_others(people: People, stack: Stack) -> None:
    """Document Picture-in-Picture: the same tray, closed with its style."""
    csr = people.csr()
    put_back = styles.start_afresh(csr, stack)
    people.leave_behind(put_back)
    (customer,) = styles.meet_all(people, csr, styles.NAMES[:1])
    tray = switch_to_tray(csr)
    assert csr.page.evaluate("documentPictureInPicture.window !== null")
    icon(tray, "Chat").click()
    tray.get_by_role("textbox", name="Message").fill("From over all programs")
    tray.keyboard.press("Enter")
    customer.sees("From over all programs")
    csr.page.locator(".rail-me .me").click()
    csr.page.get_by_role("menuitemradio", name="CSR dashboard").click()
    until(lambda: csr.page.evaluate("documentPictureInPicture.window === null"), "the tray went with its style")
