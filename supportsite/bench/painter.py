"""A program on the customer's desktop that paints, and says in the picture itself which update it is.

Run as `python -m supportsite.bench.painter`; commands are lines on its input: static, scroll, motion, input, dump,
quit. The probe is a row of 16 blocks, the bits of a counter; `dump` prints [[counter, Unix time in ms], …] and
forgets them.
"""

import json
import select
import sys
import time
from collections.abc import Callable
from typing import Any

import xcffib
import xcffib.xproto

WIDTH, HEIGHT = 1920, 1080
PROBE_X, PROBE_Y, PROBE_BLOCK, PROBE_BITS = 64, 160, 8, 16
WHITE, BLACK, DARK = 0xFFFFFF, 0x000000, 0x2F3E4E
TEXT_X, TEXT_Y, TEXT_WIDTH, TEXT_HEIGHT, LINE = 400, 120, 1100, 900, 16
SHEET_LINES = 240
SCROLL_PIXELS, PAN_PIXELS = 4, 6
TEXT = "the quick brown fox jumps over a lazy dog 0123456789 while support sees (and drives) the desktop;"
WORDS = TEXT.split(" ")
RATES = {"static": 10, "scroll": 60, "motion": 60, "input": 0}
CARET_SECONDS = 0.5


class Painter:
    """Draws with the X server's own operations, so that painting itself costs next to nothing."""

    def __init__(self) -> None:
        connect: Any = xcffib.Connection
        self._connection = connect()
        self._core = self._connection.core
        self._screen = self._connection.setup.roots[0]
        self._contexts: dict[int, int] = {}
        self._font = self._connection.generate_id()
        self._core.OpenFont(self._font, 5, b"fixed")
        self._window = self._make_window()
        self._sheet = self._make_sheet()
        self._wall = self._make_wall()
        self._log: list[tuple[int, float]] = []
        self._counter = 0
        self._ticks = 0
        self._kind = "static"
        self._next_at = 0.0
        self._draw_desktop()

    def _make_window(self) -> int:
        window: int = self._connection.generate_id()
        attributes = xcffib.xproto.CW.BackPixel | xcffib.xproto.CW.OverrideRedirect | xcffib.xproto.CW.EventMask
        mask = xcffib.xproto.EventMask
        self._core.CreateWindow(
            self._screen.root_depth,
            window,
            self._screen.root,
            0,
            0,
            WIDTH,
            HEIGHT,
            0,
            xcffib.xproto.WindowClass.InputOutput,
            self._screen.root_visual,
            attributes,
            [WHITE, 1, mask.ButtonPress | mask.Exposure],
        )
        self._core.MapWindow(window)
        return window

    def _context(self, colour: int) -> int:
        if colour not in self._contexts:
            context = self._connection.generate_id()
            kinds = xcffib.xproto.GC.Foreground | xcffib.xproto.GC.Background | xcffib.xproto.GC.Font
            kinds |= xcffib.xproto.GC.GraphicsExposures
            self._core.CreateGC(context, self._window, kinds, [colour, WHITE, self._font, 0])
            self._contexts[colour] = context
        return self._contexts[colour]

    def _fill(self, target: int, colour: int, *box_sides: int) -> None:
        """Fill a box: x, y, width, height."""
        rectangle: Any = xcffib.xproto.RECTANGLE
        box = rectangle.synthetic(*box_sides)
        self._core.PolyFillRectangle(target, self._context(colour), 1, [box])

    def _write(self, target: int, x: int, y: int, text: str) -> None:
        data = text.encode("ascii")[:255]
        self._core.ImageText8(len(data), target, self._context(BLACK), x, y, data)

    def _make_pixmap(self, width: int, height: int) -> int:
        pixmap: int = self._connection.generate_id()
        self._core.CreatePixmap(self._screen.root_depth, pixmap, self._window, width, height)
        return pixmap

    def _make_sheet(self) -> int:
        """A tall page of text; its last window-full repeats the first, so that it scrolls round."""
        height = SHEET_LINES * LINE + TEXT_HEIGHT
        sheet = self._make_pixmap(TEXT_WIDTH, height)
        self._fill(sheet, WHITE, 0, 0, TEXT_WIDTH, height)
        for number in range(height // LINE + 1):
            row = number % SHEET_LINES
            words = [WORDS[(row * 7 + index * (row % 5 + 1)) % len(WORDS)] for index in range(26)]
            self._write(sheet, 12, number * LINE + 13, f"{row:04} {' '.join(words)}")
        return sheet

    def _make_wall(self) -> int:
        """A wide picture of shaded blocks that is moved across the whole screen."""
        wall = self._make_pixmap(WIDTH * 2, HEIGHT)
        for x in range(0, WIDTH * 2, 40):
            for y in range(0, HEIGHT, 40):
                turn = x % WIDTH
                colour = (turn * 255 // WIDTH) << 16 | (y * 255 // HEIGHT) << 8 | (turn * 3 + y * 5) % 256
                self._fill(wall, colour, x, y, 40, 40)
                self._fill(wall, colour ^ 0x303030, x + 8, y + 8, 12 + (turn + y) % 20, 10)
        return wall

    def _draw_desktop(self) -> None:
        self._fill(self._window, DARK, 0, 0, WIDTH, HEIGHT)
        self._show_sheet(0)
        self._show_probe()

    def _show_sheet(self, top: int) -> None:
        context = self._context(BLACK)
        self._core.CopyArea(self._sheet, self._window, context, 0, top, TEXT_X, TEXT_Y, TEXT_WIDTH, TEXT_HEIGHT)

    def _show_wall(self, left: int) -> None:
        self._core.CopyArea(self._wall, self._window, self._context(BLACK), left, 0, 0, 0, WIDTH, HEIGHT)
        for index in range(12):
            x = (left * (index + 2) + index * 331) % (WIDTH - 160)
            self._fill(self._window, WHITE if index % 2 else BLACK, x, (index * 89 + left) % (HEIGHT - 120), 160, 90)

    def _show_probe(self) -> None:
        """Paint the counter and note when it is in the picture."""
        for bit in range(PROBE_BITS):
            colour = WHITE if self._counter >> bit & 1 else BLACK
            self._fill(self._window, colour, PROBE_X + bit * PROBE_BLOCK, PROBE_Y, PROBE_BLOCK, PROBE_BLOCK)
        self._core.GetInputFocus().reply()
        self._log.append((self._counter, time.time() * 1000))

    def _update(self) -> None:
        self._counter = (self._counter + 1) % (1 << PROBE_BITS)
        self._ticks += 1
        if self._kind == "scroll":
            self._show_sheet(self._ticks * SCROLL_PIXELS % (SHEET_LINES * LINE))
        elif self._kind == "motion" and self._ticks % 2:
            self._show_wall(self._ticks * PAN_PIXELS // 2 % WIDTH)
        elif self._kind == "static" and self._ticks % int(CARET_SECONDS * RATES["static"]) == 0:
            caret = BLACK if self._ticks // int(CARET_SECONDS * RATES["static"]) % 2 else WHITE
            self._fill(self._window, caret, TEXT_X + 200, TEXT_Y + 300, 2, LINE)
        self._show_probe()

    def _command(self, word: str) -> bool:
        """Obey one line; False for the last."""
        if word == "dump":
            sys.stdout.write(json.dumps(self._log) + "\n")
            sys.stdout.flush()
            self._log.clear()
        elif word in RATES:
            self._kind, self._next_at = word, time.perf_counter()
            self._draw_desktop()
        return word != "quit"

    def _take_events(self) -> None:
        """In `input`, each click makes an update."""
        while (event := self._connection.poll_for_event()) is not None:
            if self._kind == "input" and isinstance(event, xcffib.xproto.ButtonPressEvent):
                self._update()

    def run(self) -> None:
        """Paint until told to quit."""
        going = True
        lines: Callable[[], str] = sys.stdin.readline
        while going:
            rate = RATES[self._kind]
            rest = max(0.0, self._next_at - time.perf_counter()) if rate else None
            self._connection.flush()
            ready, _, _ = select.select([sys.stdin, self._connection.get_file_descriptor()], [], [], rest)
            self._take_events()
            if sys.stdin in ready:
                going = self._command(lines().strip() or "quit")
            elif rate and time.perf_counter() >= self._next_at:
                self._update()
                self._next_at = max(self._next_at + 1 / rate, time.perf_counter() - 1 / rate)


if __name__ == "__main__":
    Painter().run()
