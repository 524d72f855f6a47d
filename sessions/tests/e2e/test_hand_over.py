"""Two CSRs at a real computer: driving is handed over and taken back; clipboard text goes each way, once."""

import sys
from collections.abc import Callable

from playwright.sync_api import expect

from sessions.tests.e2e import story
from sessions.tests.e2e.display import Display
from sessions.tests.e2e.people import PATIENCE_MS, Csr, Customer, People
from sessions.tests.e2e.programs import Board, Terminal
from sessions.tests.e2e.support_manager import SupportManager
from sessions.tests.e2e.waiting import until

COPY = """
import sys, tkinter as tk
root = tk.Tk()
root.withdraw()
root.clipboard_clear()
root.clipboard_append(sys.argv[1])
root.mainloop()
"""
PASTE = """
import sys, tkinter as tk
root = tk.Tk()
root.withdraw()
def look():
    try:
        open(sys.argv[1], "w").write(root.clipboard_get())
    except tk.TclError:
        pass
    root.after(100, look)
look()
root.mainloop()
"""


def _controlled(people: People, display: Display) -> tuple[Csr, Customer, SupportManager]:
    """Return people in a session whose CSR sees and operates the customer's desktop."""
    csr, customer = story.meet(people)
    csr.ask("Request view")
    manager = story.attach(customer, display)
    manager.allow()
    story.await_grant(csr, story.VIEW)
    story.share_control(csr, manager)
    return csr, customer, manager


def _from_menu(csr: Csr, menu: str, item: str) -> None:
    csr.page.locator(".stagebar").get_by_role("button", name=menu).click(timeout=PATIENCE_MS)
    csr.page.get_by_role("menuitem", name=item).click(timeout=PATIENCE_MS)


def _holder(csr: Csr) -> str:
    return next((one["holder"] for one in csr.grants() if one["capability"] == story.CONTROL), "")


def _clicker(csr: Csr, display: Display, board: Board) -> Callable[[], bool]:
    """Return a trial: one click of `csr` in the board, and whether the board felt more than before."""
    left, top, right, bottom = board.drawing_area
    before = len(board.events("press"))

    def clicked() -> bool:
        story.click_at(csr, display, (left + right) / 2, (top + bottom) / 2)
        return len(board.events("press")) > before

    return clicked


def test_driving_is_handed_to_an_assistant_and_taken_back_each_time_asked(people: People, display: Display) -> None:
    """The customer allows each hand-over; only the one who has the mouse operates; the bar names them."""
    board = Board(display)
    csr, customer, manager = _controlled(people, display)
    helper = people.csr(number=1)
    assert helper.api("POST", "sessions/join/", {"number": csr.number})[0] == 200
    helper.session = csr.session
    helper.open_console(csr.session)
    story.sees_board(helper, display, board)
    names = {one["id"]: one["name"] for one in csr.snapshot(csr.session)["participants"]}
    mine = _holder(csr)
    theirs = next(one["id"] for one in csr.snapshot(csr.session)["participants"] if one["role"] == "assisting_csr")

    _from_menu(csr, "Hand over the mouse", f"Hand the mouse to {names[theirs]}")
    expect(customer.page.get_by_role("alertdialog")).to_contain_text(names[theirs].split()[0], timeout=PATIENCE_MS)
    assert _holder(csr) == mine, "nothing changes before the customer's yes"
    manager.allow()
    until(lambda: _holder(csr) == theirs, "the assistant has the mouse")
    until(_clicker(helper, display, board), "the assistant's click arrives", step=0.3)
    felt = len(board.events("press"))
    for _ in range(3):
        story.click_at(csr, display, *board.centre_of("red"))
    helper.sees("You are driving")
    assert len(board.events("press")) == felt, "who handed the mouse over operates nothing"

    _from_menu(csr, "Hand over the mouse", "Take the mouse back")
    manager.allow()
    until(lambda: _holder(csr) == mine, "the primary CSR has the mouse again")
    until(_clicker(csr, display, board), "the primary CSR's click arrives", step=0.3)
    helper.go_home = lambda: None  # type: ignore[method-assign]  # an assistant does not end a session


def test_clipboard_text_goes_each_way_once_and_only_when_allowed(people: People, display: Display) -> None:
    """What the customer copied is shown to the CSR; the CSR's own text lands in the customer's clipboard."""
    Terminal(display)
    display.run([sys.executable, "-c", COPY, "SE35 5000 0000 0549"], name="copied")
    csr, _, manager = _controlled(people, display)
    csr.context.grant_permissions(["clipboard-read", "clipboard-write"])

    _from_menu(csr, "Clipboard", "Get clipboard")
    manager.deny()
    expect(csr.page.locator(".stagebar").get_by_text("Denied")).to_be_visible(timeout=PATIENCE_MS)
    expect(csr.page.locator(".clip-card")).to_have_count(0)
    expect(csr.page.locator(".stagebar").get_by_text("Denied")).to_have_count(0, timeout=PATIENCE_MS)

    _from_menu(csr, "Clipboard", "Get clipboard")
    manager.allow()
    expect(csr.page.locator(".clip-card textarea")).to_have_value("SE35 5000 0000 0549", timeout=PATIENCE_MS)
    until(lambda: not any(one["capability"].startswith("clipboard") for one in csr.grants()), "it was used once")

    pasted = display.folder / "pasted.txt"
    display.run([sys.executable, "-c", PASTE, str(pasted)], name="pasting")
    csr.page.evaluate("navigator.clipboard.writeText('Drucker 12 – 2. OG')")
    _from_menu(csr, "Clipboard", "Send clipboard")
    manager.allow()
    until(lambda: pasted.exists() and pasted.read_text() == "Drucker 12 – 2. OG", "the customer has the CSR's text")
    until(lambda: not any(one["capability"].startswith("clipboard") for one in csr.grants()), "it was used once")
