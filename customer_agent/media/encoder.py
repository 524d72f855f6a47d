"""One x264 context for all viewers of a shared area whose links are alike.

Key frames come only when asked for. The limits can change without one, by libavutil's option call on the open
context; where that cannot be reached the context is opened again, which costs a key frame. The buffer of x264's rate
control is one picture long, so it bounds each picture, key frames too; how many go is decided elsewhere.
"""

import ctypes
import logging
import os
import time
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
from av.video.frame import PictureType

from customer_agent.media.convert import Picture
from customer_agent.media.rates import FRAMES_PER_SECOND, Limits

CLOCK_RATE = 90_000
TIME_BASE = Fraction(1, CLOCK_RATE)
SHARP_CRF, SHARP_CRF_OF_SLOW_LINKS = 17, 20
SHARP_FROM_PICTURE_BITS = 1_000_000
SEARCH_CHILDREN = 1
SMALL_MACHINE_CORES = 4
WORTH_CHANGING = 0.05
BITS = 8
BOUNDED_PART = 0.6  # rate control aims below the limit

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class EncodedPicture:
    """One encoded picture."""

    packet: Any  # av.Packet, pts in 1/90000 s
    size: int
    key: bool
    seconds: float
    cpu_seconds: float  # of all the program's threads meanwhile
    bounded: bool  # it would have been bigger, and sharper, without the limits


class Encoder:
    """Encodes a picture that others paint; used by one thread."""

    def __init__(self, picture: Picture, limits: Limits) -> None:
        self.picture = picture
        self._frame = av.VideoFrame.from_numpy_buffer(self.picture.memory, "yuv420p")
        self._frame.time_base = TIME_BASE
        self._limits = limits
        self._last_pts = -1
        self._context: Any = None
        self._options: _OpenOptions | None = None
        self._open()

    def _open(self) -> None:
        limits = self._limits
        context: Any = av.CodecContext.create("libx264", "w")
        context.width, context.height, context.pix_fmt = self.picture.width, self.picture.height, "yuv420p"
        context.time_base, context.framerate = TIME_BASE, Fraction(FRAMES_PER_SECOND, 1)
        context.gop_size, context.max_b_frames = 100_000, 0
        context.thread_count = 1 if (os.cpu_count() or 1) <= SMALL_MACHINE_CORES else 2
        context.profile = "Baseline"
        context.options = {
            "preset": "ultrafast",
            "tune": "zerolatency",
            "crf": str(limits.crf),
            "maxrate": str(limits.picture_bits * FRAMES_PER_SECOND),
            "bufsize": str(limits.picture_bits),
            "x264-params": "scenecut=0:rc-lookahead=0",
        }
        context.open()
        self._context, self._options = context, _OpenOptions.of(context)

    def set_limits(self, limits: Limits) -> None:
        """Change the limits, from the next picture on; a few percent are not worth it."""
        now = self._limits
        near = abs(limits.picture_bits - now.picture_bits) < WORTH_CHANGING * now.picture_bits
        if limits.crf == now.crf and near:
            return
        self._limits = limits
        bits = limits.picture_bits
        wanted = {"maxrate": bits * FRAMES_PER_SECOND, "bufsize": bits, "crf": limits.crf}
        if self._options is None or not all(self._options.set(name, value) for name, value in wanted.items()):
            self._open()

    def sharpen(self, *, on: bool) -> bool:
        """Encode the next pictures finely (or as usual again); False where that needs a new context."""
        fine = SHARP_CRF if self._limits.picture_bits >= SHARP_FROM_PICTURE_BITS else SHARP_CRF_OF_SLOW_LINKS
        return self._options is not None and self._options.set("crf", fine if on else self._limits.crf)

    def encode(self, *, key: bool, at: float | None = None) -> EncodedPicture | None:
        """Encode the picture as it is. `at` is the time of its pixels on the monotonic clock, in seconds."""
        began, cpu = time.perf_counter(), time.process_time()
        pts = int((time.monotonic() if at is None else at) * CLOCK_RATE)
        self._last_pts = max(pts, self._last_pts + 1)
        self._frame.pts = self._last_pts
        self._frame.pict_type = PictureType.I if key else PictureType.NONE
        packets = self._context.encode(self._frame)
        if not packets:
            return None
        packet = packets[0]
        bounded = packet.size * BITS > BOUNDED_PART * self._limits.picture_bits
        return EncodedPicture(
            packet=packet,
            size=packet.size,
            key=bool(packet.is_keyframe),
            seconds=time.perf_counter() - began,
            cpu_seconds=time.process_time() - cpu,
            bounded=bounded,
        )


class _OpenOptions:
    """Changes options of an open codec context through PyAV's own libavutil."""

    POINTER_OFFSET = 24  # of AVCodecContext* in PyAV's object; checked before use

    def __init__(self, library: Any, pointer: int) -> None:
        self._library, self._pointer = library, pointer

    @classmethod
    def of(cls, context: Any) -> "_OpenOptions | None":
        """Return a way in, or None when PyAV's layout is not the known one."""
        folder = Path(av.__file__).parent.parent / "av.libs"
        names = sorted(folder.glob("libavutil*.so*"))
        if not names:
            return None
        library = ctypes.CDLL(str(names[0]))
        library.av_opt_set.argtypes = [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_char_p, ctypes.c_int]
        pointer = ctypes.c_void_p.from_address(id(context) + cls.POINTER_OFFSET).value
        if not pointer or not cls._is_codec_context(pointer):
            log.warning("rate changes need a key frame here: unknown layout of PyAV")
            return None
        return cls(library, pointer)

    @staticmethod
    def _is_codec_context(pointer: int) -> bool:
        av_class = ctypes.c_void_p.from_address(pointer).value
        name = ctypes.c_char_p.from_address(av_class).value if av_class else None
        return name == b"AVCodecContext"

    def set(self, name: str, value: int) -> bool:
        """Set one option; True when libavcodec took it."""
        code: int = self._library.av_opt_set(self._pointer, name.encode(), str(value).encode(), SEARCH_CHILDREN)
        return code >= 0
