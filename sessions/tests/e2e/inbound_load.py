"""Customers and CSRs without browsers who go on whatever the server does: load for crash tests.

All that the server acknowledged is kept; what it did not answer is asked again, as the pages do.
"""

import asyncio
import contextlib
import json
import secrets
import threading
from collections.abc import AsyncIterator
from typing import Any, Self
from urllib.parse import urlsplit

import aiohttp

from supportsite.protocol import PROTOCOL_VERSION

ARRIVAL_SECONDS, AGAIN_SECONDS, AGAIN_MOST_SECONDS, ANSWER_SECONDS = 0.2, 0.25, 4.0, 5.0
GIVEN_UP = frozenset({400, 403, 404, 409})
MOST_INSIDE = 16  # customers at a time: a slow machine gets less load, not an endless line
CUSTOMER_COOKIE = "participant"


class InboundLoad:
    """Visits to one queue at a steady rate, at most `MOST_INSIDE` at a time, helped by CSRs.

    Runs in a thread of its own, used as a context.
    """

    def __init__(self, base: str, queue: str, keys: list[str]) -> None:
        """`keys`: those of the CSRs' sign-ins."""
        self.entered: list[str] = []
        self.accepted: set[str] = set()  # offers
        self.ended: set[str] = set()
        self.refused: list[str] = []
        self.visits = 0
        self._base, self._queue, self._keys = base, queue, keys
        self._coming = self._working = True
        self._closed = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._run()), name="load")

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop_coming()
        self._working = False
        self._thread.join()

    def stop_coming(self) -> None:
        """Let nobody come any more; those who are there are helped."""
        self._coming = False
        self._closed.wait(ANSWER_SECONDS)

    async def _run(self) -> None:
        timeout = aiohttp.ClientTimeout(total=ANSWER_SECONDS)
        async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar(), timeout=timeout) as http:
            tasks = [asyncio.create_task(self._serve(http, f"sessionid={key}")) for key in self._keys]
            while self._working:
                if self._coming and self.visits - len(self.ended) - len(self.refused) < MOST_INSIDE:
                    self.visits += 1
                    tasks.append(asyncio.create_task(self._visit(http, f"Load {self.visits}")))
                if not self._coming:
                    self._closed.set()
                await asyncio.sleep(ARRIVAL_SECONDS)
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _call(self, http: aiohttp.ClientSession, path: str, body: Any, cookie: str, key: str) -> tuple[int, Any]:
        """POST; status 0 where nobody answered. A customer's new cookie is added to the answer."""
        csrf = secrets.token_hex(16)
        headers = {"Origin": self._base, "X-CSRFToken": csrf, "Cookie": f"csrftoken={csrf}; {cookie}"}
        headers["Idempotency-Key"] = key
        try:
            async with http.post(f"{self._base}/api/v1/{path}", json=body, headers=headers) as response:
                answer = await response.json(content_type=None)
                if CUSTOMER_COOKIE in response.cookies:
                    answer["cookie"] = f"{CUSTOMER_COOKIE}={response.cookies[CUSTOMER_COOKIE].value}"
                return response.status, answer
        except (aiohttp.ClientError, TimeoutError, ValueError):
            return 0, None

    async def _insist(self, http: aiohttp.ClientSession, path: str, body: Any, cookie: str = "") -> tuple[int, Any]:
        """Ask until there is an answer that counts, less often each time: a crowd must not keep a server down.

        As from a page, it is one command however often it is asked.
        """
        pause, key = AGAIN_SECONDS, secrets.token_hex(16)
        while True:
            status, answer = await self._call(http, path, body, cookie, key)
            if 200 <= status < 300 or status in GIVEN_UP:
                return status, answer
            await asyncio.sleep(pause)
            pause = min(2 * pause, AGAIN_MOST_SECONDS)

    async def _frames(
        self, http: aiohttp.ClientSession, path: str, body: Any, cookie: str
    ) -> AsyncIterator[dict[str, Any]]:
        """Keep a socket open, as a page does; `path` and `body` ask for its ticket, which ends when that is refused."""
        while True:
            status, ticket = await self._insist(http, path, body, cookie)
            if status != 201:
                return
            url = f"{self._base.replace('http', 'ws', 1)}{urlsplit(ticket['url']).path}"
            hello = {"type": "hello", "protocol": PROTOCOL_VERSION, "ticket": ticket["ticket"], "after": 0}
            with contextlib.suppress(aiohttp.ClientError, TimeoutError, OSError):
                async with http.ws_connect(url, headers={"Origin": self._base}) as socket:
                    await socket.send_str(json.dumps(hello))
                    async for message in socket:
                        frame = json.loads(message.data)
                        if frame["type"] == "heartbeat":
                            await socket.send_str(json.dumps({"type": "heartbeat", "seq": 0}))
                        yield frame
            await asyncio.sleep(AGAIN_SECONDS)

    async def _visit(self, http: aiohttp.ClientSession, name: str) -> None:
        """Come and stay until the session's end."""
        body = {"tab": secrets.token_urlsafe(24), "name": name}
        status, answer = await self._insist(http, f"queues/{self._queue}/entries/", body)
        if status != 201:
            self.refused.append(f"{status} {answer}")
            return
        self.entered.append(answer["entry"])
        asked = {"session": answer["session"], "endpoint": None}
        async for frame in self._frames(http, "socket-tickets/", asked, answer["cookie"]):
            if frame.get("event", {}).get("type") == "session.ended":
                return

    async def _serve(self, http: aiohttp.ClientSession, cookie: str) -> None:
        """Keep an inbox open and help whoever is offered."""
        helping: dict[str, asyncio.Task[None]] = {}  # by offer
        async for frame in self._frames(http, "inbox/ticket/", {}, cookie):
            for offer in frame.get("inbox", {}).get("offers", ()):
                if offer["id"] not in helping:
                    helping[offer["id"]] = asyncio.create_task(self._help(http, cookie, offer["id"]))

    async def _help(self, http: aiohttp.ClientSession, cookie: str, offer: str) -> None:
        status, session = await self._insist(http, f"inbox/offers/{offer}/accept/", {}, cookie)
        if status != 200:
            return
        self.accepted.add(offer)
        status, _ = await self._insist(http, f"sessions/{session['id']}/end/", {}, cookie)
        if status < 300:
            self.ended.add(offer)
