"""The join page takes what people paste, works without script, and tells a guesser nothing."""

import re

import pytest
from playwright.sync_api import expect

from sessions.tests.e2e import story
from sessions.tests.e2e.people import PATIENCE_MS, People
from sessions.tests.e2e.stack import Stack

ARABIC = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")
FULL_WIDTH = str.maketrans("0123456789", "０１２３４５６７８９")


@pytest.mark.parametrize(
    "form",
    [
        lambda number: f"  {number[:3]} {number[3:6]} {number[6:]} ",
        lambda number: f"{number[:3]}–{number[3:6]}–{number[6:]}",
        lambda number: number.translate(FULL_WIDTH),
        lambda number: number.translate(ARABIC),
    ],
    ids=["spaces", "dashes", "full-width", "arabic"],
)
def test_a_number_may_be_pasted_in_any_form(people: People, form) -> None:
    """Digits of any script and any grouping are the same number."""
    csr, customer = people.csr(), people.customer()
    customer.join(form(story.begin(csr)))
    story.await_state(csr, "active")


def test_joining_needs_no_script_and_looking_uses_nothing_up(people: People, stack: Stack) -> None:
    """A link with the number may be looked at by scanners; the form works with JavaScript switched off."""
    csr = people.csr()
    number = story.begin(csr)
    customer = people.customer(java_script_enabled=False)
    for _ in range(3):
        customer.page.goto(f"{stack.base}/?number={number}")
    assert csr.snapshot(csr.session)["state"] == "waiting"
    customer.page.get_by_label("Your name", exact=True).fill("No Script")
    customer.press("Join")
    customer.page.wait_for_url(re.compile(r"/s/[\w-]+/$"))
    story.await_state(csr, "active")


def test_wrong_foreign_and_ended_numbers_are_told_apart_by_nothing(people: People, stack: Stack) -> None:
    """T3: every number that does not work here gives the same page."""
    csr = people.csr()
    number = story.begin(csr)
    texts = set()
    for base, tried in (
        (people.base_of("second.localhost"), number),
        (people.base_of("second.localhost"), "000000000"),
    ):
        texts.add(_refusal(people, base, tried))
    csr.api("POST", f"sessions/{csr.session}/end/")
    story.await_state(csr, "ended")
    ended = _refusal(people, stack.base, number)
    wrong = _refusal(people, stack.base, "000000000")
    assert len(texts) == 1
    assert ended == wrong


def _refusal(people: People, base: str, number: str) -> str:
    """Try `number` at `base` and return what the page says, without the number itself."""
    customer = people.customer()
    page = customer.page
    page.goto(f"{base}/")
    page.get_by_label("Support number", exact=True).fill(number)
    page.get_by_label("Your name", exact=True).fill("Somebody")
    customer.press("Join")
    expect(page.get_by_role("alert").first).to_be_visible(timeout=PATIENCE_MS)
    assert "/s/" not in page.url
    return page.locator("main").inner_text()
