"""Steps of the tests of the console's styles: several customers of one CSR, and what each of them was told."""

from collections.abc import Callable

from playwright.sync_api import Locator

from sessions.tests.e2e import story
from sessions.tests.e2e.people import PATIENCE_MS, Csr, Customer, People
from sessions.tests.e2e.stack import Stack

NAMES = ("Hannah Lindqvist", "Kenji Morita", "Olu Adeyemi", "Maria Ferreira")
# Counts the connections of a page that are open; comes before the page's own script.
COUNT_PEERS = """
window.peers = [];
window.RTCPeerConnection = class extends RTCPeerConnection {
  constructor(...given) { super(...given); window.peers.push(this); }
};
"""


def choose_style(csr: Csr, style: str) -> None:
    """Keep a style for the CSR and open the console in it."""
    status, answer = csr.api("POST", "me/console/", {"style": style})
    assert status == 200, answer
    csr.open_console()


def end_all(csr: Csr) -> None:
    """End every session that an earlier test left to this CSR."""
    for row in csr.api("GET", "sessions/?state=live&mine=1")[1]["results"]:
        csr.api("POST", f"sessions/{row['id']}/end/")


def start_afresh(csr: Csr, stack: Stack) -> Callable[[], None]:
    """Let the CSR have no session; return what puts their console back to how others expect it."""
    end_all(csr)

    def put_back() -> None:
        stack.shell(
            "from accounts.models import Membership, SiteSettings\n"
            "Membership.objects.update(chosen_style='', console_style='', tab_order=[], privileges={})\n"
            "SiteSettings.objects.update(session_mode='multi', session_limit=6, privileges={})\n"
            "from sessions.models import SupportSession\n"
            "from sessions.services.holding import held_by_system\n"
            "from sessions.services.lifecycle import finish\n"
            "from supportsite.protocol.base import EndReason\n"
            "live = SupportSession.objects.select_related('site').exclude(state='ended')\n"
            "[finish(held_by_system(one), EndReason.ADMIN) for one in live]\n"
        )

    return put_back


def meet_all(people: People, csr: Csr, names: tuple[str, ...] = NAMES, language: str = "en") -> list[Customer]:
    """Bring in one customer per name, each in a session of their own; letters follow the order."""
    customers = []
    for name in names:
        customer = people.customer(language=language)
        customer.join(story.begin(csr, language=language), name)
        story.await_state(csr, "active")
        customers.append(customer)
    return customers


def tile(csr: Csr, customer: Customer) -> Locator:
    """Return a customer's stage in the multi-session window."""
    return csr.page.locator(f".tile[data-session='{customer.session}']")


def choose(csr: Csr, customer: Customer) -> None:
    """Choose a customer in the list."""
    csr.page.locator(f".cust[data-session='{customer.session}']").click(timeout=PATIENCE_MS)
    csr.session = customer.session


def target(csr: Csr) -> str:
    """Return whom the tools act on, letter and name."""
    return " ".join(csr.page.locator(".target").inner_text().split()[-3:])


def shares(csr: Csr, customer: Customer) -> None:
    """Ask the chosen customer to show the screen; they allow it on their page."""
    csr.session = customer.session
    csr.ask("Request view")
    prompt = customer.page.get_by_role("alertdialog")
    prompt.get_by_role("button", name=customer.word("Allow"), exact=True).click(timeout=PATIENCE_MS)
    story.await_grant(csr, story.VIEW)


def texts(csr: Csr, customer: Customer) -> list[str]:
    """Return what the CSR wrote in a customer's session, as the server has it."""
    snapshot = csr.snapshot(customer.session)
    return [one["text"] for one in snapshot["messages"] if one["participant"] == snapshot["me"]]
