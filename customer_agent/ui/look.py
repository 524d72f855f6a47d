"""Theme, fonts and scale of the windows: ttk "clam", square corners, the system's own font."""

import os
import tkinter as tk
import tkinter.font
from collections.abc import Callable
from pathlib import Path
from tkinter import ttk
from typing import Any

from customer_agent.ui import tokens, x11
from customer_agent.ui.tokens import Tokens

_JAPANESE_FAMILIES = ("Noto Sans CJK JP", "Noto Sans JP", "Yu Gothic UI", "Hiragino Sans", "IPAexGothic", "IPAGothic")
_LATIN_FAMILIES = ("Segoe UI", "Inter", "Cantarell", "Ubuntu", "Noto Sans", "Liberation Sans", "DejaVu Sans")
_BASE_DPI, _POINTS_PER_INCH = 96.0, 72.0


def prefers_dark() -> bool:
    """Whether this desktop is set to dark, as far as plain files and the environment say."""
    theme = os.environ.get("GTK_THEME", "")
    if theme:
        return "dark" in theme.lower()
    settings = Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config") / "gtk-3.0" / "settings.ini"
    try:
        text = settings.read_text(encoding="utf-8", errors="replace").replace(" ", "").lower()
    except OSError:
        return False
    return "gtk-application-prefer-dark-theme=1" in text or "gtk-application-prefer-dark-theme=true" in text


class Look:
    """Fonts and colours for one language and theme."""

    def __init__(self, root: tk.Tk, *, language: str, dark: bool) -> None:
        self.tokens: Tokens = tokens.DARK if dark else tokens.LIGHT
        scale, text_dpi = x11.display_scale()
        self._scale = max(1.0, scale or root.winfo_fpixels("1i") / _BASE_DPI)
        if text_dpi:
            # Tk takes sizes to points by its own figure, and Xft back to pixels by the desktop's: they must be one.
            root.tk.call("tk", "scaling", text_dpi / _POINTS_PER_INCH)
        families = set(tkinter.font.families(root))
        wanted = _JAPANESE_FAMILIES if language == "ja" else _LATIN_FAMILIES
        default = tkinter.font.nametofont("TkDefaultFont", root).actual("family")
        self._family = next((family for family in wanted if family in families), default)
        self._fonts: dict[tuple[int, bool], tkinter.font.Font] = {}
        self._root = root
        style = ttk.Style(root)
        style.theme_use("clam")
        self._style_buttons(style)
        self._style_list(style)

    def px(self, pixels: float) -> int:
        """Return design pixels on this screen."""
        return round(pixels * self._scale)

    def font(self, pixels: int, *, bold: bool = False) -> tkinter.font.Font:
        """Return the font of that height."""
        key = (pixels, bold)
        if key not in self._fonts:
            self._fonts[key] = tkinter.font.Font(
                self._root, family=self._family, size=-self.px(pixels), weight="bold" if bold else "normal"
            )
        return self._fonts[key]

    def check_button(
        self, parent: tk.Misc, text: str, variable: tk.BooleanVar, *, command: Callable[[], None]
    ) -> ttk.Checkbutton:
        """Return a tick with its words."""
        return ttk.Checkbutton(parent, text=text, variable=variable, command=command, style="Plain.TCheckbutton")

    def border(self, style: str) -> str:
        """Return the colour of a button style's edge."""
        return {"Bar.TButton": tokens.BAR_LINE, "Stop.TButton": tokens.BAR_STOP}.get(style, self.tokens.line)

    def _style_buttons(self, style: ttk.Style) -> None:
        look = self.tokens
        self._button(style, "Plain.TButton", (look.button, look.button_hover, look.text, look.line), bold=False)
        bar = (tokens.BAR_BUTTON, tokens.BAR_BUTTON_HOVER, tokens.BAR_TEXT, tokens.BAR_LINE)
        self._button(style, "Bar.TButton", bar, bold=False)
        stop = (tokens.BAR_STOP, tokens.BAR_STOP_HOVER, tokens.BAR_TEXT, tokens.BAR_STOP)
        self._button(style, "Stop.TButton", stop, bold=True)

    def _style_list(self, style: ttk.Style) -> None:
        look = self.tokens
        style.configure(
            "Windows.Treeview", background=look.button, fieldbackground=look.button, foreground=look.text,
            rowheight=self.px(30), font=self.font(13), borderwidth=0, relief="flat", indent=0,
        )  # fmt: skip
        style.layout("Windows.Treeview", [("Treeview.treearea", {"sticky": "nswe"})])
        style.layout(
            "Windows.Treeview.Item",
            [("Treeitem.padding", {"sticky": "nswe", "children": [
                ("Treeitem.image", {"side": "left", "sticky": ""}), ("Treeitem.text", {"side": "left", "sticky": ""}),
            ]})],
        )  # fmt: skip
        style.configure("Windows.Treeview.Item", padding=(self.px(6), 0))
        style.map(
            "Windows.Treeview", background=[("selected", look.button_hover)], foreground=[("selected", look.text)]
        )  # fmt: skip
        style.configure(
            "Windows.Treeview.Heading", background=look.background, foreground=look.muted, font=self.font(12),
            borderwidth=0, relief="flat", padding=(self.px(6), self.px(3)),
        )  # fmt: skip
        style.map("Windows.Treeview.Heading", background=[("active", look.background)])
        style.configure(
            "Windows.Vertical.TScrollbar", background=look.button_hover, troughcolor=look.background,
            bordercolor=look.line, arrowcolor=look.text, lightcolor=look.button_hover, darkcolor=look.button_hover,
            arrowsize=self.px(14), width=self.px(14),
        )  # fmt: skip
        self._style_ticks(style)

    def _style_ticks(self, style: ttk.Style) -> None:
        look, side, room = self.tokens, self.px(14), self.px(20)
        self._ticks = [tk.PhotoImage(master=self._root, width=room, height=side) for _ in range(2)]
        for on, image in enumerate(self._ticks):
            put_tick(image, look, top=0, side=side, on=bool(on))
        name = f"Tick{self._ticks[0]}.indicator"  # an element cannot be made anew for another theme or language
        style.element_create(name, "image", self._ticks[0], ("selected", self._ticks[1]), sticky="w")
        inside = [(name, {"side": "left", "sticky": ""}), ("Checkbutton.label", {"side": "left", "sticky": ""})]
        padding = [("Checkbutton.padding", {"sticky": "nswe", "children": inside})]
        layout: Any = [("Checkbutton.focus", {"sticky": "nswe", "border": 1, "children": padding})]
        style.layout("Plain.TCheckbutton", layout)
        style.configure(
            "Plain.TCheckbutton", background=look.background, foreground=look.text, font=self.font(13),
            padding=self.px(3), focuscolor=look.focus,
        )  # fmt: skip
        style.map("Plain.TCheckbutton", background=[("active", look.button_hover)])

    def _button(self, style: ttk.Style, name: str, colours: tuple[str, str, str, str], *, bold: bool) -> None:
        background, hover, text, line = colours
        style.configure(
            name, background=background, foreground=text, bordercolor=line, lightcolor=background,
            darkcolor=background, focuscolor=background, relief="flat", borderwidth=1, anchor="center",
            padding=(self.px(12), self.px(6)), font=self.font(13, bold=bold),
        )  # fmt: skip
        style.map(
            name,
            background=[("disabled", self.tokens.track), ("active", hover)],
            lightcolor=[("disabled", self.tokens.track), ("active", hover)],
            darkcolor=[("disabled", self.tokens.track), ("active", hover)],
            foreground=[("disabled", self.tokens.muted)],
        )


class RingButton(tk.Frame):
    """A real ttk button with a two-pixel ring that shows where the keyboard is."""

    def __init__(self, parent: tk.Misc, look: Look, *, text: str, style: str, command: Callable[[], None]) -> None:
        self._rest = str(parent.cget("background"))
        self._focus = look.tokens.focus
        super().__init__(parent, background=self._rest, padx=look.px(2), pady=look.px(2))
        # clam draws no border on a flat button, so one pixel of frame does.
        inner = tk.Frame(self, background=look.border(style), padx=1, pady=1)
        inner.pack(fill="both", expand=True)
        self.button = ttk.Button(inner, text=text, style=style, command=command)
        self.button.pack(fill="both", expand=True)
        self.button.bind("<FocusIn>", lambda _: self.configure(background=self._focus))
        self.button.bind("<FocusOut>", lambda _: self.configure(background=self._rest))

    def place_on_screen(self) -> tuple[int, int, int, int]:
        """Return x, y, width and height of the button on the screen."""
        button = self.button
        return button.winfo_rootx(), button.winfo_rooty(), button.winfo_width(), button.winfo_height()


def put_tick(image: tk.PhotoImage, colours: Tokens, *, top: int, side: int, on: bool) -> None:
    """Draw a box of that side at the left edge of an image, with a check mark when it is `on`."""
    edge = max(1, side // 14)
    image.put(colours.line, to=(0, top, side, top + side))
    image.put(colours.accent if on else colours.button, to=(edge, top + edge, side - edge, top + side - edge))
    if not on:
        return
    thick = max(2, side // 7)
    across, down = side * 3 // 7, top + side * 5 // 7  # the corner of the mark
    for step in range(-(side // 4), side * 3 // 7):
        x, y = across + step, down - abs(step)
        image.put(colours.background, to=(x, y - thick, x + 1, y))
