"""One x264 context for all viewers of a shared area.

Key frames come only when asked for. The rate can change without one, by libavutil's option call on the open
context; where that cannot be reached the context is opened again, which costs a key frame.
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
from customer_agent.media.rates import FIRST_STEP, STEPS, RateStep

CLOCK_RATE = 90_000
TIME_BASE = Fraction(1, CLOCK_RATE)
SHARP_CRF = 17
SEARCH_CHILDREN = 1
SMALL_MACHINE_CORES = 4

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class EncodedPicture:
    """One encoded picture."""

    packet: Any  # av.Packet, pts in 1/90000 s
    size: int
    key: bool
    seconds: float


class Encoder:
    """Encodes the picture it owns; used by one thread."""

    def __init__(self, width: int, height: int, step: RateStep = STEPS[FIRST_STEP]) -> None:
        self.picture = Picture(width, height)
        self._frame = av.VideoFrame.from_numpy_buffer(self.picture.memory, "yuv420p")
        self._frame.time_base = TIME_BASE
        self._step = step
        self._last_pts = -1
        self._context: Any = None
        self._options: _OpenOptions | None = None
        self._open()

    def _open(self) -> None:
        step = self._step
        context: Any = av.CodecContext.create("libx264", "w")
        context.width, context.height, context.pix_fmt = self.picture.width, self.picture.height, "yuv420p"
        context.time_base, context.framerate = TIME_BASE, Fraction(60, 1)
        context.gop_size, context.max_b_frames = 100_000, 0
        context.thread_count = 1 if (os.cpu_count() or 1) <= SMALL_MACHINE_CORES else 2
        context.profile = "Baseline"
        context.options = {
            "preset": "ultrafast",
            "tune": "zerolatency",
            "crf": str(step.crf),
            "maxrate": str(step.max_bits_per_second),
            "bufsize": str(step.buffer_bits),
            "x264-params": "scenecut=0:rc-lookahead=0",
        }
        context.open()
        self._context, self._options = context, _OpenOptions.of(context)

    @property
    def step(self) -> RateStep:
        """The limits in force."""
        return self._step

    def set_step(self, step: RateStep) -> None:
        """Change the limits, from the next picture on."""
        if step == self._step:
            return
        self._step = step
        wanted = {"maxrate": step.max_bits_per_second, "bufsize": step.buffer_bits, "crf": step.crf}
        if self._options is None or not all(self._options.set(name, value) for name, value in wanted.items()):
            self._open()

    def sharpen(self, *, on: bool) -> bool:
        """Encode the next pictures finely (or as usual again); False where that needs a new context."""
        return self._options is not None and self._options.set("crf", SHARP_CRF if on else self._step.crf)

    def encode(self, *, key: bool, at: float | None = None) -> EncodedPicture | None:
        """Encode the picture as it is. `at` is the time of its pixels on the monotonic clock, in seconds."""
        began = time.perf_counter()
        pts = int((time.monotonic() if at is None else at) * CLOCK_RATE)
        self._last_pts = max(pts, self._last_pts + 1)
        self._frame.pts = self._last_pts
        self._frame.pict_type = PictureType.I if key else PictureType.NONE
        packets = self._context.encode(self._frame)
        if not packets:
            return None
        packet = packets[0]
        return EncodedPicture(packet, packet.size, bool(packet.is_keyframe), time.perf_counter() - began)


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
