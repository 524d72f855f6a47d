"""How much a relayed viewer's way carries, told by how long its pictures take. Pure: the caller says what time it is.

Nothing is lost here, and two pictures in flight keep the queue short; what is to be found is how big a picture may be.
"""

from customer_agent.media.encoder import EncodedPicture
from customer_agent.media.estimate import BITS, MAX_RATE, MIN_RATE, QUEUE_BASE_SECONDS, LinkEstimate, Lowest

QUEUE_HIGH, QUEUE_LOW = 0.15, 0.06
CUT, GROWTH = 0.85, 1.1


class RelayWayOut:
    """The way out of one relayed viewer's track."""

    def __init__(self) -> None:
        self.estimate = LinkEstimate(0.0)
        self._lowest = Lowest(QUEUE_BASE_SECONDS)
        self._size = 0
        self._cut_at = self._full_at = -1e9
        self._waited = 0.0

    @property
    def allowed(self) -> float:
        """What the way may carry, in bit/s."""
        return self.estimate.rate

    def start(self) -> None:
        """Nothing: the socket is open already."""

    def begin(self, encoded: EncodedPicture) -> None:
        """Note how big the pictures are."""
        self._size = encoded.size

    def finish(self) -> None:
        """Nothing: the viewer's word counts, not the socket's."""

    def full(self, now: float) -> None:
        """Note that two pictures are in flight and the next one waits."""
        self._full_at = now

    def has_room(self, now: float) -> None:
        """Note that it waits no longer."""
        self._waited += now - self._full_at

    def take_waited(self) -> float:
        """Return for how many seconds since the last call a picture waited for room."""
        waited, self._waited = self._waited, 0.0
        return waited

    def delivered(self, now: float, seconds: float) -> None:
        """Take how long a picture took until the viewer had decoded it."""
        estimate = self.estimate
        estimate.round_trip = self._lowest.add(now, seconds)
        estimate.queue = seconds - estimate.round_trip
        if estimate.queue > QUEUE_HIGH:
            if now - self._cut_at > seconds:
                self._cut_at = now
                estimate.rate = max(MIN_RATE, estimate.rate * CUT)
        elif estimate.queue < QUEUE_LOW and self._size * BITS > 0.3 * estimate.rate * seconds:
            estimate.rate = min(MAX_RATE, estimate.rate * GROWTH)
