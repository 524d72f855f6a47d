"""Sockets against a real daphne: tickets, origins, bad frames, and who may stay."""

import json
import secrets

import pytest
from asgiref.sync import sync_to_async
from django.test import Client

from accounts.models import Role
from accounts.services import SYSTEM_ACTOR, change_access
from accounts.signals import access_changed
from accounts.tests.factories import MembershipFactory
from sessions.models import Endpoint
from sessions.tests.live import Caller, ClosedError, join, open_line, people
from supportsite.protocol.socket import CloseCode

pytestmark = pytest.mark.django_db(transaction=True)


async def test_t8_a_ticket_works_once(server, live_site):
    scene = await people(server, live_site)
    async with scene.csr.socket(scene.id) as first:
        assert await _hello(scene, first.ticket["ticket"]) == CloseCode.UNAUTHENTICATED


async def test_t8_a_ticket_opens_only_its_own_session_and_site(server, live_site, other_site):
    scene, second = await people(server, live_site), await people(server, live_site)
    ticket = await scene.csr.ticket(scene.id)
    assert await _hello(second, ticket["ticket"]) == CloseCode.UNAUTHENTICATED
    ticket = await scene.csr.ticket(scene.id)
    foreign = Caller(server, other_site.host)
    path = f"/ws/session/{scene.id}/"
    async with open_line(server, other_site.host, path, origin=foreign.origin) as line:
        await line.send({"type": "hello", "protocol": 1, "ticket": ticket["ticket"], "after": 0})
        assert await line.closed() == CloseCode.UNAUTHENTICATED


async def _hello(scene, ticket, *, after=0):
    path = f"/ws/session/{scene.id}/"
    async with open_line(scene.server, scene.site.host, path, origin=scene.csr.origin) as line:
        await line.send({"type": "hello", "protocol": 1, "ticket": ticket, "after": after})
        return await line.closed()


@pytest.mark.parametrize(
    "origin",
    [
        "null",
        "http://evil.example",
        "http://testserver",
        "https://testserver:{port}",
        "http://testserver:1",
        "http://other.testserver:{port}",
        "http://testserver.evil.example:{port}",
        "http://127.0.0.1:{port}",
        "http://testserver:{port}/",
        "HTTP://TESTSERVER:{port}",
        "file://",
        "",
    ],
)
async def test_t8_a_foreign_origin_gets_no_socket(server, live_site, origin):
    import aiohttp

    scene = await people(server, live_site)
    for path in (f"/ws/session/{scene.id}/", "/ws/console/"):
        with pytest.raises(aiohttp.WSServerHandshakeError):
            async with open_line(server, live_site.host, path, origin=origin.format(port=server.port)):
                pass


async def test_t8_only_a_support_manager_comes_without_an_origin(server, live_site):
    scene = await people(server, live_site)
    ticket = await scene.customer.ticket(scene.id)
    async with open_line(server, live_site.host, f"/ws/session/{scene.id}/", origin=None) as line:
        await line.send({"type": "hello", "protocol": 1, "ticket": ticket["ticket"], "after": 0})
        assert await line.closed() == CloseCode.FORBIDDEN
    manager, _, _ = await scene.attach()
    async with manager.socket(scene.id) as line:
        assert (await line.until("heartbeat", 3))["seq"] > 0


CONNECTION = {"connection": "c" * 22}
BAD_FRAMES = [
    "{",
    "[]",
    '"x"',
    "{}",
    "1e309",
    "[" * 10_000,
    '{"type":"unknown"}',
    '{"type":"websocket.disconnect"}',
    '{"type":"wake","session":"x","seq":1}',
    '{"type":"event","event":{}}',
    '{"type":"ack","seq":-1}',
    '{"type":"ack","seq":9007199254740994}',
    '{"type":"ack","seq":1.5}',
    '{"type":"ack","seq":"1"}',
    '{"type":"ack","seq":1,"granted":true}',
    '{"type":"hello","protocol":1,"ticket":"aaaaaaaaaaaaaaaa","after":0}',
    '{"type":"typing","audience":"everyone","audience":"csrs"}',
    '{"type":"typing","participant":"\\u0000aaaaaaaaaa"}',
    json.dumps(
        {"type": "signal", "to": "x" * 22, "data": {"kind": "offer", "connection": "c" * 22, "sdp": "x" * 50_000}}
    ),
    json.dumps({"type": "typing", "participant": "x" * 70_000}),
]


async def test_t10_bad_frames_are_answered_and_the_socket_lives_until_twenty(server, live_site):
    scene = await people(server, live_site)
    async with scene.customer.socket(scene.id) as line:
        for frame in BAD_FRAMES[:19]:
            await line.send(frame)
            assert (await line.until("error"))["code"] in {"bad_frame", "too_large"}, frame
        await scene.say(scene.csr, "still here")
        await line.until("chat.sent")
        await line.send(BAD_FRAMES[19])
        assert await line.closed() == CloseCode.BAD_FRAMES


async def test_binary_frames_and_floods_are_refused(server, live_site):
    scene = await people(server, live_site)
    async with scene.customer.socket(scene.id) as line:
        await line.ws.send_bytes(b"\x00\xff")
        assert (await line.until("error"))["code"] == "bad_frame"
    async with scene.customer.socket(scene.id) as line:
        for _ in range(400):
            await line.send({"type": "typing"})
        assert await line.closed() == CloseCode.BAD_FRAMES


async def test_t32_a_socket_that_says_nothing_right_first_is_closed(server, live_site):
    scene = await people(server, live_site)
    path = f"/ws/session/{scene.id}/"
    for frame in ('{"type":"ack","seq":0}', "{", '{"type":"hello","protocol":1,"ticket":"' + "a" * 43 + '","after":0}'):
        async with open_line(server, live_site.host, path, origin=scene.csr.origin) as line:
            await line.send(frame)
            assert await line.closed() == CloseCode.UNAUTHENTICATED
    async with open_line(server, live_site.host, path, origin=scene.csr.origin) as line:
        assert await line.closed(15) == CloseCode.UNAUTHENTICATED


async def test_a_newer_socket_of_an_endpoint_replaces_the_older(server, live_site):
    scene = await people(server, live_site)
    async with scene.customer.socket(scene.id) as old, scene.customer.socket(scene.id) as new:
        assert await old.closed(4) == CloseCode.REPLACED
        await scene.say(scene.csr, "to the new one")
        await new.until("chat.sent")
        endpoint = await Endpoint.objects.aget(public_id=new.ticket["endpoint"])
        assert endpoint.connected


def disable(scene):
    MembershipFactory(site=scene.site, role=Role.ADMIN)
    change_access(scene.member, actor=SYSTEM_ACTOR, active=False)


def sign_out(scene):
    client = Client(headers={"host": scene.site.host})
    client.cookies["sessionid"] = scene.csr.cookies["sessionid"]
    assert client.post("/auth/logout/").status_code == 302


def set_password(scene):
    scene.member.user.set_password("another password of hers")
    scene.member.user.save()
    access_changed.send(None, site_id=scene.site.pk, user_id=scene.member.user_id)


def suspend_site(scene):
    type(scene.site).objects.filter(pk=scene.site.pk).update(active=False)
    access_changed.send(None, site_id=scene.site.pk, user_id=None)


@pytest.mark.parametrize("event", [disable, sign_out, set_password, suspend_site])
async def test_t9_a_csr_whose_access_ends_loses_every_socket_within_two_seconds(server, live_site, event):
    scene = await people(server, live_site)
    async with scene.csr.socket(scene.id) as session_line, scene.csr.socket(None) as console_line:
        await sync_to_async(event)(scene)
        assert await session_line.closed(2.5) == CloseCode.UNAUTHENTICATED
        assert await console_line.closed(2.5) == CloseCode.UNAUTHENTICATED
    status, _ = await scene.csr.call("GET", f"sessions/{scene.id}/")
    assert status in {401, 404}


async def test_signalling_passes_only_between_the_source_of_a_grant_and_a_csr(server, live_site):
    scene = await people(server, live_site)
    async with scene.csr.socket(scene.id) as csr, scene.customer.socket(scene.id) as customer:
        await csr.until("endpoint.connected")
        source, viewer = customer.ticket["endpoint"], csr.ticket["endpoint"]
        data = {**CONNECTION, "kind": "view_request", "grant": "g" * 22}
        ask = {"type": "signal", "to": source, "data": data}
        await csr.send(ask)
        assert (await csr.until("error"))["code"] == "grant_not_active"
        request = await scene.post(scene.csr, "requests/", {"capability": "screen.view.desktop"})
        grant = await scene.post(scene.customer, f"requests/{request['id']}/grant/")
        data["grant"] = grant["id"]
        await csr.send(ask)
        heard = await customer.until("signal")
        assert (heard["sender"], heard["data"]["grant"]) == (viewer, grant["id"])
        offer = {"kind": "offer", "connection": "c" * 22, "sdp": "v=0\r\na=fingerprint:md5 AB\r\n"}
        await customer.send({"type": "signal", "to": viewer, "data": offer})
        assert (await customer.until("error"))["code"] == "grant_not_active"
        offer["sdp"] = "v=0\r\na=fingerprint:sha-256 AB:CD\r\n"
        await customer.send({"type": "signal", "to": viewer, "data": offer})
        assert (await csr.until("signal"))["data"]["kind"] == "offer"
        await scene.post(scene.customer, f"grants/{grant['id']}/stop/")
        await csr.send(ask)
        assert (await csr.until("error"))["code"] == "grant_not_active"
        await customer.send({"type": "signal", "to": viewer, "data": {"kind": "hang_up", "connection": "c" * 22}})
        assert (await csr.until("signal"))["data"]["kind"] == "hang_up"


async def test_t9_a_refused_participant_loses_the_socket(server, live_site):
    scene = await people(server, live_site)
    stranger = await join(server, live_site, scene.number, "Stranger")
    async with stranger.socket(scene.id) as line:
        _, snapshot = await scene.csr.call("GET", f"sessions/{scene.id}/")
        waiting = next(person for person in snapshot["participants"] if person["state"] == "lobby")
        await scene.say(scene.csr, "not for the lobby")
        await scene.post(scene.csr, f"participants/{waiting['id']}/refuse/")
        assert await line.closed() in {CloseCode.FORBIDDEN, CloseCode.REPLACED}
        assert "not for the lobby" not in json.dumps(line.events)


async def test_an_unknown_session_or_host_gets_no_socket(server, live_site):
    scene = await people(server, live_site)
    status, answer = await scene.csr.call("POST", "socket-tickets/", {"session": secrets.token_urlsafe(16)})
    assert (status, answer["code"]) == (404, "not_found")
    with pytest.raises((ClosedError, Exception)):
        async with open_line(server, "unknown.example", f"/ws/session/{scene.id}/", origin=None):
            pass
