"""Programs on the customer's desktop whose state a test can read: what was typed, drawn and scrolled.

Run as a program (`python -m sessions.tests.e2e.programs REPORT`), it is a board of known colours on which the mouse
draws; every event that reaches it is one JSON line of REPORT.
"""

import json
import sys
import tkinter as tk
from pathlib import Path
from typing import TextIO

from sessions.tests.e2e.display import Display
from sessions.tests.e2e.waiting import until

# Saturated colours survive 4:2:0 sampling; each fills a quarter of the board's upper half.
COLOURS = {"red": (220, 30, 30), "green": (30, 170, 60), "blue": (40, 60, 220), "yellow": (235, 215, 40)}
BOARD = (640, 480)  # pixels
BOARD_AT = (20, 60)
TERMINAL_AT = (680, 60)


class Terminal:
    """An xterm in which `cat` writes what is typed to a file: a real program that proves typed text."""

    def __init__(self, display: Display, name: str = "terminal") -> None:
        """Open the terminal and wait until it shows."""
        self.title = f"Typing {name}"
        self.file = display.folder / f"{name}.txt"
        self.display = display
        command = ["xterm", "-u8", "-fa", "Noto Sans Mono CJK JP", "-fs", "11", "-T", self.title]
        command += [
            "-geometry",
            f"44x12+{TERMINAL_AT[0]}+{TERMINAL_AT[1]}",
            "-e",
            "sh",
            "-c",
            f"echo > '{self.file}'.open; cat > '{self.file}'",
        ]
        opened = Path(f"{self.file}.open")
        opened.unlink(missing_ok=True)
        self.process = display.run(command, name=name)
        until(lambda: display.windows(self.title) and opened.exists() and not self.text, "the terminal is open")

    @property
    def text(self) -> str:
        """Return the finished lines (a terminal hands a line over at Enter)."""
        return self.file.read_bytes().decode(errors="replace") if self.file.exists() else ""

    @property
    def centre(self) -> tuple[int, int]:
        """Return the middle of the window in pixels of the screen."""
        window = self.display.windows(self.title)[0]
        return window.x + window.width // 2, window.y + window.height // 2


class Board:
    """The colour board as seen from the test."""

    def __init__(self, display: Display, name: str = "board") -> None:
        """Open the board and wait until it shows."""
        self.report = display.folder / f"{name}.jsonl"
        self.report.unlink(missing_ok=True)
        self.display = display
        command = [sys.executable, "-m", "sessions.tests.e2e.programs", str(self.report)]
        self.process = display.run(command, name=name)
        until(lambda: self.events("ready"), "the colour board is open")

    def events(self, kind: str) -> list[dict[str, int]]:
        """Return what reached the board, e.g. `press`, `drag`, `release`, `wheel`, `key`."""
        if not self.report.exists():
            return []
        lines = self.report.read_text().splitlines()
        return [event for event in map(json.loads, lines) if event["kind"] == kind]

    def centre_of(self, colour: str) -> tuple[int, int]:
        """Return a point of the screen that shows `colour`, in pixels."""
        left, top = self.origin
        return left + BOARD[0] * (2 * list(COLOURS).index(colour) + 1) // 8, top + BOARD[1] // 4

    @property
    def drawing_area(self) -> tuple[int, int, int, int]:
        """Return the box of the lower half in which the mouse draws: left, top, right, bottom."""
        left, top = self.origin
        return left, top + BOARD[1] // 2, left + BOARD[0], top + BOARD[1]

    @property
    def origin(self) -> tuple[int, int]:
        """Return the screen position of the board's upper left pixel."""
        ready = self.events("ready")[-1]
        return ready["x"], ready["y"]

    def recolour(self) -> None:
        """Reverse the order of the colours: the picture must follow wherever it is live."""
        self.report.with_suffix(".reversed").touch()


class Canary:
    """A window of a colour that nothing else on the screen has; the owner's hand drags it about."""

    COLOUR = (230, 0, 230)
    SIZE = (180, 140)

    def __init__(self, display: Display) -> None:
        """Open it and wait until it shows."""
        self.display = display
        code = (
            "import tkinter as tk; root = tk.Tk(); root.title('Canary'); "
            f"root.configure(background='{_hex(self.COLOUR)}'); "
            f"root.geometry('{self.SIZE[0]}x{self.SIZE[1]}+1000+560'); root.mainloop()"
        )
        display.run([sys.executable, "-c", code], name="canary")
        self.window = until(lambda: display.windows("^Canary$"), "the canary is open")[0].id

    def drag(self, x: int, y: int) -> None:
        """Put it somewhere, above everything."""
        self.display.hand("windowraise", self.window, "windowmove", "--sync", self.window, str(x), str(y))


def _hex(colour: tuple[int, int, int]) -> str:
    return "#{:02x}{:02x}{:02x}".format(*colour)


def _run_board(report: TextIO, reverse: Path) -> None:
    root = tk.Tk()
    root.title("Colour board")
    root.geometry("+{}+{}".format(*BOARD_AT))
    root.resizable(width=False, height=False)
    canvas = tk.Canvas(root, width=BOARD[0], height=BOARD[1], background="white", highlightthickness=0)
    canvas.pack()

    def paint(colours: list[tuple[int, int, int]]) -> None:
        canvas.delete("colour")
        for place, colour in enumerate(colours):
            left = BOARD[0] * place // len(colours)
            box = (left, 0, left + BOARD[0] // len(colours), BOARD[1] // 2)
            canvas.create_rectangle(*box, fill=_hex(colour), width=0, tags="colour")

    def tell(kind: str, **values: object) -> None:
        report.write(json.dumps({"kind": kind, **values}) + "\n")
        report.flush()

    def draw(event: "tk.Event[tk.Canvas]") -> None:
        if event.y > BOARD[1] // 2:  # the colours stay pure
            canvas.create_oval(event.x - 6, event.y - 6, event.x + 6, event.y + 6, fill="black")
        tell("drag", x=event.x, y=event.y)

    def ready() -> None:
        tell("ready", x=canvas.winfo_rootx(), y=canvas.winfo_rooty())

    def watch() -> None:
        if reverse.exists():
            reverse.unlink()
            order.reverse()
            paint(order)
        root.after(20, watch)

    order = list(COLOURS.values())
    paint(order)
    canvas.bind(
        "<ButtonPress>",
        lambda event: tell("wheel" if event.num in {4, 5} else "press", button=event.num, x=event.x, y=event.y),
    )
    canvas.bind("<ButtonRelease-1>", lambda event: tell("release", x=event.x, y=event.y))
    canvas.bind("<Double-Button-1>", lambda event: tell("double", x=event.x, y=event.y))
    canvas.bind("<B1-Motion>", draw)
    root.bind("<KeyPress>", lambda event: tell("key", keysym=event.keysym))
    root.after(300, ready)
    watch()
    root.mainloop()


if __name__ == "__main__":
    path = Path(sys.argv[1])
    with path.open("a") as file:
        _run_board(file, path.with_suffix(".reversed"))
