"""The relay through the server: who gets in, that nothing passes without an active grant, and what it holds at most."""

import asyncio
import json
import statistics
import time

import aiohttp
import pytest
from asgiref.sync import sync_to_async

from media.relay_records import create_relay
from media.tests.relays import dial, pair, show
from sessions.tests.live import ClosedError, Server, csr_caller, join
from sessions.tests.test_socket_rights import disable, sign_out, suspend_site
from supportsite.core.errors import AppError
from supportsite.protocol.relay import MAX_RELAY_PART_BYTES, MAX_RELAY_PICTURE_BYTES, read_part
from supportsite.protocol.socket import CloseCode

pytestmark = pytest.mark.django_db(transaction=True)
POINTER = {"type": "pointer", "grant": "g" * 22, "epoch": 1, "seq": 1, "x": 0.5, "y": 0.5}


async def test_pictures_and_messages_pass_both_ways_with_two_pictures_in_flight(server, live_site):
    async with show(server, live_site) as made, pair(made) as (viewer, source):
        await source.picture(1, key=True)
        await source.picture(2)
        assert [read_part(await viewer.frame()).number for _ in range(2)] == [1, 2]
        await source.send('state {"type":"heartbeat","at_ms":1,"echo_ms":null}')
        assert await viewer.frame() == 'state {"type":"heartbeat","at_ms":1,"echo_ms":null}'
        await viewer.send("ack 1")
        assert await source.frame() == "ack 1"
        await source.picture(3)
        assert read_part(await viewer.frame()).number == 3
        await viewer.send("key")
        assert await source.frame() == "key"


async def test_the_two_sides_may_be_at_different_processes(server, live_site):
    other = Server()
    await sync_to_async(other.start)()
    try:
        async with show(server, live_site) as made, pair(made, other) as (viewer, source):
            times = []
            for number in range(1, 101):
                began = time.perf_counter()
                await source.picture(number, 8000, key=number == 1)
                assert read_part(await viewer.frame()).number == number
                times.append((time.perf_counter() - began) * 1000)
                await viewer.send(f"ack {number}")
                await source.frame()
            assert statistics.median(times) < 50, "a relay may cost one picture's time at most"
    finally:
        await sync_to_async(other.kill)()


async def test_a_third_picture_in_flight_is_not_taken(server, live_site):
    async with show(server, live_site) as made, pair(made) as (viewer, source):
        for number in range(1, 23):
            await source.picture(number, key=True)
        assert await source.code() == CloseCode.BAD_FRAMES
        assert [read_part(await viewer.frame()).number for _ in range(2)] == [1, 2]
        with pytest.raises(ClosedError):
            await viewer.frame()


async def test_a_large_key_frame_goes_in_parts_and_a_larger_frame_is_refused(server, live_site):
    async with show(server, live_site) as made, pair(made) as (viewer, source):
        await source.picture(1, 3 * MAX_RELAY_PART_BYTES, key=True)
        parts = [read_part(await viewer.frame()) for _ in range(4)]
        assert [part.last for part in parts] == [False, False, False, True]
        assert sum(len(part.data) for part in parts) == 3 * MAX_RELAY_PART_BYTES
        with pytest.raises(ValueError, match="relay"):
            await source.picture(2, MAX_RELAY_PICTURE_BYTES + 1)
        await source.ws.send_bytes(b"\0" * (MAX_RELAY_PART_BYTES + 1))
        with pytest.raises(ClosedError):  # the web server itself takes no more than 1 MiB at once
            await source.frame()


async def test_input_passes_only_from_the_holder_of_control(server, live_site):
    async with show(server, live_site) as made, pair(made) as (viewer, source):
        await viewer.send("input " + json.dumps(POINTER))
        await viewer.send("key")
        assert await source.frame() == "key"
        await made.allow("screen.control.desktop")
        async with asyncio.timeout(5):
            while True:
                await viewer.send("input " + json.dumps(POINTER))
                await viewer.send("key")
                if (await source.frame()).startswith("input "):
                    break


async def test_clipboard_text_passes_only_from_the_holder_of_a_grant_of_its_direction(server, live_site):
    async with show(server, live_site) as made, pair(made) as (viewer, source):

        def said(grant, part):
            body = {"type": "clipboard_part", "grant": grant, "epoch": 1, "part": part, "parts": 2, "text": "secret"}
            return "state " + json.dumps(body)

        await made.allow("screen.control.desktop")
        reading = await made.allow("clipboard.to_csr")
        for grant in (reading, "g" * 22, made.grant):
            await viewer.send(said(grant, 0))
            assert json.loads(await viewer.frame())["code"] == "forbidden"
            await viewer.send(said(grant, 1))
        await viewer.send("key")
        assert await source.frame() == "key", "nothing of it passed"
        writing = await made.allow("clipboard.to_customer")
        for part in (0, 1):
            await viewer.send(said(writing, part))
            assert await source.frame() == said(writing, part)
        wanted = "state " + json.dumps({"type": "clipboard_read", "grant": reading, "epoch": 1})
        await viewer.send(wanted)
        assert await source.frame() == wanted


async def test_a_viewer_says_nothing_that_only_a_source_says(server, live_site):
    async with show(server, live_site) as made, pair(made) as (viewer, source):
        await viewer.send('state {"type":"driving","who":"nobody","participant":null}')
        assert json.loads(await viewer.frame())["code"] == "bad_frame"
        await viewer.send("key")
        assert await source.frame() == "key"


@pytest.mark.parametrize("frame", ["hello", "input {}", "ack 9", "ack -1", "ack x", "state 1", "x" * 70_000, "ready"])
async def test_a_bad_frame_is_answered_and_passes_nothing(server, live_site, frame):
    async with show(server, live_site) as made, pair(made) as (viewer, source):
        await viewer.send(frame)
        assert json.loads(await viewer.frame())["code"] == "bad_frame"
        await viewer.send("key")
        assert await source.frame() == "key"


async def test_only_a_source_sends_pictures_and_only_a_viewer_sends_input(server, live_site):
    async with show(server, live_site) as made, pair(made) as (viewer, source):
        await viewer.picture(1)
        assert json.loads(await viewer.frame())["code"] == "bad_frame"
        await source.send("input " + json.dumps(POINTER))
        assert json.loads(await source.frame())["code"] == "bad_frame"


async def test_a_flood_of_either_side_ends_the_relay(server, live_site):
    async with show(server, live_site) as made, pair(made) as (viewer, source):
        for _ in range(3000):  # nothing of it passes, so that a busy server too reads more than it allows in the time
            await viewer.send("input " + json.dumps(POINTER))
        assert await viewer.code(20) == CloseCode.BAD_FRAMES
        assert await source.code() == CloseCode.NOT_FOUND


async def test_a_viewer_that_is_silent_is_not_written_to_without_end(server, live_site):
    async with show(server, live_site) as made, pair(made) as (viewer, source):
        shape = {"type": "cursor_shape", "serial": 1, "hot_x": 0, "hot_y": 0, "width": 1, "height": 1}
        for _ in range(12):
            await source.send("state " + json.dumps({**shape, "png": "A" * 60_000}))
        assert await viewer.code() == CloseCode.TOO_SLOW
        assert await source.code() == CloseCode.NOT_FOUND


@pytest.mark.parametrize("stop", ["stop", "suspend", "leave", "end"])
async def test_after_a_stop_nothing_passes(server, live_site, stop):
    async with show(server, live_site) as made, pair(made) as (viewer, source):
        scene = made.people
        if stop == "stop":
            await scene.post(scene.customer, "stop/")
        elif stop == "suspend":
            await scene.post(made.manager, f"grants/{made.grant}/suspend/", {"cause": "connection_lost", "epoch": 2})
        elif stop == "leave":
            await scene.post(scene.csr, "leave/")
        else:
            await scene.post(scene.csr, "end/")
        await source.picture(1, key=True)
        with pytest.raises(ClosedError) as end:
            await viewer.frame()
        assert end.value.code in {CloseCode.FORBIDDEN, CloseCode.NOT_FOUND}
        assert await source.code() in {CloseCode.FORBIDDEN, CloseCode.NOT_FOUND}


@pytest.mark.parametrize("change", [disable, sign_out, suspend_site], ids=lambda one: one.__name__)
async def test_t9_a_login_that_ends_ends_the_relay(server, live_site, change):
    async with show(server, live_site) as made, pair(made) as (viewer, _source):
        await sync_to_async(change)(made.people)
        assert await viewer.code() in {CloseCode.UNAUTHENTICATED, CloseCode.FORBIDDEN, CloseCode.NOT_FOUND}


async def test_when_one_side_goes_the_other_is_told_and_nobody_comes_back(server, live_site):
    async with show(server, live_site) as made:
        async with pair(made) as (viewer, source):
            await source.ws.close()
            assert await viewer.code() == CloseCode.NOT_FOUND
        opened = await made.open()
        joined = await made.join(opened["id"])
        async with dial(server, live_site.host, joined, None) as source:
            await source.frame()
        await made.join(opened["id"], status=404)


async def test_t8_a_stolen_ticket_opens_nothing(server, live_site):
    """Used already; of another relay; at a session's socket; a session's ticket here; no origin, or a foreign one."""
    async with show(server, live_site) as made:
        scene, host = made.people, live_site.host
        first, second = await made.open(), await made.open()
        async with dial(server, host, first, scene.csr.origin) as line:
            assert json.loads(await line.frame())["type"] == "welcome"
            async with dial(server, host, first, scene.csr.origin) as again:
                assert await again.code() == CloseCode.UNAUTHENTICATED
        async with dial(server, host, {**second, "url": first["url"]}, scene.csr.origin) as line:
            assert await line.code() == CloseCode.UNAUTHENTICATED
        third = await made.open()
        async with dial(server, host, {**third, "url": f"/ws/session/{scene.id}/"}, scene.csr.origin) as line:
            assert await line.code() == CloseCode.UNAUTHENTICATED
        ticket = await scene.csr.ticket(scene.id)
        async with dial(server, host, {**third, "ticket": ticket["ticket"]}, scene.csr.origin) as line:
            assert await line.code() == CloseCode.UNAUTHENTICATED
        async with dial(server, host, third, None) as line:
            assert await line.code() == CloseCode.FORBIDDEN
        for origin in ("null", "http://evil.example", "http://other.testserver"):
            with pytest.raises(aiohttp.WSServerHandshakeError):
                async with dial(server, host, third, origin):
                    pass


async def test_nobody_opens_or_joins_a_relay_that_is_not_theirs(server, live_site, other_site):
    async with show(server, live_site) as made, show(server, live_site) as elsewhere:
        scene = made.people
        stranger = await join(server, live_site, scene.number, "Erik")
        await made.open(stranger, status=404)  # in the lobby
        assert (await made.open(scene.customer, status=403))["code"] == "forbidden"  # the owner
        await made.open(elsewhere.people.csr, status=404)
        code, _ = await scene.csr.call("POST", f"sessions/{scene.id}/relays/", {"grant": elsewhere.grant})
        assert code == 404
        opened = await made.open()
        for caller in (scene.csr, scene.customer, elsewhere.manager):
            await made.join(opened["id"], caller, status=404)
        path = f"sessions/{elsewhere.people.id}/relays/{opened['id']}/join/"
        assert (await elsewhere.manager.call("POST", path))[0] == 404
        foreign = await csr_caller(server, other_site, scene.member)
        await made.open(foreign, status=401)


async def test_no_relay_without_an_active_grant(server, live_site):
    async with show(server, live_site) as made:
        opened = await made.open()
        await made.people.post(made.people.customer, "stop/")
        assert (await made.open(status=409))["code"] == "grant_not_active"
        assert (await made.join(opened["id"], status=409))["code"] == "grant_not_active"
        async with dial(server, live_site.host, opened, made.people.csr.origin) as line:
            assert await line.code() == CloseCode.FORBIDDEN


async def test_a_viewer_has_two_relays_at_most(server, live_site):
    async with show(server, live_site) as made:
        await made.open()
        await made.open()
        assert (await made.open(status=429))["code"] == "rate_limited"


def test_a_site_has_as_many_relays_as_its_operator_allows(settings, site):
    settings.RELAYS_PER_SITE = 1
    create_relay(site_id=site.pk, session="s", grant="g", participant="p1", endpoint="e")
    with pytest.raises(AppError, match="rate_limited"):
        create_relay(site_id=site.pk, session="s", grant="g", participant="p2", endpoint="e")
