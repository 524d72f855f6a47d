"""A GTK program with a dialog, a menu and a second window. Run with the system's Python (python3-gi).

Lines on standard input: `dialog`, `menu`, `second`, `hide`; each is answered when GTK has taken it.
"""

import sys

import gi  # type: ignore[import-not-found]

gi.require_version("Gtk", "3.0")
from gi.repository import GLib, Gtk  # type: ignore[import-not-found]  # noqa: E402

CSS = b"""
window, entry { background: #0000c0; color: #ffffff; border-radius: 0; }
.asks, .asks * { background: #c00000; background-image: none; }
.other, .other * { background: #ff8000; background-image: none; }
menu, menu * { background: #00c000; background-image: none; }
"""


class Program:
    """One GTK program."""

    def __init__(self, title: str, x: int, y: int) -> None:
        style = Gtk.CssProvider()
        style.load_from_data(CSS)
        self.window = Gtk.Window(title=title)
        Gtk.StyleContext.add_provider_for_screen(self.window.get_screen(), style, 800)
        self.window.set_default_size(400, 300)
        self.window.move(x, y)
        box = Gtk.Box(orientation=Gtk.Orientation.VERTICAL)
        self.entry = Gtk.Entry()
        self.entry.connect("changed", lambda entry: say(f"text {entry.get_text()}"))
        box.pack_end(self.entry, False, False, 0)
        self.window.add(box)
        self.window.connect("button-press-event", lambda _, event: say(f"press {event.button}"))
        self.window.show_all()
        self.menu = Gtk.Menu()
        for number in range(6):
            self.menu.append(Gtk.MenuItem(label=f"An entry of the menu {number}"))
        self.menu.show_all()
        self.others: list[object] = []

    def obey(self, source: object, _condition: object) -> bool:
        """Do what a line says."""
        line = sys.stdin.readline().strip()
        if not line:
            Gtk.main_quit()
            return False
        if line == "dialog":
            dialog = Gtk.Dialog(title="A question", transient_for=self.window)
            dialog.set_default_size(150, 100)
            dialog.get_style_context().add_class("asks")
            dialog.show_all()
            self.others.append(dialog)
        elif line == "menu":
            self.menu.popup_at_widget(self.window, 1, 1, None)
        elif line == "second":
            second = Gtk.Window(title="second window")
            second.set_default_size(200, 150)
            second.get_style_context().add_class("other")
            second.show_all()
            self.others.append(second)
        elif line == "hide":
            self.window.hide()
        say("done")
        return True


def say(line: str) -> None:
    """Tell the test something."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    program = Program(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
    GLib.io_add_watch(sys.stdin.fileno(), GLib.IO_IN | GLib.IO_HUP, program.obey)
    say("ready")
    Gtk.main()
