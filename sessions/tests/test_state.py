"""The pure tables: no walk leaves them, and what must never happen does not."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sessions import state
from sessions.text import clean_name, clean_text, read_number
from supportsite.protocol.base import Capability, EndpointKind, GrantState, RequestState, SessionState
from supportsite.protocol.objects import ApplicationInfo, Scope

NOW = datetime(2026, 11, 23, tzinfo=UTC)
MONITORS = st.lists(st.integers(1, 16), unique=True)


@given(st.lists(st.sampled_from(state.SessionStep)))
def test_a_session_that_ended_never_lives_again_and_no_step_leaves_the_table(steps):
    current = SessionState.WAITING
    for step in steps:
        try:
            following = state.step_session(current, step)
        except state.ImpossibleStepError:
            continue
        assert current != SessionState.ENDED
        assert (current == SessionState.WAITING) <= (following in {SessionState.ACTIVE, SessionState.ENDED})
        current = following


@given(st.lists(st.sampled_from(state.RequestStep)))
def test_a_request_is_answered_once_and_only_a_granted_one_stops(steps):
    current, answers = RequestState.REQUESTED, 0
    for step in steps:
        try:
            following = state.step_request(current, step)
        except state.ImpossibleStepError:
            continue
        answers += current == RequestState.REQUESTED
        assert (following == RequestState.STOPPED) == (current == RequestState.GRANTED)
        current = following
    assert answers <= 1


@given(st.lists(st.sampled_from(state.GrantStep)))
def test_i6_a_stopped_grant_stays_stopped_whatever_is_replayed(steps):
    current, stopped = GrantState.ACTIVE, False
    for step in steps:
        try:
            current = state.step_grant(current, step)
        except state.ImpossibleStepError:
            continue
        assert not stopped
        stopped = current == GrantState.STOPPED


@given(st.lists(st.booleans(), max_size=20))
def test_c2_three_denials_in_a_row_give_five_minutes_of_rest(denied):
    denials, row = state.Denials(), 0
    for answer in denied:
        denials = denials.denied(NOW) if answer else state.Denials()
        row = (row + 1) % 3 if answer else 0
        assert denials.count == row
        if answer and row == 0:
            assert denials.rests(NOW)
            assert not denials.rests(NOW + timedelta(minutes=5))


@given(MONITORS, MONITORS)
def test_what_is_allowed_is_never_more_than_what_was_asked(asked, allowed):
    # Nothing named means every monitor there is, which is more than any list that was asked for.
    named = bool(allowed) and set(allowed) <= set(asked)
    assert state.narrowed(asked, allowed) == (named if asked else True)


@pytest.mark.parametrize("capability", Capability)
def test_what_is_operated_or_reads_a_clipboard_is_given_by_a_support_manager_or_by_nobody(capability):
    shown_only = ".view." in capability
    assert state.may_give(capability, EndpointKind.SUPPORT_MANAGER)
    assert state.may_give(capability, EndpointKind.BROWSER) == shown_only
    alone = state.route(capability, support_manager=False)
    beside = state.route(capability, support_manager=True)
    if capability.startswith("share."):  # the customer agrees on their page first
        assert (alone, beside) == (EndpointKind.BROWSER, EndpointKind.BROWSER)
    else:
        assert alone == (EndpointKind.BROWSER if shown_only else None)
        assert beside == EndpointKind.SUPPORT_MANAGER


@pytest.mark.parametrize("capability", Capability)
def test_every_grant_ends_by_itself_as_its_kind_demands(capability):
    seconds = {
        verified: (end - NOW).total_seconds() if end else None
        for verified in (True, False)
        if (end := state.not_after(capability, now=NOW, verified=verified)) or True
    }
    if ".control." in capability:
        assert seconds == {True: 3600, False: 3600}
    elif capability.startswith("clipboard."):
        assert seconds == {True: 300, False: 300}
    else:
        assert seconds == {True: None, False: 900}
    assert state.lost_limit(capability) == (60 if ".view." in capability else 10)


SCOPES = st.builds(
    Scope,
    monitors=MONITORS,
    applications=st.lists(st.builds(ApplicationInfo, window=st.integers(1, 9)), max_size=2),
)


@given(st.sampled_from(Capability), SCOPES, st.sampled_from([None, *EndpointKind]))
def test_monitors_belong_to_desktops_and_applications_to_the_support_manager_that_chose_them(capability, scope, by):
    fault = state.find_scope_fault(capability, scope, by=by)
    desktop, application = capability.endswith(".desktop"), capability.endswith(".application")
    named = application and by == EndpointKind.SUPPORT_MANAGER
    fits = (desktop or not scope.monitors) and bool(scope.applications) == named
    assert (fault is None) == fits


@pytest.mark.parametrize(
    "typed",
    [
        "123456789",
        "123-456-789",
        " 123 456 789 ",
        "１２３４５６７８９",
        "١٢٣٤٥٦٧٨٩",
        "123.456.789",
        "(123) 456–789",
        "１２３－４５６－７８９",
    ],
)
def test_a_number_is_read_in_every_form_that_people_type(typed):
    assert read_number(typed) == "123456789"


@pytest.mark.parametrize(
    "typed", ["", "0", "12345678", "1234567890", "12345678a", "' OR 1=1", "1" * 10_000, "½½½½½½½½½", "²³¹²³¹²³¹x"]
)
def test_what_is_no_number_is_none(typed):
    assert read_number(typed) is None


@given(st.text())
def test_names_and_messages_never_hold_hidden_marks(text):
    name = clean_name(text)
    assert len(name) <= 80
    assert name == clean_name(name)
    assert not set(name) & set("\u202e\u200b\n\0\u2066")
    assert "\0" not in clean_text(text)
