"""The first window: which site, which code; then who that is. Faults are said here, with a way to try again."""

import tkinter as tk
from collections.abc import Callable

from customer_agent.texts import Texts
from customer_agent.ui.look import Look, RingButton
from customer_agent.ui.parts import Sentence
from customer_agent.ui.stay import place

INNER = 400 - 32
WELCOME_MS = 8000


class StartWindow:
    """Asks for address and code. `on_connect(address, code)`; `on_close()` when the owner gives up."""

    def __init__(
        self,
        root: tk.Tk,
        look: Look,
        texts: Texts,
        *,
        address: str,
        code: str,
        on_connect: Callable[[str, str], None],
        on_close: Callable[[], None],
    ) -> None:
        self._look = look
        self._on_connect = on_connect
        _ = self._ = texts._
        background = look.tokens.background
        self.window = tk.Toplevel(root, background=background, class_="SupportManager")
        self.window.withdraw()
        self.window.title(_("Support Manager"))
        self.window.resizable(width=False, height=False)
        self.window.protocol("WM_DELETE_WINDOW", on_close)
        pad = look.px(16)
        body = tk.Frame(self.window, background=background, padx=pad, pady=pad)
        body.pack(fill="both", expand=True)
        Sentence(body, look, _("Connect with your support session"), size=18, bold=True, width=INNER).pack(fill="x")
        self._address = self._field(body, _("Address"), address)
        self._code = self._field(body, _("Code from the page"), code)
        self._status = Sentence(body, look, "", width=INNER, height=3)
        self._status.pack(fill="x", pady=(look.px(8), 0))
        row = tk.Frame(body, background=background)
        row.pack(fill="x")
        self._connect = RingButton(row, look, text=_("Connect"), style="Plain.TButton", command=self._submit)
        self._connect.pack(side="right")
        RingButton(row, look, text=_("Close"), style="Plain.TButton", command=on_close).pack(side="right")
        self.window.bind("<Return>", lambda _event: self._submit())
        place(self.window, across=0.5, down=0.4)
        self.window.deiconify()
        (self._code if address else self._address).focus_force()

    def busy(self) -> None:
        """Say that the connection is being made."""
        self._connect.button.state(["disabled"])
        self._say(self._("Connecting…"), self._look.tokens.muted)

    def fail(self, sentence: str) -> None:
        """Say what went wrong; the owner may try again."""
        self._connect.button.state(["!disabled"])
        self._say(sentence, self._look.tokens.danger)

    def welcome(self, sentence: str, on_done: Callable[[], None]) -> None:
        """Say whose computer this is in the session; closed by the owner, or by itself after a while."""
        for field in (self._address, self._code):
            field.configure(
                state="disabled",
                disabledbackground=self._look.tokens.background,
                disabledforeground=self._look.tokens.muted,
            )
        self._say(sentence, self._look.tokens.text)
        self._connect.button.configure(text=self._("Continue"), command=on_done)
        self._connect.button.state(["!disabled"])
        self._connect.button.focus_force()
        self.window.bind("<Return>", lambda _event: on_done())
        self.window.after(WELCOME_MS, on_done)

    def _say(self, sentence: str, colour: str) -> None:
        self._status.configure(foreground=colour)
        self._status.say(sentence)

    def destroy(self) -> None:
        """Close the window."""
        self.window.destroy()

    def _field(self, body: tk.Frame, label: str, value: str) -> tk.Entry:
        look = self._look
        background = look.tokens.background
        tk.Label(
            body, text=label, font=look.font(13, bold=True), background=background, foreground=look.tokens.text,
            anchor="w", padx=0,
        ).pack(fill="x", pady=(look.px(12), look.px(4)))  # fmt: skip
        entry = tk.Entry(
            body, font=look.font(16), background=look.tokens.button, foreground=look.tokens.text, relief="flat",
            insertbackground=look.tokens.text, highlightthickness=1, highlightbackground=look.tokens.line,
            highlightcolor=look.tokens.focus, width=36,
        )  # fmt: skip
        entry.insert(0, value)
        entry.pack(fill="x", ipady=look.px(6))
        return entry

    def _submit(self) -> None:
        if self._connect.button.instate(["!disabled"]):
            self.busy()
            self._on_connect(self._address.get(), self._code.get())
