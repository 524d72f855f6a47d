"""Locks the screen by asking the desktop over D-Bus, and tells whether it did. No program is started for it.

Only a lock that the desktop confirms counts: a desktop without a screen lock accepts the request and does nothing.
"""

import contextlib
import logging
import time
from collections.abc import Iterator
from typing import Any

from customer_agent.screen_savers import LOGIN, SCREEN_SAVERS, SESSION, SESSION_PATH

log = logging.getLogger(__name__)

CALL_SECONDS = 1.0
CONFIRM_SECONDS = 1.5
PAUSE_SECONDS = 0.05
NO_AUTO_START = 2


class BusError(Exception):
    """The bus or the service is not there, refuses, or does not answer in time."""


def lock_screen() -> bool:
    """Ask each service that could; True once one says that the screen is locked. Takes some seconds at most."""
    with contextlib.suppress(BusError), _bus("SESSION") as bus:
        for service, path in SCREEN_SAVERS:
            with contextlib.suppress(BusError):
                if _lock_by_screen_saver(bus, service, path):
                    return True
    with contextlib.suppress(BusError), _bus("SYSTEM") as bus:
        _call(bus, LOGIN, SESSION_PATH, SESSION, "Lock")
        return _confirmed(lambda: _property(bus, "LockedHint"))
    return False


def screen_is_locked() -> bool:
    """Tell whether the desktop says that the screen is locked now; False where it says nothing."""
    with contextlib.suppress(BusError), _bus("SESSION") as bus:
        for service, path in SCREEN_SAVERS:
            with contextlib.suppress(BusError):
                if _has_owner(bus, service) and _call(bus, service, path, service, "GetActive")[0]:
                    return True
    with contextlib.suppress(BusError), _bus("SYSTEM") as bus:
        return bool(_property(bus, "LockedHint"))
    return False


def _lock_by_screen_saver(bus: Any, service: str, path: str) -> bool:
    if not _has_owner(bus, service):
        return False
    _call(bus, service, path, service, "Lock")
    return _confirmed(lambda: _call(bus, service, path, service, "GetActive")[0])


def _confirmed(question: Any) -> bool:
    deadline = time.monotonic() + CONFIRM_SECONDS
    while not question():
        if time.monotonic() > deadline:
            return False
        time.sleep(PAUSE_SECONDS)
    return True


@contextlib.contextmanager
def _bus(name: str) -> Iterator[Any]:
    from jeepney.io.blocking import open_dbus_connection

    try:
        connection = open_dbus_connection(bus=name)
    except Exception as error:
        raise BusError(f"no {name.lower()} bus") from error
    try:
        yield connection
    finally:
        connection.close()


def _call(bus: Any, service: str, path: str, interface: str, method: str, *, body: tuple[str, ...] = ()) -> Any:
    """Call a method with text arguments and return what it answers."""
    from jeepney import DBusAddress, MessageType, new_method_call

    message = new_method_call(DBusAddress(path, service, interface), method, "s" * len(body) or None, body)
    message.header.flags = NO_AUTO_START
    try:
        reply = bus.send_and_get_reply(message, timeout=CALL_SECONDS)
    except (OSError, ValueError) as error:  # also its timeout
        raise BusError(method) from error
    if reply.header.message_type is MessageType.error:
        raise BusError(method)
    return reply.body


def _has_owner(bus: Any, service: str) -> bool:
    name = "org.freedesktop.DBus"
    return bool(_call(bus, name, "/org/freedesktop/DBus", name, "NameHasOwner", body=(service,))[0])


def _property(bus: Any, name: str) -> Any:
    return _call(bus, LOGIN, SESSION_PATH, "org.freedesktop.DBus.Properties", "Get", body=(SESSION, name))[0][1]
