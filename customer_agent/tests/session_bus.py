"""A session bus of a test's own, and a screen saver service on it."""

import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from jeepney import DBusAddress, HeaderFields, MessageType, message_bus, new_method_return, new_signal
from jeepney.io.blocking import open_dbus_connection

SERVICE, PATH = "org.freedesktop.ScreenSaver", "/org/freedesktop/ScreenSaver"


@contextmanager
def session_bus() -> Iterator[str]:
    """Run a bus and give its address."""
    process = subprocess.Popen(
        ["dbus-daemon", "--session", "--nofork", "--print-address"], stdout=subprocess.PIPE, text=True
    )
    try:
        yield process.stdout.readline().strip()
    finally:
        process.terminate()
        process.wait()
        process.stdout.close()


class ScreenSaver:
    """Answers GetActive and tells of changes, as desktops do."""

    def __init__(self, address: str, *, active: bool = False) -> None:
        self.active = active
        self._connection = open_dbus_connection(address)
        self._connection.send_and_get_reply(message_bus.RequestName(SERVICE))
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self) -> None:
        while not self._ended.is_set():
            with suppress(TimeoutError):
                message = self._connection.receive(timeout=0.05)
                is_call = message.header.message_type is MessageType.method_call
                if is_call and message.header.fields.get(HeaderFields.member) == "GetActive":
                    self._connection.send(new_method_return(message, "b", (self.active,)))

    def set(self, *, active: bool) -> None:
        """Lock or unlock."""
        self.active = active
        self._connection.send(new_signal(DBusAddress(PATH, interface=SERVICE), "ActiveChanged", "b", (active,)))

    def close(self) -> None:
        """End."""
        self._ended.set()
        self._thread.join()
        self._connection.close()
