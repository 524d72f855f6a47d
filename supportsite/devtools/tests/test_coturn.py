"""The embedded coturn: it relays by UDP, TCP and TLS, and to nowhere that it should not reach."""

import asyncio
import base64
import hmac
import secrets
import shutil
import ssl
import subprocess
import time
from urllib.parse import urlsplit

import pytest
from aioice.stun import TransactionFailed
from aioice.turn import create_turn_endpoint

from supportsite.devtools import servers
from supportsite.devtools.paths import Paths

pytestmark = pytest.mark.skipif(shutil.which("turnserver") is None, reason="coturn is not installed")


@pytest.fixture(scope="module")
def relay(tmp_path_factory):
    """Run coturn as `dev.py up` does; return its settings."""
    made = servers.coturn(Paths(tmp_path_factory.mktemp("c")).make())
    assert made is not None
    service, settings = made
    process = service.start()
    try:
        until = time.monotonic() + 20
        while not service.ready():
            assert process.poll() is None, service.log.read_text()
            assert time.monotonic() < until, service.log.read_text()
            time.sleep(0.05)
        yield settings
    finally:
        process.terminate()
        process.wait(10)


class Box(asyncio.DatagramProtocol):
    """Keeps what arrives, until it is closed."""

    def __init__(self):
        self.arrived, self.closed = asyncio.Queue(), asyncio.Event()

    def connection_lost(self, error):
        self.closed.set()

    def datagram_received(self, data, address):
        self.arrived.put_nowait((data, address))


def place_of(settings, scheme, transport):
    """Return the port of the one address of this kind."""
    (url,) = [url for url in settings["TURN_URL"].split(",") if url.startswith(f"{scheme}:") and transport in url]
    return urlsplit(url.replace(":", "://", 1)).port


async def send_through(settings, scheme, transport, *, secret=None):
    """Send a datagram to a peer on loopback through the relay and one back; return both as they arrived."""
    name = f"{int(time.time()) + 600}:test"
    password = base64.b64encode(hmac.new((secret or settings["TURN_SECRET"]).encode(), name.encode(), "sha1").digest())
    trust = ssl.create_default_context(cafile=settings["TURN_CERTIFICATE"]) if scheme == "turns" else None
    relayed, box = await create_turn_endpoint(
        Box,
        ("127.0.0.1", place_of(settings, scheme, transport)),
        name,
        password.decode(),
        ssl=trust,
        transport=transport,
    )
    port, peer = await asyncio.get_running_loop().create_datagram_endpoint(Box, local_addr=("127.0.0.1", 0))
    try:
        relayed.sendto(b"there", port.get_extra_info("sockname"))
        there, relay_address = await asyncio.wait_for(peer.arrived.get(), 10)
        port.sendto(b"back", relay_address)
        return there, (await asyncio.wait_for(box.arrived.get(), 10))[0]
    finally:
        relayed.close()
        port.close()
        # Closing takes a message to the relay and, over TLS, one back; the loop may not end before.
        for end in (box, peer):
            await asyncio.wait_for(end.closed.wait(), 10)
        await asyncio.gather(*(asyncio.all_tasks() - {asyncio.current_task()}), return_exceptions=True)


@pytest.mark.parametrize(("scheme", "transport"), [("turn", "udp"), ("turn", "tcp"), ("turns", "tcp")])
def test_it_relays_by_udp_tcp_and_tls(relay, scheme, transport):
    assert asyncio.run(send_through(relay, scheme, transport)) == (b"there", b"back")


def test_a_wrong_secret_relays_nothing(relay):
    with pytest.raises(TransactionFailed):
        asyncio.run(send_through(relay, "turn", "udp", secret="wrong"))


@pytest.mark.parametrize(
    "peer",
    [
        "0.0.0.1",
        "10.0.0.1",
        "100.64.0.1",
        "169.254.169.254",
        "172.16.0.1",
        "172.31.255.254",
        "192.0.0.1",
        "192.0.2.1",
        "192.88.99.1",
        "192.168.1.1",
        "198.18.0.1",
        "198.51.100.1",
        "203.0.113.1",
        "224.0.0.1",
        "239.255.255.255",
        "240.0.0.1",
        "255.255.255.255",
    ],
)
def test_t7_it_reaches_no_inner_or_special_network(relay, peer):
    # An allocation that was refused counts for ten minutes: a user for each, so that no quota answers instead.
    command = ["turnutils_uclient", "-W", relay["TURN_SECRET"], "-u", secrets.token_hex(4), "-n", "1", "-c"]
    command += ["-p", str(place_of(relay, "turn", "udp")), "-e", peer, "127.0.0.1"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode != 0, done.stdout
    assert "403" in done.stdout + done.stderr
