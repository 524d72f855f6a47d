"""A real daphne against the test database, and clients that speak to it as browsers and Support Managers do."""

import asyncio
import base64
import json
import os
import secrets
import select
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import aiohttp
from asgiref.sync import sync_to_async
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.conf import settings
from django.db import connection
from django.test import Client

from accounts.tests.factories import MembershipFactory, SessionTypeFactory
from supportsite.protocol import PROTOCOL_VERSION

ROOT = Path(__file__).resolve().parents[2]
START_SECONDS = 30

SOCKETS_PER_ADDRESS, SOCKETS_PER_PERSON = 40, 50


class Server:
    """A daphne process on a free loopback port; it can be killed and started again on the same one."""

    def __init__(self) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port: int = probe.getsockname()[1]
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        command = [sys.executable, "-m", "daphne", "-b", "127.0.0.1", "-p", str(self.port), "-v", "0"]
        self.process = subprocess.Popen(
            [*command, "supportsite.asgi:application"], cwd=ROOT, env=self._environment(), stdout=subprocess.DEVNULL
        )
        deadline = time.monotonic() + START_SECONDS
        while not self._answers():
            assert self.process.poll() is None, "daphne ended at its start"
            assert time.monotonic() < deadline, "daphne did not start"
            select_nothing(0.05)

    def kill(self, number: int = signal.SIGKILL) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(number)
            self.process.wait(20)

    def _answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/livez", timeout=1) as answer:
                return bool(answer.status == 200)
        except (urllib.error.URLError, OSError):
            return False

    def _environment(self) -> dict[str, str]:
        row = connection.settings_dict
        host = row["HOST"]
        return {
            **os.environ,
            "DATABASE_URL": f"postgres://{row['USER']}@/{row['NAME']}?host={host}",
            "DATABASE_POOL": "8",
            "REDIS_URL": settings.REDIS_URL,
            "REDIS_PREFIX": settings.REDIS_PREFIX,
            "PUBLIC_SCHEME": "http",
            "PUBLIC_PORT": str(self.port),
            "SECRET_KEY": settings.SECRET_KEY,
            "SOCKETS_PER_ADDRESS": str(SOCKETS_PER_ADDRESS),
            "SOCKETS_PER_PERSON": str(SOCKETS_PER_PERSON),
            "LOG_LEVEL": "ERROR",
        }


def web() -> aiohttp.ClientSession:
    """A client that keeps no cookies of its own."""
    return aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar())


def select_nothing(seconds: float) -> None:
    """Let a process make progress while polling it."""
    select.select([], [], [], seconds)


class Caller:
    """Somebody who speaks HTTP and sockets with one identity on one host."""

    def __init__(self, server: Server, host: str, *, cookies: dict[str, str] | None = None, bearer: str = "") -> None:
        self.server, self.host = server, host
        self.csrf = secrets.token_hex(16)
        self.cookies = {"csrftoken": self.csrf, **(cookies or {})}
        self.bearer = bearer

    @property
    def origin(self) -> str:
        return f"http://{self.host}:{self.server.port}"

    def headers(self) -> dict[str, str]:
        headers = {"Host": f"{self.host}:{self.server.port}"}
        if self.bearer:
            headers["Authorization"] = f"Bearer {self.bearer}"
        else:
            headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
            headers |= {"X-CSRFToken": self.csrf, "Origin": self.origin}
        return headers

    async def call(self, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        url = f"http://127.0.0.1:{self.server.port}/api/v1/{path}"
        async with web() as http, http.request(method, url, json=body, headers=self.headers()) as answer:
            text = await answer.text()
            if "participant" in answer.cookies:
                self.cookies["participant"] = answer.cookies["participant"].value
            return answer.status, json.loads(text) if text else None

    async def ticket(self, session: str | None, endpoint: str | None = None) -> dict[str, Any]:
        body = {"session": session, **({"endpoint": endpoint} if endpoint else {})}
        status, answer = await self.call("POST", "socket-tickets/", body)
        assert status == 201, answer
        return dict(answer)

    @asynccontextmanager
    async def socket(
        self, session: str | None, *, after: int = 0, endpoint: str | None = None, hello: bool = True
    ) -> AsyncIterator["Line"]:
        ticket = await self.ticket(session, endpoint)
        origin = None if self.bearer else self.origin
        async with open_line(self.server, self.host, urlsplit(ticket["url"]).path, origin=origin) as line:
            line.ticket = ticket
            if hello:
                await line.hello(ticket["ticket"], after=after)
            yield line


@asynccontextmanager
async def open_line(
    server: Server, host: str, path: str, *, origin: str | None, headers: dict[str, str] | None = None
) -> AsyncIterator["Line"]:
    url = urlunsplit(("http", f"127.0.0.1:{server.port}", path, "", ""))
    extra = {"Host": f"{host}:{server.port}", **({"Origin": origin} if origin is not None else {}), **(headers or {})}
    async with web() as http, http.ws_connect(url, headers=extra, max_msg_size=0) as ws:
        yield Line(ws)


class Line:
    """A client's end of a socket."""

    def __init__(self, ws: aiohttp.ClientWebSocketResponse) -> None:
        self.ws = ws
        self.events: list[dict[str, Any]] = []
        self.ticket: dict[str, Any] = {}

    async def hello(self, ticket: str, *, after: int = 0) -> dict[str, Any]:
        await self.send({"type": "hello", "protocol": PROTOCOL_VERSION, "ticket": ticket, "after": after})
        return await self.until("welcome")

    async def send(self, frame: Any) -> None:
        await self.ws.send_str(frame if isinstance(frame, str) else json.dumps(frame))

    async def next(self, within: float = 10) -> dict[str, Any]:
        """Return the next frame; events are kept too. A closed socket raises ClosedError."""
        message = await self.ws.receive(within)
        if message.type is not aiohttp.WSMsgType.TEXT:
            raise ClosedError(self.ws.close_code)
        frame = dict(json.loads(message.data))
        if frame["type"] == "event":
            self.events.append(frame["event"])
        return frame

    async def until(self, kind: str, within: float = 10) -> dict[str, Any]:
        """Read on until a frame of this type, or an event of this type, and return it."""
        async with asyncio.timeout(within):
            while True:
                frame = await self.next(within)
                if frame["type"] == kind:
                    return frame
                if frame["type"] == "event" and frame["event"]["type"] == kind:
                    return dict(frame["event"])

    async def closed(self, within: float = 10) -> int | None:
        """Read until the socket closes and return the code."""
        try:
            async with asyncio.timeout(within):
                while True:
                    await self.next(within)
        except ClosedError as end:
            return end.code


class ClosedError(Exception):
    """The socket closed."""

    def __init__(self, code: int | None) -> None:
        super().__init__(code)
        self.code = code


def _login(user: Any) -> str:
    client = Client()
    client.force_login(user)
    return str(client.cookies[settings.SESSION_COOKIE_NAME].value)


async def csr_caller(server: Server, site: Any, membership: Any) -> Caller:
    """A signed-in CSR."""
    key = await sync_to_async(_login)(membership.user)
    return Caller(server, site.host, cookies={"sessionid": key})


@dataclass
class People:
    """A session with a CSR and a customer in it, made through the API alone."""

    server: Server
    site: Any
    member: Any
    csr: Caller
    customer: Caller
    id: str
    number: str

    async def say(self, who: Caller, text: str, **fields: Any) -> dict[str, Any]:
        body = {"text": text, "audience": "everyone", "client_id": secrets.token_urlsafe(12), **fields}
        status, message = await who.call("POST", f"sessions/{self.id}/messages/", body)
        assert status == 201, message
        return dict(message)

    async def post(self, who: Caller, path: str, body: Any = None) -> Any:
        status, answer = await who.call("POST", f"sessions/{self.id}/{path}", body or {})
        assert status < 300, answer
        return answer

    async def attach(self) -> tuple[Caller, Ed25519PrivateKey, dict[str, Any]]:
        """A Support Manager of the customer."""
        code = (await self.post(self.customer, "attach-codes/", {"purpose": "support_manager"}))["code"]
        key = Ed25519PrivateKey.generate()
        public = base64.b64encode(key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)).decode()
        body = {"code": code, "public_key": public, "label": "Linux"}
        status, answer = await Caller(self.server, self.site.host).call("POST", "agent/attach/", body)
        assert status == 201, answer
        return Caller(self.server, self.site.host, bearer=answer["token"]), key, answer


async def people(server: Server, site: Any) -> People:
    member = await sync_to_async(MembershipFactory)(site=site)
    kind = await sync_to_async(SessionTypeFactory)(site=site)
    csr = await csr_caller(server, site, member)
    status, session = await csr.call("POST", "sessions/", {"session_type": kind.public_id})
    assert status == 201, session
    customer = await join(server, site, session["number"])
    return People(server, site, member, csr, customer, session["id"], session["number"])


async def join(server: Server, site: Any, number: str, name: str = "Hannah") -> Caller:
    customer = Caller(server, site.host)
    status, answer = await customer.call("POST", "join/", {"number": number, "name": name})
    assert status == 201, answer
    return customer
