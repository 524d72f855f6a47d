"""The inbox socket against a real daphne: whole frames, leases, and who may listen."""

import asyncio
from contextlib import asynccontextmanager
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from asgiref.sync import sync_to_async

from acd.models import CsrState, Offer
from acd.services import router
from acd.tests import factories
from sessions.tests.live import csr_caller, open_line
from supportsite.core import clock
from supportsite.protocol.socket import CloseCode

pytestmark = pytest.mark.django_db(transaction=True)
make_queue, make_csr, enter = (
    sync_to_async(make) for make in (factories.make_queue, factories.make_csr, factories.enter)
)


def anything(inbox):
    return True


@asynccontextmanager
async def inbox_of(server, member, **ticket):
    """A page's inbox socket: the line, after its hello."""
    caller = await csr_caller(server, member.site, member)
    _, answer = await caller.call("POST", "inbox/ticket/")
    path = urlsplit(answer["url"]).path
    async with open_line(server, member.site.host, path, origin=caller.origin) as line:
        line.caller = caller
        await line.hello(answer["ticket"])
        yield line


async def until(line, wanted, within=10):
    """Read on until an inbox for which `wanted` holds."""
    async with asyncio.timeout(within):
        while True:
            inbox = (await line.until("inbox", within))["inbox"]
            if wanted(inbox):
                return inbox


async def test_an_offer_arrives_whole_and_its_acceptance_takes_it_away(server, live_site):
    queue = await make_queue(live_site)
    csr = await make_csr(live_site, queue)
    async with inbox_of(server, csr) as line:
        first = await until(line, anything)
        assert (first["csr"]["presence"], first["offers"]) == ("available", [])
        await enter(live_site, queue, name="Camille")
        inbox = await until(line, lambda inbox: inbox["offers"], within=4)  # the wake-up, not the resync
        (offer,) = inbox["offers"]
        assert offer["name"] == "Camille"
        assert inbox["n"] > first["n"]
        status, session = await line.caller.call("POST", f"inbox/offers/{offer['id']}/accept/")
        assert status == 200, session
        assert session["state"] == "active"
        assert (await until(line, lambda inbox: not inbox["offers"]))["csr"]["sessions"] == 1


async def test_a_lost_wake_up_is_made_good_within_five_seconds(server, live_site, monkeypatch):
    queue = await make_queue(live_site)
    csr = await make_csr(live_site, queue)
    async with inbox_of(server, csr) as line:
        await until(line, anything)
        monkeypatch.setattr(router, "_wake", lambda _answer: None)
        await enter(live_site, queue)
        await until(line, lambda inbox: inbox["offers"], within=8)


async def test_the_socket_keeps_the_csr_only_while_the_page_answers(server, live_site):
    csr = await make_csr(live_site, await make_queue(live_site))
    await sync_to_async(CsrState.objects.update)(lease_until=clock.now() + timedelta(seconds=2))
    async with inbox_of(server, csr) as line:
        await until(line, anything)
        state = await sync_to_async(CsrState.objects.get)(csr=csr)
        assert state.lease_until > clock.now() + timedelta(seconds=25)


async def test_a_csr_who_comes_back_within_the_lease_is_available_and_offered(server, live_site):
    queue = await make_queue(live_site)
    csr = await make_csr(live_site, queue)
    await sync_to_async(CsrState.objects.update)(lease_until=clock.now() - timedelta(seconds=2))
    entry = await enter(live_site, queue)
    assert entry.state == "waiting"
    async with inbox_of(server, csr) as line:
        inbox = await until(line, lambda inbox: inbox["offers"])
        assert inbox["csr"]["presence"] == "available"


async def test_two_pages_of_one_csr_see_the_same_inbox(server, live_site):
    queue = await make_queue(live_site)
    csr = await make_csr(live_site, queue)
    async with inbox_of(server, csr) as one, inbox_of(server, csr) as two:
        await enter(live_site, queue)
        seen = [await until(line, lambda inbox: inbox["offers"]) for line in (one, two)]
        assert seen[0]["offers"] == seen[1]["offers"]
        offer = await sync_to_async(Offer.objects.get)()
        await one.caller.call("POST", f"inbox/offers/{offer.public_id}/decline/")
        for line in (one, two):
            assert (await until(line, lambda inbox: not inbox["offers"]))["csr"]["paused_until"]


async def test_a_console_ticket_does_not_open_the_inbox_and_signing_out_closes_it(server, live_site):
    csr = await make_csr(live_site, await make_queue(live_site))
    caller = await csr_caller(server, live_site, csr)
    ticket = await caller.ticket(None)
    async with open_line(server, live_site.host, "/ws/inbox/", origin=caller.origin) as line:
        await line.send({"type": "hello", "protocol": 1, "ticket": ticket["ticket"], "after": 0})
        assert await line.closed() == CloseCode.UNAUTHENTICATED
    async with inbox_of(server, csr) as line:
        await until(line, anything)
        key = line.caller.cookies["sessionid"]
        await sync_to_async(sign_out)(live_site, key)
        assert await line.closed() == CloseCode.UNAUTHENTICATED


def sign_out(site, key):
    """Press "Sign out" in the browser with this session."""
    from django.conf import settings
    from django.test import Client

    client = Client(headers={"host": site.host})
    client.cookies[settings.SESSION_COOKIE_NAME] = key
    assert client.post("/auth/logout/").status_code == 302


async def test_a_frame_that_does_not_belong_here_is_answered_and_the_inbox_lives_on(server, live_site):
    queue = await make_queue(live_site)
    csr = await make_csr(live_site, queue)
    async with inbox_of(server, csr) as line:
        await line.send({"type": "typing", "audience": "everyone"})
        assert (await line.until("error"))["code"] == "bad_frame"
        await enter(live_site, queue)
        await until(line, lambda inbox: inbox["offers"])
