"""Whether the screen of a Linux desktop is locked, from what says so first.

- D-Bus: the desktop's screen saver (`ActiveChanged`) and the login manager's `LockedHint`.
- X11: lockers that cover the screen with a window of their own, and xscreensaver's property of the root window.

A screen that is only blank is not locked. A locker that does none of this is not noticed; then the picture goes on
showing what it shows, which over a desktop is the locker.
"""

import contextlib
import logging
import os
import select
import threading
import time
from collections import deque
from collections.abc import Callable
from typing import Any

import xcffib
import xcffib.xproto
from jeepney import DBusAddress, MatchRule, Message, MessageFlag, MessageType, Properties, message_bus, new_method_call
from jeepney.io.blocking import DBusConnection, open_dbus_connection

from customer_agent.media.lockers_x11 import Lockers
from customer_agent.media.x11 import DisplayError, Waker
from customer_agent.screen_savers import LOGIN, SCREEN_SAVERS, SESSION, SESSION_PATH

log = logging.getLogger(__name__)

CALL_SECONDS = 1.0
BUS_ERRORS = (OSError, KeyError, ValueError, RuntimeError, TimeoutError, EOFError)


class _Bus:
    """One connection to a bus; `locked` is what the last answers and signals said."""

    def __init__(self, bus: str, rules: list[MatchRule], ask: Callable[["_Bus"], bool]) -> None:
        """Connect and ask. Raises one of BUS_ERRORS."""
        self._ask = ask
        self.connection: DBusConnection = open_dbus_connection(bus, auth_timeout=CALL_SECONDS)
        self._signals: deque[Message] = deque()
        self._filter = self.connection.filter(MatchRule(type="signal"), queue=self._signals)
        for rule in rules:
            self.call(message_bus.AddMatch(rule))
        self.locked = ask(self)
        self._follow()

    def call(self, message: Message) -> Any:
        """Return the first value of the answer, or None: nobody is started for the question."""
        message.header.flags |= MessageFlag.no_auto_start
        reply = self.connection.send_and_get_reply(message, timeout=CALL_SECONDS)
        if reply.header.message_type is not MessageType.method_return:
            return None
        return reply.body[0] if reply.body else None

    def read(self) -> None:
        """Take what arrived. Raises one of BUS_ERRORS when the bus is gone."""
        with contextlib.suppress(TimeoutError):
            while True:
                self.connection.recv_messages(timeout=0)
        self._follow()

    def _follow(self) -> None:
        while self._signals:  # more may come while asking
            self._signals.clear()
            self.locked = self._ask(self)

    def close(self) -> None:
        """Give the connection back."""
        self.connection.close()


def _ask_screen_savers(bus: _Bus) -> bool:
    for service, path in SCREEN_SAVERS:
        if bus.call(new_method_call(DBusAddress(path, service, service), "GetActive")) is True:
            return True
    return False


def _ask_login(bus: _Bus) -> bool:
    address = DBusAddress(SESSION_PATH, LOGIN, SESSION)
    hint = bus.call(Properties(address).get("LockedHint"))
    return isinstance(hint, tuple) and hint[1] is True


def _open_buses() -> list[_Bus]:
    wanted: list[tuple[str, list[MatchRule], Callable[[_Bus], bool]]] = [
        ("SYSTEM", [_login_rule()], _ask_login),
    ]
    if os.environ.get("DBUS_SESSION_BUS_ADDRESS"):
        savers = dict.fromkeys(service for service, _ in SCREEN_SAVERS)
        rules = [MatchRule(type="signal", interface=service, member="ActiveChanged") for service in savers]
        wanted.append(("SESSION", rules, _ask_screen_savers))
    buses = []
    for name, rules, ask in wanted:
        try:
            buses.append(_Bus(name, rules, ask))
        except BUS_ERRORS as error:
            log.info("the %s bus says nothing of a lock: %s", name.lower(), type(error).__name__)
    return buses


def _login_rule() -> MatchRule:
    rule = MatchRule(type="signal", interface="org.freedesktop.DBus.Properties", member="PropertiesChanged")
    rule.add_arg_condition(0, SESSION)
    return rule


class LockWatch:
    """Reports on a thread of its own: first what is, then each change."""

    def __init__(self, report: Callable[[bool], None], display: str | None = None) -> None:
        self._report = report
        self._display = display
        self._waker = Waker()
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, name="lock-watch", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """End."""
        self._ended.set()
        self._waker.wake()
        if self._thread.ident is not None and self._thread is not threading.current_thread():
            self._thread.join(2 * CALL_SECONDS)
        self._waker.close()

    def _run(self) -> None:
        lockers: Lockers | None = None
        with contextlib.suppress(DisplayError):
            lockers = Lockers(self._display)
        buses = _open_buses()
        before: bool | None = None
        try:
            while not self._ended.is_set():
                locked = any(bus.locked for bus in buses) or (lockers is not None and lockers.locked)
                if locked != before:
                    before = locked
                    self._report(locked)
                self._wait(buses, lockers)
        except xcffib.ConnectionException:
            log.info("the display is gone")
        finally:
            for bus in buses:
                bus.close()
            if lockers is not None:
                lockers.close()

    def _wait(self, buses: list[_Bus], lockers: Lockers | None) -> None:
        sockets: list[Any] = [self._waker, *(bus.connection.sock for bus in buses)]
        due = None if lockers is None else lockers.due
        if lockers is not None:
            sockets.append(lockers)
        select.select(sockets, [], [], None if due is None else max(0.0, due - time.monotonic()))
        self._waker.clear()
        for bus in list(buses):
            try:
                bus.read()
            except BUS_ERRORS:
                bus.close()
                buses.remove(bus)
        if lockers is not None:
            lockers.read()
