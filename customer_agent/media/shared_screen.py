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

import aiohttp
from pydantic import BaseModel

from customer_agent.media.capture import CaptureBackend, open_capture
from customer_agent.media.engine import CaptureEngine, EngineCounters, EngineEvents, Layout
from customer_agent.media.fanout import Fanout
from customer_agent.media.geometry import Rect
from customer_agent.media.peers import ViewerPeer
from customer_agent.media.quality import QualityMeter
from customer_agent.media.relay_peer import RelayPeer
from customer_agent.media.states import HOLDING, CaptureState, CaptureStates
from customer_agent.media.viewer_link import FromViewer, ViewerLink
from customer_agent.media.wayland import on_wayland
from customer_agent.media.windows import WindowsReport
from supportsite.protocol.base import SharingQuality
from supportsite.protocol.capabilities import Surface
from supportsite.protocol.channel import (
    Capture,
    CursorPosition,
    CursorShape,
    MonitorInfo,
    Screen,
    ViewerInput,
    WindowInfo,
)
from supportsite.protocol.socket import Candidate, Description

open_cursor: Callable[..., Any] | None = None
if platform.system() == "Linux":  # imported with the program: at the first grant it would cost 0.1 s
    from customer_agent.media.cursor import CursorWatcher

    open_cursor = CursorWatcher

QUALITY_SECONDS = 1.0
KEPT_SHAPES = 64


class ScreenListener(Protocol):
    """Who hears of the viewers of a shared screen; called on the event loop."""

    def viewer_input(self, peer: ViewerLink, message: ViewerInput) -> None:
        """A well-formed message; the gate decides."""

    def viewer_state(self, peer: ViewerLink, message: FromViewer) -> None:
        """A well-formed mark or clipboard message; who listens decides."""

    def viewer_refused(self, peer: ViewerLink, reason: str) -> None:
        """A malformed message was dropped."""

    def viewer_ready(self, peer: ViewerLink) -> None:
        """A viewer can be told things; what it is shown was told already."""

    def viewer_silent(self, peer: ViewerLink, *, silent: bool) -> None:
        """Release this viewer's keys when silent."""

    def viewer_closed(self, peer: ViewerLink, reason: str) -> None:
        """A viewer is gone: release its keys."""

    def layout_changed(self) -> None:
        """The shared area is another one now."""

    def screen_lost(self) -> None:
        """The capture ended by itself (the display is gone): the grant's source is closed."""


class SharedScreen:
    """One shared area and its viewers. Made on the event loop; `stop` and `send_state` are for any thread."""

    def __init__(
        self,
        *,
        listener: ScreenListener,
        monitors: Sequence[int] = (),
        granted: Sequence[int] = (),
        surface: Surface = "desktop",
        marks_in_picture: bool = False,
        display: str | None = None,
        open_backend: Callable[[str | None], CaptureBackend] = open_capture,
    ) -> None:
        """Share `monitors` (none named: all) of those that are `granted` (none named: the same as `monitors`).

        `lost` says that the capture ended by itself.
        """
        self._loop = asyncio.get_running_loop()
        self._listener = listener
        self._display = display
        self._peers: dict[str, ViewerLink] = {}
        self._stopped = threading.Event()
        self.lost = False
        self._fanout = Fanout(self._loop, request_key=self._request_key, became_idle=self._became_idle)
        events = EngineEvents(layout=self._on_layout, lost=self._on_lost)
        self._engine = CaptureEngine(
            backend=open_backend(display), monitors=monitors, fanout=self._fanout, events=events
        )
        self._shown, self._granted = tuple(monitors), tuple(granted) or tuple(monitors)
        self._surface, self._marks_in_picture = surface, marks_in_picture
        self._windows: tuple[WindowInfo, ...] = ()
        self._capture = Capture(state="live")
        self._states = CaptureStates(self._on_capture)
        self._cursor: Any = None
        self._shapes: dict[int, CursorShape] = {}
        self._members: frozenset[int] | None = None if surface == "desktop" else frozenset()
        self._place: CursorPosition | None = None
        self._meter: asyncio.Task[None] | None = None
        self._closing: asyncio.Task[None] | None = None

    @property
    def area(self) -> Rect:
        """What is shared, in pixels of the screen: the injector maps coordinates into it."""
        return self._engine.layout.area

    @property
    def viewers(self) -> list[ViewerLink]:
        """The viewers there are."""
        return list(self._peers.values())

    @property
    def capture_state(self) -> CaptureState:
        """What stands in the way of the picture; `live` for nothing."""
        return self._capture.state

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

    async def add_relayed(self, *, connection: str, participant: str, socket: aiohttp.ClientWebSocketResponse) -> None:
        """Serve a viewer over a relay's open socket. Raises RuntimeError after `stop`."""
        if self.stopped:
            raise RuntimeError("not shared any more")
        await self.hang_up(connection)
        peer = RelayPeer(
            connection=connection, participant=participant, socket=socket, fanout=self._fanout, listener=self
        )
        self._peers[connection] = peer
        peer.start()
        self._begin()

    def _begin(self) -> None:
        """Start what the first viewer needs, while it looks at the offer."""
        if self._meter is None and not self.stopped:
            self._engine.start()
            self._start_cursor()
            self._meter = self._loop.create_task(self._measure())

    async def take_answer(self, connection: str, sdp: str) -> None:
        """Take a viewer's answer; unknown connections are ignored. Raises ValueError for a bad one."""
        if isinstance(peer := self._peers.get(connection), ViewerPeer):
            await peer.take_answer(sdp)

    async def add_candidate(self, candidate: Candidate) -> None:
        """Take a viewer's candidate; unknown connections are ignored. Raises ValueError for a bad one."""
        if isinstance(peer := self._peers.get(candidate.connection), ViewerPeer):
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

    def set_quality(self, quality: SharingQuality | str) -> None:
        """Follow the session's option from the next picture on, without a key frame. From any thread.

        Raises ValueError for an unknown option.
        """
        self._engine.set_quality(SharingQuality(quality))

    def capture(self, state: CaptureState, source: str = "capture") -> None:
        """Take from a source what stands in the way of the picture; viewers are told the weightiest. From any thread.

        While the screen is locked no picture leaves.
        """
        self._states.tell(source, state)

    def _on_capture(self, state: CaptureState) -> None:
        self._engine.hold(on=state in HOLDING)
        self._capture = Capture(state=state)
        self.send_state(self._capture)

    def set_windows(self, windows: Sequence[WindowInfo]) -> None:
        """Tell all viewers, newcomers too, which windows the picture consists of. From any thread."""
        if tuple(windows) != self._windows:
            # A closed window is told of once.
            self._windows = tuple(item for item in windows if item.state != "closed")
            message = self._screen_message(self._engine.layout)
            self.send_state(message.model_copy(update={"windows": list(windows)}))

    def follow_windows(self, report: WindowsReport) -> None:
        """Take what a `WindowCapture` tells: give this method to its `listen`. On the capture's thread."""
        self._engine.move(report.area)
        self._members = report.members
        if self._cursor is not None:
            self._cursor.area, self._cursor.members = self._engine.layout.area, report.members
        self.set_windows(report.windows)
        self.capture(report.obstacle, "windows")

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

    def viewer_input(self, peer: ViewerLink, message: ViewerInput) -> None:
        """Pass a viewer's message on, unless all is over."""
        if not self.stopped:
            self._listener.viewer_input(peer, message)

    def viewer_state(self, peer: ViewerLink, message: FromViewer) -> None:
        """Pass a viewer's message on, unless all is over."""
        if not self.stopped:
            self._listener.viewer_state(peer, message)

    def viewer_refused(self, peer: ViewerLink, reason: str) -> None:
        """Pass it on."""
        self._listener.viewer_refused(peer, reason)

    def viewer_ready(self, peer: ViewerLink) -> None:
        """Tell a newcomer the size, the cursor's shapes and its place."""
        capture = None if self._capture.state == "live" else self._capture
        for message in (self._screen_message(self._engine.layout), capture, *self._shapes.values(), self._place):
            if message is not None:
                peer.send(message)
        self._listener.viewer_ready(peer)

    def viewer_silent(self, peer: ViewerLink, *, silent: bool) -> None:
        """Pass it on."""
        self._listener.viewer_silent(peer, silent=silent)

    def viewer_closed(self, peer: ViewerLink, reason: str) -> None:
        """Forget the viewer and pass it on."""
        if self._peers.get(peer.connection) is peer:
            del self._peers[peer.connection]
        self._listener.viewer_closed(peer, reason)

    # What the engine and the cursor tell, on their threads

    def _request_key(self, rung: int) -> None:
        self._engine.request_key(rung)

    def _became_idle(self) -> None:
        self._engine.became_idle()

    def _on_layout(self, layout: Layout) -> None:
        if self._cursor is not None:
            self._cursor.area = layout.area
        self.send_state(self._screen_message(layout))
        with contextlib.suppress(RuntimeError):  # the loop is closed
            self._loop.call_soon_threadsafe(self._listener.layout_changed)

    def _on_lost(self) -> None:
        self.lost = True
        with contextlib.suppress(RuntimeError):  # the loop is closed
            self._loop.call_soon_threadsafe(self._listener.screen_lost)

    def _on_cursor(self, message: CursorShape | CursorPosition) -> None:
        if isinstance(message, CursorShape):
            kept = list(self._shapes.items())[-(KEPT_SHAPES - 1) :]
            self._shapes = dict([*kept, (message.serial, message)])
        else:
            self._place = message
        self.send_state(message)

    def _start_cursor(self) -> None:
        """Watch the cursor where that is possible; elsewhere the system draws it into the picture."""
        if open_cursor is not None and not on_wayland():
            self._cursor = open_cursor(self.area, self._on_cursor, self._display, keep=KEPT_SHAPES)
            self._cursor.members = self._members
            self._cursor.start()

    def _screen_message(self, layout: Layout) -> Screen:
        # A share of applications covers windows, not monitors.
        monitors = layout.monitors if self._surface == "desktop" else []
        return Screen(
            width=layout.area.width,
            height=layout.area.height,
            monitors=[
                MonitorInfo(
                    number=item.number,
                    width=item.rect.width,
                    height=item.rect.height,
                    primary=item.primary,
                    x=item.rect.x,
                    y=item.rect.y,
                    scale=item.scale,
                )
                for item in monitors
                if not self._granted or item.number in self._granted
            ],
            shown=[item.number for item in monitors if not self._shown or item.number in self._shown],
            surface=self._surface,
            windows=list(self._windows),
            marks_in_picture=self._marks_in_picture,
        )

    async def _measure(self) -> None:
        """Tell each viewer once a second how it goes, and put it with those whose links are like its own."""
        meter = QualityMeter(self._engine.counters)
        while not self.stopped:
            await asyncio.sleep(QUALITY_SECONDS)
            meter.read(time.monotonic())
            self._fanout.sort(short_of_cpu=meter.short_of_cpu)
            for peer in self.viewers:
                peer.send(meter.message(self._engine.mode, peer))
