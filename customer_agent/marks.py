"""Pointers and drawings of the viewers: checked, named, coloured, drawn here and told to the other viewers.

Belongs to the event loop. Times are seconds of time.monotonic.
"""

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Literal, Protocol

from customer_agent.media.geometry import Rect
from customer_agent.media.shared_screen import SharedScreen
from customer_agent.media.viewer_link import ViewerLink
from customer_agent.refusals import Refusals
from customer_agent.session_model import SessionModel
from supportsite.protocol.channel import MARK_SECONDS, Mark, MarksCleared

MESSAGES_PER_SECOND = 120
MAX_LIVE_MARKS = 200
MAX_LIVE_MARKS_EACH = 50  # one viewer's flood leaves room for the others
COLOURS: tuple[Literal["a", "b", "c", "d", "e", "f"], ...] = ("a", "b", "c", "d", "e", "f")


class Board(Protocol):
    """Where marks are drawn on the owner's real screen, while it is `available`."""

    available: bool

    def put(self, mark: Mark, area: Rect, name: str) -> None:
        """Show a mark, whose points are 0..1 of `area`; `name` stands beside a pointer."""

    def clear(self, participant: str | None = None) -> None:
        """Take away one participant's marks, or all."""


@dataclass(slots=True)
class Allowance:
    """How many messages a viewer may still send now; it fills up again at `MESSAGES_PER_SECOND`."""

    left: float = MESSAGES_PER_SECOND
    at: float = field(default_factory=time.monotonic)

    def take(self, now: float) -> bool:
        """Take one message; False when there is none left."""
        self.left = min(MESSAGES_PER_SECOND, self.left + (now - self.at) * MESSAGES_PER_SECOND)
        self.at = now
        if self.left < 1:
            return False
        self.left -= 1
        return True


class MarkDesk:
    """Whose marks are drawn where. A CSR inside may clear everybody's, others their own.

    `grant_of(screen)` names the active grant that a picture is shown under, None without one; `viewers()` are those of
    every picture.
    """

    def __init__(
        self,
        *,
        model: SessionModel,
        board: Board,
        refusals: Refusals,
        grant_of: Callable[[SharedScreen], str | None],
        viewers: Callable[[], Iterable[ViewerLink]],
        on_first: Callable[[str, str], None],
    ) -> None:
        self._model = model
        self._board = board
        self._refusals = refusals
        self._grant_of = grant_of
        self._viewers = viewers
        self._on_first = on_first
        self._allowances: dict[str, Allowance] = {}
        self._colours: dict[str, Literal["a", "b", "c", "d", "e", "f"]] = {}
        self._live: dict[tuple[str, str], float] = {}
        self._reported: set[tuple[str, str]] = set()

    def take(self, peer: ViewerLink, screen: SharedScreen, message: Mark | MarksCleared) -> None:
        """Take a viewer's message: drop it, or show it here and tell the others who see the same picture."""
        grant = self._grant_of(screen)
        if grant is None or not self._model.may_watch(peer.participant):
            self._refusals.count("mark_not_granted")
            return
        if not self._allowances.setdefault(peer.connection, Allowance()).take(time.monotonic()):
            self._refusals.count("too_many_marks")
            return
        if isinstance(message, MarksCleared):
            everybody = self._model.is_joined_csr(peer.participant)
            self.clear(message.participant if everybody else peer.participant)
            return
        if not self._has_room((peer.participant, message.id)):
            self._refusals.count("too_many_marks")
            return
        mark = message.model_copy(update={"participant": peer.participant, "colour": self._colour(peer.participant)})
        self._board.put(mark, screen.area, self._model.participant_name(peer.participant))
        self._tell(mark, screen.viewers)
        if (grant, peer.participant) not in self._reported:
            self._reported.add((grant, peer.participant))
            self._on_first(grant, peer.participant)

    def forget(self, connection: str) -> None:
        """A viewer's connection ended."""
        self._allowances.pop(connection, None)

    def clear(self, participant: str | None = None) -> None:
        """Take away the marks of somebody, or everybody's: here, and on every picture there is."""
        self._live = {key: at for key, at in self._live.items() if participant not in (None, key[0])}
        self._board.clear(participant)
        self._tell(MarksCleared(participant=participant), self._viewers())

    def _has_room(self, key: tuple[str, str]) -> bool:
        now = time.monotonic()
        self._live = {known: at for known, at in self._live.items() if now - at < MARK_SECONDS}
        mine = sum(participant == key[0] for participant, _id in self._live)
        if key not in self._live and (len(self._live) >= MAX_LIVE_MARKS or mine >= MAX_LIVE_MARKS_EACH):
            return False
        self._live[key] = now
        return True

    def _colour(self, participant: str) -> Literal["a", "b", "c", "d", "e", "f"]:
        """Return an author's colour: the least used one at the first mark, the same ever after."""
        if participant not in self._colours:
            used = list(self._colours.values())
            self._colours[participant] = min(COLOURS, key=used.count)
        return self._colours[participant]

    @staticmethod
    def _tell(message: Mark | MarksCleared, viewers: Iterable[ViewerLink]) -> None:
        """Tell viewers, the author too, who learns the own colour by it."""
        for peer in viewers:
            peer.send(message)
