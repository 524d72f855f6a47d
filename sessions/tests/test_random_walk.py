"""Random walks over all services of consent: whatever is asked, granted, lost and stopped, what must hold holds."""

import random

import pytest

from sessions.models import ActionRequest, Grant
from sessions.services import grants, lifecycle, presence, requests
from sessions.services.sweep import sweep_site
from sessions.tests.scene import verify_service
from sessions.tests.test_capabilities import Stage
from supportsite.core.errors import AppError
from supportsite.protocol.base import Capability, GrantState, StopCause
from supportsite.protocol.capabilities import CLIPBOARD, CONTROL, SCREEN, SHARE, surface_of
from supportsite.protocol.objects import Scope

pytestmark = pytest.mark.django_db
STEPS = 30


class Walk:
    """One walk; each step is a method that may be refused."""

    def __init__(self, stage, seed, clock):
        self.stage, self.scene, self.clock = stage, stage.scene, clock
        self.dice = random.Random(seed)
        self.programs = [stage.manager, stage.computer]
        self.people = [self.scene.csr, self.scene.csr_tab, stage.customer, stage.assistant]
        self.everybody = [*self.people, *(program.access for program in self.programs)]
        self.done = 0

    def ask(self):
        capability = self.dice.choice(list(Capability))
        source = self.dice.choice([None, self.scene.csr_tab, self.stage.computer.access, self.stage.manager.access])
        if capability not in SHARE and self.dice.random() < 0.8:
            source = None
        operator = self.stage.assistant if self.dice.random() < 0.2 else None
        scope = Scope(monitors=self.dice.sample([1, 2, 3], self.dice.randrange(3))) if "desktop" in capability else None
        self.scene.ask(capability, scope, source=source, operator=operator)

    def go_through(self):
        """Ask and grant as it is meant."""
        self.stage.give(self.dice.choice(list(Capability)))

    def _request(self):
        rows = ActionRequest.objects.select_related("operator", "support_session").order_by("-id")[:4]
        return self.dice.choice(list(rows)) if rows else None

    def _grant(self):
        rows = Grant.objects.order_by("-id")[:5]
        return self.dice.choice(list(rows)) if rows else None

    def accept(self):
        if request := self._request():
            requests.accept_request(self.dice.choice([self.stage.customer] * 4 + self.everybody), request.public_id)

    def grant(self):
        if request := self._request():
            if self.dice.random() < 0.2:
                self.scene.give_from_page(request)
            elif self.dice.random() < 0.2:
                grants.grant_request(
                    self.dice.choice(self.everybody), request.public_id, scope=None, epoch=None, signature=None
                )
            else:
                self.dice.choice(self.programs).grant(request)

    def answer_otherwise(self):
        if request := self._request():
            act = self.dice.choice([requests.deny_request, requests.cancel_request, requests.show_request])
            act(self.dice.choice(self.everybody), request.public_id)

    def stop(self):
        if grant := self._grant():
            cause = self.dice.choice([None, StopCause.USED, StopCause.SOURCE_CLOSED])
            grants.stop_grant(self.dice.choice(self.everybody), grant.public_id, cause=cause)

    def rest(self):
        if grant := self._grant():
            access, epoch = self.dice.choice(self.everybody), grant.epoch + self.dice.randrange(-1, 3)
            if self.dice.random() < 0.5:
                grants.suspend_grant(access, grant.public_id, cause=StopCause.CONNECTION_LOST, epoch=max(epoch, 1))
            else:
                grants.resume_grant(access, grant.public_id, epoch=max(epoch, 1))

    def stop_everything(self):
        if self.dice.random() < 0.2:
            requests.stop_everything(self.dice.choice(self.everybody))

    def lose(self):
        access = self.dice.choice(self.programs).access
        self.scene.disconnect(access)

    def come_back(self):
        for access in self.everybody:
            if access.endpoint is not None:
                self.scene.sockets[access.endpoint.public_id] = presence.connect_endpoint(access.endpoint)

    def wait(self):
        self.clock.advance(seconds=self.dice.choice([1, 12, 61, 301]))
        self.come_back()
        sweep_site(self.scene.site)

    def leave(self):
        if self.dice.random() < 0.1:
            lifecycle.leave_session(self.stage.assistant)

    def step(self):
        often = [self.go_through, self.go_through, self.ask, self.accept, self.grant]
        seldom = [self.answer_otherwise, self.stop, self.rest, self.stop_everything, self.wait, self.leave]
        act = self.dice.choice([*often, *often, *seldom, self.lose, self.come_back])
        with verify_service(self.scene):
            try:
                act()
                self.done += 1
            except AppError:
                pass
        self.check()

    def check(self):
        rows = Grant.objects.select_related("endpoint__participant", "holder", "request")
        live = list(rows.exclude(state=GrantState.STOPPED))
        shown = {(grant.endpoint_id, surface_of(grant.capability)) for grant in live if grant.capability in SCREEN}
        assert len(shown) <= 1
        assert len({grant.capability for grant in live}) == len(live)
        customer = self.stage.customer.person.pk
        for grant in live:
            of_csr = grant.capability in SHARE
            assert grant.endpoint.participant.is_csr == of_csr
            assert (grant.holder_id == customer) == of_csr
            assert (grant.request.accepted_at is not None) == of_csr
            assert grant.holder.joined
            assert grant.capability not in CONTROL | CLIPBOARD or grant.endpoint.kind == "support_manager"
            named = bool(grant.scope["applications"])
            must = surface_of(grant.capability) == "application" and grant.endpoint.kind == "support_manager"
            assert named == must
            if grant.capability in CLIPBOARD:
                assert any(
                    other.capability in CONTROL - SHARE
                    and (other.endpoint_id, other.holder_id) == (grant.endpoint_id, grant.holder_id)
                    and other.state == GrantState.ACTIVE
                    for other in live
                )


@pytest.mark.parametrize("seed", range(4))
def test_whatever_happens_in_whatever_order_the_promises_of_consent_hold(site, clock, seed):
    walk = Walk(Stage(site), seed, clock)
    for _ in range(STEPS):
        walk.step()
    assert walk.done > STEPS / 4
    assert Grant.objects.exists()
