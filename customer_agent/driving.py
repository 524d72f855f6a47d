"""Who drives: starts and halts the operator, and notices the owner's own hands, which go first."""

import threading
import time
from collections.abc import Callable

from customer_agent.control.backend import ClipFactory, open_backend
from customer_agent.control.gate import OWNER_PAUSE_SECONDS, Facts, GrantFact, Sender, Verdict
from customer_agent.control.operator import Operator
from customer_agent.control.owner_input import OwnerInputWatcher
from customer_agent.grant_rows import RowState
from customer_agent.grants import GrantTable
from customer_agent.input_hold import InputHold
from customer_agent.media.geometry import Rect
from customer_agent.media.xi2 import RawKind
from supportsite.protocol.channel import ViewerInput

NOTICE_SECONDS = 0.2


class Driver:
    """Input to this computer, from `start` to `halt`. Every method is for any thread.

    `owner_moved` is called when the owner's hands are noticed, at most every 0.2 s, `owner_typed` for each key they
    press; both on an own thread.
    """

    def __init__(
        self, *, table: GrantTable, hold: InputHold, own_windows: Callable[[], list[int]], connected: Callable[[], bool]
    ) -> None:
        self._table = table
        self._hold = hold
        self._own_windows = own_windows
        self._connected = connected
        self._lock = threading.Lock()
        self._operator: Operator | None = None
        self._ended: list[Operator] = []
        self._watcher: OwnerInputWatcher | None = None
        self._silent: frozenset[str] = frozenset()
        self._noticed_at = 0.0
        self._typed_at: float | None = None
        self.report: Callable[[Sender, Verdict, ViewerInput], None] = lambda _sender, _verdict, _message: None
        self.lost: Callable[[], None] = lambda: None
        self.area: Callable[[Sender], Rect | None] = lambda _sender: None
        self.owner_moved: Callable[[], None] = lambda: None
        self.locked: Callable[[], bool] = lambda: False
        self.owner_typed: Callable[[], None] = lambda: None

    @property
    def running(self) -> bool:
        """Whether input can be carried out at all."""
        return self._operator is not None

    def start(self, make_clip: ClipFactory | None = None) -> None:
        """Begin to carry out what the gate lets through, inside `make_clip`'s windows. Raises DisplayError."""
        with self._lock:
            if self._operator is not None:
                return
            for ended in self._ended:
                ended.join()  # what another held is let go before the next one begins
            self._ended.clear()
            if self._watcher is None:
                self._watcher = OwnerInputWatcher(self._owner_input)
            watcher = self._watcher
            backend = open_backend(
                self._own_windows, lambda kind, detail: watcher.expect(RawKind(kind), detail), make_clip=make_clip
            )
            self._operator = Operator(
                backend=backend,
                area=self.area,
                facts=self._facts,
                report=self.report,
                lost=self.lost,
            )

    def halt(self) -> None:
        """Carry nothing more out, and let go of every key; done at once, finished in the background."""
        with self._lock:
            operator, self._operator = self._operator, None
            if operator is not None:
                operator.stop()
                self._ended.append(operator)

    def close(self) -> None:
        """Halt, and wait until every key is up and the watching has ended."""
        self.halt()
        with self._lock:
            ended, self._ended = self._ended, []
            watcher, self._watcher = self._watcher, None
        for operator in ended:
            operator.join()
        if watcher is not None:
            watcher.stop()

    def release(self) -> None:
        """Let go of every key now; what waits is forgotten."""
        operator = self._operator
        if operator is not None:
            operator.release_all()

    def submit(self, sender: Sender, message: ViewerInput) -> bool:
        """Queue a viewer's message; False when nothing is carried out now."""
        operator = self._operator
        if operator is None:
            return False
        operator.submit(sender, message)
        return True

    def silent(self, connection: str, *, silent: bool) -> None:
        """Note that a viewer is not heard, or is again."""
        with self._lock:
            self._silent = self._silent | {connection} if silent else self._silent - {connection}
        operator = self._operator
        if silent and operator is not None:
            operator.release(connection)

    def forget(self, connection: str) -> None:
        """A viewer is gone."""
        with self._lock:
            self._silent = self._silent - {connection}
        operator = self._operator
        if operator is not None:
            operator.forget(connection)

    def owner_drives(self) -> bool:
        """Whether the owner's hands were noticed within the last second."""
        last = self._watcher.last_at if self._watcher is not None else None
        return last is not None and time.monotonic() - last < OWNER_PAUSE_SECONDS

    def _facts(self) -> Facts:
        prompt_open, prompt_closed_at = self._hold.state()
        grants = {
            row.id: GrantFact(
                capability=row.capability,
                holder=row.holder,
                epoch=row.epoch,
                active=row.state is RowState.ACTIVE and self._table.find_active(row.id) is not None,
            )
            for row in self._table.live()
            if row.id is not None
        }
        return Facts(
            now=time.monotonic(),
            grants=grants,
            prompt_open=prompt_open,
            prompt_closed_at=prompt_closed_at,
            owner_input_at=self._watcher.last_at if self._watcher is not None else None,
            connected=self._connected(),
            locked=self.locked(),
            silent_connections=self._silent,
        )

    def _owner_input(self) -> None:
        """The owner's hands, on the watcher's thread; a moving mouse says so a thousand times a second."""
        now = time.monotonic()
        typed_at = self._watcher.last_key_at if self._watcher is not None else None
        if typed_at is not None and typed_at != self._typed_at:
            self._typed_at = typed_at
            self.owner_typed()
        if now - self._noticed_at >= NOTICE_SECONDS:
            self._noticed_at = now
            self.release()
            self.owner_moved()
