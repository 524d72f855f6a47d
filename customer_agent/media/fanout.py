"""The same packets to every viewer of a rung: one at a time each, and the sign to encode when all of them are ready.

`Fanout` is told from the capture thread, tracks live on the event loop. A viewer whose link is much slower than the
fastest one's is on rung 1, with an encoder of its own, so that it costs the others nothing.
"""

import asyncio
import contextlib
import threading
from collections import deque
from collections.abc import Callable
from typing import Any, Protocol

from aiortc.mediastreams import MediaStreamError, MediaStreamTrack

from customer_agent.media.encoder import EncodedPicture
from customer_agent.media.estimate import LinkEstimate
from customer_agent.media.rates import choose_rungs, may_part

RUNGS = (0, 1)
UNKNOWN_RATE = 1_000_000.0
SECONDS_BEFORE_CHANGE = 3


class WayOut(Protocol):
    """What sends a track's packets; called on the loop."""

    def start(self) -> None:
        """The connection is there, and the first picture is asked for."""

    def begin(self, encoded: EncodedPicture) -> None:
        """This picture's packets come next."""

    def finish(self) -> None:
        """They have left."""

    def take_waited(self) -> float:
        """Return for how many seconds since the last call something had to wait for the link."""

    @property
    def allowed(self) -> float:
        """What the link may carry, in bit/s."""

    @property
    def estimate(self) -> LinkEstimate:
        """What is known of the link."""


class ViewerTrack(MediaStreamTrack):
    """One viewer's end: `recv()` gives encoded packets, which aiortc only packetises."""

    kind = "video"

    def __init__(self, fanout: "Fanout") -> None:
        super().__init__()
        self._fanout = fanout
        self._queue: deque[EncodedPicture] = deque()
        self._filled = asyncio.Event()
        self._needs_key = True
        self.way_out: WayOut | None = None
        self.rung = 0
        self.waited = 0.0  # for the link, of the last second
        self.unfit = 0  # for how many seconds the other rung has fitted better
        self.started = False
        self._asking = False
        self.pictures = 0

    @property
    def idle(self) -> bool:
        """Whether the next picture is asked for, because all of the last one has left."""
        return self._asking and not self._queue

    @property
    def allowed(self) -> float:
        """What its link may carry, in bit/s."""
        return UNKNOWN_RATE if self.way_out is None else self.way_out.allowed

    def may_part(self, *, short_of_cpu: bool) -> bool:
        """Whether its link is what holds the others up."""
        trip = None if self.way_out is None else self.way_out.estimate.round_trip
        return may_part(self.waited, trip, short_of_cpu=short_of_cpu)

    def need_key(self) -> None:
        """Take nothing more before the next key frame."""
        self._queue.clear()
        self._needs_key = True

    def give(self, encoded: EncodedPicture) -> None:
        """Queue a picture, unless it cannot be decoded yet; one that came out of turn waits for a key frame."""
        if not self.started or (self._needs_key and not encoded.key):
            return
        if encoded.key:
            self._queue.clear()
            self._needs_key = False
        elif self._queue:
            self.need_key()
            self._fanout.request_key(self.rung)
            return
        self._queue.append(encoded)
        self._filled.set()

    async def recv(self) -> Any:
        """Return the next packet. Raises MediaStreamError after the end."""
        if not self.started and not self._fanout.cut:
            self.started = True
            if self.way_out is not None:
                self.way_out.start()
            self._fanout.track_started(self)
        if self.way_out is not None:
            self.way_out.finish()
        while not self._queue:
            self._asking = True
            self._fanout.track_idle(self.rung)
            self._filled.clear()
            if self.readyState != "live" or self._fanout.cut:
                raise MediaStreamError
            await self._filled.wait()
        if self.readyState != "live" or self._fanout.cut:
            raise MediaStreamError
        self._asking = False
        self.pictures += 1
        encoded = self._queue.popleft()
        if self.way_out is not None:
            self.way_out.begin(encoded)
        return encoded.packet

    def end(self) -> None:
        """Drop what waits and end the track."""
        self._queue.clear()
        self.stop()
        self._filled.set()


class Fanout:
    """All viewers of one shared screen."""

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        *,
        request_key: Callable[[int], None],
        became_idle: Callable[[], None] = lambda: None,
    ) -> None:
        """`request_key` asks for a key frame of a rung; `became_idle` says that one can take a picture."""
        self._loop = loop
        self._tracks: list[ViewerTrack] = []
        self._busy = [False for _ in RUNGS]  # a picture is on its way to the tracks
        self._idle = threading.Event()
        self._became_idle = became_idle
        self.request_key = request_key
        self.cut = False

    # From any thread

    def rungs(self) -> list[int]:
        """Return the rungs that somebody takes pictures from."""
        return sorted({track.rung for track in self._tracks if track.started})

    def is_idle(self, rung: int) -> bool:
        """Tell whether everybody on a rung has sent all of the last picture."""
        return not self._busy[rung] and all(
            track.idle for track in self._tracks if track.started and track.rung == rung
        )

    def rate(self, rung: int) -> float:
        """Return what the slowest link of a rung may carry, in bit/s."""
        rates = [track.allowed for track in self._tracks if track.started and track.rung == rung]
        return min(rates, default=UNKNOWN_RATE)

    def viewers(self, rung: int) -> int:
        """Return how many take a rung's pictures."""
        return sum(track.started and track.rung == rung for track in self._tracks)

    def forget_idle(self) -> None:
        """Let `wait_idle` wait for what comes from now on. From the capture thread."""
        self._idle.clear()

    def wait_idle(self, timeout: float) -> bool:
        """Wait until a rung can take a picture. From the capture thread."""
        return self._idle.wait(timeout)

    def give(self, rung: int, encoded: EncodedPicture) -> None:
        """Hand a picture to all of a rung. From the capture thread."""
        if self.cut:
            return
        self._busy[rung] = True
        with contextlib.suppress(RuntimeError):  # the loop is closed: nobody is there any more
            self._loop.call_soon_threadsafe(self._deliver, rung, encoded)

    def cut_off(self) -> None:
        """Let nothing more out. From any thread, at once: `recv` refuses before the tracks are even ended."""
        self.cut = True
        self._idle.set()
        with contextlib.suppress(RuntimeError):
            self._loop.call_soon_threadsafe(self._end_tracks)

    # On the loop

    def add_track(self) -> ViewerTrack:
        """Return a new viewer's track."""
        track = ViewerTrack(self)
        self._tracks = [*self._tracks, track]
        return track

    def remove_track(self, track: ViewerTrack) -> None:
        """End a viewer's track."""
        self._tracks = [other for other in self._tracks if other is not track]
        track.end()
        self.track_idle(track.rung)

    def track_started(self, track: ViewerTrack) -> None:
        """A viewer takes pictures from now on and needs a key frame."""
        self.request_key(track.rung)

    def track_idle(self, rung: int) -> None:
        """A viewer can take the next picture."""
        if self.is_idle(rung):
            self._idle.set()
            self._became_idle()

    def _deliver(self, rung: int, encoded: EncodedPicture) -> None:
        self._busy[rung] = False
        if not self.cut:
            for track in self._tracks:
                if track.rung == rung:
                    track.give(encoded)
        self.track_idle(rung)

    def sort(self, *, short_of_cpu: bool = False) -> None:
        """Put each viewer on the rung that fits its link, once a second; who changes begins there with a key frame."""
        tracks = [track for track in self._tracks if track.started]
        for track in tracks:
            track.waited = 0.0 if track.way_out is None else track.way_out.take_waited()
        rungs = choose_rungs([track.allowed for track in tracks], [track.rung for track in tracks])
        for track, rung in zip(tracks, rungs, strict=True):
            fits = rung == track.rung or (rung > track.rung and not track.may_part(short_of_cpu=short_of_cpu))
            track.unfit = 0 if fits else track.unfit + 1
            if track.unfit >= SECONDS_BEFORE_CHANGE:
                track.rung, track.unfit = rung, 0
                track.need_key()
                self.request_key(rung)

    def _end_tracks(self) -> None:
        for track in self._tracks:
            track.end()
