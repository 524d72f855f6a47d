"""A real X server for tests, and programs on it."""

import os
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path


def wait_until(condition: Callable[[], object], seconds: float = 30.0, what: str = "condition") -> None:
    """Poll until `condition()` is true; fail after `seconds`."""
    deadline = time.monotonic() + seconds
    pause = _Pause()
    while not condition():
        assert time.monotonic() < deadline, f"{what} did not come true in {seconds} s"
        pause.wait()


class _Pause:
    """Waits a little on a pipe that never speaks: tests do not sleep."""

    def wait(self) -> None:
        import select

        select.select([], [], [], 0.01)


class XServer:
    """An Xvfb with programs; everything is ended with it."""

    def __init__(self, width: int = 1920, height: int = 1080) -> None:
        read, write = os.pipe()
        self._process = subprocess.Popen(
            ["Xvfb", "-displayfd", str(write), "-screen", "0", f"{width}x{height}x24", "-nolisten", "tcp", "-noreset"],
            pass_fds=[write],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        os.close(write)
        with os.fdopen(read) as answer:
            self.display = f":{int(answer.readline())}"
        self._programs: list[subprocess.Popen[bytes]] = []

    def start(self, *command: str, **environment: str) -> subprocess.Popen[bytes]:
        """Start a program on this display."""
        program = subprocess.Popen(
            command,
            env={**os.environ, "LC_ALL": "C.UTF-8", **environment, "DISPLAY": self.display},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        self._programs.append(program)
        return program

    def run(self, *command: str) -> str:
        """Run a tool on this display and return what it wrote."""
        return subprocess.run(
            command, env={**os.environ, "DISPLAY": self.display}, check=True, capture_output=True, text=True, timeout=20
        ).stdout.strip()

    def window(self, name: str) -> int:
        """Wait for a visible window by its title and return its id."""
        found: list[str] = []

        def look() -> bool:
            result = subprocess.run(
                ["xdotool", "search", "--onlyvisible", "--name", name],
                env={**os.environ, "DISPLAY": self.display},
                check=False,
                capture_output=True,
                text=True,
            )
            found[:] = result.stdout.split()
            return bool(found)

        wait_until(look, what=f"window {name}")
        return int(found[-1])

    def xterm(self, output: Path, title: str = "typing", geometry: str = "80x24+300+200") -> int:
        """Start an xterm whose input goes line by line to `output`, focus it, and return its window."""
        # stty -echo keeps a missing glyph out of the question; the file has what the program received.
        script = f"stty -echo; exec cat > {output}"
        self.start("xterm", "-u8", "-title", title, "-geometry", geometry, "-e", "sh", "-c", script)
        window = self.window(title)
        self.run("xdotool", "windowfocus", "--sync", str(window))
        wait_until(output.exists, what="cat")
        return window

    def close(self) -> None:
        """End the programs, then the server."""
        for program in [*self._programs, self._process]:
            program.terminate()
            try:
                program.wait(5)
            except subprocess.TimeoutExpired:
                program.kill()
                program.wait()


@contextmanager
def x_server(width: int = 1920, height: int = 1080) -> Iterator[XServer]:
    """Run an X server."""
    server = XServer(width, height)
    try:
        yield server
    finally:
        server.close()
