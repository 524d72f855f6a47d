"""The waiting customer's socket against a real daphne: the place arrives on change, and nobody else's."""

import secrets
import time

import pytest
from asgiref.sync import sync_to_async

from acd.models import QueueEntry
from acd.services import router
from acd.tests.factories import enter, make_queue
from sessions.tests.live import Caller, open_line
from supportsite.protocol.socket import CloseCode

PATIENCE_SECONDS = 10

pytestmark = pytest.mark.django_db(transaction=True)


async def knock(server, site, queue):
    customer = Caller(server, site.host)
    sent = {"tab": secrets.token_urlsafe(24), "name": "Camille"}
    status, answer = await customer.call("POST", f"queues/{queue.public_id}/entries/", sent)
    assert status == 201, answer
    return customer, answer


async def ticket_of(customer, entry):
    status, ticket = await customer.call("POST", f"entries/{entry}/socket-tickets/")
    assert status == 201, ticket
    return ticket


def line_of(server, site, customer, entry):
    return open_line(server, site.host, f"/ws/waiting/{entry}/", origin=customer.origin)


async def in_place(line, place):
    while True:
        info = (await line.until("waiting"))["info"]
        if info["place"] == place:
            return info


async def test_the_place_arrives_at_once_and_when_somebody_ahead_is_gone(server, live_site):
    queue = await sync_to_async(make_queue)(live_site)
    first = await sync_to_async(enter)(live_site, queue)
    customer, answer = await knock(server, live_site, queue)
    ticket = await ticket_of(customer, answer["entry"])
    async with line_of(server, live_site, customer, answer["entry"]) as line:
        await line.hello(ticket["ticket"])
        await in_place(line, 2)
        await sync_to_async(router.command)(live_site, "abandon", first.pk)
        assert (await in_place(line, 1))["grew"] == ""
    row = await sync_to_async(QueueEntry.objects.get)(public_id=answer["entry"])
    # It is told first and remembered then.
    deadline = time.monotonic() + PATIENCE_SECONDS
    while row.shown_position != 1:
        assert time.monotonic() < deadline, row.shown_position
        await row.arefresh_from_db()


async def test_a_place_that_goes_back_says_why(server, live_site):
    queue = await sync_to_async(make_queue)(live_site)
    customer, answer = await knock(server, live_site, queue)
    ticket = await ticket_of(customer, answer["entry"])
    async with line_of(server, live_site, customer, answer["entry"]) as line:
        await line.hello(ticket["ticket"])
        await in_place(line, 1)
        await sync_to_async(enter)(live_site, queue, priority=5)
        assert (await in_place(line, 2))["grew"] == "urgent"


async def test_the_page_follows_its_customer_into_another_queue(server, live_site):
    queue, other = await sync_to_async(make_queue)(live_site), await sync_to_async(make_queue)(live_site, name="Second")
    customer, answer = await knock(server, live_site, queue)
    ticket = await ticket_of(customer, answer["entry"])
    async with line_of(server, live_site, customer, answer["entry"]) as line:
        await line.hello(ticket["ticket"])
        await in_place(line, 1)
        entry = await sync_to_async(QueueEntry.objects.get)(public_id=answer["entry"])
        await sync_to_async(router.command)(live_site, "move", entry.pk, queue=other.pk)
        assert (await line.until("waiting"))["info"]["queue"] == "Second"


async def test_t8_a_ticket_of_another_entry_or_origin_opens_nothing(server, live_site):
    queue = await sync_to_async(make_queue)(live_site)
    customer, answer = await knock(server, live_site, queue)
    other, second = await knock(server, live_site, queue)
    ticket = await ticket_of(other, second["entry"])
    async with line_of(server, live_site, customer, answer["entry"]) as line:
        await line.send({"type": "hello", "protocol": 1, "ticket": ticket["ticket"], "after": 0})
        assert await line.closed() in (CloseCode.UNAUTHENTICATED, CloseCode.BAD_FRAMES)
    with pytest.raises(Exception, match="403"):
        async with open_line(server, live_site.host, f"/ws/waiting/{answer['entry']}/", origin="https://evil.example"):
            pass
