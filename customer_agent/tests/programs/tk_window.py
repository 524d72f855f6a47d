"""A tkinter program with a menu. Lines on standard input: `menu X Y`; each is answered when Tk has taken it."""

import sys
import threading
import tkinter as tk

from customer_agent.tests.programs.plain_window import say


def main(title: str, place: str) -> None:
    """Run until standard input ends."""
    root = tk.Tk()
    root.title(title)
    root.geometry(place)
    root.configure(background="#0000c0")
    menu = tk.Menu(root, tearoff=False, background="#00c000", foreground="#00c000", activebackground="#00c000")
    for number in range(6):
        menu.add_command(label=f"entry {number}")

    def obey(line: str) -> None:
        _, x, y = line.split()
        menu.post(int(x), int(y))
        say("done")

    def listen() -> None:
        for line in sys.stdin:
            root.after(0, obey, line)
        root.after(0, root.destroy)

    root.after(0, say, "ready")
    threading.Thread(target=listen, daemon=True).start()
    root.mainloop()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
