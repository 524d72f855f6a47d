"""An emulated network link: this network namespace at one end, a new one at the other (needs root and /dev/net/tun).

The kernel here may have no netem, so a process of our own stands between two TUN devices and does to the packets what
`link_shape` says. Everything goes with that process: devices with their descriptors, the namespace on `close` (or at
the next `Link`, when this process was killed).
"""

import ctypes
import fcntl
import json
import os
import struct
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, replace
from pathlib import Path
from types import TracebackType
from typing import Self

from supportsite.bench.link_shape import LINKS, LinkFigures

NAMESPACES = Path("/run/netns")
PREFIX = "ssl-"
CLONE_NEWNET = 0x40000000
TUNSETIFF, IFF_TUN, IFF_NO_PI = 0x400454CA, 0x0001, 0x1000
MTU = 1500
READY_SECONDS = 20


class LinkError(RuntimeError):
    """The link cannot be made; the message says why."""


def require_root() -> None:
    """Raise LinkError where links cannot be emulated."""
    if os.geteuid() != 0 or not Path("/dev/net/tun").exists():
        raise LinkError("an emulated link needs root and /dev/net/tun")


def enter_namespace(path: Path) -> None:
    """Move the calling thread into a network namespace. Raises LinkError."""
    libc = ctypes.CDLL(None, use_errno=True)
    descriptor = os.open(path, os.O_RDONLY)
    try:
        if libc.setns(descriptor, CLONE_NEWNET) != 0:
            raise LinkError(f"setns: {os.strerror(ctypes.get_errno())}")
    finally:
        os.close(descriptor)


@contextmanager
def inside(namespace: str) -> Iterator[None]:
    """Let the calling thread open its sockets in a namespace; sockets stay where they were opened."""
    home = os.open("/proc/thread-self/ns/net", os.O_RDONLY)
    enter_namespace(NAMESPACES / namespace)
    try:
        yield
    finally:
        libc = ctypes.CDLL(None, use_errno=True)
        returned = libc.setns(home, CLONE_NEWNET)
        os.close(home)
        if returned != 0:
            raise LinkError("no way back into the own namespace")


def open_tun(name: str) -> int:
    """Open a TUN device in the calling thread's namespace; it goes when the descriptor does."""
    descriptor = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
    fcntl.ioctl(descriptor, TUNSETIFF, struct.pack("16sH22x", name.encode(), IFF_TUN | IFF_NO_PI))
    return descriptor


def run_ip(*words: str) -> None:
    """Run `ip`. Raises LinkError with what it said."""
    done = subprocess.run(["ip", *words], capture_output=True, text=True, check=False, timeout=READY_SECONDS)
    if done.returncode != 0:
        raise LinkError(f"ip {' '.join(words)}: {done.stderr.strip()}")


class Link:
    """A running link. `near` is the address here, `far` the one in `namespace`; use it as a context manager."""

    def __init__(self, figures: LinkFigures | str = "clean", forward: Sequence[int] = ()) -> None:
        """Connect; TCP ports of 127.0.0.1 named in `forward` are reachable at the far end's 127.0.0.1, undelayed."""
        require_root()
        remove_leftovers()
        self.figures = LINKS[figures] if isinstance(figures, str) else figures
        self.namespace = f"{PREFIX}{os.getpid()}-{threading.get_native_id()}"
        block = os.getpid() % 16384 * 4  # a /30 of its own below 10.64/10
        self.near, self.far = (f"10.{64 + (block >> 16)}.{block >> 8 & 255}.{(block & 255) + end}" for end in (1, 2))
        run_ip("netns", "add", self.namespace)
        try:
            self._start(forward)
        except BaseException:
            run_ip("netns", "delete", self.namespace)
            raise

    def _start(self, forward: Sequence[int]) -> None:
        arguments = [self.namespace, self.near, self.far, *map(str, forward)]
        self._process = subprocess.Popen(
            [sys.executable, "-m", "supportsite.bench.link_process", *arguments],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        assert self._process.stdout is not None
        if self._process.stdout.readline().strip() != "ready":
            self._process.wait(READY_SECONDS)
            raise LinkError("the link's process did not start")
        self.set(self.figures)

    def set(self, out: LinkFigures | str, back: LinkFigures | None = None) -> None:
        """Change the link now: from here to there, and back (given nothing: the same)."""
        self.figures = LINKS[out] if isinstance(out, str) else out
        self._ask({"out": asdict(self.figures), "back": asdict(back or self.figures)})

    def cut(self) -> None:
        """Let nothing through."""
        self.set(replace(self.figures, up=False))

    def heal(self) -> None:
        """End a cut."""
        self.set(replace(self.figures, up=True))

    def counts(self) -> dict[str, dict[str, int]]:
        """Return per direction (`out`, `back`) how many packets passed, were lost, and overflowed the queue."""
        return self._ask({})

    def _ask(self, message: dict[str, object]) -> dict[str, dict[str, int]]:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(message) + "\n")
        self._process.stdin.flush()
        answer: dict[str, dict[str, int]] = json.loads(self._process.stdout.readline())
        return answer

    def command(self, *words: str) -> list[str]:
        """Return the command line that runs a program at the far end."""
        return ["ip", "netns", "exec", self.namespace, *words]

    def close(self) -> None:
        """Take the link away."""
        for pipe in (self._process.stdin, self._process.stdout):
            with suppress(OSError):
                pipe.close()  # type: ignore[union-attr]  # the process ends with its input
        try:
            self._process.wait(5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait(5)
        run_ip("netns", "delete", self.namespace)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()


def remove_leftovers() -> None:
    """Delete namespaces of links whose process is gone."""
    for path in NAMESPACES.glob(f"{PREFIX}*"):
        owner = path.name.removeprefix(PREFIX).partition("-")[0]
        if owner.isdigit() and not Path("/proc", owner).exists():
            with suppress(LinkError):
                run_ip("netns", "delete", path.name)
