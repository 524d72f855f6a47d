"""Consent is a state that everyone sees: denied, silent, three times denied, stopped with the network cut."""

import re
import time

from playwright.sync_api import expect

from sessions.tests.e2e import picture, story
from sessions.tests.e2e.display import Display
from sessions.tests.e2e.people import PATIENCE_MS, People
from sessions.tests.e2e.programs import COLOURS, Board
from sessions.tests.e2e.stack import Stack
from sessions.tests.e2e.waiting import stays, until

STOP_SECONDS = 0.5


def test_silence_is_a_denial(people: People, display: Display, stack: Stack) -> None:
    """Journey 5: nobody answers within the site's time, and the question goes as denied."""
    stack.set_site(request_timeout_s=15)
    try:
        csr, customer = story.meet(people)
        manager = story.attach(customer, display)
        csr.ask("Request view")
        manager.await_consent()
        asked = time.monotonic()
        until(lambda: story.requests_open(csr) == 0, "the request expired", 40)
        assert 10 < time.monotonic() - asked < 25
        until(lambda: manager.consent() is None, "the window is gone")
        assert not csr.grants()
        states = [request["state"] for request in csr.snapshot(csr.session)["requests"]]
        assert set(states) <= {"expired"}
        manager.close()
    finally:
        stack.set_site(request_timeout_s=60)


def test_three_denials_pause_the_capability(people: People, display: Display) -> None:
    """Journey 5: Deny three times, and the CSR cannot ask again for a while; other capabilities stay."""
    csr, customer = story.meet(people)
    manager = story.attach(customer, display)
    for _ in range(3):
        csr.ask("Request view")
        manager.deny()
        until(lambda: story.requests_open(csr) == 0, "the denial arrived")
    status, answer = csr.api("POST", f"sessions/{csr.session}/requests/", {"capability": story.VIEW})
    assert (status, answer["code"]) == (409, "capability_rests"), answer
    assert answer["data"]["until"]
    expect(csr.page.get_by_role("button", name=re.compile("^Request view"))).to_be_disabled(timeout=PATIENCE_MS)
    csr.ask("Request control")
    manager.await_consent()
    manager.deny()
    manager.close()


def test_stop_works_within_half_a_second_with_the_network_cut(people: People, display: Display, stack: Stack) -> None:
    """Journey 4: the server does not answer at all; the bar's Stop ends picture and input by itself."""
    board = Board(display)
    csr, customer = story.meet(people)
    manager = story.attach(customer, display)
    story.share_view(csr, manager)
    story.share_control(csr, manager)
    story.sees_board(csr, display, board)
    red = board.centre_of("red")
    spot = (red[0] / display.width, red[1] / display.height)
    story.take_over(csr, display, *red)
    until(lambda: board.events("press"), "the CSR operates")

    stack.freeze_daphne()
    try:
        board.recolour()
        picture.shows(csr.page, *spot, COLOURS["yellow"])  # from endpoint to endpoint: it goes on without the server
        manager.stop()
        stopped = time.monotonic()
        # The hand on the bar moved the pointer, which by itself would hold the CSR's input for 1 s: count after that.
        until(lambda: time.monotonic() - stopped > STOP_SECONDS, "half a second", 2)
        board.recolour()
        presses = len(board.events("press"))
        for _ in range(20):
            csr.page.mouse.click(*_place(csr, display, red))
            csr.page.keyboard.press("x")
        stays(lambda: not picture.close_to(picture.pixel(csr.page, *spot), COLOURS["red"]), "no new picture arrives", 2)
        assert len(board.events("press")) == presses
        assert not board.events("key")
        assert manager.running
    finally:
        stack.thaw_daphne()
    story.await_no_grant(csr)
    manager.close()


def _place(csr: object, display: Display, spot: tuple[int, int]) -> tuple[float, float]:
    page = csr.page  # type: ignore[attr-defined]
    box = page.locator("video").last.bounding_box() if page.locator("video").count() else None
    box = box or {"x": 240, "y": 150, "width": 800, "height": 500}
    return box["x"] + box["width"] * spot[0] / display.width, box["y"] + box["height"] * spot[1] / display.height


def test_the_customer_may_stop_by_the_keyboard_alone(people: People, display: Display) -> None:
    """Ctrl + Shift + F12 stops everything, whatever has the focus."""
    csr, customer = story.meet(people)
    manager = story.attach(customer, display)
    story.share_control(csr, manager)
    display.hand("key", "ctrl+shift+F12")
    story.await_no_grant(csr)
    manager.close()


def test_stop_everything_on_the_page_stops_the_support_manager(people: People, display: Display) -> None:
    """The customer's page has the same Stop, for everything."""
    csr, customer = story.meet(people)
    manager = story.attach(customer, display)
    story.share_view(csr, manager)
    customer.press("Stop everything")
    story.await_no_grant(csr)
    expect(csr.page.locator("video")).to_have_count(0, timeout=PATIENCE_MS)
    manager.close()
