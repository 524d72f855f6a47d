"""The router under every command in any order, with crashes and lost wake-ups between any two: the invariants hold."""

import contextlib
import os
import random

import pytest
from django.core.management import call_command
from django.db import transaction

from acd.invariants import find_violations
from acd.models import CsrState, Offer, QueueEntry, QueueMember, SiteRouter
from acd.routing import Strategy
from acd.services import router
from acd.tests.factories import enter, make_csr, make_queue
from supportsite.core.clock import frozen_clock

pytestmark = pytest.mark.django_db

CSRS = 4
STEPS = 120
SEEDS = int(os.environ.get("ROUTER_SEEDS", "14"))  # by hand: hundreds
# How often each thing happens beside the others.
WEIGHTS = {
    "enqueue": 8,
    "accept": 9,
    "accept_late": 1,
    "decline": 3,
    "declare": 9,
    "beat": 9,
    "resize": 1,
    "leave": 4,
    "come_back": 2,
    "pick_out": 1,
    "move": 2,
    "transfer": 3,
    "stop_helping": 6,
    "hand_over": 1,
    "wrap_up": 2,
    "raise_priority": 1,
    "wait": 8,
    "crash": 1,
}


class CrashError(Exception):
    """The process died before its transaction was committed."""


class Router:
    """Three queues, four CSRs, and everything that can happen to them."""

    def __init__(self, site, clock, source):
        self.site, self.clock, self.source = site, clock, source
        last = make_queue(site, allow_pick=True)
        middle = make_queue(site, strategy="everybody", overflow_after_s=40, overflow_queue=last, max_wait_s=300)
        first = make_queue(
            site,
            strategy=source.choice(list(Strategy)),
            wrapup_s=source.choice([0, 20]),
            ageing_s=50,
            allow_pick=True,
            max_missed=source.choice([1, 2]),
        )
        self.queues = [first, middle, last]
        self.csrs = [make_csr(site, first, middle, cap=1 + number % 2) for number in range(CSRS)]
        QueueMember.objects.create(site=site, queue=last, csr=self.csrs[0], delay_s=120)
        QueueMember.objects.create(site=site, queue=last, csr=self.csrs[1])

    def step(self):
        """Do one thing; return its name."""
        name = self.source.choices(list(WEIGHTS), WEIGHTS.values())[0]
        getattr(self, name)()
        return name

    def some(self, rows):
        found = list(rows.order_by("id"))
        return self.source.choice(found) if found else None

    def entry(self, *states):
        return self.some(QueueEntry.objects.filter(state__in=states))

    def csr(self):
        return self.source.choice(self.csrs)

    def queue(self):
        return self.source.choice(self.queues)

    def command(self, what, subject, **arguments):
        if subject is not None:
            router.command(self.site, what, subject.pk, **arguments)

    def enqueue(self):
        csr = self.csr()
        kind = self.source.random()
        more = (
            {"preferred_csr": csr.pk, "sticky_s": 20} if kind < 0.15 else {"only_csrs": [csr.pk]} if kind > 0.85 else {}
        )
        enter(self.site, self.queue(), priority=self.source.choice([0, 0, 0, 1, 3]), **more)

    def accept(self):
        self.take(Offer.objects.filter(state="pending"))

    def accept_late(self):
        self.take(Offer.objects.exclude(state="accepted"))

    def take(self, offers):
        offer = self.some(offers)
        if offer:
            router.accept(self.site, offer=offer.pk, csr=offer.csr_id)

    def decline(self):
        offer = self.some(Offer.objects.filter(state="pending"))
        self.command("decline", offer, csr=offer and offer.csr_id)

    def declare(self):
        presence = self.source.choice(["available"] * 6 + ["away", "draining", "offline"])
        self.command("presence", self.csr(), presence=presence, lease_s=30)

    def beat(self):
        """All consoles but one are heard."""
        for csr in self.source.sample(self.csrs, CSRS - 1):
            router.heartbeat(self.site, csr=csr.pk, lease_s=30)

    def resize(self):
        self.command("capacity", self.csr(), cap=self.source.randint(1, 3), outside=self.source.choice([0, 0, 1]))

    def leave(self):
        what = self.source.choice(["lose_customer", "lose_customer", "abandon", "cancel", "time_out"])
        self.command(what, self.entry("waiting", "offered"), reason="left")

    def come_back(self):
        self.command("return_customer", self.entry("limbo"))

    def pick_out(self):
        self.command("pick", self.entry("waiting"), csr=self.csr().pk, manager=self.source.random() < 0.5)

    def move(self):
        self.command("move", self.entry("waiting", "offered", "limbo"), queue=self.queue().pk)

    def transfer(self):
        only = [self.csr().pk] if self.source.random() < 0.3 else None
        self.command("transfer", self.entry("active"), queue=self.queue().pk, only_csrs=only)

    def stop_helping(self):
        self.command(self.source.choice(["finish", "finish", "requeue"]), self.entry("active"))

    def hand_over(self):
        self.command("hand_over", self.entry("active"), csr=self.csr().pk)

    def wrap_up(self):
        entry = self.entry("wrap")
        what, more = self.source.choice([("wrap_up", {}), ("extend_wrap", {"seconds": 30})])
        self.command(what, entry, csr=entry and entry.csr_id, **more)

    def raise_priority(self):
        self.command("set_priority", self.entry("waiting", "offered", "limbo"), priority=self.source.randint(0, 9))

    def wait(self):
        """Time passes; the timers' wake-up is lost one time in four."""
        self.clock.advance(seconds=self.source.choice([0.5, 1, 3, 6, 6, 11, 21, 45, 130]))
        if self.source.random() < 0.75:
            router.tick(self.site)

    def crash(self):
        """A process dies in the middle of a service: nothing of its transaction is left."""
        with contextlib.suppress(CrashError), transaction.atomic():
            self.stop_helping()
            self.enqueue()
            raise CrashError

    def broken(self):
        """What breaks an invariant now; those that time breaks only count when nothing is due."""
        due = SiteRouter.objects.filter(site=self.site).values_list("due_at", flat=True).first()
        return find_violations(self.site.pk, self.clock.at, quiet=due is None or due > self.clock.at)


@pytest.mark.parametrize("seed", range(SEEDS))
def test_every_invariant_holds_whatever_happens_in_whatever_order(site, seed):
    with frozen_clock() as clock:
        model = Router(site, clock, random.Random(seed))
        done = []
        for _ in range(STEPS):
            done.append(model.step())
            assert model.broken() == {}, done
        router.tick(site)
        assert model.broken() == {}, done


def test_a_broken_row_is_found_and_the_command_says_which(site, capsys):
    queue = make_queue(site)
    csr = make_csr(site, queue)
    enter(site, queue)
    with frozen_clock() as clock:
        assert find_violations(site.pk, clock.at, quiet=False) == {}
        CsrState.objects.filter(csr=csr).update(used=0)
        assert [name[:2] for name in find_violations(site.pk, clock.at, quiet=False)] == ["I2"]
        CsrState.objects.filter(csr=csr).update(used=1)
        Offer.objects.update(expires_at=clock.at)
        assert any(name.startswith("I8") for name in find_violations(site.pk, clock.advance(seconds=2), quiet=True))
    call_command("acd_check")
    assert "All invariants hold." in capsys.readouterr().out
