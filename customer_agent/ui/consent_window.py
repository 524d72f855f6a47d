"""The question to the owner. Deny has the focus; closing, Return, Escape, a locked screen and silence deny."""

import logging
import math
import tkinter as tk
from collections.abc import Callable
from typing import Protocol

from customer_agent import clock
from customer_agent.bridge import Prompt
from customer_agent.texts import Texts, plain
from customer_agent.ui.look import Look, RingButton
from customer_agent.ui.prompt_words import PromptWords
from customer_agent.ui.stay import keep_above, place
from supportsite.protocol.base import Capability

log = logging.getLogger(__name__)

WIDTH = 440
ALLOW_AFTER_MS = 1000
TICK_MS = 200


class AnswerListener(Protocol):
    """Takes the owner's answer."""

    def __call__(self, *, allowed: bool) -> None:
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
        on_answer: AnswerListener,
        on_lapse: Callable[[], None],
        on_closed: Callable[[], None],
    ) -> None:
        self.prompt = prompt
        self._look = look
        self._words = PromptWords(texts, prompt)
        self._on_answer = on_answer
        self._on_lapse = on_lapse
        self._on_closed = on_closed
        self._done = False
        control = prompt.capability is Capability.CONTROL_DESKTOP
        self._colour = look.tokens.control if control else look.tokens.view
        self.window = tk.Toplevel(root, background=look.tokens.background, class_="SupportManager")
        self.window.withdraw()
        self.window.title(self._words.title)
        self.window.resizable(width=False, height=False)
        self.window.attributes("-topmost", 1)
        self.window.attributes("-type", "dialog")
        self._build()
        self._bind()
        place(self.window, across=0.5, down=0.46)
        self.window.deiconify()
        keep_above(self.window)
        self.window.after(ALLOW_AFTER_MS, self._enable_allow)
        self.window.after(50, self._take_focus)
        self._tick()

    def deny(self) -> None:
        """Deny and close, as the owner's Deny, Return, Escape, close box and a locked screen do."""
        self._finish(lambda: self._on_answer(allowed=False))

    def withdraw(self) -> None:
        """Close without an answer: the request is gone."""
        self._finish(lambda: None)

    def geometry_report(self) -> dict[str, tuple[int, int, int, int]]:
        """Return where the buttons are on the screen: x, y, width, height."""
        return {"deny": self._deny.place_on_screen(), "allow": self._allow.place_on_screen()}

    # Building

    def _build(self) -> None:
        pad = self._look.px(16)
        body = tk.Frame(self.window, background=self._look.tokens.background, padx=pad, pady=pad)
        body.pack(fill="both", expand=True)
        self._build_head(body)
        self._build_box(body, self._words.included_title, self._words.included)
        self._build_box(body, self._words.excluded_title, self._words.excluded)
        if self._words.warning:
            self._text(body, self._words.warning, size=13, colour=self._look.tokens.danger).pack(
                fill="x", pady=(self._look.px(10), 0)
            )
        self._build_countdown(body)
        self._build_buttons(body)

    def _build_head(self, body: tk.Frame) -> None:
        background = self._look.tokens.background
        head = tk.Frame(body, background=background)
        head.pack(fill="x")
        tk.Frame(head, background=self._colour, width=self._look.px(4)).pack(side="left", fill="y")
        lines = tk.Frame(head, background=background, padx=self._look.px(10))
        lines.pack(side="left", fill="x", expand=True)
        inner = WIDTH - 32 - 14 - 10
        self._text(lines, self._words.heading, size=18, bold=True, wrap=inner).pack(fill="x")
        muted = self._look.tokens.muted
        self._text(lines, self._words.who, size=13, colour=muted, wrap=inner).pack(fill="x")
        self._text(lines, plain(self.prompt.site_host, 253), size=13, colour=muted, wrap=inner).pack(fill="x")

    def _build_box(self, body: tk.Frame, title: str, lines: list[str]) -> None:
        look = self._look
        box = tk.Frame(
            body, background=look.tokens.button, padx=look.px(10), pady=look.px(8),
            highlightthickness=1, highlightbackground=look.tokens.hairline, highlightcolor=look.tokens.hairline,
        )  # fmt: skip
        box.pack(fill="x", pady=(look.px(10), 0))
        self._text(box, title, size=12, bold=True, wrap=WIDTH - 56).pack(fill="x")
        for line in lines:
            # The dash stands apart: Japanese has no spaces, and Tk would break the line after it.
            row = tk.Frame(box, background=look.tokens.button)
            row.pack(fill="x", pady=(look.px(2), 0))
            self._text(row, "–", size=13).pack(side="left", anchor="n", padx=(0, look.px(4)))
            self._text(row, line, size=13, wrap=WIDTH - 56 - 14).pack(side="left", fill="x")

    def _build_countdown(self, body: tk.Frame) -> None:
        look = self._look
        self._track = tk.Canvas(body, height=look.px(6), background=look.tokens.track, highlightthickness=0, width=1)
        self._track.pack(fill="x", pady=(look.px(12), look.px(4)))
        self._left = self._track.create_rectangle(0, 0, 0, look.px(6), fill=self._colour, width=0)
        self._countdown = self._text(body, self._words.countdown(60), size=12, colour=look.tokens.muted)
        self._countdown.pack(fill="x")

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
        # Tab goes from Deny to Allow and back, whatever order they were packed in.
        self._deny.lower()
        self._allow.button.state(["disabled"])

    def _text(
        self, parent: tk.Misc, text: str, *, size: int, bold: bool = False, colour: str = "", wrap: int = WIDTH - 32
    ) -> tk.Label:
        return tk.Label(
            parent, text=text, font=self._look.font(size, bold=bold), foreground=colour or self._look.tokens.text,
            background=str(parent.cget("background")), justify="left", anchor="w", wraplength=self._look.px(wrap),
            padx=0, pady=0, borderwidth=0,
        )  # fmt: skip

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
            self._allow.button.state(["!disabled"])
            log.debug("geometry consent %s", self.geometry_report())  # again: it is laid out by now
            log.debug("allow enabled %s", self.prompt.request)

    def _allowed(self) -> None:
        self._finish(lambda: self._on_answer(allowed=True))

    def _tick(self) -> None:
        if self._done:
            return
        left = self.prompt.closes_at - clock.now()
        if left <= 0:
            self._finish(self._on_lapse)
            return
        share = min(1.0, left / self.prompt.seconds)
        self._track.coords(self._left, 0, 0, self._track.winfo_width() * share, self._look.px(6))
        self._countdown.configure(text=self._words.countdown(math.ceil(left)))
        self.window.after(TICK_MS, self._tick)

    def _destroyed(self, event: "tk.Event[tk.Misc]") -> None:
        # Destroyed by anything but an answer (the X server, a window manager): that denies too.
        if event.widget is self.window and not self._done:
            self._done = True
            self._on_answer(allowed=False)
            self._on_closed()

    def _finish(self, tell: Callable[[], None]) -> None:
        if self._done:
            return
        self._done = True
        tell()
        self.window.destroy()
        self._on_closed()
