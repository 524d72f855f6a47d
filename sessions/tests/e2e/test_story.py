"""The main job from sign-in to receipt, as two people and a hand at the customer's computer live it."""

import re

import pytest
from playwright.sync_api import expect

from sessions.tests.e2e import picture, story
from sessions.tests.e2e.display import Display
from sessions.tests.e2e.people import PATIENCE_MS, Csr, Customer, People
from sessions.tests.e2e.programs import COLOURS, Board, Terminal
from sessions.tests.e2e.waiting import until

FULL_WIDTH = str.maketrans("0123456789", "０１２３４５６７８９")


def _meet_by_the_forms(people: People, language: str, name: str, *, full_width: bool) -> tuple[Csr, Customer]:
    csr = people.newcomer(language)
    csr.sign_in(people.stack.account("csr"))
    number = csr.start_session()
    customer = people.customer(language=language)
    grouped = f"{number[:3]}-{number[3:6]}-{number[6:]}"
    customer.join(grouped.translate(FULL_WIDTH) if full_width else grouped, name)
    story.await_state(csr, "active")
    csr.sees(name)
    return csr, customer


def _chat_both_ways(csr: Csr, customer: Customer, *, to_customer: str, to_csr: str) -> None:
    csr.say(to_customer)
    customer.sees(to_customer)
    customer.say(to_csr)
    csr.sees(to_csr)


def _operate(csr: Csr, display: Display, board: Board, terminal: Terminal) -> None:
    """Type, compose, draw and scroll, each seen in a program of the customer's."""
    story.take_over(csr, display, *terminal.centre)
    csr.page.keyboard.type("ls -l; echo Hello_World! {~}", delay=15)
    csr.page.keyboard.press("Enter")
    until(lambda: "ls -l; echo Hello_World! {~}\n" in terminal.text, "typed text is in the terminal")
    csr.page.keyboard.insert_text("日本語のテスト")
    csr.page.keyboard.press("Enter")
    until(lambda: "日本語のテスト\n" in terminal.text, "composed Japanese text is in the terminal")

    left, top, right, bottom = board.drawing_area
    csr.page.mouse.dblclick(*story.point(csr, display, *board.centre_of("green")))
    until(lambda: board.events("double"), "a double click is one")
    csr.page.mouse.move(*story.point(csr, display, left + 100, top + 100))
    csr.page.mouse.down()
    for step in range(1, 13):  # the page gathers what moves between two frames
        place = (left + 100 + (right - left - 200) * step / 12, top + 100 + (bottom - top - 160) * step / 12)
        csr.page.mouse.move(*story.point(csr, display, *place))
        csr.page.evaluate("() => new Promise(requestAnimationFrame)")
    csr.page.mouse.up()
    until(lambda: board.events("release")[-1]["y"] > top - board.origin[1] + 100, "the drag ended")
    drag = board.events("drag")
    assert len(drag) >= 3, "the drag is a movement, not a jump"
    assert abs(drag[-1]["x"] - (right - 100 - left)) <= 3, drag[-1]
    csr.page.mouse.wheel(0, 360)
    until(lambda: any(event["button"] == 5 for event in board.events("wheel")), "the wheel turned down")


def test_a_csr_helps_a_customer_from_sign_in_to_receipt(people: People, display: Display) -> None:
    """Journey 1, in English."""
    board, terminal = Board(display), Terminal(display)
    csr, customer = _meet_by_the_forms(people, "en", "Hannah Lindqvist", full_width=False)
    _chat_both_ways(csr, customer, to_customer="Hello, what can I do for you?", to_csr="My invoice cannot be saved.")

    csr.ask("Request view")
    manager = story.attach(customer, display)
    manager.await_consent()
    assert display.windows("^Support Manager$"), "the window bears its name"
    manager.allow()
    story.await_grant(csr, story.VIEW)
    story.sees_board(csr, display, board)
    board.recolour()
    until(lambda: not _still_same(csr, display, board), "the picture is live")
    board.recolour()

    story.share_control(csr, manager)
    _operate(csr, display, board, terminal)

    notes = csr.page.get_by_role("textbox", name="Notes", exact=True)
    if not notes.is_visible():
        csr.page.get_by_role("tab", name="Notes", exact=True).click()
    notes.fill("Folder was read-only; chose another.")
    until(
        lambda: csr.api("GET", f"sessions/{csr.session}/note/")[1]["text"].startswith("Folder"),
        "notes are saved as typed",
    )

    manager.stop()
    story.await_no_grant(csr)
    expect(customer.page.get_by_text("Nobody sees your screen").locator("visible=true").first).to_be_visible(
        timeout=PATIENCE_MS
    )

    _end(csr)
    _receipt(customer, "Hannah Lindqvist")
    until(lambda: not manager.running, "the Support Manager is gone", 5)


def _still_same(csr: Csr, display: Display, board: Board) -> bool:
    x, y = board.centre_of("red")
    return picture.close_to(picture.pixel(csr.page, x / display.width, y / display.height), COLOURS["red"])


def _end(csr: Csr) -> None:
    csr.press("End session")
    csr.page.get_by_role("dialog").get_by_role("button", name=csr.word("End session"), exact=True).click()
    story.await_state(csr, "ended")


def _receipt(customer: Customer, name: str) -> None:
    status, receipt = customer.api("GET", f"sessions/{customer.session}/receipt/")
    assert status == 200, receipt
    types = [item["type"] for item in receipt["items"]]
    assert {"request.granted", "grant.stopped"} <= set(types), types
    customer.sees(re.compile(re.escape(customer.word("Save the receipt"))))


def test_the_same_story_in_japanese(people: People, display: Display) -> None:
    """Journey 2: every step up to the picture, with Japanese words and a full-width number."""
    board = Board(display)
    csr, customer = _meet_by_the_forms(people, "ja", "佐藤 花子", full_width=True)
    _chat_both_ways(csr, customer, to_customer="こんにちは。どうされましたか？", to_csr="請求書を保存できません。")
    assert customer.page.locator("html").get_attribute("lang") == "ja"
    csr.ask("Request view")
    manager = story.attach(customer, display)
    manager.allow()
    story.await_grant(csr, story.VIEW)
    story.sees_board(csr, display, board)
    csr.ask("Request control")
    assert manager.await_consent()
    manager.deny()
    until(lambda: story.requests_open(csr) == 0, "the denial arrived")
    assert [grant["capability"] for grant in csr.grants()] == [story.VIEW]
    _end(csr)
    _receipt(customer, "佐藤 花子")
    until(lambda: not manager.running, "the Support Manager is gone", 5)


@pytest.mark.parametrize("language", ["en", "ja"])
def test_an_invitation_says_address_and_number_in_the_customers_language(people: People, language: str) -> None:
    """Journey 1, the invitation: e-mail, message and telephone carry the same number and address."""
    csr = people.csr()
    number = story.begin(csr, language=language)
    for channel in ("phone", "message"):
        status, answer = csr.api(
            "POST", f"sessions/{csr.session}/invitations/", {"channel": channel, "language": language}
        )
        assert status in {200, 201}, answer
        assert re.sub(r"\D", "", answer["number"]) == number
        assert number in re.sub(r"[-\s]", "", answer["text"]) or number in answer["link"]
    csr.press("Invite")
    csr.sees(re.compile(f"{number[:3]}.?{number[3:6]}.?{number[6:]}"))
