"""One support session of this Support Manager, from the attach code to its end: joins the parts, decides nothing."""

import asyncio
import logging
import threading
from collections.abc import Callable
from typing import Any

from customer_agent import clock
from customer_agent.bar_view import describe
from customer_agent.bridge import Windows
from customer_agent.client import ApiClient, Attached
from customer_agent.consent import ConsentDesk, InputHold
from customer_agent.driving import Driver
from customer_agent.grant_words import GrantWords
from customer_agent.grants import Change, Grant, GrantTable, RowState
from customer_agent.identity import Identity
from customer_agent.ladder import Effect, Ladder, Rung
from customer_agent.link import Link
from customer_agent.refusals import REPORT_SECONDS, Refusals
from customer_agent.reports import Report, Reporter
from customer_agent.session_model import SessionModel
from customer_agent.sharing import Sharing
from supportsite.protocol import events
from supportsite.protocol.base import ActorKind, Capability, SessionState, StopCause
from supportsite.protocol.channel import Driving

log = logging.getLogger(__name__)

TICK_SECONDS = 0.25
FLUSH_SECONDS = 1.5
OWNER_SHOWN_SECONDS = 1.05
SELF_RESUME_SECONDS = 1.0


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
        self._stopped_once = False
        self._owner_until = 0.0
        self._suspended_at: float | None = None
        self._end = asyncio.get_running_loop().create_future()
        self._desk = ConsentDesk(
            model=self.model, table=self.table, identity=identity, reporter=self._reporter, windows=windows,
            hold=self._hold, endpoint=self._endpoint, call_soon=self._soon, on_prompt=self._prompt_opens,
        )  # fmt: skip
        self._link = Link(
            api, self.model, endpoint=self._endpoint, on_event=self._take_event, on_signal=self._take_signal,
            on_heard=self._heard, on_welcome=self._welcomed,
        )  # fmt: skip
        self._driver = Driver(table=self.table, hold=self._hold, own_windows=own_windows, connected=self._connected)
        self._driver.owner_moved = lambda: self._soon(self._owner_moved)
        self._sharing = Sharing(
            model=self.model, table=self.table, driver=self._driver, refusals=self._refusals,
            ice_servers=lambda: api.ice_servers(self.model.id), send_signal=self._link.send_signal,
            on_first_use=self._report_first_use,
        )  # fmt: skip
        self.table.listen(self._changed)

    # Life

    async def run(self) -> str:
        """Take part until the session or the program ends; returns the code of why."""
        self._windows.set_language(self.model.my_language)
        self._show()
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

    def answer(self, request: str, *, allowed: bool) -> None:
        """See `bridge.Owner`."""
        self._desk.answer(request, allowed=allowed)

    def lapse(self, request: str) -> None:
        """See `bridge.Owner`."""
        self._desk.lapse(request)

    def prompt_closed(self, request: str) -> None:
        """See `bridge.Owner`."""
        self._hold.closed(request)
        self._soon(self._after_prompt)

    def stop_everything(self) -> None:
        """Stop every grant on this computer, then tell the server."""
        self.table.stop_all(StopCause.STOP_EVERYTHING, told=True)
        self._desk.deny_open()
        self._soon(self._report_stop)

    def stop_control(self) -> None:
        """Stop control on this computer, then tell the server."""
        rows = self.table.live(Capability.CONTROL_DESKTOP)
        self.table.stop([row.request for row in rows], StopCause.OWNER_STOP)

    def go_on(self) -> None:
        """The owner pressed Continue."""
        self._soon(lambda: self._do(self._ladder.clicked()))

    def leave(self) -> None:
        """Stop everything here, and leave the session."""
        self.table.stop_all(StopCause.OWNER_STOP, told=True)
        self._soon(self._leave)

    def _leave(self) -> None:
        self._reporter.put(Report("leave/", {}))
        self.end("left")

    def _report_stop(self) -> None:
        self._stopped_once = True
        for row in self.table.rows():
            self._reporter.withdraw(f"grant:{row.request}")
        self._reporter.put(Report("stop/", {}))
        self._show()

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
        if row.state is RowState.SUSPENDED:
            self._suspended_at = clock.now()
        if not change.told:
            self._words.report(row)
        self._show()

    def _report_first_use(self, row: Grant) -> None:
        self._reporter.put(Report(f"grants/{row.id}/first-use/", {}))

    # The link

    def _connected(self) -> bool:
        return self._ladder.rung in (Rung.LIVE, Rung.RECONNECTING)

    def _heard(self) -> None:
        self._do(self._ladder.heard(clock.now()))

    def _welcomed(self) -> None:
        self._desk.review(clock_offset=self._clock_offset)

    def _take_signal(self, signal: Any) -> None:
        self._sharing.take_signal(signal)

    def _take_event(self, event: events.Event) -> None:
        """Follow an event: it can name or narrow rows, bring a question, or end the session."""
        match event:
            case events.ParticipantLeft() | events.ParticipantRefused():
                self._participant_left(event.participant)
            case events.SessionEnded():
                self.end("session_ended")
            case _:
                self._follow_grants(event)
        self._desk.review(clock_offset=self._clock_offset)
        self._show()

    def _follow_grants(self, event: events.Event) -> None:
        match event:
            case events.RequestGranted() if event.grant.endpoint == self._endpoint:
                self._desk.confirm(event.grant)
            case events.RequestDenied() | events.RequestExpired() | events.RequestCancelled():
                self.table.stop([event.request], StopCause.EXPIRED, told=True)
            case events.GrantSuspended() if event.actor.kind is not ActorKind.SUPPORT_MANAGER:
                # Our own word comes back too, perhaps late; only what others say is new.
                self.table.narrow(event.grant)
            case events.GrantResumed():
                row = self.table.find(event.grant.id)
                if row is not None and row.state is RowState.ACTIVE:
                    self.table.learn_epoch(row.request, event.grant.epoch)
            case events.GrantStopped():
                row = self.table.find(event.grant)
                if row is not None:
                    self.table.stop([row.request], event.cause, told=True)
            case _:
                pass

    def _participant_left(self, participant: str) -> None:
        self._sharing.drop_participant(participant)
        rows = [row.request for row in self.table.live() if row.csr == participant]
        self.table.stop(rows, StopCause.PARTICIPANT_LEFT)
        if participant == self.model.me:
            self.end("left")

    def _do(self, effects: list[Effect]) -> None:
        for effect in effects:
            match effect:
                case Effect.SUSPEND_CONTROL:
                    self.table.suspend_control(StopCause.CONNECTION_LOST)
                case Effect.RESUME:
                    self.table.resume_from_local_rule()
                case Effect.ASK_CONTINUE if not self._resting():
                    self._do(self._ladder.clicked())
                case Effect.END:
                    self.end("lost")
                case _:
                    pass
        if effects:
            self._show()

    def _resting(self) -> list[Grant]:
        return [row for row in self.table.live() if row.state is RowState.SUSPENDED]

    # Time

    async def _tick_for_ever(self) -> None:
        since_report = 0.0
        while True:
            await asyncio.sleep(TICK_SECONDS)
            now = clock.now()
            self._do(self._ladder.step(now))
            self._sharing.keep_used()
            if self._ladder.rung is Rung.LIVE:
                self._sharing.drop_gone(now)
            self.table.expire()
            self._resume_what_the_server_rested(now)
            if self._owner_until and now >= self._owner_until:
                self._owner_rests()
            since_report += TICK_SECONDS
            if since_report >= REPORT_SECONDS:
                since_report = 0.0
                for reason, count in self._refusals.take():
                    self._reporter.put(Report("refusals/", {"reason": reason, "count": count}))

    def _resume_what_the_server_rested(self, now: float) -> None:
        """The server rests grants of a link it lost; with the link whole again they go on by the ladder's rule."""
        whole = self._ladder.rung is Rung.LIVE and not self._ladder.needs_click
        if whole and self._suspended_at is not None and now - self._suspended_at >= SELF_RESUME_SECONDS:
            self._suspended_at = None
            if self._resting():
                self.table.resume_from_local_rule()

    # Who drives, and what the bar says

    def _prompt_opens(self) -> None:
        self._driver.release()
        self._sharing.hold_all("prompt")

    def _after_prompt(self) -> None:
        self._sharing.hold_all("none")
        self._desk.review(clock_offset=self._clock_offset)

    def _owner_moved(self) -> None:
        if not self._driver.running:
            return
        if not self._owner_until:
            self._sharing.tell_driving(Driving(who="owner"))
            self._sharing.hold_all("owner_input")
        self._owner_until = clock.now() + OWNER_SHOWN_SECONDS
        self._show()

    def _owner_rests(self) -> None:
        if self._driver.owner_drives():
            self._owner_until = clock.now() + TICK_SECONDS
            return
        self._owner_until = 0.0
        self._sharing.hold_all("none")
        control = self.table.live(Capability.CONTROL_DESKTOP)
        who = Driving(who="csr", participant=control[-1].csr) if control else Driving(who="nobody")
        self._sharing.tell_driving(who)
        self._show()

    def _show(self) -> None:
        screen = self._sharing.screen
        view = describe(
            table=self.table,
            model=self.model,
            ladder=self._ladder,
            area=screen.area if screen is not None else None,
            owner_drives=bool(self._owner_until),
            stopped_once=self._stopped_once,
        )
        self._windows.show_bar(view)
