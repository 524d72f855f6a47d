"""Turns a CSR's request into a question in this computer's own window, and its answer into a row and a signature."""

import logging
import threading
import time
from collections.abc import Callable
from typing import Any

from pydantic import ValidationError

from customer_agent import clock
from customer_agent.bridge import Prompt, Windows
from customer_agent.errors import AgentError
from customer_agent.grants import GrantTable, LocalConsent, RowState
from customer_agent.identity import Identity
from customer_agent.reports import Report, Reporter
from customer_agent.session_model import SessionModel
from supportsite.protocol.base import Capability, EndpointKind, RequestState, SessionState, StopCause
from supportsite.protocol.objects import GrantInfo, RequestInfo

log = logging.getLogger(__name__)

MIN_PROMPT_SECONDS = 2.0
MAX_PROMPT_SECONDS = 300.0


class InputHold:
    """Knows whether a question is on the screen, and since when none is. Thread-safe; seconds of time.monotonic."""

    def __init__(self, now: clock.Clock = time.monotonic) -> None:
        self._now = now
        self._lock = threading.Lock()
        self._open: set[str] = set()
        self._closed_at: float | None = None

    def opened(self, request: str) -> None:
        """Hold from now on; called before the window appears."""
        with self._lock:
            self._open.add(request)

    def closed(self, request: str) -> None:
        """Note that the window is gone; the gate holds a little longer."""
        with self._lock:
            if request in self._open:
                self._open.discard(request)
                self._closed_at = self._now()

    def state(self) -> tuple[bool, float | None]:
        """Return whether a question is open, and when the last one closed."""
        with self._lock:
            return bool(self._open), self._closed_at


class ConsentDesk:
    """One question at a time. `review` and what reports call back run on the event loop; `answer` in any thread."""

    def __init__(
        self,
        *,
        model: SessionModel,
        table: GrantTable,
        identity: Identity,
        reporter: Reporter,
        windows: Windows,
        hold: InputHold,
        endpoint: str,
        call_soon: Callable[[Callable[[], None]], None],
        on_prompt: Callable[[], None],
    ) -> None:
        self._model = model
        self._table = table
        self._identity = identity
        self._reporter = reporter
        self._windows = windows
        self._hold = hold
        self._endpoint = endpoint
        self._call_soon = call_soon
        self._on_prompt = on_prompt
        self._lock = threading.Lock()
        self._open: Prompt | None = None
        self._asked: set[str] = set()

    # From the event loop

    def review(self, *, clock_offset: float) -> None:
        """Open, keep or withdraw the question as the session now is.

        `clock_offset` is `clock.now()` minus the server's time in seconds since the epoch.
        """
        with self._lock:
            prompt = self._open
        if prompt is not None:
            request = self._model.requests.get(prompt.request)
            if request is not None and self._answerable(request):
                return
            self._withdraw(prompt.request)
        for request in sorted(self._model.requests.values(), key=lambda request: request.made_at):
            if request.id not in self._asked and self._answerable(request):
                self._ask(request, clock_offset)
                return

    def deny_open(self) -> None:
        """Deny the open question, in any thread: the owner stopped everything."""
        with self._lock:
            prompt = self._open
        if prompt is not None:
            self.answer(prompt.request, allowed=False)
            self._windows.close_prompt(prompt.request)

    def withdraw_all(self) -> None:
        """Take any open question away; the session is over or unreachable. No answer is a denial."""
        with self._lock:
            prompt = self._open
        if prompt is not None:
            self._withdraw(prompt.request)

    def _answerable(self, request: RequestInfo) -> bool:
        return (
            request.state is RequestState.REQUESTED
            and request.via is EndpointKind.SUPPORT_MANAGER
            and request.grantor == self._model.me
            and self._model.is_primary_csr(request.requester)
            and self._model.state is SessionState.ACTIVE
        )

    def _ask(self, request: RequestInfo, clock_offset: float) -> None:
        self._asked.add(request.id)
        site = self._model.site
        if request.capability is Capability.CONTROL_DESKTOP and not site.verified:
            # The server refuses this too; an organisation that nobody has checked never operates this computer.
            self._report_denial(request.id)
            return
        now = clock.now()
        closes_at = request.expires_at.timestamp() + clock_offset
        left = min(max(closes_at - now, 0.0), MAX_PROMPT_SECONDS)
        if left < MIN_PROMPT_SECONDS:
            return
        prompt = Prompt(
            request=request.id,
            capability=request.capability,
            monitors=tuple(request.scope.monitors),
            csr_name=self._model.participant_name(request.requester),
            site_name=site.name,
            site_host=site.host,
            verified=site.verified,
            closes_at=now + left,
            seconds=max((request.expires_at - request.made_at).total_seconds(), left),
        )
        with self._lock:
            self._open = prompt
        self._hold.opened(request.id)
        self._on_prompt()
        self._windows.show_prompt(prompt)
        self._reporter.put(Report(f"requests/{request.id}/shown/", {}))

    def _withdraw(self, request: str) -> None:
        with self._lock:
            if self._open is None or self._open.request != request:
                return
            self._open = None
        self._windows.close_prompt(request)

    # From the windows

    def answer(self, request: str, *, allowed: bool) -> None:
        """Take the owner's answer to the open question; an answer to anything else is void."""
        with self._lock:
            prompt = self._open
            if prompt is None or prompt.request != request:
                return
            self._open = None
        info = self._model.requests[request]
        if not allowed or clock.now() >= prompt.closes_at:
            self._call_soon(lambda: self._report_denial(request))
            return
        self._table.add_from_local_consent(
            LocalConsent(request=request, capability=info.capability, scope=info.scope, csr=info.requester)
        )
        self._call_soon(lambda: self._report_grant(request, prompt.closes_at))

    def lapse(self, request: str) -> None:
        """Nobody answered in time. The server closes the request by itself, as expired."""
        with self._lock:
            if self._open is not None and self._open.request == request:
                self._open = None

    # Telling the server

    def _report_denial(self, request: str) -> None:
        self._reporter.put(Report(f"requests/{request}/deny/", {}))

    def _report_grant(self, request: str, give_up_at: float) -> None:
        row = next((row for row in self._table.rows() if row.request == request), None)
        if row is None or row.state is not RowState.ALLOWED:
            self._report_denial(request)
            return
        self._reporter.put(
            Report(
                f"requests/{request}/grant/",
                {
                    "scope": row.scope.model_dump(mode="json"),
                    "epoch": row.epoch,
                    "signature": self._identity.sign(row, session=self._model.id),
                },
                key=f"grant:{request}",
                give_up_at=give_up_at,
                on_answer=self._granted,
                on_refused=lambda error: self._grant_refused(request, error, give_up_at),
            )
        )

    def _granted(self, answer: Any) -> None:
        try:
            info = GrantInfo.model_validate(answer, extra="ignore")
        except ValidationError:
            log.warning("the answer to a grant is not understood")
            return
        self.confirm(info)

    def confirm(self, info: GrantInfo) -> None:
        """The server knows the grant. If it was stopped here meanwhile, say so now that it has a name."""
        if self._table.confirm(info, endpoint=self._endpoint):
            return
        row = next((row for row in self._table.rows() if row.request == info.request), None)
        if row is not None and not row.live and info.endpoint == self._endpoint:
            self._reporter.put(Report(f"grants/{info.id}/stop/", {"cause": (row.cause or StopCause.OWNER_STOP).value}))

    def _grant_refused(self, request: str, error: AgentError, give_up_at: float) -> None:
        log.info("grant refused by the server: %s", error.code)
        known = error.data.get("epoch")
        if error.code == "epoch_stale" and isinstance(known, int):
            row = self._table.learn_epoch(request, known + 1)
            if row is not None and row.epoch > known:
                self._report_grant(request, give_up_at)
                return
        self._table.stop([request], StopCause.EXPIRED, told=True)
