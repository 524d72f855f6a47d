"""Which windows: a list with a tick, the program's picture and name, and the title; with search and keyboard."""

import base64
import logging
import math
import tkinter as tk
from collections.abc import Callable, Collection
from tkinter import ttk

from customer_agent.bridge import WindowView
from customer_agent.texts import plain
from customer_agent.ui.look import Look, RingButton, put_tick
from customer_agent.ui.prompt_words import PickerWords
from supportsite.protocol.objects import MAX_APPLICATIONS

log = logging.getLogger(__name__)

ROWS_SHOWN, FEWER_ROWS, LOW_SCREEN = 5, 3, 900
ROW_HEIGHT = 30
ICON, TICK, GAP = 20, 14, 8


class WindowPicker:
    """`list_windows()` gives the windows, None where the system cannot; `on_change()` after each tick."""

    def __init__(
        self,
        parent: tk.Misc,
        look: Look,
        words: PickerWords,
        *,
        list_windows: Callable[[], list[WindowView] | None],
        ticked: Collection[int],
        on_change: Callable[[], None],
    ) -> None:
        self._look = look
        self._rows = ROWS_SHOWN if parent.winfo_screenheight() >= look.px(LOW_SCREEN) else FEWER_ROWS
        self._words = words
        self._list_windows = list_windows
        self._on_change = on_change
        self._ticked = set(ticked)
        self._windows: list[WindowView] = []
        self._images: dict[tuple[int, bool], tk.PhotoImage] = {}
        background = str(parent.cget("background"))
        self.frame = tk.Frame(parent, background=background)
        tk.Label(
            self.frame, text=words.windows, font=look.font(13, bold=True), background=background, anchor="w",
            foreground=look.tokens.text, padx=0,
        ).pack(fill="x", pady=(0, look.px(4)))  # fmt: skip
        self._build_search(background)
        self._build_list(background)
        self._note = tk.Label(
            self.frame, font=look.font(12), background=background, foreground=look.tokens.muted, anchor="w", padx=0,
        )  # fmt: skip
        self.refresh()

    @property
    def chosen(self) -> tuple[WindowView, ...]:
        """Return the ticked windows."""
        return tuple(item for item in self._windows if item.window in self._ticked)

    def refresh(self) -> None:
        """Read the windows again; ticks of those that are still there stay."""
        listed = self._list_windows()
        self._windows = listed or []
        self._images.clear()
        self._ticked &= {item.window for item in self._windows}
        muted = self._look.tokens.muted
        self._say("" if self._windows else self._words.none if listed is not None else self._words.impossible, muted)
        self._fill()
        self._on_change()

    def rows_on_screen(self) -> dict[str, tuple[int, int, int, int]]:
        """Return where each row is on the screen, by title: x, y, width, height."""
        places = {}
        for key in self._list.get_children():
            box = self._list.bbox(key)
            if isinstance(box, tuple):
                x, y, width, height = box
                places[self._title(int(key))] = (
                    self._list.winfo_rootx() + x, self._list.winfo_rooty() + y, width, height,
                )  # fmt: skip
        return places

    def _title(self, window: int) -> str:
        return next((plain(item.title, 120) for item in self._windows if item.window == window), "")

    # Building

    def _build_search(self, background: str) -> None:
        look = self._look
        row = tk.Frame(self.frame, background=background)
        row.pack(fill="x", pady=(0, look.px(4)))
        RingButton(row, look, text=self._words.refresh, style="Plain.TButton", command=self.refresh).pack(side="right")
        tk.Label(
            row, text=self._words.search, font=look.font(13), background=background, foreground=look.tokens.text,
            padx=0,
        ).pack(side="left", padx=(0, look.px(6)))  # fmt: skip
        self._wanted = tk.StringVar(self.frame)
        self._wanted.trace_add("write", lambda *_: self._fill())
        tk.Entry(
            row, textvariable=self._wanted, font=look.font(13), background=look.tokens.button, relief="flat",
            foreground=look.tokens.text, insertbackground=look.tokens.text, highlightthickness=1, width=10,
            highlightbackground=look.tokens.line, highlightcolor=look.tokens.focus,
        ).pack(side="left", fill="x", expand=True, ipady=look.px(4), padx=(0, look.px(6)))  # fmt: skip

    def _build_list(self, background: str) -> None:
        look = self._look
        box = tk.Frame(
            self.frame, background=background, highlightthickness=1, highlightbackground=look.tokens.line,
            highlightcolor=look.tokens.focus,
        )  # fmt: skip
        box.pack(fill="x")
        self._list = ttk.Treeview(
            box, columns=("title",), style="Windows.Treeview", height=self._rows, selectmode="browse"
        )  # fmt: skip
        self._list.heading("#0", text=self._words.program, anchor="w")
        self._list.heading("title", text=self._words.title, anchor="w")
        self._list.column("#0", width=look.px(170), stretch=False)
        self._list.column("title", width=look.px(210), stretch=True)
        bar = self._bar = ttk.Scrollbar(
            box, orient="vertical", command=self._list.yview, style="Windows.Vertical.TScrollbar"
        )
        self._list.configure(yscrollcommand=bar.set)
        self._list.pack(side="left", fill="both", expand=True)
        self._list.bind("<space>", self._toggle_focused)
        self._list.bind("<ButtonRelease-1>", self._clicked)
        self._list.bind("<FocusIn>", lambda _event: self._entered(box))
        self._list.bind("<FocusOut>", lambda _event: box.configure(highlightbackground=look.tokens.line))

    def _entered(self, box: tk.Frame) -> None:
        """With the keyboard in the list, one row is always the one that Space ticks."""
        box.configure(highlightbackground=self._look.tokens.focus)
        rows = self._list.get_children()
        if rows and not self._list.focus():
            self._list.focus(rows[0])
            self._list.selection_set(rows[0])

    # Living

    def _fill(self) -> None:
        wanted = self._wanted.get().casefold().strip()
        focused = self._list.focus()
        self._list.delete(*self._list.get_children())
        for item in self._windows:
            if wanted in f"{item.name} {item.title}".casefold():
                self._list.insert(
                    "", "end", iid=str(item.window), text=f" {plain(item.name, 80)}", image=self._image(item),
                    values=(plain(item.title, 120),),
                )  # fmt: skip
        if len(self._list.get_children()) > self._rows:
            self._bar.pack(side="right", fill="y", before=self._list)
        else:
            self._bar.pack_forget()
        if focused in self._list.get_children():
            self._list.focus(focused)
            self._list.selection_set(focused)

    def _clicked(self, event: "tk.Event[tk.Misc]") -> None:
        row = self._list.identify_row(event.y)
        if row and self._list.identify_region(event.x, event.y) in ("cell", "tree"):
            self._toggle(row)

    def _toggle_focused(self, _event: "tk.Event[tk.Misc]") -> str:
        if self._list.focus():
            self._toggle(self._list.focus())
        return "break"

    def _toggle(self, row: str) -> None:
        if int(row) not in self._ticked and len(self._ticked) >= MAX_APPLICATIONS:
            self._say(self._words.most, self._look.tokens.danger)
            self._on_change()
            return
        self._say("", self._look.tokens.muted)
        self._ticked ^= {int(row)}
        item = next(item for item in self._windows if item.window == int(row))
        self._list.item(row, image=self._image(item))
        self._on_change()

    def _say(self, text: str, colour: str) -> None:
        """Say something under the list, or nothing."""
        self._note.pack_forget()
        if text:
            self._note.configure(text=text, foreground=colour)
            self._note.pack(fill="x", pady=(self._look.px(4), 0))

    def _image(self, item: WindowView) -> tk.PhotoImage:
        """Return tick and icon side by side: a list row has room for one picture."""
        on = item.window in self._ticked
        if (item.window, on) not in self._images:
            look = self._look
            tick, icon, gap = look.px(TICK), look.px(ICON), look.px(GAP)
            image = tk.PhotoImage(master=self.frame, width=tick + gap + icon, height=icon)
            put_tick(image, look.tokens, top=(icon - tick) // 2, side=tick, on=on)
            picture = self._icon(item, icon)
            if picture is not None:
                image.tk.call(
                    image, "copy", picture, "-to", tick + gap + (icon - picture.width()) // 2,
                    (icon - picture.height()) // 2,
                )  # fmt: skip
            self._images[item.window, on] = image
        return self._images[item.window, on]

    def _icon(self, item: WindowView, side: int) -> tk.PhotoImage | None:
        if item.icon_png is None:
            return None
        try:
            icon = tk.PhotoImage(master=self.frame, data=base64.b64encode(item.icon_png))
        except tk.TclError:
            log.info("a program's picture cannot be shown")
            return None
        longest = max(icon.width(), icon.height())
        common = math.gcd(side, longest)
        return icon.zoom(side // common).subsample(longest // common)
