"""DOM KeyboardEvent.key to X keysyms."""

from collections.abc import Mapping

UNICODE_KEYSYM = 0x01000000
NAMED: Mapping[str, int] = {
    "Backspace": 0xFF08,
    "Tab": 0xFF09,
    "Clear": 0xFF0B,
    "Enter": 0xFF0D,
    "Pause": 0xFF13,
    "ScrollLock": 0xFF14,
    "Escape": 0xFF1B,
    "Compose": 0xFF20,
    "KanjiMode": 0xFF21,
    "NonConvert": 0xFF22,
    "Convert": 0xFF23,
    "Romaji": 0xFF24,
    "Hiragana": 0xFF25,
    "Katakana": 0xFF26,
    "KanaMode": 0xFF27,
    "HiraganaKatakana": 0xFF27,
    "Zenkaku": 0xFF28,
    "Hankaku": 0xFF29,
    "ZenkakuHankaku": 0xFF2A,
    "Eisu": 0xFF2F,
    "Alphanumeric": 0xFF30,
    "HangulMode": 0xFF31,
    "HanjaMode": 0xFF34,
    "Home": 0xFF50,
    "ArrowLeft": 0xFF51,
    "ArrowUp": 0xFF52,
    "ArrowRight": 0xFF53,
    "ArrowDown": 0xFF54,
    "PageUp": 0xFF55,
    "PageDown": 0xFF56,
    "End": 0xFF57,
    "Select": 0xFF60,
    "PrintScreen": 0xFF61,
    "Execute": 0xFF62,
    "Insert": 0xFF63,
    "Undo": 0xFF65,
    "Redo": 0xFF66,
    "ContextMenu": 0xFF67,
    "Find": 0xFF68,
    "Help": 0xFF6A,
    "NumLock": 0xFF7F,
    "CapsLock": 0xFFE5,
    "AltGraph": 0xFE03,
    "Delete": 0xFFFF,
}
MODIFIERS: Mapping[str, tuple[int, int]] = {  # left (or only) and right
    "Shift": (0xFFE1, 0xFFE2),
    "Control": (0xFFE3, 0xFFE4),
    "Meta": (0xFFEB, 0xFFEC),
    "OS": (0xFFEB, 0xFFEC),
    "Alt": (0xFFE9, 0xFFEA),
    "AltGraph": (0xFE03, 0xFE03),
}
CONTROL_CHARACTERS: Mapping[str, int] = {"\n": 0xFF0D, "\r": 0xFF0D, "\t": 0xFF09, "\b": 0xFF08, "\x1b": 0xFF1B}
LAST_FUNCTION_KEY = 24
F1 = 0xFFBE


def keysym_of_character(character: str) -> int:
    """Return the keysym of one character."""
    if character in CONTROL_CHARACTERS:
        return CONTROL_CHARACTERS[character]
    point = ord(character)
    return point if 0x20 <= point <= 0x7E or 0xA0 <= point <= 0xFF else UNICODE_KEYSYM | point


def keysym_of_key(key: str, code: str) -> int | None:
    """Return the keysym of a DOM key, or None for one that has no meaning on another computer ("Dead", "Process")."""
    if key in MODIFIERS:
        return MODIFIERS[key][code.endswith("Right")]
    if key in NAMED:
        return NAMED[key]
    if len(key) == 1:
        return keysym_of_character(key)
    if key[:1] == "F" and key[1:].isascii() and key[1:].isdigit() and 1 <= int(key[1:]) <= LAST_FUNCTION_KEY:
        return F1 + int(key[1:]) - 1
    return None
