"""Customers who come by themselves: from a foreign page with the widget, through the line, to the end page."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import FrameLocator, Page, expect

from sessions.tests.e2e.people import PATIENCE_MS, Customer, People
from sessions.tests.e2e.shop import Shop
from sessions.tests.e2e.stack import Stack
from sessions.tests.e2e.test_accessibility import violations
from sessions.tests.e2e.test_inbox import be, open_inbox

MAKE = """
from acd.models import AcdSettings, Queue, QueueMember
from accounts.models import Membership
from acd.services import router
row, _ = AcdSettings.objects.get_or_create(site=site)
row.widget_origins, row.context_secret = [{origin!r}], "s" * 40
row.save()
queue = Queue.objects.create(site=site, name={name!r}, name_ja="印刷とPDF", **{fields!r})
csr = Membership.objects.filter(site=site, role="csr").order_by("id").first()
QueueMember.objects.create(site=site, queue=queue, csr=csr)
print("MADE", row.widget_key, queue.public_id)
"""
ACCEPT = """
from accounts.actors import CsrActor
from accounts.models import Membership
from acd.models import Offer, QueueEntry
from acd.services import router
from acd.services.offers import accept_offer
csr = Membership.objects.filter(site=site, role="csr").order_by("id").first()
router.command(site, "capacity", csr.pk, cap=5)
router.command(site, "presence", csr.pk, presence="available", lease_s=60)
offer = Offer.objects.get(csr=csr, state="pending", entry__queue__public_id={queue!r})
access = accept_offer(CsrActor(csr), offer.public_id)
router.command(site, "presence", csr.pk, presence="away", lease_s=60)
print("ACCEPTED", csr.user.name, "|", offer.entry.contact.context, "|", access.support_session.public_id)
"""
END = """
from acd.models import QueueEntry
from sessions.models import Participant
from sessions.selectors.access import Access
from sessions.services.lifecycle import end_session
entry = QueueEntry.objects.get(queue__public_id={queue!r}, state="active")
who = Participant.objects.get(support_session=entry.contact.support_session, role="primary_csr")
end_session(Access(entry.contact.support_session, who))
"""
SIGN = """
import time
from acd.context import sign_context
print("SIGNED", sign_context({{"user": "u-17", "order": "4711", "exp": int(time.time()) + 600}}, "s" * 40))
"""


@pytest.fixture
def shop(stack: Stack) -> Iterator[Shop]:
    """A foreign web site."""
    shop = Shop(stack.base)
    yield shop
    shop.close()


def make_queue(stack: Stack, shop: Shop, name: str, **fields: object) -> None:
    """Make a queue of its own and put its widget on the shop's pages."""
    shop.key, shop.queue = stack.said("MADE", MAKE.format(origin=shop.origin, name=name, fields=fields)).split()


def panel(page: Page) -> FrameLocator:
    return page.frame_locator("iframe").nth(1)


def press_button(page: Page) -> FrameLocator:
    page.frame_locator("iframe").first.get_by_role("button").click(timeout=PATIENCE_MS)
    return panel(page)


def enter(customer: Customer, page: Page, name: str = "Camille") -> FrameLocator:
    frame = press_button(page)
    frame.get_by_label(customer.word("Your name")).fill(name)
    frame.get_by_role("button", name=customer.word("Start the conversation")).click()
    expect(frame.get_by_role("heading", name=customer.word("You are next"))).to_be_visible(timeout=PATIENCE_MS)
    return frame


def test_t18_a_visit_from_a_foreign_page_under_a_strict_policy_from_the_button_to_the_end_page(
    stack: Stack, people: People, shop: Shop
) -> None:
    make_queue(stack, shop, "Printing and PDF")
    shop.context = stack.said("SIGNED", SIGN.format())
    customer = people.customer()
    page = customer.page
    page.goto(f"{shop.origin}/help")
    frame = enter(customer, page)
    frame.get_by_role("textbox", name="Message").fill("I have one invoice.")
    frame.get_by_role("button", name="Send").click()
    expect(frame.get_by_text("I have one invoice.")).to_be_visible()
    assert page.evaluate("document.cookie") == ""

    page.goto(f"{shop.origin}/other")
    frame = press_button(page)
    expect(frame.get_by_text("I have one invoice.")).to_be_visible(timeout=PATIENCE_MS)
    expect(frame.get_by_role("heading", name="You are next")).to_be_visible()
    frame.get_by_role("button", name="Close").click()
    expect(page.locator("iframe").nth(1)).to_be_hidden()

    said = stack.shell(ACCEPT.format(queue=shop.queue))
    accepted = next(line for line in said.splitlines() if line.startswith("ACCEPTED"))
    assert "'user': 'u-17'" in accepted
    assert "'order': '4711'" in accepted
    name = accepted.removeprefix("ACCEPTED ").split(" | ")[0]
    expect(page.locator("iframe").nth(1)).to_be_visible(timeout=PATIENCE_MS)
    expect(frame.get_by_text(f"{name} helps you")).to_be_visible(timeout=PATIENCE_MS)
    expect(frame.get_by_text("I have one invoice.")).to_be_visible()
    expect(frame.get_by_role("button", name="Stop everything")).to_be_visible()

    stack.shell(END.format(queue=shop.queue))
    expect(frame.get_by_text("Your representative ended the session.")).to_be_visible(timeout=PATIENCE_MS)


def test_the_whole_journey_from_a_foreign_page_to_the_survey(stack: Stack, people: People, shop: Shop) -> None:
    make_queue(stack, shop, "Whole journey")
    csr, customer = people.csr(), people.customer()
    open_inbox(csr)
    be(csr, "Available")
    page = customer.page
    page.goto(f"{shop.origin}/help")
    frame = press_button(page)
    frame.get_by_label("Your name").fill("Camille")
    frame.get_by_role("button", name="Start the conversation").click()
    frame.get_by_role("textbox", name="Message").fill("I have one invoice.")
    frame.get_by_role("button", name="Send").click()
    card = csr.page.locator("[data-offer]", has_text="Camille")
    expect(card).to_contain_text("I have one invoice.", timeout=PATIENCE_MS)
    card.get_by_role("button", name="Accept").click()
    expect(csr.page).to_have_url(re.compile(r"/console/s/"), timeout=PATIENCE_MS)
    csr.session = csr.page.url.split("/s/")[1].split("/")[0]
    expect(frame.get_by_text("Daniel Okafor helps you")).to_be_visible(timeout=PATIENCE_MS)
    csr.say("It is on its way.")
    expect(frame.get_by_text("It is on its way.")).to_be_visible(timeout=PATIENCE_MS)
    csr.press("End session")
    csr.page.get_by_role("dialog").get_by_role("button", name=re.compile("End")).last.click()
    expect(frame.get_by_text("Your representative ended the session.")).to_be_visible(timeout=PATIENCE_MS)
    expect(frame.get_by_role("heading", name="Receipt")).to_be_visible(timeout=PATIENCE_MS)

    frame.get_by_role("button", name="Send", exact=True).click()
    expect(frame.get_by_text("Choose a number from 1 to 5.")).to_be_visible()
    frame.get_by_role("group", name="Was your problem solved?").get_by_text("5", exact=True).click()
    frame.get_by_label("A word to the team (optional)").fill("Quick and clear")
    frame.get_by_role("button", name="Send", exact=True).click()
    expect(frame.get_by_text("Thank you for your answer.")).to_be_visible(timeout=PATIENCE_MS)
    said = stack.shell("from sessions.models import SurveyAnswer\nprint('SAID', SurveyAnswer.objects.get().comment)")
    assert "SAID Quick and clear" in said
    admin = people.csr(role="admin")
    admin.page.goto(f"{stack.base}/admin/support_sessions/surveyanswer/")
    admin.sees("Quick and clear")
    be(csr, "Offline")


def test_the_place_is_kept_through_reload_another_tab_and_a_lost_network(
    stack: Stack, people: People, shop: Shop
) -> None:
    make_queue(stack, shop, "Kept")
    customer = people.customer()
    page = customer.page
    page.goto(f"{stack.base}/q/{shop.queue}/")
    page.get_by_label("Your name").fill("Camille")
    customer.press("Start the conversation")
    customer.sees("You are next")
    session = page.url.split("/s/")[1].split("/")[0]
    _, before = customer.api("GET", f"sessions/{session}/entry/")
    page.reload()
    customer.sees("You are next")
    tab = customer.context.new_page()
    tab.goto(f"{stack.base}/q/{shop.queue}/")
    expect(tab.get_by_role("heading", name="You are next")).to_be_visible(timeout=PATIENCE_MS)
    page.close()
    customer.page = tab
    customer.context.set_offline(True)
    customer.sees("You are offline.", seconds=30)
    customer.context.set_offline(False)
    expect(tab.get_by_text("You are offline.")).to_be_hidden(timeout=PATIENCE_MS)
    _, after = customer.api("GET", f"sessions/{session}/entry/")
    assert (after["entry"], after["place"], after["since"]) == (before["entry"], before["place"], before["since"])
    customer.press("Cancel and leave the line")
    customer.sees("You left the session.")


def test_a_customer_can_be_called_when_it_is_their_turn(stack: Stack, people: People, shop: Shop) -> None:
    make_queue(stack, shop, "Called")
    customer = people.customer()
    customer.page.goto(f"{shop.origin}/")
    frame = enter(customer, customer.page)
    frame.get_by_role("button", name="Call me back").click()
    frame.get_by_label("Telephone number").fill("+81 3 1234 5678")
    frame.get_by_role("button", name="Keep my place and call me").click()
    expect(frame.get_by_text("We call +81 3 1234 5678 when it is your turn.")).to_be_visible()


def test_a_closed_queue_takes_a_message_and_a_full_one_a_number(stack: Stack, people: People, shop: Shop) -> None:
    make_queue(stack, shop, "Closed", override="closed")
    customer = people.customer()
    page = customer.page
    page.goto(f"{shop.origin}/")
    expect(page.frame_locator("iframe").first.get_by_role("button")).to_have_text("Closed now: leave a message")
    frame = press_button(page)
    frame.get_by_role("button", name="Send").click()
    expect(frame.get_by_text("Please fill this in.").first).to_be_visible()
    frame.get_by_label("Your name").fill("Camille")
    frame.get_by_label("E-mail address").fill("camille@example.org")
    frame.get_by_label("Your message").fill("The toner is empty.")
    frame.get_by_role("button", name="Send").click()
    expect(frame.get_by_text("We have your message and answer it.")).to_be_visible()

    make_queue(stack, shop, "Full", maxlen=1)
    first, second = people.customer(), people.customer()
    for one in (first, second):
        one.page.goto(f"{stack.base}/q/{shop.queue}/")
        one.page.get_by_label("Your name").fill("Camille")
        one.press("Start the conversation")
    first.sees("You are next")
    second.sees("Ask to be called back")
    second.page.get_by_label("Your name").fill("Camille")
    second.page.get_by_label("Telephone number").fill("0312345678")
    second.press("Call me back")
    second.sees("We have your number and call you back.")


@pytest.mark.parametrize("language", ["en", "ja"])
def test_form_waiting_and_refusal_are_accessible_in_both_languages_and_themes(
    stack: Stack, people: People, shop: Shop, language: str
) -> None:
    make_queue(stack, shop, f"Accessible {language}")
    customer = people.customer(language=language)
    page = customer.page
    page.goto(f"{stack.base}/q/{shop.queue}/")
    customer.sees(customer.word("Start the conversation"))
    found = violations(page)
    page.get_by_label(customer.word("Your name")).fill("佐藤 花子")
    customer.press("Start the conversation")
    customer.sees(customer.word("You are next"))
    found += violations(page)
    stack.shell(
        f"from acd.models import Queue\nQueue.objects.filter(public_id={shop.queue!r}).update(override='closed')"
    )
    other = people.customer(language=language)
    other.page.goto(f"{stack.base}/q/{shop.queue}/")
    other.sees(other.word("Leave a message"))
    found += violations(other.page)
    assert found == []


def test_t18_a_page_of_an_origin_that_is_not_allowed_shows_nothing(stack: Stack, people: People, shop: Shop) -> None:
    make_queue(stack, shop, "Foreign")
    stack.shell(
        "from acd.models import AcdSettings\nAcdSettings.objects.update(widget_origins=['https://other.example'])"
    )
    page = people.customer().page
    page.goto(f"{shop.origin}/")
    expect(page.locator("iframe").first).to_be_attached()
    expect(page.frame_locator("iframe").first.get_by_role("button")).to_have_count(0)
