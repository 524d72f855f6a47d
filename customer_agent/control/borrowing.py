"""The modifiers that a character takes, held as long as its key: pressed, or lifted where the viewer holds them."""

from collections.abc import Sequence
from typing import Protocol

from customer_agent.control.keymap import Keymap
from customer_agent.control.layout import LOCK, Stroke


class PressKey(Protocol):
    """Presses a key or lets go of it."""

    def __call__(self, keycode: int, *, down: bool) -> None: ...


class BorrowedModifiers:
    """One thread uses it. `codes` are the keys that the viewer holds now."""

    def __init__(self, keymap: Keymap, press: PressKey) -> None:
        self._keymap = keymap
        self._press = press
        self._changed: list[tuple[int, bool]] = []  # keys pressed (True) or lifted for the key that is held
        self._caps_lifted = False

    @property
    def any(self) -> bool:
        """Whether a modifier is not as the viewer and the owner have it."""
        return bool(self._changed) or self._caps_lifted

    def liftable(self, codes: Sequence[int]) -> int:
        """Return the modifiers that only we hold down, as far as we know."""
        bits = 0
        for code in codes:
            bit = self._keymap.modifier_of(code)
            if self._keymap.level_key(bit) is not None:
                bits |= bit
        return bits

    def take(self, stroke: Stroke, codes: Sequence[int]) -> None:
        """Hold just the modifiers that a stroke takes, until `give_back`."""
        for index in range(8):
            bit = 1 << index
            key = self._keymap.level_key(bit) if stroke.press & bit else None
            if key is not None:
                self._press(key, down=True)
                self._changed.append((key, True))
            for code in codes if stroke.lift & bit else ():
                if self._keymap.modifier_of(code) == bit:
                    self._press(code, down=False)
                    self._changed.append((code, False))
        if stroke.lift & LOCK:
            self._keymap.set_caps_lock(on=False)
            self._caps_lifted = True

    def give_back(self, codes: Sequence[int]) -> None:
        """Put the modifiers back as the viewer and the owner have them."""
        if self._caps_lifted:
            self._keymap.set_caps_lock(on=True)
            self._caps_lifted = False
        while self._changed:
            code, pressed = self._changed.pop()
            if pressed:
                self._press(code, down=False)
            elif code in codes:
                self._press(code, down=True)
