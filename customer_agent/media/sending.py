"""One viewer's way out: aiortc's sender, paced to what the link carries, with repairs that do not make things worse.

On the event loop. aiortc sends packet by packet and awaits each, so a packet that has to wait holds up the track, and
that holds up the encoder (`fanout`): nothing stands in a queue, here or on the link.
"""

import asyncio
import logging
import struct
import time
from collections.abc import Callable
from typing import Any

import aiortc.rtp
from aiortc import RTCRtpSender

from customer_agent.media.encoder import EncodedPicture
from customer_agent.media.estimate import NEAR_ROUND_TRIP, LinkEstimate, Report
from customer_agent.media.pacing import REPAIR_PART, Bucket, Repairs, pacing_rate
from customer_agent.media.rtc_patches import (
    ABS_SEND_TIME_URI,
    TRANSPORT_CC_URI,
    extension_ids,
    history_of,
    path_round_trip,
    reported_round_trip,
    require_sender,
)
from customer_agent.media.twcc import SentPackets, parse_feedback, split_feedback

TICK_SECONDS = 0.15
COPY_AFTER_SECONDS = 0.012
TAIL_COPY_SECONDS = 0.060
SMALL_PICTURE_PACKETS = 2
COPIES_BELOW = 0.4  # of the estimate
COPIES_FROM_LOSS = 0.001
ABORT_FALL, ABORT_SECONDS = 0.6, 0.4
KEY_GRACE_SECONDS = 0.05
SEQUENCE_MASK = 0xFFFF
HALF_SEQUENCE = 0x8000
NTP_OFFSET = 2_208_988_800
RTP_HEADER_BYTES = 12

log = logging.getLogger(__name__)


def is_before(one: int, other: int) -> bool:
    """Tell whether a 16-bit sequence number comes before another."""
    return 0 < (other - one) & SEQUENCE_MASK < HALF_SEQUENCE


class PacedSender:
    """Between one `RTCRtpSender` and its transport."""

    def __init__(self, sender: RTCRtpSender, *, request_key: Callable[[], None], cut: Callable[[], bool]) -> None:
        self._sender: Any = sender
        self._request_key, self._cut = request_key, cut
        self._estimate = LinkEstimate(time.monotonic())
        self._sent = SentPackets()
        self._bucket, self._repair_bucket = Bucket(), Bucket()
        self._repairs = Repairs()
        self._repair_task: asyncio.Task[None] | None = None
        self._ticker: asyncio.TimerHandle | None = None
        self._copies: set[asyncio.TimerHandle] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._ids: dict[str, int] = {}
        self._send_now: Callable[[bytes], Any] | None = None
        self._picture_bytes = self._picture_sent = self._picture_packets = 0
        self._picture_key = False
        self._aborted = False
        self._first_number: int | None = None
        self._last_number: int | None = None
        self._dead_before: int | None = None
        self._key_done_at = -1e9
        self._key_sending = False
        self._numbers: list[int] = []
        self._waited = 0.0
        self.closed = False
        require_sender(sender)
        target: Any = sender
        self._handle_rtcp = target._handle_rtcp_packet  # noqa: SLF001  the only place where reports pass
        self._retransmit = target._retransmit  # noqa: SLF001
        target._handle_rtcp_packet = self._on_rtcp  # noqa: SLF001
        target._send_keyframe = self._on_key_request  # noqa: SLF001
        target._retransmit = self._on_lost  # noqa: SLF001

    @property
    def estimate(self) -> LinkEstimate:
        """What is known of the link."""
        return self._estimate

    @property
    def allowed(self) -> float:
        """What the link may carry now, in bit/s."""
        return self._estimate.allowed

    def take_waited(self) -> float:
        """Return for how many seconds since the last call a packet waited for the line."""
        waited, self._waited = self._waited, 0.0
        return waited

    def start(self) -> None:
        """Take hold of the transport; called when the first picture is asked for, with the connection made."""
        transport = self._sender.transport
        self._estimate = LinkEstimate(time.monotonic(), path_round_trip(transport))
        self._ids = extension_ids(self._sender)
        self._send_now = transport._send_rtp  # noqa: SLF001
        handle_data = transport._handle_rtcp_data  # noqa: SLF001

        async def take_rtcp(data: bytes) -> None:
            feedback, rest = split_feedback(data)
            for payload in feedback:
                self._on_feedback(payload)
            if rest:
                await handle_data(rest)

        transport._send_rtp = self._send  # noqa: SLF001
        transport._handle_rtcp_data = take_rtcp  # noqa: SLF001

    def close(self) -> None:
        """Send nothing more by itself."""
        self.closed = True
        self._repairs.clear()
        if self._repair_task is not None:
            self._repair_task.cancel()
        if self._ticker is not None:
            self._ticker.cancel()
        for handle in self._copies:
            handle.cancel()
        for task in self._tasks:
            task.cancel()

    def _is_over(self) -> bool:
        return self.closed or self._cut()

    # Pictures

    def begin(self, encoded: EncodedPicture) -> None:
        """The packets that come next are this picture's."""
        self._picture_bytes, self._picture_key = encoded.size, encoded.key
        self._picture_sent = self._picture_packets = 0
        self._aborted = False
        self._first_number = None
        self._numbers.clear()
        self._key_sending = encoded.key

    def finish(self) -> None:
        """All packets of the picture have left."""
        if self._first_number is None:
            return
        now = time.monotonic()
        if self._picture_key:
            self._key_done_at, self._key_sending = now, False
        self._first_number = None
        if not self._aborted and self._copies_help(now):
            numbers = list(self._numbers) if len(self._numbers) <= SMALL_PICTURE_PACKETS else self._numbers[-1:]
            self._copy_later(COPY_AFTER_SECONDS, numbers)
            self._copy_later(TAIL_COPY_SECONDS + (self._estimate.round_trip or 0.0), self._numbers[-1:], tail=True)
        self._picture_bytes = 0

    def _copies_help(self, now: float) -> bool:
        """Small pictures are repeated where loss is likely and room is left: a repair would cost a round trip."""
        estimate = self._estimate
        lossy = estimate.loss > COPIES_FROM_LOSS or (estimate.round_trip or 0.0) > NEAR_ROUND_TRIP
        return lossy and estimate.sending_rate(now) < COPIES_BELOW * estimate.allowed

    def _copy_later(self, seconds: float, numbers: list[int], *, tail: bool = False) -> None:
        numbers = list(numbers)

        def copy() -> None:
            self._copies.discard(handle)
            if self._is_over() or (tail and numbers != [self._last_number]):
                return  # something followed: a loss will be noticed
            task = asyncio.ensure_future(self._send_copies(numbers))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

        handle = asyncio.get_running_loop().call_later(seconds, copy)
        self._copies.add(handle)

    async def _send_copies(self, numbers: list[int]) -> None:
        for number in numbers:
            if not self._is_over():
                await self._retransmit(number)

    # Packets that leave

    async def _send(self, data: bytes) -> None:
        """Stand in for the transport's `_send_rtp`."""
        if self._send_now is None or self._is_over():
            return
        if 192 <= data[1] <= 223:  # RTCP
            await self._send_now(data)
            return
        number, ssrc = struct.unpack_from("!H4xL", data, 2)
        expected = number if self._last_number is None else (self._last_number + 1) & SEQUENCE_MASK
        if ssrc != self._sender._ssrc or number != expected:  # noqa: SLF001
            # A repair: paced by its own bucket.
            await self._send_now(self._stamped(data))
            return
        await self._wait_for_slot()
        if self._is_over():
            return  # nothing of a picture leaves after Stop
        self._note(number, len(data))
        if self._aborted:
            self._dead_before = (number + 1) & SEQUENCE_MASK
            return
        now = time.monotonic()
        self._bucket.take(now, len(data), pacing_rate(self._estimate.allowed, self._estimate.queue))
        await self._send_now(self._stamped(data))

    async def _wait_for_slot(self) -> None:
        began = now = time.monotonic()
        while not self._aborted and not self._is_over() and (rest := self._bucket.wait(now)) > 0:
            self._estimate.limited(now)
            await asyncio.sleep(rest)
            now = time.monotonic()
        self._waited += now - began

    def _note(self, number: int, size: int) -> None:
        if self._first_number is None:
            self._first_number = number
            if self._picture_key:
                self._dead_before = number  # what came before is not needed any more
                self._repairs.clear()
        self._numbers.append(number)
        self._last_number = number
        self._picture_sent += size
        self._picture_packets += 1

    def _stamped(self, data: bytes) -> bytes:
        """Write into a packet when it really leaves, and its transport-wide counter."""
        now = time.monotonic()
        self._estimate.sent(now, len(data))
        counter = self._ids.get(TRANSPORT_CC_URI)
        send_time = self._ids.get(ABS_SEND_TIME_URI)
        if not data[0] & 0x10 or (counter is None and send_time is None):
            return data
        packet = bytearray(data)
        start = RTP_HEADER_BYTES + (data[0] & 0x0F) * 4
        position, end = start + 4, start + 4 + struct.unpack_from("!H", data, start + 2)[0] * 4
        while position < end:
            head = packet[position]
            position += 1
            if head == 0:
                continue
            if head >> 4 == counter:
                struct.pack_into("!H", packet, position, self._sent.add(now, len(data)))
                self._tick_soon()
            elif head >> 4 == send_time:
                ntp = int((time.time() + NTP_OFFSET) * (1 << 18)) & 0xFFFFFF
                packet[position : position + 3] = ntp.to_bytes(3, "big")
            position += (head & 0x0F) + 1
        return bytes(packet)

    # Repairs

    async def _on_lost(self, number: int) -> None:
        """Stand in for the sender's `_retransmit`: a packet was asked for."""
        packet = history_of(self._sender, number)
        if packet is None or self._is_over():
            return
        if self._dead_before is not None and is_before(number, self._dead_before):
            return
        self._repairs.ask(time.monotonic(), number, len(packet.payload), self._estimate.round_trip)
        if self._repairs.too_many(self._estimate.allowed):
            self._repairs.clear()
            self._dead_before = ((self._last_number or 0) + 1) & SEQUENCE_MASK
            self._request_key()
        elif self._repair_task is None or self._repair_task.done():
            self._repair_task = asyncio.ensure_future(self._repair())

    async def _repair(self) -> None:
        while self._repairs and not self._is_over():
            now = time.monotonic()
            if (rest := self._repair_bucket.wait(now)) > 0:
                await asyncio.sleep(rest)
                continue
            number = self._repairs.next(now)
            packet = history_of(self._sender, number)
            if packet is not None:
                rate = pacing_rate(self._estimate.allowed, self._estimate.queue) * REPAIR_PART
                self._repair_bucket.take(now, len(packet.payload), rate)
                try:
                    await self._retransmit(number)
                except ConnectionError:
                    return

    # What comes back

    def _on_key_request(self) -> None:
        """A viewer cannot go on; a key frame that is on its way is its answer already."""
        trip = self._estimate.round_trip or 0.0
        if self._key_sending or time.monotonic() < self._key_done_at + trip + KEY_GRACE_SECONDS:
            return
        self._request_key()

    def _on_feedback(self, payload: bytes) -> None:
        try:
            arrivals = parse_feedback(payload)
        except ValueError:
            return
        now = time.monotonic()
        before = self._estimate.allowed
        self._estimate.feedback(now, self._sent.take(arrivals))
        self._follow(now, before)

    def _follow(self, now: float, before: float) -> None:
        """Do what a new estimate asks for at once: pause, or give up a picture that has become too big."""
        estimate = self._estimate
        if estimate.pause_until > now:
            self._bucket.hold(estimate.pause_until)
        left = (self._picture_bytes - self._picture_sent) * 8 / estimate.allowed
        if self._picture_bytes and estimate.allowed < ABORT_FALL * before and left > ABORT_SECONDS:
            self._aborted = True
            self._dead_before = ((self._last_number or 0) + 1) & SEQUENCE_MASK
            self._key_sending = False
            self._request_key()

    async def _on_rtcp(self, packet: Any) -> None:
        await self._handle_rtcp(packet)
        now = time.monotonic()
        if isinstance(packet, aiortc.rtp.RtcpRrPacket | aiortc.rtp.RtcpSrPacket):
            for report in packet.reports:
                if report.ssrc == self._sender._ssrc:  # noqa: SLF001
                    trip = reported_round_trip(self._sender)
                    self._estimate.report(now, Report(report.packets_lost, report.highest_sequence, trip))
        elif isinstance(packet, aiortc.rtp.RtcpPsfbPacket) and packet.fmt == aiortc.rtp.RTCP_PSFB_APP:
            try:
                rate, _ = aiortc.rtp.unpack_remb_fci(packet.fci)
            except ValueError:
                return
            self._estimate.remb(now, rate)

    def _tick_soon(self) -> None:
        """Watch for silence while packets are out; nothing wakes up when none are."""
        if self._ticker is None:
            self._ticker = asyncio.get_running_loop().call_later(TICK_SECONDS, self._tick)

    def _tick(self) -> None:
        self._ticker = None
        if self.closed:
            return
        now, before = time.monotonic(), self._estimate.allowed
        waiting = self._sent.waiting_since
        self._estimate.tick(now, waiting)
        self._follow(now, before)
        if waiting is not None:
            self._tick_soon()
