"""The frames around what is shared: four thin windows each, that let every click through."""

import tkinter as tk
from collections.abc import Sequence

from customer_agent.bridge import Box
from customer_agent.ui import tokens, x11
from customer_agent.ui.look import Look
from customer_agent.ui.stay import keep_above

THICKNESS = 4
DASH = 24


class Frames:
    """One frame for each box of the screen that is shared: a monitor, or a window."""

    def __init__(self, root: tk.Tk, look: Look) -> None:
        self._root, self._look = root, look
        self._frames: list[BoxFrame] = []

    def show(self, boxes: Sequence[Box], *, control: bool, dashed: bool) -> None:
        """Frame these boxes and no others: blue for view, orange for control, dashed while the owner drives."""
        for frame in self._frames[len(boxes) :]:
            frame.hide()
        del self._frames[len(boxes) :]
        while len(self._frames) < len(boxes):
            self._frames.append(BoxFrame(self._root, self._look))
        for frame, box in zip(self._frames, boxes, strict=True):
            frame.show(box, control=control, dashed=dashed)

    def hide(self) -> None:
        """Take all frames away."""
        self.show((), control=False, dashed=False)


class BoxFrame:
    """Four windows at the edges of one box of the screen (x, y, width, height)."""

    def __init__(self, root: tk.Tk, look: Look) -> None:
        self._root = root
        self._thickness = look.px(THICKNESS)
        self._dash = look.px(DASH)
        self._edges: list[tk.Canvas] = []
        self._shown: tuple[Box, bool, bool] | None = None

    def show(self, box: Box, *, control: bool, dashed: bool) -> None:
        """Show the frame, or change it."""
        if self._shown == (box, control, dashed):
            return
        if not self._edges:
            self._edges = [self._make_edge() for _ in range(4)]
        self._shown = (box, control, dashed)
        colour = tokens.FRAME_CONTROL if control else tokens.FRAME_VIEW
        left, top, width, height = box
        thick = self._thickness
        # They must not overlap: each would raise itself above the other for ever.
        side = max(1, height - 2 * thick)
        places = (
            (left, top, width, thick),
            (left, top + height - thick, width, thick),
            (left, top + thick, thick, side),
            (left + width - thick, top + thick, thick, side),
        )
        for edge, place in zip(self._edges, places, strict=True):
            self._draw(edge, place, colour, dashed=dashed)

    def hide(self) -> None:
        """Take the frame away."""
        for edge in self._edges:
            edge.winfo_toplevel().destroy()
        self._edges = []
        self._shown = None

    def _make_edge(self) -> tk.Canvas:
        window = tk.Toplevel(self._root, class_="SupportManager")
        window.withdraw()
        window.overrideredirect(boolean=True)
        window.attributes("-topmost", 1)
        edge = tk.Canvas(window, highlightthickness=0, borderwidth=0)
        edge.pack(fill="both", expand=True)
        keep_above(window)
        return edge

    def _draw(self, edge: tk.Canvas, place: Box, colour: str, *, dashed: bool) -> None:
        left, top, width, height = place
        window = edge.winfo_toplevel()
        assert isinstance(window, tk.Toplevel)
        window.geometry(f"{width}x{height}+{left}+{top}")
        edge.configure(background=colour)
        edge.delete("all")
        if dashed:
            for at in range(0, max(width, height), 2 * self._dash):
                if width > height:
                    edge.create_rectangle(at, 0, at + self._dash, height, fill=tokens.BAR_BACKGROUND, width=0)
                else:
                    edge.create_rectangle(0, at, width, at + self._dash, fill=tokens.BAR_BACKGROUND, width=0)
        window.deiconify()
        window.update_idletasks()
        x11.let_clicks_through(window)
