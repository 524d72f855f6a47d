"""What differs between two whole pictures, for systems that do not say what changed."""

import numpy as np
from numpy.typing import NDArray

from customer_agent.media.capture import Patch, merge_boxes
from customer_agent.media.geometry import Rect

TILE_ROWS = 64


def changed_patches(now: NDArray[np.uint8], before: NDArray[np.uint8] | None, area: Rect) -> list[Patch]:
    """Return the bands of rows of `area` that differ, narrowed to the columns that do; all of it without a `before`."""
    boxes = [area] if before is None else _differences(now, before, area)
    return [
        Patch(box, np.ascontiguousarray(now[box.y : box.bottom, box.x : box.right])) for box in merge_boxes(boxes, area)
    ]


def _differences(now: NDArray[np.uint8], before: NDArray[np.uint8], area: Rect) -> list[Rect]:
    boxes = []
    for top in range(0, area.height, TILE_ROWS):
        new, old = now[top : top + TILE_ROWS], before[top : top + TILE_ROWS]
        if np.array_equal(new, old):
            continue
        columns = np.flatnonzero((new != old).any(axis=(0, 2)))
        first, last = int(columns[0]), int(columns[-1])
        boxes.append(Rect(area.x + first, area.y + top, last - first + 1, new.shape[0]))
    return boxes
