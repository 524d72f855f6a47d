"""The question to the owner. Deny has the focus; closing, Return, Escape, a locked screen and silence deny."""

import logging
import math
import tkinter as tk
from collections.abc import Callable
from typing import Protocol

from customer_agent import clock
from customer_agent.bridge import Choice, MonitorView, Prompt, WindowView
from customer_agent.texts import Texts, plain
from customer_agent.ui.look import Look, RingButton
from customer_agent.ui.monitor_picker import MonitorPicker
from customer_agent.ui.parts import Countdown, ListBox, RecordingLine, Sentence
from customer_agent.ui.prompt_words import PickerWords, PromptWords
from customer_agent.ui.stay import keep_above, place
from customer_agent.ui.window_picker import WindowPicker
from supportsite.protocol.capabilities import CLIPBOARD, CONTROL, surface_of

log = logging.getLogger(__name__)

WIDTH = 440
ALLOW_AFTER_MS = 1000
TICK_MS = 200
INNER, IN_BOX = WIDTH - 32, WIDTH - 56
BAR_ROOM = 48


class Options(Protocol):
    """What the owner can choose from (`bridge.Owner` has it)."""

    def list_monitors(self) -> list[MonitorView]:
        """Return the monitors there are now."""

    def list_windows(self) -> list[WindowView] | None:
        """Return the windows of other programs; None where this system cannot tell."""


class AnswerListener(Protocol):
    """Takes the owner's answer."""

    def __call__(self, *, allowed: bool, choice: Choice) -> None:
        """The owner answered."""


class ConsentWindow:
    """One prompt on the screen. `on_answer(allowed)`, `on_lapse()`, then `on_closed()`, each at most once."""

    def __init__(
        self,
        root: tk.Tk,
        look: Look,
        texts: Texts,
        prompt: Prompt,
        *,
        options: Options,
        on_answer: AnswerListener,
        on_lapse: Callable[[], None],
        on_closed: Callable[[], None],
    ) -> None:
        self.prompt = prompt
        self._look = look
        self._texts = texts
        self._words = PromptWords(texts, prompt, prompt.monitors)
        self._options = options
        self._windows: WindowPicker | None = None
        self._monitors: MonitorPicker | None = None
        self._waited = False
        self._on_answer = on_answer
        self._on_lapse = on_lapse
        self._on_closed = on_closed
        self._done = False
        self._colour = look.tokens.control if prompt.capability in CONTROL else look.tokens.view
        if prompt.capability in CLIPBOARD:
            self._colour = look.tokens.line
        self.window = tk.Toplevel(root, background=look.tokens.background, class_="SupportManager")
        self.window.withdraw()
        self.window.title(self._words.title)
        self.window.resizable(width=False, height=False)
        self.window.attributes("-topmost", 1)
        self.window.attributes("-type", "dialog")
        self._build()
        self._bind()
        self._place()
        self.window.deiconify()
        keep_above(self.window)
        self.window.after(ALLOW_AFTER_MS, self._enable_allow)
        self.window.after(50, self._take_focus)
        self._tick()

    def deny(self) -> None:
        """Deny and close, as the owner's Deny, Return, Escape, close box and a locked screen do."""
        self._finish(lambda: self._on_answer(allowed=False, choice=Choice()))

    def withdraw(self) -> None:
        """Close without an answer: the request is gone."""
        self._finish(lambda: None)

    def geometry_report(self) -> dict[str, object]:
        """Return where the buttons are on the screen: x, y, width, height; and the rows of the list of windows."""
        places: dict[str, object] = {"deny": self._deny.place_on_screen(), "allow": self._allow.place_on_screen()}
        if self._narrow is not None:
            places["narrow"] = self._narrow.place_on_screen()
        if self._windows is not None:
            places["rows"] = self._windows.rows_on_screen()
        return places

    # Building

    def _build(self) -> None:
        pad = self._look.px(16)
        body = self._body = tk.Frame(self.window, background=self._look.tokens.background, padx=pad, pady=pad)
        body.pack(fill="both", expand=True)
        self._build_head(body)
        self._included, self._excluded = (ListBox(body, self._look, width=IN_BOX) for _ in range(2))
        for box in (self._included, self._excluded):
            box.pack(fill="x", pady=(self._look.px(10), 0))
        self._fill_boxes()
        self._choice = tk.Frame(body, background=self._look.tokens.background)
        if self._words.warning:
            danger = self._look.tokens.danger
            warning = Sentence(body, self._look, self._words.warning, width=INNER, colour=danger)
            warning.pack(fill="x", pady=(self._look.px(10), 0))
        if self.prompt.recorded:
            recording = RecordingLine(body, self._look, self._words.recording, width=INNER - 20)
            recording.pack(fill="x", pady=(self._look.px(10), 0))
        words = self._words.countdown(60)
        self._countdown = Countdown(body, self._look, words, width=INNER, colour=self._colour)
        self._countdown.pack(fill="x", pady=(self._look.px(12), 0))
        self._build_buttons(body)
        if surface_of(self.prompt.capability) == "application":
            self._windows = WindowPicker(
                self._choice, self._look, PickerWords(self._texts), list_windows=self._options.list_windows,
                ticked=self.prompt.preselected, on_change=self._choice_changed,
            )  # fmt: skip
            self._windows.frame.pack(fill="x")
            self._show_choice()

    def _show_choice(self) -> None:
        self._choice.pack(fill="x", pady=(self._look.px(10), 0), after=self._excluded)

    def _build_head(self, body: tk.Frame) -> None:
        background = self._look.tokens.background
        head = tk.Frame(body, background=background)
        head.pack(fill="x")
        tk.Frame(head, background=self._colour, width=self._look.px(4)).pack(side="left", fill="y")
        lines = tk.Frame(head, background=background, padx=self._look.px(10))
        lines.pack(side="left", fill="x", expand=True)
        inner, muted = INNER - 14 - 10, self._look.tokens.muted
        self._heading = Sentence(lines, self._look, self._words.heading, size=18, bold=True, width=inner)
        self._heading.pack(fill="x")
        for text in (self._words.who, plain(self.prompt.site_host, 253)):
            Sentence(lines, self._look, text, width=inner, colour=muted).pack(fill="x")

    def _fill_boxes(self) -> None:
        self._included.fill(self._words.included_title, self._words.included)
        self._excluded.fill(self._words.excluded_title, self._words.excluded)

    def _build_buttons(self, body: tk.Frame) -> None:
        row = tk.Frame(body, background=self._look.tokens.background)
        row.pack(fill="x", pady=(self._look.px(12), 0))
        self._allow = RingButton(row, self._look, text=self._words.allow, style="Plain.TButton", command=self._allowed)
        self._deny = RingButton(row, self._look, text=self._words.deny, style="Plain.TButton", command=self.deny)
        # Same size, same style: neither answer weighs more.
        width = max(10, len(self._words.allow), len(self._words.deny))
        for ring in (self._allow, self._deny):
            ring.button.configure(width=width)
        self._allow.pack(side="right")
        self._deny.pack(side="right", padx=(0, self._look.px(4)))
        self._narrow = self._narrow_button(row)
        # Tab goes from Deny to Allow and back, whatever order they were packed in.
        self._deny.lower()
        self._allow.button.state(["disabled"])

    def _narrow_button(self, row: tk.Frame) -> RingButton | None:
        """Offer to choose monitors, where there are several to choose from."""
        if surface_of(self.prompt.capability) != "desktop":
            return None
        asked = self.prompt.monitors
        self._choosable = [item for item in self._options.list_monitors() if not asked or item.number in asked]
        if len(self._choosable) < 2:
            return None
        narrow = RingButton(row, self._look, text=self._words.narrow, style="Plain.TButton", command=self._narrow_down)
        narrow.pack(side="left")
        return narrow

    def _narrow_down(self) -> None:
        """Show the monitors to choose from, in the place of the button."""
        if self._monitors is not None or self._narrow is None:
            return
        self._monitors = MonitorPicker(
            self._choice, self._look, PickerWords(self._texts), self._choosable, colour=self._colour,
            on_change=self._choice_changed,
        )  # fmt: skip
        self._monitors.frame.pack(fill="x")
        self._show_choice()
        self._narrow.button.state(["disabled"])
        self._deny.button.focus_force()
        self._settle()

    def _bind(self) -> None:
        self.window.protocol("WM_DELETE_WINDOW", self.deny)
        for key in ("<Return>", "<KP_Enter>", "<Escape>"):
            self.window.bind(key, self._deny_by_key)
        self.window.bind("<Destroy>", self._destroyed)

    # Living

    def _deny_by_key(self, _event: "tk.Event[tk.Misc]") -> str:
        self.deny()
        return "break"

    def _take_focus(self) -> None:
        if not self._done:
            self.window.lift()
            self._deny.button.focus_force()
            log.debug("geometry consent %s", self.geometry_report())

    def _enable_allow(self) -> None:
        if not self._done:
            self._waited = True
            self._choice_changed()
            log.debug("geometry consent %s", self.geometry_report())  # again: it is laid out by now

    def _choice_changed(self) -> None:
        """Allow can be pressed once the question was there for a moment and something is chosen."""
        if self._done:
            return
        if self._monitors is not None:
            self._words = PromptWords(self._texts, self.prompt, self._narrowed())
            self._heading.say(self._words.heading)
            self._fill_boxes()
        ready = self._waited and self._chosen() is not None
        if ready and self._allow.button.instate(["disabled"]):
            log.debug("allow enabled %s", self.prompt.request)
        self._allow.button.state(["!disabled" if ready else "disabled"])
        self._settle()

    def _settle(self) -> None:
        """Keep the window on the screen when it grew, and say where things are."""
        if self._waited or self._monitors is not None:
            self.window.update_idletasks()
            if self.window.winfo_reqheight() != self._placed_height:
                self._place()
            log.debug("geometry consent %s", self.geometry_report())

    def _place(self) -> None:
        place(self.window, across=0.5, down=0.46, below=self._look.px(BAR_ROOM))
        self.window.update_idletasks()
        self._placed_height = self.window.winfo_reqheight()

    def _narrowed(self) -> tuple[int, ...]:
        """Return the ticked monitors; what was asked for where all are ticked."""
        assert self._monitors is not None
        chosen = self._monitors.chosen
        return self.prompt.monitors if len(chosen) == len(self._choosable) else chosen

    def _chosen(self) -> Choice | None:
        """Return what is ticked; None where nothing is, which cannot be allowed."""
        if self._windows is not None:
            windows = self._windows.chosen
            return Choice(windows=windows) if windows else None
        if self._monitors is not None:
            return Choice(monitors=self._narrowed()) if self._monitors.chosen else None
        return Choice()

    def _allowed(self) -> None:
        choice = self._chosen()
        if choice is not None:
            self._finish(lambda: self._on_answer(allowed=True, choice=choice))

    def _tick(self) -> None:
        if self._done:
            return
        left = self.prompt.closes_at - clock.now()
        if left <= 0:
            self._finish(self._on_lapse)
            return
        share = min(1.0, left / self.prompt.seconds)
        self._countdown.show(share, self._words.countdown(math.ceil(left)))
        self.window.after(TICK_MS, self._tick)

    def _destroyed(self, event: "tk.Event[tk.Misc]") -> None:
        # Destroyed by anything but an answer (the X server, a window manager): that denies too.
        if event.widget is self.window and not self._done:
            self._done = True
            self._on_answer(allowed=False, choice=Choice())
            self._on_closed()

    def _finish(self, tell: Callable[[], None]) -> None:
        if self._done:
            return
        self._done = True
        tell()
        self.window.destroy()
        self._on_closed()
