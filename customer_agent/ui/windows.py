"""All windows, and the one way to them from other threads: a queue and a pipe that wakes tkinter."""

import contextlib
import logging
import os
import sys
import tkinter as tk
from collections import deque
from collections.abc import Callable
from types import TracebackType

from customer_agent.bridge import BarView, Mood, Owner, Prompt
from customer_agent.texts import Texts
from customer_agent.ui import look as looks
from customer_agent.ui import x11
from customer_agent.ui.bar import Bar
from customer_agent.ui.consent_window import ConsentWindow
from customer_agent.ui.frame import Frames
from customer_agent.ui.start_window import StartWindow

log = logging.getLogger(__name__)

POLL_MS = 25
END_SHOWN_MS = 1800


class TkWindows:
    """Implements `bridge.Windows`. Made and run in the main thread."""

    def __init__(self, *, owner: Owner, language: str, dark: bool) -> None:
        self._owner = owner
        self._dark = dark
        self.root = tk.Tk(className="SupportManager")
        self.root.withdraw()
        self.root.report_callback_exception = self._fault
        self._language = ""
        self._prompt: ConsentWindow | None = None
        self._start: StartWindow | None = None
        self._on_connect: Callable[[str, str], None] | None = None
        self._bar: Bar | None = None
        self._frames: Frames | None = None
        self._view: BarView | None = None
        self._sounded = False
        self._apply_language(language)
        self._work: deque[Callable[[], None]] = deque()
        self._read, self._write = os.pipe()
        os.set_blocking(self._read, False)
        os.set_blocking(self._write, False)
        if sys.platform == "win32":
            self.root.after(POLL_MS, self._poll)
        else:
            self.root.tk.createfilehandler(self._read, tk.READABLE, self._woken)
        self._watch: x11.Watch | None = None
        if x11.available():
            self._watch = x11.Watch(on_stop_key=owner.stop_everything, on_locked=lambda: self._post(self._locked))
            self._watch.start()

    @property
    def wake_descriptor(self) -> int:
        """Return the descriptor that wakes the windows' thread, for signal.set_wakeup_fd."""
        return self._write

    @property
    def window_id(self) -> int:
        """Return a window of this program's connection to the display; all others share its client bits."""
        return self.root.winfo_id()

    def run(self) -> None:
        """Show windows until `quit`."""
        try:
            self.root.mainloop()
        finally:
            if self._watch is not None:
                self._watch.stop()
            with contextlib.suppress(tk.TclError):
                self.root.destroy()
            for descriptor in (self._read, self._write):
                os.close(descriptor)

    # From any thread

    def set_language(self, language: str) -> None:
        """See `bridge.Windows`."""
        self._post(lambda: self._apply_language(language))

    def show_prompt(self, prompt: Prompt) -> None:
        """See `bridge.Windows`."""
        self._post(lambda: self._open_prompt(prompt))

    def close_prompt(self, request: str) -> None:
        """See `bridge.Windows`."""
        self._post(lambda: self._close_prompt(request))

    def show_bar(self, view: BarView) -> None:
        """See `bridge.Windows`."""
        self._post(lambda: self._show_bar(view))

    def show_end(self, code: str) -> None:
        """See `bridge.Windows`."""
        self._post(lambda: self._show_end(code))

    def ask_start(self, address: str, code: str, on_connect: Callable[[str, str], None]) -> None:
        """Show the first window. `on_connect(address, code)` is called in the windows' thread."""
        self._post(lambda: self._ask_start(address, code, on_connect))

    def start_busy(self) -> None:
        """Let the first window say that the connection is being made."""
        self._post(lambda: self._start.busy() if self._start else None)

    def start_failed(self, code: str) -> None:
        """Let the first window say what went wrong."""
        self._post(lambda: self._fail_start(code))

    def start_done(self, *, csr_name: str = "", site_name: str = "") -> None:
        """Close the first window; on a CSR's computer it first says whose computer this is in the session."""
        self._post(lambda: self._welcome(csr_name, site_name) if csr_name else self._close_start())

    def quit(self) -> None:
        """Close everything and let `run` return."""
        self._post(self.root.quit)

    def _post(self, work: Callable[[], None]) -> None:
        self._work.append(work)
        with contextlib.suppress(OSError):  # a full pipe has woken it already; a closed one has nobody to wake
            os.write(self._write, b"x")

    # In the windows' thread

    def _woken(self, _descriptor: object, _mask: int) -> None:
        with contextlib.suppress(BlockingIOError):
            os.read(self._read, 4096)
        while self._work:
            try:
                self._work.popleft()()
            except Exception as error:  # noqa: BLE001 - tkinter would leave its main loop on any of them
                self._fault(type(error), error, error.__traceback__)

    def _poll(self) -> None:
        self._woken(None, 0)
        self.root.after(POLL_MS, self._poll)

    def _apply_language(self, language: str) -> None:
        if language == self._language:
            return
        self._language = language
        self._texts = Texts(language)
        self._look = looks.Look(self.root, language=language, dark=self._dark)
        if self._bar is not None:
            self._bar.window.destroy()
            self._bar = None
            if self._view is not None:
                self._show_bar(self._view)

    def _ask_start(self, address: str, code: str, on_connect: Callable[[str, str], None]) -> None:
        self._close_start()
        self._start = StartWindow(
            self.root, self._look, self._texts, address=address, code=code, on_connect=on_connect,
            on_close=self._owner.leave,
        )  # fmt: skip

    def _fail_start(self, code: str) -> None:
        if self._start is not None:
            self._start.fail(self._texts.explain(code))
            log.debug("start says %s", code)

    def _welcome(self, csr_name: str, site_name: str) -> None:
        if self._start is not None:
            self._start.welcome(self._texts.whose_computer(csr_name, site_name), self._close_start)
            log.debug("start says whose computer this is")

    def _close_start(self) -> None:
        if self._start is not None:
            self._start.destroy()
            self._start = None

    def _open_prompt(self, prompt: Prompt) -> None:
        if self._prompt is not None:
            self._prompt.withdraw()
        self._prompt = ConsentWindow(
            self.root,
            self._look,
            self._texts,
            prompt,
            options=self._owner,
            on_answer=lambda *, allowed, choice: self._owner.answer(prompt.request, allowed=allowed, choice=choice),
            on_lapse=lambda: self._owner.lapse(prompt.request),
            on_closed=lambda: self._prompt_gone(prompt.request),
        )

    def _close_prompt(self, request: str) -> None:
        if self._prompt is not None and self._prompt.prompt.request == request:
            self._prompt.withdraw()
        else:
            self._owner.prompt_closed(request)

    def _prompt_gone(self, request: str) -> None:
        log.debug("prompt closed %s", request)
        self._prompt = None
        self._owner.prompt_closed(request)

    def _locked(self) -> None:
        if self._prompt is not None:
            self._prompt.deny()

    def _show_bar(self, view: BarView) -> None:
        self._view = view
        if self._bar is None:
            self._bar = Bar(self.root, self._look, self._texts, self._owner)
        self._bar.show(view)
        if view.control and not self._sounded:
            self.root.bell()
        self._sounded = view.control
        if not view.shared or not view.boxes:
            self._hide_frames()
            return
        if self._frames is None:
            self._frames = Frames(self.root, self._look)
        self._frames.show(view.boxes, control=view.control, dashed=view.mood is Mood.OWNER_DRIVES)

    def _hide_frames(self) -> None:
        if self._frames is not None:
            self._frames.hide()

    def _show_end(self, code: str) -> None:
        self._hide_frames()
        self._close_start()
        if self._prompt is not None:
            self._prompt.withdraw()
        if self._bar is None:
            self._bar = Bar(self.root, self._look, self._texts, self._owner)
        self._bar.say(self._texts.explain(code))
        self.root.after(END_SHOWN_MS, self.root.quit)

    def _fault(self, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        """A window failed: what cannot be shown must not go on."""
        log.error("a window failed", exc_info=(kind, error, trace))
        self._owner.stop_everything()
