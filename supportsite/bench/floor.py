"""The floor: the same picture through bare capture, x264 and a decoder in one process, without any network.

Run as `python -m supportsite.bench.floor`; lines on its input: `dump` prints [[counter, Unix time in ms], …] of the
updates that were readable in the decoded picture, and forgets them; `quit` ends. A browser shows a picture at its next
refresh: the time told is that of the next 60 Hz refresh after decoding.
"""

import json
import math
import select
import sys
import threading
import time
from typing import Any

import av
import numpy as np
from av.video.frame import PictureType

from customer_agent.media.capture import open_capture
from customer_agent.media.convert import Picture, open_converter
from customer_agent.media.geometry import shared_area
from supportsite.bench.painter import PROBE_BITS, PROBE_BLOCK, PROBE_X, PROBE_Y

REFRESH_MS = 1000 / 60
FRAME_SECONDS = 1 / 60
OPTIONS = {"preset": "ultrafast", "tune": "zerolatency", "crf": "24", "x264-params": "scenecut=0:rc-lookahead=0"}


class Pipeline:
    """Capture, encode, decode, read; on one thread."""

    def __init__(self) -> None:
        self._backend = open_capture()
        self._area = shared_area(self._backend.monitors(), [])
        self._backend.open(self._area)
        self._picture = Picture(self._area.width, self._area.height)
        self._converter = open_converter()
        self._frame = av.VideoFrame.from_numpy_buffer(self._picture.memory, "yuv420p")
        self._encoder = self._open_encoder()
        self._decoder: Any = av.CodecContext.create("h264", "r")
        self._decoder.thread_count = 1
        self._decoder.flags |= av.codec.context.Flags.low_delay
        self._stopped = threading.Event()
        self._lock = threading.Lock()
        self._seen: list[tuple[int, float]] = []
        self._last = -1
        self._count = 0

    def _open_encoder(self) -> Any:
        encoder: Any = av.CodecContext.create("libx264", "w")
        encoder.width, encoder.height, encoder.pix_fmt = self._area.width, self._area.height, "yuv420p"
        encoder.framerate, encoder.gop_size, encoder.max_b_frames, encoder.thread_count = 60, 100_000, 0, 1
        encoder.profile, encoder.options = "Baseline", OPTIONS
        encoder.open()
        return encoder

    def _share(self) -> None:
        due = 0.0
        while not self._stopped.is_set():
            if not self._backend.wait(0.2):
                continue
            rest = due - time.monotonic()
            if rest > 0:
                time.sleep(rest)
            due = time.monotonic() + FRAME_SECONDS
            for patch in self._backend.grab():
                self._converter.convert(patch, self._picture)
            self._frame.pts = self._count
            self._frame.pict_type = PictureType.NONE if self._count else PictureType.I
            self._count += 1
            for packet in self._encoder.encode(self._frame):
                for frame in self._decoder.decode(packet):
                    self._read(frame)

    def _read(self, frame: Any) -> None:
        plane = frame.planes[0]
        rows = np.frombuffer(memoryview(plane), np.uint8).reshape(-1, plane.line_size)
        line = rows[PROBE_Y + PROBE_BLOCK // 2]
        value = sum(1 << bit for bit in range(PROBE_BITS) if line[PROBE_X + bit * PROBE_BLOCK + PROBE_BLOCK // 2] > 128)
        if value != self._last:
            self._last = value
            shown = math.ceil(time.time() * 1000 / REFRESH_MS) * REFRESH_MS
            with self._lock:
                self._seen.append((value, shown))

    def run(self) -> None:
        """Go on until told to quit."""
        worker = threading.Thread(target=self._share, daemon=True)
        worker.start()
        while True:
            select.select([sys.stdin], [], [])
            word = sys.stdin.readline().strip()
            if word != "dump":
                break
            with self._lock:
                seen, self._seen = self._seen, []
            sys.stdout.write(json.dumps(seen) + "\n")
            sys.stdout.flush()
        self._stopped.set()
        worker.join(2)
        self._backend.close()


if __name__ == "__main__":
    Pipeline().run()
