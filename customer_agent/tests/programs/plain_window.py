"""A window of one colour, or one that leaks: no background, draws only a line. Run as a program on a display.

Lines on standard input: `move X Y`, `size W H`, `raise`, `unmap`, `map`, `popup X Y`, `override X Y`, `second X Y`,
`title TEXT`, `take pointer|keyboard`, `give`, `shortcut KEY`, `heard`; each is answered by `done` on standard output
when the X server has done it. `heard` first tells the keys and buttons that arrived since the last time.
"""

import select
import sys
from typing import Any

import xcffib
import xcffib.xproto

WHITE_LINE = 0x00FFFFFF


MASK = xcffib.xproto.EventMask
EVENTS = MASK.Exposure | MASK.KeyPress | MASK.ButtonPress | MASK.ButtonRelease
ASYNC = xcffib.xproto.GrabMode.Async
F1 = 0xFFBE
NORMAL_STATE, RETURN_TRIES = 1, 500
SIZES = {"popup": (120, 80), "override": (300, 200), "second": (200, 150)}


def say(line: str) -> None:
    """Tell the test something."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


class PlainWindow:
    """One X client with some windows."""

    def __init__(self, kind: str, title: str, x: int, y: int, width: int, height: int) -> None:
        open_connection: Any = xcffib.Connection
        self.connection: Any = open_connection()
        self.screen = self.connection.setup.roots[0]
        self.kind = kind
        self.heard: list[str] = []
        self.colours: dict[int, int] = {}
        self.main = self.make(title, x, y, width, height, 0x00FF00FF if kind == "canary" else 0x0000C000)

    def make(self, title: str, x: int, y: int, width: int, height: int, colour: int, *, override: bool = False) -> int:
        """Make and map a window."""
        core, window = self.connection.core, self.connection.generate_id()
        flags = xcffib.xproto.CW
        values: dict[int, int] = {
            flags.OverrideRedirect: int(override),
            flags.EventMask: EVENTS,
        }
        if self.kind != "hostile":
            values[flags.BackPixel] = colour
        ordered = [values[flag] for flag in sorted(values)]
        core.CreateWindow(
            self.screen.root_depth, window, self.screen.root, x, y, width, height, 0,
            xcffib.xproto.WindowClass.InputOutput, self.screen.root_visual, sum(values), ordered,
        )  # fmt: skip
        self.colours[window] = colour
        self.set_title(window, title)
        # The place is the user's wish: window managers keep it.
        hints = [1 | 4, x, y, *[0] * 15]
        core.ChangeProperty(
            0, window, xcffib.xproto.Atom.WM_NORMAL_HINTS, xcffib.xproto.Atom.WM_SIZE_HINTS, 32, 18, hints
        )
        core.MapWindow(window)
        return window

    def set_title(self, window: int, title: str) -> None:
        """Name a window."""
        core, data = self.connection.core, title.encode()
        core.ChangeProperty(0, window, xcffib.xproto.Atom.WM_NAME, xcffib.xproto.Atom.STRING, 8, len(data), data)
        klass = b"plain\0Plain\0"
        core.ChangeProperty(0, window, xcffib.xproto.Atom.WM_CLASS, xcffib.xproto.Atom.STRING, 8, len(klass), klass)

    def draw(self, window: int) -> None:
        """Draw a line across the window."""
        core, context = self.connection.core, self.connection.generate_id()
        core.CreateGC(context, window, xcffib.xproto.GC.Foreground, [WHITE_LINE])
        make: Any = xcffib.xproto.RECTANGLE.synthetic
        core.PolyFillRectangle(window, context, 1, [make(0, 10, 2000, 3)])
        core.FreeGC(context)

    def obey(self, line: str) -> None:
        """Do what a line says."""
        word, *rest = line.split(" ")
        if word in ("popup", "override", "second"):
            x, y = int(rest[0]), int(rest[1])
            colour = {"popup": 0x00FFFF00, "override": 0x00FF00FF, "second": 0x00FF8000}[word]
            title = {"popup": "menu", "override": "on top", "second": "second window"}[word]
            self.make(title, x, y, *SIZES[word], colour, override=word != "second")
        elif word == "title":
            self.set_title(self.main, " ".join(rest))
        elif word in ("take", "give", "shortcut"):
            self.grab(word, *rest)
        elif word != "heard":
            self.configure(word, [int(number) for number in rest])
        self.connection.core.GetInputFocus().reply()
        self.take_events()
        if word == "heard":
            for heard in self.heard:
                say(heard)
            self.heard.clear()
        say("done")

    def configure(self, word: str, numbers: list[int]) -> None:
        """Move, resize, raise, unmap or map the window."""
        core, flags = self.connection.core, xcffib.xproto.ConfigWindow
        if word == "move":
            core.ConfigureWindow(self.main, flags.X | flags.Y, numbers)
        elif word == "size":
            core.ConfigureWindow(self.main, flags.Width | flags.Height, numbers)
        elif word == "raise":
            core.ConfigureWindow(self.main, flags.StackMode, [xcffib.xproto.StackMode.Above])
        elif word == "unmap":
            core.UnmapWindow(self.main)
        else:
            self.await_withdrawn()
            core.MapWindow(self.main)

    def await_withdrawn(self) -> None:
        """Wait until a window manager has noticed that the window went: it may miss its return else (ICCCM 4.1.4)."""
        core, name = self.connection.core, b"WM_STATE"
        atom = core.InternAtom(0, len(name), name).reply().atom
        for _ in range(RETURN_TRIES):
            state = core.GetProperty(0, self.main, atom, 0, 0, 1).reply().value.to_atoms()
            seen = core.GetWindowAttributes(self.main).reply().map_state
            if not state or state[0] != NORMAL_STATE or seen != xcffib.xproto.MapState.Unmapped:
                return
            select.select([], [], [], 0.01)

    def grab(self, word: str, what: str = "") -> None:
        """Take the pointer, the keyboard or a key, or give them back."""
        core = self.connection.core
        if word == "give":
            core.UngrabPointer(0)
            core.UngrabKeyboard(0)
        elif word == "shortcut":
            core.GrabKey(1, self.screen.root, 0, self.keycode(F1 + int(what[1:]) - 1), ASYNC, ASYNC)
        elif what == "pointer":
            core.GrabPointer(1, self.main, MASK.ButtonPress, ASYNC, ASYNC, 0, 0, 0).reply()
        else:
            core.GrabKeyboard(1, self.main, 0, ASYNC, ASYNC).reply()

    def keysyms(self) -> list[list[int]]:
        """Return the keysyms of each keycode from the lowest on."""
        setup = self.connection.get_setup()
        number = setup.max_keycode - setup.min_keycode + 1
        reply = self.connection.core.GetKeyboardMapping(setup.min_keycode, number).reply()
        per = reply.keysyms_per_keycode
        flat = list(reply.keysyms)
        return [flat[start : start + per] for start in range(0, len(flat), per)]

    def keycode(self, keysym: int) -> int:
        """Return the key with a symbol."""
        rows = self.keysyms()
        least: int = self.connection.get_setup().min_keycode
        return least + next(index for index, row in enumerate(rows) if keysym in row)

    def take_events(self) -> None:
        """Draw what is exposed, and remember keys and buttons."""
        while (event := self.connection.poll_for_event()) is not None:
            match event:
                case xcffib.xproto.ExposeEvent():
                    self.draw(event.window)
                case xcffib.xproto.ButtonReleaseEvent():
                    self.heard.append(f"release {event.detail}")
                case xcffib.xproto.ButtonPressEvent():
                    self.heard.append(f"press {event.detail}")
                case xcffib.xproto.KeyPressEvent():
                    symbol = self.keysyms()[event.detail - self.connection.get_setup().min_keycode][0]
                    self.heard.append(f"key {chr(symbol) if symbol < 0x100 else hex(symbol)}")

    def run(self) -> None:
        """Draw and obey until standard input ends."""
        say(str(self.main))
        while True:
            self.take_events()
            self.connection.flush()
            ready, _, _ = select.select([self.connection.get_file_descriptor(), sys.stdin], [], [])
            if sys.stdin in ready:
                line = sys.stdin.readline()
                if not line:
                    return
                self.obey(line.strip())


if __name__ == "__main__":
    kind, title, *numbers = sys.argv[1:]
    PlainWindow(kind, title, *map(int, numbers)).run()
