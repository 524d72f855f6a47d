"""One support session of this Support Manager, from the attach code to its end: joins the parts, decides nothing."""

import asyncio
import logging
import threading
from collections.abc import Callable
from typing import Any

import aiohttp

from customer_agent import clock
from customer_agent.bar_keeper import BarKeeper
from customer_agent.bridge import Choice, Windows
from customer_agent.client import ApiClient, Attached
from customer_agent.clipboard_desk import ClipboardDesk
from customer_agent.consent import ConsentDesk
from customer_agent.control.clipboard import open_clipboard
from customer_agent.driving import Driver
from customer_agent.grant_events import follow_grants
from customer_agent.grant_rows import Change, Grant, RowState
from customer_agent.grant_words import GrantWords
from customer_agent.grants import GrantTable
from customer_agent.ice import IceServers
from customer_agent.identity import Identity
from customer_agent.input_hold import InputHold
from customer_agent.ladder import Ladder, Rung
from customer_agent.link import Link
from customer_agent.marks import Board
from customer_agent.owner_turn import OwnerTurn
from customer_agent.recovery import Recovery
from customer_agent.refusals import Refusals
from customer_agent.relay import dial_relay
from customer_agent.reports import Report, Reporter
from customer_agent.session_model import SessionModel
from customer_agent.sharing import Sharing
from customer_agent.sources import Sources
from supportsite.protocol import events
from supportsite.protocol.base import SessionState, StopCause

log = logging.getLogger(__name__)

TICK_SECONDS = 0.25
FLUSH_SECONDS = 1.5
SLEPT_SECONDS = 3.0


class Attachment:
    """Made and run on the event loop; what the owner does (`answer` to `leave`) comes in any thread."""

    def __init__(
        self,
        *,
        api: ApiClient,
        attached: Attached,
        identity: Identity,
        windows: Windows,
        own_windows: Callable[[], list[int]],
        board: Board,
    ) -> None:
        self._loop = asyncio.get_running_loop()
        self._loop_thread = threading.get_ident()
        self._api = api
        self._windows = windows
        self._endpoint = attached.endpoint
        self._clock_offset = clock.now() - attached.session.now.timestamp()
        self.model = SessionModel(attached.session)
        self.table = GrantTable()
        self._reporter = Reporter(api, self.model.id)
        self._words = GrantWords(self.table, self._reporter)
        self._refusals = Refusals()
        self._hold = InputHold()
        self._ladder = Ladder(last_heard=clock.now())
        self._end = asyncio.get_running_loop().create_future()
        self._desk = ConsentDesk(
            model=self.model, table=self.table, identity=identity, reporter=self._reporter, windows=windows,
            hold=self._hold, endpoint=self._endpoint, call_soon=self._soon, on_prompt=self._prompt_opens,
        )  # fmt: skip
        sources = Sources(marks_are_drawn=lambda: board.available, on_change=lambda: self._soon(self._bar.show))
        self._bar = BarKeeper(
            table=self.table, model=self.model, ladder=self._ladder, windows=windows, sources=sources,
            sharing=lambda: self._sharing,
        )  # fmt: skip
        self._recovery = Recovery(table=self.table, ladder=self._ladder, show=self._bar.show, end=self.end)
        self._link = Link(
            api, self.model, endpoint=self._endpoint, on_event=self._take_event, on_signal=self._take_signal,
            on_heard=self._recovery.heard, on_welcome=self._welcomed,
        )  # fmt: skip
        self._driver = Driver(table=self.table, hold=self._hold, own_windows=own_windows, connected=self._connected)
        clipboard = ClipboardDesk(
            table=self.table, open_clipboard=open_clipboard, refusals=self._refusals, on_used=self._bar.clipboard_used
        )  # fmt: skip
        self._ice = IceServers(lambda: api.ice_servers(self.model.id))
        self._sharing = Sharing(
            model=self.model, table=self.table, driver=self._driver, refusals=self._refusals, clipboard=clipboard,
            board=board, sources=sources, ice_servers=self._ice.get,
            dial_relay=self._dial_relay, send_signal=self._link.send_signal, on_first_use=self._report_first_use,
            on_marked=self._report_marked, on_change=self._bar.show,
        )  # fmt: skip
        self._owner = OwnerTurn(table=self.table, driver=self._driver, sharing=self._sharing, bar=self._bar)
        self._driver.owner_moved = lambda: self._soon(self._owner.moved)
        self._driver.owner_typed = self._owner.typed
        self.table.listen(self._changed)

    # Life

    async def run(self) -> str:
        """Take part until the session or the program ends; returns the code of why."""
        self._windows.set_language(self.model.my_language)
        self._bar.show()
        tasks = [
            self._loop.create_task(work) for work in (self._follow_link(), self._reporter.run(), self._tick_for_ever())
        ]
        for task in tasks:
            task.add_done_callback(self._task_ended)
        try:
            if self.model.state is SessionState.ENDED:
                self.end("session_ended")
            self._desk.review(clock_offset=self._clock_offset)
            code: str = await self._end
        finally:
            self.table.stop_all(StopCause.SESSION_ENDED, told=True)
            self._desk.withdraw_all()
            self._sharing.follow()
        self._windows.show_end(code)
        if code == "left":
            await self._reporter.flush(FLUSH_SECONDS)
        for task in tasks:
            task.cancel()
        await self._sharing.close()
        await asyncio.gather(*tasks, return_exceptions=True)
        return code

    def end(self, code: str) -> None:
        """End this session on this computer."""
        if not self._end.done():
            self._end.set_result(code)

    def _task_ended(self, task: "asyncio.Task[None]") -> None:
        """A part that fails ends the session here: nothing is shared by a program that half works."""
        if not task.cancelled() and task.exception() is not None:
            log.error("a part failed", exc_info=task.exception())
            self.end("fault")

    async def _follow_link(self) -> None:
        self.end(await self._link.run())

    # The owner, in any thread

    def answer(self, request: str, *, allowed: bool, choice: Choice) -> None:
        """See `bridge.Owner`."""
        self._desk.answer(request, allowed=allowed, choice=choice)

    def lapse(self, request: str) -> None:
        """See `bridge.Owner`."""
        self._desk.lapse(request)

    def prompt_closed(self, request: str) -> None:
        """See `bridge.Owner`."""
        self._hold.closed(request)
        self._soon(self._after_prompt)

    def stop_everything(self) -> None:
        """Stop every grant on this computer, then tell the server: a customer's by one word, a CSR's one by one."""
        self.table.stop_all(StopCause.STOP_EVERYTHING, told=not self.model.owner_is_csr)
        self._desk.deny_open()
        self._soon(self._report_stop)

    def stop_control(self) -> None:
        """Stop control on this computer, then tell the server."""
        control = self.table.live_control()
        if control is not None:
            self.table.stop([control.request], StopCause.OWNER_STOP)

    def pause(self) -> None:
        """Let everything rest on this computer, then tell the server."""
        self.table.pause()

    def go_on(self) -> None:
        """The owner pressed Continue."""
        self.table.unpause()
        self._soon(self._recovery.clicked)

    def leave(self) -> None:
        """Stop everything here, and leave the session."""
        self.table.stop_all(StopCause.OWNER_STOP, told=not self.model.owner_is_csr)
        self._soon(self._leave)

    def _leave(self) -> None:
        if not self.model.owner_is_csr:  # a CSR's computer goes, the CSR stays
            self._reporter.put(Report("leave/", {}))
        self.end("left")

    def _report_stop(self) -> None:
        self._bar.stopped_once = True
        if not self.model.owner_is_csr:
            for row in self.table.rows():
                self._reporter.withdraw(f"grant:{row.request}")
            self._reporter.put(Report("stop/", {}))
        self._bar.show()

    def _soon(self, work: Callable[[], None]) -> None:
        """Run on the event loop: now if this is its thread, else soon; not at all once it is closed."""
        if threading.get_ident() == self._loop_thread:
            work()
            return
        try:
            self._loop.call_soon_threadsafe(work)
        except RuntimeError:
            log.info("too late: the program is ending")

    # The table

    def _changed(self, change: Change) -> None:
        """A row changed, in any thread: first the effect, then the report."""
        self._sharing.cut(change)
        self._soon(lambda: self._after_change(change))

    def _after_change(self, change: Change) -> None:
        self._sharing.follow()
        row = change.grant
        if row.state is RowState.ACTIVE:
            self._ice.prepare()
        if row.state is RowState.SUSPENDED:
            self._recovery.suspended()
        if not change.told:
            self._words.report(row)
        self._bar.show()

    def _report_first_use(self, row: Grant) -> None:
        self._reporter.put(Report(f"grants/{row.id}/first-use/", {}))

    def _report_marked(self, grant: str, participant: str) -> None:
        self._reporter.put(Report(f"grants/{grant}/marked/", {"participant": participant}))

    # The link

    def _connected(self) -> bool:
        return self._ladder.rung in (Rung.LIVE, Rung.RECONNECTING)

    def _welcomed(self) -> None:
        self._network_may_have_changed()
        self._desk.review(clock_offset=self._clock_offset)

    async def _dial_relay(self, relay: str, participant: str) -> aiohttp.ClientWebSocketResponse:
        return await dial_relay(self._api, session=self.model.id, relay=relay, participant=participant)

    def _take_signal(self, signal: Any) -> None:
        self._sharing.take_signal(signal)

    def _take_event(self, event: events.Event) -> None:
        """Follow an event: it can name or narrow rows, bring a question, or end the session."""
        match event:
            case events.ParticipantLeft() | events.ParticipantRefused():
                self._participant_left(event.participant)
            case events.SessionEnded():
                self.end("session_ended")
            case events.OptionsChanged():
                self._sharing.follow_options()
            case _:
                follow_grants(event, table=self.table, desk=self._desk, endpoint=self._endpoint)
        self._desk.review(clock_offset=self._clock_offset)
        self._bar.show()

    def _participant_left(self, participant: str) -> None:
        self._sharing.drop_participant(participant)
        rows = [row.request for row in self.table.live() if row.holder == participant]
        self.table.stop(rows, StopCause.PARTICIPANT_LEFT)
        if participant == self.model.me:
            self.end("left")

    # Time

    def _network_may_have_changed(self) -> None:
        """A new socket is what a change of network and a sleep have in common: addresses and pictures may be dead."""
        self._ice.forget()
        if self.table.live():
            self._ice.prepare()
        self._sharing.mend()

    async def _tick_for_ever(self) -> None:
        ticked = clock.now()
        while True:
            await asyncio.sleep(TICK_SECONDS)
            now = clock.now()
            if now - ticked > SLEPT_SECONDS:
                self._link.reconnect()
            ticked = now
            self._sharing.tick(now)
            self._bar.tick(now)
            if self._ladder.rung is Rung.LIVE:
                self._sharing.drop_gone(now)
            self.table.expire()
            self._recovery.tick(now)
            self._owner.tick(now)
            for reason, count in self._refusals.due(now):
                self._reporter.put(Report("refusals/", {"reason": reason, "count": count}))

    # Who drives, and what the bar says

    def _prompt_opens(self) -> None:
        self._driver.release()
        self._sharing.hold_all("prompt")

    def _after_prompt(self) -> None:
        self._sharing.hold_all("none")
        self._desk.review(clock_offset=self._clock_offset)
