"""Capture on Wayland: the compositor's stream, read from PipeWire by GStreamer's own reader.

The reader is `gst-launch-1.0` with `pipewiresrc` (Debian: gstreamer1.0-tools, gstreamer1.0-pipewire), started when the
owner allowed the picture here and in the compositor's dialog. It writes whole pictures; rows that differ are found by
comparing. Until the compositor's user has answered there is a small black area and the state `waiting_for_portal`.
"""

import os
import subprocess
import threading
from typing import Any

import numpy as np
from numpy.typing import NDArray

from customer_agent.media.capture import CaptureLostError, LayoutChangedError, Patch
from customer_agent.media.differences import changed_patches
from customer_agent.media.geometry import Monitor, Rect
from customer_agent.media.portal import PortalError, PortalSession, Stream
from customer_agent.media.wayland import LAUNCHER, can_read_streams

PLACEHOLDER = Rect(0, 0, 640, 360)


class PortalCapture:
    """One stream per monitor is offered; the first one chosen is shown."""

    def __init__(self, *, session: PortalSession | None = None) -> None:
        if not can_read_streams():
            raise PortalError(f"{LAUNCHER} or the session bus is missing")
        self._session = session or PortalSession(control=False)
        self._stream: Stream | None = None
        self._failed = False
        self._news = threading.Event()
        self._lock = threading.Lock()
        self._frame: NDArray[np.uint8] | None = None
        self._last: NDArray[np.uint8] | None = None
        self._area = PLACEHOLDER
        self._closed = False
        self._reader: subprocess.Popen[bytes] | None = None
        self._thread = threading.Thread(target=self._run, name="portal", daemon=True)
        self._thread.start()

    @property
    def waiting(self) -> bool:
        """Whether the compositor's user has not answered yet."""
        return self._stream is None

    def monitors(self) -> list[Monitor]:
        """Return the shown monitor, or a placeholder until there is one."""
        rect = self._stream.rect if self._stream is not None else PLACEHOLDER
        return [Monitor(1, Rect(0, 0, rect.width, rect.height), primary=True)]

    def open(self, area: Rect) -> None:
        """Begin to watch; the first grab returns all of it."""
        self._area, self._last = area, None
        self._news.set()

    def wait(self, timeout: float | None) -> bool:
        """Wait for a picture, a wake-up or the end of `timeout` seconds."""
        came = self._news.wait(timeout)
        self._news.clear()
        return came

    def grab(self) -> list[Patch]:
        """Return what differs from the last picture."""
        if self._failed:
            raise CaptureLostError
        stream = self._stream
        if stream is None:
            return []
        if (stream.rect.width & ~1, stream.rect.height & ~1) != (self._area.width, self._area.height):
            raise LayoutChangedError
        with self._lock:
            frame = self._frame
        if frame is None:
            return []
        now = frame[: self._area.height, : self._area.width]
        patches = changed_patches(now, self._last, Rect(0, 0, self._area.width, self._area.height))
        self._last = now
        return patches

    def wake(self) -> None:
        """End a wait early. From any thread."""
        self._news.set()

    def close(self) -> None:
        """End stream and session."""
        self._closed = True
        if self._reader is not None:
            self._reader.kill()
            self._reader.wait()
        if not self.waiting or not self._thread.is_alive():
            self._session.close()
        self._news.set()

    def _run(self) -> None:
        """Ask, then read pictures until the end."""
        try:
            stream = self._session.start()[0]
            remote = self._session.open_pipewire()
        except PortalError:
            self._fail()
            return
        if self._closed:  # given up while the dialog was open
            os.close(remote)
            self._session.close()
            return
        self._reader = self._start_reader(stream, remote)
        os.close(remote)
        self._stream = stream
        self._news.set()
        self._read(stream)
        self._fail()

    @staticmethod
    def _start_reader(stream: Stream, remote: int) -> subprocess.Popen[bytes]:
        size = f"width={stream.rect.width},height={stream.rect.height}"
        words = [
            LAUNCHER, "-q", "pipewiresrc", f"fd={remote}", f"path={stream.node}", "do-timestamp=true",
            "always-copy=true",
            "!", "videoconvert", "!", "videoscale", "!", f"video/x-raw,format=BGRx,{size}", "!", "fdsink", "fd=1",
        ]  # fmt: skip
        return subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, pass_fds=[remote])

    def _read(self, stream: Stream) -> None:
        size = stream.rect.width * stream.rect.height * 4
        source: Any = self._reader.stdout if self._reader is not None else None
        while not self._closed:
            data = source.read(size)
            if len(data) < size:
                return
            frame = np.frombuffer(data, np.uint8).reshape(stream.rect.height, stream.rect.width, 4)
            with self._lock:
                self._frame = frame
            self._news.set()

    def _fail(self) -> None:
        self._failed = True
        self._news.set()
