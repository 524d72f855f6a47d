"""A relay as a viewer's page and a Support Manager use it, against a real daphne."""

import base64
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import aiohttp

from sessions.tests.live import Caller, ClosedError, Line, People, open_line, people
from supportsite.protocol import PROTOCOL_VERSION
from supportsite.protocol.base import Capability
from supportsite.protocol.grants import grant_statement
from supportsite.protocol.objects import Scope
from supportsite.protocol.relay import split_picture


@dataclass
class Show:
    """A session whose customer shows the desktop to the CSR by a Support Manager."""

    people: People
    manager: Caller
    key: Any
    endpoint: str
    grant: str
    epoch: int = 1

    async def allow(self, capability: str) -> str:
        """Ask for a capability and grant it, signed; return the grant's id."""
        people = self.people
        request = await people.post(people.csr, "requests/", {"capability": capability})
        statement = grant_statement(
            session=people.id,
            request=request["id"],
            capability=Capability(capability),
            scope=Scope(),
            holder=request["operator"],
            epoch=self.epoch,
        )
        body = {"epoch": self.epoch, "scope": {}, "signature": base64.b64encode(self.key.sign(statement)).decode()}
        self.epoch += 1
        return str((await people.post(self.manager, f"requests/{request['id']}/grant/", body))["id"])

    async def open(self, caller: Caller | None = None, *, status: int = 201) -> dict[str, Any]:
        """Open a relay as the CSR (or another caller)."""
        path = f"sessions/{self.people.id}/relays/"
        code, answer = await (caller or self.people.csr).call("POST", path, {"grant": self.grant})
        assert code == status, answer
        return dict(answer)

    async def join(self, relay: str, caller: Caller | None = None, *, status: int = 201) -> dict[str, Any]:
        """Join it as the Support Manager (or another caller)."""
        path = f"sessions/{self.people.id}/relays/{relay}/join/"
        code, answer = await (caller or self.manager).call("POST", path)
        assert code == status, answer
        return dict(answer)


@asynccontextmanager
async def show(server: Any, site: Any) -> AsyncIterator[Show]:
    """Everybody connected, and the desktop shown."""
    scene = await people(server, site)
    manager, key, attached = await scene.attach()
    async with scene.csr.socket(scene.id), scene.customer.socket(scene.id), manager.socket(scene.id):
        made = Show(scene, manager, key, attached["endpoint"], "")
        made.grant = await made.allow("screen.view.desktop")
        yield made


class End(Line):
    """One side's end of a relay."""

    async def frame(self, within: float = 5) -> str | bytes:
        """Return the next frame; ClosedError where there is none any more."""
        message = await self.ws.receive(within)
        if message.type not in (aiohttp.WSMsgType.TEXT, aiohttp.WSMsgType.BINARY):
            raise ClosedError(self.ws.close_code)
        return message.data  # type: ignore[no-any-return]

    async def code(self, within: float = 5) -> int | None:
        """Read until the end and return its code."""
        try:
            while True:
                await self.frame(within)
        except ClosedError as end:
            return end.code

    async def picture(self, number: int, size: int = 1000, *, key: bool = False) -> None:
        """Send a picture as a source."""
        for part in split_picture(number=number, key=key, pts=number * 1500, data=bytes([number % 256]) * size):
            await self.ws.send_bytes(part)


@asynccontextmanager
async def dial(server: Any, host: str, info: dict[str, Any], origin: str | None) -> AsyncIterator[End]:
    """Open a relay's socket and say hello."""
    async with open_line(server, host, urlsplit(info["url"]).path, origin=origin) as line:
        end = End(line.ws)
        hello = {"type": "hello", "protocol": PROTOCOL_VERSION, "ticket": info["ticket"], "after": 0}
        await end.send(json.dumps(hello))
        yield end


@asynccontextmanager
async def pair(made: Show, server: Any | None = None) -> AsyncIterator[tuple[End, End]]:
    """Both ends of a relay, ready: (viewer, source). `server` may be another process for the source."""
    scene = made.people
    opened = await made.open()
    joined = await made.join(opened["id"])
    host = scene.site.host
    async with (
        dial(scene.server, host, opened, scene.csr.origin) as viewer,
        dial(server or scene.server, host, joined, None) as source,
    ):
        for end in (viewer, source):
            assert json.loads(await end.frame())["type"] == "welcome"
            assert await end.frame() == "ready"
        yield viewer, source
