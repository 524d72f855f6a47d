"""What windows are put together from: sentences, framed lists, the line that says what is recorded, a countdown."""

import tkinter as tk
from collections.abc import Sequence
from tkinter.font import Font

from customer_agent.ui.look import Look
from customer_agent.ui.wrapping import wrap

RECORDING_DOT = 9
TRACK_HEIGHT = 6


class Sentence(tk.Label):
    """Text on as many lines as it takes; `width` in design pixels."""

    def __init__(
        self,
        parent: tk.Misc,
        look: Look,
        text: str,
        *,
        width: int,
        size: int = 13,
        bold: bool = False,
        colour: str = "",
        height: int = 0,
    ) -> None:
        self._font: Font = look.font(size, bold=bold)
        self._room = look.px(width)
        super().__init__(
            parent, font=self._font, foreground=colour or look.tokens.text, background=str(parent.cget("background")),
            justify="left", anchor="w", padx=0, pady=0, borderwidth=0, height=height,
        )  # fmt: skip
        self.say(text)

    def say(self, text: str) -> None:
        """Show another text."""
        self.configure(text=wrap(text, self._room, self._font.measure))


class ListBox(tk.Frame):
    """A framed title with lines under it."""

    def __init__(self, parent: tk.Misc, look: Look, *, width: int) -> None:
        self._look, self._width = look, width
        super().__init__(
            parent, background=look.tokens.button, padx=look.px(10), pady=look.px(8),
            highlightthickness=1, highlightbackground=look.tokens.hairline, highlightcolor=look.tokens.hairline,
        )  # fmt: skip

    def fill(self, title: str, lines: Sequence[str]) -> None:
        """Show these lines and no others."""
        look = self._look
        for child in self.winfo_children():
            child.destroy()
        Sentence(self, look, title, size=12, bold=True, width=self._width).pack(fill="x")
        for line in lines:
            row = tk.Frame(self, background=look.tokens.button)
            row.pack(fill="x", pady=(look.px(2), 0))
            Sentence(row, look, "–", width=14).pack(side="left", anchor="n", padx=(0, look.px(4)))
            Sentence(row, look, line, width=self._width - 14).pack(side="left", fill="x")


class RecordingLine(tk.Frame):
    """A red dot and what is recorded."""

    def __init__(self, parent: tk.Misc, look: Look, text: str, *, width: int) -> None:
        background = str(parent.cget("background"))
        super().__init__(parent, background=background)
        side = look.px(RECORDING_DOT)
        dot = tk.Canvas(self, width=side, height=side, background=background, highlightthickness=0)
        dot.create_oval(0, 0, side - 1, side - 1, fill=look.tokens.danger, width=0)
        dot.pack(side="left", padx=(0, look.px(8)))
        Sentence(self, look, text, width=width).pack(side="left")


class Countdown(tk.Frame):
    """A bar that gets shorter, and a sentence under it."""

    def __init__(self, parent: tk.Misc, look: Look, text: str, *, width: int, colour: str) -> None:
        super().__init__(parent, background=str(parent.cget("background")))
        self._height = look.px(TRACK_HEIGHT)
        self._track = tk.Canvas(self, height=self._height, background=look.tokens.track, highlightthickness=0, width=1)
        self._track.pack(fill="x", pady=(0, look.px(4)))
        self._left = self._track.create_rectangle(0, 0, 0, self._height, fill=colour, width=0)
        self._sentence = Sentence(self, look, text, size=12, width=width, colour=look.tokens.muted)
        self._sentence.pack(fill="x")

    def show(self, share: float, text: str) -> None:
        """Show what is left, 0..1."""
        self._track.coords(self._left, 0, 0, self._track.winfo_width() * share, self._height)
        self._sentence.say(text)
