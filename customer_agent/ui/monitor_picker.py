"""Which monitors: a small picture of how they stand, and a tick for each."""

import tkinter as tk
from collections.abc import Callable, Sequence

from customer_agent.bridge import MonitorView
from customer_agent.ui.look import Look
from customer_agent.ui.prompt_words import PickerWords

MAP_WIDTH, MAP_HEIGHT = 170, 96


class MonitorPicker:
    """All are ticked at the start. `on_change()` after each tick."""

    def __init__(
        self,
        parent: tk.Misc,
        look: Look,
        words: PickerWords,
        monitors: Sequence[MonitorView],
        *,
        colour: str,
        on_change: Callable[[], None],
    ) -> None:
        self._look = look
        self._colour = colour
        self._monitors = list(monitors)
        self._on_change = on_change
        background = str(parent.cget("background"))
        self.frame = tk.Frame(parent, background=background)
        tk.Label(
            self.frame, text=words.monitors, font=look.font(13, bold=True), background=background, anchor="w",
            foreground=look.tokens.text, padx=0,
        ).pack(fill="x", pady=(0, look.px(6)))  # fmt: skip
        row = tk.Frame(self.frame, background=background)
        row.pack(fill="x")
        self._map = tk.Canvas(
            row, width=look.px(MAP_WIDTH), height=look.px(MAP_HEIGHT), background=background, highlightthickness=0
        )  # fmt: skip
        self._map.pack(side="left", padx=(0, look.px(12)))
        self._ticks: dict[int, tk.BooleanVar] = {}
        column = tk.Frame(row, background=background)
        column.pack(side="left", fill="both", expand=True)
        for item in self._monitors:
            tick = self._ticks[item.number] = tk.BooleanVar(self.frame, value=True)
            look.check_button(
                column, words.monitor(item.number, primary=item.primary), tick, command=self._changed
            ).pack(fill="x")  # fmt: skip
        self._draw()

    @property
    def chosen(self) -> tuple[int, ...]:
        """Return the ticked monitors."""
        return tuple(number for number, tick in self._ticks.items() if tick.get())

    def _changed(self) -> None:
        self._draw()
        self._on_change()

    def _draw(self) -> None:
        look, boxes = self._look, [item.box for item in self._monitors]
        left, top = min(box[0] for box in boxes), min(box[1] for box in boxes)
        width = max(box[0] + box[2] for box in boxes) - left
        height = max(box[1] + box[3] for box in boxes) - top
        room = (look.px(MAP_WIDTH) - 4, look.px(MAP_HEIGHT) - 4)
        scale = min(room[0] / width, room[1] / height)
        gap = look.px(2)
        self._map.delete("all")
        for item in self._monitors:
            x, y, w, h = item.box
            on = self._ticks[item.number].get()
            corners = (
                2 + (x - left) * scale + gap, 2 + (y - top) * scale + gap,
                2 + (x + w - left) * scale - gap, 2 + (y + h - top) * scale - gap,
            )  # fmt: skip
            tag = f"monitor-{item.number}"
            self._map.create_rectangle(
                *corners, outline=self._colour if on else look.tokens.line, width=look.px(2 if on else 1),
                fill=look.tokens.button if on else look.tokens.background, tags=tag,
            )  # fmt: skip
            self._map.create_text(
                (corners[0] + corners[2]) / 2, (corners[1] + corners[3]) / 2, text=str(item.number),
                font=look.font(16, bold=True), fill=look.tokens.text if on else look.tokens.muted, tags=tag,
            )  # fmt: skip
            self._map.tag_bind(tag, "<ButtonRelease-1>", self._toggler(item.number))

    def _toggler(self, number: int) -> Callable[["tk.Event[tk.Canvas]"], None]:
        def toggle(_event: "tk.Event[tk.Canvas]") -> None:
            self._ticks[number].set(not self._ticks[number].get())
            self._changed()

        return toggle
