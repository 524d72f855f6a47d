"""The process between the two TUN devices of a `link.Link`; ends when its input does.

Run as `python -m supportsite.bench.link_process NAMESPACE NEAR FAR [PORT …]`. Each line on its input is a JSON object
with new figures for `out` and `back` (or nothing); each is answered with the counts.
"""

import json
import os
import select
import socket
import sys
import threading
import time
from contextlib import suppress

from supportsite.bench.link import MTU, inside, open_tun, run_ip
from supportsite.bench.link_shape import LINKS, LinkFigures, Shaper

TCP_CHUNK = 65_536
PRIORITY = -10  # a line keeps its time however busy the computers at its ends are


def shape(near: int, far: int) -> None:
    """Carry packets between the devices until standard input ends."""
    ways = [(near, far, Shaper(LINKS["clean"], 1)), (far, near, Shaper(LINKS["clean"], 2))]
    waiting = select.poll()
    for descriptor in (near, far, sys.stdin.fileno()):
        waiting.register(descriptor, select.POLLIN)
    while True:
        dues = [at for _, _, way in ways if (at := way.next_at) is not None]
        rest = max(0.0, min(dues) - time.monotonic()) * 1000 if dues else None
        ready = {descriptor for descriptor, _ in waiting.poll(rest)}
        for source, target, way in ways:
            if source in ready:
                _take(source, way)
            for packet in way.due(time.monotonic()):
                with suppress(OSError):  # the device is going, or its queue is full: lost, as on a real link
                    os.write(target, packet)
        if sys.stdin.fileno() in ready and not _obey([way for _, _, way in ways]):
            return


def _take(source: int, way: Shaper) -> None:
    with suppress(BlockingIOError):
        while True:
            way.offer(time.monotonic(), os.read(source, MTU + 100))


def _obey(ways: list[Shaper]) -> bool:
    line = sys.stdin.readline()
    if not line:
        return False
    message = json.loads(line)
    counts = {}
    for name, way in zip(("out", "back"), ways, strict=True):
        if name in message:
            way.figures = LinkFigures(**message[name])
        counts[name] = {"passed": way.passed, "lost": way.lost, "overflowed": way.overflowed, "bytes": way.passed_bytes}
    sys.stdout.write(json.dumps(counts) + "\n")
    sys.stdout.flush()
    return True


def forward(listener: socket.socket, port: int) -> None:
    """Carry TCP connections from the far end's loopback to a port of this namespace's."""
    while True:
        there, _ = listener.accept()
        here = socket.create_connection(("127.0.0.1", port))
        for one, two in ((there, here), (here, there)):
            threading.Thread(target=_pump, args=(one, two), daemon=True).start()


def _pump(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):
        while data := source.recv(TCP_CHUNK):
            target.sendall(data)
        target.shutdown(socket.SHUT_WR)


def main() -> None:
    """Make the devices, say `ready`, carry packets."""
    namespace, near_address, far_address, *ports = sys.argv[1:]
    os.nice(PRIORITY)
    name = f"link{os.getpid()}"
    near = open_tun(name)
    with inside(namespace):
        far = open_tun(name)
        listeners = [(socket.create_server(("127.0.0.1", int(port))), int(port)) for port in ports]
    mtu = str(MTU)
    run_ip("address", "add", near_address, "peer", far_address, "dev", name)
    run_ip("link", "set", name, "mtu", mtu, "up")
    run_ip("-n", namespace, "address", "add", far_address, "peer", near_address, "dev", name)
    run_ip("-n", namespace, "link", "set", name, "mtu", mtu, "up")
    run_ip("-n", namespace, "link", "set", "lo", "up")
    for listener, port in listeners:
        threading.Thread(target=forward, args=(listener, port), daemon=True).start()
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    shape(near, far)


if __name__ == "__main__":
    main()
