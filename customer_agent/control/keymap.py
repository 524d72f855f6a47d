"""The keyboard layout of the X server: which key, with which modifiers, makes a keysym; and keys to spare.

Characters that the layout lacks are put on spare keycodes for a while. A code is not used for another character
before programs had time to read the key that it made, and all are emptied some time after the last key.
"""

import time
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import xcffib
import xcffib.xkb
import xcffib.xproto

from customer_agent.control.keysyms import UNICODE_KEYSYM

USE_CORE_KEYBOARD = 0x100
MAP_SETTLE_SECONDS = 0.015
REUSE_SECONDS = 0.5
UNMAP_SECONDS = 0.5
MAX_SPARE = 24
LATIN_PLANES = {0: (0, 1, 4, 5), 1: (2, 3, 6, 7)}  # columns of the core mapping for XKB group 1 and 2: levels 1 to 4
LOCK_MASK = 2
SHIFT_L, LEVEL3_SHIFT = 0xFFE1, 0xFE03
SHIFT_MASK = 1


@dataclass(frozen=True, slots=True)
class KeyStroke:
    """A key and what must be held with it."""

    keycode: int
    shift: bool = False
    level3: bool = False
    lent: bool = False
    letter: bool = False


class Keymap:
    """The layout as it is now. One thread."""

    def __init__(self, connection: Any, on_spare: Any = None) -> None:
        self._connection = connection
        self._on_spare = on_spare or (lambda _codes: None)
        setup = connection.setup
        self._first, self._last = setup.min_keycode, setup.max_keycode
        self._xkb = connection(xcffib.xkb.key)
        self._xkb.UseExtension(1, 0).reply()
        self._columns = 0
        self._rows: dict[int, list[int]] = {}
        self._tables: dict[int, dict[int, KeyStroke]] = {}
        self._spare: list[int] = []
        self._mapped: dict[int, int] = {}  # keysym → spare keycode
        self._used_at: dict[int, float] = {}
        self.read()

    def read(self) -> None:
        """Read the layout; call it when the server says that the mapping changed."""
        reply = self._connection.core.GetKeyboardMapping(self._first, self._last - self._first + 1).reply()
        self._columns = reply.keysyms_per_keycode
        symbols = reply.keysyms.list
        self._rows = {
            code: symbols[index * self._columns : (index + 1) * self._columns]
            for index, code in enumerate(range(self._first, self._last + 1))
        }
        self._tables = {}
        ours = set(self._mapped.values())
        mapping = self._connection.core.GetModifierMapping().reply()
        self._by_modifier = {
            index: [code for code in mapping.keycodes[index * per : (index + 1) * per] if code]
            for per in [mapping.keycodes_per_modifier]
            for index in range(8)
        }
        modifiers = {code for codes in self._by_modifier.values() for code in codes}
        empty = [
            code for code, row in self._rows.items() if code not in ours and code not in modifiers and not any(row)
        ]
        self._spare = sorted(ours) + empty[-(MAX_SPARE - len(ours)) :]

    @property
    def group(self) -> int:
        """The active layout group, 0 or 1 (more are not in the core mapping)."""
        group: int = self._xkb.GetState(USE_CORE_KEYBOARD).reply().group
        return min(group, 1)

    def modifiers(self) -> int:
        """Return the effective modifier mask."""
        mods: int = self._xkb.GetState(USE_CORE_KEYBOARD).reply().mods
        return mods

    def find(self, keysym: int) -> KeyStroke | None:
        """Return how the current layout makes a keysym, or None."""
        group = self.group
        table = self._tables.get(group)
        if table is None:
            table = self._tables[group] = self._table(group)
        return table.get(keysym) or table.get(_legacy_twin(keysym))

    def _table(self, group: int) -> dict[int, KeyStroke]:
        table: dict[int, KeyStroke] = {}
        ours = set(self._mapped.values())
        has_second = group == 0 or any(any(row[2:4]) for row in self._rows.values())
        columns = LATIN_PLANES[group if has_second else 0]
        for level, column in enumerate(columns):
            if column >= self._columns:
                continue
            for code, row in self._rows.items():
                if code in ours or not row[column]:
                    continue
                letter = _is_letter(row[column])
                table.setdefault(row[column], KeyStroke(code, bool(level & 1), bool(level & 2), letter=letter))
                if level == 0 and letter and not row[columns[1]]:  # one keysym stands for both cases
                    upper = ord(chr(row[column]).upper()) if row[column] < 0x100 else row[column]
                    table.setdefault(upper, KeyStroke(code, shift=True, letter=True))
        return table

    def keycodes_of_modifier(self, keysym: int) -> list[int]:
        """Return the keys that act as this modifier: Shift's two, or those of AltGr."""
        if keysym == SHIFT_L:
            return self._by_modifier[0]
        return [code for code, row in self._rows.items() if row and row[0] == keysym]

    @property
    def level3_mask(self) -> int:
        """The modifier bit of AltGr, 0 where the layout has none."""
        codes = set(self.keycodes_of_modifier(LEVEL3_SHIFT))
        return sum(1 << index for index, members in self._by_modifier.items() if codes & set(members))

    @property
    def room(self) -> int:
        """How many characters can be lent a key at the same time."""
        return len(self._spare)

    def lend(self, keysyms: Iterable[int]) -> dict[int, int]:
        """Put as many of the keysyms on spare keys as there is room for, in order; return keysym → keycode.

        Waits until programs can know the new mapping, and before that until the codes to be reused are old enough.
        """
        wanted = list(dict.fromkeys(keysyms))
        result = {keysym: self._mapped[keysym] for keysym in wanted if keysym in self._mapped}
        free = sorted((code for code in self._spare if code not in result.values()), key=self._age_key)
        changed = False
        for keysym in wanted:
            if keysym in result:
                continue
            if not free:
                break
            code = free[0]
            rest = self._used_at.get(code, 0.0) + REUSE_SECONDS - time.monotonic()
            if rest > 0:
                if wanted[0] in result:
                    break  # type what there is; the rest can wait for its turn
                time.sleep(rest)
            free.pop(0)
            self._put(code, keysym)
            result[keysym] = code
            changed = True
        if changed:
            self._connection.flush()
            self._connection.core.GetInputFocus().reply()
            time.sleep(MAP_SETTLE_SECONDS)
        return result

    def _age_key(self, code: int) -> float:
        return self._used_at.get(code, 0.0)

    def _put(self, code: int, keysym: int) -> None:
        self._mapped = {known: other for known, other in self._mapped.items() if other != code}
        self._mapped[keysym] = code
        self._on_spare(sorted(self._mapped.values()))
        self._write(code, keysym)
        self._used_at[code] = time.monotonic()

    def _write(self, code: int, keysym: int) -> None:
        row = [keysym] * 2 + [0] * max(0, self._columns - 2)
        self._connection.core.ChangeKeyboardMapping(1, code, len(row), row)
        self._rows[code] = row

    def used(self, code: int) -> None:
        """Take note that a lent key was pressed."""
        self._used_at[code] = time.monotonic()

    @property
    def lent_until(self) -> float | None:
        """When `take_back` may run, on the monotonic clock; None while nothing is lent."""
        if not self._mapped:
            return None
        return max(self._used_at[code] for code in self._mapped.values()) + UNMAP_SECONDS

    def take_back(self) -> None:
        """Empty all lent keys."""
        for code in self._mapped.values():
            self._write(code, 0)
        self._mapped.clear()
        self._connection.flush()
        self._on_spare([])


def _is_letter(keysym: int) -> bool:
    point = keysym & 0xFFFFFF if keysym & UNICODE_KEYSYM else keysym
    return point < 0x110000 and (keysym < 0x100 or bool(keysym & UNICODE_KEYSYM)) and chr(point).isalpha()


def _legacy_twin(keysym: int) -> int:
    """Return the Latin-1 or Unicode form of a keysym that layouts may use in the other form."""
    if keysym & UNICODE_KEYSYM and keysym & 0xFFFFFF < 0x100:
        return keysym & 0xFF
    return keysym
