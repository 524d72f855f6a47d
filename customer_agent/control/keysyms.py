"""DOM KeyboardEvent.key to X keysyms."""

import unicodedata
from collections.abc import Mapping
from functools import cache

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
INPUT_METHOD_KEYS = frozenset({"Dead", "Process", "Unidentified", "Fn", "FnLock", "ModeChange", "JunjaMode"})
# On the number pad: these are other keys to some programs, and Num Lock decides which of them there are.
KEYPAD: Mapping[str, int] = {
    "Enter": 0xFF8D,
    "Home": 0xFF95,
    "ArrowLeft": 0xFF96,
    "ArrowUp": 0xFF97,
    "ArrowRight": 0xFF98,
    "ArrowDown": 0xFF99,
    "PageUp": 0xFF9A,
    "PageDown": 0xFF9B,
    "End": 0xFF9C,
    "Clear": 0xFF9D,
    "Insert": 0xFF9E,
    "Delete": 0xFF9F,
    "*": 0xFFAA,
    "+": 0xFFAB,
    ",": 0xFFAC,
    "-": 0xFFAD,
    ".": 0xFFAE,
    "/": 0xFFAF,
    "=": 0xFFBD,
}
KEYPAD_ZERO = 0xFFB0
EURO_SIGN = 0x20AC
MAX_POINT = 0x10FFFF
OLD_CHARSETS: Mapping[int, str] = {
    0x01: "iso8859_2", 0x02: "iso8859_3", 0x03: "iso8859_4", 0x04: "shift_jis", 0x05: "iso8859_6", 0x06: "koi8_u",
    0x07: "iso8859_7", 0x0C: "iso8859_8", 0x0D: "tis_620",
}  # fmt: skip
OLD_LETTERS: Mapping[int, str] = {  # where the old keysyms leave their character sets
    **dict(enumerate("ђѓёєѕіїјљњћќґўџ№ЂЃЁЄЅІЇЈЉЊЋЌҐЎЏ", start=0x6A1)),
    **dict(enumerate("ΆΈΉΊΪ", start=0x7A1)), 0x7A7: "Ό", 0x7A8: "Ύ", 0x7A9: "Ϋ", 0x7AB: "Ώ",
    **dict(enumerate("άέήίϊΐόύϋΰώ", start=0x7B1)), 0x7F2: "σ", 0x7F3: "ς",
}  # fmt: skip
# What must never be made: power, session and console switching, the end of the X server.
TERMINATE_SERVER = 0xFED5
FIRST_VENDOR, LAST_VENDOR = 0x10000000, 0x1FFFFFFF
LAST_FUNCTION_KEY = 24
F1 = 0xFFBE


def keysym_of_character(character: str) -> int:
    """Return the keysym of one character."""
    if character in CONTROL_CHARACTERS:
        return CONTROL_CHARACTERS[character]
    point = ord(character)
    return point if 0x20 <= point <= 0x7E or 0xA0 <= point <= 0xFF else UNICODE_KEYSYM | point


def character_of_keysym(keysym: int) -> str | None:
    """Return the character of a keysym, also of the old ones that follow 8-bit character sets; None for other keys."""
    if keysym & 0xFF000000 == UNICODE_KEYSYM:
        point = keysym & 0xFFFFFF
        return chr(point) if point <= MAX_POINT else None
    if 0x20 <= keysym <= 0x7E or 0xA0 <= keysym <= 0xFF:
        return chr(keysym)
    if keysym == EURO_SIGN:
        return "€"
    if keysym in OLD_LETTERS:
        return OLD_LETTERS[keysym]
    charset = OLD_CHARSETS.get(keysym >> 8)
    if charset is None or keysym & 0xFF < 0xA1:
        return None
    try:
        character = bytes([keysym & 0xFF]).decode(charset)
    except UnicodeDecodeError:
        return None
    # The Japanese ones are named after the half-width set, and mean the full-width characters.
    return unicodedata.normalize("NFKC", character) if charset == "shift_jis" else character


@cache
def plain_keysym(keysym: int) -> int:
    """Return the one form of a keysym: old and Unicode keysyms of a character are the same key."""
    character = character_of_keysym(keysym)
    return keysym_of_character(character) if character is not None and len(character) == 1 else keysym


def is_character(keysym: int) -> bool:
    """Tell whether a keysym is a character rather than a function."""
    return character_of_keysym(keysym) is not None


def changes_case(keysym: int) -> bool:
    """Tell whether Caps Lock would make another character of it."""
    character = character_of_keysym(keysym)
    return character is not None and character.upper() != character


def keysyms_of_key(key: str, code: str) -> list[int]:
    """Return the keysyms of a DOM key, the best one first.

    None for one that has no meaning on another computer: "Dead", "Process", and media, power and launcher keys.
    """
    if key in MODIFIERS:
        return [MODIFIERS[key][code.endswith("Right")]]
    found = _plain(key)
    if found is None:
        return []
    keypad = _keypad(key, code) if code.startswith("Numpad") else None
    return [found] if keypad is None else [keypad, found]


def _plain(key: str) -> int | None:
    if key in NAMED:
        return NAMED[key]
    if len(key) == 1:
        return keysym_of_character(key) if key.isprintable() or key in CONTROL_CHARACTERS else None
    if key[:1] == "F" and key[1:].isascii() and key[1:].isdigit() and 1 <= int(key[1:]) <= LAST_FUNCTION_KEY:
        return F1 + int(key[1:]) - 1
    return None


def _keypad(key: str, code: str) -> int | None:
    if len(key) == 1 and "0" <= key <= "9":
        return KEYPAD_ZERO + int(key)
    return KEYPAD.get(key)


def is_meaningless(key: str) -> bool:
    """Tell whether a key is the viewer's input method's own business, so that nothing was refused."""
    return not key or key in INPUT_METHOD_KEYS


def is_forbidden(keysym: int) -> bool:
    """Tell whether a keysym is one that no viewer may make: vendors' power, launcher and console keys."""
    return keysym == TERMINATE_SERVER or FIRST_VENDOR <= keysym <= LAST_VENDOR
