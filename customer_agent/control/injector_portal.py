"""Operates a Wayland desktop through the portal: the compositor asked its own user, and can end it at any time.

What Wayland does not tell: which window is under the pointer, and when the owner's own hand moves. So own windows are
kept out of reach by the gate alone (no input while a question is open), and the owner's hand does not pause input.
"""

import threading
from collections.abc import Callable
from contextlib import suppress

from customer_agent.control.backend import BackendLostError
from customer_agent.control.gate import Verdict
from customer_agent.control.keysyms import is_meaningless, keysym_of_character, keysyms_of_key
from customer_agent.control.wheel import WheelSteps
from customer_agent.media.geometry import Rect
from customer_agent.media.portal import PortalError, PortalSession
from supportsite.protocol.channel import (
    ButtonInput,
    KeyInput,
    PointerInput,
    ReleaseInput,
    SystemInput,
    TextInput,
    ViewerInput,
    WheelInput,
)

EVDEV_BUTTONS = {0: 0x110, 1: 0x112, 2: 0x111, 3: 0x113, 4: 0x114}
VERTICAL, HORIZONTAL = 0, 1


class PortalInjector:
    """One thread uses it. Until the compositor's user has answered, everything is held as by an open question."""

    def __init__(self, session: PortalSession | None = None) -> None:
        self._session = session or PortalSession(control=True)
        self._failed = False
        self._started = threading.Event()
        self._asking = threading.Thread(target=self._ask, name="portal-control", daemon=True)
        self._keys: set[int] = set()
        self._buttons: set[int] = set()
        self._wheel = WheelSteps()
        self._asking.start()

    def _ask(self) -> None:
        try:
            self._session.start()
        except PortalError:
            self._failed = True
        self._started.set()

    def apply(self, message: ViewerInput, area: Rect, stopped: Callable[[], bool]) -> Verdict:
        """Do what an admitted message asks for. Raises BackendLostError when the compositor ended the session."""
        if not self._started.is_set():
            return Verdict.PROMPT
        if self._failed:
            raise BackendLostError
        try:
            return self._apply(message, stopped)
        except PortalError as error:
            raise BackendLostError from error

    def _apply(self, message: ViewerInput, stopped: Callable[[], bool]) -> Verdict:
        match message:
            case PointerInput():
                self._move(message.x, message.y)
            case ButtonInput():
                self._move(message.x, message.y)
                self._button(EVDEV_BUTTONS[message.button], down=message.down)
            case WheelInput():
                self._move(message.x, message.y)
                across, down = self._wheel.take(message.dx, message.dy)
                self._turn(VERTICAL, down)
                self._turn(HORIZONTAL, across)
            case KeyInput():
                keysyms = keysyms_of_key(message.key, message.code)
                if not keysyms:
                    return Verdict.PASS if is_meaningless(message.key) else Verdict.UNSUPPORTED
                self._key(keysyms[-1], down=message.down)
            case TextInput():
                self._type(message.text, stopped)
            case ReleaseInput():
                self.release_all()
            case SystemInput():
                return Verdict.UNSUPPORTED
        return Verdict.PASS

    def _move(self, x: float, y: float) -> None:
        stream = self._session.streams[0]
        at = (min(x, 1.0) * (stream.rect.width - 1), min(y, 1.0) * (stream.rect.height - 1))
        self._session.notify("PointerMotionAbsolute", "udd", stream.node, *at)

    def _button(self, button: int, *, down: bool) -> None:
        (self._buttons.add if down else self._buttons.discard)(button)
        self._session.notify("PointerButton", "iu", button, int(down))

    def _turn(self, axis: int, steps: int) -> None:
        if steps:
            self._session.notify("PointerAxisDiscrete", "ui", axis, steps)

    def _type(self, text: str, stopped: Callable[[], bool]) -> None:
        for character in text:
            if stopped():
                return
            self._key(keysym_of_character(character), down=True)
            self._key(keysym_of_character(character), down=False)

    def _key(self, keysym: int, *, down: bool) -> None:
        (self._keys.add if down else self._keys.discard)(keysym)
        self._session.notify("KeyboardKeysym", "iu", keysym, int(down))

    def rest(self) -> float | None:
        """Nothing is due between messages."""
        return None

    def release_all(self) -> None:
        """Let go of every key and button."""
        self._wheel.reset()
        for keysym in list(self._keys):
            self._key(keysym, down=False)
        for button in list(self._buttons):
            self._button(button, down=False)

    def close(self) -> None:
        """Let go of everything and end the session."""
        if not self._started.is_set():
            return  # the dialog is open: its thread ends with the program, and the session with it
        with suppress(PortalError):  # the compositor ended it, and let go of everything
            self.release_all()
        self._session.close()
