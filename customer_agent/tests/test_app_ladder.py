"""The ladder of silence: 3 s, 10 s, 60 s, 10 min, and back."""

from hypothesis import given, settings
from hypothesis import strategies as st

from customer_agent.ladder import Effect, Ladder, Rung
from customer_agent.link import retry_delay


def test_short_silence_is_shown_and_taken_back() -> None:
    ladder = Ladder(last_heard=0)
    assert ladder.step(2.9) == []
    assert ladder.step(3.0) == [Effect.SHOW_LOST]
    assert ladder.step(9.9) == []
    assert ladder.heard(9.95) == [Effect.SHOW_BACK]


def test_control_is_suspended_after_ten_seconds_and_resumes_by_itself_within_the_minute() -> None:
    ladder = Ladder(last_heard=0)
    assert ladder.step(10.0) == [Effect.SHOW_LOST, Effect.SUSPEND_CONTROL]
    assert ladder.heard(59.0) == [Effect.SHOW_BACK, Effect.RESUME]


def test_after_a_minute_only_a_click_here_resumes() -> None:
    ladder = Ladder(last_heard=0)
    ladder.step(60.0)
    assert ladder.clicked() == [], "a click while nobody is there counts for nothing"
    assert ladder.heard(61.0) == [Effect.SHOW_BACK, Effect.ASK_CONTINUE]
    assert ladder.step(72.0) == [Effect.SHOW_LOST, Effect.SUSPEND_CONTROL]
    assert ladder.heard(73.0) == [Effect.SHOW_BACK, Effect.ASK_CONTINUE], "a second loss does not shorten the way"
    assert ladder.clicked() == [Effect.RESUME]
    assert ladder.clicked() == []


def test_ten_minutes_end_the_session_even_if_the_computer_slept() -> None:
    ladder = Ladder(last_heard=0)
    assert ladder.heard(600.0) == [Effect.SHOW_LOST, Effect.SUSPEND_CONTROL, Effect.END]
    assert ladder.rung is Rung.ENDED
    assert ladder.heard(601.0) == []
    assert ladder.clicked() == []


@given(st.lists(st.tuples(st.sampled_from(["step", "heard", "click"]), st.floats(0, 700)), max_size=60))
@settings(max_examples=200, deadline=None)
def test_resume_never_comes_without_word_from_the_server_or_after_a_minute_without_click(
    moves: list[tuple[str, float]],
) -> None:
    ladder, now, heard_at, long_loss, suspended = Ladder(last_heard=0), 0.0, 0.0, False, False
    for kind, seconds in moves:
        now += seconds
        if kind in ("step", "heard"):
            long_loss = long_loss or now - heard_at >= 60
        effects = {"step": ladder.step, "heard": ladder.heard}[kind](now) if kind != "click" else ladder.clicked()
        suspended = suspended or Effect.SUSPEND_CONTROL in effects
        if kind == "click" and effects:
            long_loss = False
        if kind == "heard":
            heard_at = now
        if Effect.RESUME in effects:
            assert kind != "step"
            assert suspended
            assert not long_loss
            suspended = False


def test_reconnecting_is_quick_at_first_and_patient_later() -> None:
    early = [retry_delay(attempt, away_seconds=1) for attempt in range(40)]
    assert early[0] <= 0.3
    assert max(early) <= 2.4
    late = [retry_delay(attempt, away_seconds=301) for attempt in range(8, 40)]
    assert 20 <= max(late) <= 36
