"""The eight sharing actions with real windows: what is seen and what not, what input reaches, stop from both sides."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from sessions.tests.e2e import picture, story
from sessions.tests.e2e.display import Display
from sessions.tests.e2e.people import PATIENCE_MS, Csr, Customer, People
from sessions.tests.e2e.programs import BOARD, COLOURS, Board, Canary, Terminal
from sessions.tests.e2e.support_manager import SupportManager
from sessions.tests.e2e.waiting import until

APP_VIEW, APP_CONTROL = "screen.view.application", "screen.control.application"
SHARE_VIEW, SHARE_CONTROL = "share.view.desktop", "share.control.desktop"
SHARE_APP_VIEW, SHARE_APP_CONTROL = "share.view.application", "share.control.application"
TITLE = "Colour board"


@pytest.fixture(scope="module")
def csr_display(results: Path) -> Iterator[Display]:
    """The CSR's own computer."""
    display = Display(results / "test_actions-csr")
    yield display
    display.close()


@pytest.fixture
def canary(display: Display) -> Canary:
    """A window that nobody shares."""
    return Canary(display)


def _grant_application(csr: Csr, manager: SupportManager, name: str, capability: str) -> None:
    csr.ask(name, tab="Application")
    manager.await_consent()
    if capability == APP_VIEW:
        manager.choose(TITLE)
    manager.allow()
    story.await_share(csr, capability)


def _board_is_shown(page: Page) -> None:
    """Hold that the picture has all of the board's colours, each on an eighth of the board or more."""
    least = BOARD[0] * BOARD[1] // 8 // 2
    for name, colour in COLOURS.items():
        until(lambda colour=colour: picture.count(page, colour) > least, f"{name} is in the picture")


def _point_in(page: Page, window: tuple[int, int], x: float, y: float) -> tuple[float, float]:
    """Return the place on a page that shows a picture's pixel (x, y), whose size in pixels is `window`."""
    box = until(lambda: story.stage(page).bounding_box(), "the stage is laid out")
    ratio = min(box["width"] / window[0], box["height"] / window[1])
    left = box["x"] + (box["width"] - window[0] * ratio) / 2
    top = box["y"] + (box["height"] - window[1] * ratio) / 2
    return left + x * ratio, top + y * ratio


def test_a_shared_application_is_seen_alone_and_a_canary_over_it_never(
    people: People, display: Display, canary: Canary
) -> None:
    """Request view, Application: only its window is sent, also while another is dragged over it."""
    board = Board(display)
    csr, customer = story.meet(people)
    csr.ask("Request view", tab="Application")
    manager = story.attach(customer, display)
    manager.await_consent()
    manager.choose(TITLE)
    manager.allow()
    grant = story.await_share(csr, APP_VIEW)
    assert [item["title"] for item in grant["scope"]["applications"]] == [TITLE]
    _board_is_shown(csr.page)
    assert picture.size(csr.page)[0] < display.width * 3 // 4, "the picture is the window's, not the desktop's"

    left, top = board.origin
    for step in range(24):
        canary.drag(left - 120 + step * 32, top - 60 + step * 20)
        assert picture.count(csr.page, Canary.COLOUR) == 0, "a canary pixel"
    canary.drag(left + 200, top + 40)
    board.recolour()
    until(lambda: picture.count(csr.page, COLOURS["red"]) > 0, "the covered window is still live")
    assert picture.count(csr.page, Canary.COLOUR) == 0
    board.recolour()

    window = display.windows(f"^{TITLE}$")[0].id
    display.hand("windowminimize", window)
    csr.sees("minimised")
    display.hand("windowmap", window)
    _board_is_shown(csr.page)
    manager.stop()
    story.await_no_grant(csr)
    until(lambda: picture.frames(csr.page) == 0 or not picture.size(csr.page)[0], "no picture is left")


def test_control_of_an_application_reaches_it_and_nothing_else(
    people: People, display: Display, canary: Canary
) -> None:
    """Request control, Application: clicks inside arrive; outside, and keys while the focus is elsewhere, do not."""
    canary.drag(900, 600)
    board, terminal = Board(display), Terminal(display, "outside")
    csr, customer = story.meet(people)
    csr.ask("Request view", tab="Application")
    manager = story.attach(customer, display)
    manager.await_consent()
    manager.choose(TITLE)
    manager.allow()
    story.await_share(csr, APP_VIEW)
    _board_is_shown(csr.page)
    _grant_application(csr, manager, "Request control", APP_CONTROL)
    size = picture.size(csr.page)

    def clicked() -> bool:
        csr.page.mouse.click(*_point_in(csr.page, size, size[0] / 2, size[1] * 0.7))
        return bool(board.events("press"))

    until(clicked, "a click inside arrives", step=0.3)
    csr.page.keyboard.press("a")
    until(lambda: any(event["keysym"] == "a" for event in board.events("key")), "a key arrives")

    display.click(*terminal.centre)  # the owner's own hand works elsewhere
    before = len(board.events("key"))

    def refused() -> bool:
        csr.page.keyboard.type("secret")
        csr.page.keyboard.press("Enter")
        return csr.page.get_by_text("works in another window").is_visible()

    until(refused, "the CSR is told where the owner works", step=0.3)
    assert terminal.text == ""
    assert len(board.events("key")) == before
    csr.press("Stop control")
    until(lambda: [one["capability"] for one in csr.grants()] == [APP_VIEW], "only the view is left")
    customer.press("Stop everything")
    story.await_no_grant(csr)


def test_the_csr_shows_the_own_screen_by_the_browser_and_either_side_stops(people: People) -> None:
    """Share view, Desktop and Application: the browser's picker, the customer's Accept, a live picture, both stops."""
    csr, customer = story.meet(people)
    csr.ask("Share view")
    story.accept(customer)
    story.await_share(csr, SHARE_VIEW)
    until(lambda: picture.pixel(customer.page, 0.5, 0.5), "the customer sees a picture")
    customer.page.get_by_role("button", name="Stop watching").first.click(timeout=PATIENCE_MS)
    story.await_no_grant(csr)
    expect(customer.page.locator(".share")).to_have_count(0, timeout=PATIENCE_MS)

    csr.ask("Share view", tab="Application")
    story.accept(customer)
    story.await_share(csr, SHARE_APP_VIEW)
    until(lambda: picture.pixel(customer.page, 0.5, 0.5), "the customer sees a picture")
    csr.ask("Stop sharing", tab="Application")
    story.await_no_grant(csr)
    expect(customer.page.locator(".share")).to_have_count(0, timeout=PATIENCE_MS)


def test_the_customer_operates_the_csrs_computer_after_its_owner_confirmed(
    people: People, csr_display: Display
) -> None:
    """Share control, Desktop: the CSR's own Support Manager asks there; the customer's clicks arrive; the CSR stops."""
    board = Board(csr_display, "csr-board")
    csr, customer = story.meet(people)
    csr.ask("Share control")
    manager = story.attach_own(csr, csr_display)
    story.accept(customer)
    manager.allow()
    grant = story.await_share(csr, SHARE_CONTROL)
    people_of = {one["role"]: one["id"] for one in csr.snapshot(csr.session)["participants"]}
    assert (grant["holder"], grant["owner"]) == (people_of["primary_customer"], people_of["primary_csr"])
    story.sees_board(csr, csr_display, board, customer.page)
    size = picture.size(customer.page)
    left, top, right, bottom = board.drawing_area

    def clicked() -> bool:
        customer.page.mouse.click(*_point_in(customer.page, size, (left + right) / 2, (top + bottom) / 2))
        return bool(board.events("press"))

    until(clicked, "the customer's click arrives", step=0.3)
    customer.page.keyboard.press("b")
    until(lambda: any(event["keysym"] == "b" for event in board.events("key")), "the customer's key arrives")
    manager.stop()
    story.await_no_grant(csr)
    expect(customer.page.locator(".share")).to_have_count(0, timeout=PATIENCE_MS)


def test_the_customer_operates_one_application_of_the_csr(people: People, csr_display: Display) -> None:
    """Share control and Share view, Application: the CSR chooses the window on the own computer."""
    Board(csr_display, "csr-board")
    csr, customer = story.meet(people)
    csr.ask("Share control", tab="Application")
    manager = story.attach_own(csr, csr_display)
    story.accept(customer)
    manager.await_consent()
    manager.choose(TITLE)
    manager.allow()
    story.await_share(csr, SHARE_APP_CONTROL)
    _board_is_shown(customer.page)
    csr.ask("Share view", tab="Application")
    story.accept(customer)
    manager.await_consent()
    manager.choose(TITLE)
    manager.allow()
    story.await_share(csr, SHARE_APP_VIEW)
    customer.press("Stop everything")
    story.await_no_grant(csr)


def test_one_share_gives_way_to_the_next_without_leftovers(people: People, display: Display) -> None:
    """Desktop, application, the other direction, and back: one share at a time, one picture at a time."""
    board = Board(display)
    csr, customer = story.meet(people)
    csr.ask("Request view")
    manager = story.attach(customer, display)
    manager.allow()
    story.await_share(csr, story.VIEW)
    story.sees_board(csr, display, board)

    csr.ask("Request view", tab="Application")
    manager.await_consent()
    manager.choose(TITLE)
    manager.allow()
    story.await_share(csr, APP_VIEW)
    assert [one["capability"] for one in csr.grants()] == [APP_VIEW]
    until(lambda: 0 < picture.size(csr.page)[0] < display.width * 3 // 4, "the picture is the window's")

    csr.ask("Share view")
    story.accept(customer)
    story.await_share(csr, SHARE_VIEW)
    assert [one["capability"] for one in csr.grants()] == [SHARE_VIEW]
    until(lambda: picture.pixel(customer.page, 0.5, 0.5), "the customer sees a picture")

    _back_to_the_desktop(csr, customer, manager)
    story.sees_board(csr, display, board)
    assert [one["capability"] for one in csr.grants()] == [story.VIEW]
    assert display.keys_down() == 0


def test_other_windows_are_asked_for_anew_and_take_the_place_of_the_first(
    people: People, display: Display, canary: Canary
) -> None:
    """What is shown stays until the customer chose again; then nothing of it is left."""
    Board(display)
    csr, customer = story.meet(people)
    csr.ask("Request view", tab="Application")
    manager = story.attach(customer, display)
    manager.await_consent()
    manager.choose(TITLE)
    manager.allow()
    first = story.await_share(csr, APP_VIEW)
    _board_is_shown(csr.page)
    csr.page.locator("[data-ask=more]").click(timeout=PATIENCE_MS)
    manager.await_consent()
    assert [one["id"] for one in csr.grants()] == [first["id"]]
    manager.choose("Canary")
    manager.allow()
    until(lambda: [one["id"] for one in csr.grants()] not in ([], [first["id"]]), "another share took its place")
    [grant] = csr.grants()
    assert [item["title"] for item in grant["scope"]["applications"]] == ["Canary"]
    until(lambda: picture.count(csr.page, Canary.COLOUR) > 0, "the other window is shown")
    until(lambda: picture.count(csr.page, COLOURS["red"]) == 0, "nothing of the first is left")
    manager.stop()
    story.await_no_grant(csr)


def _back_to_the_desktop(csr: Csr, customer: Customer, manager: SupportManager) -> None:
    csr.ask("Request view")
    manager.allow()
    story.await_share(csr, story.VIEW)
    expect(customer.page.locator(".share")).to_have_count(0, timeout=PATIENCE_MS)
