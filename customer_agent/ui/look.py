"""Theme, fonts and scale of the windows: ttk "clam", square corners, the system's own font."""

import os
import tkinter as tk
import tkinter.font
from collections.abc import Callable
from pathlib import Path
from tkinter import ttk

from customer_agent.ui import tokens
from customer_agent.ui.tokens import Tokens

_JAPANESE_FAMILIES = ("Noto Sans CJK JP", "Noto Sans JP", "Yu Gothic UI", "Hiragino Sans", "IPAexGothic", "IPAGothic")
_LATIN_FAMILIES = ("Segoe UI", "Inter", "Cantarell", "Ubuntu", "Noto Sans", "Liberation Sans", "DejaVu Sans")
_BASE_DPI = 96.0


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
        self._scale = max(1.0, root.winfo_fpixels("1i") / _BASE_DPI)
        families = set(tkinter.font.families(root))
        wanted = _JAPANESE_FAMILIES if language == "ja" else _LATIN_FAMILIES
        default = tkinter.font.nametofont("TkDefaultFont", root).actual("family")
        self._family = next((family for family in wanted if family in families), default)
        self._fonts: dict[tuple[int, bool], tkinter.font.Font] = {}
        self._root = root
        style = ttk.Style(root)
        style.theme_use("clam")
        self._style_buttons(style)

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
