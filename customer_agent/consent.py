"""Turns a CSR's request into a question in this computer's own window, and its answer into a row and a signature."""

import logging
import threading
from collections.abc import Callable
from typing import Any

from pydantic import ValidationError

from customer_agent import clock
from customer_agent.bridge import Choice, Prompt, Windows
from customer_agent.errors import AgentError
from customer_agent.grant_rows import LocalConsent, RowState
from customer_agent.grants import GrantTable
from customer_agent.identity import Identity
from customer_agent.input_hold import InputHold
from customer_agent.reports import Report, Reporter
from customer_agent.session_model import SessionModel
from customer_agent.texts import plain
from supportsite.protocol.base import Capability, EndpointKind, RequestState, SessionState, StopCause
from supportsite.protocol.capabilities import CLIPBOARD, CONTROL, SHARE, surface_of, view_of
from supportsite.protocol.objects import MAX_APPLICATIONS, ApplicationInfo, GrantInfo, RequestInfo, Scope

log = logging.getLogger(__name__)

MIN_PROMPT_SECONDS = 2.0
MAX_PROMPT_SECONDS = 300.0
UNVERIFIED_MAY = frozenset({Capability.VIEW_DESKTOP, Capability.VIEW_APPLICATION})
NOTHING_CHOSEN = Choice()


def chosen_scope(request: RequestInfo, choice: Choice) -> Scope | None:
    """Return what is granted: the request, narrowed by the owner. None where the choice is not valid.

    No window is none; so are more than a grant has room for, which the list does not let be ticked.
    """
    surface = surface_of(request.capability)
    if surface == "application":
        if not 0 < len(choice.windows) <= MAX_APPLICATIONS:
            return None
        chosen = [
            ApplicationInfo(window=item.window, name=plain(item.name, 80), title=plain(item.title, 120))
            for item in choice.windows
        ]
        return Scope(applications=chosen)
    if surface == "desktop" and choice.monitors:
        if request.scope.monitors and not set(choice.monitors) <= set(request.scope.monitors):
            return None
        return Scope(monitors=sorted(set(choice.monitors)))
    return Scope(monitors=request.scope.monitors)


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
            and self._fits(request)
        )

    def _fits(self, request: RequestInfo) -> bool:
        """Whether what is asked for is about this computer, for somebody who may have it, and can be had now."""
        if request.capability in SHARE:
            return (
                self._model.owner_is_csr
                and request.source == self._endpoint
                and request.accepted_at is not None
                and self._model.is_primary_customer(request.operator)
            )
        if self._model.owner_is_csr or not self._model.is_joined_csr(request.operator):
            return False
        if request.capability in CLIPBOARD:
            control = self._table.live_control()
            return control is not None and control.holder == request.operator
        return request.capability in CONTROL or request.operator == request.requester

    def _ask(self, request: RequestInfo, clock_offset: float) -> None:
        self._asked.add(request.id)
        if request.capability not in UNVERIFIED_MAY and not self._model.site.verified:
            # The server refuses this too; an organisation that nobody has checked never operates this computer.
            self._report_denial(request.id)
            return
        now = clock.now()
        left = min(max(request.expires_at.timestamp() + clock_offset - now, 0.0), MAX_PROMPT_SECONDS)
        if left < MIN_PROMPT_SECONDS:
            return
        prompt = self._prompt(request, now=now, left=left)
        with self._lock:
            self._open = prompt
        self._hold.opened(request.id)
        self._on_prompt()
        self._windows.show_prompt(prompt)
        self._reporter.put(Report(f"requests/{request.id}/shown/", {}))

    def _prompt(self, request: RequestInfo, *, now: float, left: float) -> Prompt:
        site = self._model.site
        asked_at = request.accepted_at or request.made_at
        return Prompt(
            request=request.id,
            capability=request.capability,
            monitors=tuple(request.scope.monitors),
            holder_name=self._model.participant_name(request.operator),
            holder_is_customer=self._model.is_primary_customer(request.operator),
            site_name=site.name,
            site_host=site.host,
            verified=site.verified,
            closes_at=now + left,
            seconds=max((request.expires_at - asked_at).total_seconds(), left),
            preselected=self._already_seen(request),
        )

    def _already_seen(self, request: RequestInfo) -> tuple[int, ...]:
        """Return the windows that are ticked at the start: for control, those that are seen already; else none."""
        if request.capability not in CONTROL:
            return ()
        view = view_of(request.capability)
        return tuple(
            item.window for row in self._table.live() if row.capability is view for item in row.scope.applications
        )

    def _withdraw(self, request: str) -> None:
        with self._lock:
            if self._open is None or self._open.request != request:
                return
            self._open = None
        self._windows.close_prompt(request)

    # From the windows

    def answer(self, request: str, *, allowed: bool, choice: Choice = NOTHING_CHOSEN) -> None:
        """Take the owner's answer to the open question; an answer to anything else is void."""
        with self._lock:
            prompt = self._open
            if prompt is None or prompt.request != request:
                return
            self._open = None
        info = self._model.requests[request]
        scope = chosen_scope(info, choice)
        if not allowed or scope is None or clock.now() >= prompt.closes_at:
            self._call_soon(lambda: self._report_denial(request))
            return
        self._table.add_from_local_consent(
            LocalConsent(request=request, capability=info.capability, scope=scope, holder=info.operator)
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
        row = self._table.find_request(request)
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
        row = self._table.find_request(info.request)
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
