"""Joins the grant table with the pipeline: pictures leave, and input arrives, only while a row says so.

`cut` follows the table in the caller's thread, so Stop takes effect without the event loop and without the network.
"""

import asyncio
import logging
from collections.abc import Callable, Coroutine
from typing import Any

import aiortc.exceptions
from aioice.stun import TransactionError

from customer_agent.control.gate import HELD_REASONS, REFUSALS, HeldReason, Sender, Verdict
from customer_agent.driving import Driver
from customer_agent.errors import AgentError
from customer_agent.grants import Change, Grant, GrantTable, RowState
from customer_agent.media.peers import ViewerPeer
from customer_agent.media.shared_screen import SharedScreen
from customer_agent.media.x11 import DisplayError
from customer_agent.refusals import Refusals
from customer_agent.session_model import SessionModel
from supportsite.protocol.base import Capability, StopCause
from supportsite.protocol.channel import Driving, Held, ViewerInput
from supportsite.protocol.socket import Candidate, Description, HangUp, Signal, SignalData, ViewRequest

log = logging.getLogger(__name__)

MAX_VIEWERS = 8
GONE_SECONDS = 10.0

IceServers = Callable[[], Coroutine[Any, Any, list[dict[str, Any]]]]
SendSignal = Callable[[str, SignalData], None]


class Sharing:
    """The one shared screen, its viewers, and who operates it. Belongs to the event loop, except `cut`."""

    def __init__(
        self,
        *,
        model: SessionModel,
        table: GrantTable,
        driver: Driver,
        refusals: Refusals,
        ice_servers: IceServers,
        send_signal: SendSignal,
        on_first_use: Callable[[Grant], None],
    ) -> None:
        self._loop = asyncio.get_running_loop()
        self._model = model
        self._table = table
        self._driver = driver
        self._refusals = refusals
        self._ice_servers = ice_servers
        self._send_signal = send_signal
        self._on_first_use = on_first_use
        self._screen: SharedScreen | None = None
        self._monitors: list[int] = []
        self._owners: dict[str, str] = {}
        self._gone_since: dict[str, float] = {}
        self._used: set[str] = set()
        self._held: dict[str, HeldReason] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        driver.report = self._verdict
        driver.lost = self.screen_lost
        driver.area = lambda: screen.area if (screen := self._screen) is not None else None

    @property
    def screen(self) -> SharedScreen | None:
        """Return what is shared now."""
        screen = self._screen
        return None if screen is None or screen.stopped else screen

    # The table changed

    def cut(self, change: Change) -> None:
        """Stop what no row allows any more. In any thread; done on return."""
        if change.grant.state is RowState.ACTIVE:
            return
        rows = [row for row in self._table.rows() if row.state is RowState.ACTIVE]
        if not any(row.capability is Capability.CONTROL_DESKTOP for row in rows):
            self._driver.halt()
        screen = self._screen
        if screen is not None and not rows:
            screen.stop()

    def follow(self) -> None:
        """Open or close the screen and the input as the table says. On the event loop, after each change."""
        rows = [row for row in self._table.rows() if row.state is RowState.ACTIVE]
        control = next((row for row in rows if row.capability is Capability.CONTROL_DESKTOP), None)
        if not rows:
            self._close_screen()
            self._driver.halt()
            return
        view = next((row for row in rows if row.capability is Capability.VIEW_DESKTOP), control)
        assert view is not None
        if self.screen is None or self._monitors != view.scope.monitors:
            self._close_screen()
            if not self._open_screen(view):
                return
        if control is None:
            self._driver.halt()
        elif not self._driver.running and not self._start_driver(control):
            return

    def _open_screen(self, view: Grant) -> bool:
        try:
            self._screen = SharedScreen(listener=self, monitors=view.scope.monitors)
        except (DisplayError, ValueError, OSError) as error:
            log.warning("the screen cannot be captured: %s", error)
            self._table.stop([view.request], StopCause.SOURCE_CLOSED)
            return False
        self._monitors = list(view.scope.monitors)
        return True

    def _start_driver(self, control: Grant) -> bool:
        try:
            self._driver.start()
        except (DisplayError, OSError) as error:
            log.warning("the computer cannot be operated: %s", error)
            self._table.stop([control.request], StopCause.SOURCE_CLOSED)
            return False
        return True

    def _close_screen(self) -> None:
        screen, self._screen = self._screen, None
        for connection, owner in self._owners.items():
            self._send_signal(owner, HangUp(connection=connection, reason="stopped"))
        self._owners.clear()
        self._held.clear()
        if screen is not None:
            screen.stop()
            self._spawn(screen.wait_closed())

    async def close(self) -> None:
        """Stop everything and wait until it is gone."""
        self._close_screen()
        await asyncio.to_thread(self._driver.close)
        await asyncio.gather(*self._tasks, return_exceptions=True)

    # Signalling

    def take_signal(self, signal: Signal) -> None:
        """Handle a viewer's signalling; what does not fit a grant and a joined CSR is dropped."""
        sender, participant, data = signal.sender, signal.participant, signal.data
        if sender is None or participant is None:
            return
        if isinstance(data, ViewRequest):
            self._spawn(self._guarded(sender, data.connection, self._offer(sender, participant, data)))
            return
        if self._owners.get(data.connection) != sender or (screen := self.screen) is None:
            return
        if isinstance(data, HangUp):
            self._spawn(self._guarded(sender, data.connection, screen.hang_up(data.connection)))
        elif isinstance(data, Candidate):
            self._spawn(self._guarded(sender, data.connection, screen.add_candidate(data)))
        elif isinstance(data, Description) and data.kind == "answer":
            self._spawn(self._guarded(sender, data.connection, screen.take_answer(data.connection, data.sdp)))

    async def _offer(self, sender: str, participant: str, data: ViewRequest) -> None:
        if not self._may_watch(participant, data.grant):
            self._refusals.count("view_not_granted")
            self._send_signal(sender, HangUp(connection=data.connection, reason="not_granted"))
            return
        servers = await self._ice_servers()
        # The wait was long enough for a Stop; and a connection id is its first sender's alone.
        screen = self.screen
        taken = self._owners.get(data.connection, sender) != sender
        if screen is None or taken or not self._may_watch(participant, data.grant):
            self._send_signal(sender, HangUp(connection=data.connection, reason="not_granted"))
            return
        if len(screen.viewers) >= MAX_VIEWERS:
            self._send_signal(sender, HangUp(connection=data.connection, reason="too_many"))
            return
        self._owners[data.connection] = sender
        offer = await screen.add_viewer(connection=data.connection, participant=participant, ice_servers=servers)
        self._send_signal(sender, offer)
        self._first_use(data.grant)

    def _may_watch(self, participant: str, grant: str) -> bool:
        return self._table.find_active(grant) is not None and self._model.is_joined_csr(participant)

    async def _guarded(self, sender: str, connection: str, work: Coroutine[Any, Any, None]) -> None:
        """Do signalling work; a viewer whose descriptions are bad loses that connection and nothing else."""
        try:
            await work
        except (
            AgentError, ValueError, LookupError, TypeError, AttributeError, AssertionError, OSError, RuntimeError,
            aiortc.exceptions.InvalidStateError, aiortc.exceptions.InvalidAccessError, TransactionError,
        ) as error:  # fmt: skip
            log.info("connection %s failed: %s", connection, type(error).__name__)
            self._owners.pop(connection, None)
            self._send_signal(sender, HangUp(connection=connection, reason="failed"))
            if self._screen is not None:
                await self._screen.hang_up(connection)

    def drop_participant(self, participant: str) -> None:
        """End the connections of somebody who is not in the session any more."""
        if self._screen is not None:
            self._spawn(self._screen.drop_participant(participant))

    def drop_gone(self, now: float) -> None:
        """End the connections of pages that the server lost 10 s ago: signed out or closed, they may still play."""
        for connection, owner in list(self._owners.items()):
            if not self._model.is_gone(owner):
                self._gone_since.pop(owner, None)
            elif now - self._gone_since.setdefault(owner, now) >= GONE_SECONDS and self._screen is not None:
                self._spawn(self._screen.hang_up(connection, "endpoint_gone"))

    # What the viewers do (`ScreenListener`)

    def viewer_input(self, peer: ViewerPeer, message: ViewerInput) -> None:
        """Queue it for the gate, which judges at the moment of doing."""
        if not self._driver.submit(Sender(peer.connection, peer.participant), message):
            self._verdict(Sender(peer.connection, peer.participant), Verdict.NO_GRANT)

    def viewer_refused(self, peer: ViewerPeer, reason: str) -> None:
        """Count a malformed message."""
        self._refusals.count(reason)

    def viewer_silent(self, peer: ViewerPeer, *, silent: bool) -> None:
        """Hold a viewer that is not heard, and let go of its keys."""
        self._driver.silent(peer.connection, silent=silent)
        self._hold(peer.connection, "connection" if silent else "none")

    def viewer_closed(self, peer: ViewerPeer, reason: str) -> None:
        """Let go of a gone viewer's keys and tell its browser."""
        self._driver.forget(peer.connection)
        self._held.pop(peer.connection, None)
        owner = self._owners.pop(peer.connection, None)
        if owner is not None:
            self._send_signal(owner, HangUp(connection=peer.connection, reason=reason[:80]))

    def screen_lost(self) -> None:
        """The display is gone: the source of every grant is closed. In any thread."""
        self._table.stop_all(StopCause.SOURCE_CLOSED)

    # What the gate says

    def _verdict(self, sender: Sender, verdict: Verdict) -> None:
        """Take a verdict, on the operator's thread or the loop's; cheap, for it comes with every event."""
        if verdict in REFUSALS:
            self._refusals.count(verdict.value)
        if verdict is Verdict.PASS:
            for row in self._table.live(Capability.CONTROL_DESKTOP):
                if row.csr == sender.participant and row.id is not None:
                    self._table.touch(row.id)
                    if row.id not in self._used:
                        self._loop.call_soon_threadsafe(self._first_use, row.id)
        reason = HELD_REASONS[verdict]
        if self._held.get(sender.connection, "none") != reason:
            self._loop.call_soon_threadsafe(self._hold, sender.connection, reason)

    def _hold(self, connection: str, reason: HeldReason) -> None:
        if self._held.get(connection, "none") != reason and self._screen is not None:
            self._held[connection] = reason
            self._screen.send_state(Held(reason=reason), connection)

    def hold_all(self, reason: HeldReason) -> None:
        """Tell every viewer that input is held, or held no longer."""
        for peer in self._screen.viewers if self._screen is not None else []:
            self._hold(peer.connection, reason)

    def tell_driving(self, who: Driving) -> None:
        """Tell every viewer who operates."""
        if self._screen is not None:
            self._screen.send_state(who)

    def _first_use(self, grant: str) -> None:
        row = self._table.find(grant)
        if row is not None and grant not in self._used:
            self._used.add(grant)
            self._on_first_use(row)

    def keep_used(self) -> None:
        """While somebody watches, the view is not idle."""
        if self.screen is not None and self.screen.viewers:
            for row in self._table.live(Capability.VIEW_DESKTOP):
                if row.id is not None:
                    self._table.touch(row.id)

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = self._loop.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
