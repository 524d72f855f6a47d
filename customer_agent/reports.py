"""What is told to the server afterwards: in order, again and again until it is heard or refused.

Everything here has already taken effect on this computer; a report never decides.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from customer_agent import clock
from customer_agent.client import ApiClient
from customer_agent.errors import AgentError
from customer_agent.link import retry_delay

log = logging.getLogger(__name__)

MAX_WAITING = 500


@dataclass(frozen=True, slots=True)
class Report:
    """A POST below the session's address. `give_up_at` is on `clock.now`; `key` lets it be withdrawn unsent."""

    path: str
    body: dict[str, Any]
    key: str = ""
    give_up_at: float | None = None
    on_answer: Callable[[Any], None] | None = None
    on_refused: Callable[[AgentError], None] | None = None


class Reporter:
    """An ordered outbox. `put` and `withdraw` belong to the event loop's thread."""

    def __init__(self, api: ApiClient, session: str) -> None:
        self._api = api
        self._session = session
        self._waiting: deque[Report] = deque()
        self._work = asyncio.Event()
        self._idle = asyncio.Event()
        self._idle.set()
        self._current: Report | None = None
        self._in_flight = False

    def put(self, report: Report) -> None:
        """Send `report` after those that wait. The oldest falls out of an outbox that is absurdly full."""
        if len(self._waiting) >= MAX_WAITING:
            log.warning("outbox full: %s dropped", self._waiting.popleft().path)
        self._waiting.append(report)
        self._idle.clear()
        self._work.set()

    def withdraw(self, key: str) -> bool:
        """Take back a report that is not on its way at this moment."""
        for report in [report for report in self._waiting if report.key == key]:
            self._waiting.remove(report)
            return True
        if self._current is not None and self._current.key == key and not self._in_flight:
            self._current = None
            return True
        return False

    async def flush(self, seconds: float) -> bool:
        """Wait until everything is told, at most `seconds`."""
        try:
            async with asyncio.timeout(seconds):
                await self._idle.wait()
        except TimeoutError:
            return False
        return True

    async def run(self) -> None:
        """Send for ever; ends by cancellation."""
        while True:
            await self._work.wait()
            while self._waiting:
                self._current = self._waiting.popleft()
                await self._deliver()
            self._work.clear()
            self._idle.set()

    async def _deliver(self) -> None:
        attempt, started = 0, clock.now()
        while (report := self._current) is not None:
            self._in_flight = True
            done = await self._try(report)
            self._in_flight = False
            if done:
                self._current = None
            else:
                await asyncio.sleep(retry_delay(attempt, clock.now() - started))
                attempt += 1

    async def _try(self, report: Report) -> bool:
        """Send once. True when there is nothing more to do about it."""
        if report.give_up_at is not None and clock.now() >= report.give_up_at:
            self._refused(report, AgentError("too_late"))
            return True
        try:
            answer = await self._api.call("POST", f"sessions/{self._session}/{report.path}", report.body)
        except AgentError as error:
            if error.passing:
                return False
            self._refused(report, error)
            return True
        if report.on_answer is not None:
            report.on_answer(answer)
        return True

    @staticmethod
    def _refused(report: Report, error: AgentError) -> None:
        log.info("report %s refused: %s", report.path.rsplit("/", 2)[-2], error.code)
        if report.on_refused is not None:
            report.on_refused(error)
