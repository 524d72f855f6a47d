"""Whose signalling the server passes on, for every pair of programs and every capability."""

import pytest

from sessions.models import Endpoint
from sessions.selectors.signalling import may_relay
from sessions.services import grants, joining, lifecycle
from sessions.state import CONTROL_MAX_SECONDS
from sessions.tests.scene import CONTROL, EDITOR, VIEW, Scene
from sessions.tests.test_capabilities import Stage
from supportsite.core.errors import AppError
from supportsite.protocol.base import Capability, StopCause
from supportsite.protocol.capabilities import CLIPBOARD, SCREEN, SHARE
from supportsite.protocol.objects import Scope
from supportsite.protocol.socket import Candidate, Description, HangUp, ViewRequest

pytestmark = pytest.mark.django_db
LINK = "c" * 22
OFFER = Description(kind="offer", connection=LINK, sdp="v=0\r\na=fingerprint:sha-256 AB:CD\r\n")
CANDIDATE = Candidate(kind="candidate", connection=LINK, candidate="")


class Pairs:
    """Every program of a session by name."""

    def __init__(self, site):
        self.stage = Stage(site)
        scene = self.stage.scene
        second = scene.join("Ben")
        joining.admit_participant(scene.csr, second.person.public_id)
        self.lobby = scene.join("Outside")
        self.programs = {
            "customer": self.stage.customer,
            "manager": self.stage.manager.access,
            "csr": scene.csr_tab,
            "computer": self.stage.computer.access,
            "assistant": self.stage.assistant,
            "assistants_computer": scene.attach(self.stage.assistant).access,
            "second": second,
            "lobby": self.lobby,
        }

    def endpoint(self, name):
        return Endpoint.objects.select_related("participant").get(pk=self.programs[name].endpoint.pk)

    def passing(self, data):
        """Return the pairs between which `data` is passed on."""
        rows = {name: self.endpoint(name) for name in self.programs}
        return {(a, b) for a in rows for b in rows if a != b and may_relay(rows[a], rows[b], data)}


@pytest.fixture
def pairs(site):
    return Pairs(site)


PAGES = {"customer", "csr", "assistant", "second"}


@pytest.mark.parametrize("capability", sorted(SCREEN))
def test_the_source_of_a_live_grant_talks_with_every_page_inside_but_its_owners(pairs, capability):
    wanted = ViewRequest(grant="g" * 22, connection=LINK)
    assert pairs.passing(OFFER) == pairs.passing(CANDIDATE) == pairs.passing(wanted) == set()
    grant = pairs.stage.give(capability)
    source, owner = ("computer", "csr") if capability in SHARE else ("manager", "customer")
    viewers = PAGES - {owner}
    both_ways = {(source, page) for page in viewers} | {(page, source) for page in viewers}
    wanted = ViewRequest(grant=grant.public_id, connection=LINK)
    assert pairs.passing(wanted) == {(page, source) for page in viewers}
    assert pairs.passing(OFFER) == pairs.passing(CANDIDATE) == both_ways
    assert pairs.passing(Description(kind="offer", connection=LINK, sdp="v=0\r\n")) == set()
    program = pairs.stage.computer if capability in SHARE else pairs.stage.manager
    grants.suspend_grant(program.access, grant.public_id, cause=StopCause.CONNECTION_LOST, epoch=grant.epoch + 1)
    assert pairs.passing(wanted) == pairs.passing(OFFER) == set()
    grants.stop_grant(program.access, grant.public_id, cause=None)
    assert pairs.passing(wanted) == pairs.passing(OFFER) == set()
    assert ("lobby", source) in pairs.passing(HangUp(connection=LINK))


def test_the_console_page_as_source_talks_with_the_customers_and_assistants(pairs):
    scene = pairs.stage.scene
    scene.give_from_page(scene.offer(Capability.SHARE_VIEW_DESKTOP, scene.csr_tab, pairs.stage.customer))
    assert {pair for pair in pairs.passing(OFFER) if pair[0] == "csr"} == {("csr", page) for page in PAGES - {"csr"}}


def test_a_clipboard_alone_shows_nothing(pairs):
    control = pairs.stage.give(CONTROL)
    clip = pairs.stage.give(min(CLIPBOARD))
    assert pairs.passing(ViewRequest(grant=clip.public_id, connection=LINK)) == set()
    assert pairs.passing(ViewRequest(grant=control.public_id, connection=LINK)) != set()


def test_a_grant_past_its_time_shows_nothing_even_before_the_sweep(pairs, clock):
    grant = pairs.stage.give(CONTROL)
    wanted = ViewRequest(grant=grant.public_id, connection=LINK)
    assert pairs.passing(wanted) != set()
    clock.advance(seconds=CONTROL_MAX_SECONDS)
    assert pairs.passing(wanted) == pairs.passing(OFFER) == set()
    with pytest.raises(AppError, match="control_needed"):
        pairs.stage.scene.ask(Capability.CLIPBOARD_TO_CSR)


def test_who_left_is_heard_no_more(pairs):
    grant = pairs.stage.give(VIEW)
    lifecycle.leave_session(pairs.stage.assistant)
    heard = pairs.passing(ViewRequest(grant=grant.public_id, connection=LINK))
    assert heard == {("csr", "manager"), ("second", "manager")}


@pytest.mark.parametrize(
    ("given", "wanted", "passes"),
    [
        (Scope(), [], True),
        (Scope(), [3], True),
        (Scope(monitors=[1, 2]), [], True),
        (Scope(monitors=[1, 2]), [2], True),
        (Scope(monitors=[1, 2]), [1, 2], True),
        (Scope(monitors=[1, 2]), [3], False),
        (Scope(monitors=[1, 2]), [1, 3], False),
        (Scope(applications=[EDITOR]), [], True),
        (Scope(applications=[EDITOR]), [1], False),
    ],
)
def test_a_viewer_picks_among_the_granted_monitors_only(site, given, wanted, passes):
    scene = Scene.start(site)
    manager = scene.attach(scene.join())
    capability = Capability.VIEW_APPLICATION if given.applications else VIEW
    grant = manager.grant(scene.ask(capability), given)
    csr, source = scene.csr_tab.endpoint, manager.access.endpoint
    assert may_relay(csr, source, ViewRequest(grant=grant.public_id, connection=LINK, monitors=wanted)) == passes
