"""The gate lets nothing through that is not granted, now, to this CSR."""

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from customer_agent.control.gate import (
    HELD_REASONS,
    REFUSALS,
    Facts,
    Gate,
    GrantFact,
    Sender,
    Verdict,
    is_refusal,
    judge,
)
from supportsite.protocol.base import Capability
from supportsite.protocol.capabilities import CONTROL as CONTROLS
from supportsite.protocol.channel import (
    ButtonInput,
    Held,
    KeyInput,
    PointerInput,
    ReleaseInput,
    SystemInput,
    TextInput,
    WheelInput,
)

GRANT, CSR, OTHER = "grant-000001", "csr-00000001", "csr-00000002"
CONTROL = GrantFact(Capability.CONTROL_DESKTOP, CSR, epoch=3, active=True)
SENDER = Sender("connection-1", CSR)
ALLOWED = Facts(now=100.0, grants={GRANT: CONTROL})


def pointer(grant=GRANT, epoch=3, seq=8):
    return PointerInput(grant=grant, epoch=epoch, seq=seq, x=0.5, y=0.5)


def release(grant=GRANT, epoch=3, seq=8):
    return ReleaseInput(grant=grant, epoch=epoch, seq=seq)


def facts(**changes):
    return dataclasses.replace(ALLOWED, **changes)


def grant(**changes):
    return {GRANT: dataclasses.replace(CONTROL, **changes)}


@pytest.mark.parametrize(
    ("message", "sender", "known", "last", "verdict"),
    [
        (pointer(), SENDER, ALLOWED, 7, Verdict.PASS),
        (pointer(grant="grant-000002"), SENDER, ALLOWED, 7, Verdict.NO_GRANT),
        (pointer(), SENDER, facts(grants={}), 7, Verdict.NO_GRANT),
        (pointer(), SENDER, facts(grants=grant(active=False)), 7, Verdict.NO_GRANT),
        (pointer(), SENDER, facts(grants=grant(capability=Capability.VIEW_DESKTOP)), 7, Verdict.NO_GRANT),
        (pointer(), Sender("connection-1", OTHER), ALLOWED, 7, Verdict.NOT_YOURS),
        (pointer(epoch=2), SENDER, ALLOWED, 7, Verdict.OLD_EPOCH),
        (pointer(epoch=4), SENDER, ALLOWED, 7, Verdict.OLD_EPOCH),
        (pointer(seq=7), SENDER, ALLOWED, 7, Verdict.REPLAYED),
        (pointer(), SENDER, facts(prompt_open=True), 7, Verdict.PROMPT),
        (pointer(), SENDER, facts(prompt_closed_at=99.51), 7, Verdict.PROMPT),
        (pointer(), SENDER, facts(prompt_closed_at=99.49), 7, Verdict.PASS),
        (pointer(), SENDER, facts(owner_input_at=99.01), 7, Verdict.OWNER_INPUT),
        (pointer(), SENDER, facts(owner_input_at=98.99), 7, Verdict.PASS),
        (pointer(), SENDER, facts(connected=False), 7, Verdict.CONNECTION),
        (pointer(), SENDER, facts(silent_connections=frozenset({"connection-1"})), 7, Verdict.CONNECTION),
        (pointer(), SENDER, facts(locked=True), 7, Verdict.LOCKED),
        (pointer(), SENDER, facts(locked=True, connected=False), 7, Verdict.CONNECTION),
        (
            release(),
            SENDER,
            facts(locked=True, prompt_open=True, owner_input_at=100.0, connected=False),
            7,
            Verdict.PASS,
        ),
        (release(epoch=2), SENDER, ALLOWED, 7, Verdict.OLD_EPOCH),
    ],
)
def test_each_condition_alone_decides(message, sender, known, last, verdict):
    assert judge(message, sender, known, last) is verdict


ids = st.sampled_from([GRANT, "grant-000002", "grant-000003"])
people = st.sampled_from([CSR, OTHER])
unit = st.floats(0, 1)
head = {"grant": ids, "epoch": st.integers(1, 5), "seq": st.integers(0, 20)}
messages = st.one_of(
    st.builds(PointerInput, **head, x=unit, y=unit),
    st.builds(ButtonInput, **head, x=unit, y=unit, button=st.integers(0, 4), down=st.booleans()),
    st.builds(WheelInput, **head, x=unit, y=unit, dx=st.floats(-50, 50), dy=st.floats(-50, 50)),
    st.builds(KeyInput, **head, key=st.text(max_size=8), code=st.text(max_size=8), down=st.booleans()),
    st.builds(TextInput, **head, text=st.text(min_size=1, max_size=20)),
    st.builds(ReleaseInput, **head),
    st.builds(SystemInput, **head, action=st.sampled_from(["secure_attention", "lock"])),
)
moments = st.none() | st.floats(95, 100)
worlds = st.builds(
    Facts,
    now=st.just(100.0),
    grants=st.dictionaries(
        ids, st.builds(GrantFact, st.sampled_from(Capability), people, st.integers(1, 5), st.booleans())
    ),
    prompt_open=st.booleans(),
    prompt_closed_at=moments,
    owner_input_at=moments,
    connected=st.booleans(),
    locked=st.booleans(),
    silent_connections=st.frozensets(st.sampled_from(["connection-1", "connection-2"])),
)
senders = st.builds(Sender, st.sampled_from(["connection-1", "connection-2"]), people)


@given(messages, senders, worlds, st.integers(-1, 20))
def test_what_passes_is_granted_to_its_sender_in_this_epoch_and_new(message, sender, known, last):
    if judge(message, sender, known, last) is not Verdict.PASS:
        return
    row = known.grants[message.grant]
    assert row.active
    assert row.capability in CONTROLS
    assert (row.holder, row.epoch) == (sender.participant, message.epoch)
    assert message.seq > last
    if not isinstance(message, ReleaseInput):
        assert known.connected
        assert not known.locked
        assert sender.connection not in known.silent_connections
        assert not known.prompt_open
        assert known.prompt_closed_at is None or known.prompt_closed_at <= 99.5
        assert known.owner_input_at is None or known.owner_input_at <= 99.0


@given(messages, senders, worlds, st.integers(-1, 20))
def test_without_a_grant_nothing_passes(message, sender, known, last):
    verdict = judge(message, sender, dataclasses.replace(known, grants={}), last)
    assert verdict is Verdict.NO_GRANT
    assert verdict in REFUSALS


@given(st.lists(st.tuples(messages, senders, worlds), max_size=30))
def test_a_number_passes_once_in_a_connection(sequence):
    gate = Gate()
    seen = set()
    for message, sender, known in sequence:
        if gate.admit(message, sender, known) is Verdict.PASS:
            assert (sender.connection, message.seq) not in seen
        seen.add((sender.connection, message.seq))


def test_what_was_held_cannot_be_sent_again_later():
    gate = Gate()
    assert gate.admit(pointer(), SENDER, facts(prompt_open=True)) is Verdict.PROMPT
    assert gate.admit(pointer(), SENDER, ALLOWED) is Verdict.REPLAYED


@pytest.mark.parametrize("capability", sorted(Capability))
def test_only_control_of_either_side_lets_input_through(capability):
    verdict = judge(pointer(), SENDER, facts(grants=grant(capability=capability)), 7)
    assert (verdict is Verdict.PASS) == (".control." in capability)


@pytest.mark.parametrize("verdict", sorted(Verdict))
def test_every_verdict_has_words_that_a_viewer_knows(verdict):
    assert Held(reason=HELD_REASONS[verdict]).reason == HELD_REASONS[verdict]


def test_a_pointer_passing_over_a_held_place_is_no_attempt():
    press = ButtonInput(grant=GRANT, epoch=3, seq=8, x=0.5, y=0.5, button=0, down=True)
    for verdict in (Verdict.PROMPT, Verdict.OWN_WINDOW, Verdict.OUTSIDE):
        assert is_refusal(verdict, press)
        assert not is_refusal(verdict, pointer())
    assert is_refusal(Verdict.OLD_EPOCH, pointer())
    assert not is_refusal(Verdict.OWNER_INPUT, press)
