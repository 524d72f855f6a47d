"""Programs with windows, and a viewer of captured windows, for tests."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from customer_agent.media.capture import LayoutChangedError
from customer_agent.media.geometry import Rect
from customer_agent.media.window_reader import WindowReader
from customer_agent.media.windows import WindowCapture, WindowsReport
from customer_agent.media.x11 import connect
from customer_agent.tests.xserver import XServer, wait_until

CANARY, GREEN, YELLOW, ORANGE, WHITE = 0xFF00FF, 0x00C000, 0xFFFF00, 0xFF8000, 0xFFFFFF
BLUE, RED = 0x0000C0, 0xC00000


class WindowProgram:
    """A program of `tests/programs` that obeys lines."""

    def __init__(self, server: XServer, *command: str) -> None:
        self.process = subprocess.Popen(
            command,
            env={**os.environ, "LC_ALL": "C.UTF-8", "GDK_BACKEND": "x11", "DISPLAY": server.display},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        self.said: list[str] = []
        self.first = self.process.stdout.readline().strip()

    def tell(self, line: str) -> None:
        """Have a line done."""
        self.process.stdin.write(f"{line}\n")
        self.process.stdin.flush()
        while (answer := self.process.stdout.readline().strip()) != "done":
            assert answer, "the program ended"
            self.said.append(answer)

    def stop(self) -> None:
        """Let it do nothing any more, as a hung program."""
        self.process.send_signal(signal.SIGSTOP)
        wait_until(lambda: " T " in f" {_state(self.process.pid)} ", what="a stopped program")

    def go_on(self) -> None:
        """Let it go on."""
        self.process.send_signal(signal.SIGCONT)

    def close(self) -> None:
        """End it."""
        self.process.kill()
        self.process.wait()
        self.process.stdin.close()
        self.process.stdout.close()


def _state(pid: int) -> str:
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]


@contextmanager
def plain(server: XServer, kind: str, place: Rect, title: str = "") -> Iterator[WindowProgram]:
    """Run `plain_window`; its `first` is the window's number."""
    numbers = [str(number) for number in (place.x, place.y, place.width, place.height)]
    module = "customer_agent.tests.programs.plain_window"
    program = WindowProgram(server, sys.executable, "-m", module, kind, title or kind, *numbers)
    try:
        yield program
    finally:
        program.close()


@contextmanager
def gtk(server: XServer, title: str, x: int, y: int) -> Iterator[WindowProgram]:
    """Run `gtk_window` with the system's Python, which has GTK."""
    file = Path(__file__).with_name("programs") / "gtk_window.py"
    program = WindowProgram(server, "/usr/bin/python3", str(file), title, str(x), str(y))
    try:
        yield program
    finally:
        program.close()


@contextmanager
def tk(server: XServer, title: str, place: str) -> Iterator[WindowProgram]:
    """Run `tk_window`."""
    program = WindowProgram(server, sys.executable, "-m", "customer_agent.tests.programs.tk_window", title, place)
    try:
        yield program
    finally:
        program.close()


def start_manager(server: XServer) -> None:
    """Start a window manager and wait until it works."""
    server.start("openbox")
    connection = connect(server.display)
    reader = WindowReader(connection)
    wait_until(reader.has_manager, what="a window manager")
    connection.disconnect()


def focus(server: XServer, window: int | str) -> None:
    """Give a window the focus, as soon as it can have it."""
    environment = {**os.environ, "DISPLAY": server.display}

    def try_it() -> bool:
        subprocess.run(["xdotool", "windowfocus", str(window)], env=environment, check=False, capture_output=True)
        asked = ["xdotool", "getwindowfocus"]
        answer = subprocess.run(asked, env=environment, check=False, capture_output=True, text=True)
        return answer.stdout.strip() == str(window)

    wait_until(try_it, what="the focus")


class View:
    """Follows a capture as the engine does, and keeps the whole picture."""

    def __init__(self, capture: WindowCapture) -> None:
        self.capture = capture
        self.reports: list[WindowsReport] = []
        self.grabs = self.layouts = 0
        capture.listen(self.reports.append)
        self._open()

    def _open(self) -> None:
        self.layouts += 1
        self.area = self.capture.monitors()[0].rect
        assert self.area.width % 2 == self.area.height % 2 == 0
        self.capture.open(self.area)
        self.picture = np.zeros((self.area.height, self.area.width, 4), np.uint8)

    def step(self, seconds: float = 0.02) -> bool:
        """Take one picture if there is a new one."""
        try:
            if not self.capture.wait(seconds):
                return False
            patches = self.capture.grab()
        except LayoutChangedError:
            self._open()
            return True
        for patch in patches:
            box = patch.box
            assert [box.x % 2, box.y % 2, box.width % 2, box.height % 2] == [0, 0, 0, 0]
            self.picture[box.y : box.bottom, box.x : box.right] = patch.pixels
        self.grabs += bool(patches)
        return bool(patches)

    def until(self, condition: Callable[[], object], what: str, seconds: float = 10.0) -> None:
        """Follow until something is true."""

        def follow() -> bool:
            self.step()
            return bool(condition())

        wait_until(follow, seconds, what)

    def settle(self, steps: int = 8) -> None:
        """Follow until nothing new came a few times in a row."""
        quiet = 0

        def follow() -> bool:
            nonlocal quiet
            quiet = 0 if self.step(0.03) else quiet + 1
            return quiet >= steps

        wait_until(follow, what="stillness")

    def count(self, colour: int) -> int:
        """Return how many pixels of exactly this colour the picture has."""
        wanted = np.array([colour & 255, colour >> 8 & 255, colour >> 16], np.uint8)
        return int((self.picture[..., :3] == wanted).all(axis=2).sum())

    @property
    def last(self) -> WindowsReport:
        """The last report."""
        return self.reports[-1]

    def states(self) -> dict[int, str]:
        """Return the windows' states as last told."""
        return {info.window: info.state for info in self.last.windows}
