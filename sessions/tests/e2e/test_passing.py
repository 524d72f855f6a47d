"""Two CSRs and one customer: called in, control passed on and back, the session transferred."""

from playwright.sync_api import expect

from sessions.tests.e2e import story
from sessions.tests.e2e.people import PATIENCE_MS, Csr, People
from sessions.tests.e2e.waiting import until

SIGNED_IN = """
from accounts.models import Membership
from acd.services import router
for csr in Membership.objects.filter(site=site):
    router.command(site, 'presence', csr.pk, presence='away', reason='', lease_s=600)
"""


def _dialog(csr: Csr, opener: str, tab: str) -> None:
    csr.ask(opener, tab)
    expect(csr.page.get_by_role("dialog")).to_be_visible(timeout=PATIENCE_MS)


def _card(csr: Csr, button: str) -> None:
    card = csr.page.get_by_role("alertdialog")
    expect(card).to_be_visible(timeout=PATIENCE_MS)
    card.get_by_role("button", name=csr.word(button), exact=True).click()


def _role(csr: Csr, session: str) -> str:
    """The CSR's role in the session; empty while they are not in it, when the server shows them nothing."""
    status, snapshot = csr.api("GET", f"sessions/{session}/")
    if status == 404:
        return ""
    assert status == 200, (status, snapshot)
    return next(str(one["role"]) for one in snapshot["participants"] if one["id"] == snapshot["me"])


def test_a_colleague_assists_takes_over_and_gives_back(people: People) -> None:
    people.stack.shell(SIGNED_IN.strip())
    daniel, customer = story.meet(people)
    yuki = people.csr(number=1)
    _dialog(daniel, "Colleagues", "Tools")
    dialog = daniel.page.get_by_role("dialog")
    dialog.get_by_label(daniel.word("A line for your colleague (optional)")).fill("It is the printer again")
    row = dialog.get_by_role("listitem").filter(has_text="Yuki Sato")
    row.get_by_role("button", name=daniel.word("Ask to assist")).click()
    expect(daniel.page.locator("[data-handing=assist]")).to_be_visible(timeout=PATIENCE_MS)
    expect(yuki.page.get_by_role("alertdialog")).to_contain_text("It is the printer again", timeout=PATIENCE_MS)
    _card(yuki, "Assist")
    until(lambda: _role(yuki, daniel.session) == "assisting_csr", "Yuki assists")

    _dialog(daniel, "Pass control", "Session")
    row = daniel.page.get_by_role("dialog").get_by_role("listitem").filter(has_text="Yuki Sato")
    row.get_by_role("button", name=daniel.word("Pass control")).click()
    _card(yuki, "Take over")
    until(lambda: _role(yuki, daniel.session) == "primary_csr", "Yuki leads")
    assert _role(daniel, daniel.session) == "assisting_csr"
    expect(daniel.button("Leave session").first).to_be_visible(timeout=PATIENCE_MS)
    customer.sees("Yuki Sato leads the session now.")

    _dialog(yuki, "Pass control", "Session")
    row = yuki.page.get_by_role("dialog").get_by_role("listitem").filter(has_text="Daniel Okafor")
    row.get_by_role("button", name=yuki.word("Pass control")).click()
    _card(daniel, "Take over")
    until(lambda: _role(daniel, daniel.session) == "primary_csr", "Daniel leads again")


def test_a_transfer_waits_is_taken_back_and_offered_again(people: People) -> None:
    people.stack.shell(SIGNED_IN.strip())
    daniel, customer = story.meet(people)
    _dialog(daniel, "Transfer session", "Session")
    dialog = daniel.page.get_by_role("dialog")
    dialog.get_by_role("radio", name="Billing").check()
    dialog.get_by_role("textbox").fill("Has paid twice")
    dialog.get_by_role("button", name=daniel.word("Transfer session"), exact=True).click()
    bar = daniel.page.locator("[data-handing=transfer]")
    expect(bar).to_contain_text("Billing", timeout=PATIENCE_MS)
    customer.sees("You are being passed on to Billing.")
    assert all("Has paid twice" not in message["text"] for message in customer.snapshot(daniel.session)["messages"])
    bar.get_by_role("button", name=daniel.word("Take back")).click()
    expect(bar).to_be_hidden(timeout=PATIENCE_MS)
    assert _role(daniel, daniel.session) == "primary_csr"
    customer.sees("you stay with the same representative")
