"""A real coturn on loopback: UDP and TCP on one port, TLS on another, with a certificate of its own."""

import base64
import hmac
import secrets
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha1
from pathlib import Path
from typing import Any

SECRET = "only-for-tests"
START_SECONDS = 10


def free_port() -> int:
    """Return a port that is free at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class TurnServer:
    """A running coturn."""

    port: int
    tls_port: int
    certificate: Path
    process: "subprocess.Popen[bytes]"

    def url(self, transport: str) -> str:
        """Return its address by "udp", "tcp" or "tls"."""
        if transport == "tls":
            return f"turns:localhost:{self.tls_port}?transport=tcp"
        return f"turn:127.0.0.1:{self.port}?transport={transport}"

    def server(self, *urls: str) -> dict[str, Any]:
        """Return an ICE server with credentials as the site makes them."""
        username = f"{int(time.time()) + 600}:tester"
        digest = hmac.new(SECRET.encode(), username.encode(), sha1).digest()
        return {"urls": list(urls), "username": username, "credential": base64.b64encode(digest).decode()}


@contextmanager
def turn_server(folder: Path) -> Iterator[TurnServer]:
    """Run coturn."""
    program = shutil.which("turnserver")
    assert program, "coturn is not installed"
    key, certificate = folder / "key.pem", folder / "certificate.pem"
    made = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    made += ["-days", "2", "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"]
    subprocess.run([*made, "-keyout", str(key), "-out", str(certificate)], check=True, capture_output=True)
    port, tls_port = free_port(), free_port()
    config = folder / "turnserver.conf"
    config.write_text(
        f"listening-port={port}\ntls-listening-port={tls_port}\nlistening-ip=127.0.0.1\nrelay-ip=127.0.0.1\n"
        f"use-auth-secret\nstatic-auth-secret={SECRET}\nrealm=test\nallow-loopback-peers\nno-cli\nno-dtls\n"
        f"cert={certificate}\npkey={key}\nuserdb={folder}/turn.db\npidfile={folder}/turn.pid\n"
        "log-file=stdout\nsimple-log\n"
    )
    with (folder / "turnserver.log").open("wb") as log:
        process = subprocess.Popen([program, "-c", str(config)], stdout=log, stderr=subprocess.STDOUT)
    try:
        _await(process, port, tls_port)
        yield TurnServer(port, tls_port, certificate, process)
    finally:
        process.kill()
        process.wait(10)


def _await(process: "subprocess.Popen[bytes]", *ports: int) -> None:
    deadline = time.monotonic() + START_SECONDS
    for port in ports:
        while True:
            assert process.poll() is None, "coturn ended"
            assert time.monotonic() < deadline, "coturn does not answer"
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.05)
    # TCP is listened to first: a datagram that came too early would be sent again after half a second.
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.settimeout(0.05)
        while not _answers_stun(probe, ports[0]):
            assert time.monotonic() < deadline, "coturn does not answer by UDP"


def _answers_stun(probe: socket.socket, port: int) -> bool:
    """Ask for a binding (RFC 8489) and tell whether an answer came."""
    try:
        probe.sendto(bytes.fromhex("000100002112a442") + secrets.token_bytes(12), ("127.0.0.1", port))
        return bool(probe.recv(1500))
    except (TimeoutError, ConnectionRefusedError):
        return False
