"""The customer's computer: an X display of its own, a window manager, programs, and a hand that is not the CSR's.

The hand works by xdotool, as a person would by mouse and keyboard; it knows nothing of the program that it uses.
"""

import os
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

import mss
import mss.tools
import xcffib
import xcffib.xproto

from sessions.tests.e2e import processes
from sessions.tests.e2e.waiting import until

WIDTH, HEIGHT = 1280, 800


@dataclass(frozen=True)
class Window:
    """A window as the hand sees it: where it is on the screen, in pixels."""

    id: str
    x: int
    y: int
    width: int
    height: int


class Display:
    """An Xvfb with openbox. `environment` makes programs appear on it."""

    def __init__(self, folder: Path, *, width: int = WIDTH, height: int = HEIGHT, **environment: str) -> None:
        """Start the server on a free display number and wait until a window manager answers.

        `environment` is set for its programs too.
        """
        self.folder, self.width, self.height = folder, width, height
        folder.mkdir(parents=True, exist_ok=True)
        read, write = os.pipe()
        command = [
            "Xvfb",
            "-displayfd",
            str(write),
            "-screen",
            "0",
            f"{width}x{height}x24",
            "-nolisten",
            "tcp",
            "-ac",
            "-noreset",
        ]
        self._processes = [processes.start(command, log=folder / "xvfb.log", pass_fds=(write,))]
        self._named: dict[str, subprocess.Popen[bytes]] = {}
        os.close(write)
        with os.fdopen(read) as pipe:
            number = pipe.readline().strip()
        assert number, "Xvfb did not start"
        self.name = f":{number}"
        self.environment = {
            "DISPLAY": self.name,
            "LC_ALL": "C.UTF-8",
            "XDG_SESSION_TYPE": "x11",
            "WAYLAND_DISPLAY": "",
        } | environment
        self.run(["openbox"], name="openbox")
        until(lambda: self._atom_set("_NET_SUPPORTING_WM_CHECK"), "the window manager answers")

    def run(self, command: list[str], *, name: str) -> subprocess.Popen[bytes]:
        """Start a program on this display instead of an earlier one of this name; it ends with the display."""
        earlier = self._named.pop(name, None)
        if earlier is not None:
            processes.stop(earlier, seconds=3)
        process = processes.start(command, log=self.folder / f"{name}.log", env=self.environment)
        self._processes.append(process)
        self._named[name] = process
        return process

    def close(self) -> None:
        """End everything that runs on this display, newest first."""
        for process in reversed(self._processes):
            processes.stop(process, seconds=3)

    def _connect(self) -> xcffib.Connection:
        return xcffib.connect(display=self.name)

    def _atom_set(self, name: str) -> bool:
        connection = self._connect()
        try:
            atom = connection.core.InternAtom(False, len(name), name).reply().atom
            root = connection.get_setup().roots[0].root
            reply = connection.core.GetProperty(False, root, atom, xcffib.xproto.Atom.Any, 0, 1).reply()
            return bool(reply.value_len)
        finally:
            connection.disconnect()

    def keys_down(self) -> int:
        """Return how many keys the X server believes to be pressed (XQueryKeymap)."""
        connection = self._connect()
        try:
            return sum(int(byte).bit_count() for byte in connection.core.QueryKeymap().reply().keys)
        finally:
            connection.disconnect()

    def buttons_down(self) -> bool:
        """Return whether a mouse button or a modifier is held."""
        connection = self._connect()
        try:
            root = connection.get_setup().roots[0].root
            return bool(connection.core.QueryPointer(root).reply().mask & 0x1F0D)
        finally:
            connection.disconnect()

    def pointer(self) -> tuple[int, int]:
        """Return where the pointer is, in pixels."""
        connection = self._connect()
        try:
            root = connection.get_setup().roots[0].root
            reply = connection.core.QueryPointer(root).reply()
            return reply.root_x, reply.root_y
        finally:
            connection.disconnect()

    def picture(self, name: str) -> Path:
        """Save what the display shows as PNG, for a person who looks why a test failed."""
        path = self.folder / f"{name}.png"
        with mss.MSS(display=self.name, with_cursor=True) as screen:
            shot = screen.grab(screen.monitors[0])
        path.write_bytes(mss.tools.to_png(shot.rgb, shot.size) or b"")
        return path

    def hand(self, *arguments: str) -> str:
        """Let the customer's own hand do one xdotool command."""
        done = subprocess.run(
            ["xdotool", *arguments],
            env=os.environ | self.environment,
            capture_output=True,
            text=True,
            timeout=20,
            check=False,
        )
        return done.stdout

    def windows(self, name: str, *, by: str = "name") -> list[Window]:
        """Return the visible windows whose title, or class with `by="class"`, matches the expression `name`."""
        found = []
        for window in self.hand("search", "--onlyvisible", f"--{by}", name).split():
            shape = dict(
                re.findall(
                    r"^(X|Y|WIDTH|HEIGHT)=(-?\d+)$", self.hand("getwindowgeometry", "--shell", window), re.MULTILINE
                )
            )
            if len(shape) == 4:
                found.append(Window(window, *(int(shape[key]) for key in ("X", "Y", "WIDTH", "HEIGHT"))))
        return found

    def click(self, x: int, y: int, button: int = 1) -> None:
        """Click with the customer's own mouse."""
        self.hand("mousemove", str(x), str(y), "click", str(button))
