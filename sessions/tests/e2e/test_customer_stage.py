"""What a customer is shown: another person's screen on the own page, pointed at and drawn on, without leftovers."""

from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from sessions.tests.e2e import picture, story
from sessions.tests.e2e.display import Display
from sessions.tests.e2e.people import PATIENCE_MS, Csr, Customer, People
from sessions.tests.e2e.programs import Board, Terminal
from sessions.tests.e2e.stack import ROOT
from sessions.tests.e2e.support_manager import SupportManager
from sessions.tests.e2e.waiting import until

AGENT = (
    "Mozilla/5.0 (Linux; Android 15; Pixel 9) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Mobile Safari/537.36"
)
PHONE: dict[str, Any] = {
    "viewport": {"width": 390, "height": 844},
    "is_mobile": True,
    "has_touch": True,
    "user_agent": AGENT,
}
SHARE_VIEW, SHARE_CONTROL = "share.view.desktop", "share.control.desktop"


def page_of(csr: Csr) -> str:
    """Return the endpoint of the CSR's console page in this session."""
    for person in csr.snapshot(csr.session)["participants"]:
        if person["role"] == "primary_csr":
            return str(next(one["id"] for one in person["endpoints"] if one["connected"]))
    raise AssertionError("the CSR is not in the session")


def offer(csr: Csr, capability: str = SHARE_VIEW) -> str:
    """Offer the CSR's own screen through the API, as the console does after its picker, and return the request."""
    body = {"capability": capability, "source": page_of(csr)}
    status, answer = csr.api("POST", f"sessions/{csr.session}/requests/", body)
    assert status == 201, answer
    return str(answer["id"])


def bring_in(csr: Csr, people: People, name: str, **options: Any) -> Customer:
    """Let a second customer in."""
    second = people.customer(**options)
    second.join(csr.number, name)
    csr.page.get_by_role("tab", name="Participants").click()
    csr.page.locator(".waiting", has_text=name).get_by_role("button", name="Let in").click(timeout=PATIENCE_MS)
    expect(second.page.get_by_role("textbox", name="Message")).to_be_visible(timeout=PATIENCE_MS)
    return second


def answer(customer: Customer, word: str) -> None:
    """Answer the prompt that is open on the page."""
    prompt = customer.page.get_by_role("alertdialog")
    prompt.get_by_role("button", name=word, exact=True).click(timeout=PATIENCE_MS)


def stage(page: Page) -> Locator:
    """Return the shared screen on a customer's page."""
    return page.locator(".share")


def shares_own_screen(csr: Csr, customer: Customer) -> None:
    """Have the customer show the own screen from the page."""
    csr.ask("Request view")
    answer(customer, "Allow")
    story.await_grant(csr, story.VIEW)


def test_a_second_customer_sees_and_points_and_the_owner_is_told_who(people: People) -> None:
    """Secondary customers see what is shared; the owner sees where they point; nothing is left after the stop."""
    csr, customer = story.meet(people)
    second = bring_in(csr, people, "Erik Lindqvist")
    shares_own_screen(csr, customer)
    customer.sees("and Erik see what you chose to show")
    second.sees("You see the desktop of Hannah")
    until(lambda: picture.pixel(second.page, 0.5, 0.5), "the second customer sees a picture")

    stage(second.page).get_by_role("button", name="Pen", exact=True).click()
    canvas = second.page.locator("canvas.marks")
    box = until(canvas.bounding_box, "the picture is laid out")
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    second.page.mouse.move(x, y)
    second.page.mouse.down()
    second.page.mouse.move(x + 60, y + 40, steps=8)
    second.page.mouse.up()
    preview = customer.page.locator(".preview")
    expect(preview.get_by_text("Erik points here")).to_be_visible(timeout=PATIENCE_MS)
    customer.sees("Erik points and draws on your screen")
    until(lambda: csr.page.locator("canvas.marks").get_attribute("data-marks") != "0", "the CSR sees the mark too")

    customer.press("Stop everything")
    expect(stage(second.page)).to_have_count(0, timeout=PATIENCE_MS)
    expect(preview).to_have_count(0)
    second.sees("Nobody sees your screen")


def test_an_offer_is_denied_and_a_later_one_accepted_by_the_customer(people: People) -> None:
    """Deny has the focus and Esc denies; Accept opens no picker and waits for the CSR's own program."""
    csr, customer = story.meet(people)
    offer(csr)
    prompt = customer.page.get_by_role("alertdialog")
    expect(prompt).to_be_visible(timeout=PATIENCE_MS)
    expect(prompt.get_by_text("Nothing of your own computer is shown or operated.")).to_be_visible()
    assert customer.page.evaluate("document.activeElement.textContent.trim()") == "Deny", "Deny has the focus"
    customer.page.keyboard.press("Escape")
    until(lambda: story.requests_open(csr) == 0, "the denial arrived")

    offer(csr)
    answer(customer, "Accept")
    until(lambda: csr.snapshot(csr.session)["requests"][0]["accepted_at"], "the acceptance arrived")


@pytest.mark.parametrize("capability", [SHARE_VIEW, "share.view.application"])
def test_a_phone_is_offered_the_screen_of_the_csr_and_fits_it(people: People, capability: str) -> None:
    """A phone cannot show its screen, but it may look: the prompt fits, both answers can be reached by a thumb."""
    csr = people.csr()
    phone = people.customer(**PHONE)
    phone.join(story.begin(csr))
    story.await_state(csr, "active")
    offer(csr, capability)
    prompt = phone.page.get_by_role("alertdialog")
    for word in ("Deny", "Accept"):
        box = until(lambda word=word: prompt.get_by_role("button", name=word).bounding_box(), "the answer is shown")
        assert box["height"] >= 44
    assert phone.page.evaluate("document.documentElement.scrollWidth") <= 390
    answer(phone, "Accept")
    until(lambda: csr.snapshot(csr.session)["requests"][0]["accepted_at"], "the acceptance arrived")


def manager_of(csr: Csr, display: Display) -> tuple[SupportManager, str]:
    """Attach a Support Manager to the CSR by a code, as its console does, and return it with its endpoint."""
    status, code = csr.api("POST", f"sessions/{csr.session}/attach-codes/", {"purpose": "support_manager"})
    assert status == 201, code
    manager = SupportManager(display, code["command"], folder=ROOT)
    csr.people.leave_behind(manager.close)
    return manager, until(lambda: _manager_endpoint(csr), "the CSR's Support Manager is attached")


def _manager_endpoint(csr: Csr) -> str | None:
    people = csr.snapshot(csr.session)["participants"]
    kinds = [one for person in people if person["role"] == "primary_csr" for one in person["endpoints"]]
    return next((str(one["id"]) for one in kinds if one["kind"] == "support_manager" and one["connected"]), None)


def test_a_customer_sees_what_the_csr_shows_until_another_share_takes_its_place(people: People) -> None:
    """Share view from the CSR's browser; a view of the customer's own desktop leaves nothing of it on the page."""
    csr, customer = story.meet(people)
    csr.ask("Share view")
    answer(customer, "Accept")
    story.await_grant(csr, SHARE_VIEW)
    customer.sees("You see the desktop of Daniel")
    until(lambda: picture.pixel(customer.page, 0.5, 0.5), "the customer sees a picture")
    stage(customer.page).get_by_role("button", name="Arrow", exact=True).click()

    shares_own_screen(csr, customer)
    expect(stage(customer.page)).to_have_count(0, timeout=PATIENCE_MS)
    customer.sees("Daniel sees what you chose to show")
    expect(customer.page.locator(".preview")).to_be_visible(timeout=PATIENCE_MS)
    assert [grant["capability"] for grant in csr.grants()] == [story.VIEW]

    csr.ask("Share view")
    answer(customer, "Accept")
    story.await_grant(csr, SHARE_VIEW)
    until(lambda: picture.pixel(customer.page, 0.5, 0.5), "the customer sees the new picture")
    expect(customer.page.locator(".preview")).to_have_count(0)
    expect(stage(customer.page).get_by_role("button", name="Arrow", exact=True)).to_have_attribute(
        "aria-pressed", "false"
    )
    customer.press("Stop watching")
    story.await_no_grant(csr)
    expect(stage(customer.page)).to_have_count(0)


def touch_at(phone: Customer, display: Display, x: float, y: float) -> tuple[float, float]:
    """Return where the phone shows a pixel of the CSR's screen."""
    box = until(stage(phone.page).locator("video").bounding_box, "the picture is laid out")
    return box["x"] + box["width"] * x / display.width, box["y"] + box["height"] * y / display.height


def test_a_customer_operates_the_computer_of_the_csr_by_touch(people: People, display: Display) -> None:
    """Share control: accepted on the phone, confirmed at the CSR; taps click, a hold clicks right, text is typed."""
    csr = people.csr()
    phone = people.customer(**PHONE)
    phone.join(story.begin(csr))
    story.await_state(csr, "active")
    manager, endpoint = manager_of(csr, display)
    board, terminal = Board(display), Terminal(display)
    body = {"capability": SHARE_CONTROL, "source": endpoint}
    assert csr.api("POST", f"sessions/{csr.session}/requests/", body)[0] == 201
    answer(phone, "Accept")
    manager.allow()
    story.await_grant(csr, SHARE_CONTROL)
    phone.sees("You operate the computer of Daniel")
    until(lambda: picture.pixel(phone.page, 0.5, 0.5), "the customer sees a picture")

    x, y = touch_at(phone, display, *board.centre_of("red"))

    def tapped() -> bool:
        phone.page.touchscreen.tap(x, y)
        return bool(board.events("press"))

    # The hand that pressed Allow holds the customer's input for a second; the customer taps again.
    until(tapped, "the tap arrives as a click", step=0.5)
    assert board.events("press")[-1]["button"] == 1

    fingers = phone.context.new_cdp_session(phone.page)
    fingers.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [{"x": x, "y": y}]})
    expect(phone.page.locator(".press-ring.armed")).to_be_attached(timeout=PATIENCE_MS)
    fingers.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    until(lambda: board.events("press")[-1]["button"] == 3, "the held finger arrives as a right click")
    expect(phone.page.locator(".press-ring")).to_have_count(0)

    phone.page.touchscreen.tap(*touch_at(phone, display, *terminal.centre))
    stage(phone.page).get_by_role("button", name="Keyboard", exact=True).tap()
    phone.page.keyboard.insert_text("typed 電話")
    phone.page.keyboard.press("Enter")
    until(lambda: "typed 電話" in terminal.text, "what the phone's keyboard types arrives")

    phone.press("Stop control")
    story.await_no_grant(csr)
    expect(stage(phone.page)).to_have_count(0, timeout=PATIENCE_MS)
