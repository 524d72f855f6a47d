"""A manager's monitor: sent whole when something in it has changed, at most once a second.

A wake-up may be lost, and some things change by time alone (a queue closes): every 5 s the monitor is read anyway.
"""

import asyncio
import contextlib
import time
from typing import Any

from accounts.models import Membership
from acd.selectors.managing import list_managed_queues
from acd.selectors.monitor import get_monitor
from acd.tickets import MonitorTicket
from sessions.consumers.base import BaseSocket, SocketClosed, in_database
from sessions.consumers.rights import find_member
from supportsite.core import wake
from supportsite.core.errors import AppError
from supportsite.protocol.monitor import MonitorFrame, MonitorState
from supportsite.protocol.socket import HEARTBEAT_SECONDS, Ack, ClientFrame, CloseCode, Heartbeat, Hello, Welcome

RESYNC_SECONDS = 5
BREATH_SECONDS = 1
RECHECK_SECONDS = 30


class MonitorConsumer(BaseSocket):
    """One manager's monitor in one page."""

    ticket_kind = MonitorTicket

    async def begin(self, hello: Hello) -> None:
        """Check the ticket's member, listen, and send the monitor."""
        self.member = await self._find_manager()
        self.sent: MonitorState | None = None
        self.news = asyncio.Event()
        self.news.set()
        self.layer_groups = [wake.group("monitor"), wake.group("access")]
        for name in self.layer_groups:
            await self.channel_layer.group_add(name, self.channel_name)
        await self.send_message(Welcome(endpoint=None, seq=0, heartbeat_seconds=HEARTBEAT_SECONDS))
        self.spawn(self._deliver())
        self.spawn(self._beat())

    async def handle(self, frame: ClientFrame) -> None:
        """Take heartbeats; nothing else belongs here."""
        if not isinstance(frame, Heartbeat | Ack):
            await self.count_bad("bad_frame")

    async def end(self) -> None:
        """Stop listening."""
        for name in getattr(self, "layer_groups", []):
            await self.channel_layer.group_discard(name, self.channel_name)

    async def wake(self, message: dict[str, Any]) -> None:
        """Read the monitor, or check the right to be here again (`user` names whose access changed)."""
        if "user" in message:
            self.access_may_have_changed(message, self.member.user_id)
        else:
            self.news.set()

    async def recheck(self) -> None:
        """Close where the member manages nothing any more, or has signed out."""
        self.member = await self._find_manager()

    async def _find_manager(self) -> Membership:
        """Return the ticket's member; SocketClosed where they are none, or no manager."""
        assert self.ticket is not None
        member = await in_database(find_member)(self.ticket)
        if member is None:
            raise SocketClosed(CloseCode.UNAUTHENTICATED)
        try:
            await in_database(list_managed_queues)(member)
        except AppError:
            raise SocketClosed(CloseCode.FORBIDDEN) from None
        return member

    async def _deliver(self) -> None:
        """Send the monitor when something in it has changed; wake-ups that come meanwhile are one."""
        assert isinstance(self.ticket, MonitorTicket)
        read = in_database(get_monitor)
        while True:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(RESYNC_SECONDS):
                    await self.news.wait()
            self.news.clear()
            monitor = await read(self.member, language=self.ticket.language)
            if self.sent is None or not same(self.sent, monitor):
                self.sent = monitor
                await self.send_message(MonitorFrame(monitor=monitor))
            await asyncio.sleep(BREATH_SECONDS)

    async def _beat(self) -> None:
        checked = time.monotonic()
        while True:
            await asyncio.sleep(HEARTBEAT_SECONDS)
            await self.send_message(Heartbeat(seq=0))
            if time.monotonic() - checked >= RECHECK_SECONDS:
                checked = time.monotonic()
                await self.recheck()


def same(before: MonitorState, after: MonitorState) -> bool:
    """Tell whether the reader learns nothing new: the time and the router's version alone are no news."""
    return before.model_copy(update={"n": 0, "now": after.now}) == after.model_copy(update={"n": 0})
