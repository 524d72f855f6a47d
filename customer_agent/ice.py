"""The ways out for peer connections: fetched at Allow, with the one TURN address that this network lets through.

aioice takes one TURN server and waits five seconds for one that does not answer. So each address is tried beforehand,
all at once, by a real allocation: UDP is best, then TCP, then TLS.
"""

import asyncio
import logging
from collections.abc import Callable, Coroutine
from typing import Any

import aioice.stun
from aioice.turn import create_turn_endpoint
from aiortc.rtcicetransport import parse_stun_turn_uri

from customer_agent import clock
from customer_agent.errors import AgentError

FRESH_SECONDS = 240.0  # of the ten minutes that credentials live
RECHECK_SECONDS = 10.0
PROBE_SECONDS = 3.0
# For a better address to answer when a worse one has: longer than 0.5 s, after which a lost STUN packet is sent again.
BETTER_SECONDS = 0.8
PREFERENCE = ("udp", "tcp", "tls")

log = logging.getLogger(__name__)

Servers = list[dict[str, Any]]


def list_turn(servers: Servers) -> list[tuple[str, dict[str, Any]]]:
    """Return the TURN addresses as (transport, server with that one address), best first; bad ones are left out."""
    found = []
    for server in servers:
        urls = server.get("urls", [])
        for url in [urls] if isinstance(urls, str) else urls:
            try:
                parsed = parse_stun_turn_uri(str(url))
            except ValueError:
                continue
            if parsed["scheme"] in ("turn", "turns"):
                transport = "tls" if parsed["scheme"] == "turns" else parsed["transport"]
                if (parsed["scheme"], parsed["transport"]) != ("turns", "udp"):
                    found.append((transport, {**server, "urls": [str(url)]}))
    return sorted(found, key=lambda item: PREFERENCE.index(item[0]))


def list_stun(servers: Servers) -> Servers:
    """Return the STUN servers."""
    found = []
    for server in servers:
        urls = server.get("urls", [])
        kept = [str(url) for url in ([urls] if isinstance(urls, str) else urls) if str(url).startswith("stun")]
        if kept:
            found.append({**server, "urls": kept})
    return found


async def probe(server: dict[str, Any]) -> bool:
    """Tell whether a relay can be allocated at a server's only address now."""
    parsed = parse_stun_turn_uri(server["urls"][0])
    try:
        async with asyncio.timeout(PROBE_SECONDS):
            transport, _protocol = await create_turn_endpoint(
                asyncio.DatagramProtocol,
                server_addr=(parsed["host"], parsed["port"]),
                username=server.get("username"),
                password=server.get("credential"),
                ssl=parsed["scheme"] == "turns" or None,
                transport=parsed["transport"],
            )
    except (OSError, TimeoutError, aioice.stun.TransactionError, ValueError):
        return False
    transport.close()
    return True


async def choose(servers: Servers) -> Servers:
    """Return the servers with the best TURN address that answers, or with none."""
    candidates = list_turn(servers)
    tasks = [asyncio.create_task(probe(server)) for _, server in candidates]
    try:
        best = await _first_good(tasks)
    finally:
        for task in tasks:
            task.cancel()
    if best is None:
        return list_stun(servers)
    log.info("TURN by %s", candidates[best][0])
    return [*list_stun(servers), candidates[best][1]]


async def _first_good(tasks: "list[asyncio.Task[bool]]") -> int | None:
    """Return the place of the best task that is true; a better one that is late has a moment more."""
    waiting = set(tasks)
    timeout: float | None = None
    while True:
        good = [place for place, task in enumerate(tasks) if task.done() and task.result()]
        if not waiting or (good and all(task.done() for task in tasks[: good[0]])):
            return good[0] if good else None
        if good and timeout is None:
            timeout = BETTER_SECONDS
        done, waiting = await asyncio.wait(waiting, timeout=timeout, return_when=asyncio.FIRST_COMPLETED)
        if not done:
            return good[0] if good else None


class IceServers:
    """The servers for connections made now. Belongs to the event loop."""

    def __init__(self, fetch: Callable[[], Coroutine[Any, Any, Servers]]) -> None:
        self._fetch = fetch
        self._work: asyncio.Task[Servers] | None = None
        self._at = 0.0

    def prepare(self) -> None:
        """Begin to find out, unless it is known; so a viewer need not wait for it."""
        old = self._work
        failed = old is not None and old.done() and (old.cancelled() or old.exception() is not None)
        if old is None or failed or clock.now() - self._at > FRESH_SECONDS:
            self._at = clock.now()
            self._work = self._begin()

    def forget(self) -> None:
        """The network may be another one: what was found out is old."""
        self._work = None

    async def get(self) -> Servers:
        """Return the servers. Raises AgentError where the site cannot be asked."""
        self.prepare()
        work = self._work
        assert work is not None
        if work.done() and clock.now() - self._at > RECHECK_SECONDS:
            # A TURN server may have died meanwhile. This connection does not wait for the answer, the next one has it.
            self._at = clock.now()
            self._begin().add_done_callback(self._adopt)
        return await asyncio.shield(work)

    def _begin(self) -> "asyncio.Task[Servers]":
        task = asyncio.get_running_loop().create_task(self._find())
        task.add_done_callback(lambda done: done.cancelled() or done.exception())  # told to those who wait
        return task

    def _adopt(self, task: "asyncio.Task[Servers]") -> None:
        if not task.cancelled() and task.exception() is None:
            self._work = task

    async def _find(self) -> Servers:
        try:
            return await choose(await self._fetch())
        except AgentError as error:
            log.info("no ICE servers: %s", error.code)
            raise
