"""Joins the grant table with the pipeline: pictures leave, and input arrives, only while a row says so.

`cut` follows the table in the caller's thread, so Stop takes effect without the event loop and without the network.
"""

import asyncio
import logging
from collections.abc import Callable, Sequence

from customer_agent import clock
from customer_agent.clipboard_desk import ClipboardDesk
from customer_agent.control.gate import Sender, Verdict
from customer_agent.driving import Driver
from customer_agent.grant_rows import Change, Grant, RowState
from customer_agent.grants import GrantTable
from customer_agent.marks import Board, MarkDesk
from customer_agent.media.geometry import Rect
from customer_agent.media.shared_screen import SharedScreen
from customer_agent.media.states import HOLDING, CaptureState, StateWatch, open_state_watch
from customer_agent.media.viewer_link import FromViewer, ViewerLink
from customer_agent.media.x11 import DisplayError
from customer_agent.refusals import Refusals
from customer_agent.screens import ScreenPool, Shown, covers, shown_of
from customer_agent.session_model import SessionModel
from customer_agent.sources import Sources
from customer_agent.verdicts import Verdicts
from customer_agent.viewers import DialRelay, IceServers, SendSignal, Viewers
from supportsite.protocol.base import StopCause
from supportsite.protocol.capabilities import SCREEN, VIEW, surface_of
from supportsite.protocol.channel import Driving, HeldReason, Mark, MarksCleared, ViewerInput
from supportsite.protocol.socket import Signal, ViewRequest

log = logging.getLogger(__name__)


class Sharing:
    """The pictures, their viewers, and who operates. Belongs to the event loop, except `cut`.

    `on_change` hears that what can be seen, or by whom, may be another now.
    """

    def __init__(
        self,
        *,
        model: SessionModel,
        table: GrantTable,
        driver: Driver,
        refusals: Refusals,
        clipboard: ClipboardDesk,
        board: Board,
        sources: Sources,
        ice_servers: IceServers,
        dial_relay: DialRelay,
        send_signal: SendSignal,
        on_first_use: Callable[[Grant], None],
        on_marked: Callable[[str, str], None],
        on_change: Callable[[], None],
    ) -> None:
        self._loop = asyncio.get_running_loop()
        self._model = model
        self._table = table
        self._driver = driver
        self._refusals = refusals
        self._clipboard = clipboard
        self._sources = sources
        self._on_change = on_change
        self._pool = ScreenPool(self._open_screen)
        self._verdicts = Verdicts(table=table, refusals=refusals, pool=self._pool, on_first_use=on_first_use)
        self._viewers = Viewers(
            model=model, pool=self._pool, allow=self._allow, refusals=refusals, ice_servers=ice_servers,
            dial_relay=dial_relay, send_signal=send_signal, on_offer=self._verdicts.first_use,
        )  # fmt: skip
        self._marks = MarkDesk(
            model=model, board=board, refusals=refusals, grant_of=self._grant_of, on_first=on_marked,
            viewers=lambda: [peer for screen in self.screens for peer in screen.viewers],
        )  # fmt: skip
        self._driven: str | None = None
        self._system_state: CaptureState = "live"
        self._system_watch: StateWatch | None = None
        driver.report = self._verdicts.take
        driver.lost = self._display_lost
        driver.area = self._operated_area
        driver.locked = lambda: self._system_state in HOLDING

    @property
    def screens(self) -> list[SharedScreen]:
        """Return the pictures that are open now."""
        return self._pool.all()

    @property
    def watchers(self) -> list[str]:
        """Return the participants who watch now, each once, in the order in which they came."""
        return list(dict.fromkeys(peer.participant for screen in self.screens for peer in screen.viewers))

    @property
    def obstacle(self) -> str:
        """Return what stands in the way of the picture, empty while all is well."""
        states = [screen.capture_state for screen in self.screens]
        return next((state for state in states if state != "live"), "")

    # The table changed

    def cut(self, change: Change) -> None:
        """Stop what no row allows any more. In any thread; done on return."""
        if change.grant.state is RowState.ACTIVE:
            return
        rows = self._active()
        if not any(row.control for row in rows):
            self._driver.halt()
        kept = [row for row in self._table.rows() if row.keeps_picture]
        self._pool.stop_unless(lambda shown: any(covers(row, shown) for row in kept))

    def follow(self) -> None:
        """Close pictures and open the input as the table says. On the event loop, after each change."""
        rows = self._active()
        for screen in self._pool.every():
            if screen.stopped:
                self._viewers.closed_screen(screen)
        self._pool.sweep(clock.now())
        if not rows:
            self._marks.clear()
            self._verdicts.clear()
        control = next((row for row in rows if row.control), None)
        if control is None:
            self._driver.halt()
            if self._driven is not None:
                self._driven = None
                self.tell_driving(Driving(who="nobody"))
        elif not self._driver.running:
            self._start_driver(control)

    def _active(self) -> list[Grant]:
        return [row for row in self._table.rows() if row.state is RowState.ACTIVE and row.capability in SCREEN]

    def _start_driver(self, control: Grant) -> None:
        try:
            self._driver.start(self._sources.clip(control))
        except (DisplayError, OSError) as error:
            log.warning("the computer cannot be operated: %s", error)
            self._table.stop([control.request], StopCause.SOURCE_CLOSED)
            return
        self._driven = control.request
        self.tell_driving(Driving(who="viewer", participant=control.holder))

    # Pictures

    def _allow(self, participant: str, request: ViewRequest) -> Shown | None:
        """Return what somebody is shown who asks under a grant: everybody in the session but the owner may watch."""
        row = self._table.find_active(request.grant)
        if row is None or row.capability not in SCREEN or not self._model.may_watch(participant):
            return None
        shown = shown_of(row, request.monitors)
        if shown is None or shown.surface == "application":
            return shown
        return Shown("desktop", monitors=self._sources.apart(shown.monitors, row.scope.monitors))

    def _open_screen(self, shown: Shown) -> SharedScreen:
        rows = [row for row in self._active() if covers(row, shown)]
        granted: Sequence[int] = rows[0].scope.monitors if rows else shown.monitors
        screen = self._sources.open(shown, listener=self, granted=granted)
        screen.set_quality(self._model.options.quality)
        if self._system_watch is None:
            self._system_watch = open_state_watch(self._system_says)
            self._system_watch.start()
        screen.capture(self._system_state, "system")
        return screen

    def _system_says(self, state: CaptureState) -> None:
        """The screen was locked, or is free again; on the watch's thread."""
        self._system_state = state
        if state in HOLDING:
            self._driver.release()
        for screen in self._pool.every():
            screen.capture(state, "system")
        self._loop.call_soon_threadsafe(self._on_change)

    def _operated_area(self, sender: Sender) -> Rect | None:
        """Return what a viewer's coordinates refer to: the picture of that connection. On the operator's thread."""
        place, control = self._pool.of(sender.connection), self._table.live_control()
        if place is None or control is None or surface_of(control.capability) != place[0].surface:
            return None
        return place[1].area

    def _grant_of(self, screen: SharedScreen) -> str | None:
        shown = self._pool.shown(screen)
        rows = [row for row in self._active() if shown is not None and covers(row, shown) and row.id is not None]
        rows.sort(key=lambda row: row.capability not in VIEW)
        return rows[0].id if rows and not screen.stopped else None

    def follow_options(self) -> None:
        """The session's options changed."""
        for screen in self.screens:
            screen.set_quality(self._model.options.quality)

    async def close(self) -> None:
        """Stop everything and wait until it is gone."""
        for screen in self._pool.every():
            self._viewers.closed_screen(screen)
        self._marks.clear()
        if self._system_watch is not None:
            await asyncio.to_thread(self._system_watch.stop)
        await self._pool.close()
        await asyncio.to_thread(self._driver.close)
        await self._viewers.close()
        await self._clipboard.close()
        self._sources.close()

    # Viewers

    def take_signal(self, signal: Signal) -> None:
        """See `Viewers`."""
        self._viewers.take_signal(signal)

    def mend(self) -> None:
        """The network may be another one, or the computer slept."""
        self._viewers.mend()

    def drop_participant(self, participant: str) -> None:
        """End the connections and marks of somebody who is not in the session any more."""
        self._viewers.drop_participant(participant)
        self._marks.clear(participant)

    def drop_gone(self, now: float) -> None:
        """See `Viewers`."""
        self._viewers.drop_gone(now)

    def tick(self, now: float) -> None:
        """Keep watched rows in use, close what nobody watches, look for what was lost."""
        self._pool.sweep(now)
        self._sources.keep(self._pool.pictures())
        for screen in self.screens:
            shown = self._pool.shown(screen)
            if screen.lost and shown is not None and self._sources.is_back(shown):
                # The viewers ask again, and get a fresh picture of what is there now.
                self._viewers.closed_screen(screen)
                self._pool.close_screen(screen)
            elif screen.viewers and shown is not None:
                for row in self._active():
                    if row.capability in VIEW and row.id is not None and covers(row, shown):
                        self._table.touch(row.id)

    # What the viewers do (`ScreenListener`)

    def viewer_input(self, peer: ViewerLink, message: ViewerInput) -> None:
        """Queue it for the gate, which judges at the moment of doing."""
        sender = Sender(peer.connection, peer.participant)
        if not self._driver.submit(sender, message):
            self._verdicts.take(sender, Verdict.NO_GRANT, message)

    def viewer_state(self, peer: ViewerLink, message: FromViewer) -> None:
        """Pass marks and clipboard text to the desk that checks them."""
        place = self._pool.of(peer.connection)
        if place is None:
            self._refusals.count("not_granted")
        elif isinstance(message, Mark | MarksCleared):
            self._marks.take(peer, place[1], message)
        else:
            self._clipboard.take(peer, message)

    def viewer_refused(self, peer: ViewerLink, reason: str) -> None:
        """Count a malformed message."""
        self._refusals.count(reason)

    def viewer_ready(self, peer: ViewerLink) -> None:
        """Tell a newcomer who operates."""
        control = next((row for row in self._active() if row.control), None)
        if control is not None:
            peer.send(Driving(who="viewer", participant=control.holder))
        self._on_change()

    def viewer_silent(self, peer: ViewerLink, *, silent: bool) -> None:
        """Hold a viewer that is not heard, and let go of its keys."""
        self._driver.silent(peer.connection, silent=silent)
        self._verdicts.hold(peer.connection, "connection" if silent else "none")

    def viewer_closed(self, peer: ViewerLink, reason: str) -> None:
        """Let go of a gone viewer's keys and tell its browser."""
        self._driver.forget(peer.connection)
        self._verdicts.forget(peer.connection)
        self._marks.forget(peer.connection)
        self._clipboard.forget(peer.connection)
        self._viewers.closed(peer.connection, reason)
        self._on_change()

    def layout_changed(self) -> None:
        """The area of a picture is another one now."""
        self._on_change()

    def screen_lost(self) -> None:
        """The capture of a picture ended by itself; which one, it says itself."""
        for screen in self.screens:
            shown = self._pool.shown(screen)
            if not screen.lost or shown is None:
                continue
            if not self._sources.display_is_there():
                self._display_lost()
            elif shown.surface == "application":
                rows = [row.request for row in self._active() if covers(row, shown)]
                self._table.stop(rows, StopCause.SOURCE_CLOSED)
            else:
                screen.capture("source_lost")
        self._on_change()

    def _display_lost(self) -> None:
        """The display is gone: the source of every grant is closed. In any thread."""
        self._table.stop_all(StopCause.SOURCE_CLOSED)

    # What viewers are told

    def hold_all(self, reason: HeldReason) -> None:
        """Tell every viewer that input is held, or held no longer."""
        self._verdicts.hold_all(reason)

    def tell_driving(self, who: Driving) -> None:
        """Tell every viewer who operates."""
        for screen in self.screens:
            screen.send_state(who)
