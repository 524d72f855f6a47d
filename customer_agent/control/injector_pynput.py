"""Operates Windows and macOS desktops through pynput. Never run there; the tests run it on an X server."""

import platform
from collections.abc import Callable, Mapping
from typing import Any

from customer_agent.control.backend import ClipFactory
from customer_agent.control.gate import Verdict
from customer_agent.control.keysyms import is_meaningless
from customer_agent.control.system_keys import carry_out
from customer_agent.control.wheel import WheelSteps
from customer_agent.media.geometry import Rect
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

NAMED: Mapping[str, str] = {
    "Backspace": "backspace",
    "Tab": "tab",
    "Enter": "enter",
    "Escape": "esc",
    "Delete": "delete",
    "Home": "home",
    "End": "end",
    "PageUp": "page_up",
    "PageDown": "page_down",
    "ArrowLeft": "left",
    "ArrowUp": "up",
    "ArrowRight": "right",
    "ArrowDown": "down",
    "CapsLock": "caps_lock",
    "Shift": "shift",
    "Control": "ctrl",
    "Alt": "alt",
    "AltGraph": "alt_gr",
    "Meta": "cmd",
}
RIGHT: Mapping[str, str] = {"Shift": "shift_r", "Control": "ctrl_r", "Alt": "alt_r", "Meta": "cmd_r"}
MORE: Mapping[str, str] = {
    "Insert": "insert",
    "ContextMenu": "menu",
    "PrintScreen": "print_screen",
    "Pause": "pause",
    "NumLock": "num_lock",
    "ScrollLock": "scroll_lock",
    "OS": "cmd",
}
SHORTCUT = frozenset({"Control", "Alt", "Meta", "OS"})
BUTTONS = {0: "left", 1: "middle", 2: "right", 3: "x1", 4: "x2"}
LAST_FUNCTION_KEY = 20
FINE_STEPS = 120  # Windows scrolls by parts of a notch


class PynputInjector:
    """One thread uses it. Its own windows are kept out of reach by the gate alone (no input while a prompt is open)."""

    def __init__(self, make_clip: ClipFactory | None = None) -> None:
        from pynput import keyboard, mouse

        self._keyboard_api, self._mouse_api = keyboard, mouse
        self._keyboard: Any = keyboard.Controller()
        self._mouse: Any = mouse.Controller()
        self._keys: dict[str, Any] = {}
        self._buttons: set[int] = set()
        self._wheel = WheelSteps()
        self._fineness = FINE_STEPS if platform.system() == "Windows" else 1
        self._clip = None if make_clip is None else make_clip(None)

    def apply(self, message: ViewerInput, area: Rect, stopped: Callable[[], bool]) -> Verdict:
        """Do what an admitted message asks for."""
        verdict = self._judge(message, area)
        if verdict is not Verdict.PASS:
            return verdict
        match message:
            case PointerInput():
                self._mouse.position = area.point_at(message.x, message.y)
            case ButtonInput():
                return self._button(message, area)
            case WheelInput():
                self._turn(message, area)
            case KeyInput():
                return self._key(message)
            case TextInput():
                return self._text(message.text, stopped)
            case ReleaseInput():
                self.release_all()
            case SystemInput():
                self.release_all()
                return carry_out(message.action)
        return Verdict.PASS

    def _judge(self, message: ViewerInput, area: Rect) -> Verdict:
        """Keep inside the windows of an application grant; here no grab makes check and event one."""
        match message:
            case _ if self._clip is None:
                return Verdict.PASS
            case ButtonInput(down=True) | PointerInput() | WheelInput():
                place = area.point_at(message.x, message.y)
                if self._buttons:
                    return Verdict.PASS if self._clip.may_drag(*place) == place else Verdict.OUTSIDE
                if isinstance(message, ButtonInput):
                    self._clip.reach(*place)
                return self._clip.may_touch(*place, press=not isinstance(message, PointerInput))
            case KeyInput(down=True) | TextInput():
                return self._clip.may_type()
            case SystemInput():
                return Verdict.OUTSIDE
            case _:
                return Verdict.PASS

    def _button(self, message: ButtonInput, area: Rect) -> Verdict:
        button = getattr(self._mouse_api.Button, BUTTONS[message.button], None)
        if button is None:
            return Verdict.UNSUPPORTED
        place: tuple[int, int] | None = area.point_at(message.x, message.y)
        if self._clip is not None and self._buttons and place is not None:
            place = self._clip.may_drag(*place)  # nothing is dropped into another program's window
        if place is not None:
            self._mouse.position = place
        if message.down:
            self._buttons.add(message.button)
            self._mouse.press(button)
        elif message.button in self._buttons:
            self._buttons.discard(message.button)
            self._mouse.release(button)
        return Verdict.PASS

    def _turn(self, message: WheelInput, area: Rect) -> None:
        self._mouse.position = area.point_at(message.x, message.y)
        across, down = self._wheel.take(message.dx * self._fineness, message.dy * self._fineness)
        if across or down:
            self._mouse.scroll(across / self._fineness, -down / self._fineness)

    def _text(self, text: str, stopped: Callable[[], bool]) -> Verdict:
        """Type characters as such: they need no key. What is held would make shortcuts of them."""
        self._release_keys()
        for character in text.replace("\r\n", "\n"):
            if stopped():
                break
            if character.isprintable() or character in "\n\t":
                self._keyboard.type(character)
        return Verdict.PASS

    def _key(self, message: KeyInput) -> Verdict:
        name = message.code or message.key
        if not message.down:
            if name in self._keys:
                self._keyboard.release(self._keys.pop(name))
            return Verdict.PASS
        key = self._keys.get(name) or self._key_of(message.key, message.code)
        if key is None:
            return Verdict.PASS if is_meaningless(message.key) else Verdict.UNSUPPORTED
        self._keyboard.press(key)  # again for each repetition: only real keys repeat by themselves here
        self._keys[name] = key
        return Verdict.PASS

    def _key_of(self, key: str, code: str) -> Any:
        """Return the key: a function by its name, a character by itself; the layout decides about its scan code.

        With Ctrl, Alt or Command down the small letter is pressed: capitals have no key, and Shift is down itself.
        """
        names = self._keyboard_api.Key
        name = (RIGHT.get(key) if code.endswith("Right") else None) or NAMED.get(key) or MORE.get(key)
        if name is not None:
            return getattr(names, name, None)
        if key[:1] == "F" and key[1:].isdecimal() and int(key[1:]) <= LAST_FUNCTION_KEY:
            return getattr(names, key.lower(), None)
        if len(key) != 1 or not key.isprintable():
            return None
        shortcut = any(held in self._shortcuts() for held in self._keys.values())
        return self._keyboard_api.KeyCode.from_char(key.lower() if shortcut else key)

    def _shortcuts(self) -> set[Any]:
        names = [NAMED.get(key) or MORE[key] for key in SHORTCUT] + [RIGHT[key] for key in SHORTCUT if key in RIGHT]
        return {getattr(self._keyboard_api.Key, name, None) for name in names}

    def rest(self) -> float | None:
        """Nothing is ever due."""
        return None

    def release_all(self) -> None:
        """Let go of every key and button that is held."""
        self._release_keys()
        self._wheel.reset()
        while self._buttons:
            self._mouse.release(getattr(self._mouse_api.Button, BUTTONS[self._buttons.pop()]))

    def _release_keys(self) -> None:
        while self._keys:
            self._keyboard.release(self._keys.popitem()[1])

    def close(self) -> None:
        """Let go of everything."""
        self.release_all()
