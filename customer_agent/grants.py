"""The grant table: the only truth of what may be seen and operated on this computer.

Rows are added by `add_from_local_consent` alone. Whatever else is called, by a server's message too, can only
name, suspend or stop a row. Each change of a row raises the epoch, so that whatever was sent before it is void.
"""

import threading
from collections.abc import Callable, Iterable
from dataclasses import replace

from customer_agent import clock
from customer_agent.grant_rows import Change, Grant, LocalConsent, RowState
from customer_agent.grant_rules import (
    carries_clipboard,
    falls_with,
    gives_way,
    idle_seconds,
    max_seconds,
)
from supportsite.protocol.base import GrantState, StopCause
from supportsite.protocol.capabilities import CLIPBOARD, SCREEN
from supportsite.protocol.objects import GrantInfo

# The server counts changes too; no honest count runs this far ahead.
MAX_EPOCH_STEP = 1000


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

    def live(self) -> list[Grant]:
        """Return the rows that stand."""
        return [row for row in self.rows() if row.live]

    def live_control(self) -> Grant | None:
        """Return the row that lets somebody operate; there is at most one."""
        return next((row for row in self.live() if row.control), None)

    def find(self, grant: str) -> Grant | None:
        """Return the row that the server calls `grant`."""
        return next((row for row in self.rows() if row.id == grant), None)

    def find_request(self, request: str) -> Grant | None:
        """Return the row of a request."""
        with self._lock:
            return self._rows.get(request)

    def find_active(self, grant: str) -> Grant | None:
        """Return the row if it is active at this moment; a row past its time is not, even before it is swept.

        A clipboard row rests while the control that carries it rests.
        """
        row = self.find(grant)
        if row is None or row.state is not RowState.ACTIVE or self._over(row, self._now()) is not None:
            return None
        if row.capability in CLIPBOARD:
            control = self.live_control()
            if control is None or control.id is None or self.find_active(control.id) is None:
                return None
        return row

    # The one way in

    def add_from_local_consent(self, consent: LocalConsent) -> Grant:
        """Add the row for what the owner just allowed, and stop what gives way to it.

        Clipboard text without control is stopped as soon as it is there.
        """
        changes = []
        with self._lock:
            for row in [row for row in self._rows.values() if row.live]:
                same_kind = row.capability in SCREEN and consent.capability in SCREEN
                other = same_kind and row.scope.windows != consent.scope.windows
                if other or gives_way(row.capability, consent.capability):
                    changes += self._stop_one(row, StopCause.SUPERSEDED, told=False)
            self._epoch += 1
            now, longest = self._now(), max_seconds(consent.capability)
            row = Grant(
                request=consent.request,
                capability=consent.capability,
                scope=consent.scope,
                holder=consent.holder,
                epoch=self._epoch,
                state=RowState.ALLOWED,
                not_after=None if longest is None else now + longest,
                last_used=now,
            )
            self._rows[consent.request] = row
            changes.append(Change(row, told=False))
            carried = any(other.live and carries_clipboard(other.capability) for other in self._rows.values())
            if row.capability in CLIPBOARD and not carried:
                changes.append(self._put(row, RowState.STOPPED, StopCause.EXPIRED, told=False))
        self._tell(changes)
        return changes[-1].grant

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
            paused = row.paused
            exact = (
                (info.capability, info.scope, info.holder) == (row.capability, row.scope, row.holder)
                and row.epoch <= info.epoch < row.epoch + MAX_EPOCH_STEP
                and info.endpoint == endpoint
                and info.state is GrantState.ACTIVE
            )
            if exact:
                self._epoch = max(self._epoch, info.epoch)
                row = replace(row, id=info.id, state=RowState.ACTIVE, epoch=info.epoch, last_used=self._now())
                self._rows[row.request] = row
                rests = paused and self._put(row, RowState.SUSPENDED, StopCause.OWNER_STOP, told=False)
                changes.append(rests or Change(row, told=True))
            else:
                changes += self._stop_with_dependents([row], StopCause.OWNER_STOP, told=False)
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
        self._suspend([row.request for row in self.live() if row.control], cause, told=False)

    def pause(self) -> None:
        """Let everything rest until the owner lets it go on: what rests already too, and what the server has not named.

        Else the link's return would take up again what the owner has paused since.
        """
        changes = []
        with self._lock:
            for row in [row for row in self._rows.values() if row.live and not row.paused]:
                if row.state is RowState.ALLOWED:
                    self._rows[row.request] = replace(row, cause=StopCause.OWNER_STOP)
                    changes.append(Change(self._rows[row.request], told=True))
                else:
                    changes.append(self._put(row, RowState.SUSPENDED, StopCause.OWNER_STOP, told=False))
        self._tell(changes)

    def resume_from_local_rule(self) -> None:
        """Let suspended rows go on: the link is back within its minute, or the owner pressed Continue here."""
        self._resume(lambda row: not row.paused)

    def unpause(self) -> None:
        """The owner lets go on what the owner paused."""
        with self._lock:
            for row in [row for row in self._rows.values() if row.state is RowState.ALLOWED]:
                self._rows[row.request] = replace(row, cause=None)
        self._resume(lambda row: row.paused)

    def stop(self, requests: Iterable[str], cause: StopCause, *, told: bool = False) -> None:
        """Stop these rows for good, and what cannot outlive them."""
        with self._lock:
            rows = [self._rows[request] for request in requests if request in self._rows]
            changes = self._stop_with_dependents([row for row in rows if row.live], cause, told=told)
        self._tell(changes)

    def stop_all(self, cause: StopCause, *, told: bool = False) -> None:
        """Stop every row."""
        with self._lock:
            rows = [row for row in self._rows.values() if row.live]
            changes = [self._put(row, RowState.STOPPED, cause, told=told) for row in rows]
        self._tell(changes)

    def use_up(self, grant: str) -> bool:
        """Take the one use of a clipboard row: it stops. False, and nothing changes, when it is not active now."""
        with self._lock:
            row = next((row for row in self._rows.values() if row.id == grant), None)
        if row is None or row.capability not in CLIPBOARD or self.find_active(grant) is None:
            return False
        with self._lock:
            if self._rows[row.request].state is not RowState.ACTIVE:
                return False  # used at the same moment by another
            changes = [self._put(self._rows[row.request], RowState.STOPPED, StopCause.USED, told=False)]
        self._tell(changes)
        return True

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
        idle = idle_seconds(row.capability)
        return StopCause.IDLE if row.live and idle is not None and now - row.last_used >= idle else None

    def _suspend(self, requests: list[str], cause: StopCause, *, told: bool) -> None:
        changes = []
        with self._lock:
            for request in requests:
                row = self._rows.get(request)
                if row is not None and row.state is RowState.ACTIVE:
                    changes.append(self._put(row, RowState.SUSPENDED, cause, told=told))
        self._tell(changes)

    def _resume(self, wanted: Callable[[Grant], bool]) -> None:
        with self._lock:
            rows = [row for row in self._rows.values() if row.state is RowState.SUSPENDED and wanted(row)]
            # Somebody watches again only after a moment; until then the rows are not idle.
            rows = [replace(row, last_used=self._now()) for row in rows]
            changes = [self._put(row, RowState.ACTIVE, None, told=False) for row in rows]
        self._tell(changes)

    def _stop_with_dependents(self, rows: list[Grant], cause: StopCause, *, told: bool) -> list[Change]:
        changes: list[Change] = []
        for row in rows:
            if self._rows[row.request].live:  # it may have fallen with the one before
                changes += self._stop_one(row, cause, told=told)
        return changes

    def _stop_one(self, row: Grant, cause: StopCause, *, told: bool) -> list[Change]:
        changes = [self._put(row, RowState.STOPPED, cause, told=told)]
        # A twin that gives way to a new row is no loss of the view.
        fallen = [
            other
            for other in self._rows.values()
            if other.live
            and falls_with(other.capability, row.capability)
            and (cause is not StopCause.SUPERSEDED or other.capability in CLIPBOARD)
        ]
        return changes + [change for other in fallen for change in self._stop_one(other, cause, told=False)]

    def _put(self, row: Grant, state: RowState, cause: StopCause | None, *, told: bool) -> Change:
        self._epoch += 1
        changed = replace(row, state=state, epoch=self._epoch, cause=cause)
        self._rows[row.request] = changed
        return Change(changed, told)

    def _tell(self, changes: list[Change]) -> None:
        for change in changes:
            for listener in self._listeners:
                listener(change)
