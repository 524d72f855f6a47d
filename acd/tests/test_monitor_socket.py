"""The monitor's socket against a real daphne: live figures, and who may listen."""

import asyncio
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

import pytest
from asgiref.sync import sync_to_async

from accounts.models import Membership, Role
from accounts.services import SYSTEM_ACTOR, change_access
from accounts.tests.factories import MembershipFactory
from acd.services import router
from acd.tests import factories
from sessions.tests.live import csr_caller, open_line
from supportsite.protocol.socket import CloseCode

pytestmark = pytest.mark.django_db(transaction=True)
make_queue, enter = (sync_to_async(make) for make in (factories.make_queue, factories.enter))
make_member = sync_to_async(MembershipFactory)


@asynccontextmanager
async def monitor_of(server, member):
    """A manager's page, after its hello."""
    caller = await csr_caller(server, member.site, member)
    _, answer = await caller.call("POST", "monitor/ticket/")
    async with open_line(server, member.site.host, urlsplit(answer["url"]).path, origin=caller.origin) as line:
        line.caller = caller
        await line.hello(answer["ticket"])
        yield line


async def until(line, wanted, within=10):
    """Read on until a monitor for which `wanted` holds."""
    async with asyncio.timeout(within):
        while True:
            monitor = (await line.until("monitor", within))["monitor"]
            if wanted(monitor):
                return monitor


def waiting(count):
    return lambda monitor: monitor["queues"][0]["waiting"] == count


async def test_a_customer_who_enters_is_on_the_wall_by_the_wake_up(server, live_site):
    queue = await make_queue(live_site)
    manager = await make_member(site=live_site, role=Role.MANAGER)
    async with monitor_of(server, manager) as line:
        first = await until(line, waiting(0))
        await enter(live_site, queue)
        monitor = await until(line, waiting(1), within=4)  # the wake-up, not the resync
        assert monitor["n"] > first["n"]
        status, _ = await line.caller.call("POST", f"monitor/queues/{queue.public_id}/open/", {"override": "closed"})
        assert status == 204
        await until(line, lambda monitor: monitor["queues"][0]["override"] == "closed", within=4)


async def test_a_lost_wake_up_is_made_good(server, live_site, monkeypatch):
    queue = await make_queue(live_site)
    async with monitor_of(server, await make_member(site=live_site, role=Role.ADMIN)) as line:
        await until(line, waiting(0))
        monkeypatch.setattr(router, "_wake", lambda _answer: None)
        await enter(live_site, queue)
        await until(line, waiting(1), within=9)


async def test_a_console_ticket_does_not_open_it_and_a_manager_no_more_is_sent_away(server, live_site):
    await make_queue(live_site)
    manager = await make_member(site=live_site, role=Role.MANAGER)
    caller = await csr_caller(server, live_site, manager)
    ticket = await caller.ticket(None)
    async with open_line(server, live_site.host, "/ws/monitor/", origin=caller.origin) as line:
        await line.send({"type": "hello", "protocol": 1, "ticket": ticket["ticket"], "after": 0})
        assert await line.closed() == CloseCode.UNAUTHENTICATED
    async with monitor_of(server, manager) as line:
        await until(line, waiting(0))
        await sync_to_async(Membership.objects.get)(pk=manager.pk)
        await make_member(site=live_site, role=Role.ADMIN)
        await sync_to_async(change_access)(manager, actor=SYSTEM_ACTOR, role=Role.CSR)
        assert await line.closed() == CloseCode.FORBIDDEN
    csr = await csr_caller(server, live_site, manager)
    status, _ = await csr.call("POST", "monitor/ticket/")
    assert status == 403


async def test_a_frame_that_does_not_belong_here_is_answered_and_the_monitor_lives_on(server, live_site):
    queue = await make_queue(live_site)
    async with monitor_of(server, await make_member(site=live_site, role=Role.MANAGER)) as line:
        await line.send({"type": "typing", "audience": "everyone"})
        assert (await line.until("error"))["code"] == "bad_frame"
        await enter(live_site, queue)
        await until(line, waiting(1))
