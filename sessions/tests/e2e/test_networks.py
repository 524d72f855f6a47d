"""Networks that do not let a peer connection through, change, or die: the picture finds another way, unasked."""

import os
import signal
import subprocess
import time
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Playwright, expect

from sessions.tests.e2e import picture, story
from sessions.tests.e2e.conftest import CHROMIUM, FLAGS
from sessions.tests.e2e.display import Display
from sessions.tests.e2e.people import Csr, Customer, People
from sessions.tests.e2e.programs import COLOURS, Board
from sessions.tests.e2e.support_manager import SupportManager
from sessions.tests.e2e.waiting import until

# The page's own switch in front of its peer connections: `window.peers` is "open"; or "udp", "tcp", "tls": only TURN,
# and only by that transport; or "blocked": it gathers nothing at all, as where a firewall lets out only the web.
SWITCH = """
window.peers = %r;
window.RTCPeerConnection = class extends RTCPeerConnection {
  constructor(configuration) {
    const [scheme, transport] = window.peers === 'tls' ? ['turns:', 'tcp'] : ['turn:', window.peers];
    const wanted = url => url.startsWith(scheme) && url.endsWith('=' + transport);
    const iceServers = configuration.iceServers.map(one => ({...one, urls: one.urls.filter(wanted)}));
    const narrow = {iceTransportPolicy: 'relay', iceServers: iceServers.filter(one => one.urls.length)};
    super(window.peers === 'open' ? configuration : {...configuration, ...narrow});
    (window.allPeers ??= []).push(this);
  }
};
"""


@pytest.fixture(scope="module")
def csr_browser(playwright: Playwright) -> Iterator[Browser]:
    """A Chromium that trusts the self-signed certificate of this installation's coturn."""
    browser = playwright.chromium.launch(executable_path=CHROMIUM, args=[*FLAGS, "--ignore-certificate-errors"])
    yield browser
    browser.close()


def meet(people: People, display: Display, peers: str) -> tuple[Csr, Customer, SupportManager]:
    """Return a CSR whose network is as `peers` says, with a customer and the customer's Support Manager."""
    csr, customer = people.csr(script=SWITCH % peers), people.customer()
    customer.join(story.begin(csr))
    story.await_state(csr, "active")
    return csr, customer, story.attach(customer, display)


def path_shown(csr: Csr, words: str) -> None:
    """Wait until the figures say which way the picture takes."""
    figures = csr.page.get_by_role("button", name="Figures", exact=True)
    expect(figures).to_be_visible(timeout=20_000)
    if figures.get_attribute("aria-pressed") != "true":
        figures.click()
    expect(csr.page.locator(".quality")).to_contain_text(words, timeout=20_000)


def repaint(csr: Csr, display: Display, board: Board, seconds: float = 20) -> None:
    """Change the customer's screen and wait until the CSR sees it."""
    board.recolour()
    sees_yellow(csr, display, board, seconds)


def sees_yellow(csr: Csr, display: Display, board: Board, seconds: float = 20) -> None:
    """Wait until yellow is where red was."""
    red = board.centre_of("red")
    picture.shows(csr.page, red[0] / display.width, red[1] / display.height, COLOURS["yellow"], seconds=seconds)


def abort_media(manager: SupportManager) -> None:
    """End the Support Manager's UDP sockets under it, as when the address that they are bound to goes away."""
    own = f"pid={manager.process.pid},"
    listed = subprocess.run(["ss", "-Hunap"], capture_output=True, text=True, check=True).stdout.splitlines()
    ports = {line.split()[3].rpartition(":")[2] for line in listed if own in line}
    assert ports, "the Support Manager has no media sockets"
    for port in ports:
        subprocess.run(["ss", "-K", "-u", "-a", "sport", "=", f":{port}"], capture_output=True, check=True)


def test_without_any_peer_connection_the_web_server_carries_picture_and_input_until_a_better_way_opens(
    people: People, display: Display
) -> None:
    """Everything but the web server blocked, then let through: WebSocket relay and back, under one grant."""
    board = Board(display)
    csr, customer, manager = meet(people, display, "blocked")
    view = story.share_view(csr, manager)
    story.sees_board(csr, display, board)
    path_shown(csr, "through the web server")
    control = story.share_control(csr, manager)
    story.take_over(csr, display, *board.centre_of("green"))
    until(lambda: board.events("press"), "the CSR operates through the relay")

    csr.page.evaluate("window.peers = 'open'; window.dispatchEvent(new Event('online'))")
    path_shown(csr, "direct")
    story.sees_board(csr, display, board)
    repaint(csr, display, board)
    assert {grant["id"] for grant in csr.grants()} == {view["id"], control["id"]}
    assert manager.consent() is None
    csr.page.evaluate("window.peers = 'blocked'; for (const peer of window.allPeers) peer.close()")
    path_shown(csr, "through the web server")
    sees_yellow(csr, display, board)
    assert {grant["id"] for grant in csr.grants()} == {view["id"], control["id"]}
    assert manager.consent() is None
    customer.press("Stop everything")
    story.await_no_grant(csr)
    expect(csr.page.locator("video")).to_have_count(0, timeout=10_000)
    manager.close()


@pytest.mark.parametrize("transport", ["udp", "tcp", "tls"])
def test_a_viewer_behind_turn_sees_and_is_told_so(people: People, display: Display, transport: str) -> None:
    """Only relayed candidates on the CSR's side, by one transport: coturn carries it."""
    board = Board(display)
    csr, _customer, manager = meet(people, display, transport)
    story.share_view(csr, manager)
    story.sees_board(csr, display, board)
    path_shown(csr, f"through a relay ({transport.upper()})")
    manager.close()


@pytest.mark.parametrize("fault", [signal.SIGKILL, signal.SIGSTOP], ids=["killed", "silent"])
def test_a_dead_turn_server_is_replaced_within_ten_seconds(people: People, display: Display, fault: int) -> None:
    """F21: coturn dies, or goes silent, in mid-picture; the same grant, no question."""
    board = Board(display)
    csr, _customer, manager = meet(people, display, "udp")
    view = story.share_view(csr, manager)
    story.sees_board(csr, display, board)
    path_shown(csr, "through a relay (UDP)")
    coturn = people.stack.pid_of("coturn")
    os.kill(coturn, fault)
    died = time.monotonic()
    try:
        repaint(csr, display, board)
        assert time.monotonic() - died <= 10, time.monotonic() - died
        if fault == signal.SIGSTOP:  # the killed one is started again
            path_shown(csr, "through the web server")
    finally:
        if fault == signal.SIGSTOP:
            os.kill(coturn, signal.SIGCONT)
    assert [grant["id"] for grant in csr.grants()] == [view["id"]]
    assert manager.consent() is None
    manager.close()


def test_a_changed_network_is_mended_within_five_seconds_without_a_question(people: People, display: Display) -> None:
    """F20: the connection's packets go nowhere any more, as with a new address; nothing told the browser."""
    board = Board(display)
    csr, _customer, manager = meet(people, display, "open")
    view = story.share_view(csr, manager)
    story.sees_board(csr, display, board)
    abort_media(manager)
    cut = time.monotonic()
    repaint(csr, display, board)
    assert time.monotonic() - cut <= 5, time.monotonic() - cut
    assert [grant["id"] for grant in csr.grants()] == [view["id"]]
    assert manager.consent() is None
    manager.close()


def test_a_computer_that_slept_shows_its_screen_again_within_five_seconds(people: People, display: Display) -> None:
    """The Support Manager stands still for eight seconds, as a lid that was closed."""
    board = Board(display)
    csr, _customer, manager = meet(people, display, "open")
    view = story.share_view(csr, manager)
    story.sees_board(csr, display, board)
    os.kill(manager.process.pid, signal.SIGSTOP)
    slept = time.monotonic()
    board.recolour()
    until(lambda: time.monotonic() - slept >= 8, "eight seconds passed")
    os.kill(manager.process.pid, signal.SIGCONT)
    woke = time.monotonic()
    sees_yellow(csr, display, board)
    assert time.monotonic() - woke <= 5, time.monotonic() - woke
    assert [grant["id"] for grant in csr.grants()] == [view["id"]]
    assert manager.consent() is None
    manager.close()
