"""A PNG writer for cursors, so that no imaging library is needed."""

import struct
import zlib

import numpy as np
from numpy.typing import NDArray


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def png_of_premultiplied_bgra(pixels: NDArray[np.uint8]) -> bytes:
    """Return a PNG of pixels of shape (height, width, 4) in premultiplied BGRA, as XFixes gives cursors."""
    height, width = pixels.shape[:2]
    alpha = pixels[..., 3].astype(np.uint32)
    straight = np.zeros((height, width, 4), np.uint8)
    safe = np.maximum(alpha, 1)
    for target, source in enumerate((2, 1, 0)):
        straight[..., target] = np.minimum(255, (pixels[..., source].astype(np.uint32) * 255 + safe // 2) // safe)
    straight[alpha == 0] = 0
    straight[..., 3] = alpha
    rows = np.zeros((height, 1 + width * 4), np.uint8)  # filter byte 0 before each row
    rows[:, 1:] = straight.reshape(height, width * 4)
    header = struct.pack(">IIBBBBB", width, height, 8, 6, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + _chunk(b"IHDR", header)
        + _chunk(b"IDAT", zlib.compress(rows.tobytes(), 9))
        + _chunk(b"IEND", b"")
    )
