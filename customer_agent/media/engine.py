"""The thread that captures, converts and encodes one shared area, when something changed and everybody is ready.

Nothing is captured while nobody watches, and nothing is encoded while a viewer's last picture still waits:
the newest pixels are taken when there is room for them.
"""

import logging
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from customer_agent.media.capture import CaptureBackend, CaptureLostError, LayoutChangedError
from customer_agent.media.convert import Converter, open_converter
from customer_agent.media.encoder import Encoder
from customer_agent.media.fanout import Fanout
from customer_agent.media.geometry import Monitor, Rect, shared_area
from customer_agent.media.rates import FIRST_STEP, STEPS, RateStep

log = logging.getLogger(__name__)

KEY_INTERVAL_SECONDS = 0.3
IDLE_CHECK_SECONDS = 1.0
TAIL_SECONDS = 0.12  # one empty picture after the last change: without it a lost last packet is never missed
SHARPEN_AFTER_SECONDS = 0.4
SHARPEN_INTERVAL_SECONDS = 0.04
SHARPEN_PICTURES = 3
SHARPEN_FROM_BYTES = 2500
SHARP_ENOUGH_BYTES = 700


@dataclass(slots=True)
class EngineCounters:
    """What was done since the start; read from other threads, written by the engine's."""

    grabs: int = 0
    pictures: int = 0
    keys: int = 0
    sent_bytes: int = 0
    encode_seconds: float = 0.0


@dataclass(slots=True)
class _Still:
    """What is left to do on a picture that does not change any more."""

    changed_at: float = 0.0
    bytes_since_sharp: int = 0
    tail_due: bool = False
    sharpened: int = 0
    next_at: float = 0.0

    def changed(self, now: float, size: int) -> None:
        self.changed_at, self.tail_due, self.sharpened = now, True, 0
        self.bytes_since_sharp += size
        self.next_at = now + TAIL_SECONDS

    @property
    def wanted(self) -> bool:
        return self.tail_due or self.bytes_since_sharp > SHARPEN_FROM_BYTES

    def done(self, now: float, size: int) -> None:
        """Take note of one picture made for stillness."""
        if self.tail_due:
            self.tail_due = False
            self.next_at = self.changed_at + SHARPEN_AFTER_SECONDS
            return
        self.sharpened += 1
        self.next_at = now + SHARPEN_INTERVAL_SECONDS
        if size < SHARP_ENOUGH_BYTES or self.sharpened >= SHARPEN_PICTURES:
            self.bytes_since_sharp = 0


@dataclass(frozen=True, slots=True)
class Layout:
    """What is shared now."""

    area: Rect
    monitors: Sequence[Monitor]


@dataclass(slots=True)
class EngineEvents:
    """Called on the engine's thread."""

    layout: Callable[[Layout], None]
    lost: Callable[[], None]
    counters: EngineCounters = field(default_factory=EngineCounters)


class CaptureEngine:
    """Captures for one `Fanout` until stopped. Thread-safe: `start`, `stop`, `request_key`, `set_step`."""

    def __init__(
        self, *, backend: CaptureBackend, monitors: Sequence[int], fanout: Fanout, events: EngineEvents
    ) -> None:
        self._backend = backend
        self._wanted = list(monitors)
        self._fanout = fanout
        self._events = events
        self.counters = events.counters
        self.layout = self._read_layout()
        self._converter: Converter = open_converter()
        self._stopped = threading.Event()
        self._watched = threading.Event()
        self._key_wanted = True
        self._key_at = 0.0
        self._grabbed_at = 0.0
        self._step: RateStep = STEPS[FIRST_STEP]
        self._still = _Still()
        self._thread = threading.Thread(target=self._run, name="capture", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """Let no further picture out. Returns at once."""
        self._stopped.set()
        self._watched.set()
        self._fanout.cut_off()
        self._backend.wake()

    def join(self, timeout: float) -> bool:
        """Wait for the thread's end."""
        if self._thread.ident is not None:
            self._thread.join(timeout)
        return not self._thread.is_alive()

    def request_key(self) -> None:
        """Make the next picture a key frame, at most every 300 ms."""
        self._key_wanted = True
        self._watched.set()
        self._backend.wake()

    def set_step(self, step: RateStep) -> None:
        """Change the limits from the next picture on."""
        self._step = step

    def _read_layout(self) -> Layout:
        monitors = self._backend.monitors()
        return Layout(shared_area(monitors, self._wanted), monitors)

    def _run(self) -> None:
        try:
            while not self._stopped.is_set():
                try:
                    self._share(self.layout)
                except LayoutChangedError:
                    self.layout = self._read_layout()
                    self._key_wanted = True
                    self._events.layout(self.layout)
        except CaptureLostError:
            log.warning("the display is gone")
        except ValueError:
            log.warning("the shared monitor is gone")
        finally:
            self._backend.close()
            if not self._stopped.is_set():
                self._events.lost()

    def _share(self, layout: Layout) -> None:
        """Capture one layout until stopped. Raises LayoutChangedError."""
        self._backend.open(layout.area)
        encoder = Encoder(layout.area.width, layout.area.height, self._step)
        encoder.encode(key=True)  # the first call costs three times as much as the others: now, while ICE connects
        while not self._stopped.is_set():
            if not self._fanout.has_viewers:
                self._watched.wait(IDLE_CHECK_SECONDS)
                self._watched.clear()
                continue
            changed = self._backend.wait(self._patience(time.monotonic()))
            now = time.monotonic()
            still = not changed and self._still.wanted and now >= self._still.next_at
            if changed or still or self._key_due(now):
                self._make_picture(encoder, still=still)

    def _patience(self, now: float) -> float:
        """Seconds until something is to be done even if nothing changes."""
        deadlines = [now + IDLE_CHECK_SECONDS]
        if self._still.wanted:
            deadlines.append(self._still.next_at)
        if self._key_wanted:
            deadlines.append(self._key_at + KEY_INTERVAL_SECONDS)
        return max(0.0, min(deadlines) - now)

    def _key_due(self, now: float) -> bool:
        return self._key_wanted and now - self._key_at >= KEY_INTERVAL_SECONDS

    def _make_picture(self, encoder: Encoder, *, still: bool) -> None:
        """Wait for the frame rate and the viewers, take the newest pixels, encode, hand out."""
        rest = self._grabbed_at + 1 / self._step.frames_per_second - time.monotonic()
        if rest > 0 and self._stopped.wait(rest):
            return
        while not self._fanout.wait_idle(0.1):
            if self._stopped.is_set():
                return
        self._grabbed_at = now = time.monotonic()
        patches = self._backend.grab()
        key = self._key_due(now)
        if not (patches or still or key):
            return
        for patch in patches:
            self._converter.convert(patch, encoder.picture)
        encoder.set_step(self._step)
        sharp = still and not patches and not self._still.tail_due and encoder.sharpen(on=True)
        encoded = encoder.encode(key=key, at=now)
        if sharp:
            encoder.sharpen(on=False)
        if encoded is None:
            return
        self._count(encoded.size, encoded.seconds, grabbed=bool(patches), key=encoded.key)
        if encoded.key:
            self._key_wanted, self._key_at = False, now
        if patches or encoded.key:
            self._still.changed(now, encoded.size)
        else:
            self._still.done(now, encoded.size)
        self._fanout.give(encoded)

    def _count(self, size: int, seconds: float, *, grabbed: bool, key: bool) -> None:
        counters = self.counters
        counters.grabs += grabbed
        counters.keys += key
        counters.pictures += 1
        counters.sent_bytes += size
        counters.encode_seconds += seconds
