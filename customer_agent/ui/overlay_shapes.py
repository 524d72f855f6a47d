"""Cuts windows to the shape of lines: the bounding shape is the outline, the clip shape the line itself.

The X server paints the first in the border's colour and the second in the background's, whenever a part comes to light.
"""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import xcffib
import xcffib.shape
import xcffib.xproto

from customer_agent.media.geometry import Rect
from customer_agent.ui.overlay_marks import Place, Stroke

ARROW_HEAD, ARROW_SPREAD = 22.0, 0.46
CAP_ROUND, JOIN_ROUND = 2, 1
_POINT: Any = xcffib.xproto.POINT
_RECTANGLE: Any = xcffib.xproto.RECTANGLE

Line = tuple[list[Place], int]  # the places it goes through, its width


class Scissors:
    """`outline` is how far the outline goes around a line, in pixels. One thread."""

    def __init__(self, connection: Any, root: int, outline: int) -> None:
        self._connection, self._core, self._root, self._outline = connection, connection.core, root, outline
        self._shape = connection(xcffib.shape.key)
        self._shape.QueryVersion().reply()
        self._pen: int = connection.generate_id()
        self._core.CreateGC(self._pen, self._blank(1, 1), 0, [])

    def no_input(self, window: int) -> None:
        """Let every click through."""
        shape, order = xcffib.shape, xcffib.xproto.ClipOrdering.Unsorted
        self._shape.Rectangles(shape.SO.Set, shape.SK.Input, order, window, 0, 0, 0, [])

    def cut(self, window: int, lines: Sequence[Line], how: int = xcffib.shape.SO.Set) -> None:
        """Set or widen a window's shapes to these lines."""
        margin = max(width for _, width in lines) + 2 * self._outline
        xs, ys = [x for path, _ in lines for x, _ in path], [y for path, _ in lines for _, y in path]
        left, top = min(xs) - margin, min(ys) - margin
        box = Rect(left, top, max(xs) + margin - left, max(ys) + margin - top)
        for kind, extra in ((xcffib.shape.SK.Bounding, 2 * self._outline), (xcffib.shape.SK.Clip, 0)):
            mask = self._empty(box.width, box.height)
            for path, width in lines:
                self._stroke(mask, [(x - left, y - top) for x, y in path], width + extra)
            self._apply(window, mask, kind, (left, top), how)

    def cut_polygon(self, window: int, places: list[Place], size: int) -> None:
        """Set a window's shapes to a filled polygon inside `size` pixels."""
        for kind, width in ((xcffib.shape.SK.Bounding, 2 * self._outline), (xcffib.shape.SK.Clip, 0)):
            mask = self._empty(size, size)
            self._fill(mask, places)
            if width:
                self._stroke(mask, [*places, places[0]], width)
            self._apply(window, mask, kind, (0, 0), xcffib.shape.SO.Set)

    def _apply(self, window: int, mask: int, kind: int, at: Place, how: int) -> None:
        self._shape.Mask(how, kind, window, *at, mask)
        self._core.FreePixmap(mask)

    def _blank(self, width: int, height: int) -> int:
        mask: int = self._connection.generate_id()
        self._core.CreatePixmap(1, mask, self._root, width, height)
        return mask

    def _empty(self, width: int, height: int) -> int:
        mask = self._blank(width, height)
        self._core.ChangeGC(self._pen, xcffib.xproto.GC.Foreground, [0])
        self._core.PolyFillRectangle(mask, self._pen, 1, [_RECTANGLE.synthetic(0, 0, width, height)])
        return mask

    def _stroke(self, mask: int, points: Sequence[Place], width: int) -> None:
        gc = xcffib.xproto.GC
        what = gc.Foreground | gc.LineWidth | gc.CapStyle | gc.JoinStyle
        self._core.ChangeGC(self._pen, what, [1, max(1, width), CAP_ROUND, JOIN_ROUND])
        places = [_POINT.synthetic(x, y) for x, y in points]
        self._core.PolyLine(xcffib.xproto.CoordMode.Origin, mask, self._pen, len(places), places)

    def _fill(self, mask: int, points: Sequence[Place]) -> None:
        self._core.ChangeGC(self._pen, xcffib.xproto.GC.Foreground, [1])
        places = [_POINT.synthetic(x, y) for x, y in points]
        shape, mode = xcffib.xproto.PolyShape.Nonconvex, xcffib.xproto.CoordMode.Origin
        self._core.FillPoly(mask, self._pen, shape, mode, len(places), places)


def paths_of(stroke: Stroke, scale: float) -> Iterator[list[Place]]:
    """Yield the lines that a stroke consists of."""
    first, last = stroke.points[0], stroke.points[-1]
    if stroke.kind == "pen":
        yield line_through(stroke.points)
    elif stroke.kind == "box":
        yield [first, (last[0], first[1]), last, (first[0], last[1]), first]
    else:
        yield line_through([first, last])
        yield _arrow_head(first, last, ARROW_HEAD * scale)


def line_through(points: Sequence[Place]) -> list[Place]:
    """Return a line that shows even where it is a single point."""
    return [points[0], *points] if len(points) == 1 else list(points)


def _arrow_head(start: Place, tip: Place, length: float) -> list[Place]:
    angle = float(np.arctan2(tip[1] - start[1], tip[0] - start[0]))
    wings = [angle + np.pi - ARROW_SPREAD, angle + np.pi + ARROW_SPREAD]
    first, last = ((round(tip[0] + length * np.cos(at)), round(tip[1] + length * np.sin(at))) for at in wings)
    return [first, tip, last]
