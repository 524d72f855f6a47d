"""The Support Manager finds the TURN address that its network lets through, against a real coturn, and uses it."""

import asyncio
import socket

import pytest
from aiortc import RTCConfiguration, RTCPeerConnection, RTCSessionDescription
from aiortc.rtcicetransport import RTCIceTransport

from customer_agent.errors import AgentError
from customer_agent.ice import IceServers, choose, list_turn
from customer_agent.media.peers import ice_servers_of
from customer_agent.tests.turnserver import free_port, turn_server


@pytest.fixture(scope="module")
def coturn(tmp_path_factory):
    with turn_server(tmp_path_factory.mktemp("coturn")) as running:
        yield running


@pytest.fixture
def trusted(coturn, monkeypatch):
    """Trust the test's own certificate as a public one."""
    monkeypatch.setenv("SSL_CERT_FILE", str(coturn.certificate))


@pytest.fixture
def silent():
    """A UDP port that answers nothing, as behind a firewall."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as deaf:
        deaf.bind(("127.0.0.1", 0))
        yield f"turn:127.0.0.1:{deaf.getsockname()[1]}?transport=udp"


def urls(servers):
    return [url for server in servers for url in server["urls"]]


async def test_udp_is_best_where_it_works(coturn, trusted):
    given = [coturn.url(name) for name in ("tls", "tcp", "udp")]
    assert urls(await choose([coturn.server(*given)])) == [coturn.url("udp")]


async def test_tcp_is_taken_where_udp_is_not_answered(coturn, trusted, silent):
    given = [silent, coturn.url("tcp"), coturn.url("tls")]
    assert urls(await choose([coturn.server(*given)])) == [coturn.url("tcp")]


async def test_tls_is_taken_where_nothing_else_gets_through(coturn, trusted, silent):
    given = [silent, f"turn:127.0.0.1:{free_port()}?transport=tcp", coturn.url("tls")]
    assert urls(await choose([coturn.server(*given)])) == [coturn.url("tls")]


async def test_an_unknown_certificate_wrong_credentials_and_silence_are_no_way(coturn, silent):
    wrong = {**coturn.server(coturn.url("udp")), "credential": "wrong"}
    stun = {"urls": "stun:127.0.0.1:9"}
    assert urls(await choose([stun, wrong, coturn.server(coturn.url("tls"), silent)])) == ["stun:127.0.0.1:9"]


@pytest.mark.parametrize("transport", ["udp", "tcp", "tls"])
async def test_a_connection_goes_through_the_chosen_address(coturn, trusted, transport):
    """Only relayed candidates are exchanged, so a message that arrives came through coturn."""
    servers = await choose([coturn.server(coturn.url(transport))])
    assert urls(servers) == [coturn.url(transport)]
    ours = RTCPeerConnection(RTCConfiguration(iceServers=ice_servers_of(servers)))
    theirs = RTCPeerConnection(RTCConfiguration(iceServers=[]))
    channel = ours.createDataChannel("input")
    heard = asyncio.get_running_loop().create_future()
    theirs.on("datachannel", lambda made: made.on("message", heard.set_result))
    channel.on("open", lambda: channel.send("through coturn"))
    await ours.setLocalDescription(await ours.createOffer())
    lines = ours.localDescription.sdp.splitlines()
    relayed = [line for line in lines if not line.startswith("a=candidate") or " typ relay" in line]
    assert any(" typ relay" in line for line in relayed)
    await theirs.setRemoteDescription(RTCSessionDescription("\r\n".join(relayed) + "\r\n", "offer"))
    await theirs.setLocalDescription(await theirs.createAnswer())
    await ours.setRemoteDescription(theirs.localDescription)
    async with asyncio.timeout(15):
        assert await heard == "through coturn"
    assert isinstance(ours.sctp.transport.transport, RTCIceTransport)
    await asyncio.gather(ours.close(), theirs.close())


def test_what_is_no_turn_address_is_left_out():
    server = {"urls": ["turn:a", "turns:b", "turns:c?transport=udp", "stun:d", "x", "turn:e?transport=tcp"]}
    assert [(kind, one["urls"]) for kind, one in list_turn([server])] == [
        ("udp", ["turn:a"]),
        ("tcp", ["turn:e?transport=tcp"]),
        ("tls", ["turns:b"]),
    ]


async def test_servers_are_fetched_once_until_the_network_changes_or_the_site_did_not_answer():
    calls = []

    async def fetch():
        calls.append(1)
        if len(calls) == 1:
            raise AgentError("unreachable")
        return [{"urls": "stun:127.0.0.1:9"}]

    ice = IceServers(fetch)
    with pytest.raises(AgentError):
        await ice.get()
    ice.prepare()
    assert await ice.get() == await ice.get()
    assert len(calls) == 2
    ice.forget()
    await ice.get()
    assert len(calls) == 3


async def test_what_is_old_is_looked_at_again_without_making_anybody_wait(monkeypatch):
    answers = [[{"urls": "stun:127.0.0.1:1"}], [{"urls": "stun:127.0.0.1:2"}]]
    now = [1000.0]
    monkeypatch.setattr("customer_agent.clock.now", lambda: now[0])

    async def fetch():
        return answers.pop(0)

    ice = IceServers(fetch)
    assert urls(await ice.get()) == ["stun:127.0.0.1:1"]
    now[0] += 11
    assert urls(await ice.get()) == ["stun:127.0.0.1:1"]
    for _ in range(100):
        await asyncio.sleep(0)
    assert urls(await ice.get()) == ["stun:127.0.0.1:2"]
    assert not answers
