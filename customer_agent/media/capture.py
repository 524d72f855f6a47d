"""What a way of capturing a screen must do, and how to find one for this system.

A backend belongs to one thread, except `wake()`. Pixels come as BGRX; a `Patch` is valid until the next `grab()`.
"""

import platform
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from customer_agent.media.geometry import Monitor, Rect, bounding_box, even_box
from customer_agent.media.wayland import on_wayland

MAX_FRAMES_PER_SECOND = 60
MAX_BOXES = 6


class CaptureLostError(Exception):
    """The display is gone."""


class LayoutChangedError(Exception):
    """Monitors came, went or changed size: open again with a new area."""


@dataclass(frozen=True, slots=True)
class Patch:
    """Changed pixels. `box` is relative to the shared area with even sides; `pixels` has shape (height, width, 4)."""

    box: Rect
    pixels: NDArray[np.uint8]


class CaptureBackend(Protocol):
    """A way of capturing."""

    def monitors(self) -> list[Monitor]:
        """Return the monitors there are now."""

    def open(self, area: Rect) -> None:
        """Begin to watch `area` (even sides); the first grab returns all of it."""

    def wait(self, timeout: float | None) -> bool:
        """Wait for a change, a wake-up or the end of `timeout` seconds; True when something changed."""

    def grab(self) -> list[Patch]:
        """Return what changed since the last grab. Raises LayoutChangedError; like the others, CaptureLostError."""

    def wake(self) -> None:
        """End a wait early. From any thread."""

    def close(self) -> None:
        """Give everything back."""


def merge_boxes(boxes: Iterable[Rect], area: Rect) -> list[Rect]:
    """Clip damage to `area`, make it relative and even, and few: one box around all unless several are much smaller."""
    whole = Rect(0, 0, area.width, area.height)
    clipped = [part.moved(-area.x, -area.y) for box in boxes if (part := box.intersection(area))]
    if not clipped:
        return []
    around = even_box(bounding_box(clipped), whole)
    if len(clipped) == 1 or len(clipped) > MAX_BOXES:
        return [around]
    parts = [even_box(box, whole) for box in clipped]
    return parts if sum(part.area for part in parts) * 2 < around.area else [around]


def open_capture(display: str | None = None) -> CaptureBackend:
    """Return the best backend of this system: the portal on Wayland, X11 with DAMAGE and SHM, else mss."""
    if on_wayland():
        from customer_agent.media.capture_portal import PortalCapture

        return PortalCapture()
    if platform.system() == "Linux":
        from customer_agent.media.capture_x11 import X11Capture
        from customer_agent.media.x11 import DisplayError

        try:
            return X11Capture(display)
        except DisplayError:
            from customer_agent.media.capture_mss import MssCapture

            return MssCapture(display)
    from customer_agent.media.capture_mss import MssCapture

    return MssCapture(display)
