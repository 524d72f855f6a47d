"""A child that lets go of keys and buttons when the Support Manager is gone, however it went.

It has an X connection of its own and is told of each press before it happens; the end of its pipe is the sign.
"""

import contextlib
import os
import signal
import subprocess
import sys
from typing import IO

import xcffib
import xcffib.xproto
import xcffib.xtest

from customer_agent.media.x11 import DisplayError, connect, screen_of

KEY_RELEASE, BUTTON_RELEASE = 3, 5


class Watchdog:
    """The parent's end. Lines: `+k 38`, `-k 38`, `+b 1`, `-b 1`, `s 248 249` (the spare keys in use)."""

    def __init__(self, display: str | None = None) -> None:
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
        if display:
            environment["DISPLAY"] = display
        self._process = subprocess.Popen(
            [sys.executable, "-m", "customer_agent.control.watchdog"],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env=environment,
            start_new_session=True,  # Ctrl-C at a terminal must not end it before its time
        )

    @property
    def pid(self) -> int:
        """Process id of the child."""
        return self._process.pid

    def tell(self, line: str) -> None:
        """Tell the child something; a child that is gone is not missed before the next press."""
        if self._process.stdin is not None:
            with contextlib.suppress(BrokenPipeError):
                self._process.stdin.write(f"{line}\n".encode())
                self._process.stdin.flush()

    def close(self) -> None:
        """Let the child clean up and end."""
        if self._process.stdin is not None:
            with contextlib.suppress(BrokenPipeError):
                self._process.stdin.close()
        try:
            self._process.wait(2)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


def release(keys: set[int], buttons: set[int], spare: set[int], display: str | None = None) -> None:
    """Let go of keys and buttons and empty spare keys, through a new connection."""
    connection = connect(display)
    root = screen_of(connection).root
    xtest = connection(xcffib.xtest.key)
    for code in sorted(keys):
        xtest.FakeInput(KEY_RELEASE, code, 0, root, 0, 0, 0)
    for button in sorted(buttons):
        xtest.FakeInput(BUTTON_RELEASE, button, 0, root, 0, 0, 0)
    for code in sorted(spare):
        connection.core.ChangeKeyboardMapping(1, code, 2, [0, 0])
    connection.core.GetInputFocus().reply()
    connection.disconnect()


def watch(lines: IO[str]) -> None:
    """Follow the parent's lines to their end, then release what is still down."""
    held: dict[str, set[int]] = {"k": set(), "b": set()}
    spare: set[int] = set()
    for line in lines:
        word, *numbers = line.split()
        codes = {int(number) for number in numbers}
        if word == "s":
            spare = codes
        elif word[0] == "+":
            held[word[1]] |= codes
        else:
            held[word[1]] -= codes
    if held["k"] or held["b"] or spare:
        release(held["k"], held["b"], spare)


def main() -> None:
    """Run the child."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    with contextlib.suppress(DisplayError, xcffib.ConnectionException):  # the display is gone, and its keys with it
        watch(sys.stdin)


if __name__ == "__main__":
    main()
