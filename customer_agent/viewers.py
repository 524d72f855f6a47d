"""The viewers' connections: who asks for which picture, and the signalling of each. Belongs to the event loop."""

import asyncio
import logging
from collections.abc import Callable, Coroutine
from typing import Any

import aiohttp
import aiortc.exceptions
from aioice.stun import TransactionError

from customer_agent.errors import AgentError
from customer_agent.media.capture import CaptureLostError
from customer_agent.media.shared_screen import SharedScreen
from customer_agent.media.x11 import DisplayError
from customer_agent.refusals import Refusals
from customer_agent.screens import ScreenPool, Shown
from customer_agent.session_model import SessionModel
from supportsite.protocol.socket import Candidate, Description, HangUp, Signal, SignalData, ViewRequest

log = logging.getLogger(__name__)

MAX_CONNECTIONS = 24
MAX_CONNECTIONS_EACH = 6
GONE_SECONDS = 10.0
MEND_SECONDS = 1.2  # viewers beat once a second
# What a bad description or a lost screen may raise; it costs that connection and nothing else.
FAULTS = (
    AgentError, ValueError, LookupError, TypeError, AttributeError, AssertionError, OSError, RuntimeError,
    aiortc.exceptions.InvalidStateError, aiortc.exceptions.InvalidAccessError, TransactionError,
    DisplayError, CaptureLostError,
)  # fmt: skip

IceServers = Callable[[], Coroutine[Any, Any, list[dict[str, Any]]]]
DialRelay = Callable[[str, str], Coroutine[Any, Any, aiohttp.ClientWebSocketResponse]]
SendSignal = Callable[[str, SignalData], None]
Allow = Callable[[str, ViewRequest], Shown | None]


class Viewers:
    """`allow(participant, request)` says what somebody may be shown now; None for nothing."""

    def __init__(
        self,
        *,
        model: SessionModel,
        pool: ScreenPool,
        allow: Allow,
        refusals: Refusals,
        ice_servers: IceServers,
        dial_relay: DialRelay,
        send_signal: SendSignal,
        on_offer: Callable[[str], None],
    ) -> None:
        self._loop = asyncio.get_running_loop()
        self._model = model
        self._pool = pool
        self._allow = allow
        self._refusals = refusals
        self._ice_servers = ice_servers
        self._dial_relay = dial_relay
        self._send_signal = send_signal
        self._on_offer = on_offer
        self._owners: dict[str, str] = {}
        self._gone_since: dict[str, float] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    def take_signal(self, signal: Signal) -> None:
        """Handle a viewer's signalling; what fits no grant and nobody in the session is dropped."""
        sender, participant, data = signal.sender, signal.participant, signal.data
        if sender is None or participant is None:
            return
        if isinstance(data, ViewRequest):
            self._spawn(self._guarded(sender, data.connection, self._offer(sender, participant, data)))
            return
        place = self._pool.of(data.connection)
        if self._owners.get(data.connection) != sender or place is None:
            return
        screen = place[1]
        if isinstance(data, HangUp):
            self._spawn(self._guarded(sender, data.connection, screen.hang_up(data.connection)))
        elif isinstance(data, Candidate):
            self._spawn(self._guarded(sender, data.connection, screen.add_candidate(data)))
        elif isinstance(data, Description) and data.kind == "answer":
            self._spawn(self._guarded(sender, data.connection, screen.take_answer(data.connection, data.sdp)))

    async def _offer(self, sender: str, participant: str, data: ViewRequest) -> None:
        connection = data.connection
        if self._allow(participant, data) is None:
            self._refusals.count("view_not_granted")
            self._send_signal(sender, HangUp(connection=connection, reason="not_granted"))
            return
        if data.relay is not None:
            await self._serve_by_relay(sender, participant, data, data.relay)
            return
        servers = await self._ice_servers()
        screen = await self._admit(sender, participant, data)
        if screen is not None:
            offer = await screen.add_viewer(connection=connection, participant=participant, ice_servers=servers)
            self._send_signal(sender, offer)
            self._on_offer(data.grant)

    async def _serve_by_relay(self, sender: str, participant: str, data: ViewRequest, relay: str) -> None:
        """Serve a viewer whom no peer connection reaches; refused like the others."""
        socket = await self._dial_relay(relay, participant)
        served = False
        try:
            screen = await self._admit(sender, participant, data)
            if screen is not None:
                await screen.add_relayed(connection=data.connection, participant=participant, socket=socket)
                served = True
        finally:
            if not served:
                await socket.close()
        if served:
            self._on_offer(data.grant)

    async def _admit(self, sender: str, participant: str, data: ViewRequest) -> SharedScreen | None:
        """Return the screen for a viewer, or None after refusing.

        Asked again after each wait: it was long enough for a Stop. A connection id is its first sender's alone.
        """
        connection = data.connection
        shown = self._allow(participant, data)
        if shown is not None and self._owners.get(connection, sender) == sender:
            # An older connection of the same name ends first, and with it what is known of it.
            place = self._pool.of(connection)
            if place is not None:
                await place[1].hang_up(connection, "moved")
            shown = self._allow(participant, data)
        if shown is None or self._owners.get(connection, sender) != sender:
            self._send_signal(sender, HangUp(connection=connection, reason="not_granted"))
            return None
        if self._too_many(connection, participant):
            self._send_signal(sender, HangUp(connection=connection, reason="too_many"))
            return None
        self._owners[connection] = sender
        return self._pool.take(shown, connection)

    def _too_many(self, connection: str, participant: str) -> bool:
        peers = [peer for screen in self._pool.all() for peer in screen.viewers if peer.connection != connection]
        each = sum(peer.participant == participant for peer in peers)
        return len(peers) >= MAX_CONNECTIONS or each >= MAX_CONNECTIONS_EACH

    async def _guarded(self, sender: str, connection: str, work: Coroutine[Any, Any, None]) -> None:
        """Do signalling work; a viewer whose descriptions are bad loses that connection and nothing else."""
        try:
            await work
        except FAULTS as error:
            log.info("connection %s failed: %s", connection, type(error).__name__)
            place = self._pool.of(connection)
            self.closed(connection, "failed")
            self._send_signal(sender, HangUp(connection=connection, reason="failed"))
            if place is not None:
                await place[1].hang_up(connection)

    def closed(self, connection: str, reason: str) -> None:
        """A connection ended: tell its browser, once."""
        self._pool.leave(connection)
        owner = self._owners.pop(connection, None)
        if owner is not None:
            self._send_signal(owner, HangUp(connection=connection, reason=reason[:80]))

    def closed_screen(self, screen: SharedScreen) -> None:
        """A screen is about to be closed: tell the browsers of all who watch it."""
        for connection in self._pool.connections(screen):
            self.closed(connection, "stopped")

    def drop_participant(self, participant: str) -> None:
        """End the connections of somebody who is not in the session any more."""
        for screen in self._pool.all():
            self._spawn(screen.drop_participant(participant))

    def drop_gone(self, now: float) -> None:
        """End the connections of pages that the server lost 10 s ago: signed out or closed, they may still play."""
        for connection, owner in list(self._owners.items()):
            if not self._model.is_gone(owner):
                self._gone_since.pop(owner, None)
            elif now - self._gone_since.setdefault(owner, now) >= GONE_SECONDS:
                place = self._pool.of(connection)
                if place is not None:
                    self._spawn(place[1].hang_up(connection, "endpoint_gone"))

    def mend(self) -> None:
        """The network may be another one: end what is not heard, so that its viewer asks again at once."""
        self._loop.call_later(MEND_SECONDS, self._end_unheard)

    def _end_unheard(self) -> None:
        for screen in self._pool.all():
            for peer in screen.viewers:
                if peer.unheard_seconds > MEND_SECONDS:
                    self._spawn(screen.hang_up(peer.connection, "network"))

    async def close(self) -> None:
        """Wait until what was begun has ended."""
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = self._loop.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
