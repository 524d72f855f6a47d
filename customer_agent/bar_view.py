"""What the bar says, from what is granted, who watches, who drives, and how the link is. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from customer_agent.bridge import BarView, Mood, Notice
from customer_agent.grant_rows import Grant, RowState
from customer_agent.grants import GrantTable
from customer_agent.ladder import Ladder, Rung
from customer_agent.media.geometry import Rect
from customer_agent.session_model import SessionModel
from supportsite.protocol.capabilities import SCREEN


@dataclass(frozen=True, slots=True)
class Shared:
    """What others can see now: where it is on the screen, what it is called, who watches, what is in the way."""

    boxes: Sequence[Rect] = ()
    titles: tuple[str, ...] = ()
    watchers: Sequence[str] = ()
    obstacle: str = ""


def shared_row(table: GrantTable) -> Grant | None:
    """Return the row whose scope the bar and the frame show: control before view; None where nothing is shared."""
    rows = _shares(table)
    return next((row for row in rows if row.control), rows[0] if rows else None)


def describe(
    *,
    table: GrantTable,
    model: SessionModel,
    ladder: Ladder,
    shared: Shared,
    owner_drives: bool,
    stopped_once: bool,
    notice: Notice | None,
) -> BarView:
    """Return the bar's content."""
    rows = _shares(table)
    row = shared_row(table)
    control = row if row is not None and row.control else None
    seen = any(item.state is RowState.ACTIVE for item in rows)
    # Whoever was given it may look at any moment, so they are named even before they do.
    watchers = list(shared.watchers) or ([row.holder] if row is not None else [])
    return BarView(
        mood=_mood(rows, ladder, owner_drives=owner_drives, stopped_once=stopped_once),
        site_name=model.site.name,
        csr_owner=model.participant_name(model.me or "") if model.owner_is_csr else "",
        watchers=tuple(model.participant_name(item) for item in watchers),
        driver=model.participant_name(control.holder) if control is not None else "",
        monitors=tuple(row.scope.monitors) if row is not None else (),
        titles=shared.titles if row is not None else (),
        shared=seen,
        control=control is not None,
        boxes=tuple((box.x, box.y, box.width, box.height) for box in shared.boxes) if seen else (),
        obstacle=shared.obstacle if seen else "",
        notice=notice,
    )


def _shares(table: GrantTable) -> list[Grant]:
    standing = (RowState.ACTIVE, RowState.SUSPENDED)
    return [row for row in table.live() if row.state in standing and row.capability in SCREEN]


def _mood(rows: list[Grant], ladder: Ladder, *, owner_drives: bool, stopped_once: bool) -> Mood:
    if ladder.rung is not Rung.LIVE:
        return Mood.LOST
    if any(row.paused for row in rows):
        return Mood.PAUSED
    if ladder.needs_click and any(row.state is RowState.SUSPENDED for row in rows):
        return Mood.CONTROL_PAUSED
    if any(row.control for row in rows):
        return Mood.OWNER_DRIVES if owner_drives else Mood.CONTROL
    if rows:
        return Mood.VIEW
    return Mood.STOPPED if stopped_once else Mood.NOBODY
