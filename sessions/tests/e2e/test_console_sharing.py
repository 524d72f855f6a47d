"""Both directions at the console with nothing installed: applications, marks, options, and the CSR's own desktop."""

import os
import re
from pathlib import Path

from playwright.sync_api import Page, expect

from sessions.tests.e2e import picture, story
from sessions.tests.e2e.people import PATIENCE_MS, Csr, Customer, People
from sessions.tests.e2e.waiting import until

PICTURES = os.environ.get("CONSOLE_PICTURES")
_MARKED = """() => {
  const canvas = document.querySelector('.stage canvas.marks');
  if (!canvas || canvas.width === 0) return 0;
  const data = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;
  let count = 0;
  for (let at = 3; at < data.length; at += 4) if (data[at] > 128) count += 1;
  return count;
}"""


def keep(page: Page, name: str) -> None:
    """Keep a picture of the page for a person to look at, where a folder is named."""
    if PICTURES:
        page.screenshot(path=Path(PICTURES) / f"{name}.png")
        page.set_viewport_size({"width": 1180, "height": 800})
        page.emulate_media(color_scheme="dark")
        page.screenshot(path=Path(PICTURES) / f"{name}-1180-dark.png")
        page.emulate_media(color_scheme="light")
        page.set_viewport_size({"width": 1440, "height": 900})


def used(csr: Csr) -> bool:
    """Tell whether every grant of the session so far was used, as its source reported."""
    events = csr.api("GET", f"sessions/{csr.session}/events/?after=0&limit=200")[1]["events"]
    given = {event["grant"]["id"] for event in events if event["type"] == "request.granted"}
    return given <= {event["grant"] for event in events if event["type"] == "grant.first_used"}


def agree(customer: Customer, word: str) -> None:
    """Press Allow (their own screen) or Accept (the CSR's) in the page's prompt."""
    prompt = customer.page.get_by_role("alertdialog")
    prompt.get_by_role("button", name=customer.word(word), exact=True).click(timeout=PATIENCE_MS)


def see_desktop(csr: Csr, customer: Customer) -> None:
    """Have the desktop shown by the customer's browser."""
    csr.ask("Request view")
    agree(customer, "Allow")
    story.await_grant(csr, story.VIEW)
    until(lambda: picture.pixel(csr.page, 0.5, 0.5), "a picture is shown")


def see_application(csr: Csr, customer: Customer) -> None:
    """Have one window shown by the customer's browser."""
    csr.tool("Request view", "Application").click()
    keep(csr.page, "pending")
    agree(customer, "Allow")
    story.await_grant(csr, "screen.view.application")
    until(lambda: picture.pixel(csr.page, 0.5, 0.5), "a picture is shown")


def test_marks_show_at_once_and_fade_without_control(people: People) -> None:
    """A pen stroke of a CSR who only sees is drawn on the picture, in the colour that the source chose, and cleared."""
    csr, customer = story.meet(people)
    see_application(csr, customer)
    keep(csr.page, "application")
    csr.page.keyboard.press("p")
    expect(csr.page.locator("[data-mark=pen]")).to_have_attribute("aria-pressed", "true")
    box = until(lambda: story.stage(csr.page).bounding_box(), "the stage is laid out")
    x, y = box["x"] + box["width"] / 3, box["y"] + box["height"] / 3
    csr.page.mouse.move(x, y)
    csr.page.mouse.down()
    csr.page.mouse.move(x + 200, y + 80, steps=12)
    assert csr.page.evaluate(_MARKED) > 200, "the own stroke is there before anybody answered"
    csr.page.mouse.up()
    keep(csr.page, "marks")
    csr.sees("You pointed and drew on the picture")
    csr.page.keyboard.press("x")
    until(lambda: csr.page.evaluate(_MARKED) == 0, "the marks are cleared")
    csr.page.keyboard.press("Escape")
    expect(csr.page.locator("[data-mark=pen]")).to_have_attribute("aria-pressed", "false")
    assert len(csr.grants()) == 1, "Esc leaves the pen and stops no share"
    keep(csr.page, "after-escape")


def test_a_screenshot_is_saved_to_the_session_and_told(people: People) -> None:
    """The still of the picture stands in the conversation, and the file is a picture of its size."""
    csr, customer = story.meet(people)
    see_desktop(csr, customer)
    csr.page.locator("[data-tool=screenshot]").click()
    shot = csr.page.locator(".shot img")
    expect(shot).to_be_visible(timeout=PATIENCE_MS)
    shown = csr.page.evaluate("() => [...document.querySelectorAll('.stage video')].at(-1).videoWidth")
    until(lambda: shot.evaluate("image => image.naturalWidth") == shown, "the saved picture has the picture's size")
    csr.sees("You saved a screenshot")
    keep(csr.page, "screenshot")


def test_session_options_hold_at_once_and_are_told(people: People) -> None:
    """The CSR chooses Screen sampling under the picture; the session has it, and the conversation says so."""
    csr, customer = story.meet(people)
    see_application(csr, customer)
    line = csr.page.locator(".quality")
    line.get_by_role("button", name="Auto").click()
    keep(csr.page, "options")
    csr.page.get_by_role("menuitemradio", name=re.compile("^Screen sampling")).click()
    until(lambda: csr.snapshot(csr.session)["options"]["quality"] == "sampling", "the option is set")
    csr.sees("Session options: Screen sampling")


def test_a_window_of_one_monitor_has_its_own_picture_and_closes_with_it(people: People) -> None:
    """The pop-out page fetches its own picture beside the console's, and goes when the share ends."""
    csr, customer = story.meet(people)
    see_desktop(csr, customer)
    with csr.context.expect_page() as opened:
        csr.page.evaluate("session => void window.open(`/console/s/${session}/?monitor=1`, 'm1', 'popup')", csr.session)
    window = opened.value
    until(lambda: picture.pixel(window, 0.5, 0.5), "the window has a picture")
    before = picture.frames(csr.page)
    until(lambda: picture.frames(csr.page) > before, "the console keeps its own")
    keep(window, "popout")
    with window.expect_event("close", timeout=PATIENCE_MS):
        csr.page.keyboard.press("Shift+S")
    story.await_no_grant(csr)


def test_the_customer_sees_the_csrs_desktop_and_both_can_stop(people: People) -> None:
    """Share view: picker, question, the grant by itself; stopped by the CSR, then by the customer."""
    csr, customer = story.meet(people)
    for stop in ("csr", "customer"):
        csr.tool("Share view").click()
        expect(csr.page.locator(".ask")).to_be_visible(timeout=PATIENCE_MS)
        keep(csr.page, f"share-pending-{stop}")
        assert not csr.grants(), "nothing is shown before the customer agreed"
        agree(customer, "Accept")
        story.await_grant(csr, "share.view.desktop")
        until(lambda: picture.pixel(customer.page, 0.5, 0.5), "the customer sees the CSR's desktop")
        csr.sees("You show your desktop to Hannah")
        until(lambda: used(csr), "the first use is in the log")
        keep(csr.page, f"share-{stop}")
        keep(customer.page, f"share-customer-{stop}")
        if stop == "csr":
            csr.page.locator(".own-share").get_by_role("button", name="Stop sharing").click()
        else:
            customer.press("Stop everything")
        story.await_no_grant(csr)
        expect(csr.page.locator(".own-share")).to_have_count(0, timeout=PATIENCE_MS)


def test_shared_control_offers_to_attach_the_csrs_support_manager(people: People) -> None:
    """Share control without a Support Manager: the dialog makes a one-use code and a line to copy."""
    csr, _customer = story.meet(people)
    csr.tool("Share control").click()
    dialog = csr.page.get_by_role("dialog")
    dialog.get_by_role("button", name="Attach my Support Manager").click()
    expect(dialog.locator("code")).to_contain_text("--site", timeout=PATIENCE_MS)
    keep(csr.page, "attach")
    assert story.requests_open(csr) == 0, "nobody is asked before the program is there"
