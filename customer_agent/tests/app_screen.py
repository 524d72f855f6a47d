"""A private X display, a hand that clicks on it (xdotool), and the program running there."""

import ast
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]


def wait_until(ready: Callable[[], object], seconds: float = 30.0) -> None:
    """Wait until `ready` holds; fails after `seconds`."""
    end = time.monotonic() + seconds
    pause = threading.Event()
    while not ready():
        assert time.monotonic() < end, "it did not happen in time"
        pause.wait(0.02)


def processes_of(display: "Display") -> list[str]:
    """Return the command lines of our processes that run on this display."""
    found = []
    for path in Path("/proc").glob("[0-9]*"):
        try:
            inside = f"DISPLAY={display.name}\0" in (path / "environ").read_text(errors="replace")
            command = (path / "cmdline").read_text(errors="replace").replace("\0", " ")
        except OSError:
            continue
        if inside and ("customer_agent" in command or "support-manager" in command):
            found.append(command)
    return found


class Display:
    """An Xvfb of its own, on a number that the server picks; with or without a window manager."""

    def __init__(self, *, window_manager: bool = True, size: str = "1280x800") -> None:
        read, write = os.pipe()
        self._server = subprocess.Popen(
            ["Xvfb", "-displayfd", str(write), "-screen", "0", f"{size}x24", "-nolisten", "tcp", "-noreset"],
            pass_fds=[write], stderr=subprocess.DEVNULL,
        )  # fmt: skip
        os.close(write)
        with os.fdopen(read) as pipe:
            self.name = f":{pipe.readline().strip()}"
        self._manager: subprocess.Popen[bytes] | None = None
        self._painter: subprocess.Popen[bytes] | None = None
        self._monitors: set[str] = set()
        if window_manager:
            self._manager = subprocess.Popen(
                ["openbox"], env=self.environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
            )

    @property
    def display(self) -> str:
        """The name, as `XServer` calls it."""
        return self.name

    @property
    def environment(self) -> dict[str, str]:
        return {**os.environ, "DISPLAY": self.name}

    def hand(self, *arguments: object) -> str:
        """Do something with the mouse or the keyboard, as the owner."""
        done = subprocess.run(
            ["xdotool", *map(str, arguments)],
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=20,
            check=False,
        )
        return done.stdout

    def monitors(self, **places: tuple[int, int, int, int]) -> None:
        """Let the screen consist of these monitors: name to x, y, width, height. The first has the real output."""
        import xcffib.randr

        from customer_agent.media.x11 import connect, screen_of

        connection = connect(self.name)
        randr, root = connection(xcffib.randr.key), screen_of(connection).root
        randr.QueryVersion(1, 5).reply()
        outputs = list(randr.GetScreenResources(root).reply().outputs)
        for name in self._monitors - set(places):
            randr.DeleteMonitorChecked(root, connection.core.InternAtom(0, len(name), name).reply().atom).check()
        for number, (name, (x, y, width, height)) in enumerate(places.items()):
            if name in self._monitors:
                continue
            atom = connection.core.InternAtom(0, len(name), name).reply().atom
            own = outputs if number == 0 else []
            monitor = xcffib.randr.MonitorInfo.synthetic(
                atom, number == 0, False, len(own), x, y, width, height, 0, 0, own
            )  # fmt: skip
            randr.SetMonitorChecked(root, monitor).check()
        self._monitors = set(places)
        connection.disconnect()

    def lock(self) -> None:
        """Turn the screen saver on, as a screen lock does."""
        import xcffib.xproto

        from customer_agent.media.x11 import connect

        connection = connect(self.name)
        connection.core.ForceScreenSaverChecked(xcffib.xproto.ScreenSaver.Active).check()
        connection.disconnect()

    def paint_for_ever(self) -> None:
        """Change something on the screen twenty times a second, until the display closes."""
        if self._painter is None:
            script = (
                "import tkinter\n"
                "root = tkinter.Tk()\n"
                "root.geometry('200x100+20+600')\n"
                "label = tkinter.Label(root, font=('', 40))\n"
                "label.pack()\n"
                "def count(n):\n"
                "    label.configure(text=str(n))\n"
                "    root.after(50, count, n + 1)\n"
                "count(0)\n"
                "root.mainloop()\n"
            )
            self._painter = subprocess.Popen([sys.executable, "-c", script], env=self.environment)

    def pointer(self) -> tuple[int, int]:
        """Return where the mouse is."""
        found = re.search(r"x:(\d+) y:(\d+)", self.hand("getmouselocation"))
        assert found is not None
        return int(found[1]), int(found[2])

    def picture(self, path: Path) -> None:
        """Save what is on the screen."""
        script = (
            "import sys, mss, mss.tools\n"
            "with mss.MSS() as screen:\n"
            "    shot = screen.grab(screen.monitors[1])\n"
            "    mss.tools.to_png(shot.rgb, shot.size, output=sys.argv[1])\n"
        )
        subprocess.run([sys.executable, "-c", script, str(path)], env=self.environment, check=True, timeout=30)

    def close(self) -> None:
        for process in (self._painter, self._manager, self._server):
            if process is not None:
                process.terminate()
                process.wait(10)


class Program:
    """The Support Manager as a process; `places` are the buttons it says it has drawn."""

    def __init__(
        self, display: Display, *arguments: str, archive: Path | None = None, temporary: Path | None = None
    ) -> None:
        environment = {**display.environment, "LANG": "C.UTF-8"}
        command = [str(archive)] if archive is not None else ["-m", "customer_agent"]
        if archive is None:
            environment["PYTHONPATH"] = str(ROOT)
        self.home = Path(tempfile.mkdtemp(prefix="app-home-"))
        environment["HOME"] = str(self.home)
        if temporary is not None:
            environment["TMPDIR"] = str(temporary)
        self._display = display
        self.process = subprocess.Popen(
            [sys.executable, *command, "--log-level", "debug", *arguments],
            env=environment, cwd=self.home, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        self.lines: list[str] = []
        self._changed = threading.Condition()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stderr is not None
        for line in self.process.stderr:
            with self._changed:
                self.lines.append(line.rstrip())
                self._changed.notify_all()
        with self._changed:
            self._changed.notify_all()

    def wait_line(self, pattern: str, seconds: float = 30, after: int = 0) -> str:
        """Return the newest line since line number `after` that matches."""

        def found() -> list[str]:
            return [line for line in self.lines[after:] if re.search(pattern, line)]

        with self._changed:
            ok = self._changed.wait_for(lambda: bool(found()) or self.process.poll() is not None, seconds)
            assert ok, (pattern, self.lines[-30:])
            assert found(), (pattern, self.lines[-30:])
            return found()[-1]

    def consent_buttons(self, after: int = 0) -> dict[str, tuple[int, int, int, int]]:
        line = self.wait_line(r"geometry consent", after=after)
        places: dict[str, tuple[int, int, int, int]] = ast.literal_eval(line.split("geometry consent ", 1)[1])
        return places

    def bar_button(self, text: str, after: int = 0) -> tuple[int, int, int, int]:
        line = self.wait_line(rf"geometry bar .*'{text}'", after=after)
        place: dict[str, Any] = ast.literal_eval(line.split("geometry bar ", 1)[1])
        button: tuple[int, int, int, int] = place["buttons"][text]
        return button

    def consent_places(self, wanted: str = "geometry consent", after: int = 0) -> dict[str, Any]:
        """Return where the parts of the question are, from a line that matches."""
        line = self.wait_line(wanted, after=after)
        places: dict[str, Any] = ast.literal_eval(line.split("geometry consent ", 1)[1])
        return places

    def allow(self, after: int = 0) -> None:
        """Press Allow as an owner who uses the keyboard."""
        self.wait_line("allow enabled", after=after)
        self._display.hand("key", "Tab")
        self._display.hand("key", "space")

    def click(self, place: tuple[int, int, int, int]) -> None:
        x, y, width, height = place
        self._display.hand("mousemove", "--sync", x + width // 2, y + height // 2, "click", 1)

    def close(self) -> None:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGKILL)
        self.process.wait(10)
        self._reader.join(10)
        assert self.process.stderr is not None
        self.process.stderr.close()
        shutil.rmtree(self.home)
