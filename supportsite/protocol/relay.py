"""The frames of a relay: one viewer's picture and channels through the server, where no peer connection comes about.

Both sides send `Hello` with their ticket and get `Welcome`; `ready` says that the other side is there too. Text frames
are a word, and after a space its body: `ack NUMBER` and `key` (viewer → source), `input JSON` (viewer → source) and
`state JSON` (both ways), the messages of `channel.py`. Binary frames (source → viewer) are parts of pictures: Annex-B
H.264 behind a header of 14 bytes. A source sends a picture only while fewer than two are not acknowledged.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated

from pydantic import Field

from supportsite.protocol.base import Message, PublicId

MAX_RELAY_TEXT_BYTES = 64 * 1024
MAX_RELAY_PART_BYTES = 1024 * 1024
MAX_RELAY_PARTS = 4
RELAY_PICTURES_IN_FLIGHT = 2
RELAY_SILENT_SECONDS = 8

READY, ACK, KEY, INPUT, STATE = "ready", "ack", "key", "input", "state"

# flags (1 key frame, 2 last part), part from 0, number of the picture, presentation time in 1/90000 s; network order
_HEADER = struct.Struct("!BBIQ")
_KEY_FLAG, _LAST_FLAG = 1, 2
_PAYLOAD_BYTES = MAX_RELAY_PART_BYTES - _HEADER.size
MAX_RELAY_PICTURE_BYTES = MAX_RELAY_PARTS * _PAYLOAD_BYTES
_NUMBER_MASK = 0xFFFFFFFF


class RelayInfo(Message):
    """A relay and one use of its WebSocket; `participant` is the viewer whose relay it is."""

    id: PublicId
    url: Annotated[str, Field(max_length=400)]
    ticket: Annotated[str, Field(min_length=16, max_length=100)]
    expires_in_s: int
    participant: PublicId


@dataclass(frozen=True, slots=True)
class PicturePart:
    """One binary frame."""

    number: int
    part: int
    key: bool
    last: bool
    pts: int
    data: memoryview


def split_picture(*, number: int, key: bool, pts: int, data: bytes) -> Iterator[bytes]:
    """Yield the binary frames of a picture. Raises ValueError for one above `MAX_RELAY_PICTURE_BYTES`."""
    if not 0 < len(data) <= MAX_RELAY_PICTURE_BYTES:
        raise ValueError("no picture for a relay")
    starts = range(0, len(data), _PAYLOAD_BYTES)
    for part, start in enumerate(starts):
        flags = key * _KEY_FLAG | (part == len(starts) - 1) * _LAST_FLAG
        yield _HEADER.pack(flags, part, number & _NUMBER_MASK, pts) + data[start : start + _PAYLOAD_BYTES]


def read_part(frame: bytes) -> PicturePart:
    """Return a binary frame's fields. Raises ValueError for one that no honest source sends."""
    if not _HEADER.size < len(frame) <= MAX_RELAY_PART_BYTES:
        raise ValueError("size")
    flags, part, number, pts = _HEADER.unpack_from(frame)
    if flags & ~(_KEY_FLAG | _LAST_FLAG) or part >= MAX_RELAY_PARTS:
        raise ValueError("header")
    data = memoryview(frame)[_HEADER.size :]
    return PicturePart(number, part, bool(flags & _KEY_FLAG), bool(flags & _LAST_FLAG), pts, data)


def write_text(word: str, body: str = "") -> str:
    """Return a text frame."""
    return f"{word} {body}" if body else word


def read_text(frame: str) -> tuple[str, str]:
    """Return a text frame's word and body. Raises ValueError for one that is too long."""
    if len(frame) > MAX_RELAY_TEXT_BYTES or len(frame.encode("utf-8", "surrogatepass")) > MAX_RELAY_TEXT_BYTES:
        raise ValueError("size")
    word, _, body = frame.partition(" ")
    return word, body
