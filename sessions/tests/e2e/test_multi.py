"""The multi-session window: four customers at once, and nothing is typed into the wrong one."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from sessions.tests.e2e import picture, story, styles
from sessions.tests.e2e.display import Display
from sessions.tests.e2e.people import PATIENCE_MS, Csr, Customer, People
from sessions.tests.e2e.programs import Terminal
from sessions.tests.e2e.stack import Stack
from sessions.tests.e2e.test_accessibility import violations
from sessions.tests.e2e.waiting import until

OPEN_PEERS = "window.peers.filter(one => !['closed', 'failed'].includes(one.connectionState)).length"


@pytest.fixture
def csr(people: People, stack: Stack) -> Iterator[Csr]:
    """A CSR without a session, whose console is put back afterwards."""
    csr = people.csr(script=styles.COUNT_PEERS)
    put_back = styles.start_afresh(csr, stack)
    yield csr
    put_back()


@pytest.fixture
def second_display(results: Path) -> Iterator[Display]:
    """Another customer's computer."""
    display = Display(results / "second_display")
    yield display
    display.close()


def _operated(csr: Csr, customer: Customer, display: Display, name: str) -> Terminal:
    """Let the chosen customer's computer be seen and operated; return a terminal there."""
    terminal = Terminal(display, name)
    csr.session = customer.session
    csr.ask("Request view")
    manager = story.attach(customer, display)
    manager.allow()
    story.await_grant(csr, story.VIEW)
    story.share_control(csr, manager)
    return terminal


def _click_in(csr: Csr, customer: Customer, display: Display, terminal: Terminal) -> None:
    """Click on the terminal as the customer's stage shows it, or on what lies over it."""
    video = styles.tile(csr, customer).locator("video")
    box = until(video.bounding_box, "the stage is laid out")
    x, y = terminal.centre
    csr.page.mouse.click(box["x"] + box["width"] * x / display.width, box["y"] + box["height"] * y / display.height)


def _operate(csr: Csr, customer: Customer, display: Display, terminal: Terminal, text: str) -> None:
    """Type a line into the customer's terminal; the hand that pressed Allow may hold the first click for a second."""

    def arrived() -> bool:
        _click_in(csr, customer, display, terminal)
        at = display.pointer()
        return all(abs(a - b) <= 12 for a, b in zip(at, terminal.centre, strict=True))

    until(arrived, "the CSR's click arrives", step=0.3)
    csr.page.keyboard.type(text, delay=15)
    csr.page.keyboard.press("Enter")
    until(lambda: f"{text}\n" in terminal.text, f"{text} is in the terminal")


def test_keys_and_clicks_reach_the_chosen_customer_only_and_a_first_click_only_chooses(
    people: People, csr: Csr, display: Display, second_display: Display
) -> None:
    """Two computers are operated side by side; what was meant for one never shows up on the other."""
    first, second = styles.meet_all(people, csr, styles.NAMES[:2])
    styles.choose_style(csr, "multi")
    styles.choose(csr, first)
    one = _operated(csr, first, display, "first")
    styles.choose(csr, second)
    other = _operated(csr, second, second_display, "second")
    assert styles.target(csr) == "B Kenji Morita"
    _operate(csr, second, second_display, other, "22222")

    before = display.pointer()
    _click_in(csr, first, display, one)
    until(lambda: styles.target(csr) == "A Hannah Lindqvist", "the first click chooses")
    csr.page.keyboard.type("99999", delay=15)
    csr.page.keyboard.press("Enter")
    assert display.pointer() == before, "the first click does not reach the computer"
    csr.session = first.session
    _operate(csr, first, display, one, "11111")

    csr.page.keyboard.press("Control+Alt")
    csr.page.keyboard.press("]")
    until(lambda: styles.target(csr) == "B Kenji Morita", "the key chooses the next customer")
    csr.page.keyboard.type("88888", delay=15)
    csr.page.keyboard.press("Enter")
    csr.page.keyboard.press("Shift+Digit1")
    until(lambda: styles.target(csr) == "A Hannah Lindqvist", "the key chooses A")
    _operate(csr, first, display, one, "33333")
    assert (one.text.split(), other.text.split()) == (["11111", "33333"], ["22222"])


def test_four_customers_are_written_to_and_shown_at_once_without_a_mix_up(people: People, csr: Csr) -> None:
    """Drafts stay with their customer, also when another one is chosen in the middle of a word."""
    customers = styles.meet_all(people, csr)
    styles.choose_style(csr, "multi")
    for customer in customers:
        styles.choose(csr, customer)
        styles.shares(csr, customer)
    until(lambda: csr.page.locator(".tile video").count() == 4, "four pictures are shown")
    for customer in customers:
        moving = styles.tile(csr, customer).locator(".stage[data-connection-state=live]")
        expect(moving).to_have_count(1, timeout=PATIENCE_MS)
    assert [key.inner_text() for key in csr.page.locator(".tile .key").all()] == ["A", "B", "C", "D"]

    message = csr.page.get_by_role("textbox", name="Message", exact=True)
    for customer, word in zip(customers, ("anna", "bert", "cora", "dora"), strict=True):
        styles.choose(csr, customer)
        message.fill(f"half a word to {word}")
    styles.choose(csr, customers[0])
    expect(message).to_have_value("half a word to anna")
    message.press_sequentially(" and more")
    message.press("Enter")

    styles.choose(csr, customers[1])
    message.focus()
    csr.page.keyboard.type(" voc")
    # The browser's Back chooses the customer of before: what is typed on belongs to a field that is gone.
    csr.page.evaluate("history.back()")
    until(lambda: styles.target(csr) == "A Hannah Lindqvist", "another customer is chosen while somebody types")
    csr.page.keyboard.type("voc", delay=20)
    csr.page.keyboard.press("Enter")
    expect(message).to_have_value("")
    styles.choose(csr, customers[1])
    expect(message).to_have_value("half a word to bert voc")
    message.press("Enter")
    customers[1].sees("half a word to bert voc")
    customers[0].sees("half a word to anna and more")

    assert [styles.texts(csr, one) for one in customers] == [
        ["half a word to anna and more"],
        ["half a word to bert voc"],
        [],
        [],
    ]
    for customer in customers:
        snapshot = csr.snapshot(customer.session)
        assert not [one for one in snapshot["requests"] if one["state"] == "requested"], "no key asked for anything"
        assert [one["capability"] for one in snapshot["grants"]] == [story.VIEW]


def test_each_stage_has_its_own_picture_and_ends_it_when_it_goes(people: People, csr: Csr) -> None:
    """Four connections for four stages, two for two; a customer who comes back to a stage is shown again."""
    customers = styles.meet_all(people, csr)
    styles.choose_style(csr, "multi")
    for customer in customers:
        styles.choose(csr, customer)
        styles.shares(csr, customer)
    live = csr.page.locator(".stage[data-connection-state=live]")
    expect(live).to_have_count(4, timeout=PATIENCE_MS)
    assert csr.page.evaluate(OPEN_PEERS) == 4

    csr.page.get_by_role("button", name="2 × 2 stages").click()
    csr.page.get_by_role("menuitemradio", name="2 stages", exact=True).click()
    expect(live).to_have_count(2)
    until(lambda: csr.page.evaluate(OPEN_PEERS) == 2, "the pictures that nobody sees have ended")
    assert all(csr.snapshot(customer.session)["grants"] for customer in customers), "what was allowed stays allowed"

    hidden = next(one for one in customers if not styles.tile(csr, one).count())
    styles.choose(csr, hidden)
    shown = styles.tile(csr, hidden)
    expect(shown.locator(".stage[data-connection-state=live]")).to_have_count(1, timeout=PATIENCE_MS)
    until(lambda: csr.page.evaluate(OPEN_PEERS) == 2, "the stage that made room has ended its picture")

    csr.session = hidden.session
    hidden.press("Stop everything")
    story.await_no_grant(csr)
    expect(shown.locator("video")).to_have_count(0, timeout=PATIENCE_MS)
    until(lambda: csr.page.evaluate(OPEN_PEERS) == 1, "its connection ended with it")


def test_the_list_says_who_needs_what(people: People, csr: Csr) -> None:
    """Unread, waiting for an answer, asked, suspended; and the list does not move under the mouse."""
    hannah, kenji, olu = styles.meet_all(people, csr, styles.NAMES[:3])
    styles.choose_style(csr, "multi")
    styles.choose(csr, hannah)
    rows = csr.page.locator(".cust[data-session]")
    row = {one: csr.page.locator(f".cust[data-session='{one.session}']") for one in (hannah, kenji, olu)}
    csr.page.mouse.move(700, 10)

    kenji.say("Are you there?")
    expect(row[kenji].get_by_role("img", name="1 unread")).to_be_visible(timeout=PATIENCE_MS)
    expect(row[kenji]).to_contain_text("Waits for you")
    until(lambda: rows.first.get_attribute("data-session") == kenji.session, "who waits longest stands first")
    csr.ask("Request view")
    expect(row[hannah]).to_contain_text("Asked,")
    olu.page.close()
    expect(row[olu]).to_contain_text("Connection lost", timeout=90_000)

    styles.choose(csr, kenji)
    csr.say("Yes, I am.")
    expect(row[kenji]).not_to_contain_text("Waits for you", timeout=PATIENCE_MS)
    assert rows.first.get_attribute("data-session") == hannah.session, "nobody waits: by the letters"
    row[hannah].hover()
    kenji.say("One more thing")
    expect(row[kenji]).to_contain_text("Waits for you", timeout=PATIENCE_MS)
    order = [hannah.session, kenji.session, olu.session]
    assert [one.get_attribute("data-session") for one in rows.all()][:3] == order
    csr.page.mouse.move(700, 10)
    until(lambda: rows.first.get_attribute("data-session") == kenji.session, "the list moves when the mouse has gone")
    for theme in ("light", "dark"):
        csr.page.emulate_media(color_scheme=theme, reduced_motion="reduce")  # type: ignore[arg-type]
        assert violations(csr.page) == [], theme


@pytest.mark.parametrize(
    ("language", "reason"), [("en", "one customer at a time"), ("ja", "同時に対応できる顧客は1人")]
)
def test_a_start_beyond_the_limit_is_refused_with_the_reason(
    people: People, stack: Stack, csr: Csr, language: str, reason: str
) -> None:
    """Single-session mode: the dialog says why, nothing is started, and it works after the end of the first."""
    stack.set_site(session_mode="single")
    reader = people.csr(language=language)
    reader.start_session()
    first = reader.session
    reader.press("Start session")
    dialog = reader.page.get_by_role("dialog")
    dialog.get_by_role("button", name=reader.word("Start session"), exact=True).click()
    expect(dialog.get_by_role("alert").filter(has_text=reason)).to_be_visible(timeout=PATIENCE_MS)
    status, answer = reader.api("POST", "sessions/", {"session_type": _session_type(reader)})
    assert (status, answer["code"], answer["data"]) == (409, "single_session", {"limit": 1, "used": 1})
    assert len(reader.api("GET", "sessions/?state=live&mine=1")[1]["results"]) == 1
    reader.api("POST", f"sessions/{first}/end/")
    dialog.get_by_role("button", name=reader.word("Start session"), exact=True).click()
    expect(dialog).to_have_count(0, timeout=PATIENCE_MS)


def _session_type(csr: Csr) -> str:
    return str(csr.api("GET", "me/")[1]["settings"]["session_types"][0]["id"])


def test_a_picture_moves_on_every_stage(people: People, csr: Csr) -> None:
    """Enlarge shows one with all its tools, and the others again after it."""
    customers = styles.meet_all(people, csr, styles.NAMES[:2])
    styles.choose_style(csr, "multi")
    for customer in customers:
        styles.choose(csr, customer)
        styles.shares(csr, customer)
    expect(csr.page.locator(".stage[data-connection-state=live]")).to_have_count(2, timeout=PATIENCE_MS)
    before = picture.frames(csr.page)
    until(lambda: picture.frames(csr.page) > before + 3, "the picture is live")
    csr.press("Enlarge")
    expect(csr.page.locator(".tile")).to_have_count(1)
    expect(csr.page.locator(".stagebar [data-mark=pen]")).to_be_visible()
    csr.press("Show the other stages again")
    expect(csr.page.locator(".stage[data-connection-state=live]")).to_have_count(2, timeout=PATIENCE_MS)
