"""The grant table: one way in, and everything else only narrows."""

import json
from collections import defaultdict
from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from customer_agent.grant_rows import Change, LocalConsent, RowState
from customer_agent.grant_rules import CLIPBOARD_MAX_SECONDS, CONTROL_IDLE_SECONDS, CONTROL_MAX_SECONDS
from customer_agent.grants import GrantTable
from supportsite.protocol.base import Capability, GrantState, StopCause
from supportsite.protocol.capabilities import CLIPBOARD, SCREEN, SHARE, view_of
from supportsite.protocol.capabilities import CONTROL as CONTROLS
from supportsite.protocol.objects import ApplicationInfo, GrantInfo, Scope

NOW = datetime(2026, 11, 23, tzinfo=UTC)
VIEW, CONTROL = Capability.VIEW_DESKTOP, Capability.CONTROL_DESKTOP


class FakeClock:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def consent(request: str = "request-1", capability: Capability = VIEW) -> LocalConsent:
    return LocalConsent(request=request, capability=capability, scope=Scope(), holder="csr-00001")


def info(table: GrantTable, request: str = "request-1", **changes: object) -> GrantInfo:
    row = next(row for row in table.rows() if row.request == request)
    values = {
        "id": f"grant-{request}",
        "request": request,
        "capability": row.capability,
        "scope": row.scope,
        "state": GrantState.ACTIVE,
        "holder": row.holder,
        "owner": "customer-1",
        "endpoint": "endpoint-1",
        "epoch": row.epoch,
        "granted_at": NOW,
    }
    return GrantInfo.model_validate(values | changes)


def active(table: GrantTable, request: str = "request-1", capability: Capability = VIEW) -> str:
    table.add_from_local_consent(consent(request, capability))
    described = info(table, request)
    assert table.confirm(described, endpoint="endpoint-1")
    return described.id


def test_nothing_is_active_before_the_server_knows_of_it() -> None:
    table = GrantTable(FakeClock())
    row = table.add_from_local_consent(consent())
    assert row.state is RowState.ALLOWED
    assert table.find_active("grant-request-1") is None


def test_a_confirmation_that_differs_from_what_was_allowed_stops_the_row() -> None:
    for changes in (
        {"capability": CONTROL},
        {"scope": Scope(monitors=[2])},
        {"holder": "csr-00002"},
        {"endpoint": "endpoint-2"},
        {"epoch": 99999},
        {"state": GrantState.SUSPENDED},
    ):
        table = GrantTable(FakeClock())
        table.add_from_local_consent(consent())
        assert not table.confirm(info(table, **changes), endpoint="endpoint-1")
        assert table.live() == []


def test_a_server_that_claims_a_grant_adds_nothing() -> None:
    table = GrantTable(FakeClock())
    claim = GrantInfo(
        id="grant-claimed",
        request="request-x",
        capability=CONTROL,
        state=GrantState.ACTIVE,
        holder="csr-00001",
        owner="customer-1",
        endpoint="endpoint-1",
        epoch=1,
        granted_at=NOW,
        not_after=NOW + timedelta(days=9),
    )
    assert not table.confirm(claim, endpoint="endpoint-1")
    table.narrow(claim)
    assert table.rows() == []


def test_a_server_cannot_resume_what_is_suspended_here() -> None:
    table = GrantTable(FakeClock())
    grant = active(table, capability=CONTROL)
    table.suspend_control(StopCause.CONNECTION_LOST)
    table.narrow(info(table))
    assert not table.confirm(info(table), endpoint="endpoint-1")
    assert table.find_active(grant) is None
    table.resume_from_local_rule()
    assert table.find_active(grant) is not None


def test_stopping_the_view_stops_control_and_stopping_control_keeps_the_view() -> None:
    table = GrantTable(FakeClock())
    active(table, "request-v", VIEW)
    active(table, "request-c", CONTROL)
    table.stop(["request-c"], StopCause.OWNER_STOP)
    assert [row.capability for row in table.live()] == [VIEW]
    active(table, "request-d", CONTROL)
    table.stop(["request-v"], StopCause.OWNER_STOP)
    assert table.live() == []


def test_control_implies_the_view_of_its_surface_and_falls_with_it_on_every_surface() -> None:
    for control in CONTROLS:
        table = GrantTable(FakeClock())
        active(table, "request-v", view_of(control))
        active(table, "request-c", control)
        assert [row.request for row in table.live()] == ["request-v", "request-c"]
        table.stop(["request-v"], StopCause.OWNER_STOP)
        assert table.live() == []


def test_a_share_of_another_surface_supersedes_what_was_shared() -> None:
    for first in sorted(SCREEN):
        for second in sorted(SCREEN):
            table = GrantTable(FakeClock())
            active(table, "request-1", first)
            active(table, "request-2", second)
            together = first != second and view_of(first) == view_of(second)
            assert [row.request for row in table.live()] == (["request-1"] * together) + ["request-2"]
            if not together:
                assert table.rows()[0].cause is StopCause.SUPERSEDED


def test_windows_that_differ_from_those_shown_take_their_place() -> None:
    view, control = Capability.VIEW_APPLICATION, Capability.CONTROL_APPLICATION
    ledger, mail = (Scope(applications=[ApplicationInfo(window=number)]) for number in (1, 2))
    for first, second in ((view, control), (control, view)):
        for scope, standing in ((ledger, 2), (mail, 1)):
            table = GrantTable(FakeClock())
            table.add_from_local_consent(LocalConsent("request-1", first, ledger, "csr-00001"))
            table.add_from_local_consent(LocalConsent("request-2", second, scope, "csr-00001"))
            assert len(table.live()) == standing


def test_clipboard_text_needs_control_serves_once_rests_with_it_and_ends_with_it() -> None:
    clock = FakeClock()
    for capability in sorted(CLIPBOARD):
        table = GrantTable(clock)
        row = table.add_from_local_consent(consent("request-t", capability))
        assert row.state is RowState.STOPPED, "without control there is no clipboard"
        active(table, "request-c", CONTROL)
        text = active(table, "request-u", capability)
        table.suspend_control(StopCause.CONNECTION_LOST)
        assert table.find_active(text) is None
        assert not table.use_up(text)
        table.resume_from_local_rule()
        assert table.use_up(text)
        assert not table.use_up(text)
        assert table.rows()[-1].cause is StopCause.USED
        text = active(table, "request-v", capability)
        clock.now += CLIPBOARD_MAX_SECONDS
        assert table.find_active(text) is None
        text = active(table, "request-w", capability)
        active(table, "request-d", CONTROL)
        assert [row.request for row in table.live()] == ["request-d"], "it ends with the control that carried it"


def test_what_the_owner_paused_goes_on_only_by_the_owner() -> None:
    table = GrantTable(FakeClock())
    grant = active(table)
    table.pause()
    table.resume_from_local_rule()
    assert table.find_active(grant) is None
    table.unpause()
    assert table.find_active(grant) is not None


def test_a_pause_holds_also_what_rested_already() -> None:
    table = GrantTable(FakeClock())
    active(table)
    control = active(table, "request-2", CONTROL)
    table.suspend_control(StopCause.CONNECTION_LOST)
    table.pause()
    table.resume_from_local_rule()
    assert table.find_active(control) is None, "the link's return takes up what the owner paused"
    table.unpause()
    assert table.find_active(control) is not None


def test_a_pause_holds_also_what_the_server_has_not_named_yet() -> None:
    table = GrantTable(FakeClock())
    view = active(table)
    table.add_from_local_consent(consent("request-2", CONTROL))
    changes: list[Change] = []
    table.listen(changes.append)
    table.pause()
    assert not any(row.keeps_picture for row in table.rows()), "a pause cuts the picture"
    assert table.confirm(info(table, "request-2"), endpoint="endpoint-1")
    assert table.find_active("grant-request-2") is None
    assert (changes[-1].grant.id, changes[-1].told) == ("grant-request-2", False), "the server is told that it rests"
    table.unpause()
    assert table.find_active("grant-request-2") is not None
    assert table.find_active(view) is not None


def test_a_pause_that_ends_before_the_server_answers_holds_nothing() -> None:
    table = GrantTable(FakeClock())
    table.add_from_local_consent(consent())
    table.pause()
    table.unpause()
    assert table.confirm(info(table), endpoint="endpoint-1")
    assert table.find_active("grant-request-1") is not None


def test_control_ends_after_an_hour_and_after_five_idle_minutes() -> None:
    clock = FakeClock()
    table = GrantTable(clock)
    grant = active(table, capability=CONTROL)
    for _ in range(CONTROL_MAX_SECONDS // 60 - 1):
        clock.now += 60
        table.touch(grant)
        table.expire()
        assert table.find_active(grant) is not None
    clock.now += 60
    assert table.find_active(grant) is None, "not usable at its end, even before the sweep"
    table.expire()
    assert table.rows()[0].cause is StopCause.EXPIRED

    table = GrantTable(clock)
    active(table, capability=CONTROL)
    clock.now += CONTROL_IDLE_SECONDS
    table.expire()
    assert table.rows()[0].cause is StopCause.IDLE


def test_every_change_is_told_with_a_higher_epoch() -> None:
    table = GrantTable(FakeClock())
    seen: list[Change] = []
    table.listen(seen.append)
    active(table, capability=CONTROL)
    table.suspend_control(StopCause.CONNECTION_LOST)
    table.resume_from_local_rule()
    table.stop_all(StopCause.STOP_EVERYTHING)
    assert [change.grant.state for change in seen] == ["allowed", "active", "suspended", "active", "stopped"]
    assert [change.grant.epoch for change in seen] == [1, 1, 2, 3, 4]


SERVER_INFO = st.builds(
    GrantInfo,
    id=st.sampled_from([f"grant-request-{number}" for number in range(1, 6)]),
    request=st.sampled_from([f"request-{number}" for number in range(1, 6)]),
    capability=st.sampled_from(Capability),
    scope=st.just(Scope()),
    state=st.sampled_from(GrantState),
    holder=st.sampled_from(["csr-00001", "csr-00002"]),
    owner=st.just("customer-1"),
    endpoint=st.sampled_from(["endpoint-1", "endpoint-2"]),
    epoch=st.integers(1, 12),
    granted_at=st.just(NOW),
    not_after=st.sampled_from([None, NOW + timedelta(days=365)]),
)


class GrantMachine(RuleBasedStateMachine):
    """Server messages in any order, lost, twice, reordered, between local answers and losses."""

    @initialize()
    def start(self) -> None:
        self.clock = FakeClock()
        self.table = GrantTable(self.clock)
        self.allowed: dict[str, LocalConsent] = {}
        self.stopped: set[str] = set()
        self.paused: set[str] = set()
        self.epochs: dict[str, list[int]] = defaultdict(list)
        self.table.listen(lambda change: self.epochs[change.grant.request].append(change.grant.epoch))

    @rule(number=st.integers(1, 5), capability=st.sampled_from(Capability))
    def owner_allows(self, number: int, capability: Capability) -> None:
        request = f"request-{number}"
        if request not in self.allowed:
            self.allowed[request] = consent(request, capability)
            self.table.add_from_local_consent(self.allowed[request])

    @rule(message=SERVER_INFO)
    def server_says(self, message: GrantInfo) -> None:
        before = {row.request: row for row in self.table.rows()}
        self.table.confirm(message, endpoint="endpoint-1")
        self.table.narrow(message)
        for row in self.table.rows():
            old = before[row.request]
            assert not (old.state in (RowState.SUSPENDED, RowState.STOPPED) and row.state is RowState.ACTIVE)
            assert (row.capability, row.scope, row.holder, row.not_after) == (
                old.capability,
                old.scope,
                old.holder,
                old.not_after,
            )

    @rule(number=st.integers(1, 5))
    def server_confirms_rightly(self, number: int) -> None:
        if f"request-{number}" in self.allowed:
            self.table.confirm(info(self.table, f"request-{number}"), endpoint="endpoint-1")

    @rule()
    def owner_pauses(self) -> None:
        self.table.pause()
        self.paused |= {row.request for row in self.table.live() if row.paused}

    @rule()
    def owner_goes_on(self) -> None:
        self.paused.clear()
        self.table.unpause()

    @rule(number=st.integers(1, 5))
    def text_is_moved(self, number: int) -> None:
        row = self.table.find(f"grant-request-{number}")
        usable = self.table.find_active(f"grant-request-{number}") is not None
        done = self.table.use_up(f"grant-request-{number}")
        assert done == (usable and row is not None and row.capability in CLIPBOARD)
        assert not self.table.use_up(f"grant-request-{number}"), "one use"

    @rule()
    def link_is_lost(self) -> None:
        self.table.suspend_control(StopCause.CONNECTION_LOST)

    @rule()
    def link_is_back(self) -> None:
        self.table.resume_from_local_rule()

    @rule()
    def owner_stops(self) -> None:
        self.table.stop_all(StopCause.STOP_EVERYTHING)
        assert self.table.live() == []

    @rule(seconds=st.sampled_from([1.0, 100.0, 400.0, 4000.0]))
    def time_passes(self, seconds: float) -> None:
        self.clock.now += seconds
        self.table.expire()

    @invariant()
    def rows_are_only_what_the_owner_allowed(self) -> None:
        for row in self.table.rows():
            allowed = self.allowed[row.request]
            assert (row.capability, row.scope, row.holder) == (allowed.capability, allowed.scope, allowed.holder)

    @invariant()
    def stopped_stays_stopped(self) -> None:
        now = {row.request for row in self.table.rows() if row.state is RowState.STOPPED}
        assert self.stopped <= now
        self.stopped = now

    @invariant()
    def one_surface_of_one_side_is_shared_at_a_time(self) -> None:
        views = {view_of(row.capability) for row in self.table.live() if row.capability in SCREEN}
        assert len(views) <= 1

    @invariant()
    def clipboard_text_needs_control_of_the_customers_computer(self) -> None:
        live = self.table.live()
        if any(row.capability in CLIPBOARD for row in live):
            assert any(row.capability in CONTROLS and row.capability not in SHARE for row in live)
        for row in live:
            if row.capability in CLIPBOARD and row.id is not None and self.table.find_active(row.id) is not None:
                control = self.table.live_control()
                assert control is not None
                assert control.state is RowState.ACTIVE

    @invariant()
    def what_the_owner_paused_rests(self) -> None:
        assert all(row.state is not RowState.ACTIVE for row in self.table.rows() if row.request in self.paused)

    @invariant()
    def at_most_one_row_of_a_capability_stands(self) -> None:
        for capability in Capability:
            assert len([row for row in self.table.live() if row.capability is capability]) <= 1

    @invariant()
    def epochs_of_a_row_never_fall(self) -> None:
        assert all(epochs == sorted(epochs) for epochs in self.epochs.values())


TestGrantMachine = GrantMachine.TestCase
TestGrantMachine.settings = settings(max_examples=80, stateful_step_count=30, deadline=None)


@given(st.lists(SERVER_INFO, max_size=20))
@settings(max_examples=100, deadline=None)
def test_no_server_message_ever_adds_a_row(messages: list[GrantInfo]) -> None:
    table = GrantTable(FakeClock())
    for message in messages:
        table.confirm(message, endpoint="endpoint-1")
        table.narrow(GrantInfo.model_validate(json.loads(message.model_dump_json())))
    assert table.rows() == []
