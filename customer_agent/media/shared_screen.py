"""The screen shared under one grant: one capture and one encoder, any number of viewers, the cursor beside it.

`stop()` is the customer's Stop: synchronous, from any thread, without the network.
"""

import asyncio
import contextlib
import platform
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

from pydantic import BaseModel

from customer_agent.media.capture import CaptureBackend, open_capture
from customer_agent.media.engine import CaptureEngine, EngineCounters, EngineEvents, Layout
from customer_agent.media.fanout import Fanout
from customer_agent.media.geometry import Rect
from customer_agent.media.peers import ViewerPeer
from customer_agent.media.rates import STEPS
from supportsite.protocol.channel import CursorPosition, CursorShape, MonitorInfo, Quality, Screen, ViewerInput
from supportsite.protocol.socket import Candidate, Description

open_cursor: Callable[..., Any] | None = None
if platform.system() == "Linux":  # imported with the program: at the first grant it would cost 0.1 s
    from customer_agent.media.cursor import CursorWatcher

    open_cursor = CursorWatcher

QUALITY_SECONDS = 1.0
CPU_LIMITED_ENCODE_SECONDS = 1 / 40


class ScreenListener(Protocol):
    """Who hears of the viewers of a shared screen; called on the event loop."""

    def viewer_input(self, peer: ViewerPeer, message: ViewerInput) -> None:
        """A well-formed message; the gate decides."""

    def viewer_refused(self, peer: ViewerPeer, reason: str) -> None:
        """A malformed message was dropped."""

    def viewer_silent(self, peer: ViewerPeer, *, silent: bool) -> None:
        """Release this viewer's keys when silent."""

    def viewer_closed(self, peer: ViewerPeer, reason: str) -> None:
        """A viewer is gone: release its keys."""

    def screen_lost(self) -> None:
        """The capture ended by itself (the display is gone): the grant's source is closed."""


class SharedScreen:
    """One shared area and its viewers. Made on the event loop; `stop` and `send_state` are for any thread."""

    def __init__(
        self,
        *,
        listener: ScreenListener,
        monitors: Sequence[int] = (),
        display: str | None = None,
        open_backend: Callable[[str | None], CaptureBackend] = open_capture,
    ) -> None:
        self._loop = asyncio.get_running_loop()
        self._listener = listener
        self._display = display
        self._peers: dict[str, ViewerPeer] = {}
        self._stopped = threading.Event()
        self._fanout = Fanout(self._loop, request_key=self._request_key)
        events = EngineEvents(layout=self._on_layout, lost=self._on_lost)
        self._engine = CaptureEngine(
            backend=open_backend(display), monitors=monitors, fanout=self._fanout, events=events
        )
        self._cursor: Any = None
        self._shape: CursorShape | None = None
        self._place: CursorPosition | None = None
        self._meter: asyncio.Task[None] | None = None
        self._closing: asyncio.Task[None] | None = None

    @property
    def area(self) -> Rect:
        """What is shared, in pixels of the screen: the injector maps coordinates into it."""
        return self._engine.layout.area

    @property
    def viewers(self) -> list[ViewerPeer]:
        """The viewers there are."""
        return list(self._peers.values())

    @property
    def stopped(self) -> bool:
        """Whether `stop` was called."""
        return self._stopped.is_set()

    @property
    def counters(self) -> EngineCounters:
        """What was captured, encoded and sent so far."""
        return self._engine.counters

    async def add_viewer(
        self, *, connection: str, participant: str, ice_servers: Sequence[Mapping[str, Any]] = ()
    ) -> Description:
        """Make a connection for a viewer and return the offer to send. Raises RuntimeError after `stop`."""
        if self.stopped:
            raise RuntimeError("not shared any more")
        await self.hang_up(connection)
        peer = ViewerPeer(
            connection=connection,
            participant=participant,
            ice_servers=ice_servers,
            fanout=self._fanout,
            listener=self,
        )
        self._peers[connection] = peer
        offer = await peer.make_offer()
        self._begin()
        return offer

    def _begin(self) -> None:
        """Start what the first viewer needs, while it looks at the offer."""
        if self._meter is None and not self.stopped:
            self._engine.start()
            self._start_cursor()
            self._meter = self._loop.create_task(self._measure())

    async def take_answer(self, connection: str, sdp: str) -> None:
        """Take a viewer's answer; unknown connections are ignored. Raises ValueError for a bad one."""
        if (peer := self._peers.get(connection)) is not None:
            await peer.take_answer(sdp)

    async def add_candidate(self, candidate: Candidate) -> None:
        """Take a viewer's candidate; unknown connections are ignored. Raises ValueError for a bad one."""
        if (peer := self._peers.get(candidate.connection)) is not None:
            await peer.add_candidate(candidate)

    async def hang_up(self, connection: str, reason: str = "hang_up") -> None:
        """End one viewer's connection."""
        if (peer := self._peers.get(connection)) is not None:
            await peer.close(reason)

    async def drop_participant(self, participant: str) -> None:
        """End all connections of a participant who may not watch any more."""
        for peer in self.viewers:
            if peer.participant == participant:
                await peer.close("not_allowed")

    def send_state(self, message: BaseModel, connection: str | None = None) -> None:
        """Send a `state` message to one viewer or to all. From any thread."""
        with contextlib.suppress(RuntimeError):  # the loop is closed
            self._loop.call_soon_threadsafe(self._send_now, message, connection)

    def _send_now(self, message: BaseModel, connection: str | None) -> None:
        for peer in self.viewers:
            if connection is None or peer.connection == connection:
                peer.send(message)

    def stop(self) -> None:
        """Cut picture and channels now. From any thread; returns at once, and no picture leaves after it."""
        if self._stopped.is_set():
            return
        self._stopped.set()
        self._engine.stop()
        if self._cursor is not None:
            self._cursor.stop()
        with contextlib.suppress(RuntimeError):  # the loop is closed
            self._loop.call_soon_threadsafe(self._begin_closing)

    def _begin_closing(self) -> None:
        if self._closing is None:
            self._closing = self._loop.create_task(self._close_all())

    async def _close_all(self) -> None:
        if self._meter is not None:
            self._meter.cancel()
        await asyncio.gather(*(peer.close("stopped") for peer in self.viewers))

    async def wait_closed(self) -> None:
        """Wait until everything that `stop` began is done."""
        self.stop()
        self._begin_closing()
        if self._closing is not None:
            await self._closing
        await asyncio.to_thread(self._engine.join, 2.0)
        if self._cursor is not None:
            await asyncio.to_thread(self._cursor.join, 2.0)

    # What the peers tell

    def viewer_input(self, peer: ViewerPeer, message: ViewerInput) -> None:
        """Pass a viewer's message on, unless all is over."""
        if not self.stopped:
            self._listener.viewer_input(peer, message)

    def viewer_refused(self, peer: ViewerPeer, reason: str) -> None:
        """Pass it on."""
        self._listener.viewer_refused(peer, reason)

    def viewer_ready(self, peer: ViewerPeer) -> None:
        """Tell a newcomer the size, the cursor's shape and its place."""
        for message in (self._screen_message(self._engine.layout), self._shape, self._place):
            if message is not None:
                peer.send(message)

    def viewer_silent(self, peer: ViewerPeer, *, silent: bool) -> None:
        """Pass it on."""
        self._listener.viewer_silent(peer, silent=silent)

    def viewer_closed(self, peer: ViewerPeer, reason: str) -> None:
        """Forget the viewer and pass it on."""
        if self._peers.get(peer.connection) is peer:
            del self._peers[peer.connection]
        self._listener.viewer_closed(peer, reason)

    # What the engine and the cursor tell, on their threads

    def _request_key(self) -> None:
        self._engine.request_key()

    def _on_layout(self, layout: Layout) -> None:
        if self._cursor is not None:
            self._cursor.area = layout.area
        self.send_state(self._screen_message(layout))

    def _on_lost(self) -> None:
        with contextlib.suppress(RuntimeError):  # the loop is closed
            self._loop.call_soon_threadsafe(self._listener.screen_lost)

    def _on_cursor(self, message: CursorShape | CursorPosition) -> None:
        if isinstance(message, CursorShape):
            self._shape = message
        else:
            self._place = message
        self.send_state(message)

    def _start_cursor(self) -> None:
        """Watch the cursor where that is possible; elsewhere the system draws it into the picture."""
        if open_cursor is not None:
            self._cursor = open_cursor(self.area, self._on_cursor, self._display)
            self._cursor.start()

    @staticmethod
    def _screen_message(layout: Layout) -> Screen:
        monitors = [
            MonitorInfo(number=item.number, width=item.rect.width, height=item.rect.height, primary=item.primary)
            for item in layout.monitors
        ]
        return Screen(width=layout.area.width, height=layout.area.height, monitors=monitors)

    async def _measure(self) -> None:
        """Tell the viewers once a second how it goes, and fit the rate to the slowest link."""
        counters = self._engine.counters
        pictures, sent, seconds, at = 0, 0, 0.0, time.monotonic()
        while not self.stopped:
            await asyncio.sleep(QUALITY_SECONDS)
            now = time.monotonic()
            new = counters.pictures - pictures
            spent = counters.encode_seconds - seconds
            step = await self._fit_rate()
            quality = Quality(
                frames_per_second=round(new / (now - at), 1),
                kbit_per_second=round((counters.sent_bytes - sent) * 8 / 1000 / (now - at), 1),
                encode_ms=round(spent / new * 1000, 2) if new else 0.0,
                limited_by=self._limit(step, new, spent),
            )
            self._send_now(quality, None)
            pictures, sent, seconds, at = counters.pictures, counters.sent_bytes, counters.encode_seconds, now

    @staticmethod
    def _limit(step: int, pictures: int, seconds: float) -> Any:
        if pictures < 5:
            return "still"
        if step > 0:
            return "link"
        return "cpu" if seconds / pictures > CPU_LIMITED_ENCODE_SECONDS else "nothing"

    async def _fit_rate(self) -> int:
        step = 0
        for peer in self.viewers:
            report = await peer.link_report()
            step = max(step, peer.rates.step if report is None else peer.rates.report(report))
        self._engine.set_step(STEPS[step])
        return step
