"""kill -9 of each service in mid-load: nothing acknowledged is lost, and offers are made again."""

import json
import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from sessions.tests.e2e import processes
from sessions.tests.e2e.inbound_load import InboundLoad
from sessions.tests.e2e.people import PATIENCE_MS, People
from sessions.tests.e2e.stack import Stack
from sessions.tests.e2e.test_inbox import be, enter, make_queue, offer, open_inbox
from sessions.tests.e2e.waiting import until

HELPERS, PLACES, HELPED_FIRST, HELPED_AFTER = 3, 2, 8, 8
MAKE = """
import json
import secrets
from django.conf import settings
from django.test import Client
from accounts.models import Membership, Role, User, new_public_id
from acd.models import Queue, QueueMember
from acd.services import router
queue = Queue.objects.create(site=site, name="Load " + new_public_id()[:8], offer_timeout_s=10, max_missed=99)
keys = []
for number in range({helpers}):
    user = User.objects.create(email=secrets.token_hex(8) + "@load.example", name="Helper " + str(number))
    csr = Membership.objects.create(site=site, user=user, role=Role.CSR)
    QueueMember.objects.create(site=site, queue=queue, csr=csr)
    router.command(site, "presence", csr.pk, presence="available", reason="", lease_s=600)
    router.command(site, "capacity", csr.pk, cap={places})
    client = Client(HTTP_HOST=site.host)
    client.force_login(user)
    keys.append(client.cookies[settings.SESSION_COOKIE_NAME].value)
print("MADE", json.dumps([queue.public_id, keys]))
"""
READ = """
import json
from acd.models import Offer, QueueEntry
entries = QueueEntry.objects.filter(queue__public_id={queue!r})
offers = Offer.objects.filter(entry__queue__public_id={queue!r}, state="accepted")
print("FOUND", json.dumps([
    dict(entries.values_list("public_id", "state")),
    dict(offers.values_list("public_id", "entry__state")),
]))
"""


@pytest.fixture(scope="module")
def stack(results: Path) -> Iterator[Stack]:
    """An installation of this module's own: its services are killed."""
    stack = Stack(results / "crashes", ENTRIES_PER_ADDRESS="100000")
    yield stack
    stack.close()


def kill(stack: Stack, service: str) -> None:
    """Kill a service as a crash would, and wait until everything answers again."""
    pid = stack.pid_of(service)
    os.kill(pid, signal.SIGKILL)
    until(lambda: not processes.alive(pid), f"{service} is gone")
    until(lambda: stack.pid_of(service) != pid, f"{service} is started again")
    until(stack.answers, "the server answers again", step=0.02)


@pytest.mark.parametrize("service", ["web", "postgres", "valkey", "timers"])
def test_a_crash_in_mid_load_loses_nothing_acknowledged_and_offers_are_made_again(
    stack: Stack, people: People, service: str
) -> None:
    watched = make_queue(stack, f"Watched {service}", offer_timeout_s=60)
    csr = people.csr()
    open_inbox(csr)
    be(csr, "Available")
    queue, keys = json.loads(stack.said("MADE", MAKE.format(helpers=HELPERS, places=PLACES)))
    with InboundLoad(stack.base, queue, keys) as load:
        until(lambda: len(load.ended) >= HELPED_FIRST, "the load runs")
        kill(stack, service)
        before = len(load.accepted)
        until(lambda: len(load.accepted) > before, "an offer is made and accepted again", step=0.01)
        enter(people, watched, "After the crash")
        expect(offer(csr.page)).to_contain_text("After the crash", timeout=PATIENCE_MS)
        until(lambda: len(load.ended) >= before + HELPED_AFTER, "the load goes on")
        load.stop_coming()
        until(lambda: len(load.ended) + len(load.refused) == load.visits, "everybody is helped")
    entries, accepted = json.loads(stack.said("FOUND", READ.format(queue=queue)))
    assert load.refused == []
    assert {entry: entries.get(entry) for entry in load.entered} == dict.fromkeys(load.entered, "done")
    assert {one: accepted.get(one) for one in load.accepted} == dict.fromkeys(load.accepted, "done")
    assert len(entries) == len(load.entered), "asking again after a lost answer makes no second visit"
    assert "All invariants hold." in stack.dev("manage", "acd_check")
