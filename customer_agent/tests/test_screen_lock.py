"""Locking asks the desktop over D-Bus and believes only what it confirms; nothing is started for it."""

import subprocess
import threading
from itertools import count

import pytest
from jeepney import HeaderFields, MessageType, new_error, new_method_return
from jeepney.bus_messages import message_bus
from jeepney.io.blocking import open_dbus_connection
from xcffib.xproto import KeyPressEvent

from customer_agent.control import screen_lock
from customer_agent.control.gate import Verdict
from customer_agent.control.injector import X11Injector
from customer_agent.media.geometry import Rect
from customer_agent.media.x11 import connect, screen_of
from customer_agent.tests.xserver import x_server
from supportsite.protocol.channel import SystemInput

AREA = Rect(0, 0, 640, 480)
NUMBERS = count(1)


class Bus:
    """A message bus of its own, for one test."""

    def __init__(self):
        command = ["dbus-daemon", "--session", "--nofork", "--print-address"]
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        assert self._process.stdout is not None
        self.address = self._process.stdout.readline().strip()

    def close(self):
        self._process.terminate()
        self._process.wait()
        assert self._process.stdout is not None
        self._process.stdout.close()


class Desktop:
    """A service that locks, or only says yes; answers on a thread until its bus ends."""

    def __init__(self, address, name, *, locks):
        self.locks, self.locked, self.asked = locks, False, []
        self._connection = open_dbus_connection(bus=address)
        self._connection.send_and_get_reply(message_bus.RequestName(name))
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self):
        try:
            while True:
                message = self._connection.receive()
                if message.header.message_type is MessageType.method_call:
                    self._answer(message)
        except (ConnectionError, OSError):
            self._connection.close()

    def _answer(self, message):
        member = message.header.fields[HeaderFields.member]
        self.asked.append(member)
        if member == "Lock":
            self.locked = self.locks
            reply = new_method_return(message)
        elif member == "GetActive":
            reply = new_method_return(message, "b", (self.locked,))
        elif member == "Get":
            reply = new_method_return(message, "v", (("b", self.locked),))
        else:
            reply = new_error(message, "org.freedesktop.DBus.Error.UnknownMethod")
        self._connection.send(reply)

    def join(self):
        self._thread.join(5)
        assert not self._thread.is_alive()


@pytest.fixture
def bus(monkeypatch):
    made = Bus()
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", made.address)
    monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", made.address)
    monkeypatch.setattr(screen_lock, "CONFIRM_SECONDS", 0.2)
    desktops = []

    def start(name, *, locks):
        desktops.append(Desktop(made.address, name, locks=locks))
        return desktops[-1]

    yield start
    made.close()
    for desktop in desktops:
        desktop.join()


@pytest.fixture(scope="module")
def server():
    with x_server(640, 480) as running:
        yield running


def lock(server):
    injector = X11Injector(own_windows=set, display=server.display)
    try:
        message = SystemInput(grant="grant-000001", epoch=1, seq=next(NUMBERS), action="lock")
        return injector.apply(message, AREA, bool)
    finally:
        injector.close()


@pytest.mark.parametrize("name", ["org.gnome.ScreenSaver", "org.freedesktop.ScreenSaver", "org.freedesktop.login1"])
def test_the_desktop_is_asked_to_lock_and_its_answer_is_the_verdict(server, bus, name):
    desktop = bus(name, locks=True)
    assert not screen_lock.screen_is_locked()
    assert lock(server) is Verdict.PASS
    assert desktop.asked.count("Lock") == 1
    assert screen_lock.screen_is_locked()


def test_a_desktop_that_only_says_yes_is_not_believed(server, bus):
    saver = bus("org.xfce.ScreenSaver", locks=False)
    login = bus("org.freedesktop.login1", locks=False)
    assert lock(server) is Verdict.UNSUPPORTED
    assert "Lock" in saver.asked
    assert "Lock" in login.asked


def test_without_a_bus_the_key_of_a_program_that_waits_for_it_is_pressed(server, monkeypatch):
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent/bus")
    monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", "unix:path=/nonexistent/bus")
    assert lock(server) is Verdict.UNSUPPORTED
    locker = connect(server.display)
    root = screen_of(locker).root
    locker.core.GrabKey(False, root, 1 << 6, 46, 1, 1)
    locker.core.GetInputFocus().reply()
    assert lock(server) is Verdict.PASS
    assert not any(locker.core.QueryKeymap().reply().keys)
    events = iter(locker.poll_for_event, None)
    assert [(one.detail, one.state) for one in events if isinstance(one, KeyPressEvent)] == [(46, 1 << 6)]
    locker.disconnect()
