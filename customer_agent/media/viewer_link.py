"""What all viewers have in common, whatever carries their picture: the two channels' messages, heartbeats, silence.

Lives on the event loop. It decides nothing about permission: what a viewer sends goes to the listener, parsed.
"""

import asyncio
import time
from abc import ABC, abstractmethod
from collections.abc import Coroutine
from typing import Any, Protocol

from pydantic import BaseModel, ValidationError

from customer_agent.media.fanout import ViewerTrack, WayOut
from supportsite.protocol.channel import (
    CHANNEL_HEARTBEAT_SECONDS,
    MAX_CHANNEL_BYTES,
    STATE_MESSAGE,
    VIEWER_INPUT,
    ChannelHeartbeat,
    ClipboardPart,
    ClipboardRead,
    Mark,
    MarksCleared,
    Refresh,
    ViewerInput,
)

SILENT_SECONDS = 3.0
GONE_SECONDS = 20.0
CONNECT_SECONDS = 30.0
MAX_BAD_MESSAGES = 20

FromViewer = Mark | MarksCleared | ClipboardRead | ClipboardPart


class PeerListener(Protocol):
    """Who hears of a viewer; called on the event loop."""

    def viewer_input(self, peer: "ViewerLink", message: ViewerInput) -> None:
        """A well-formed message on `input`. Nothing is checked yet but its shape."""

    def viewer_state(self, peer: "ViewerLink", message: FromViewer) -> None:
        """A well-formed message on `state`: a mark, or clipboard text. Nothing is checked yet but its shape."""

    def viewer_refused(self, peer: "ViewerLink", reason: str) -> None:
        """A message was dropped because it was malformed."""

    def viewer_ready(self, peer: "ViewerLink") -> None:
        """The `state` channel is open."""

    def viewer_silent(self, peer: "ViewerLink", *, silent: bool) -> None:
        """Nothing was heard for 3 s (release this viewer's keys), or it is heard again."""

    def viewer_closed(self, peer: "ViewerLink", reason: str) -> None:
        """The connection ended."""


class ViewerLink(ABC):
    """One viewer's connection: its `track`, and the `way_out` of that track's packets."""

    track: ViewerTrack
    way_out: WayOut

    def __init__(self, *, connection: str, participant: str, listener: PeerListener) -> None:
        self.connection, self.participant = connection, participant
        self.silent = False
        self.closed = False
        self._listener = listener
        self._heard_at = time.monotonic()
        self._opened = False
        self._bad_messages = 0
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def rung(self) -> int:
        """Whose pictures it gets: 0 the fast viewers', 1 those of the much slower."""
        return self.track.rung

    @property
    @abstractmethod
    def pictures(self) -> int:
        """Pictures handed to the network so far."""

    @property
    def unheard_seconds(self) -> float:
        """For how long nothing came from the viewer."""
        return time.monotonic() - self._heard_at

    @abstractmethod
    def send(self, message: BaseModel) -> None:
        """Send a message on `state`; before it is open, or to one who is behind with cursor places, not."""

    @abstractmethod
    async def close(self, reason: str = "") -> None:
        """End the connection; a second call does nothing."""

    @abstractmethod
    def _request_key(self) -> None:
        """Make the next picture of this viewer a whole one."""

    def _cancel_tasks(self) -> None:
        for task in self._tasks:
            if task is not asyncio.current_task():
                task.cancel()

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task: asyncio.Task[None] = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _beat(self) -> None:
        """Send heartbeats and notice silence; runs until the connection is closed."""
        while not self.closed:
            await asyncio.sleep(CHANNEL_HEARTBEAT_SECONDS)
            self.send(ChannelHeartbeat(at_ms=time.monotonic() * 1000))
            quiet = self.unheard_seconds
            if quiet > (GONE_SECONDS if self._opened else CONNECT_SECONDS):
                await self.close("silent")
                return
            if self._opened and self.silent != (quiet > SILENT_SECONDS):
                self.silent = not self.silent
                self._listener.viewer_silent(self, silent=self.silent)

    def _heard(self) -> None:
        self._heard_at = time.monotonic()
        if self.silent:
            self.silent = False
            self._listener.viewer_silent(self, silent=False)

    def _on_open(self) -> None:
        self._heard()
        self._opened = True
        self._listener.viewer_ready(self)

    def _on_input(self, data: str | bytes) -> None:
        try:
            message = VIEWER_INPUT.validate_json(self._bounded(data))
        except (ValidationError, ValueError):
            self._refuse()
            return
        self._heard()
        self._listener.viewer_input(self, message)

    def _on_state(self, data: str | bytes) -> None:
        """A heartbeat without an echo is answered at once, so that viewers can time it; the rest is passed on."""
        try:
            message = STATE_MESSAGE.validate_json(self._bounded(data))
        except (ValidationError, ValueError):
            self._refuse()
            return
        self._heard()
        if isinstance(message, ChannelHeartbeat):
            if message.echo_ms is None:
                self.send(ChannelHeartbeat(at_ms=time.monotonic() * 1000, echo_ms=message.at_ms))
        elif isinstance(message, Refresh):
            self._request_key()
        elif isinstance(message, Mark | MarksCleared | ClipboardRead | ClipboardPart):
            self._listener.viewer_state(self, message)
        else:
            self._refuse()

    @staticmethod
    def _bounded(data: str | bytes) -> str | bytes:
        if len(data) > MAX_CHANNEL_BYTES:
            raise ValueError("too long")
        return data

    def _refuse(self) -> None:
        self._bad_messages += 1
        self._listener.viewer_refused(self, "malformed")
        if self._bad_messages == MAX_BAD_MESSAGES:
            self._spawn(self.close("malformed"))
