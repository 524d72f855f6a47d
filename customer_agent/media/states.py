"""What stands in the way of the picture: several may say so at once, the weightiest is told.

`open_state_watch` watches what this system itself does: a locked screen, a secure prompt, a permission that is missing.
"""

import platform
import threading
from collections.abc import Callable
from typing import Literal, Protocol, get_args

CaptureState = Literal[
    "live",
    "locked",
    "secure_prompt",
    "protected",
    "permission_missing",
    "waiting_for_portal",
    "minimised",
    "source_lost",
]
# The weightiest first. While one of HOLDING stands no picture leaves: who locks the screen is not looking any more.
WEIGHT: tuple[CaptureState, ...] = (
    "source_lost", "permission_missing", "locked", "secure_prompt", "waiting_for_portal", "minimised", "protected",
    "live",
)  # fmt: skip
HOLDING: frozenset[CaptureState] = frozenset({"locked", "secure_prompt"})
POLL_SECONDS = 1.0

Report = Callable[[CaptureState], None]


class CaptureStates:
    """Joins what several sources say. Any thread may tell; `report` hears each change of the whole, in that thread."""

    def __init__(self, report: Report) -> None:
        self._report = report
        self._lock = threading.Lock()
        self._said: dict[str, CaptureState] = {}
        self._state: CaptureState = "live"

    @property
    def state(self) -> CaptureState:
        """The weightiest of all that was said."""
        return self._state

    def tell(self, source: str, state: CaptureState) -> None:
        """Take what a source says now; it replaces what that source said before."""
        with self._lock:
            self._said[source] = state
            state = min(self._said.values(), key=WEIGHT.index)
            if state == self._state:
                return
            self._state = state
            self._report(state)


class StateWatch(Protocol):
    """Watches this system on a thread of its own and reports the first state and each change there."""

    def start(self) -> None:
        """Begin."""

    def stop(self) -> None:
        """End; returns when nothing more is reported."""


class PolledStates:
    """Asks a function of the system once a second."""

    def __init__(self, look: Callable[[], CaptureState], report: Report, seconds: float = POLL_SECONDS) -> None:
        self._look, self._report, self._seconds = look, report, seconds
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, name="states", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """End."""
        self._ended.set()
        if self._thread.ident is not None and self._thread is not threading.current_thread():
            self._thread.join(2.0)

    def _run(self) -> None:
        before: CaptureState | None = None
        while True:
            state = self._look()
            if state != before:
                before = state
                self._report(state)
            if self._ended.wait(self._seconds):
                return


def open_state_watch(report: Report, display: str | None = None) -> StateWatch:
    """Return the watch of this system."""
    system = platform.system()
    if system == "Windows":
        from customer_agent.media.states_win32 import look as look_win32

        return PolledStates(look_win32, report)
    if system == "Darwin":
        from customer_agent.media.states_mac import look as look_mac

        return PolledStates(look_mac, report)
    from customer_agent.media.lock_watch import LockWatch

    return LockWatch(lambda locked: report("locked" if locked else "live"), display)


assert set(WEIGHT) == set(get_args(CaptureState))
