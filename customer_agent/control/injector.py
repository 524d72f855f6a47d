"""Operates an X11 desktop by XTEST.

Each event is checked against our own windows under a server grab, so that nothing can slip below the pointer
between the check and the event. What is pressed is told to the watchdog first.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import xcffib
import xcffib.xproto
import xcffib.xtest

from customer_agent.control.backend import BackendLostError, OwnWindows
from customer_agent.control.gate import Verdict
from customer_agent.control.keymap import LOCK_MASK, SHIFT_MASK, Keymap, KeyStroke
from customer_agent.control.keysyms import UNICODE_KEYSYM, keysym_of_character, keysym_of_key
from customer_agent.control.selection import PasteSource
from customer_agent.control.watchdog import Watchdog
from customer_agent.media.geometry import Rect
from customer_agent.media.x11 import connect, screen_of
from customer_agent.media.xi2 import RawKind
from supportsite.protocol.channel import (
    ButtonInput,
    KeyInput,
    PointerInput,
    ReleaseInput,
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
SHIFT_L, LEVEL3_SHIFT, INSERT = 0xFFE1, 0xFE03, 0xFF63
KEYMAP_AGE_SECONDS = 2.0
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
    ) -> None:
        self._own_windows, self._announce = own_windows, announce
        self._connection = connect(display)
        self._root = screen_of(self._connection).root
        self._mask = self._connection.setup.resource_id_mask
        self._xtest = self._connection(xcffib.xtest.key)
        self._xtest.GetVersion(2, 2).reply()
        self._watchdog = Watchdog(display)
        self._keymap = Keymap(self._connection, self._tell_spare)
        self._keymap_at = time.monotonic()
        self._keys: dict[str, int] = {}  # DOM code → keycode held
        self._buttons: set[int] = set()
        self._wheel_x = self._wheel_y = 0.0
        self._display = display
        self._pasting: PasteSource | None = None

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
                return self._button(*area.point_at(message.x, message.y), BUTTONS[message.button], down=message.down)
            case WheelInput():
                return self._wheel(*area.point_at(message.x, message.y), message.dx, message.dy)
            case KeyInput():
                return self._key(message)
            case TextInput():
                return self._text(message.text, stopped)
            case ReleaseInput():
                self.release_all()
                return Verdict.PASS

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

    # Pointer

    def _move(self, x: int, y: int) -> Verdict:
        with self._grabbed():
            if self._is_own_at(x, y):
                return Verdict.OWN_WINDOW
            self._fake(MOTION, 0, x, y)
        return Verdict.PASS

    def _button(self, x: int, y: int, button: int, *, down: bool) -> Verdict:
        if not down and button not in self._buttons:
            return Verdict.PASS
        with self._grabbed():
            own = self._is_own_at(x, y)
            if own and down:
                return Verdict.OWN_WINDOW
            if not own:
                self._fake(MOTION, 0, x, y)
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

    def _wheel(self, x: int, y: int, dx: float, dy: float) -> Verdict:
        """Click the wheel's buttons for whole steps; what is left waits for the next message."""
        self._wheel_x, self._wheel_y = self._wheel_x + dx, self._wheel_y + dy
        steps_x, steps_y = int(self._wheel_x), int(self._wheel_y)
        self._wheel_x, self._wheel_y = self._wheel_x - steps_x, self._wheel_y - steps_y
        with self._grabbed():
            if self._is_own_at(x, y):
                return Verdict.OWN_WINDOW
            self._fake(MOTION, 0, x, y)
            for steps, negative, positive in ((steps_y, WHEEL_UP, WHEEL_DOWN), (steps_x, WHEEL_LEFT, WHEEL_RIGHT)):
                for _ in range(abs(steps)):
                    self._fake(BUTTON_PRESS, positive if steps > 0 else negative)
                    self._fake(BUTTON_RELEASE, positive if steps > 0 else negative)
        return Verdict.PASS

    # Keys

    def _tell_spare(self, codes: list[int]) -> None:
        self._watchdog.tell(" ".join(["s", *map(str, codes)]))

    def _refresh_keymap(self) -> None:
        """Read the layout again now and then: XKB servers do not tell of each change."""
        now = time.monotonic()
        lent_until = self._keymap.lent_until
        if lent_until is not None and now > lent_until and not self._keys:
            self._keymap.take_back()
        if now - self._keymap_at > KEYMAP_AGE_SECONDS:
            self._keymap.read()
        self._keymap_at = now

    def rest(self) -> float | None:
        """Take back lent keys when it is time; return the seconds until it is, or None."""
        lent_until = self._keymap.lent_until
        if lent_until is None:
            return None
        left = lent_until - time.monotonic()
        if left <= 0 and not self._keys:
            self._keymap.take_back()
            return None
        return max(0.05, left)

    def _press_key(self, keycode: int, *, down: bool) -> None:
        if down:
            self._watchdog.tell(f"+k {keycode}")
            self._fake(KEY_PRESS, keycode)
        else:
            self._fake(KEY_RELEASE, keycode)
            self._watchdog.tell(f"-k {keycode}")

    def _key(self, message: KeyInput) -> Verdict:
        name = message.code or message.key
        if not message.down:
            if name in self._keys:
                self._press_key(self._keys.pop(name), down=False)
                self._connection.flush()
            return Verdict.PASS
        if name in self._keys:
            return Verdict.PASS  # a repetition: the X server repeats held keys by itself
        keysym = keysym_of_key(message.key, message.code)
        if keysym is None:
            return Verdict.PASS  # a dead key or an input method's: the composed text follows
        self._refresh_keymap()
        stroke = self._stroke(keysym)
        if stroke is None:
            return Verdict.FAILED
        with self._grabbed():
            if self._is_own_focus():
                return Verdict.OWN_WINDOW
            with self._modifiers(stroke, keysym):
                self._press_key(stroke.keycode, down=True)
            self._keys[name] = stroke.keycode
        return Verdict.PASS

    def _stroke(self, keysym: int) -> KeyStroke | None:
        stroke = self._keymap.find(keysym)
        if stroke is None:
            code = self._keymap.lend([keysym]).get(keysym)
            if code is None:
                return None
            self._keymap.used(code)
            stroke = KeyStroke(code, lent=True)
        return stroke

    @contextmanager
    def _modifiers(self, stroke: KeyStroke, keysym: int) -> Iterator[None]:
        """Hold just the modifiers that this character needs on this layout; other keys keep what is held."""
        is_character = keysym < 0xFE00 or bool(keysym & UNICODE_KEYSYM)
        if stroke.lent or not is_character:
            yield
            return
        now = self._keymap.modifiers()
        undo: list[tuple[int, bool]] = []
        wanted_shift = stroke.shift != (stroke.letter and bool(now & LOCK_MASK))
        self._set_modifier(SHIFT_L, wanted=wanted_shift, held=bool(now & SHIFT_MASK), undo=undo)
        held_level3 = bool(now & self._keymap.level3_mask)
        self._set_modifier(LEVEL3_SHIFT, wanted=stroke.level3, held=held_level3, undo=undo)
        try:
            yield
        finally:
            for keycode, down in reversed(undo):
                self._press_key(keycode, down=down)

    def _set_modifier(self, keysym: int, *, wanted: bool, held: bool, undo: list[tuple[int, bool]]) -> None:
        if wanted == held:
            return
        codes = self._keymap.keycodes_of_modifier(keysym)
        if wanted and codes:
            self._press_key(codes[0], down=True)
            undo.append((codes[0], False))
        for code in [] if wanted else [code for code in codes if code in self._keys.values()]:
            self._press_key(code, down=False)
            undo.append((code, True))

    # Text

    def _text(self, text: str, stopped: Callable[[], bool]) -> Verdict:
        """Type a text: keys of the layout where it has them, lent keys for the rest."""
        self._refresh_keymap()
        self.release_keys()
        clean = text.replace("\r\n", "\n")
        keysyms = [keysym_of_character(char) for char in clean if char.isprintable() or char in "\n\t\r"]
        if len(set(self._unknown(keysyms))) > self._keymap.room:
            return self._paste(clean)
        lent: dict[int, int] = {}
        for index, keysym in enumerate(keysyms):
            stroke = self._keymap.find(keysym)
            if stroke is None:
                if keysym not in lent:
                    lent = self._keymap.lend(self._unknown(keysyms[index:]))
                if keysym not in lent:
                    return Verdict.FAILED
                stroke = KeyStroke(lent[keysym], lent=True)
                self._keymap.used(lent[keysym])
            if stopped():
                return Verdict.PASS
            with self._grabbed():
                if self._is_own_focus():
                    return Verdict.OWN_WINDOW
                with self._modifiers(stroke, keysym):
                    self._press_key(stroke.keycode, down=True)
                    self._press_key(stroke.keycode, down=False)
        return Verdict.PASS

    def _paste(self, text: str) -> Verdict:
        """Paste a text that has more unknown characters than there are keys to lend.

        Shift+Insert takes the clipboard in toolkits and the primary selection in terminals; both have the text.
        """
        if self._pasting is None:
            self._pasting = PasteSource(self._display)
        insert = self._keymap.find(INSERT)
        if insert is None or not self._pasting.offer(text):
            return Verdict.FAILED
        shift = self._keymap.keycodes_of_modifier(SHIFT_L)[0]
        with self._grabbed():
            if self._is_own_focus():
                return Verdict.OWN_WINDOW
            for keycode, down in ((shift, True), (insert.keycode, True), (insert.keycode, False), (shift, False)):
                self._press_key(keycode, down=down)
        return Verdict.PASS if self._pasting.wait_served() else Verdict.FAILED

    def _unknown(self, keysyms: list[int]) -> list[int]:
        return [keysym for keysym in keysyms if self._keymap.find(keysym) is None]

    # Letting go

    def release_keys(self) -> None:
        """Let go of the keys we hold."""
        while self._keys:
            _, keycode = self._keys.popitem()
            self._press_key(keycode, down=False)
        self._connection.flush()

    def release_all(self) -> None:
        """Let go of every key and button that we hold."""
        try:
            self.release_keys()
            for button in sorted(self._buttons):
                self._press_button(button, down=False)
            self._connection.flush()
        except xcffib.ConnectionException as error:
            raise BackendLostError from error

    def close(self) -> None:
        """Let go of everything, take lent keys back, end the watchdog."""
        try:
            self.release_all()
            if self._keymap.lent_until is not None:
                self._keymap.take_back()
            self._connection.core.GetInputFocus().reply()
        finally:
            if self._pasting is not None:
                self._pasting.close()
            self._connection.disconnect()
            self._watchdog.close()
