"""What one rung of viewers gets: an encoder, when a key frame is due, and the work left on a picture that rests."""

from dataclasses import dataclass

from customer_agent.media.convert import Picture
from customer_agent.media.encoder import EncodedPicture, Encoder
from customer_agent.media.rates import MAX_PICTURE_BITS, Limits, Mode, limits_of

START_CRF = 24
NEVER = float("inf")
KEY_INTERVAL_SECONDS = 0.5
TAIL_SECONDS = 0.12  # one empty picture after the last change: without it a lost last packet is never missed
SHARPEN_AFTER_SECONDS = 0.4
SHARPEN_BOUNDED_AFTER_SECONDS = 0.1  # what a slow link made unsharp is mended sooner
SHARPEN_INTERVAL_SECONDS = 0.04
SHARPEN_PICTURES, MOST_SHARPEN_PICTURES = 4, 60  # those that were as fine as wanted; all
SHARPEN_FROM_BYTES = 2500
KEEP_SECONDS = 2.5  # an empty picture: a browser that gets none for 3 s asks for a key frame, and would for ever
SHARP_ENOUGH_BYTES = 700


@dataclass(slots=True)
class Still:
    """What is left to do on a picture that does not change any more."""

    changed_at: float = 0.0
    bytes_since_sharp: int = 0
    tail_due: bool = False
    bounded: bool = False
    sharpened: int = 0
    tried: int = 0
    next_at: float = NEVER

    def changed(self, now: float, encoded: EncodedPicture) -> None:
        """Take note of a picture with something new in it."""
        self.changed_at, self.tail_due = now, True
        self.sharpened = self.tried = 0
        self.bytes_since_sharp += encoded.size
        self.bounded = encoded.bounded
        self.next_at = now + (SHARPEN_BOUNDED_AFTER_SECONDS if encoded.bounded else TAIL_SECONDS)

    @property
    def sharpening(self) -> bool:
        """Whether the next picture made for stillness is to be finer."""
        return self.bytes_since_sharp > SHARPEN_FROM_BYTES and (self.bounded or not self.tail_due)

    def done(self, now: float, encoded: EncodedPicture) -> None:
        """Take note of a picture made for stillness."""
        sharpening, self.tail_due = self.sharpening, False
        if sharpening:
            self.bounded = encoded.bounded
            self.sharpened += not encoded.bounded
            self.tried += 1
            enough = self.sharpened >= SHARPEN_PICTURES or self.tried >= MOST_SHARPEN_PICTURES
            if enough or encoded.size < SHARP_ENOUGH_BYTES:
                self.bytes_since_sharp = 0
        if self.bytes_since_sharp <= SHARPEN_FROM_BYTES:
            self.next_at = now + KEEP_SECONDS
        else:
            self.next_at = now + SHARPEN_INTERVAL_SECONDS if sharpening else self.changed_at + SHARPEN_AFTER_SECONDS


class Lane:
    """One encoder and its viewers' needs; used by the engine's thread."""

    def __init__(self, rung: int, picture: Picture) -> None:
        self.rung = rung
        self.changed = True
        self.key_wanted = True
        self.bounded_by_link = False
        self._key_at = 0.0
        self._still = Still()
        # Wide at first: what x264 may put into a picture grows only by a picture's share at a time.
        self._encoder = Encoder(picture, Limits(START_CRF, MAX_PICTURE_BITS))
        self._encoder.encode(key=True)  # the first call costs three times as much as the others: now, not later

    def due_at(self, now: float) -> float:
        """Return when a picture is due even if nothing changes from now on."""
        if self.changed:
            return now
        return min(self._still.next_at, self._key_at + KEY_INTERVAL_SECONDS if self.key_wanted else NEVER)

    def encode(self, now: float, rate: float, mode: Mode, viewers: int = 1) -> EncodedPicture | None:
        """Encode what is there to be shown, or None where nothing is. `rate` is the slowest viewer's."""
        key = self.key_wanted and now - self._key_at >= KEY_INTERVAL_SECONDS
        still = not self.changed and not key
        if still and now < self._still.next_at:
            return None
        limits = limits_of(rate, mode, resting=still, viewers=viewers)
        self._encoder.set_limits(limits)
        sharp = still and self._still.sharpening and self._encoder.sharpen(on=True)
        encoded = self._encoder.encode(key=key, at=now)
        if sharp:
            self._encoder.sharpen(on=False)
        if encoded is None:
            return None
        self.bounded_by_link = encoded.bounded and limits.by_link
        if encoded.key:
            self.key_wanted, self._key_at = False, now
        if still and not encoded.key:
            self._still.done(now, encoded)
        else:
            self._still.changed(now, encoded)
        self.changed = False
        return encoded
