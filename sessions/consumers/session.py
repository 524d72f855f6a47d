"""The socket of one endpoint in one session: events in order, heartbeats, typing, signalling.

The log is read anew at every wake-up and every heartbeat, so a lost wake-up delays an event by one heartbeat at most.
"""

import asyncio
import json
import time
from typing import Any

from sessions.consumers.base import BaseSocket, SocketClosed, in_database
from sessions.consumers.rights import find_close_code
from sessions.consumers.window import Window
from sessions.models import Endpoint
from sessions.selectors.access import Access
from sessions.selectors.log import get_seq, read_log
from sessions.selectors.signalling import find_target, may_relay
from sessions.services.presence import connect_endpoint, disconnect_endpoint, renew_lease
from supportsite.core import wake
from supportsite.core.errors import not_found
from supportsite.protocol.base import EndpointKind, ParticipantState
from supportsite.protocol.socket import (
    HEARTBEAT_SECONDS,
    SUPPORT_MANAGER_HEARTBEAT_SECONDS,
    Ack,
    ClientFrame,
    CloseCode,
    Heartbeat,
    Hello,
    Signal,
    Typing,
    Welcome,
)

GONE = (ParticipantState.LEFT, ParticipantState.REFUSED)
BATCH = 100
SLOW_SECONDS = 30
RENEW_SECONDS = 5
RECHECK_SECONDS = 30
QUIET_SECONDS = 20
SILENT_SECONDS = 75


class SessionConsumer(BaseSocket):
    """Events of a session to one endpoint, and the ephemeral between endpoints."""

    origin_required = False  # a Support Manager sends none; browsers without one are refused with their ticket

    async def begin(self, hello: Hello) -> None:
        """Bind the socket to the ticket's endpoint and deliver from `after`."""
        assert self.ticket is not None
        if self.ticket.session_id != self.scope["url_route"]["kwargs"]["session_id"]:
            raise SocketClosed(CloseCode.UNAUTHENTICATED)
        self.endpoint = await in_database(self._load_endpoint)()
        self.socket = ""
        is_manager = self.endpoint.kind == EndpointKind.SUPPORT_MANAGER
        if not self.has_origin and not is_manager:
            raise SocketClosed(CloseCode.FORBIDDEN)
        self.heartbeat_seconds = SUPPORT_MANAGER_HEARTBEAT_SECONDS if is_manager else HEARTBEAT_SECONDS
        self.reader = self.endpoint.participant
        self.computer = is_manager and self.reader.is_csr
        self.user_id = self.reader.membership.user_id if self.reader.membership else None
        self.window = Window()
        self.news = asyncio.Event()
        self.news.set()
        self.layer_groups = [
            wake.session_group(self.endpoint.support_session.public_id),
            wake.group("endpoint", self.endpoint.public_id),
            wake.group("access"),
        ]
        for name in self.layer_groups:
            await self.channel_layer.group_add(name, self.channel_name)
        self.socket = await in_database(connect_endpoint)(self.endpoint)
        newest = await in_database(get_seq)(self.endpoint.support_session_id)
        self.sent_seq = min(hello.after, newest)
        await self.send_message(
            Welcome(endpoint=self.endpoint.public_id, seq=newest, heartbeat_seconds=self.heartbeat_seconds)
        )
        self.spawn(self._deliver())
        self.spawn(self._beat())

    async def handle(self, frame: ClientFrame) -> None:
        """Carry out a frame of the client."""
        if isinstance(frame, Heartbeat | Ack):
            self.window.acknowledged(frame.seq)
        elif isinstance(frame, Typing):
            await self._tell_typing(frame)
        elif isinstance(frame, Signal):
            await self._relay_signal(frame)

    async def end(self) -> None:
        """Leave the groups and tell that the endpoint is gone."""
        for name in getattr(self, "layer_groups", []):
            await self.channel_layer.group_discard(name, self.channel_name)
        if getattr(self, "socket", ""):
            await in_database(disconnect_endpoint)(self.endpoint, self.socket)

    # Called by the channel layer; the types are chosen by the server alone.

    async def wake(self, message: dict[str, Any]) -> None:
        """Read the log, or (without a session in it) check the right to be here."""
        if "session" in message:
            self.news.set()
        else:
            self.access_may_have_changed(message, self.user_id)

    async def relay(self, message: dict[str, Any]) -> None:
        """Pass on a frame that the server made."""
        if message.get("csrs_only") and (self.computer or not self.reader.is_csr):
            return
        if message.get("sender") != self.endpoint.public_id and self.reader.state == ParticipantState.JOINED:
            await self.send(text_data=message["frame"])

    async def _deliver(self) -> None:
        """Send events in order, at most a window ahead of the acknowledgements."""
        while True:
            await self.news.wait()
            self.news.clear()
            while True:
                gone = self.reader.state in GONE
                frames = await in_database(self._read_log)()
                for seq, frame in frames:
                    if not await self.window.room(SLOW_SECONDS):
                        raise SocketClosed(CloseCode.TOO_SLOW)
                    await self.send(text_data=frame)
                    self.window.sent(seq, len(frame))
                    self.sent_seq = seq
                # Who went while the log was read has one more look: the event of the going is theirs.
                if len(frames) < BATCH and gone == (self.reader.state in GONE):
                    break
            if gone:
                await self.recheck()  # a login that ended says more than the leaving that followed from it
                raise SocketClosed(CloseCode.FORBIDDEN)

    async def _beat(self) -> None:
        """Tell the newest `seq`, keep the lease, and look after the right to be here."""
        renewed = checked = time.monotonic()
        while True:
            await asyncio.sleep(self.heartbeat_seconds)
            silent = time.monotonic() - self.last_frame
            if silent > SILENT_SECONDS:
                raise SocketClosed(CloseCode.TRY_LATER)
            newest = await in_database(get_seq)(self.endpoint.support_session_id)
            if newest > self.sent_seq:
                self.news.set()
            await self.send_message(Heartbeat(seq=newest))
            if time.monotonic() - renewed >= RENEW_SECONDS - 0.5 and silent < QUIET_SECONDS:
                renewed = time.monotonic()
                if not await in_database(renew_lease)(self.endpoint, self.socket):
                    await self.recheck()
            if time.monotonic() - checked >= RECHECK_SECONDS:
                checked = time.monotonic()
                await self.recheck()

    async def recheck(self) -> None:
        """Close where the endpoint has a newer socket, or its person no right to be here."""
        assert self.ticket is not None
        if not self.socket:
            return
        code = await in_database(find_close_code)(self.ticket, self.endpoint, self.socket)
        if code is not None:
            raise SocketClosed(code)

    async def _tell_typing(self, frame: Typing) -> None:
        if self.reader.state != ParticipantState.JOINED or self.computer:
            return
        csrs_only = frame.audience == "csrs"
        if csrs_only and not self.reader.is_csr:
            return
        told = Typing(participant=self.reader.public_id, audience=frame.audience)
        await self.channel_layer.group_send(
            self.layer_groups[0],
            {
                "type": "relay",
                "frame": told.model_dump_json(),
                "sender": self.endpoint.public_id,
                "csrs_only": csrs_only,
            },
        )

    async def _relay_signal(self, frame: Signal) -> None:
        if not await in_database(self._may_signal)(frame):
            await self.send_error("grant_not_active")
            return
        sent = frame.model_copy(update={"sender": self.endpoint.public_id, "participant": self.reader.public_id})
        await self.channel_layer.group_send(
            wake.group("endpoint", frame.to),
            {"type": "relay", "frame": sent.model_dump_json(), "sender": self.endpoint.public_id},
        )

    def _may_signal(self, frame: Signal) -> bool:
        sender = Endpoint.objects.select_related("participant").get(pk=self.endpoint.pk)
        target = find_target(sender, frame.to)
        return target is not None and may_relay(sender, target, frame.data)

    def _load_endpoint(self) -> Endpoint:
        assert self.ticket is not None
        rows = Endpoint.objects.select_related("participant__membership", "support_session__site")
        endpoint: Endpoint | None = rows.filter(public_id=self.ticket.endpoint_id).first()
        if endpoint is None or endpoint.support_session.public_id != self.ticket.session_id:
            raise not_found()
        return endpoint

    def _read_log(self) -> list[tuple[int, str]]:
        """Return the next events as frames for this reader, whose state is read anew."""
        access = Access(self.endpoint.support_session, self.reader, self.endpoint)
        events, reader = read_log(access, after=self.sent_seq, limit=BATCH)
        assert reader is not None
        self.reader = reader
        return [(event["seq"], _frame(event)) for event in events]


def _frame(event: dict[str, Any]) -> str:
    return json.dumps({"type": "event", "event": event}, ensure_ascii=False, separators=(",", ":"))
