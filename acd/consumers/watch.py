"""One look at a queue's line for all of its customers' sockets in this process.

A wake-up, or five seconds, makes the line be read again, never more often than a tenth of the time allows; each
customer hears of a change only. Who is near hears at once, who is far in longer steps: one of 5,000 is no news.
"""

import asyncio
import contextlib
import time
from typing import Any, Protocol

import structlog
from channels.layers import get_channel_layer
from django.db import DatabaseError

from acd.models import Queue
from acd.selectors.wait import ExpectedWait, list_places
from acd.services.places import remember_places
from sessions.consumers.base import in_database
from supportsite.core import wake

NEAR_PLACES = 20
FAR_STEP_SECONDS = 2.0
PLACES_PER_STEP = 1000  # someone at 5,000 hears every 10 s
RESYNC_SECONDS = 5.0
LEAST_GAP_SECONDS = 0.1
SHARE_OF_TIME = 10

log = structlog.get_logger(__name__)

_watches: dict[tuple[int, int], "QueueWatch"] = {}


class Waiter(Protocol):
    """A socket that wants to know its place."""

    entry: int

    async def tell(self, found: ExpectedWait | None) -> bool:
        """Tell the place, None: no longer in this line. Return whether there was something new to tell."""


class QueueWatch:
    """The sockets that wait in one queue, and the task that looks after them."""

    def __init__(self, queue: Queue) -> None:
        self.queue = queue
        self.waiters: set[Waiter] = set()
        self.shown: dict[int, int] = {}  # entry → place it was told last
        self.told_at: dict[int, float] = {}
        self.news = asyncio.Event()
        self.task: asyncio.Task[None] | None = None

    async def run(self) -> None:
        """Look whenever there is news, until nobody waits here."""
        layer = get_channel_layer()
        channel = await layer.new_channel()
        group = wake.group("queue", str(self.queue.pk))
        await layer.group_add(group, channel)
        listening = asyncio.create_task(self._listen(layer, channel))
        try:
            while self.waiters:
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self.news.wait(), RESYNC_SECONDS)
                self.news.clear()
                began = time.monotonic()
                try:
                    await self._look()
                except (DatabaseError, OSError) as error:
                    log.warning("waiting.look_failed", error=type(error).__name__)
                await asyncio.sleep(max(LEAST_GAP_SECONDS, SHARE_OF_TIME * (time.monotonic() - began)))
        finally:
            listening.cancel()
            await layer.group_discard(group, channel)

    async def _listen(self, layer: Any, channel: str) -> None:
        while True:
            await layer.receive(channel)
            self.news.set()

    async def _look(self) -> None:
        shown = {waiter.entry: self.shown[waiter.entry] for waiter in self.waiters if waiter.entry in self.shown}
        line = {found.entry: found for found in await in_database(list_places)(self.queue, shown)}
        at = time.monotonic()
        told: dict[int, int] = {}
        for waiter in list(self.waiters):
            found = line.get(waiter.entry)
            if found is not None and not self._due(found, at):
                continue
            if await waiter.tell(found) and found is not None:
                self.told_at[found.entry] = at
                self.shown[found.entry] = told[found.entry] = found.place
        await in_database(remember_places)(self.queue, told)

    def _due(self, found: ExpectedWait, at: float) -> bool:
        """Tell whether a customer may hear of a change now; the first time, and near the head, always."""
        last = self.told_at.get(found.entry)
        if last is None or found.place <= NEAR_PLACES:
            return True
        return at - last >= FAR_STEP_SECONDS * max(1.0, found.place / PLACES_PER_STEP)


def start_watching(queue: Queue, waiter: Waiter) -> None:
    """Have a socket told its place in a queue from now on."""
    key = (queue.site_id, queue.pk)
    watch = _watches.get(key)
    if watch is None or watch.task is None or watch.task.done():
        watch = _watches[key] = QueueWatch(queue)
        watch.waiters.add(waiter)
        watch.task = asyncio.create_task(watch.run())
    watch.waiters.add(waiter)
    watch.told_at.pop(waiter.entry, None)
    watch.news.set()


def stop_watching(queue: Queue, waiter: Waiter) -> None:
    """Stop telling a socket; the last one of a queue ends the looking."""
    key = (queue.site_id, queue.pk)
    watch = _watches.get(key)
    if watch is None:
        return
    watch.waiters.discard(waiter)
    if not any(other.entry == waiter.entry for other in watch.waiters):
        watch.shown.pop(waiter.entry, None)
        watch.told_at.pop(waiter.entry, None)
    if not watch.waiters:
        del _watches[key]
        watch.news.set()
