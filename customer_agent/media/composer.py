"""Puts the pictures of several windows at their places onto black."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from customer_agent.media.capture import Patch
from customer_agent.media.capture_x11 import SharedMemory
from customer_agent.media.frame import contains
from customer_agent.media.geometry import Rect
from customer_agent.media.redirected import Extensions, RedirectedWindow


@dataclass(frozen=True, slots=True)
class Layer:
    """A window to show. `rect` is where, in pixels of the screen; `inset` is how far into its pixels that begins."""

    rect: Rect
    inset: tuple[int, int]
    surface: RedirectedWindow


class Composer:
    """One picture of a fixed size; its thread is that of the connection."""

    def __init__(self, extensions: Extensions, width: int, height: int) -> None:
        """Begin black. Raises DisplayError when there is no memory."""
        self._ext = extensions
        self._memory = SharedMemory(extensions.connection, extensions.shm, width * height * 4)
        self._canvas: NDArray[np.uint8] = np.zeros((height, width, 4), np.uint8)
        self.width, self.height = width, height

    def paint(self, boxes: Sequence[Rect], place: tuple[int, int], layers: Sequence[Layer]) -> list[Patch]:
        """Compose boxes of the picture; `place` is its top left corner on the screen, the lowest layer comes first."""
        return [self._paint(box, box.moved(*place), layers) for box in boxes]

    def _paint(self, box: Rect, place: Rect, layers: Sequence[Layer]) -> Patch:
        target = self._canvas[box.y : box.bottom, box.x : box.right]
        seen = _seen(place, layers)
        if not (seen and seen[0].surface.opaque and contains(seen[0].rect, place)):
            target[:] = 0
        for layer in seen:
            self._put(layer, place, target)
        return Patch(box, target)

    def _put(self, layer: Layer, place: Rect, target: NDArray[np.uint8]) -> None:
        part = layer.rect.intersection(place)
        if part is None:
            return
        surface = layer.surface
        inside = part.moved(layer.inset[0] - layer.rect.x, layer.inset[1] - layer.rect.y)
        # The window may have another size by now than its pixmap: an event will say so.
        within = inside.intersection(Rect(0, 0, surface.width, surface.height))
        pixels = None if within is None else surface.read(within, self._memory)
        if within is None or pixels is None:
            return
        left, top = part.x - place.x, part.y - place.y
        _blend(pixels, target[top : top + within.height, left : left + within.width], opaque=surface.opaque)

    def close(self) -> None:
        """Give the memory back."""
        self._ext.shm.Detach(self._memory.segment)
        self._ext.connection.flush()
        self._memory.close()


def _seen(place: Rect, layers: Sequence[Layer]) -> list[Layer]:
    """Return the layers that show in a place, without those that an opaque one hides."""
    seen: list[Layer] = []
    for layer in layers:
        if layer.surface.readable:
            if layer.surface.opaque and contains(layer.rect, place):
                seen.clear()
            seen.append(layer)
    return seen


def _blend(source: NDArray[np.uint8], target: NDArray[np.uint8], *, opaque: bool) -> None:
    """Put premultiplied pixels over others."""
    if opaque or bool((source[..., 3] == 255).all()):
        target[:] = source
        return
    rest = 255 - source[..., 3:].astype(np.uint16)
    target[:] = source + (target * rest // 255).astype(np.uint8)
