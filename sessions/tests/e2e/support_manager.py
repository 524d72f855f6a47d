"""The Support Manager as the customer starts it, and the customer's hand at its windows."""

import ast
import re
import shlex
import sys
from pathlib import Path
from typing import Any

from sessions.tests.e2e import processes
from sessions.tests.e2e.display import Display, Window
from sessions.tests.e2e.stack import ROOT
from sessions.tests.e2e.waiting import until

WINDOW_CLASS = "^SupportManager$"


class SupportManager:
    """A running Support Manager, its windows seen from outside."""

    _count = 0

    def __init__(self, display: Display, command: str, *, folder: Path = ROOT) -> None:
        """Start it in `folder` by the very command line that the customer's page shows."""
        SupportManager._count += 1
        words = shlex.split(command)
        if words[0].startswith("python"):
            words[0] = sys.executable
        self.display = display
        self.log = display.folder / f"support-manager-{SupportManager._count}.log"
        words += ["--log-level", "debug"]  # there it says where its buttons are
        self.process = processes.start(words, log=self.log, env=display.environment, cwd=str(folder))

    @property
    def running(self) -> bool:
        """Return whether the program still runs."""
        return self.process.poll() is None

    def close(self) -> None:
        """End the program, whatever it does."""
        processes.stop(self.process, seconds=5)

    # -- windows

    def consent(self) -> Window | None:
        """Return the consent window while one is shown."""
        for window in self.display.windows(WINDOW_CLASS, by="class"):
            if window.width >= 300 and window.height >= 180:
                return window
        return None

    def bar(self) -> Window | None:
        """Return the bar at the screen's edge while it is shown."""
        for window in self.display.windows(WINDOW_CLASS, by="class"):
            if window.width >= 150 and 24 <= window.height <= 90 and window.y < 200:
                return window
        return None

    def await_consent(self) -> Window:
        """Wait for the consent window."""
        return until(self.consent, "the Support Manager asks")

    def allow(self) -> None:
        """Click Allow as soon as it is enabled and see the question go."""
        self._press("allow")

    def choose(self, *titles: str) -> None:
        """Tick windows in the open question's list by their titles."""
        for title in titles:
            x, y, width, height = until(lambda title=title: self._row(title), f"{title} is in the list")
            self.display.click(x + width // 2, y + height // 2)

    def _row(self, title: str) -> tuple[int, int, int, int] | None:
        """Return where a window's row is; an answered question's places count no more."""
        asked = self.log.read_text(errors="replace").rpartition("prompt closed ")[2]
        places = re.findall(r"geometry consent (\{.*\})", asked)
        rows = dict(ast.literal_eval(places[-1])).get("rows", {}) if places else {}
        return next((box for name, box in rows.items() if title in name), None)

    def deny(self) -> None:
        """Click Deny and see the question go."""
        self._press("deny")

    def _press(self, name: str) -> None:
        until(self.answerable, "the Support Manager asks, and Allow is enabled")
        self.display.click(*self.button(name))
        until(lambda: not self.answerable(), "the question is answered")

    def answerable(self) -> bool:
        """Return whether a question stands whose Allow is enabled (1 s after it appeared)."""
        states = re.findall(r"(allow enabled|prompt closed) ", self.log.read_text(errors="replace"))
        return bool(states) and states[-1] == "allow enabled"

    def button(self, name: str) -> tuple[int, int]:
        """Return the middle of the consent window's button "allow" or "deny", in pixels."""
        x, y, width, height = self._geometry("consent")[name]
        return x + width // 2, y + height // 2

    def stop(self) -> None:
        """Click the bar's last button: "Stop everything" while anything is allowed."""
        until(self.bar, "the bar is shown")
        x, y, width, height = self._geometry("bar")["button"]
        self.display.click(x + width // 2, y + height // 2)

    def press_in_bar(self, text: str) -> None:
        """Click the bar's button that says `text` once it is there."""
        x, y, width, height = until(lambda: self._geometry("bar")["buttons"].get(text), f"the bar has {text}")
        self.display.click(x + width // 2, y + height // 2)

    def _geometry(self, what: str) -> dict[str, Any]:
        """Return where the program last said that its buttons are (it says so at the debug level)."""
        pattern = re.compile(rf"geometry {what} (\{{.*\}})")
        found = until(lambda: pattern.findall(self.log.read_text(errors="replace")), f"the {what} tells its places")
        return dict(ast.literal_eval(found[-1]))

    def said(self, words: str) -> bool:
        """Return whether the program's log has `words`."""
        return words in Path(self.log).read_text(errors="replace")
