"""Sockets against a real daphne: what is said arrives, in order, whole, also at the slow and the returning."""

import asyncio
import contextlib
import json
from typing import Any

import aiohttp
import pytest

from sessions.tests.live import SOCKETS_PER_ADDRESS, SOCKETS_PER_PERSON, ClosedError, join, open_line, people
from supportsite.protocol.socket import CloseCode

pytestmark = pytest.mark.django_db(transaction=True)


async def test_a_message_of_one_side_arrives_at_the_other(server, live_site):
    scene = await people(server, live_site)
    async with scene.csr.socket(scene.id) as csr, scene.customer.socket(scene.id) as customer:
        body = {"text": "こんにちは", "audience": "everyone", "client_id": "client-0001"}
        status, message = await scene.customer.call("POST", f"sessions/{scene.id}/messages/", body)
        assert status == 201, message
        assert (await csr.until("chat.sent"))["message"]["text"] == "こんにちは"
        assert (await customer.until("chat.sent"))["message"]["id"] == message["id"]
        again, same = await scene.customer.call("POST", f"sessions/{scene.id}/messages/", body)
        assert (again, same["id"]) == (200, message["id"])
        seqs = [event["seq"] for event in csr.events]
        assert seqs == list(range(1, len(seqs) + 1))


async def test_the_socket_and_the_log_tell_the_same(server, live_site):
    scene = await people(server, live_site)
    async with scene.customer.socket(scene.id) as line:
        await scene.say(scene.csr, "for CSRs", audience="csrs")
        await scene.say(scene.csr, "last")
        while not line.events or line.events[-1].get("message", {}).get("text") != "last":
            await line.next()
        _, page = await scene.customer.call("GET", f"sessions/{scene.id}/events/?after=0")
    assert line.events == page["events"]
    hidden = [event for event in line.events if event["type"] == "withheld"]
    assert len(hidden) == 1
    assert "for CSRs" not in json.dumps(line.events)


async def test_500_messages_arrive_in_order_on_three_clients_of_which_one_comes_back_twice(server, live_site):
    scene = await people(server, live_site)
    assistant = await join(server, live_site, scene.number, "Second")
    _, snapshot = await scene.csr.call("GET", f"sessions/{scene.id}/")
    waiting = next(person for person in snapshot["participants"] if person["state"] == "lobby")
    await scene.post(scene.csr, f"participants/{waiting['id']}/admit/")

    async def collect(caller, breaks):
        seen: list[dict[str, Any]] = []
        endpoint = None
        for stop_at in [*breaks, 500]:
            async with caller.socket(scene.id, after=seen[-1]["seq"] if seen else 0, endpoint=endpoint) as line:
                endpoint = line.ticket["endpoint"]
                while sum(event["type"] == "chat.sent" for event in seen) < stop_at:
                    frame = await line.next(60)
                    if frame["type"] == "event":
                        seen.append(frame["event"])
                        if len(seen) % 20 == 0:
                            await line.send({"type": "ack", "seq": seen[-1]["seq"]})
        return seen

    async def speak():
        for number in range(500):
            await scene.say(scene.csr, f"message {number}")

    results = await asyncio.gather(
        collect(scene.csr, []), collect(scene.customer, [120, 300]), collect(assistant, []), speak()
    )
    for seen in results[:3]:
        texts = [event["message"]["text"] for event in seen if event["type"] == "chat.sent"]
        assert texts == [f"message {number}" for number in range(500)]
        seqs = [event["seq"] for event in seen]
        assert seqs == list(range(seqs[0], seqs[0] + len(seqs)))


async def test_f9_a_slow_reader_loses_no_event(server, live_site):
    scene = await people(server, live_site)
    async with scene.customer.socket(scene.id) as slow:
        for number in range(300):
            await scene.say(scene.csr, f"{number} " + "x" * 1500)
        acknowledged = 0
        while sum(event["type"] == "chat.sent" for event in slow.events) < 300:
            await slow.next(20)
            newest = slow.events[-1]["seq"] if slow.events else 0
            if newest - acknowledged >= 20:
                acknowledged = newest
                await slow.send({"type": "ack", "seq": newest})
        texts = [event["message"]["text"].split()[0] for event in slow.events if event["type"] == "chat.sent"]
    assert texts == [str(number) for number in range(300)]


@pytest.mark.slow
async def test_f10_a_reader_that_never_acknowledges_is_cut_and_finds_the_rest_in_the_log(server, live_site):
    scene = await people(server, live_site)
    async with scene.customer.socket(scene.id) as deaf:
        for _ in range(200):
            await scene.say(scene.csr, "x" * 3900)
        assert await deaf.closed(60) == CloseCode.TOO_SLOW
        received = sum(len(json.dumps(event)) for event in deaf.events)
    assert 200_000 < received < 400_000


@pytest.mark.slow
async def test_f8_an_idle_socket_lives_120_seconds(server, live_site):
    scene = await people(server, live_site)
    async with scene.customer.socket(scene.id) as line:
        beats = 0
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(120):
                while True:
                    frame = await line.next(30)
                    if frame["type"] == "heartbeat":
                        beats += 1
                        await line.send({"type": "heartbeat", "seq": frame["seq"]})
        assert beats >= 20
        await scene.say(scene.csr, "still here?")
        assert (await line.until("chat.sent"))["message"]["text"] == "still here?"


async def test_the_console_is_woken_when_one_of_its_sessions_changes(server, live_site):
    scene = await people(server, live_site)
    async with scene.csr.socket(None) as line:
        await scene.say(scene.customer, "hello?")
        assert (await line.until("wake"))["session"] == scene.id


async def test_t32_an_office_behind_one_address_is_not_one_visitor_but_strangers_are(server, live_site):
    scene = await people(server, live_site)
    tickets = [await scene.csr.ticket(None) for _ in range(SOCKETS_PER_PERSON + 1)]

    async def knock():
        return await stack.enter_async_context(
            open_line(server, live_site.host, "/ws/console/", origin=scene.csr.origin)
        )

    async with contextlib.AsyncExitStack() as stack:
        for ticket in tickets[:-1]:
            await (await knock()).hello(ticket["ticket"])
        with pytest.raises(ClosedError):
            await (await knock()).hello(tickets[-1]["ticket"])
        knocks = (knock() for _ in range(SOCKETS_PER_ADDRESS + 5))
        answers = await asyncio.gather(*knocks, return_exceptions=True)
        refused = sum(isinstance(answer, aiohttp.WSServerHandshakeError) for answer in answers)
        assert refused in {5, 6}, "the one who was refused above may still be on the way out"


async def test_typing_reaches_the_others_and_csrs_only_typing_only_csrs(server, live_site):
    scene = await people(server, live_site)
    async with scene.csr.socket(scene.id) as csr, scene.customer.socket(scene.id) as customer:
        await csr.until("heartbeat")
        await customer.send({"type": "typing", "participant": "somebodyelse00000000"})
        heard = await csr.until("typing")
        assert heard["participant"] != "somebodyelse00000000"
        await csr.send({"type": "typing", "audience": "csrs"})
        await csr.send({"type": "typing", "audience": "everyone"})
        assert (await customer.until("typing"))["audience"] == "everyone"
