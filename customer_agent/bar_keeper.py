"""Keeps the bar and the frames saying what is true now. Belongs to the event loop."""

from collections.abc import Callable

from customer_agent import clock
from customer_agent.bar_view import Shared, describe, shared_row
from customer_agent.bridge import Notice, Windows
from customer_agent.grants import GrantTable
from customer_agent.ladder import Ladder
from customer_agent.session_model import SessionModel
from customer_agent.sharing import Sharing
from customer_agent.sources import Sources

NOTICE_SECONDS = 6.0
FOLLOW_SECONDS = 1.0


class BarKeeper:
    """`owner_drives` and `stopped_once` are set from outside; `show` after each change of anything."""

    def __init__(
        self,
        *,
        table: GrantTable,
        model: SessionModel,
        ladder: Ladder,
        windows: Windows,
        sources: Sources,
        sharing: Callable[[], Sharing],
    ) -> None:
        self._table, self._model, self._ladder = table, model, ladder
        self._windows, self._sources, self._sharing = windows, sources, sharing
        self.owner_drives = False
        self.stopped_once = False
        self._notice: Notice | None = None
        self._notice_until = 0.0
        self._shown_at = 0.0

    def clipboard_used(self, outcome: str, participant: str) -> None:
        """Say for a moment what became of clipboard text."""
        self._notice = Notice(f"clipboard_{outcome}", self._model.participant_name(participant))
        self._notice_until = clock.now() + NOTICE_SECONDS
        self.show()

    def tick(self, now: float) -> None:
        """Let what was said for a moment go, and follow shared windows that nobody watches yet."""
        if self._notice is not None and now >= self._notice_until:
            self._notice = None
            self.show()
        elif now - self._shown_at >= FOLLOW_SECONDS and shared_row(self._table) is not None:
            self.show()

    def show(self) -> None:
        """Show what is."""
        self._shown_at = clock.now()
        row, sharing = shared_row(self._table), self._sharing()
        shared = Shared()
        if row is not None:
            shared = Shared(
                boxes=self._sources.boxes(row),
                titles=self._sources.titles(row),
                watchers=sharing.watchers,
                obstacle=sharing.obstacle,
            )
        view = describe(
            table=self._table,
            model=self._model,
            ladder=self._ladder,
            shared=shared,
            owner_drives=self.owner_drives,
            stopped_once=self.stopped_once,
            notice=self._notice,
        )
        self._windows.show_bar(view)
