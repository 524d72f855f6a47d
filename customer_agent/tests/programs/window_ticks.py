"""Tick eighteen windows of a consent window's list, one by one; write as JSON what is ticked and what is said."""

import json
import sys
import tkinter as tk

from customer_agent.bridge import WindowView
from customer_agent.texts import Texts
from customer_agent.ui.look import Look
from customer_agent.ui.prompt_words import PickerWords
from customer_agent.ui.window_picker import WindowPicker

WINDOWS = [WindowView(window=number, name="editor", title=f"letter {number}") for number in range(1, 19)]


def main(language: str) -> None:
    """Use the list as its owner does."""
    root = tk.Tk()
    picker = WindowPicker(
        root, Look(root, language=language, dark=False), PickerWords(Texts(language)),
        list_windows=lambda: WINDOWS, ticked=(), on_change=lambda: None,
    )  # fmt: skip
    picker.frame.pack()
    states = []
    for window in [*range(1, 19), 1, 18]:
        picker._toggle(str(window))
        root.update()
        note = picker._note
        said = str(note.cget("text")) if note.winfo_ismapped() else ""
        states.append({"ticked": [item.window for item in picker.chosen], "said": said})
    sys.stdout.write(json.dumps(states))


main(sys.argv[1])
