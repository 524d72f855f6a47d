"""A site administrator writes rules, brings them into order by mouse and by keys, and tries them with a form."""

import re

from playwright.sync_api import Page, expect

from sessions.tests.e2e.people import PATIENCE_MS, People
from sessions.tests.e2e.stack import Stack
from sessions.tests.e2e.test_accessibility import clean
from sessions.tests.e2e.test_inbox import make_queue

FIND = """
from acd.models import Queue
print("FOUND", Queue.objects.get(public_id={queue!r}).pk)
"""


def save(page: Page) -> None:
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("successfully").first).to_be_visible(timeout=PATIENCE_MS)


def write_rule(page: Page, name: str, word: str) -> None:
    page.get_by_role("link", name="Add a rule").click()
    page.get_by_label("Name", exact=False).first.fill(name)
    page.get_by_role("combobox", name="Field").first.select_option(label="Problem")
    page.get_by_role("textbox", name="Value").first.fill(word)
    page.get_by_label("Priority").fill("5")
    clean(page)
    save(page)


def fired(stack: Stack, page: Page, queue: str, text: str) -> str:
    """Try the rules with a customer's words; return the rule that fires."""
    page.goto(f"{stack.base}/admin/acd/queue/{queue}/test-rules/")
    page.get_by_label("Problem").fill(text)
    page.get_by_role("button", name="Which rule fires?").click()
    line = page.get_by_text(re.compile("” fires")).first
    expect(line).to_be_visible(timeout=PATIENCE_MS)
    clean(page)
    return line.inner_text()


def test_rules_are_written_brought_into_order_and_tried(stack: Stack, people: People) -> None:
    queue = stack.said("FOUND", FIND.format(queue=make_queue(stack, "Rules by hand")))
    page = people.csr(role="admin").page
    address = f"{stack.base}/admin/acd/queue/{queue}/change/"
    for name, word in (("Printer", "print"), ("Paper", "paper")):
        page.goto(address)
        write_rule(page, name, word)
    page.goto(address)
    clean(page)
    assert "Printer" in fired(stack, page, queue, "printer out of paper")

    page.goto(address)
    handles = page.locator("#rules-group").get_by_text("drag_indicator").locator("visible=true")
    expect(handles).to_have_count(2)
    handles.nth(1).drag_to(handles.nth(0))
    numbers = page.locator("#rules-group").get_by_role("spinbutton", name="Position")
    expect(numbers.first).to_have_value("0")
    save(page)
    assert "Paper" in fired(stack, page, queue, "printer out of paper")

    page.goto(address)
    first = page.locator("#rules-group").get_by_role("spinbutton", name="Position").first
    first.focus()
    page.keyboard.press("Control+a")
    page.keyboard.type("7")
    page.keyboard.press("Enter")
    expect(page.get_by_text("successfully").first).to_be_visible(timeout=PATIENCE_MS)
    assert "Printer" in fired(stack, page, queue, "printer out of paper")
