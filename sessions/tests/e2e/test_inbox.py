"""CSRs at their inbox: offered, accepted once, declined, missed, picked, wrapped up; by mouse and by keys."""

import re

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from sessions.tests.e2e.people import PATIENCE_MS, Csr, Customer, People
from sessions.tests.e2e.stack import Stack
from sessions.tests.e2e.test_accessibility import clean

MAKE = """
from acd.models import FormField, Queue, QueueMember
from accounts.models import Membership
from acd.services import router
members = list(Membership.objects.filter(site=site, role="csr").order_by("id")[:2])
for csr in members:
    QueueMember.objects.filter(csr=csr).delete()
    router.command(site, "presence", csr.pk, presence="offline", reason="")
queue = Queue.objects.create(site=site, name={name!r}, name_ja="印刷とPDF", **{fields!r})
FormField.objects.create(site=site, queue=queue, key="problem", name="Problem", name_ja="ご用件", kind="long_text")
for csr in members[:{csrs}]:
    QueueMember.objects.create(site=site, queue=queue, csr=csr)
print("MADE", queue.public_id)
"""


def make_queue(stack: Stack, name: str, csrs: int = 1, **fields: object) -> str:
    """Make a queue that the first CSRs serve, and no other; return its id."""
    return stack.said("MADE", MAKE.format(name=name, csrs=csrs, fields=fields))


def enter(people: People, queue: str, name: str, problem: str = "") -> Customer:
    """A customer who waits in the queue."""
    customer = people.customer()
    customer.page.goto(f"{people.stack.base}/q/{queue}/")
    customer.page.get_by_label(customer.word("Your name")).fill(name)
    if problem:
        customer.page.get_by_label("Problem").fill(problem)
    customer.press("Start the conversation")
    expect(customer.page).to_have_url(re.compile(r"/s/"), timeout=PATIENCE_MS)
    return customer


def open_inbox(csr: Csr) -> None:
    """Go to the inbox by the rail."""
    csr.page.get_by_role("link", name=csr.word("Inbox")).click()
    expect(csr.page.get_by_role("heading", name=csr.word("Inbox"), exact=True)).to_be_visible(timeout=PATIENCE_MS)


def be(csr: Csr, word: str) -> None:
    """Declare a presence by the menu."""
    menu = csr.page.locator(".rail-presence")
    menu.get_by_role("button").click()
    menu.get_by_role("menuitemradio", name=word, exact=True).click()
    expect(menu.get_by_role("button").first).to_contain_text(word, timeout=PATIENCE_MS)


def offer(page: Page) -> Locator:
    return page.locator("[data-offer]").first


def test_a_visit_is_offered_accepted_helped_and_wrapped_up(stack: Stack, people: People) -> None:
    queue = make_queue(stack, "Scanning to mail", wrapup_s=120)
    csr = people.csr()
    open_inbox(csr)
    csr.sees("You are not available")
    clean(csr.page)
    csr.press("Be available")
    csr.sees("You are available")
    customer = enter(people, queue, "Camille", "Invoices print with an empty page")
    customer.say("It must go out before noon.")
    card = offer(csr.page)
    expect(card).to_contain_text("Invoices print with an empty page", timeout=PATIENCE_MS)
    expect(card).to_contain_text("It must go out before noon.", timeout=PATIENCE_MS)
    expect(csr.page).to_have_title(re.compile(r"^\(1\)"))
    clean(csr.page)
    card.get_by_role("button", name="Accept").click()
    expect(csr.page).to_have_url(re.compile(r"/console/s/"), timeout=PATIENCE_MS)
    csr.session = csr.page.url.split("/s/")[1].split("/")[0]
    customer.sees(re.compile("helps you|joined"))
    csr.say("Good morning, Camille.")
    customer.sees("Good morning, Camille.")

    csr.press("End session")
    csr.page.get_by_role("dialog").get_by_role("button", name=re.compile("End")).last.click()
    customer.sees("Your representative ended the session.")
    csr.press("Say how it ended")
    wrap = csr.page.locator("article[data-wrap-up]")
    wrap.get_by_role("radio", name="Solved", exact=True).check()
    wrap.get_by_label("Printer").check()
    wrap.get_by_label("Closing note").fill("Changed the paper to A4.")
    clean(csr.page)
    wrap.get_by_role("button", name="Save and finish").click()
    expect(wrap).to_be_hidden(timeout=PATIENCE_MS)
    today = csr.page.locator("article.today")
    expect(today.locator("dd").first).to_have_text(re.compile(r"[1-9]\d*"), timeout=PATIENCE_MS)
    expect(today.locator("dd").nth(1)).to_contain_text("s on average")
    said = stack.shell(
        "from acd.models import QueueEntry\n"
        f"entry = QueueEntry.objects.get(queue__public_id={queue!r})\n"
        "print('ENDED', entry.state, entry.resolution, len(entry.codes), entry.wrap_note)"
    )
    assert "ENDED done solved 1 Changed the paper to A4." in said


def test_of_two_csrs_who_accept_the_same_customer_one_has_them_and_the_other_is_told_who(
    stack: Stack, people: People
) -> None:
    queue = make_queue(stack, "Everybody", csrs=2, strategy="everybody")
    daniel, yuki = people.csr(), people.csr(number=1)
    for csr in (daniel, yuki):
        open_inbox(csr)
        be(csr, "Available")
    enter(people, queue, "Camille")
    for csr in (daniel, yuki):
        expect(offer(csr.page)).to_contain_text("Camille", timeout=PATIENCE_MS)
    # Both press; the second press reaches the server after the first.
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    yuki.page.route("**/inbox/offers/*/accept/", hold)
    with yuki.page.expect_request("**/accept/"):
        offer(yuki.page).get_by_role("button", name="Accept").click()
    offer(daniel.page).get_by_role("button", name="Accept").click()
    expect(daniel.page).to_have_url(re.compile(r"/console/s/"), timeout=PATIENCE_MS)
    daniel.session = daniel.page.url.split("/s/")[1].split("/")[0]
    held[0].continue_()
    yuki.sees("This customer is no longer offered to you.")
    yuki.sees(re.compile("Daniel Okafor"))
    assert "/console/s/" not in yuki.page.url
    be(daniel, "Offline")
    be(yuki, "Offline")


def test_a_declined_customer_goes_to_the_other_csr_who_answers_by_key(stack: Stack, people: People) -> None:
    queue = make_queue(stack, "Declined", csrs=2, offer_timeout_s=60)
    daniel, yuki = people.csr(), people.csr(number=1)
    open_inbox(daniel)
    be(daniel, "Available")
    enter(people, queue, "Camille")
    expect(offer(daniel.page)).to_contain_text("Camille", timeout=PATIENCE_MS)
    be(yuki, "Available")
    daniel.page.keyboard.press("d")
    expect(offer(daniel.page)).to_be_hidden(timeout=PATIENCE_MS)
    expect(offer(yuki.page)).to_contain_text("Camille", timeout=PATIENCE_MS)
    clean(yuki.page)
    yuki.page.keyboard.press("a")
    expect(yuki.page).to_have_url(re.compile(r"/console/s/"), timeout=PATIENCE_MS)
    yuki.session = yuki.page.url.split("/s/")[1].split("/")[0]
    be(daniel, "Offline")
    be(yuki, "Offline")


def test_who_misses_offers_is_away_and_comes_back_with_one_press(stack: Stack, people: People) -> None:
    queue = make_queue(stack, "Missed", offer_timeout_s=5, max_missed=1)
    csr = people.csr()
    open_inbox(csr)
    be(csr, "Available")
    customer = enter(people, queue, "Camille")
    bar = csr.page.locator("[data-missed]")
    expect(bar).to_contain_text("You are away because offers were missed.", timeout=PATIENCE_MS)
    csr.sees("Not answered in time")
    bar.get_by_role("button", name="I am back").click()
    expect(offer(csr.page)).to_contain_text("Camille", timeout=PATIENCE_MS)
    customer.press("Cancel and leave the line")
    expect(offer(csr.page)).to_be_hidden(timeout=PATIENCE_MS)
    be(csr, "Offline")


@pytest.mark.parametrize("language", ["en", "ja"])
def test_a_csr_picks_from_the_line_and_answers_what_was_left(stack: Stack, people: People, language: str) -> None:
    queue = make_queue(stack, f"Picked {language}", allow_pick=True)
    csr = people.csr(language=language)
    open_inbox(csr)
    be(csr, "Away: break" if language == "en" else "離席: 休憩")
    customer = enter(people, queue, "Camille", "The code does not arrive")
    stack.shell(
        "from acd.models import LeftMessage, Queue\n"
        f"queue = Queue.objects.get(public_id={queue!r})\n"
        "from acd.services.messages import leave_message\n"
        "leave_message(site, queue, kind='callback', name='Grace', email='', phone='+81 3 1234 5678', text='',"
        " language='en', entry_url='', context='')"
    )
    csr.page.reload()
    row = csr.page.locator("[data-entry]")
    expect(row).to_contain_text("The code does not arrive", timeout=PATIENCE_MS)
    csr.page.locator(".ilist").get_by_role("button", name=re.compile(f"Picked {language}|印刷とPDF")).first.click()
    message = csr.page.locator("[data-message]")
    assert message.get_by_role("link", name="+81 3 1234 5678").get_attribute("href") == "tel:+81312345678"
    clean(csr.page)
    message.get_by_role("button", name=csr.word("Answered")).click()
    expect(message).to_be_hidden(timeout=PATIENCE_MS)
    row.get_by_role("button").click()
    expect(csr.page).to_have_url(re.compile(r"/console/s/"), timeout=PATIENCE_MS)
    csr.session = csr.page.url.split("/s/")[1].split("/")[0]
    customer.say("Thank you")
    csr.sees("Thank you")
