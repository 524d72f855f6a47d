"""Operates Windows and macOS desktops through pynput. Written after its documentation and never run there."""

from collections.abc import Callable, Mapping
from typing import Any

from customer_agent.control.gate import Verdict
from customer_agent.media.geometry import Rect
from supportsite.protocol.channel import (
    ButtonInput,
    KeyInput,
    PointerInput,
    ReleaseInput,
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
BUTTONS = {0: "left", 1: "middle", 2: "right"}
LAST_FUNCTION_KEY = 20


class PynputInjector:
    """One thread uses it. Its own windows are kept out of reach by the gate alone (no input while a prompt is open)."""

    def __init__(self) -> None:
        from pynput import keyboard, mouse

        self._keyboard_api, self._mouse_api = keyboard, mouse
        self._keyboard: Any = keyboard.Controller()
        self._mouse: Any = mouse.Controller()
        self._keys: dict[str, Any] = {}
        self._buttons: set[int] = set()
        self._wheel_x = self._wheel_y = 0.0

    def apply(self, message: ViewerInput, area: Rect, stopped: Callable[[], bool]) -> Verdict:
        """Do what an admitted message asks for."""
        match message:
            case PointerInput():
                self._mouse.position = area.point_at(message.x, message.y)
            case ButtonInput():
                return self._button(message, area)
            case WheelInput():
                self._wheel(message, area)
            case KeyInput():
                return self._key(message)
            case TextInput():
                for character in message.text:
                    if stopped():
                        break
                    self._keyboard.type(character)
            case ReleaseInput():
                self.release_all()
        return Verdict.PASS

    def _button(self, message: ButtonInput, area: Rect) -> Verdict:
        name = BUTTONS.get(message.button)
        if name is None:
            return Verdict.FAILED
        self._mouse.position = area.point_at(message.x, message.y)
        button = getattr(self._mouse_api.Button, name)
        if message.down:
            self._buttons.add(message.button)
            self._mouse.press(button)
        elif message.button in self._buttons:
            self._buttons.discard(message.button)
            self._mouse.release(button)
        return Verdict.PASS

    def _wheel(self, message: WheelInput, area: Rect) -> None:
        self._mouse.position = area.point_at(message.x, message.y)
        self._wheel_x, self._wheel_y = self._wheel_x + message.dx, self._wheel_y + message.dy
        steps_x, steps_y = int(self._wheel_x), int(self._wheel_y)
        self._wheel_x, self._wheel_y = self._wheel_x - steps_x, self._wheel_y - steps_y
        self._mouse.scroll(steps_x, -steps_y)

    def _key(self, message: KeyInput) -> Verdict:
        name = message.code or message.key
        if not message.down:
            if name in self._keys:
                self._keyboard.release(self._keys.pop(name))
            return Verdict.PASS
        key = self._key_of(message.key)
        if key is None:
            return Verdict.PASS
        self._keyboard.press(key)
        self._keys[name] = key
        return Verdict.PASS

    def _key_of(self, key: str) -> Any:
        names = self._keyboard_api.Key
        if key in NAMED:
            return getattr(names, NAMED[key], None)
        if key[:1] == "F" and key[1:].isdecimal() and int(key[1:]) <= LAST_FUNCTION_KEY:
            return getattr(names, key.lower(), None)
        return self._keyboard_api.KeyCode.from_char(key) if len(key) == 1 else None

    def rest(self) -> float | None:
        """Nothing is ever due."""
        return None

    def release_all(self) -> None:
        """Let go of every key and button that is held."""
        while self._keys:
            self._keyboard.release(self._keys.popitem()[1])
        while self._buttons:
            self._mouse.release(getattr(self._mouse_api.Button, BUTTONS[self._buttons.pop()]))

    def close(self) -> None:
        """Let go of everything."""
        self.release_all()
