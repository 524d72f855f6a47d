"""Operates an X11 desktop by XTEST.

Each event is checked against our own windows under a server grab, so that nothing can slip below the pointer
between the check and the event. What is pressed is told to the watchdog first.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Literal

import xcffib
import xcffib.xproto
import xcffib.xtest

from customer_agent.control.backend import BackendLostError, ClipFactory, OwnWindows
from customer_agent.control.gate import Verdict
from customer_agent.control.keyboard import ALT_L, CONTROL_L, DELETE, SUPER_L, KeyPorts, X11Keyboard
from customer_agent.control.screen_lock import lock_screen
from customer_agent.control.watchdog import Watchdog
from customer_agent.control.wheel import WheelSteps
from customer_agent.media.geometry import Rect
from customer_agent.media.x11 import connect, screen_of
from customer_agent.media.xi2 import RawKind
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

BUTTONS = {0: 1, 1: 2, 2: 3, 3: 8, 4: 9}  # DOM to X
WHEEL_UP, WHEEL_DOWN, WHEEL_LEFT, WHEEL_RIGHT = 4, 5, 6, 7
KEY_PRESS, KEY_RELEASE, BUTTON_PRESS, BUTTON_RELEASE, MOTION = 2, 3, 4, 5, 6
RAW_OF_CORE = {
    KEY_PRESS: RawKind.KEY_PRESS,
    KEY_RELEASE: RawKind.KEY_RELEASE,
    BUTTON_PRESS: RawKind.BUTTON_PRESS,
    BUTTON_RELEASE: RawKind.BUTTON_RELEASE,
    MOTION: RawKind.MOTION,
}
POINTER_ROOT = 1
SCREEN_SAVER = 0x1008FF2D
CLIP_CHECK_SECONDS = 0.02  # the server repeats held keys 25 to 30 times a second: none may reach another program
MAX_WINDOW_DEPTH = 32

Announce = Callable[[RawKind, int], None]


class X11Injector:
    """One thread uses it."""

    def __init__(
        self,
        *,
        own_windows: OwnWindows,
        announce: Announce = lambda _kind, _detail: None,
        display: str | None = None,
        make_clip: ClipFactory | None = None,
    ) -> None:
        self._own_windows, self._announce = own_windows, announce
        self._connection = connect(display)
        self._root = screen_of(self._connection).root
        self._mask = self._connection.setup.resource_id_mask
        self._xtest = self._connection(xcffib.xtest.key)
        self._xtest.GetVersion(2, 2).reply()
        self._clip = None if make_clip is None else make_clip(self._connection)
        self._watchdog = Watchdog(display)
        ports = KeyPorts(self._press_key, self._grabbed, self._may_type)
        self._keyboard = X11Keyboard(self._connection, ports, self._tell_spare, display)
        self._buttons: set[int] = set()
        self._wheel = WheelSteps()

    def apply(self, message: ViewerInput, area: Rect, stopped: Callable[[], bool]) -> Verdict:
        """Do what an admitted message asks for. Raises BackendLostError when the display is gone."""
        try:
            return self._apply(message, area, stopped)
        except xcffib.ConnectionException as error:
            raise BackendLostError from error

    def _apply(self, message: ViewerInput, area: Rect, stopped: Callable[[], bool]) -> Verdict:
        match message:
            case PointerInput():
                return self._move(*area.point_at(message.x, message.y))
            case ButtonInput():
                self._keyboard.settle()
                return self._button(*area.point_at(message.x, message.y), BUTTONS[message.button], down=message.down)
            case WheelInput():
                self._keyboard.settle()
                return self._turn(*area.point_at(message.x, message.y), message.dx, message.dy)
            case KeyInput():
                return self._keyboard.key(message)
            case TextInput():
                return self._keyboard.text(message.text, stopped)
            case ReleaseInput():
                self.release_all()
                return Verdict.PASS
            case SystemInput():
                return self._system(message.action)

    # Events

    def _fake(self, kind: int, detail: int, x: int = 0, y: int = 0) -> None:
        self._announce(RAW_OF_CORE[kind], detail)
        self._xtest.FakeInput(kind, detail, 0, self._root if kind == MOTION else 0, x, y, 0)

    @contextmanager
    def _grabbed(self) -> Iterator[None]:
        """Let no other client act, so that a check holds for the event after it."""
        self._connection.core.GrabServer()
        try:
            yield
        finally:
            self._connection.core.UngrabServer()
            self._connection.flush()

    # Our own windows

    def _own_clients(self) -> set[int]:
        return {window & ~self._mask for window in self._own_windows()}

    def _is_own_at(self, x: int, y: int) -> bool:
        own = self._own_clients()
        if not own:
            return False
        window = self._root
        for _ in range(MAX_WINDOW_DEPTH):
            child = self._connection.core.TranslateCoordinates(self._root, window, x, y).reply().child
            if not child:
                return False
            if child & ~self._mask in own:
                return True
            window = child
        return True  # nothing is that deep; do not touch it

    def _is_own_focus(self) -> bool:
        own = self._own_clients()
        if not own:
            return False
        focus = self._connection.core.GetInputFocus().reply().focus
        if focus == POINTER_ROOT:
            pointer = self._connection.core.QueryPointer(self._root).reply()
            return self._is_own_at(pointer.root_x, pointer.root_y)
        return focus & ~self._mask in own

    # Where input may go, asked under the grab

    def _may_touch(self, x: int, y: int, *, press: bool) -> Verdict:
        if self._is_own_at(x, y):
            return Verdict.OWN_WINDOW
        return Verdict.PASS if self._clip is None else self._clip.may_touch(x, y, press=press)

    def _may_type(self, keycode: int | None = None) -> Verdict:
        if self._is_own_focus():
            return Verdict.OWN_WINDOW
        return Verdict.PASS if self._clip is None else self._clip.may_type(keycode)

    def _point(self, x: int, y: int, *, press: bool = False) -> Verdict:
        """Move the pointer; with a button down it does not leave the windows of an application grant."""
        if not self._buttons:
            verdict = self._may_touch(x, y, press=press)
            if verdict is Verdict.PASS:
                self._fake(MOTION, 0, x, y)
            return verdict
        place = (x, y) if self._clip is None else self._clip.may_drag(x, y)
        if place is not None:
            if self._is_own_at(*place):
                return Verdict.OWN_WINDOW
            self._fake(MOTION, 0, *place)
        return Verdict.PASS

    # Pointer

    def _move(self, x: int, y: int) -> Verdict:
        with self._grabbed():
            return self._point(x, y)

    def _button(self, x: int, y: int, button: int, *, down: bool) -> Verdict:
        if not down and button not in self._buttons:
            return Verdict.PASS
        if self._clip is not None and down and not self._buttons and not self._is_own_at(x, y):
            self._clip.reach(x, y)
        with self._grabbed():
            verdict = self._point(x, y, press=down)
            if down and verdict is not Verdict.PASS:
                return verdict
            self._press_button(button, down=down)
        return Verdict.PASS

    def _press_button(self, button: int, *, down: bool) -> None:
        if down:
            self._watchdog.tell(f"+b {button}")
            self._buttons.add(button)
            self._fake(BUTTON_PRESS, button)
        else:
            self._fake(BUTTON_RELEASE, button)
            self._buttons.discard(button)
            self._watchdog.tell(f"-b {button}")

    def _turn(self, x: int, y: int, dx: float, dy: float) -> Verdict:
        """Click the wheel's buttons for whole steps; what is left waits for the next message."""
        steps_x, steps_y = self._wheel.take(dx, dy)
        with self._grabbed():
            verdict = self._point(x, y, press=True)
            if verdict is not Verdict.PASS:
                return verdict
            for steps, negative, positive in ((steps_y, WHEEL_UP, WHEEL_DOWN), (steps_x, WHEEL_LEFT, WHEEL_RIGHT)):
                for _ in range(abs(steps)):
                    self._fake(BUTTON_PRESS, positive if steps > 0 else negative)
                    self._fake(BUTTON_RELEASE, positive if steps > 0 else negative)
        return Verdict.PASS

    # Keys

    def _tell_spare(self, codes: list[int]) -> None:
        self._watchdog.tell(" ".join(["s", *map(str, codes)]))

    def _press_key(self, keycode: int, *, down: bool) -> None:
        if down:
            self._watchdog.tell(f"+k {keycode}")
            self._fake(KEY_PRESS, keycode)
        else:
            self._fake(KEY_RELEASE, keycode)
            self._watchdog.tell(f"-k {keycode}")

    def rest(self) -> float | None:
        """Take back lent keys when it is time, let go when the focus left; return the seconds until there is more."""
        try:
            if self._clip is not None and self._keyboard.holds:
                if self._clip.has_focus():
                    return CLIP_CHECK_SECONDS
                self._keyboard.release()
            return self._keyboard.rest()
        except xcffib.ConnectionException as error:
            raise BackendLostError from error

    def _system(self, action: Literal["secure_attention", "lock"]) -> Verdict:
        """Ctrl+Alt+Del, or lock the screen; neither belongs to an application grant."""
        if self._clip is not None:
            return Verdict.OUTSIDE
        self.release_all()
        if action == "secure_attention":
            return self._keyboard.chord(CONTROL_L, ALT_L, DELETE)
        if lock_screen():
            return Verdict.PASS
        for chord in ((SCREEN_SAVER,), (SUPER_L, ord("l"))):
            if self._keyboard.is_awaited(*chord):
                return self._keyboard.chord(*chord)
        return Verdict.UNSUPPORTED

    # Letting go

    def release_all(self) -> None:
        """Let go of every key and button that we hold."""
        try:
            self._keyboard.release()
            self._wheel.reset()
            for button in sorted(self._buttons):
                self._press_button(button, down=False)
            self._connection.flush()
        except xcffib.ConnectionException as error:
            raise BackendLostError from error

    def close(self) -> None:
        """Let go of everything, take lent keys back, end the watchdog."""
        try:
            self.release_all()
            self._keyboard.give_back()
            self._connection.core.GetInputFocus().reply()
        finally:
            self._keyboard.close()
            self._connection.disconnect()
            self._watchdog.close()
