"""What the bar says, from what is granted, who drives, and how the link is. Pure."""

from customer_agent.bridge import BarView, Mood
from customer_agent.grants import Grant, GrantTable, RowState
from customer_agent.ladder import Ladder, Rung
from customer_agent.media.geometry import Rect
from customer_agent.session_model import SessionModel
from supportsite.protocol.base import Capability


def describe(
    *,
    table: GrantTable,
    model: SessionModel,
    ladder: Ladder,
    area: Rect | None,
    owner_drives: bool,
    stopped_once: bool,
) -> BarView:
    """Return the bar's content. `area` is what is captured now, None while nothing is."""
    rows = [row for row in table.live() if row.state in (RowState.ACTIVE, RowState.SUSPENDED)]
    control = next((row for row in rows if row.capability is Capability.CONTROL_DESKTOP), None)
    shown = control or (rows[0] if rows else None)
    return BarView(
        mood=_mood(rows, control, ladder, owner_drives=owner_drives, stopped_once=stopped_once),
        csr_name=model.participant_name(shown.csr) if shown else "",
        site_name=model.site.name,
        monitors=tuple(shown.scope.monitors) if shown else (),
        shared=area is not None,
        control=control is not None,
        box=(area.x, area.y, area.width, area.height) if area is not None else None,
    )


def _mood(rows: list[Grant], control: Grant | None, ladder: Ladder, *, owner_drives: bool, stopped_once: bool) -> Mood:
    if ladder.rung is not Rung.LIVE:
        return Mood.LOST
    if ladder.needs_click and any(row.state is RowState.SUSPENDED for row in rows):
        return Mood.CONTROL_PAUSED
    if control is not None:
        return Mood.OWNER_DRIVES if owner_drives else Mood.CONTROL
    if rows:
        return Mood.VIEW
    return Mood.STOPPED if stopped_once else Mood.NOBODY
