"""What is drawn now, by whom, and until when. Pure; times in seconds on the monotonic clock, places in pixels."""

from dataclasses import dataclass, field
from typing import Literal

from customer_agent.media.geometry import Rect
from supportsite.protocol.channel import MARK_SECONDS, Mark

POINTER_SECONDS = 3.0
FADE_SECONDS = 1.5  # the last part of a mark's life, in which its lines get thinner
FADE_STEPS = 4  # widths that a line has in its life
MAX_MARKS_PER_AUTHOR = 50
MAX_POINTS_PER_MARK = 4000
MAX_AUTHORS = 12
Colour = Literal["a", "b", "c", "d", "e", "f"]
Place = tuple[int, int]


@dataclass(slots=True)
class Stroke:
    """One pen line, arrow or box. `step` counts how far it has faded; `drawn` points are on the screen already."""

    kind: Literal["pen", "arrow", "box"]
    points: list[Place]
    touched: float
    step: int = 0
    drawn: int = 0


@dataclass(slots=True)
class Author:
    """One person's marks. `redraw` asks for all strokes anew, `grown` are pens that only got longer."""

    name: str
    colour: Colour
    strokes: dict[str, Stroke] = field(default_factory=dict)
    pointer: Place | None = None
    pointer_touched: float = 0.0
    redraw: bool = False
    grown: set[str] = field(default_factory=set)
    moved: bool = False
    renamed: bool = False

    @property
    def empty(self) -> bool:
        """Whether nothing of this person is to be seen."""
        return not self.strokes and self.pointer is None


class MarkBook:
    """Everybody's marks."""

    def __init__(self) -> None:
        self.authors: dict[str, Author] = {}

    def put(self, mark: Mark, area: Rect, name: str, now: float) -> None:
        """Take a mark whose author the source has named; one without an author is nobody's and not drawn."""
        if mark.participant is None:
            return
        author = self.authors.get(mark.participant)
        if author is None:
            if len(self.authors) >= MAX_AUTHORS:
                return
            author = self.authors[mark.participant] = Author(name, mark.colour or "a")
        if (author.name, author.colour) != (name, mark.colour or author.colour):
            author.name, author.colour = name, mark.colour or author.colour
            author.redraw = author.moved = author.renamed = True
        points = [area.point_at(x, y) for x, y in mark.points]
        if mark.kind == "pointer":
            author.pointer = None if mark.done else points[-1]
            author.pointer_touched, author.moved = now, True
        else:
            _put_stroke(author, mark, points, now)

    def clear(self, participant: str | None) -> None:
        """Take away one person's marks, or everybody's."""
        for key, author in self.authors.items():
            if participant in (None, key):
                author.strokes.clear()
                author.pointer = None
                author.redraw = author.moved = True

    def age(self, now: float) -> float | None:
        """Let marks fade and end; return the seconds until the next change, or None."""
        due: list[float] = []
        for author in self.authors.values():
            if author.pointer is not None:
                left = author.pointer_touched + POINTER_SECONDS - now
                if left <= 0:
                    author.pointer, author.moved = None, True
                else:
                    due.append(left)
            due.extend(_age_strokes(author, now))
        return min(due, default=None)


def _put_stroke(author: Author, mark: Mark, points: list[Place], now: float) -> None:
    assert mark.kind != "pointer"
    stroke = author.strokes.get(mark.id)
    if stroke is None or stroke.kind != mark.kind:
        if len(author.strokes) >= MAX_MARKS_PER_AUTHOR:
            del author.strokes[next(iter(author.strokes))]
            author.redraw = True
        author.strokes[mark.id] = Stroke(mark.kind, points, now)
        if mark.kind == "pen":
            author.grown.add(mark.id)
        else:
            author.redraw = True
        return
    if stroke.kind == "pen":
        stroke.points.extend(points[: MAX_POINTS_PER_MARK - len(stroke.points)])
        author.grown.add(mark.id)
    else:
        stroke.points = points
        author.redraw = True
    author.redraw = author.redraw or stroke.step > 0
    stroke.touched, stroke.step = now, 0


def _age_strokes(author: Author, now: float) -> list[float]:
    """Return in how many seconds each stroke changes next."""
    due: list[float] = []
    step_seconds = FADE_SECONDS / (FADE_STEPS - 1)
    for key, stroke in list(author.strokes.items()):
        left = stroke.touched + MARK_SECONDS - now
        if left <= 0:
            del author.strokes[key]
            author.grown.discard(key)
            author.redraw = True
            continue
        step = 0 if left > FADE_SECONDS else min(FADE_STEPS - 1, 1 + int((FADE_SECONDS - left) / step_seconds))
        if step != stroke.step:
            stroke.step, author.redraw = step, True
        due.append(left - FADE_SECONDS + step * step_seconds if step < FADE_STEPS - 1 else left)
    return [max(0.001, seconds) for seconds in due]
