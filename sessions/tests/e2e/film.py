"""A short film from still pictures, as animated WebP: pages by themselves would need a screen recorder."""

import io
from fractions import Fraction
from pathlib import Path

import av
from av.video.frame import VideoFrame

RATE = 5  # pictures per second
SIZE = (960, 600)  # pixels; pages and desktops of the pictures all have this shape
MAX_BYTES = 2_000_000


class Film:
    """Stills in order, each shown for a while."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self._frames: list[tuple[bytes, float]] = []

    def add(self, png: bytes, seconds: float) -> None:
        """Show the picture for so long."""
        self._frames.append((png, seconds))

    def write(self, path: Path) -> None:
        """Write the film; fail if it is too big for a document."""
        with av.open(str(path), "w", format="webp", options={"loop": "0"}) as container:
            stream = container.add_stream(
                "libwebp_anim", rate=RATE, options={"quality": "62", "compression_level": "5"}
            )
            stream.width, stream.height, stream.pix_fmt = *SIZE, "yuv420p"
            at = 0
            for png, seconds in self._frames:
                still = _decoded(png)
                for _ in range(max(1, round(seconds * RATE))):
                    frame = still.reformat(*SIZE, format="yuv420p")
                    frame.pts, frame.time_base = at, Fraction(1, RATE)
                    at += 1
                    container.mux(stream.encode(frame))
            container.mux(stream.encode(None))
        assert path.stat().st_size <= MAX_BYTES, f"{path.name} has {path.stat().st_size} bytes"


def _decoded(png: bytes) -> VideoFrame:
    with av.open(io.BytesIO(png)) as container:
        return next(container.decode(video=0))
