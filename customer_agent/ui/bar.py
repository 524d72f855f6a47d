"""The bar that stays: who, what, Stop. Always on top, movable along the top edge, never closed by hand."""

import logging
import tkinter as tk
from collections.abc import Callable

from customer_agent.bridge import BarView, Mood, Owner
from customer_agent.texts import Texts, plain
from customer_agent.ui import tokens
from customer_agent.ui.look import Look, RingButton
from customer_agent.ui.prompt_words import desktop_name
from customer_agent.ui.stay import keep_above

log = logging.getLogger(__name__)

HEIGHT = 40
TOP = 4
STRIPE = 4
REPORT_MS = 50

_EDGES = {
    Mood.NOBODY: tokens.BAR_NOBODY,
    Mood.VIEW: tokens.BAR_VIEW,
    Mood.CONTROL: tokens.BAR_CONTROL,
    Mood.OWNER_DRIVES: tokens.BAR_CONTROL,
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
        self._view: BarView | None = None
        self._centre: int | None = None
        self._grip: int | None = None
        self.window = tk.Toplevel(root, background=tokens.BAR_BACKGROUND, class_="SupportManager")
        self.window.withdraw()
        self.window.overrideredirect(boolean=True)
        self.window.title(texts._("Support Manager"))
        self.window.attributes("-topmost", 1)
        self._content: tk.Frame | None = None
        self._stop: RingButton | None = None
        keep_above(self.window)

    def show(self, view: BarView) -> None:
        """Show the bar with this content."""
        if view == self._view:
            return
        self._view = view
        _ = self._texts._
        sentence, detail = self._sentences(view)
        buttons: list[tuple[str, str, Callable[[], None]]] = []
        if view.mood is Mood.CONTROL_PAUSED:
            buttons.append((_("Continue"), "Bar.TButton", self._owner.go_on))
        elif view.control:
            buttons.append((_("Stop control"), "Bar.TButton", self._owner.stop_control))
        if view.shared or view.control:
            buttons.append((_("Stop everything"), "Stop.TButton", self._owner.stop_everything))
        else:
            buttons.append((_("Leave the session"), "Bar.TButton", self._owner.leave))
        self._draw(view.mood, sentence, detail, buttons)

    def say(self, sentence: str) -> None:
        """Show one last sentence and no button."""
        self._view = None
        self._draw(Mood.STOPPED, sentence, "", [])

    def _sentences(self, view: BarView) -> tuple[str, str]:
        _ = self._texts._
        name = plain(view.csr_name) or _("The representative")
        site = plain(view.site_name)
        what = desktop_name(self._texts, view.monitors)
        match view.mood:
            case Mood.VIEW:
                return _("{name} sees {what}").format(name=name, what=what), site
            case Mood.CONTROL:
                return _("{name} operates {what}").format(name=name, what=what), site
            case Mood.OWNER_DRIVES:
                return _("You are driving"), _("{name} waits 1 s").format(name=name)
            case Mood.CONTROL_PAUSED:
                return _("Control is paused"), _("the connection was away for a minute")
            case Mood.LOST:
                shared = _("{name} may still see {what}").format(name=name, what=what)
                return _("Connection lost"), shared if view.shared else _("nothing is sent")
            case Mood.STOPPED:
                return _("Stopped"), _("nobody sees or operates")
            case _:
                return _("Nobody sees your screen"), site

    def _draw(self, mood: Mood, sentence: str, detail: str, buttons: list[tuple[str, str, Callable[[], None]]]) -> None:
        look, background = self._look, tokens.BAR_BACKGROUND
        content = tk.Frame(self.window, background=background)
        self._edge(content, mood).pack(side="left", fill="y")
        labels = [tk.Label(content, text=sentence, font=look.font(13, bold=True), foreground=tokens.BAR_TEXT)]
        if detail:
            labels.append(tk.Label(content, text=detail, font=look.font(13), foreground=tokens.BAR_MUTED))
        for label in labels:
            label.configure(background=background, padx=0, pady=0)
            label.pack(side="left", padx=(look.px(10), 0))
        tk.Frame(content, background=background, width=look.px(8), height=look.px(HEIGHT)).pack(side="left")
        self._stop = None
        for text, style, command in buttons:
            ring = RingButton(content, look, text=text, style=style, command=command)
            ring.button.configure(takefocus=False)
            ring.pack(side="left", padx=(0, look.px(4)))
            self._stop = ring
        for widget in (content, *labels):
            widget.bind("<ButtonPress-1>", self._grab)
            widget.bind("<B1-Motion>", self._drag)
        if self._content is not None:
            self._content.destroy()
        self._content = content
        content.pack(fill="both", expand=True)
        self._place()
        self.window.deiconify()
        self.window.lift()
        self.window.after(REPORT_MS, self._report)

    def _edge(self, parent: tk.Frame, mood: Mood) -> tk.Canvas:
        width, height = self._look.px(6), self._look.px(HEIGHT)
        colour = _EDGES[mood]
        edge = tk.Canvas(parent, width=width, height=height, background=colour, highlightthickness=0)
        if mood is Mood.OWNER_DRIVES:
            step = self._look.px(STRIPE)
            for top in range(0, height, 2 * step):
                edge.create_rectangle(0, top, width, top + step, fill=tokens.BAR_BACKGROUND, width=0)
        return edge

    def _place(self) -> None:
        self.window.update_idletasks()
        screen, width = self.window.winfo_screenwidth(), self.window.winfo_reqwidth()
        centre = screen // 2 if self._centre is None else self._centre
        left = max(0, min(centre - width // 2, screen - width))
        self.window.geometry(f"+{left}+{self._look.px(TOP)}")

    def _grab(self, event: "tk.Event[tk.Misc]") -> None:
        self._grip = event.x_root - (self.window.winfo_x() + self.window.winfo_width() // 2)

    def _drag(self, event: "tk.Event[tk.Misc]") -> None:
        if self._grip is not None:
            self._centre = event.x_root - self._grip
            self._place()

    def _report(self) -> None:
        if self._stop is not None and self._stop.winfo_exists():
            button = self._stop.button
            place = (button.winfo_rootx(), button.winfo_rooty(), button.winfo_width(), button.winfo_height())
            log.debug("geometry bar %s", {"text": str(button.cget("text")), "button": place})
