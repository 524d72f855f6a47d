"""A desktop's screen lock on a message bus of its own, as a program that a test talks to by files.

Run as a program (`python -m sessions.tests.e2e.screen_lock REPORT`), it answers as desktops do: each request to lock is
a line of REPORT, and is done while REPORT's `.locks` is there.
"""

import sys
from contextlib import suppress
from pathlib import Path

from jeepney import DBusAddress, HeaderFields, Message, MessageType, message_bus, new_method_return, new_signal
from jeepney.io.blocking import DBusConnection, open_dbus_connection

from sessions.tests.e2e.display import Display
from sessions.tests.e2e.waiting import until

SERVICE, PATH = "org.freedesktop.ScreenSaver", "/org/freedesktop/ScreenSaver"
CALL_PAUSE_SECONDS = 0.05


def bus_of(folder: Path) -> dict[str, str]:
    """Return what tells a computer's programs of its bus, which `ScreenLock` starts."""
    return {"DBUS_SESSION_BUS_ADDRESS": f"unix:path={folder}/bus"}


class ScreenLock:
    """The lock as seen from the test."""

    def __init__(self, display: Display) -> None:
        """Start bus and lock, and wait until it answers."""
        self.report = display.folder / "screen-lock"
        self._locks = self.report.with_suffix(".locks")
        address = display.environment["DBUS_SESSION_BUS_ADDRESS"]
        display.run(["dbus-daemon", "--session", "--nofork", f"--address={address}"], name="bus")
        until((display.folder / "bus").exists, "the bus is there")
        display.run([sys.executable, "-m", "sessions.tests.e2e.screen_lock", str(self.report)], name="screen-lock")
        until(self.report.exists, "the lock answers")

    @property
    def asked(self) -> int:
        """How often it was asked to lock."""
        return len(self.report.read_text().splitlines())

    def works(self, *, on: bool) -> None:
        """Do what is asked, or only say yes; `on` False opens what is locked."""
        if on:
            self._locks.touch()
        else:
            self._locks.unlink(missing_ok=True)


class _Service:
    def __init__(self, connection: DBusConnection, report: Path) -> None:
        self.connection, self.report = connection, report
        self.locks = report.with_suffix(".locks")
        self.active = False

    def set(self, *, active: bool) -> None:
        self.active = active
        self.connection.send(new_signal(DBusAddress(PATH, interface=SERVICE), "ActiveChanged", "b", (active,)))

    def answer(self, message: Message) -> None:
        member = message.header.fields.get(HeaderFields.member)
        if member == "GetActive":
            self.connection.send(new_method_return(message, "b", (self.active,)))
        elif member == "Lock":
            with self.report.open("a") as file:
                file.write("lock\n")
            self.connection.send(new_method_return(message))
            if self.locks.exists():
                self.set(active=True)

    def serve(self) -> None:
        while True:
            if self.active and not self.locks.exists():
                self.set(active=False)
            with suppress(TimeoutError):
                message = self.connection.receive(timeout=CALL_PAUSE_SECONDS)
                if message.header.message_type is MessageType.method_call:
                    self.answer(message)


def main(report: Path) -> None:
    """Serve until the bus ends."""
    connection = open_dbus_connection()
    connection.send_and_get_reply(message_bus.RequestName(SERVICE))
    report.touch()
    _Service(connection, report).serve()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
