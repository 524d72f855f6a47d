"""The inbox of a CSR: sent whole at every wake-up that concerns them, and their lease renewed while the page answers.

A wake-up may be lost, and nobody is woken for what happens to others in the queues: every 5 s the inbox is read anyway.
"""

import asyncio
import contextlib
import time
from typing import Any

from accounts.models import Membership
from acd.selectors.inbox import get_inbox
from acd.services.presence import enrol, renew_lease
from acd.tickets import InboxTicket
from sessions.consumers.base import BaseSocket, SocketClosed, in_database
from sessions.consumers.rights import find_member
from supportsite.core import wake
from supportsite.protocol.inbox import InboxFrame, InboxState
from supportsite.protocol.socket import HEARTBEAT_SECONDS, Ack, ClientFrame, CloseCode, Heartbeat, Hello, Welcome

RESYNC_SECONDS = 5
RENEW_SECONDS = 10
RECHECK_SECONDS = 30
# A page that has not answered for so long does not keep its CSR available.
QUIET_SECONDS = 20
SILENT_SECONDS = 75


class InboxConsumer(BaseSocket):
    """One member's inbox in one page."""

    ticket_kind = InboxTicket

    async def begin(self, hello: Hello) -> None:
        """Check the ticket's member, listen, and send the inbox."""
        member = await in_database(self._enter)()
        if member is None:
            raise SocketClosed(CloseCode.UNAUTHENTICATED)
        self.member = member
        self.sent: InboxState | None = None
        self.news = asyncio.Event()
        self.news.set()
        self.layer_groups = [wake.group("inbox", str(member.pk)), wake.group("access")]
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
        """Stop listening; the lease runs out by itself, another page may hold it."""
        for name in getattr(self, "layer_groups", []):
            await self.channel_layer.group_discard(name, self.channel_name)

    async def wake(self, message: dict[str, Any]) -> None:
        """Read the inbox, or check the right to be here again (`user` names whose access changed)."""
        if "n" in message:
            self.news.set()
        else:
            self.access_may_have_changed(message, self.member.user_id)

    async def recheck(self) -> None:
        """Close where the member is none any more, or has signed out."""
        assert self.ticket is not None
        if await in_database(find_member)(self.ticket) is None:
            raise SocketClosed(CloseCode.UNAUTHENTICATED)

    def _enter(self) -> Membership | None:
        assert self.ticket is not None
        member = find_member(self.ticket)
        if member is not None:
            enrol(member)
            renew_lease(member)
        return member

    async def _deliver(self) -> None:
        """Send the inbox when something in it has changed; wake-ups that come meanwhile are one."""
        assert isinstance(self.ticket, InboxTicket)
        read = in_database(get_inbox)
        while True:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(RESYNC_SECONDS):
                    await self.news.wait()
            self.news.clear()
            inbox = await read(self.member, language=self.ticket.language)
            if self.sent is None or not same(self.sent, inbox):
                self.sent = inbox
                await self.send_message(InboxFrame(inbox=inbox))

    async def _beat(self) -> None:
        renewed = checked = time.monotonic()
        while True:
            await asyncio.sleep(HEARTBEAT_SECONDS)
            silent = time.monotonic() - self.last_frame
            if silent > SILENT_SECONDS:
                raise SocketClosed(CloseCode.TRY_LATER)
            await self.send_message(Heartbeat(seq=0))
            if time.monotonic() - renewed >= RENEW_SECONDS - 0.5 and silent < QUIET_SECONDS:
                renewed = time.monotonic()
                await in_database(renew_lease)(self.member)
            if time.monotonic() - checked >= RECHECK_SECONDS:
                checked = time.monotonic()
                await self.recheck()


def same(before: InboxState, after: InboxState) -> bool:
    """Tell whether the reader learns nothing new: the time and the router's version alone are no news."""
    return before.model_copy(update={"n": 0, "now": after.now}) == after.model_copy(update={"n": 0})
