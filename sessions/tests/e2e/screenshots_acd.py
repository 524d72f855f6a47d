"""Pictures of queues: the customer's way in, the CSR's inbox. `python -m sessions.tests.e2e.screenshots_acd` alone."""

import re
from typing import TYPE_CHECKING

from playwright.sync_api import expect

from sessions.tests.e2e.people import PATIENCE_MS, Csr, Customer, People
from sessions.tests.e2e.test_accessibility import violations
from sessions.tests.e2e.yesterday import had_yesterday

if TYPE_CHECKING:
    from sessions.tests.e2e.screenshots import Album

CSR_OF = {"en": 0, "ja": 1}
MAKE = """
from datetime import timedelta
from django.utils import timezone
from accounts.models import Membership
from acd.models import Queue, QueueEntry, QueueMember
from acd.services import router
members = list(Membership.objects.filter(site=site, role="csr").order_by("id"))
csr = members[{number}]
for other in members:
    router.command(site, "presence", other.pk, presence="offline", reason="")
Queue.objects.filter(site=site).update(offer_timeout_s=120, allow_pick=True, wrapup_s=120)
QueueMember.objects.filter(csr=csr).update(priority=0)
queues = list(Queue.objects.filter(site=site).order_by("position")[:2])
print("MADE", *(queue.public_id for queue in queues))
"""
PEOPLE = {
    "en": [
        ("Camille Rousseau", "Printer", "Invoices print with the second page empty since the paper was changed to A5."),
        ("Petra Hájková", "Network", "The import stops at half."),
        ("Tomasz Zieliński", "Office software", "The confirmation code does not arrive."),
    ],
    "ja": [
        ("佐藤 花子", "Printer", "用紙をA5に変えてから、請求書の2ページ目が空白で印刷されます。"),
        ("森田 健二", "Network", "取り込みが途中で止まります。"),
        ("高橋 美咲", "Office software", "確認コードが届きません。"),
    ],
}
SAID = {"en": "One invoice must go out before noon.", "ja": "1件は正午までに送る必要があります。"}


class Queues:
    """One language's pictures."""

    def __init__(self, album: "Album", people: People, language: str) -> None:
        """Make the queues ready."""
        self.album, self.people, self.language = album, people, language
        said = people.stack.shell(MAKE.format(number=CSR_OF[language]))
        self.queue, self.other = next(line for line in said.splitlines() if line.startswith("MADE")).split()[1:]

    def take(self, page, name: str, title: str, kinds: str = "d") -> None:  # type: ignore[no-untyped-def]
        """Picture a page; it must have no serious barrier."""
        assert violations(page) == [], name
        self.album.take(page, f"{name}-{self.language}", title, kinds=kinds)

    def enter(self, who: int, *, picture: bool = False) -> Customer:
        """A customer fills in the form and waits."""
        name, topic, question = PEOPLE[self.language][who]
        customer = self.people.customer(language=self.language)
        page = customer.page
        page.goto(f"{self.people.stack.base}/q/{self.queue}/")
        page.get_by_label(customer.word("Your name")).fill(name)
        page.locator("select").first.select_option(topic)
        page.locator("textarea").first.fill(question)
        if picture:
            self.take(page, "entry", "Queue: the entry form", "dnp")
        customer.press("Start the conversation")
        expect(page).to_have_url(re.compile(r"/s/"), timeout=PATIENCE_MS)
        return customer

    def everything(self) -> None:
        """From the entry form to the wrap-up."""
        csr = self.people.csr(number=CSR_OF[self.language], language=self.language)
        csr.page.get_by_role("link", name=csr.word("Inbox")).click()
        csr.sees(csr.word("You are not available"))
        self.take(csr.page, "inbox-empty", "Inbox: not available")
        customer = self.enter(0, picture=True)
        customer.say(SAID[self.language])
        customer.sees(SAID[self.language])
        self.take(customer.page, "line", "Queue: waiting in the line", "dnp")
        others = [self.enter(1), self.enter(2)]
        expect(csr.page.locator("[data-entry]")).to_have_count(3, timeout=PATIENCE_MS)
        self.take(csr.page, "inbox-line", "Inbox: who waits and may be picked")
        csr.press("Be available")
        expect(csr.page.locator("section[data-offer]")).to_have_count(3, timeout=PATIENCE_MS)
        self.take(csr.page, "inbox", "Inbox: customers are offered", "dn")
        csr.page.get_by_role("link", name=csr.word("All sessions")).click()
        self.take(csr.page, "inbox-card", "An offer over another page of the console")
        csr.page.keyboard.press("a")
        expect(csr.page).to_have_url(re.compile(r"/console/s/"), timeout=PATIENCE_MS)
        csr.session = csr.page.url.split("/s/")[1].split("/")[0]
        self.wall(csr)
        self.wrap_up(csr)
        expect(customer.page.locator("form.survey")).to_be_visible(timeout=PATIENCE_MS)
        customer.page.locator(".faces label").last.click()
        self.take(customer.page, "survey", "Customer's page: the end, the receipt and the survey", "dnp")
        for other in others:
            # So that the next language finds an empty line.
            other.api("POST", f"sessions/{other.page.url.split('/s/')[1].split('/')[0]}/leave/", {})

    def wall(self, csr: Csr) -> None:
        """What a manager sees meanwhile."""
        manager = self.people.csr(role="manager", language=self.language)
        manager.page.get_by_role("link", name=manager.word("Monitor")).click()
        expect(manager.page.locator(f"tr[data-session='{csr.session}']")).to_be_visible(timeout=PATIENCE_MS)
        self.take(manager.page, "monitor", "Monitor: queues, CSRs and sessions as they are", "dn")
        manager.page.locator(f"tr[data-queue='{self.queue}']").get_by_role("button").first.click()
        expect(manager.page.locator(f"[data-line='{self.queue}']")).to_be_visible(timeout=PATIENCE_MS)
        self.take(manager.page, "monitor-line", "Monitor: the line of one queue")
        panel = manager.page.locator(".staffing")
        if self.language == "en":  # a day is worked out once
            had_yesterday(self.people.stack, self.queue)
            panel.get_by_role("button", name=manager.word("Work it out")).click()
            expect(panel.locator("progress")).to_have_count(1, timeout=PATIENCE_MS)
        expect(panel.locator("circle").first).to_be_visible(timeout=PATIENCE_MS)
        expect(panel.locator("progress")).to_have_count(0, timeout=4 * PATIENCE_MS)
        panel.scroll_into_view_if_needed()
        self.take(manager.page, "monitor-staffing", "Monitor: yesterday with other numbers of CSRs", "dn")

    def wrap_up(self, csr: Csr) -> None:
        """The visit is over; how did it end?"""
        csr.page.locator(".rail-presence").get_by_role("button").click()
        csr.page.get_by_role("menuitemradio", name=csr.word("Finish and take no more")).click()
        csr.api("POST", f"sessions/{csr.session}/end/", {})
        csr.press("Say how it ended")
        wrap = csr.page.locator("article[data-wrap-up]")
        wrap.get_by_role("radio").first.check()
        wrap.get_by_role("checkbox").first.check()
        self.take(csr.page, "inbox-wrap-up", "Inbox: wrap-up")
        wrap.get_by_role("button", name=csr.word("Save and finish")).click()
        expect(wrap).to_be_hidden(timeout=PATIENCE_MS)


def main() -> None:
    """Make these pictures alone; the others stay."""
    from sessions.tests.e2e.screenshots import Album, everything

    album = Album(keep=True)
    with everything() as (people, _display):
        for language in ("en", "ja"):
            Queues(album, people, language).everything()
    album.write_index()


if __name__ == "__main__":
    main()
