"""Rate control on a clock of the test's own: what it makes of feedback, and how it fares on links of many kinds."""

import asyncio
import contextlib
import itertools
import struct

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from customer_agent.media.encoder import EncodedPicture
from customer_agent.media.estimate import (
    MAX_RATE,
    MIN_RATE,
    NEAR_START_RATE,
    START_RATE,
    ByteWindow,
    LinkEstimate,
    Lowest,
    Report,
)
from customer_agent.media.fanout import SECONDS_BEFORE_CHANGE, Fanout
from customer_agent.media.pacing import Bucket, Repairs, pacing_rate
from customer_agent.media.rates import MIN_PICTURE_BITS, MOVING_BITS, Motion, choose_rungs, limits_of
from customer_agent.media.relay_way import RelayWayOut
from customer_agent.media.twcc import Arrival, SentPackets, parse_feedback, split_feedback
from supportsite.bench.link_shape import LinkFigures, Shaper

FEEDBACK_SECONDS = 0.06
STEP = 0.001
PACKET = 1200


class World:
    """A sender with endless pictures, a link, a receiver that reports each 60 ms."""

    def __init__(self, figures, *, picture_seconds=0.05):
        self.now = 100.0
        self.figures = figures
        self.estimate = LinkEstimate(self.now)
        self.bucket, self.packets = Bucket(), SentPackets()
        self.out = Shaper(figures, seed=3)
        self.arrived, self.reports = [], []
        self.reported_at, self.highest, self.ages = self.now, 0, []
        self.offered = 0.0
        self.picture_seconds = picture_seconds

    def set(self, figures):
        self.out.figures = self.figures = figures

    def run(self, seconds):
        """Run; return the mean rate that arrived, and the longest time that a packet was on its way."""
        began, self.ages = self.now, []
        passed = self.out.passed_bytes
        while self.now < began + seconds:
            self.now += STEP
            self._send()
            self._arrive()
            self._report()
        return (self.out.passed_bytes - passed) * 8 / seconds, max(self.ages, default=0.0)

    def _send(self):
        while self.bucket.wait(self.now) <= 0:
            self.estimate.limited(self.now)
            rate = pacing_rate(self.estimate.allowed, self.estimate.queue)
            self.bucket.take(self.now, PACKET, rate)
            self.estimate.sent(self.now, PACKET)
            counter = self.packets.add(self.now, PACKET)
            self.out.offer(self.now, struct.pack("!Hd", counter, self.now).ljust(PACKET))

    def _arrive(self):
        for packet in self.out.due(self.now):
            counter, sent_at = struct.unpack_from("!Hd", packet)
            self.ages.append(self.now - sent_at)
            self.arrived.append(Arrival(counter, self.now + 5000))

    def _report(self):
        if self.now - self.reported_at >= FEEDBACK_SECONDS:
            self.reported_at = self.now
            if self.arrived:
                first, last = self.arrived[0].counter, self.arrived[-1].counter
                came = {item.counter: item for item in self.arrived}
                whole = [
                    came.get(first + number & 0xFFFF, Arrival(first + number & 0xFFFF, None))
                    for number in range((last - first & 0xFFFF) + 1)
                ]
                self.reports.append((self.now + self.figures.delay, whole))
                self.arrived = []
        while self.reports and self.reports[0][0] <= self.now:
            self.estimate.feedback(self.now, self.packets.take(self.reports.pop(0)[1]))
            self.bucket.hold(self.estimate.pause_until)
        self.estimate.tick(self.now, self.packets.waiting_since)


LINK1 = LinkFigures(delay=0.020, loss=0.01, rate=4_000_000)
LINK2 = LinkFigures(delay=0.075, loss=0.03, rate=1_000_000)


@pytest.mark.parametrize("figures", [LINK1, LINK2], ids=["link1", "link2"])
def test_a_bad_link_is_used_and_no_queue_stands_in_it(figures):
    world = World(figures)
    world.run(10)
    rate, _ = world.run(10)
    assert rate > 0.6 * figures.rate
    assert sorted(world.ages)[len(world.ages) // 2] < figures.delay + 0.06
    assert world.out.overflowed == 0 or world.out.overflowed < world.out.passed * 0.02


@given(rate=st.floats(4e5, 2e7), delay=st.floats(0.001, 0.2), loss=st.floats(0, 0.04), jitter=st.floats(0, 0.01))
@settings(max_examples=15, deadline=None)
def test_on_any_link_most_of_it_is_used_and_packets_are_soon_there(rate, delay, loss, jitter):
    world = World(LinkFigures(delay=delay, jitter=jitter, loss=loss, rate=rate))
    world.run(12)
    used, _ = world.run(6)
    assert used > 0.35 * rate
    assert sorted(world.ages)[len(world.ages) // 2] < delay + 0.15
    assert MIN_RATE <= world.estimate.allowed <= MAX_RATE


def test_a_healed_link_is_used_again_within_five_seconds():
    world = World(LINK1)
    world.run(6)
    world.set(LinkFigures(delay=0.020, rate=512_000))
    world.run(8)
    assert world.estimate.allowed < 700_000
    world.set(LINK1)
    world.run(5)
    assert world.run(1)[0] > 0.6 * LINK1.rate


def test_a_cut_link_quiets_the_sender_and_comes_back():
    world = World(LINK1)
    world.run(6)
    before = world.estimate.allowed
    world.set(LinkFigures(delay=0.020, rate=4_000_000, up=False))
    world.run(4)
    assert world.estimate.allowed < 0.7 * before
    world.set(LINK1)
    world.run(5)
    assert world.run(1)[0] > 0.6 * LINK1.rate


def test_a_longer_way_is_not_taken_for_a_queue_for_ever():
    world = World(LINK1)
    world.run(5)
    world.set(LinkFigures(delay=0.150, rate=4_000_000))
    world.run(14)
    assert world.run(2)[0] > 0.4 * LINK1.rate


def test_few_pictures_let_the_rate_grow_as_long_as_each_passes_fast():
    """A computer short of time sends few pictures: that says nothing against the link."""
    estimate, packets, now = LinkEstimate(0.0), SentPackets(), 10.0
    for _ in range(100):
        arrivals = []
        for number in range(6):
            at = now + number * PACKET * 8 / pacing_rate(estimate.allowed, 0.0)
            estimate.sent(at, PACKET)
            estimate.limited(at)
            arrivals.append(Arrival(packets.add(at, PACKET), at + 0.02))
        now = at + 0.04
        estimate.feedback(now, packets.take(arrivals))
        now += 0.2
    assert estimate.allowed > 5 * START_RATE


def test_a_local_network_starts_fast():
    assert LinkEstimate(0.0).rate == START_RATE
    assert LinkEstimate(0.0, round_trip=0.08).rate == START_RATE
    assert LinkEstimate(0.0, round_trip=0.002).rate == NEAR_START_RATE


def test_receiver_reports_alone_cut_at_loss_and_grow_while_more_is_wanted():
    estimate = LinkEstimate(0.0)
    estimate.report(1.0, Report(lost=0, highest=100, round_trip=0.05))
    estimate.report(1.5, Report(lost=20, highest=150, round_trip=0.05))  # too short to judge
    assert estimate.rate == START_RATE
    estimate.report(2.0, Report(lost=40, highest=200, round_trip=0.05))
    assert estimate.rate == pytest.approx(START_RATE * 0.8)
    estimate.report(3.0, Report(lost=40, highest=300, round_trip=0.05))
    assert estimate.rate == pytest.approx(START_RATE * 0.8)  # nothing waited: nothing to gain
    estimate.limited(3.5)
    for _ in range(10):
        estimate.sent(3.9, 100_000)
    estimate.report(4.0, Report(lost=40, highest=400, round_trip=0.05))
    assert estimate.rate == pytest.approx(START_RATE * 0.96)
    estimate.report(5.0, Report(lost=40, highest=500, round_trip=0.4))
    assert estimate.rate == pytest.approx(START_RATE * 0.768)


def test_the_receivers_ceiling_counts_only_below_what_is_sent_and_ends():
    estimate = LinkEstimate(0.0)
    estimate.remb(1.0, 20_000)  # of a still picture: nothing is sent
    assert not estimate.is_ceiling
    for number in range(100):
        estimate.sent(1.0 + number / 100, 10_000)
    estimate.remb(2.0, 600_000)
    assert estimate.is_ceiling
    assert estimate.allowed == 600_000
    estimate.remb(2.6, 900_000)
    assert not estimate.is_ceiling or estimate.allowed == 900_000
    estimate.remb(9.0, 900_000)
    assert not estimate.is_ceiling


def test_a_window_forgets_and_the_lowest_is_of_its_time():
    window = ByteWindow(1.0)
    window.add(0.0, 1000)
    assert window.rate(0.5) == 8000
    assert window.rate(1.5) == 0
    lowest = Lowest(10.0)
    assert [lowest.add(at, value) for at, value in ((0, 3.0), (1, 2.0), (2, 5.0), (11.5, 4.0), (13, 9.0))] == [
        3.0, 2.0, 2.0, 4.0, 4.0,
    ]  # fmt: skip


def test_the_bucket_lets_a_burst_through_and_then_paces():
    bucket = Bucket(burst=0.004)
    left = []
    now = 0.0
    for _ in range(100):
        now += bucket.wait(now)
        bucket.take(now, 1250, 1_000_000)  # 10 ms each
        left.append(now)
    assert left[1] == pytest.approx(0.006)
    assert left[-1] == pytest.approx(0.986)
    bucket.hold(2.0)
    assert bucket.wait(1.5) == pytest.approx(0.5)


def test_a_repair_is_not_sent_again_before_it_can_be_missed():
    repairs = Repairs()
    assert repairs.ask(0.0, 7, 1200, 0.1)
    assert not repairs.ask(0.001, 7, 1200, 0.1)  # it waits
    assert repairs.next(0.01) == 7
    assert not repairs.ask(0.05, 7, 1200, 0.1)  # on its way
    assert repairs.ask(0.08, 7, 1200, 0.1)
    for number in range(100):
        repairs.ask(0.1, 1000 + number, 1200, 0.1)
    assert repairs.too_many(1_000_000)
    assert not repairs.too_many(20_000_000)
    repairs.clear()
    assert (len(repairs), repairs.size) == (0, 0)


def feedback(base, symbols, deltas, reference=1000, chunk=None):
    """A feedback payload with one chunk of 1- or 2-bit symbols, or a given one."""
    if chunk is None:
        chunk = 0xC000 | sum(symbol << 12 - 2 * number for number, symbol in enumerate(symbols))
    body = struct.pack("!LLHH", 1, 2, base, len(symbols)) + reference.to_bytes(3, "big") + b"\x05"
    return body + struct.pack("!H", chunk) + deltas


def test_feedback_is_read_in_all_its_shapes():
    vector = feedback(65534, [1, 0, 2, 1], struct.pack("!BhB", 4, -8, 40))
    assert parse_feedback(vector) == [
        Arrival(65534, pytest.approx(64.001)),
        Arrival(65535, None),
        Arrival(0, pytest.approx(63.999)),
        Arrival(1, pytest.approx(64.009)),
    ]
    run = feedback(5, [1] * 20, bytes(20), chunk=1 << 13 | 20)
    assert [item.counter for item in parse_feedback(run)] == list(range(5, 25))
    bits = feedback(5, [1, 0, 1], bytes(2), chunk=0x8000 | 0b10_1000_0000_0000)
    assert [item.at is not None for item in parse_feedback(bits)] == [True, False, True]
    for broken in (vector[:10], vector[:-1], vector[:17]):
        with pytest.raises(ValueError, match="transport feedback"):
            parse_feedback(broken)


@given(st.binary(max_size=60))
def test_whatever_comes_as_feedback_is_read_or_refused(data):
    with contextlib.suppress(ValueError):
        parse_feedback(data)
    feedback_found, rest = split_feedback(data)
    assert sum(map(len, feedback_found)) + len(rest) <= len(data) + 3


def test_feedback_is_taken_out_of_a_compound_packet_and_the_rest_is_left():
    other = struct.pack("!BBHL", 0x80, 201, 1, 9)
    payload = feedback(1, [1], b"\x01\x00\x00\x00"[:2])
    block = struct.pack("!BBH", 0x80 | 15, 205, len(payload) // 4) + payload
    assert split_feedback(other + block + other) == ([payload], other * 2)


def test_packets_are_matched_across_the_wrap_of_their_counter():
    packets = SentPackets()
    counters = [packets.add(float(number), 100) for number in range(65_540)]
    arrivals = [Arrival(counter, 5.0) for counter in counters[-4:]]
    assert [item.sent_at for item in packets.take(arrivals)] == [65_536.0, 65_537.0, 65_538.0, 65_539.0]
    assert packets.waiting_since is None


def test_standard_gives_up_pictures_and_sampling_gives_up_sharpness():
    standard, sampling = limits_of(2e6, "standard"), limits_of(2e6, "sampling")
    assert standard.crf < sampling.crf
    assert standard.picture_bits > 2 * sampling.picture_bits
    assert limits_of(1.0, "sampling").picture_bits == MIN_PICTURE_BITS


def test_auto_follows_what_moves_and_does_not_flutter():
    motion = Motion()
    modes = []
    for number in range(400):  # 2 s of typing, 3 s of scrolling, 1 s of page flips, then rest
        now = number * 0.02
        if now < 2:
            motion.changed(now, 0.001)
        elif now < 5:
            motion.changed(now, 0.4)
        elif number % 50 == 0:
            motion.changed(now, 1.0)
        modes.append(motion.look(now))
    assert set(modes[:100]) == {"standard"}
    assert set(modes[140:250]) == {"sampling"}
    assert set(modes[310:]) == {"standard"}
    assert sum(one != two for one, two in itertools.pairwise(modes)) == 2


@pytest.mark.parametrize(
    ("rates", "current", "rungs"),
    [
        ([], [], []),
        ([1e6], [1], [0]),  # alone: nobody is faster
        ([5e7, 1e7], [0, 0], [0, 0]),  # both more than enough
        ([5e7, 1e6, 3e6], [0, 0, 0], [0, 1, 0]),
        ([5e7, 2.5e6], [0, 0], [0, 0]),  # a little slower waits for no one
        ([5e7, 2.5e6], [0, 1], [0, 1]),  # and does not flutter
        ([5e7, 3.1e6], [0, 1], [0, 0]),
    ],
)
def test_a_far_slower_viewer_gets_pictures_of_its_own(rates, current, rungs):
    assert choose_rungs(rates, current) == rungs


def test_what_moves_is_bounded_for_all_viewers_together_and_what_rests_is_not():
    one, three = limits_of(6e7, "sampling"), limits_of(6e7, "sampling", viewers=3)
    assert one.picture_bits == MOVING_BITS
    assert three.picture_bits * 3 == MOVING_BITS
    assert not three.by_link
    assert limits_of(6e7, "sampling", resting=True, viewers=3).picture_bits > MOVING_BITS
    slow = limits_of(1e6, "sampling", viewers=3)  # the link says less
    assert slow == limits_of(1e6, "sampling")
    assert slow.by_link


class Way:
    """A way out of a given rate that waited for its line for so long in each second."""

    def __init__(self, rate, *, waited=0.0, round_trip=0.002):
        self.allowed, self._waited = rate, waited
        self.estimate = LinkEstimate(0.0, round_trip)

    def take_waited(self):
        return self._waited


@pytest.mark.parametrize(
    ("way", "short_of_cpu", "rung"),
    [
        (Way(1e6, waited=0.5), False, 1),
        (Way(1e6, waited=0.5), True, 0),  # a busy machine makes any way look slow
        (Way(1e6, waited=0.5, round_trip=0.15), True, 1),  # this one is slow by itself
        (Way(1e6, waited=0.05, round_trip=0.15), False, 0),  # slow, but nobody waits for it
    ],
)
async def test_a_second_encoder_is_for_a_link_that_holds_others_up_never_for_a_busy_processor(way, short_of_cpu, rung):
    fanout = Fanout(asyncio.get_running_loop(), request_key=lambda _rung: None)
    fast, slow = fanout.add_track(), fanout.add_track()
    fast.way_out, slow.way_out = Way(5e7), way
    fast.started = slow.started = True
    for _ in range(SECONDS_BEFORE_CHANGE):
        fanout.sort(short_of_cpu=short_of_cpu)
    assert (fast.rung, slow.rung) == (0, rung)


def test_a_relayed_way_gets_smaller_pictures_when_they_take_long_and_bigger_ones_when_they_do_not():
    way = RelayWayOut()
    way.begin(EncodedPicture(None, 20_000, key=False, seconds=0.0, cpu_seconds=0.0, bounded=True))
    for number in range(20):
        way.delivered(number * 0.1, 0.08)
    grown = way.allowed
    assert grown > START_RATE * 1.5
    for number in range(20):
        way.delivered(10 + number * 0.5, 0.4)
    assert way.allowed < grown / 3
    assert way.estimate.queue == pytest.approx(0.32)
    way.full(30.0)
    way.has_room(30.3)
    assert way.take_waited() == pytest.approx(0.3)
    assert way.take_waited() == 0
