"""What the server needs to know of a PNG file: that it is one, whole, and how large its picture is. Pure."""

import struct
from zlib import crc32

SIGNATURE = b"\x89PNG\r\n\x1a\n"
HEADER_BYTES = 13
CHUNK_FRAME_BYTES = 12  # length, type and checksum around each chunk's data
MAX_SIDE = 16384


def read_size(data: bytes) -> tuple[int, int]:
    """Return width and height in pixels. Raises ValueError for everything that is not one PNG file and nothing else.

    The picture itself is never decoded here, so a small file that unfolds to a large one does no harm.
    """
    if not data.startswith(SIGNATURE):
        raise ValueError("no PNG signature")
    width = height = 0
    place, last = len(SIGNATURE), b""
    while place < len(data):
        kind, body, place = _read_chunk(data, place)
        if (last == b"") != (kind == b"IHDR") or last == b"IEND":
            raise ValueError("chunks in a wrong order")
        if kind == b"IHDR":
            width, height = _read_header(body)
        last = kind
    if last != b"IEND":
        raise ValueError("cut off")
    return width, height


def _read_chunk(data: bytes, place: int) -> tuple[bytes, bytes, int]:
    """Return type, data and the place after the chunk at `place`."""
    if place + CHUNK_FRAME_BYTES > len(data):
        raise ValueError("cut off")
    (length,) = struct.unpack_from(">I", data, place)
    end = place + CHUNK_FRAME_BYTES + length
    if end > len(data):
        raise ValueError("cut off")
    (checksum,) = struct.unpack_from(">I", data, end - 4)
    if crc32(data[place + 4 : end - 4]) != checksum:
        raise ValueError("wrong checksum")
    return data[place + 4 : place + 8], data[place + 8 : end - 4], end


def _read_header(body: bytes) -> tuple[int, int]:
    if len(body) != HEADER_BYTES:
        raise ValueError("wrong header")
    width, height = struct.unpack_from(">II", body)
    if not (1 <= width <= MAX_SIDE and 1 <= height <= MAX_SIDE):
        raise ValueError("too large")
    return width, height
