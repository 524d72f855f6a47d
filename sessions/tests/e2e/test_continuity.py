"""The same session and the same grants after a reload, a crash, another device; nothing is asked twice."""

import os
import re
import signal
import time

from playwright.sync_api import expect

from sessions.tests.e2e import picture, story
from sessions.tests.e2e.display import Display
from sessions.tests.e2e.people import PATIENCE_MS, People
from sessions.tests.e2e.programs import COLOURS, Board, Terminal
from sessions.tests.e2e.stack import Stack
from sessions.tests.e2e.support_manager import SupportManager
from sessions.tests.e2e.waiting import stays, until


def test_a_reload_of_either_page_keeps_session_grants_and_picture(people: People, display: Display) -> None:
    """Journey 6."""
    board = Board(display)
    csr, customer = story.meet(people)
    manager = story.attach(customer, display)
    view = story.share_view(csr, manager)
    control = story.share_control(csr, manager)
    story.sees_board(csr, display, board)

    csr.page.reload()
    story.sees_board(csr, display, board)
    assert {grant["id"] for grant in csr.grants()} == {view["id"], control["id"]}
    story.take_over(csr, display, *board.centre_of("green"))
    until(lambda: board.events("press"), "the CSR operates again")

    address = customer.page.url
    customer.page.reload()
    customer.say("Still here")
    csr.sees("Still here")
    assert customer.page.url == address
    assert {grant["id"] for grant in csr.grants()} == {view["id"], control["id"]}
    assert manager.consent() is None
    manager.close()


def test_a_killed_server_leaves_the_picture_and_comes_back_without_a_question(
    people: People, display: Display, stack: Stack
) -> None:
    """Journey 7: kill -9 of daphne in mid-session."""
    board = Board(display)
    csr, customer = story.meet(people)
    manager = story.attach(customer, display)
    view = story.share_view(csr, manager)
    story.sees_board(csr, display, board)
    csr.say("Before the crash")
    customer.sees("Before the crash")

    stack.kill_daphne()
    red = board.centre_of("red")
    board.recolour()
    picture.shows(csr.page, red[0] / display.width, red[1] / display.height, COLOURS["yellow"], seconds=5)
    field = customer.page.get_by_role("textbox", name="Message", exact=True)
    field.fill("Written while the server was away")
    customer.press("Send")
    stack.wait_ready()
    csr.sees("Written while the server was away")
    csr.say("After the crash")
    customer.sees("After the crash")
    # The list of sessions quotes it too until it is read again, which it is every ten seconds.
    written = csr.page.get_by_text("Written while the server was away").locator("visible=true")
    expect(written).to_have_count(1, timeout=PATIENCE_MS)
    assert [grant["id"] for grant in csr.grants()] == [view["id"]]
    assert manager.consent() is None
    assert csr.snapshot(csr.session)["state"] == "active"
    manager.close()


def test_a_killed_support_manager_is_told_at_once_and_holds_no_key(people: People, display: Display) -> None:
    """Journey 8 (F18): the CSR knows within 2 s, and no key stays pressed."""
    terminal = Terminal(display)
    csr, customer = story.meet(people)
    manager = story.attach(customer, display)
    story.share_control(csr, manager)
    story.take_over(csr, display, *terminal.centre)
    csr.page.keyboard.down("Shift")
    csr.page.keyboard.down("a")
    csr.page.mouse.down()
    until(lambda: display.keys_down() >= 2, "the keys are pressed")
    assert story.manager_endpoint(customer)

    os.kill(manager.process.pid, signal.SIGKILL)
    killed = time.monotonic()
    until(lambda: story.manager_endpoint(customer) is None, "the session knows that it is gone", 5)
    told = time.monotonic() - killed
    until(lambda: display.keys_down() == 0 and not display.buttons_down(), "every key is released", 3)
    assert told <= 2, told
    csr.page.keyboard.up("a")
    csr.page.keyboard.up("Shift")
    csr.page.mouse.up()


def test_an_ended_session_leaves_nothing_behind(people: People, display: Display) -> None:
    """Journey 9: both pages say so, the Support Manager goes within 5 s, nothing of it stays."""
    before = _traces()
    csr, customer = story.meet(people)
    manager = story.attach(customer, display)
    story.share_view(csr, manager)
    status, _answer = csr.api("POST", f"sessions/{csr.session}/end/")
    assert status == 200
    until(lambda: not manager.running, "the Support Manager is gone", 5)
    assert manager.process.returncode == 0, manager.log.read_text()[-2000:]
    expect(customer.page.get_by_text(re.compile("ended", re.IGNORECASE)).first).to_be_visible(timeout=PATIENCE_MS)
    expect(csr.page.get_by_text(re.compile("ended", re.IGNORECASE)).first).to_be_visible(timeout=PATIENCE_MS)
    expect(csr.page.locator("video")).to_have_count(0, timeout=PATIENCE_MS)
    until(lambda: _traces() <= before, "no file and no process is left")
    assert not display.windows("Support Manager")
    customer.page.reload()
    customer.sees(re.compile("Save the receipt"))
    status, answer = customer.api("POST", f"sessions/{csr.session}/messages/", _message("late"))
    assert status == 409, answer


def _traces() -> set[str]:
    """Return the processes of any Support Manager and its files in the places where programs leave some."""
    found = set()
    for entry in os.scandir("/proc"):
        if entry.name.isdigit():
            try:
                with open(f"/proc/{entry.name}/cmdline", "rb") as file:  # noqa: PTH123 - a process may vanish
                    command = file.read().replace(b"\0", b" ").decode(errors="replace")
            except OSError:
                continue
            if "customer_agent --site" in command:
                found.add(f"pid {entry.name}")
    found |= {f"/tmp/{name}" for name in os.listdir("/tmp") if "support" in name and "manager" in name}  # noqa: PTH208
    return found


def _message(text: str) -> dict[str, str]:
    return {"text": text, "audience": "everyone", "client_id": "e2e-late-message-01"}


def test_a_customer_goes_on_with_another_device(people: People) -> None:
    """Journey 10: the link made on one device opens the same session on the other."""
    csr, customer = story.meet(people)
    customer.say("From the computer")
    csr.sees("From the computer")
    status, code = customer.api("POST", f"sessions/{customer.session}/attach-codes/", {"purpose": "device"})
    assert status in {200, 201}, code

    phone = people.customer(viewport={"width": 390, "height": 844}, is_mobile=True, has_touch=True)
    phone.page.goto(code["link"])
    phone.page.reload()  # a mail scanner or a reload only looks: the code is not used up by GET
    phone.page.get_by_role("button").last.click()
    phone.page.wait_for_url(re.compile(rf"/s/{customer.session}/$"))
    phone.sees("From the computer")
    phone.say("From the telephone")
    csr.sees("From the telephone")
    customer.sees("From the telephone")
    roles = [person["role"] for person in csr.snapshot(csr.session)["participants"]]
    assert roles.count("primary_customer") == 1, "one person with two devices"
    stranger = people.customer()
    stranger.page.goto(code["link"])
    if stranger.page.get_by_role("button").count():
        stranger.page.get_by_role("button").last.click()
    assert not re.search(rf"/s/{customer.session}/$", stranger.page.url)


def test_a_second_tab_of_the_csr_sees_the_same_and_closing_it_suspends_nothing(
    people: People, display: Display
) -> None:
    """Journey 10: two tabs of one CSR are two endpoints of one participant."""
    board = Board(display)
    csr, customer = story.meet(people)
    manager = story.attach(customer, display)
    story.share_view(csr, manager)
    story.sees_board(csr, display, board)
    second = csr.context.new_page()
    second.goto(csr.page.url)
    story.sees_board(csr, display, board, page=second)
    second.close()
    stays(lambda: csr.snapshot(csr.session)["state"] == "active", "the session stays active", 3, step=0.5)
    story.sees_board(csr, display, board)
    manager.close()


def test_a_later_joiner_waits_until_the_csr_admits_the_right_one(people: People) -> None:
    """Journey 10: the lobby, with a match number on both sides; until then it learns nothing."""
    csr, customer = story.meet(people)
    customer.say("Only for those inside")
    second = people.customer()
    second.join(csr.number, "Erik Lindqvist")
    lobby = until(
        lambda: [one for one in csr.snapshot(csr.session)["participants"] if one["state"] == "lobby"], "one waits"
    )
    match = lobby[0]["match_number"]
    second.sees(re.compile(rf"(?<!\d){match}(?!\d)"))
    assert "Only for those inside" not in second.page.content()
    csr.sees(re.compile("Erik Lindqvist"))
    csr.page.get_by_role("tab", name=re.compile("^Participants")).click()
    csr.sees(re.compile(rf"(?<!\d){match}(?!\d)"))
    csr.page.get_by_role("button", name=re.compile("^Let in")).first.click()
    csr.page.get_by_role("tab", name=re.compile("^Chat")).click()
    second.say("Hello from Erik")
    csr.sees("Hello from Erik")
    customer.sees("Hello from Erik")
    secondary = [one for one in csr.snapshot(csr.session)["participants"] if one["name"] == "Erik Lindqvist"]
    assert secondary[0]["role"] == "secondary_customer"


def test_an_assisting_csr_joins_by_number_and_sees_the_same_picture(people: People, display: Display) -> None:
    """Journey 10: assistants see what is shared with the session and may ask for nothing."""
    board = Board(display)
    csr, customer = story.meet(people)
    manager: SupportManager = story.attach(customer, display)
    story.share_view(csr, manager)
    assistant = people.csr(number=1)
    status, answer = assistant.api("POST", "sessions/join/", {"number": csr.number})
    assert status in {200, 201}, answer
    assistant.session = csr.session
    assistant.open_console(csr.session)
    story.sees_board(assistant, display, board)
    story.sees_board(csr, display, board)
    status, answer = assistant.api("POST", f"sessions/{csr.session}/requests/", {"capability": story.CONTROL})
    assert (status, answer["code"]) == (403, "not_primary_csr"), answer
    manager.close()
