"""The bar that stays: who, what, Stop. Always on top, movable along the top edge, never closed by hand."""

import logging
import tkinter as tk
from collections.abc import Callable

from customer_agent.bridge import BarView, Mood, Owner
from customer_agent.texts import Texts
from customer_agent.ui import tokens
from customer_agent.ui.bar_words import BarWords
from customer_agent.ui.look import Look, RingButton
from customer_agent.ui.stay import keep_above

log = logging.getLogger(__name__)

HEIGHT = 40
TOP = 4
STRIPE = 4
REPORT_MS = 50

Button = tuple[str, str, Callable[[], None]]

_EDGES = {
    Mood.NOBODY: tokens.BAR_NOBODY,
    Mood.VIEW: tokens.BAR_VIEW,
    Mood.CONTROL: tokens.BAR_CONTROL,
    Mood.OWNER_DRIVES: tokens.BAR_CONTROL,
    Mood.PAUSED: tokens.BAR_LOST,
    Mood.CONTROL_PAUSED: tokens.BAR_LOST,
    Mood.LOST: tokens.BAR_LOST,
    Mood.STOPPED: tokens.BAR_NOBODY,
}


class Bar:
    """The bar's window. Override-redirect, so that no window manager can hide, minimise or close it."""

    def __init__(self, root: tk.Tk, look: Look, texts: Texts, owner: Owner) -> None:
        self._look = look
        self._owner = owner
        self._texts = texts
        self._words = BarWords(texts)
        self._view: BarView | None = None
        self._names: list[str] = []
        self._right: int | None = None
        self._moved = False
        self._grip: int | None = None
        self.window = tk.Toplevel(root, background=tokens.BAR_BACKGROUND, class_="SupportManager")
        self.window.withdraw()
        self.window.overrideredirect(boolean=True)
        self.window.title(texts._("Support Manager"))
        self.window.attributes("-topmost", 1)
        self._content: tk.Frame | None = None
        self._last: RingButton | None = None
        self._rings: list[RingButton] = []
        self._reported = ""
        self.window.bind("<Configure>", lambda _: self.window.after(REPORT_MS, self._report))
        keep_above(self.window)

    def show(self, view: BarView) -> None:
        """Show the bar with this content."""
        if view == self._view:
            return
        self._view = view
        notice = view.notice.code if view.notice else ""
        log.debug("bar says %s %s %s %s", view.mood, view.obstacle, notice, view.driver)
        _ = self._texts._
        sentence, detail = self._sentences(view)
        buttons: list[Button] = []
        if view.mood in (Mood.CONTROL_PAUSED, Mood.PAUSED):
            buttons.append((_("Continue"), "Bar.TButton", self._owner.go_on))
        elif view.control:
            buttons.append((_("Stop control"), "Bar.TButton", self._owner.stop_control))
        elif view.mood is Mood.VIEW:
            buttons.append((_("Pause"), "Bar.TButton", self._owner.pause))
        if view.shared or view.control or view.mood is Mood.PAUSED:
            buttons.append((_("Stop everything"), "Stop.TButton", self._owner.stop_everything))
        else:
            buttons.append((_("Leave the session"), "Bar.TButton", self._owner.leave))
        self._draw(view.mood, sentence, detail, buttons)

    def say(self, sentence: str) -> None:
        """Show one last sentence and no button."""
        self._view = None
        self._draw(Mood.STOPPED, sentence, "", [])

    def _sentences(self, view: BarView) -> tuple[str, str]:
        sentence, detail = self._words.sentences(view)
        notice = self._words.notice(view)
        return sentence, notice or detail

    def _draw(self, mood: Mood, sentence: str, detail: str, buttons: list[Button]) -> None:
        """Change the words in place; only another set of buttons is drawn anew.

        A button that is about to be pressed must not move, let alone vanish between press and release.
        """
        names = [text for text, _, _ in buttons]
        if self._content is None or names != self._names:
            self._build(buttons)
            self._names = names
            if not self._moved:
                self._right = None
        self._sentence.configure(text=sentence)
        self._detail.configure(text=detail)
        self._paint_edge(mood)
        self._place()
        self.window.deiconify()
        self.window.lift()
        self.window.after(REPORT_MS, self._report)

    def _build(self, buttons: list[Button]) -> None:
        look, background = self._look, tokens.BAR_BACKGROUND
        if self._content is not None:
            self._content.destroy()
        self._content = content = tk.Frame(self.window, background=background)
        self._edge = tk.Canvas(content, width=look.px(6), height=look.px(HEIGHT), highlightthickness=0)
        self._edge.pack(side="left", fill="y")
        self._sentence = tk.Label(content, font=look.font(13, bold=True), foreground=tokens.BAR_TEXT)
        self._detail = tk.Label(content, font=look.font(13), foreground=tokens.BAR_MUTED)
        # Buttons hang on the right edge, which stays where it is while the words change.
        self._last = None
        self._rings = []
        for text, style, command in reversed(buttons):
            ring = RingButton(content, look, text=text, style=style, command=command)
            ring.button.configure(takefocus=False)
            ring.pack(side="right", padx=(0, look.px(4)))
            self._rings.insert(0, ring)
            self._last = self._last or ring
        tk.Frame(content, background=background, width=look.px(8), height=look.px(HEIGHT)).pack(side="right")
        for label in (self._sentence, self._detail):
            label.configure(background=background, padx=0, pady=0)
            label.pack(side="left", padx=(look.px(10), 0))
        for widget in (content, self._sentence, self._detail):
            widget.bind("<ButtonPress-1>", self._grab)
            widget.bind("<B1-Motion>", self._drag)
        content.pack(fill="both", expand=True)

    def _paint_edge(self, mood: Mood) -> None:
        self._edge.configure(background=_EDGES[mood])
        self._edge.delete("all")
        if mood is Mood.OWNER_DRIVES:
            width, height, step = self._look.px(6), self._look.px(HEIGHT), self._look.px(STRIPE)
            for top in range(0, height, 2 * step):
                self._edge.create_rectangle(0, top, width, top + step, fill=tokens.BAR_BACKGROUND, width=0)

    def _place(self) -> None:
        """Stand where the owner put it, at first in the middle; the right edge, with Stop, keeps its place."""
        self.window.update_idletasks()
        assert self._content is not None
        screen, width = self.window.winfo_screenwidth(), self._content.winfo_reqwidth()
        right = (screen + width) // 2 if self._right is None else self._right
        self._right = max(min(width, screen), min(right, screen))
        # Size and place at once: by itself Tk would first grow the window to the right, and Stop with it.
        height = self._content.winfo_reqheight()
        self.window.geometry(f"{width}x{height}+{self._right - width}+{self._look.px(TOP)}")

    def _grab(self, event: "tk.Event[tk.Misc]") -> None:
        if self._right is not None:
            self._grip = event.x_root - self._right

    def _drag(self, event: "tk.Event[tk.Misc]") -> None:
        if self._grip is not None:
            self._right = event.x_root - self._grip
            self._moved = True
            self._place()

    def _report(self) -> None:
        """Say in the log where the buttons are, whenever that changed; first put right what Tk laid out late."""
        if self._right is not None and self.window.winfo_x() + self.window.winfo_width() != self._right:
            self._place()
            self.window.update_idletasks()
        if self._last is not None and self._last.winfo_exists():
            places = {str(ring.button.cget("text")): ring.place_on_screen() for ring in self._rings}
            text = str(self._last.button.cget("text"))
            report = str({"text": text, "button": places[text], "buttons": places})
            if report != self._reported:
                self._reported = report
                log.debug("geometry bar %s", report)
