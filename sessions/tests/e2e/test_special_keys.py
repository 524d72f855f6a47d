"""What no keyboard can send: pressed in the console's menu, done on the customer's computer or refused in words."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from sessions.tests.e2e import story
from sessions.tests.e2e.display import Display
from sessions.tests.e2e.people import PATIENCE_MS, Csr, People
from sessions.tests.e2e.programs import Board
from sessions.tests.e2e.screen_lock import ScreenLock, bus_of
from sessions.tests.e2e.waiting import until


@pytest.fixture(scope="module")
def display(results: Path) -> Iterator[Display]:
    """The customer's computer, whose programs know its bus."""
    folder = results / "test_special_keys"
    made = Display(folder, **bus_of(folder))
    yield made
    made.close()


def _press(csr: Csr, name: str) -> None:
    csr.page.get_by_role("button", name=csr.word("Special keys"), exact=True).click(timeout=PATIENCE_MS)
    csr.page.get_by_role("menuitem", name=name, exact=True).click(timeout=PATIENCE_MS)


def test_ctrl_alt_del_and_lock_are_done_or_refused_in_words_and_leave_no_key_down(
    people: People, display: Display
) -> None:
    """Ctrl+Alt+Del arrives as keys, as far as X11 has it; Lock counts once the desktop confirms it."""
    screen_lock, board = ScreenLock(display), Board(display)
    csr, customer = story.meet(people)
    csr.ask("Request view")
    manager = story.attach(customer, display)
    manager.allow()
    story.share_control(csr, manager)
    left, top, right, bottom = board.drawing_area
    story.take_over(csr, display, (left + right) / 2, (top + bottom) / 2)

    _press(csr, "Ctrl + Alt + Delete")
    chord = ["Control_L", "Alt_L", "Delete"]
    until(lambda: [event["keysym"] for event in board.events("key")] == chord, "Ctrl+Alt+Del arrives, once")
    until(lambda: display.keys_down() == 0, "no key is left down")

    _press(csr, "Lock the screen")
    csr.sees("computer does not allow that")
    assert screen_lock.asked > 0, "the desktop was asked, and did not do it"

    screen_lock.works(on=True)
    _press(csr, "Lock the screen")
    csr.sees("The screen is locked")
    until(lambda: display.keys_down() == 0, "no key is left down")
    screen_lock.works(on=False)
    until(lambda: csr.page.get_by_text("The screen is locked").count() == 0, "the picture is back")
    story.sees_board(csr, display, board)

    csr.press("Stop control")
    until(lambda: [one["capability"] for one in csr.grants()] == [story.VIEW], "only the view is left")
    button = csr.page.get_by_role("button", name=csr.word("Special keys"), exact=True)
    until(lambda: button.is_disabled() or button.get_attribute("aria-disabled") == "true", "the menu is shut")
