"""The thread that captures, converts and encodes one shared area, when something changed and everybody is ready.

Nothing is captured while nobody watches, and nothing is encoded for a rung while a viewer's last picture there has
not left: the newest pixels are taken when there is room for them.
"""

import logging
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from customer_agent.media.capture import CaptureBackend, CaptureLostError, LayoutChangedError
from customer_agent.media.convert import Converter, Picture, open_converter
from customer_agent.media.fanout import Fanout
from customer_agent.media.geometry import Monitor, Rect, shared_area
from customer_agent.media.lane import Lane
from customer_agent.media.rates import FRAMES_PER_SECOND, Mode, Motion
from supportsite.protocol.base import SharingQuality

log = logging.getLogger(__name__)

IDLE_CHECK_SECONDS = 1.0
REST_SECONDS = 1 / FRAMES_PER_SECOND


@dataclass(slots=True)
class EngineCounters:
    """What was done since the start; read from other threads, written by the engine's."""

    grabs: int = 0
    pictures: int = 0
    keys: int = 0
    sent_bytes: int = 0
    encode_seconds: float = 0.0
    encode_cpu_seconds: float = 0.0
    bounded: int = 0  # pictures that would have been sharper on a faster link


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
    """Captures for one `Fanout` until stopped. Thread-safe: `start`, `stop`, `request_key`, `set_quality`."""

    def __init__(
        self, *, backend: CaptureBackend, monitors: Sequence[int], fanout: Fanout, events: EngineEvents
    ) -> None:
        self._backend = backend
        self._wanted = list(monitors)
        self._fanout = fanout
        self._events = events
        self.counters = events.counters
        try:
            self.layout = self._read_layout()
        except ValueError:
            backend.close()  # the monitor is not there: nobody else gives it back
            raise
        self._converter: Converter = open_converter()
        self._stopped = threading.Event()
        self._watched = threading.Event()
        self._keys_wanted: set[int] = set()
        self._next_at = 0.0
        self._quality = SharingQuality.AUTO
        self._motion = Motion()
        self._lanes: dict[int, Lane] = {}
        self._waits_partly = False
        self._held = False
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
        if self._thread.ident is None:
            self._backend.close()  # it never ran: no viewer came
        else:
            self._thread.join(timeout)
        return not self._thread.is_alive()

    def request_key(self, rung: int) -> None:
        """Make the rung's next picture a key frame, seldom enough (`lane`)."""
        self._keys_wanted.add(rung)
        self._watched.set()
        self._backend.wake()

    def set_quality(self, quality: SharingQuality) -> None:
        """Follow the session's option from the next picture on; the next still picture is sharpened again."""
        self._quality = quality
        self._backend.wake()

    def became_idle(self) -> None:
        """A rung can take a picture: look again, if the engine waits for changes without it."""
        if self._waits_partly:
            self._backend.wake()

    @property
    def mode(self) -> Mode:
        """What the option comes to now."""
        if self._quality is SharingQuality.AUTO:
            return self._motion.mode
        return "sampling" if self._quality is SharingQuality.SAMPLING else "standard"

    def hold(self, *, on: bool) -> None:
        """Let no picture out while `on`; then go on with the newest. From any thread."""
        self._held = on
        self._watched.set()
        self._backend.wake()

    def move(self, area: Rect) -> None:
        """The picture is of another place of the screen now, and of the same size. On the engine's thread."""
        if (area.width, area.height) == (self.layout.area.width, self.layout.area.height):
            self.layout = Layout(area, self.layout.monitors)

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
        picture = Picture(layout.area.width, layout.area.height)
        self._lanes = {0: Lane(0, picture)}
        while not self._stopped.is_set():
            lanes = [] if self._held else self._watched_lanes(picture)
            if not lanes:
                self._watched.wait(IDLE_CHECK_SECONDS)
                self._watched.clear()
                continue
            self._fanout.forget_idle()
            self._waits_partly = len(lanes) > 1
            ready = [lane for lane in lanes if self._fanout.is_idle(lane.rung)]
            self._waits_partly = len(ready) < len(lanes)
            if not ready:
                self._fanout.wait_idle(IDLE_CHECK_SECONDS)
                continue
            self._serve(ready, picture)

    def _watched_lanes(self, picture: Picture) -> list[Lane]:
        """Return the lanes that somebody watches; the slow viewers' is there only as long as they are."""
        rungs = self._fanout.rungs()
        for rung in set(self._lanes) - {0, *rungs}:
            del self._lanes[rung]
        for rung in rungs:
            if rung not in self._lanes:
                self._lanes[rung] = Lane(rung, picture)
        for rung in list(self._keys_wanted):
            self._keys_wanted.discard(rung)
            if rung in self._lanes:
                self._lanes[rung].key_wanted = True
        return [self._lanes[rung] for rung in rungs]

    def _serve(self, ready: list[Lane], picture: Picture) -> None:
        """Wait until something is to be done for a lane that can take a picture, and do it."""
        now = time.monotonic()
        patience = min(lane.due_at(now) for lane in ready) - now
        changed = self._backend.wait(max(0.0, min(IDLE_CHECK_SECONDS, patience)))
        now = time.monotonic()
        due = ready if changed else [lane for lane in ready if lane.due_at(now) <= now]
        if not due or self._stopped.is_set():
            return
        # Frames keep their distance on the average: the second of two quick changes does not wait for its turn.
        rest = self._next_at - now
        if rest > 0 and self._stopped.wait(rest):
            return
        now = time.monotonic()
        self._next_at = max(self._next_at + REST_SECONDS, now)
        self._grab(picture, now)
        for lane in due:
            self._encode(lane, now)

    def _grab(self, picture: Picture, now: float) -> None:
        patches = self._backend.grab()
        for patch in patches:
            self._converter.convert(patch, picture)
        if not patches:
            return
        self.counters.grabs += 1
        self._motion.changed(now, sum(patch.box.area for patch in patches) / self.layout.area.area)
        for lane in self._lanes.values():
            lane.changed = True

    def _encode(self, lane: Lane, now: float) -> None:
        if self._stopped.is_set() or self._held:
            return
        self._motion.look(now)
        fanout = self._fanout
        encoded = lane.encode(now, fanout.rate(lane.rung), self.mode, fanout.viewers(lane.rung))
        if encoded is None:
            return
        counters = self.counters
        counters.keys += encoded.key
        counters.pictures += 1
        counters.bounded += lane.bounded_by_link
        counters.sent_bytes += encoded.size
        counters.encode_seconds += encoded.seconds
        counters.encode_cpu_seconds += encoded.cpu_seconds
        self._fanout.give(lane.rung, encoded)
