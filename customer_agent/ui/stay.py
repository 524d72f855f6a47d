"""Where windows stand, and that they stay there: above all others, also without a window manager."""

import tkinter as tk
from typing import Any

RAISE_AT_MOST_EVERY_MS = 100


def place(window: tk.Toplevel, *, across: float, down: float, below: int = 0) -> None:
    """Put a window at a share of the screen, its own middle at that point, wholly on the screen.

    The uppermost `below` pixels stay free where there is room, for the bar and the title.
    """
    window.update_idletasks()
    width, height = window.winfo_reqwidth(), window.winfo_reqheight()
    left = round(window.winfo_screenwidth() * across - width / 2)
    top = round(window.winfo_screenheight() * down - height / 2)
    left = max(0, min(left, window.winfo_screenwidth() - width))
    top = max(0, min(max(top, below), window.winfo_screenheight() - height))
    window.geometry(f"+{left}+{top}")


def keep_above(window: tk.Toplevel) -> None:
    """Raise the window whenever another covers it; at most ten times a second, or two programs would fight."""
    waiting = False

    def lift() -> None:
        nonlocal waiting
        waiting = False
        if window.winfo_exists():
            window.lift()

    def covered(event: "tk.Event[Any]") -> None:
        nonlocal waiting
        if event.widget is window and str(event.state) != "VisibilityUnobscured" and not waiting:
            waiting = True
            window.after(RAISE_AT_MOST_EVERY_MS, lift)

    window.bind("<Visibility>", covered, add="+")
