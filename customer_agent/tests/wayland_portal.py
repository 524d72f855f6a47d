"""A stand-in for the portal's dialog on a private bus: everything is allowed at once, by a real headless compositor.

xdg-desktop-portal-gnome asks its user and then calls Mutter; this calls Mutter without asking. Streams, PipeWire and
injected input are the compositor's own.
"""

import os
import socket
import threading
from typing import Any

from jeepney import (
    DBusAddress,
    HeaderFields,
    MatchRule,
    message_bus,
    new_error,
    new_method_call,
    new_method_return,
    new_signal,
)
from jeepney.io.blocking import open_dbus_connection
from jeepney.low_level import MessageType
from jeepney.wrappers import unwrap_msg

DESKTOP = "/org/freedesktop/portal/desktop"
CAST, REMOTE = "org.gnome.Mutter.ScreenCast", "org.gnome.Mutter.RemoteDesktop"
NOTIFY = {
    "NotifyPointerButton": "ib",
    "NotifyKeyboardKeysym": "ub",
    "NotifyPointerAxisDiscrete": "ui",
}


class Portal(threading.Thread):
    """Serves org.freedesktop.portal.Desktop with one session at a time per caller."""

    def __init__(self, size: tuple[int, int]) -> None:
        super().__init__(daemon=True)
        self._size = size
        self._server = open_dbus_connection("SESSION", enable_fds=True)
        self._mutter = open_dbus_connection("SESSION")
        self._sessions: dict[str, dict[str, str]] = {}
        self.closed: list[str] = []
        unwrap_msg(self._server.send_and_get_reply(message_bus.RequestName("org.freedesktop.portal.Desktop")))

    def run(self) -> None:
        while True:
            message = self._server.receive()
            if message.header.message_type is not MessageType.method_call:
                continue
            try:
                self._answer(message)
            except Exception as error:  # noqa: BLE001 - the test sees it as the portal's error
                self._server.send(new_error(message, "org.freedesktop.portal.Error.Failed", "s", (str(error),)))

    def _answer(self, message: Any) -> None:
        fields, body = message.header.fields, message.body
        member, interface = fields[HeaderFields.member], fields.get(HeaderFields.interface, "")
        if member == "Get":
            self._server.send(new_method_return(message, "v", (("u", 7),)))
        elif member == "CreateSession":
            self._respond(message, body[0], self._create(message, interface, body[0]))
        elif member in ("SelectSources", "SelectDevices"):
            self._respond(message, body[1], {})
        elif member == "Start":
            self._respond(message, body[2], self._start(body[0]))
        elif member == "OpenPipeWireRemote":
            with socket.socket(socket.AF_UNIX) as remote:
                remote.connect(f"{os.environ['XDG_RUNTIME_DIR']}/pipewire-0")
                self._server.send(new_method_return(message, "h", (remote,)))
        elif member.startswith("Notify"):
            self._notify(member, body)
            self._server.send(new_method_return(message))
        elif member == "Close":
            self.closed.append(fields[HeaderFields.path])
            session = self._sessions.pop(fields[HeaderFields.path])
            self._call(session["path"], session["interface"], "Stop")
            self._server.send(new_method_return(message))

    def _respond(self, message: Any, options: dict[str, Any], results: dict[str, Any]) -> None:
        sender = message.header.fields[HeaderFields.sender][1:].replace(".", "_")
        path = f"{DESKTOP}/request/{sender}/{options['handle_token'][1]}"
        self._server.send(new_method_return(message, "o", (path,)))
        emitter = DBusAddress(path, interface="org.freedesktop.portal.Request")
        self._server.send(new_signal(emitter, "Response", "ua{sv}", (0, results)))

    def _create(self, message: Any, interface: str, options: dict[str, Any]) -> dict[str, Any]:
        sender = message.header.fields[HeaderFields.sender][1:].replace(".", "_")
        handle = f"{DESKTOP}/session/{sender}/{options['session_handle_token'][1]}"
        properties: dict[str, Any] = {}
        session: dict[str, str] = {}
        if interface.endswith("RemoteDesktop"):
            (session["path"],) = self._call("/org/gnome/Mutter/RemoteDesktop", REMOTE, "CreateSession")
            session["interface"] = f"{REMOTE}.Session"
            address = DBusAddress(session["path"], bus_name=REMOTE, interface="org.freedesktop.DBus.Properties")
            get = new_method_call(address, "Get", "ss", (session["interface"], "SessionId"))
            ((_, identity),) = unwrap_msg(self._mutter.send_and_get_reply(get))
            properties["remote-desktop-session-id"] = ("s", identity)
        (cast,) = self._call("/org/gnome/Mutter/ScreenCast", CAST, "CreateSession", "a{sv}", properties)
        session.setdefault("path", cast)
        session.setdefault("interface", f"{CAST}.Session")
        session["cast"] = cast
        self._sessions[handle] = session
        return {"session_handle": ("s", handle)}

    def _start(self, handle: str) -> dict[str, Any]:
        session = self._sessions[handle]
        record = {"cursor-mode": ("u", 1)}
        (stream,) = self._call(session["cast"], f"{CAST}.Session", "RecordMonitor", "sa{sv}", "", record)
        session["stream"] = stream
        rule = MatchRule(type="signal", interface=f"{CAST}.Stream", member="PipeWireStreamAdded", path=stream)
        unwrap_msg(self._mutter.send_and_get_reply(message_bus.AddMatch(rule)))
        with self._mutter.filter(rule) as added:
            self._call(session["path"], session["interface"], "Start")
            (node,) = self._mutter.recv_until_filtered(added, timeout=10).body
        facts = {"size": ("(ii)", self._size), "position": ("(ii)", (0, 0))}
        return {"streams": ("a(ua{sv})", [(node, facts)])}

    def _notify(self, member: str, body: Any) -> None:
        session = self._sessions[body[0]]
        if member == "NotifyPointerMotionAbsolute":
            self._call(session["path"], session["interface"], member, "sdd", session["stream"], body[3], body[4])
        else:
            self._call(
                session["path"], session["interface"], member, NOTIFY[member], body[2], _boolean(member, body[3])
            )

    def _call(self, path: str, interface: str, member: str, signature: str = "", *body: Any) -> Any:
        bus_name = REMOTE if interface.startswith(REMOTE) else CAST
        address = DBusAddress(path, bus_name=bus_name, interface=interface)
        call = new_method_call(address, member, signature or None, body)
        return unwrap_msg(self._mutter.send_and_get_reply(call, timeout=10))


def _boolean(member: str, value: Any) -> Any:
    return value if member == "NotifyPointerAxisDiscrete" else bool(value)
