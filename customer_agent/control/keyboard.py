"""Types on an X11 desktop what the viewer's keys mean, whatever layout either side has.

The viewer's key decides: its character is made by whichever key of this layout makes it, with just the modifiers that
this takes. They stay so while the key is held, or the server's repetitions would be other characters.
"""

import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any

import xcffib
import xcffib.xproto

from customer_agent.control.borrowing import BorrowedModifiers, PressKey
from customer_agent.control.gate import Verdict
from customer_agent.control.keymap import SHIFT_L, Keymap
from customer_agent.control.keysyms import (
    changes_case,
    is_character,
    is_forbidden,
    is_meaningless,
    keysym_of_character,
    keysyms_of_key,
)
from customer_agent.control.layout import LOCK, Stroke
from customer_agent.control.paste import PasteSource
from customer_agent.media.x11 import screen_of
from supportsite.protocol.channel import KeyInput

CONTROL_MASK, SHIFT_MASK = 4, 1
ASYNC = 1
INSERT, DELETE, F12 = 0xFF63, 0xFFFF, 0xFFC9
CONTROL_L, ALT_L, SUPER_L = 0xFFE3, 0xFFE9, 0xFFEB
KEYMAP_PAUSE_SECONDS, KEYMAP_AGE_SECONDS = 1.0, 10.0
MODIFIER_NAMES = frozenset({"Shift", "Control", "Alt", "Meta", "OS", "AltGraph", "CapsLock", "NumLock"})


@dataclass(frozen=True, slots=True)
class KeyPorts:
    """What the keyboard needs of the injector: pressing, the server grab, and whether typing may go where it would."""

    press: PressKey
    grabbed: Callable[[], AbstractContextManager[None]]
    may_type: Callable[[int | None], Verdict]


@dataclass(slots=True)
class _Held:
    code: int
    key: str


class X11Keyboard:
    """One thread uses it."""

    def __init__(
        self, connection: Any, ports: KeyPorts, tell_spare: Callable[[list[int]], None], display: str | None
    ) -> None:
        self._ports = ports
        self._connection = connection
        self._keymap = Keymap(connection, tell_spare)
        self._key_at = self._read_at = time.monotonic()
        self._held: dict[str, _Held] = {}  # by DOM code
        self._borrowed = BorrowedModifiers(self._keymap, ports.press)
        self._display = display
        self._pasting: PasteSource | None = None

    @property
    def holds(self) -> bool:
        """Whether any key is down."""
        return bool(self._held)

    # Keys

    def key(self, message: KeyInput) -> Verdict:
        """Press or let go of one key."""
        name = message.code or message.key
        if not message.down:
            self._key_up(name)
            return Verdict.PASS
        if name in self._held:
            return Verdict.PASS  # a repetition: the X server repeats held keys by itself
        keysyms = keysyms_of_key(message.key, message.code)
        if not keysyms:
            return Verdict.PASS if is_meaningless(message.key) else Verdict.UNSUPPORTED
        self._refresh()
        self.settle()
        stroke = self._stroke(keysyms)
        if isinstance(stroke, Verdict):
            return stroke
        with self._ports.grabbed():
            verdict = self._ports.may_type(stroke.code)
            if verdict is not Verdict.PASS:
                return verdict
            self._borrowed.take(stroke, self._codes())
            self._ports.press(stroke.code, down=True)
            self._held[name] = _Held(stroke.code, message.key)
        return Verdict.PASS

    def _key_up(self, name: str) -> None:
        held = self._held.pop(name, None)
        if held is None:
            return
        with self._ports.grabbed():
            self._ports.press(held.code, down=False)
            self._borrowed.give_back(self._codes())
            if held.key in ("Meta", "OS"):
                # Browsers on macOS do not tell of keys let go while Command is down.
                for other in [name for name, one in self._held.items() if one.key not in MODIFIER_NAMES]:
                    self._ports.press(self._held.pop(other).code, down=False)

    def _stroke(self, keysyms: list[int]) -> Stroke | Verdict:
        """Return how to make the first of these keysyms that can be made, or why none can."""
        mods, group = self._keymap.state()
        layout = self._keymap.layout(group)
        best, last = keysyms[0], keysyms[-1]
        if len(keysyms) > 1:  # on the number pad, as Num Lock is
            found = layout.find(best, now=mods, can_press=0, can_lift=0)
            if found is not None:
                return found
        if not is_character(last):
            return self._function(last, mods, group)
        found = layout.find(
            last, now=mods, can_press=self._keymap.pressable, can_lift=self._borrowed.liftable(self._codes()) | LOCK
        )
        if found is not None:
            return found
        code = self._keymap.lend([last]).get(last)
        return Verdict.UNSUPPORTED if code is None else self._lent(code, last, mods)

    def _lent(self, code: int, keysym: int, mods: int) -> Stroke:
        self._keymap.used(code)
        return Stroke(code, lift=mods & LOCK if changes_case(keysym) else 0)

    def _function(self, keysym: int, mods: int, group: int) -> Stroke | Verdict:
        """A key that is no character takes the modifiers as they are."""
        layout = self._keymap.layout(group)
        if keysym == F12 and mods & CONTROL_MASK and mods & SHIFT_MASK:
            return Verdict.OWN_WINDOW  # the owner's Stop
        code = layout.code_of(keysym)
        key = None if code is None else layout.key(code)
        if key is None or is_forbidden(key.makes(mods)):
            return Verdict.UNSUPPORTED
        return Stroke(key.code)

    # Modifiers

    def settle(self) -> None:
        """Before a click or a turn of the wheel: the modifiers are the viewer's again."""
        if self._borrowed.any:
            with self._ports.grabbed():
                self._borrowed.give_back(self._codes())

    def _codes(self) -> list[int]:
        return [held.code for held in self._held.values()]

    def chord(self, *keysyms: int) -> Verdict:
        """Press keys one after the other and let go of them, with nothing else held."""
        self._refresh()
        self.release()
        layout = self._keymap.layout(self._keymap.state()[1])
        codes = [code for code in map(layout.code_of, keysyms) if code is not None]
        if len(codes) < len(keysyms):
            return Verdict.UNSUPPORTED
        with self._ports.grabbed():
            verdict = self._ports.may_type(None)
            if verdict is not Verdict.PASS:
                return verdict
            for code in codes:
                self._ports.press(code, down=True)
            for code in reversed(codes):
                self._ports.press(code, down=False)
        return Verdict.PASS

    def is_awaited(self, *keysyms: int) -> bool:
        """Tell whether a program has reserved this chord for itself, so that pressing it does something."""
        layout = self._keymap.layout(self._keymap.state()[1])
        codes = [code for code in map(layout.code_of, keysyms) if code is not None]
        if len(codes) < len(keysyms):
            return False
        mods = 0
        for code in codes[:-1]:
            mods |= self._keymap.modifier_of(code)
        core, root = self._connection.core, screen_of(self._connection).root
        try:
            core.GrabKeyChecked(False, root, mods, codes[-1], ASYNC, ASYNC).check()  # noqa: FBT003
        except xcffib.xproto.AccessError:
            return True
        core.UngrabKey(codes[-1], root, mods)
        return False

    # Text

    def text(self, text: str, stopped: Callable[[], bool]) -> Verdict:
        """Type a text: keys of the layout where it has them, lent keys for the rest, or by a paste."""
        self._refresh()
        self.release()
        clean = text.replace("\r\n", "\n")
        keysyms = [keysym_of_character(char) for char in clean if char.isprintable() or char in "\n\t\r"]
        if len(set(self._unknown(keysyms))) > self._keymap.room:
            verdict = self._paste(clean)
            if verdict is not Verdict.FAILED:
                return verdict
        return self._type(keysyms, stopped)

    def _type(self, keysyms: list[int], stopped: Callable[[], bool]) -> Verdict:
        lent: dict[int, int] = {}
        for index, keysym in enumerate(keysyms):
            if stopped():
                return Verdict.PASS
            mods, group = self._keymap.state()
            stroke = self._known(keysym, mods, group)
            if stroke is None:
                if keysym not in lent:
                    lent = self._keymap.lend(self._unknown(keysyms[index:]))
                if keysym not in lent:
                    return Verdict.UNSUPPORTED
                stroke = self._lent(lent[keysym], keysym, mods)
            with self._ports.grabbed():
                verdict = self._ports.may_type(None)
                if verdict is not Verdict.PASS:
                    return verdict
                self._borrowed.take(stroke, self._codes())
                for down in (True, False):
                    self._ports.press(stroke.code, down=down)
                self._borrowed.give_back(self._codes())
        return Verdict.PASS

    def _known(self, keysym: int, mods: int, group: int) -> Stroke | None:
        layout = self._keymap.layout(group)
        if not is_character(keysym):
            code = layout.code_of(keysym)
            return None if code is None else Stroke(code)
        return layout.find(keysym, now=mods, can_press=self._keymap.pressable, can_lift=LOCK)

    def _unknown(self, keysyms: list[int]) -> list[int]:
        mods, group = self._keymap.state()
        wanted = [keysym for keysym in dict.fromkeys(keysyms) if is_character(keysym)]
        return [keysym for keysym in wanted if self._known(keysym, mods, group) is None]

    def _paste(self, text: str) -> Verdict:
        """Paste a text that has more unknown characters than there are keys to lend.

        Shift+Insert takes the clipboard in toolkits and the primary selection in terminals; both have the text.
        """
        if self._pasting is None:
            self._pasting = PasteSource(self._display)
        if not self._pasting.offer(text):
            return Verdict.FAILED
        verdict = self.chord(SHIFT_L, INSERT)
        if verdict is not Verdict.PASS:
            return Verdict.FAILED if verdict is Verdict.UNSUPPORTED else verdict
        return Verdict.PASS if self._pasting.wait_served() else Verdict.FAILED

    # Letting go

    def _refresh(self) -> None:
        """Read the layout again now and then: XKB servers do not tell of each change."""
        now = time.monotonic()
        lent_until = self._keymap.lent_until
        if lent_until is not None and now > lent_until and not self._held:
            self._keymap.take_back()
        if now - self._key_at > KEYMAP_PAUSE_SECONDS or now - self._read_at > KEYMAP_AGE_SECONDS:
            self._keymap.read()
            self._read_at = now
        self._key_at = now

    def rest(self) -> float | None:
        """Take back lent keys when it is time; return the seconds until there is more."""
        lent_until = self._keymap.lent_until
        if lent_until is None:
            return None
        left = lent_until - time.monotonic()
        if left <= 0 and not self._held:
            self._keymap.take_back()
            return None
        return max(0.05, left)

    def release(self) -> None:
        """Let go of every key that we hold."""
        while self._held:
            _, held = self._held.popitem()
            self._ports.press(held.code, down=False)
        self._borrowed.give_back(self._codes())
        self._connection.flush()

    def give_back(self) -> None:
        """Take lent keys back."""
        if self._keymap.lent_until is not None:
            self._keymap.take_back()

    def close(self) -> None:
        """End the paste source."""
        if self._pasting is not None:
            self._pasting.close()
