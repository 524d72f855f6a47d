"""The thread that operates the computer: each message passes the gate at the moment it is carried out.

Messages wait in order; pointer moves that nobody saw yet give way to newer ones. Whatever ends or pauses control
lets go of all keys and buttons; so does the first message of another participant.
"""

import sys
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from customer_agent.control.backend import BackendLostError, InputBackend
from customer_agent.control.gate import Facts, Gate, Sender, Verdict, judge
from customer_agent.media.geometry import Rect
from supportsite.protocol.channel import PointerInput, ReleaseInput, ViewerInput

MAX_WAITING = 1000
SWITCH_SECONDS = 0.0005  # Python's 5 ms would let input wait for whatever else runs
NO_AREA = Rect(0, 0, 1, 1)  # letting go has no place


@dataclass(frozen=True, slots=True)
class _Work:
    sender: Sender
    message: ViewerInput


class Operator:
    """Carries out viewers' messages. All methods are for any thread.

    `facts` is asked before each message and between the characters of a text; `report` hears each verdict,
    both on the operator's thread. `area` gives what a sender's coordinates refer to: the picture that this viewer sees;
    None when nothing of it may be operated.
    """

    def __init__(
        self,
        *,
        backend: InputBackend,
        area: Callable[[Sender], Rect | None],
        facts: Callable[[], Facts],
        report: Callable[[Sender, Verdict, ViewerInput], None],
        lost: Callable[[], None] = lambda: None,
    ) -> None:
        self._backend, self._area, self._facts, self._report, self._lost = backend, area, facts, report, lost
        self._gate = Gate()
        self._waiting: deque[_Work] = deque()
        self._changed = threading.Condition()
        self._release_wanted = False
        self._holder: str | None = None  # the participant whose input was let through last
        self._holding: set[str] = set()  # that participant's connections
        self._stopped = threading.Event()
        sys.setswitchinterval(min(SWITCH_SECONDS, sys.getswitchinterval()))
        self._thread = threading.Thread(target=self._run, name="operator", daemon=True)
        self._thread.start()

    def submit(self, sender: Sender, message: ViewerInput) -> None:
        """Queue a message."""
        with self._changed:
            if self._stopped.is_set():
                return
            if isinstance(message, PointerInput) and self._waiting:
                last = self._waiting[-1]
                if isinstance(last.message, PointerInput) and last.sender == sender:
                    if message.seq > last.message.seq:
                        self._waiting[-1] = _Work(sender, message)
                    return
            if len(self._waiting) >= MAX_WAITING:
                self._waiting.clear()
                self._release_wanted = True
            self._waiting.append(_Work(sender, message))
            self._changed.notify()

    def release_all(self) -> None:
        """Forget what waits and let go of everything: call it when control stops or rests, for whatever reason."""
        with self._changed:
            self._waiting.clear()
            self._release_wanted = True
            self._changed.notify()

    def release(self, connection: str) -> None:
        """A viewer is not heard: forget what waits of it, and let go if it was operating. Others are not disturbed."""
        with self._changed:
            self._waiting = deque(work for work in self._waiting if work.sender.connection != connection)
            if connection in self._holding:
                self._release_wanted = True
                self._changed.notify()

    def forget(self, connection: str) -> None:
        """A viewer's connection ended: let go of what it held."""
        self.release(connection)
        self._gate.forget(connection)

    def stop(self) -> None:
        """Carry nothing more out. Returns at once; `join` waits until all keys are up."""
        self._stopped.set()
        with self._changed:
            self._waiting.clear()
            self._changed.notify()

    def join(self, timeout: float = 2.0) -> bool:
        """Wait for the thread's end."""
        self._thread.join(timeout)
        return not self._thread.is_alive()

    def _run(self) -> None:
        try:
            while not self._stopped.is_set():
                work = self._next()
                if work is not None:
                    self._carry_out(work)
            self._backend.release_all()
        except BackendLostError:
            self._lost()
        finally:
            self._backend.close()

    def _next(self) -> _Work | None:
        timeout = self._backend.rest()
        with self._changed:
            if not (self._waiting or self._release_wanted or self._stopped.is_set()):
                self._changed.wait(timeout)
            release, self._release_wanted = self._release_wanted, False
            work = self._waiting.popleft() if self._waiting else None
        if release:
            self._backend.release_all()
        return work

    def _carry_out(self, work: _Work) -> None:
        sender, message = work.sender, work.message
        verdict = self._gate.admit(message, sender, self._facts())
        if verdict is not Verdict.PASS:
            if sender.participant == self._holder:  # nobody else's refusal disturbs who operates
                self._backend.release_all()
        elif not self._stopped.is_set():
            self._hand_to(sender)
            verdict = self._apply(sender, message)
            if verdict in (Verdict.OWN_WINDOW, Verdict.FOCUS) and not isinstance(message, ReleaseInput):
                self._backend.release_all()
        self._report(sender, verdict, message)

    def _hand_to(self, sender: Sender) -> None:
        """Let go of what another participant held, before the first event of this one."""
        if sender.participant != self._holder:
            self._backend.release_all()
        with self._changed:
            if sender.participant != self._holder:
                self._holder = sender.participant
                self._holding.clear()
            self._holding.add(sender.connection)

    def _apply(self, sender: Sender, message: ViewerInput) -> Verdict:
        area = NO_AREA if isinstance(message, ReleaseInput) else self._area(sender)
        if area is None:
            return Verdict.NO_GRANT
        return self._backend.apply(message, area, lambda: self._is_over(message, sender))

    def _is_over(self, message: ViewerInput, sender: Sender) -> bool:
        return self._stopped.is_set() or judge(message, sender, self._facts(), message.seq - 1) is not Verdict.PASS
