"""What the grant table is made of. Rows do not change: a change makes another one."""

from dataclasses import dataclass
from enum import StrEnum

from supportsite.protocol.base import Capability, StopCause
from supportsite.protocol.capabilities import CONTROL
from supportsite.protocol.objects import Scope


class RowState(StrEnum):
    """Life of a row. `allowed`: the owner said yes, the server does not know yet, nothing is shown."""

    ALLOWED = "allowed"
    ACTIVE = "active"
    SUSPENDED = "suspended"
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True)
class LocalConsent:
    """What the owner allowed in this computer's own window. Only `consent.ConsentDesk` makes one."""

    request: str
    capability: Capability
    scope: Scope
    holder: str


@dataclass(frozen=True, slots=True)
class Grant:
    """One row. Times are seconds of `clock.now`; `id` is the server's name for it, known once the server has it."""

    request: str
    capability: Capability
    scope: Scope
    holder: str
    epoch: int
    state: RowState
    not_after: float | None
    last_used: float
    id: str | None = None
    cause: StopCause | None = None

    @property
    def live(self) -> bool:
        """Whether the row still stands, active or not."""
        return self.state is not RowState.STOPPED

    @property
    def control(self) -> bool:
        """Whether the row lets its holder operate."""
        return self.capability in CONTROL

    @property
    def paused(self) -> bool:
        """Whether the owner paused it, perhaps before the server knew of it: only the owner lets it go on."""
        return self.state in (RowState.ALLOWED, RowState.SUSPENDED) and self.cause is StopCause.OWNER_STOP

    @property
    def keeps_picture(self) -> bool:
        """Whether an open picture may go on: also while the server learns of the row, so a hand-over is no break."""
        return self.state is RowState.ACTIVE or (self.state is RowState.ALLOWED and not self.paused)


@dataclass(frozen=True, slots=True)
class Change:
    """A row as it is after a change. `told` means that the server already knows (it caused the change)."""

    grant: Grant
    told: bool
