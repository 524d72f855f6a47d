"""The grant table: the only truth of what may be seen and operated on this computer.

Rows are added by `add_from_local_consent` alone. Whatever else is called, by a server's message too, can only
name, suspend or stop a row. Each change of a row raises the epoch, so that whatever was sent before it is void.
"""

import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from enum import StrEnum

from customer_agent import clock
from supportsite.protocol.base import Capability, GrantState, StopCause
from supportsite.protocol.objects import GrantInfo, Scope

CONTROL_MAX_SECONDS = 60 * 60
CONTROL_IDLE_SECONDS = 5 * 60
VIEW_IDLE_SECONDS = 15 * 60
# The server counts changes too; no honest count runs this far ahead.
MAX_EPOCH_STEP = 1000


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
    csr: str


@dataclass(frozen=True, slots=True)
class Grant:
    """One row. Times are seconds of `clock.now`; `id` is the server's name for it, known once the server has it."""

    request: str
    capability: Capability
    scope: Scope
    csr: str
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


@dataclass(frozen=True, slots=True)
class Change:
    """A row as it is after a change. `told` means that the server already knows (it caused the change)."""

    grant: Grant
    told: bool


Listener = Callable[[Change], None]


class GrantTable:
    """Thread-safe table of grants. Listeners run in the caller's thread, after the change, without the lock."""

    def __init__(self, now: clock.Clock = clock.now) -> None:
        self._now = now
        self._lock = threading.Lock()
        self._rows: dict[str, Grant] = {}
        self._epoch = 0
        self._listeners: list[Listener] = []

    def listen(self, listener: Listener) -> None:
        """Call `listener` after each change of a row."""
        self._listeners.append(listener)

    # Reading

    def rows(self) -> list[Grant]:
        """Return every row, oldest first."""
        with self._lock:
            return list(self._rows.values())

    def live(self, capability: Capability | None = None) -> list[Grant]:
        """Return the rows that stand, of one capability where given."""
        return [row for row in self.rows() if row.live and capability in (None, row.capability)]

    def find(self, grant: str) -> Grant | None:
        """Return the row that the server calls `grant`."""
        return next((row for row in self.rows() if row.id == grant), None)

    def find_active(self, grant: str) -> Grant | None:
        """Return the row if it is active at this moment; a row past its time is not, even before it is swept."""
        row = self.find(grant)
        if row is None or row.state is not RowState.ACTIVE or self._over(row, self._now()) is not None:
            return None
        return row

    # The one way in

    def add_from_local_consent(self, consent: LocalConsent) -> Grant:
        """Add the row for what the owner just allowed. An older row of the same capability is superseded."""
        changes = []
        with self._lock:
            older = [row for row in self._rows.values() if row.capability is consent.capability and row.live]
            changes += [self._stop(row, StopCause.SUPERSEDED, told=False) for row in older]
            self._epoch += 1
            now = self._now()
            control = consent.capability is Capability.CONTROL_DESKTOP
            row = Grant(
                request=consent.request,
                capability=consent.capability,
                scope=consent.scope,
                csr=consent.csr,
                epoch=self._epoch,
                state=RowState.ALLOWED,
                not_after=now + CONTROL_MAX_SECONDS if control else None,
                last_used=now,
            )
            self._rows[consent.request] = row
            changes.append(Change(row, told=False))
        self._tell(changes)
        return row

    # What a server may do: name, suspend, stop

    def confirm(self, info: GrantInfo, *, endpoint: str) -> bool:
        """Name the allowed row that `info` describes exactly, and make it active.

        A description that differs from what was allowed here stops the row; one without a row changes nothing.
        A higher epoch is learned: it voids more, and allows nothing.
        """
        changes = []
        with self._lock:
            row = self._rows.get(info.request)
            if row is None or row.state is not RowState.ALLOWED:
                return False
            exact = (
                (info.capability, info.scope, info.csr) == (row.capability, row.scope, row.csr)
                and row.epoch <= info.epoch < row.epoch + MAX_EPOCH_STEP
                and info.endpoint == endpoint
                and info.state is GrantState.ACTIVE
            )
            if exact:
                self._epoch = max(self._epoch, info.epoch)
                row = replace(row, id=info.id, state=RowState.ACTIVE, epoch=info.epoch, last_used=self._now())
                self._rows[row.request] = row
                changes.append(Change(row, told=True))
            else:
                changes.append(self._stop(row, StopCause.OWNER_STOP, told=False))
        self._tell(changes)
        return exact

    def learn_epoch(self, request: str, epoch: int) -> Grant | None:
        """Raise a row's epoch to one that the server's count makes necessary; returns the row if it still stands."""
        with self._lock:
            row = self._rows.get(request)
            if row is None or not row.live:
                return None
            if row.epoch < epoch < row.epoch + MAX_EPOCH_STEP:
                self._epoch = max(self._epoch, epoch)
                row = replace(row, epoch=epoch)
                self._rows[request] = row
            return row

    def narrow(self, info: GrantInfo) -> None:
        """Follow a server that says suspended or stopped. Anything wider than the row is ignored."""
        if info.state is GrantState.STOPPED:
            self.stop([info.request], StopCause.OWNER_STOP, told=True)
        elif info.state is GrantState.SUSPENDED:
            self._suspend([info.request], StopCause.CONNECTION_LOST, told=True)

    # What this computer does by itself

    def suspend_control(self, cause: StopCause) -> None:
        """Suspend every active control row."""
        self._suspend([row.request for row in self.live(Capability.CONTROL_DESKTOP)], cause, told=False)

    def resume_from_local_rule(self) -> None:
        """Let suspended rows go on: the link is back within its minute, or the owner pressed Continue here."""
        with self._lock:
            rows = [row for row in self._rows.values() if row.state is RowState.SUSPENDED]
            changes = [self._put(row, RowState.ACTIVE, None, told=False) for row in rows]
        self._tell(changes)

    def stop(self, requests: Iterable[str], cause: StopCause, *, told: bool = False) -> None:
        """Stop these rows for good. Stopping the view stops control too: nobody operates what nobody may see."""
        changes = []
        with self._lock:
            rows = [self._rows[request] for request in requests if request in self._rows]
            rows = [row for row in rows if row.live]
            changes += [self._stop(row, cause, told=told) for row in rows]
            if any(row.capability is Capability.VIEW_DESKTOP for row in rows):
                changes += [
                    self._stop(row, cause, told=False)
                    for row in list(self._rows.values())
                    if row.live and row.capability is Capability.CONTROL_DESKTOP
                ]
        self._tell(changes)

    def stop_all(self, cause: StopCause, *, told: bool = False) -> None:
        """Stop every row."""
        with self._lock:
            rows = [row for row in self._rows.values() if row.live]
            changes = [self._stop(row, cause, told=told) for row in rows]
        self._tell(changes)

    def touch(self, grant: str) -> None:
        """Note that a row is in use, so that it does not end as idle."""
        with self._lock:
            for row in self._rows.values():
                if row.id == grant and row.live:
                    self._rows[row.request] = replace(row, last_used=self._now())
                    return

    def expire(self) -> None:
        """Stop the rows whose time is over."""
        now = self._now()
        for row in self.live():
            cause = self._over(row, now)
            if cause is not None:
                self.stop([row.request], cause)

    # Inside

    @staticmethod
    def _over(row: Grant, now: float) -> StopCause | None:
        if row.not_after is not None and now >= row.not_after:
            return StopCause.EXPIRED
        idle = CONTROL_IDLE_SECONDS if row.capability is Capability.CONTROL_DESKTOP else VIEW_IDLE_SECONDS
        return StopCause.IDLE if row.live and now - row.last_used >= idle else None

    def _suspend(self, requests: list[str], cause: StopCause, *, told: bool) -> None:
        changes = []
        with self._lock:
            for request in requests:
                row = self._rows.get(request)
                if row is not None and row.state is RowState.ACTIVE:
                    changes.append(self._put(row, RowState.SUSPENDED, cause, told=told))
        self._tell(changes)

    def _stop(self, row: Grant, cause: StopCause, *, told: bool) -> Change:
        return self._put(row, RowState.STOPPED, cause, told=told)

    def _put(self, row: Grant, state: RowState, cause: StopCause | None, *, told: bool) -> Change:
        self._epoch += 1
        changed = replace(row, state=state, epoch=self._epoch, cause=cause)
        self._rows[row.request] = changed
        return Change(changed, told)

    def _tell(self, changes: list[Change]) -> None:
        for change in changes:
            for listener in self._listeners:
                listener(change)
