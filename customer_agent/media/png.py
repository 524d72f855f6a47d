"""A PNG writer for cursors and icons, so that no imaging library is needed."""

import struct
import zlib

import numpy as np
from numpy.typing import NDArray


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def png_of_bgra(pixels: NDArray[np.uint8]) -> bytes:
    """Return a PNG of pixels of shape (height, width, 4) in BGRA, not premultiplied."""
    height, width = pixels.shape[:2]
    rows = np.zeros((height, 1 + width * 4), np.uint8)  # filter byte 0 before each row
    rows[:, 1:] = pixels[..., (2, 1, 0, 3)].reshape(height, width * 4)
    header = struct.pack(">IIBBBBB", width, height, 8, 6, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + _chunk(b"IHDR", header)
        + _chunk(b"IDAT", zlib.compress(rows.tobytes(), 9))
        + _chunk(b"IEND", b"")
    )


def png_of_premultiplied_bgra(pixels: NDArray[np.uint8]) -> bytes:
    """Return a PNG of premultiplied BGRA, as XFixes gives cursors."""
    alpha = pixels[..., 3].astype(np.uint32)
    straight = np.zeros(pixels.shape, np.uint8)
    safe = np.maximum(alpha, 1)
    for channel in range(3):
        colour = pixels[..., channel].astype(np.uint32)
        straight[..., channel] = np.minimum(255, (colour * 255 + safe // 2) // safe)
    straight[alpha == 0] = 0
    straight[..., 3] = alpha
    return png_of_bgra(straight)
