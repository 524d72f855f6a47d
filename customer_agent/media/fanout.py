"""The same packets to every viewer: one bounded queue each, and the sign to encode only when all are empty.

`Fanout` is told from the capture thread, tracks live on the event loop; a slow viewer loses pictures up to the next
key frame, never the others' time.
"""

import asyncio
import contextlib
import threading
from collections import deque
from collections.abc import Callable
from typing import Any

from aiortc.mediastreams import MediaStreamError, MediaStreamTrack

from customer_agent.media.encoder import EncodedPicture

MAX_QUEUED_PICTURES = 4


class ViewerTrack(MediaStreamTrack):
    """One viewer's end: `recv()` gives encoded packets, which aiortc only packetises."""

    kind = "video"

    def __init__(self, fanout: "Fanout") -> None:
        super().__init__()
        self._fanout = fanout
        self._queue: deque[EncodedPicture] = deque()
        self._filled = asyncio.Event()
        self._needs_key = True
        self.started = False
        self.pictures = 0

    @property
    def idle(self) -> bool:
        """Whether everything given was taken (or nobody takes yet)."""
        return not self._queue

    def give(self, encoded: EncodedPicture) -> None:
        """Queue a picture, unless it cannot be decoded yet; too many waiting are dropped up to the next key frame."""
        if not self.started or (self._needs_key and not encoded.key):
            return
        if encoded.key:
            self._queue.clear()
            self._needs_key = False
        elif len(self._queue) >= MAX_QUEUED_PICTURES:
            self._queue.clear()
            self._needs_key = True
            self._fanout.request_key()
            return
        self._queue.append(encoded)
        self._filled.set()

    async def recv(self) -> Any:
        """Return the next packet. Raises MediaStreamError after the end."""
        if not self.started and not self._fanout.cut:
            self.started = True
            self._fanout.track_started()
        while not self._queue:
            self._fanout.track_idle()
            self._filled.clear()
            if self.readyState != "live" or self._fanout.cut:
                raise MediaStreamError
            await self._filled.wait()
        if self.readyState != "live" or self._fanout.cut:
            raise MediaStreamError
        self.pictures += 1
        return self._queue.popleft().packet

    def end(self) -> None:
        """Drop what waits and end the track."""
        self._queue.clear()
        self.stop()
        self._filled.set()


class Fanout:
    """All viewers of one shared screen."""

    def __init__(self, loop: asyncio.AbstractEventLoop, *, request_key: Callable[[], None]) -> None:
        self._loop = loop
        self._tracks: list[ViewerTrack] = []
        self._idle = threading.Event()
        self._idle.set()
        self.request_key = request_key
        self.cut = False

    @property
    def has_viewers(self) -> bool:
        """Whether anyone takes pictures. From any thread."""
        return any(track.started for track in self._tracks)

    def add_track(self) -> ViewerTrack:
        """Return a new viewer's track. On the loop."""
        track = ViewerTrack(self)
        self._tracks = [*self._tracks, track]
        return track

    def remove_track(self, track: ViewerTrack) -> None:
        """End a viewer's track. On the loop."""
        self._tracks = [other for other in self._tracks if other is not track]
        track.end()
        self.track_idle()

    def track_started(self) -> None:
        """A viewer takes pictures from now on and needs a key frame."""
        self.request_key()

    def track_idle(self) -> None:
        """A viewer took everything."""
        if all(track.idle for track in self._tracks):
            self._idle.set()

    def wait_idle(self, timeout: float) -> bool:
        """Wait until every viewer took everything. From the capture thread."""
        return self._idle.wait(timeout)

    def give(self, encoded: EncodedPicture) -> None:
        """Hand a picture to all. From the capture thread."""
        if self.cut:
            return
        self._idle.clear()
        with contextlib.suppress(RuntimeError):  # the loop is closed: nobody is there any more
            self._loop.call_soon_threadsafe(self._deliver, encoded)

    def _deliver(self, encoded: EncodedPicture) -> None:
        if not self.cut:
            for track in self._tracks:
                track.give(encoded)
        self.track_idle()

    def cut_off(self) -> None:
        """Let nothing more out. From any thread, at once: `recv` refuses before the tracks are even ended."""
        self.cut = True
        self._idle.set()
        with contextlib.suppress(RuntimeError):
            self._loop.call_soon_threadsafe(self._end_tracks)

    def _end_tracks(self) -> None:
        for track in self._tracks:
            track.end()
