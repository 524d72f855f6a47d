"""The desktop portal on Wayland: the compositor itself asks its user, then gives a picture stream, and input if wanted.

One session, used by one thread after `start`. org.freedesktop.portal.ScreenCast 4 and RemoteDesktop 1.
"""

import itertools
import secrets
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from jeepney import DBusAddress, MatchRule, message_bus, new_method_call
from jeepney.io.blocking import DBusConnection, open_dbus_connection
from jeepney.low_level import MessageType
from jeepney.wrappers import DBusErrorResponse, unwrap_msg

from customer_agent.media.geometry import Rect
from customer_agent.media.x11 import DisplayError

DESKTOP = "/org/freedesktop/portal/desktop"
BUS_NAME = "org.freedesktop.portal.Desktop"
SCREENCAST, REMOTE = "org.freedesktop.portal.ScreenCast", "org.freedesktop.portal.RemoteDesktop"
MONITORS, HIDDEN_CURSOR, EMBEDDED_CURSOR = 1, 1, 2
KEYBOARD_AND_POINTER = 3
ANSWER_SECONDS = 5.0
DIALOG_SECONDS = 120.0  # the compositor's own dialog waits for its user

Options = dict[str, tuple[str, Any]]


class PortalError(DisplayError):
    """There is no portal, it lacks what is needed, or its user said no."""


@dataclass(frozen=True, slots=True)
class Stream:
    """One monitor's stream: PipeWire's node, and its place and size in the compositor's coordinates."""

    node: int
    rect: Rect


class PortalSession:
    """A session of the portal. `start` waits for the user; the rest answers at once. Raises PortalError."""

    def __init__(self, *, control: bool) -> None:
        self._interface = REMOTE if control else SCREENCAST
        self._control = control
        try:
            self._connection: DBusConnection = open_dbus_connection("SESSION", enable_fds=True)
        except (OSError, KeyError, ValueError) as error:
            raise PortalError("no session bus") from error
        self._names = itertools.count(1)
        self._handle = ""
        self.streams: list[Stream] = []

    def start(self) -> list[Stream]:
        """Have the compositor ask its user; return what they chose to show."""
        handle = f"supportmanager_{secrets.token_hex(4)}"
        created = self._request(self._interface, "CreateSession", "a{sv}", {"session_handle_token": ("s", handle)})
        self._handle = str(created["session_handle"][1])
        if self._control:
            self._request(REMOTE, "SelectDevices", "oa{sv}", {"types": ("u", KEYBOARD_AND_POINTER)}, self._handle)
        cursor = EMBEDDED_CURSOR if self._offers(EMBEDDED_CURSOR) else HIDDEN_CURSOR
        sources: Options = {"types": ("u", MONITORS), "multiple": ("b", True), "cursor_mode": ("u", cursor)}
        self._request(SCREENCAST, "SelectSources", "oa{sv}", sources, self._handle)
        started = self._request(self._interface, "Start", "osa{sv}", {}, self._handle, "", seconds=DIALOG_SECONDS)
        self.streams = [_stream(node, facts) for node, facts in started.get("streams", ("", []))[1]]
        if not self.streams:
            raise PortalError("nothing was chosen")
        return self.streams

    def open_pipewire(self) -> int:
        """Return a file descriptor of PipeWire for these streams; the caller closes it."""
        (remote,) = self._call(SCREENCAST, "OpenPipeWireRemote", "oa{sv}", self._handle, {})
        return int(remote.to_raw_fd())

    def notify(self, method: str, signature: str, *body: Any) -> None:
        """Inject one event; see RemoteDesktop's Notify… methods."""
        self._call(REMOTE, f"Notify{method}", f"oa{{sv}}{signature}", self._handle, {}, *body)

    def close(self) -> None:
        """End the session; the compositor stops the stream and forgets the permission."""
        if self._handle:
            session = DBusAddress(self._handle, bus_name=BUS_NAME, interface="org.freedesktop.portal.Session")
            with suppress(OSError, TimeoutError, DBusErrorResponse):
                self._send(new_method_call(session, "Close"), ANSWER_SECONDS)
            self._handle = ""
        self._connection.close()

    def _offers(self, cursor_mode: int) -> bool:
        address = DBusAddress(DESKTOP, bus_name=BUS_NAME, interface="org.freedesktop.DBus.Properties")
        call = new_method_call(address, "Get", "ss", (SCREENCAST, "AvailableCursorModes"))
        try:
            ((_, modes),) = self._send(call, ANSWER_SECONDS)
        except DBusErrorResponse:
            return False
        return bool(modes & cursor_mode)

    def _call(self, interface: str, method: str, signature: str, *body: Any) -> Any:
        address = DBusAddress(DESKTOP, bus_name=BUS_NAME, interface=interface)
        try:
            return self._send(new_method_call(address, method, signature, body), ANSWER_SECONDS)
        except (DBusErrorResponse, OSError, TimeoutError) as error:
            raise PortalError(f"{method}: {error}") from error

    def _send(self, message: Any, seconds: float) -> Any:
        return unwrap_msg(self._connection.send_and_get_reply(message, timeout=seconds))

    def _request(
        self,
        interface: str,
        method: str,
        signature: str,
        options: Options,
        *first: Any,
        seconds: float = ANSWER_SECONDS,
    ) -> dict[str, Any]:
        """Call a method whose answer comes as a signal of a request object; return its results."""
        token = f"supportmanager_{next(self._names)}"
        sender = str(self._connection.unique_name)[1:].replace(".", "_")
        rule = MatchRule(
            type=MessageType.signal.name, interface="org.freedesktop.portal.Request", member="Response",
            path=f"{DESKTOP}/request/{sender}/{token}",
        )  # fmt: skip
        with self._connection.filter(rule) as answers:
            self._call_bus(lambda: self._send(message_bus.AddMatch(rule), ANSWER_SECONDS))
            self._call(interface, method, signature, *first, {**options, "handle_token": ("s", token)})
            try:
                answer = self._connection.recv_until_filtered(answers, timeout=seconds)
            except (OSError, TimeoutError) as error:
                raise PortalError(f"{method}: no answer") from error
        code, results = answer.body
        if code != 0:
            raise PortalError(f"{method}: refused" if code == 1 else f"{method}: failed")
        return dict(results)

    @staticmethod
    def _call_bus(call: Callable[[], Any]) -> None:
        try:
            call()
        except (OSError, TimeoutError, DBusErrorResponse) as error:
            raise PortalError("no session bus") from error


def _stream(node: int, facts: dict[str, Any]) -> Stream:
    x, y = facts.get("position", ("", (0, 0)))[1]
    width, height = facts.get("size", ("", (0, 0)))[1]
    if width < 2 or height < 2:
        raise PortalError("a stream without a size")
    return Stream(int(node), Rect(x, y, width, height))
