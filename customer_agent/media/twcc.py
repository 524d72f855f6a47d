"""Transport-wide congestion control feedback (draft-holmer-rmcat-transport-wide-cc-extensions-01). Pure.

Every packet that leaves carries a 16-bit counter; the receiver reports when each arrived.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass

RTPFB, TWCC_FORMAT = 205, 15
COUNTER_MASK = 0xFFFF
HISTORY_PACKETS = 8192
REFERENCE_SECONDS = 0.064
REFERENCE_WRAP_SECONDS = (1 << 24) * REFERENCE_SECONDS
DELTA_SECONDS = 0.00025
HEADER_BYTES = 16  # both SSRCs, base, count, reference time, number
NOT_RECEIVED, SMALL_DELTA, LARGE_DELTA = 0, 1, 2


@dataclass(frozen=True, slots=True)
class Arrival:
    """What the receiver says of one packet: when it came on the receiver's clock; None: it did not."""

    counter: int
    at: float | None


@dataclass(frozen=True, slots=True)
class Acked:
    """One packet that left: when, how big, and when it came on the receiver's clock (None: lost)."""

    sent_at: float
    size: int
    received_at: float | None


def split_feedback(data: bytes) -> tuple[list[bytes], bytes]:
    """Take the transport feedback out of a compound RTCP packet: its payloads, and the rest as it was."""
    found, rest, position = [], b"", 0
    while position + 4 <= len(data):
        first, kind, words = struct.unpack_from("!BBH", data, position)
        end = position + 4 + words * 4
        block = data[position:end]
        if kind == RTPFB and first & 0x1F == TWCC_FORMAT and first >> 6 == 2:
            padding = block[-1] if first & 0x20 and len(block) > 4 else 0
            found.append(block[4 : len(block) - padding])
        else:
            rest += block
        position = end
    return found, rest


def parse_feedback(payload: bytes) -> list[Arrival]:
    """Return the packets that a feedback message speaks of. Raises ValueError for a malformed one."""
    if len(payload) < HEADER_BYTES:
        raise ValueError("transport feedback is too short")
    base, count = struct.unpack_from("!HH", payload, 8)
    at = int.from_bytes(payload[12:15], "big") * REFERENCE_SECONDS
    try:
        symbols, position = _read_symbols(payload, count)
        arrivals = []
        for number, symbol in enumerate(symbols):
            arrived = None
            if symbol == SMALL_DELTA:
                at += payload[position] * DELTA_SECONDS
                position += 1
                arrived = at
            elif symbol == LARGE_DELTA:
                at += struct.unpack_from("!h", payload, position)[0] * DELTA_SECONDS
                position += 2
                arrived = at
            arrivals.append(Arrival((base + number) & COUNTER_MASK, arrived))
    except (struct.error, IndexError) as error:
        raise ValueError("transport feedback is truncated") from error
    return arrivals


def _read_symbols(payload: bytes, count: int) -> tuple[list[int], int]:
    symbols: list[int] = []
    position = HEADER_BYTES
    while len(symbols) < count:
        (chunk,) = struct.unpack_from("!H", payload, position)
        position += 2
        symbols.extend(_symbols_of(chunk))
    return symbols[:count], position


def _symbols_of(chunk: int) -> Iterator[int]:
    if not chunk & 0x8000:  # a run of one symbol
        yield from (chunk >> 13 & 3 for _ in range(chunk & 0x1FFF))
    elif chunk & 0x4000:  # seven symbols of two bits
        yield from (chunk >> shift & 3 for shift in range(12, -1, -2))
    else:  # fourteen of one bit
        yield from (chunk >> shift & 1 for shift in range(13, -1, -1))


class SentPackets:
    """What left lately, by counter, until it is reported."""

    def __init__(self) -> None:
        self._sent: dict[int, tuple[float, int]] = {}
        self._counter = 0
        self._last_reference: float | None = None
        self._wraps = 0.0

    def add(self, now: float, size: int) -> int:
        """Note a packet that leaves now; return the counter to write into it."""
        self._counter = (self._counter + 1) & COUNTER_MASK
        self._sent[self._counter] = (now, size)
        if len(self._sent) > HISTORY_PACKETS:
            del self._sent[next(iter(self._sent))]
        return self._counter

    @property
    def waiting_since(self) -> float | None:
        """When the oldest packet left that nobody reported yet."""
        return next(iter(self._sent.values()))[0] if self._sent else None

    def take(self, arrivals: list[Arrival]) -> list[Acked]:
        """Return what left of these packets. What is reported missing may come yet, and is asked for again later."""
        acked = []
        received = [item for item in arrivals if item.at is not None]
        for item in arrivals:
            sent = self._sent.pop(item.counter, None)
            if sent is not None:
                acked.append(Acked(sent[0], sent[1], self._unwrapped(item.at)))
        if received:
            self._forget_before(received[0].counter)
        return acked

    def _unwrapped(self, at: float | None) -> float | None:
        """Continue the receiver's clock where its 24-bit reference time wraps (every 12 days)."""
        if at is None:
            return None
        if self._last_reference is not None and at < self._last_reference - REFERENCE_WRAP_SECONDS / 2:
            self._wraps += REFERENCE_WRAP_SECONDS
        self._last_reference = at
        return at + self._wraps

    def _forget_before(self, counter: int) -> None:
        """Packets long before a reported one will not be reported any more: their report was lost."""
        for old in list(self._sent):
            if 0 < (counter - old) & COUNTER_MASK < COUNTER_MASK // 2:
                del self._sent[old]
            else:
                return
