"""What a link that falls silent, and comes back, does to the grants of this computer (security C6). Event loop only."""

from collections.abc import Callable

from customer_agent import clock
from customer_agent.grant_rows import Grant, RowState
from customer_agent.grants import GrantTable
from customer_agent.ladder import Effect, Ladder, Rung
from supportsite.protocol.base import StopCause

SELF_RESUME_SECONDS = 1.0


class Recovery:
    """Carries out the ladder's steps. `show()` brings the bar up to date, `end(code)` ends the session here."""

    def __init__(
        self, *, table: GrantTable, ladder: Ladder, show: Callable[[], None], end: Callable[[str], None]
    ) -> None:
        self._table, self._ladder, self._show, self._end = table, ladder, show, end
        self._suspended_at: float | None = None

    def suspended(self) -> None:
        """A row rests."""
        self._suspended_at = clock.now()

    def heard(self) -> None:
        """The server said something."""
        self._do(self._ladder.heard(clock.now()))

    def clicked(self) -> None:
        """The owner pressed Continue."""
        self._do(self._ladder.clicked())

    def tick(self, now: float) -> None:
        """Climb with silence; take up what the server rested while the link is whole."""
        self._do(self._ladder.step(now))
        self._resume_what_the_server_rested(now)

    def _do(self, effects: list[Effect]) -> None:
        for effect in effects:
            match effect:
                case Effect.SUSPEND_CONTROL:
                    self._table.suspend_control(StopCause.CONNECTION_LOST)
                case Effect.RESUME:
                    self._table.resume_from_local_rule()
                case Effect.ASK_CONTINUE if not self._resting():
                    self._do(self._ladder.clicked())
                case Effect.END:
                    self._end("lost")
                case _:
                    pass
        if effects:
            self._show()

    def _resting(self) -> list[Grant]:
        return [row for row in self._table.live() if row.state is RowState.SUSPENDED and not row.paused]

    def _resume_what_the_server_rested(self, now: float) -> None:
        """The server rests grants of a link it lost; with the link whole again they go on by the ladder's rule."""
        whole = self._ladder.rung is Rung.LIVE and not self._ladder.needs_click
        if whole and self._suspended_at is not None and now - self._suspended_at >= SELF_RESUME_SECONDS:
            self._suspended_at = None
            if self._resting():
                self._table.resume_from_local_rule()
