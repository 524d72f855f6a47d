"""The emulated link does what its figures say. Needs root, as everything that measures networks here."""

import random
import socket
import subprocess
import threading

import pytest

from supportsite.bench.link import NAMESPACES, Link, inside, remove_leftovers, run_ip
from supportsite.bench.link_shape import LinkFigures, Shaper


def carry(shaper, sizes, interval=0.001):
    """Offer packets of these sizes, one each `interval`; return when each arrived."""
    for number, size in enumerate(sizes):
        shaper.offer(number * interval, bytes(size))
    arrivals = []
    while (at := shaper.next_at) is not None:
        arrivals += [at] * len(shaper.due(at))
    return arrivals


def test_a_packet_takes_its_delay_and_its_time_on_the_line():
    assert carry(Shaper(LinkFigures(delay=0.02, rate=1_000_000)), [1250, 1250], 0.0) == pytest.approx([0.03, 0.04])


def test_the_queue_holds_300_ms_and_drops_what_comes_after():
    shaper = Shaper(LinkFigures(rate=1_000_000))
    arrivals = carry(shaper, [1250] * 100, 0.0)
    assert len(arrivals) == 31  # the one on the line, and 300 ms of 10 ms packets
    assert shaper.overflowed == 69
    assert max(arrivals) == pytest.approx(0.31)


def test_jitter_never_reorders_and_loss_is_as_asked():
    shaper = Shaper(LinkFigures(delay=0.01, jitter=0.05, loss=0.03), seed=5)
    arrivals = carry(shaper, [100] * 10_000)
    assert arrivals == sorted(arrivals)
    assert 200 < shaper.lost < 400
    assert shaper.passed + shaper.lost == 10_000


def test_a_cut_link_carries_nothing():
    shaper = Shaper(LinkFigures(up=False))
    assert carry(shaper, [100] * 10) == []
    assert shaper.lost == 10


def test_packets_cross_the_link_and_a_cut_stops_them():
    with Link() as link, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as near:
        near.bind((link.near, 0))
        near.settimeout(10)
        with inside(link.namespace):
            far = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        far.bind((link.far, 0))
        far.sendto(b"hello", near.getsockname())
        assert near.recvfrom(100) == (b"hello", far.getsockname())
        lost = link.counts()["out"]["lost"]
        link.cut()
        near.sendto(b"into the dark", far.getsockname())
        while link.counts()["out"]["lost"] == lost:
            pass
        link.heal()
        near.sendto(b"and back", far.getsockname())
        far.settimeout(10)
        assert far.recv(100) == b"and back"
        far.close()
    assert not (NAMESPACES / link.namespace).exists()


def test_programs_run_at_the_far_end_and_reach_a_forwarded_port():
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]

        def answer():
            connection, _ = server.accept()
            connection.sendall(b"from home")
            connection.close()

        threading.Thread(target=answer, daemon=True).start()
        with Link(LinkFigures(up=False), forward=[port]) as link:
            script = f"import socket; print(socket.create_connection(('127.0.0.1', {port})).recv(100).decode())"
            said = subprocess.run(link.command("python3", "-c", script), capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "from home"


def test_namespaces_of_killed_programs_are_removed_by_the_next():
    gone = subprocess.Popen(["true"])
    gone.wait()
    name = f"ssl-{gone.pid}-{random.randrange(10**6)}"
    run_ip("netns", "add", name)
    remove_leftovers()
    assert not (NAMESPACES / name).exists()
