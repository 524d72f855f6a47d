"""A manager at the monitor: sees who comes within seconds, moves, raises, assigns, closes, whispers, joins."""

import re

import pytest
from playwright.sync_api import Locator, expect

from sessions.tests.e2e.people import PATIENCE_MS, Csr, People
from sessions.tests.e2e.stack import Stack
from sessions.tests.e2e.test_accessibility import clean
from sessions.tests.e2e.test_inbox import be, enter, make_queue, offer, open_inbox
from sessions.tests.e2e.waiting import until
from sessions.tests.e2e.yesterday import CUSTOMERS, had_yesterday


def open_monitor(manager: Csr) -> None:
    """Go to the monitor by the rail."""
    manager.page.get_by_role("link", name=manager.word("Monitor")).click()
    expect(manager.page.get_by_role("heading", name=manager.word("Queues"), exact=True)).to_be_visible(
        timeout=PATIENCE_MS
    )


def row(manager: Csr, queue: str) -> Locator:
    return manager.page.locator(f"tr[data-queue='{queue}']")


def open_line(manager: Csr, queue: str) -> Locator:
    """Open a queue's line; return its panel."""
    row(manager, queue).get_by_role("button").first.click()
    panel = manager.page.locator(f"[data-line='{queue}']")
    expect(panel).to_be_visible(timeout=PATIENCE_MS)
    return panel


def choose(panel: Locator, button: str | re.Pattern[str], item: str | re.Pattern[str]) -> None:
    """Open a menu in `panel` and take one of its items."""
    panel.get_by_role("button", name=button, exact=True).click()
    plain, chosen = (panel.get_by_role(role, name=item, exact=True) for role in ("menuitem", "menuitemradio"))
    plain.or_(chosen).click()


def test_a_manager_sees_who_waits_and_moves_raises_and_assigns_them(stack: Stack, people: People) -> None:
    other = make_queue(stack, "Other line")
    queue = make_queue(stack, "Wall line")
    manager, csr = people.csr(role="manager"), people.csr()
    open_monitor(manager)
    clean(manager.page)
    enter(people, queue, "Camille", "Prints empty pages")
    enter(people, queue, "Kenji", "Prints nothing")
    expect(row(manager, queue).locator("td").first).to_have_text("2", timeout=PATIENCE_MS)
    choose(manager.page.locator("header.head"), re.compile("Queues shown: All my queues"), "Wall line")
    expect(manager.page.locator("tr[data-queue]")).to_have_count(1)
    expect(manager.page.locator(".kpi").first).to_contain_text("in 1 queue")
    choose(manager.page.locator("header.head"), "Queues shown: Wall line", re.compile("All my queues"))
    expect(row(manager, other)).to_be_visible()
    panel = open_line(manager, queue)
    expect(panel.locator("tr[data-entry]")).to_have_count(2, timeout=PATIENCE_MS)
    expect(panel.locator("tr[data-entry]").first).to_contain_text("Camille")
    clean(manager.page)

    panel.get_by_role("button", name="Raise priority of Kenji").click()
    expect(panel.locator("tr[data-entry]").first).to_contain_text("Kenji", timeout=PATIENCE_MS)
    choose(panel, "Move Camille", "Other line")
    expect(row(manager, other).locator("td").first).to_have_text("1", timeout=PATIENCE_MS)
    open_inbox(csr)
    be(csr, "Away: break")
    until(lambda: manager.page.locator("tr[data-csr]").count() > 0, "the CSR is on the wall")
    choose(panel, "Assign Kenji", "Daniel Okafor")
    session = manager.page.locator("tr[data-session]", has_text="Kenji")
    expect(session).to_contain_text("Daniel Okafor", timeout=PATIENCE_MS)
    assert "Camille" not in session.inner_text()

    camille = open_line(manager, other)
    camille.get_by_role("button", name="Take Camille out of the line").click()
    camille.get_by_label("Reason (for the log)").fill("wrong department")
    camille.get_by_role("button", name="Take out", exact=True).click()
    expect(row(manager, other).locator("td").first).to_have_text("0", timeout=PATIENCE_MS)
    clean(manager.page)
    be(csr, "Offline")


def test_a_closed_queue_lets_nobody_in_until_its_hours_hold_again(stack: Stack, people: People) -> None:
    queue = make_queue(stack, "Closed by hand")
    manager, customer = people.csr(role="manager"), people.customer()
    open_monitor(manager)
    menu = row(manager, queue)
    menu.get_by_role("button", name=re.compile("Open or close")).click()
    menu.get_by_role("menuitemradio", name=re.compile("Close now")).click()
    expect(menu).to_contain_text("Closed by a manager", timeout=PATIENCE_MS)
    customer.page.goto(f"{stack.base}/q/{queue}/")
    customer.sees("Leave a message")
    menu.get_by_role("button", name=re.compile("Open or close")).click()
    menu.get_by_role("menuitemradio", name=re.compile("By its hours")).click()
    expect(menu).not_to_contain_text("Closed by a manager", timeout=PATIENCE_MS)
    customer.page.reload()
    customer.sees("Start the conversation")


def test_a_whisper_reaches_the_csr_and_not_the_customer_and_presence_is_set(stack: Stack, people: People) -> None:
    queue = make_queue(stack, "Whispered")
    manager, csr = people.csr(role="manager"), people.csr()
    open_inbox(csr)
    be(csr, "Available")
    customer = enter(people, queue, "Camille")
    expect(offer(csr.page)).to_be_visible(timeout=PATIENCE_MS)
    csr.page.keyboard.press("a")
    expect(csr.page).to_have_url(re.compile(r"/console/s/"), timeout=PATIENCE_MS)
    csr.session = csr.page.url.split("/s/")[1].split("/")[0]
    open_monitor(manager)
    session = manager.page.locator(f"tr[data-session='{csr.session}']")
    expect(session).to_contain_text("Camille", timeout=PATIENCE_MS)
    session.get_by_role("button", name="Whisper to the CSR of Camille").click()
    manager.page.get_by_label("Whisper to the session's CSRs").fill("Ask for the model")
    manager.page.get_by_role("button", name="Whisper", exact=True).click()
    csr.sees("Ask for the model")
    customer.say("Hello")
    csr.sees("Hello")
    texts = [message["text"] for message in customer.snapshot(csr.session)["messages"]]
    assert "Ask for the model" not in texts
    names = [person["name"] for person in customer.snapshot(csr.session)["participants"]]
    assert len(names) == 3, "the manager came in visibly"
    session.get_by_role("button", name=re.compile("Open the session of Camille")).click()
    expect(manager.page).to_have_url(re.compile(csr.session), timeout=PATIENCE_MS)

    open_monitor(manager)
    member = manager.page.locator("tr[data-csr]", has_text="Daniel Okafor")
    member.get_by_role("button").click()
    member.get_by_role("menuitemradio", name="Away: meeting").click()
    expect(member).to_contain_text("Away: meeting", timeout=PATIENCE_MS)
    expect(csr.page.locator(".rail-presence")).to_contain_text("Away: meeting", timeout=PATIENCE_MS)
    be(csr, "Offline")


@pytest.mark.parametrize("language", ["en", "ja"])
def test_the_monitor_is_not_for_csrs(people: People, language: str) -> None:
    csr = people.csr(language=language)
    expect(csr.page.get_by_role("link", name=csr.word("Inbox"))).to_be_visible()
    expect(csr.page.get_by_role("link", name=csr.word("Monitor"))).to_have_count(0)
    csr.page.goto(f"{people.stack.base}/console/monitor/")
    csr.sees(csr.word("The monitor is for managers and administrators."))


def test_a_manager_asks_what_other_numbers_of_csrs_would_have_done_yesterday(stack: Stack, people: People) -> None:
    quiet, busy = make_queue(stack, "Quiet line"), make_queue(stack, "Busy line", timezone="UTC")
    had_yesterday(stack, busy)
    manager = people.csr(role="manager")
    open_monitor(manager)
    panel = manager.page.get_by_role("region", name="Staffing: what if, yesterday")
    panel.get_by_label("Queue").select_option(quiet)
    panel.get_by_role("button", name="Work it out").click()
    expect(panel).to_contain_text("there is nothing to go by", timeout=PATIENCE_MS)
    panel.get_by_label("Queue").select_option(busy)
    panel.get_by_role("button", name="Work it out").click()
    expect(panel).to_contain_text("Working it out", timeout=PATIENCE_MS)
    expect(panel).to_contain_text(re.compile(rf"{CUSTOMERS} customers. With \d CSRs all day"), timeout=4 * PATIENCE_MS)
    expect(panel.locator("circle").nth(3)).to_be_visible()
    levels = [int(text.split()[0]) for text in panel.locator("tbody td:nth-child(2)").all_inner_texts()]
    assert levels == sorted(levels)
    assert levels[-1] >= 80
    clean(manager.page)
    manager.page.reload()
    panel.get_by_label("Queue").select_option(busy)
    expect(panel).to_contain_text("CSRs all day", timeout=PATIENCE_MS)


def test_the_monitor_and_the_inbox_fit_a_phone(people: People) -> None:
    manager = people.csr(role="manager")
    page = manager.page
    page.set_viewport_size({"width": 390, "height": 844})
    for link, shown in (("Monitor", ".wall"), ("Inbox", ".inbox")):
        page.get_by_role("link", name=manager.word(link)).click()
        expect(page.locator(shown)).to_be_visible(timeout=PATIENCE_MS)
        wide = page.evaluate("() => document.documentElement.scrollWidth")
        assert wide <= 390, f"{link} is {wide} px wide"
        assert page.evaluate("s => document.querySelector(s).getBoundingClientRect().right", shown) <= 390, link
