"""The console's own socket: tells a member that one of their sessions changed."""

import asyncio
import time
from typing import Any

from sessions.consumers.base import BaseSocket, SocketClosed, in_database
from sessions.consumers.rights import find_member
from supportsite.core import wake
from supportsite.protocol.socket import (
    HEARTBEAT_SECONDS,
    Ack,
    Calls,
    ClientFrame,
    CloseCode,
    Heartbeat,
    Hello,
    Wake,
    Welcome,
)

RECHECK_SECONDS = 30


class ConsoleConsumer(BaseSocket):
    """Wake-ups of all sessions in which the member takes part."""

    async def begin(self, hello: Hello) -> None:
        """Check the ticket's member and listen."""
        assert self.ticket is not None
        if self.ticket.session_id is not None or self.ticket.membership_id is None:
            raise SocketClosed(CloseCode.UNAUTHENTICATED)
        member = await in_database(find_member)(self.ticket)
        if member is None:
            raise SocketClosed(CloseCode.UNAUTHENTICATED)
        self.user_id = member.user_id
        self.layer_groups = [wake.group("console", member.public_id), wake.group("access")]
        for name in self.layer_groups:
            await self.channel_layer.group_add(name, self.channel_name)
        await self.send_message(Welcome(endpoint=None, seq=0, heartbeat_seconds=HEARTBEAT_SECONDS))
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
        """Pass a wake-up on, or check the right to be here again (`user` names whose access changed)."""
        if "calls" in message:
            await self.send_message(Calls())
        elif "session" in message:
            await self.send_message(Wake(session=message["session"], seq=message["seq"]))
        else:
            self.access_may_have_changed(message, self.user_id)

    async def _beat(self) -> None:
        checked = time.monotonic()
        while True:
            await asyncio.sleep(HEARTBEAT_SECONDS)
            await self.send_message(Heartbeat(seq=0))
            if time.monotonic() - checked >= RECHECK_SECONDS:
                checked = time.monotonic()
                await self.recheck()

    async def recheck(self) -> None:
        """Close where the member is none any more, or has signed out."""
        assert self.ticket is not None
        if await in_database(find_member)(self.ticket) is None:
            raise SocketClosed(CloseCode.UNAUTHENTICATED)
