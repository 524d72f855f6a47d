"""B2: from the customer's click (HTTP) to the frame with the offer on the CSR's open page (WebSocket).

An open loop: customers come at random at a given rate whatever the server does, and a late answer is counted from the
time when the click was due.
"""

import asyncio
import json
import os
import random
import secrets
import time
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import aiohttp
from asgiref.sync import sync_to_async
from django.conf import settings
from django.test import Client

from acd.models import QueueEntry
from acd.services import router
from supportsite.bench.acd_rows import Place, make_available, make_place, no_wake_ups
from supportsite.bench.figures import Figures, percentile
from supportsite.core.tenancy import site_scope
from supportsite.protocol import PROTOCOL_VERSION

CSRS, CAP, QUEUES = 100, 10, 4
RATES: tuple[int, ...] = (20, 50, 100)
RATE_SECONDS, RETRY_SECONDS, PATIENCE_SECONDS = 8.0, 2.0, 30.0


def measure_clicks(figures: Figures) -> None:
    """Add `click_to_offer_p50_ms` and `_p99_ms` at 100 a second, and with `.20`, `.50` behind at the lower rates."""
    place = make_place(csrs=CSRS, queues=QUEUES, cap=CAP)
    make_available(place)
    keys = [_sign_in(place, member) for member in place.csrs]
    times = asyncio.run(_Clicks(place, keys).run())
    for rate, taken in times.items():
        tail = "" if rate == RATES[-1] else f".{rate}"
        figures.add(f"click_to_offer_p50_ms{tail}", percentile(taken, 0.5), "ms", len(taken))
        figures.add(f"click_to_offer_p99_ms{tail}", percentile(taken, 0.99), "ms", len(taken))


def _sign_in(place: Place, member: Any) -> str:
    client = Client(HTTP_HOST=place.site.host)
    client.force_login(member.user)
    return str(client.cookies[settings.SESSION_COOKIE_NAME].value)


class _Clicks:
    """The customers' and the CSRs' ends."""

    def __init__(self, place: Place, keys: list[str]) -> None:
        self._place, self._keys = place, keys
        self._base = str(json.loads(Path(os.environ["DEMO"]).read_text(encoding="utf-8"))["base_url"])
        self._host = f"{place.site.host}:{urlsplit(self._base).port}"
        self._seen: dict[str, asyncio.Future[float]] = {}

    async def run(self) -> dict[int, list[float]]:
        """Return the milliseconds at each rate."""
        async with AsyncExitStack() as stack:
            connector = aiohttp.TCPConnector(limit=0)
            http = await stack.enter_async_context(
                aiohttp.ClientSession(connector=connector, cookie_jar=aiohttp.DummyCookieJar())
            )
            for key in self._keys:
                await self._open_inbox(stack, http, key)
            return {rate: await self._at(http, rate) for rate in RATES}

    async def _open_inbox(self, stack: AsyncExitStack, http: aiohttp.ClientSession, key: str) -> None:
        csrf = secrets.token_hex(16)
        origin = f"http://{self._host}"
        headers = {
            "Host": self._host,
            "Origin": origin,
            "X-CSRFToken": csrf,
            "Cookie": f"sessionid={key}; csrftoken={csrf}",
        }
        async with http.post(self._address("/api/v1/inbox/ticket/"), headers=headers) as answer:
            ticket = await answer.json()
        path = urlsplit(ticket["url"]).path
        socket = await stack.enter_async_context(
            http.ws_connect(self._address(path), headers={"Host": self._host, "Origin": origin})
        )
        hello = {"type": "hello", "protocol": PROTOCOL_VERSION, "ticket": ticket["ticket"], "after": 0}
        await socket.send_str(json.dumps(hello))
        task = asyncio.create_task(self._read(socket))
        stack.callback(task.cancel)

    def _address(self, path: str) -> str:
        port = urlsplit(self._base).port
        return urlunsplit(("http", f"127.0.0.1:{port}", path, "", ""))

    async def _read(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        async for message in socket:
            at = time.perf_counter()
            frame = json.loads(message.data)
            if frame["type"] == "heartbeat":
                await socket.send_str(json.dumps({"type": "heartbeat", "seq": 0}))
            for offer in frame.get("inbox", {}).get("offers", ()):
                seen = self._seen.get(offer["name"])
                if seen is not None and not seen.done():
                    seen.set_result(at)

    async def _at(self, http: aiohttp.ClientSession, rate: int) -> list[float]:
        print(f"· {rate} clicks a second, {CSRS} CSRs' pages open", flush=True)
        chance = random.Random(rate)  # noqa: S311 - arrivals
        tasks: list[asyncio.Task[float]] = []
        due, began = 0.0, time.perf_counter() + 0.5
        while (due := due + chance.expovariate(rate)) < RATE_SECONDS:
            tasks.append(asyncio.create_task(self._click(http, began + due, rate, len(tasks))))
        times = await asyncio.gather(*tasks)
        await sync_to_async(self._clear)()
        taken = [1000 * one for one in times]
        print(f"  p50 {percentile(taken, 0.5):.1f} ms, p99 {percentile(taken, 0.99):.1f} ms", flush=True)
        return taken

    async def _click(self, http: aiohttp.ClientSession, due: float, rate: int, number: int) -> float:
        name = f"{rate}-{number}"
        seen = self._seen[name] = asyncio.get_running_loop().create_future()
        await asyncio.sleep(max(0.0, due - time.perf_counter()))
        queue = self._place.queues[number % QUEUES].public_id
        body = {"tab": secrets.token_urlsafe(24), "name": name}
        url = self._address(f"/api/v1/queues/{queue}/entries/")
        headers = {"Host": self._host, "Origin": f"http://{self._host}"}
        while True:
            async with http.post(url, json=body, headers=headers) as answer:
                if answer.status == 201:
                    break
                if answer.status != 503:
                    raise RuntimeError(f"{answer.status}: {await answer.text()}")
            await asyncio.sleep(RETRY_SECONDS)  # as the page does where the server is too busy
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                at: float = await seen
        except TimeoutError:
            return PATIENCE_SECONDS  # at least
        return at - due

    def _clear(self) -> None:
        """Free the CSRs for the next rate."""
        with site_scope(self._place.site), no_wake_ups():
            for entry in QueueEntry.objects.filter(state__in=("waiting", "offered")).values_list("pk", flat=True):
                router.command(self._place.site, "abandon", entry)
