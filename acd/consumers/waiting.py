"""The socket of a waiting customer: their place and expected wait, whenever it changes."""

import asyncio
import time

from acd.consumers.watch import start_watching, stop_watching
from acd.models import QueueEntry
from acd.routing import IN_QUEUE
from acd.selectors.wait import ExpectedWait
from acd.selectors.waiting import describe_waiting, get_newest_segment
from acd.tickets import WaitingTicket
from sessions.consumers.base import BaseSocket, SocketClosed, in_database
from sessions.models import Endpoint
from supportsite.core.errors import not_found
from supportsite.protocol.base import ParticipantState
from supportsite.protocol.socket import HEARTBEAT_SECONDS, Ack, ClientFrame, CloseCode, Heartbeat, Hello, Welcome
from supportsite.protocol.waiting import Waiting

RECHECK_SECONDS = 30
SILENT_SECONDS = 75


class WaitingConsumer(BaseSocket):
    """Tells one customer their place; a new segment of the same visit is followed."""

    ticket_kind = WaitingTicket

    async def begin(self, hello: Hello) -> None:
        """Check the ticket and tell the place."""
        assert isinstance(self.ticket, WaitingTicket)
        if self.ticket.entry_id != self.scope["url_route"]["kwargs"]["entry_id"]:
            raise SocketClosed(CloseCode.UNAUTHENTICATED)
        self.segment: QueueEntry | None = None
        self.told: tuple[object, ...] = ()
        endpoint = await in_database(self._find_endpoint)()
        if endpoint is None:
            raise not_found()
        self.session_key, self.language = endpoint.support_session_id, endpoint.participant.language
        await self.send_message(Welcome(endpoint=None, seq=0, heartbeat_seconds=HEARTBEAT_SECONDS))
        await self._follow()
        self.spawn(self._beat())

    async def handle(self, frame: ClientFrame) -> None:
        """Take heartbeats; nothing else belongs here."""
        if not isinstance(frame, Heartbeat | Ack):
            await self.count_bad("bad_frame")

    async def end(self) -> None:
        """Stop watching the line."""
        if getattr(self, "segment", None) is not None:
            assert self.segment is not None
            stop_watching(self.segment.queue, self)

    @property
    def entry(self) -> int:
        """The key of the entry whose place is told."""
        assert self.segment is not None
        return int(self.segment.pk)

    async def tell(self, found: ExpectedWait | None) -> bool:
        """Send the place where it differs from what was sent last; see where the visit went once it is not in line."""
        if self.closing or self.segment is None:
            return False
        if found is None:
            await self._follow()
            return True
        return await self._send(self.segment, found)

    async def _follow(self) -> None:
        """Read where the visit stands, watch its line if it is in one, else tell how it ended."""
        newest = await in_database(get_newest_segment)(self.session_key)
        if newest is None:
            raise SocketClosed(CloseCode.NOT_FOUND)
        before, self.segment = self.segment, newest
        moved = before is not None and before.queue_id != newest.queue_id
        if before is not None and (moved or newest.state not in IN_QUEUE):
            stop_watching(before.queue, self)
        if newest.state in IN_QUEUE:
            start_watching(newest.queue, self)
        else:
            await self._send(newest, None)

    async def _send(self, segment: QueueEntry, found: ExpectedWait | None) -> bool:
        info = describe_waiting(segment, self.language, found)
        shown = (info.entry, info.state, info.place, info.wait, info.grew)
        if shown == self.told:
            return False
        self.told = shown
        await self.send_message(Waiting(info=info))
        return True

    async def _beat(self) -> None:
        checked = time.monotonic()
        while True:
            await asyncio.sleep(HEARTBEAT_SECONDS)
            if time.monotonic() - self.last_frame > SILENT_SECONDS:
                raise SocketClosed(CloseCode.TRY_LATER)
            await self.send_message(Heartbeat(seq=0))
            if time.monotonic() - checked >= RECHECK_SECONDS:
                checked = time.monotonic()
                await self.recheck()

    async def recheck(self) -> None:
        """Close where the customer's browser has no right to the visit any more."""
        if await in_database(self._find_endpoint)() is None:
            raise SocketClosed(CloseCode.UNAUTHENTICATED)

    def _find_endpoint(self) -> Endpoint | None:
        assert self.ticket is not None
        rows = Endpoint.objects.select_related("participant")
        endpoint: Endpoint | None = rows.filter(
            public_id=self.ticket.endpoint_id, replaced_at=None, participant__state=ParticipantState.JOINED
        ).first()
        return endpoint
