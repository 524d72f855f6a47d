"""The keyboard layout of the X server as it is now, and keys to spare.

Characters that the layout lacks are put on spare keycodes for a while. A code is not used for another character
before programs had time to read the key that it made, and all are emptied some time after the last key.
"""

import time
from collections.abc import Callable, Iterable
from typing import Any

import xcffib
import xcffib.xkb
import xcffib.xproto

from customer_agent.control.layout import LOCK, Key, KeyType, Layout, group_of

USE_CORE_KEYBOARD = 0x100
KEY_TYPES_AND_SYMS = 3
MAP_SETTLE_SECONDS = 0.015
REUSE_SECONDS = 0.5
UNMAP_SECONDS = 0.5
MAX_SPARE = 24
SHIFT_L, SHIFT_R, LEVEL3_SHIFT, LEVEL5_SHIFT, MODE_SWITCH = 0xFFE1, 0xFFE2, 0xFE03, 0xFE11, 0xFF7E
LEVEL_KEYSYMS = frozenset({SHIFT_L, SHIFT_R, LEVEL3_SHIFT, LEVEL5_SHIFT, MODE_SWITCH})  # they choose, and do nothing


class Keymap:
    """The layout as it is now. One thread."""

    def __init__(self, connection: Any, on_spare: Callable[[list[int]], None] = lambda _codes: None) -> None:
        self._connection = connection
        self._on_spare = on_spare
        self._xkb = connection(xcffib.xkb.key)
        self._xkb.UseExtension(1, 0).reply()
        self._spare: list[int] = []
        self._mapped: dict[int, int] = {}  # keysym → spare keycode
        self._used_at: dict[int, float] = {}
        self._layouts: dict[int, Layout] = {}
        self._rows: Any = None
        self.read()

    def read(self) -> None:
        """Read the layout; call it when the server says that the mapping changed."""
        reply = self._xkb.GetMap(USE_CORE_KEYBOARD, KEY_TYPES_AND_SYMS, *[0] * 16).reply()
        self._types = [_type_of(item) for item in reply.types_rtrn]
        self._rows = dict(enumerate(reply.syms_rtrn, start=reply.firstKeySym))
        self._layouts = {}
        mapping = self._connection.core.GetModifierMapping().reply()
        per = mapping.keycodes_per_modifier
        self._modifier_of = {
            code: 1 << index for index in range(8) for code in mapping.keycodes[index * per : (index + 1) * per] if code
        }
        self._level_keys: dict[int, int] = {}  # modifier bit → the key that only holds it
        for code, bit in self._modifier_of.items():
            row = self._rows.get(code)
            if row is not None and row.nSyms and row.syms[0] in LEVEL_KEYSYMS:
                self._level_keys.setdefault(bit, code)
        ours = set(self._mapped.values())
        empty = [
            code
            for code, row in self._rows.items()
            if code not in ours and code not in self._modifier_of and not any(row.syms)
        ]
        self._spare = sorted(ours) + empty[-(MAX_SPARE - len(ours)) :]

    def set_caps_lock(self, *, on: bool) -> None:
        """Turn Caps Lock on or off without a key."""
        self._xkb.LatchLockState(USE_CORE_KEYBOARD, LOCK, LOCK if on else 0, False, 0, 0, False, 0)  # noqa: FBT003

    def state(self) -> tuple[int, int]:
        """Return the effective modifiers, and the active group."""
        reply = self._xkb.GetState(USE_CORE_KEYBOARD).reply()
        return reply.mods, reply.group

    def layout(self, group: int) -> Layout:
        """Return the keys while this group is active."""
        found = self._layouts.get(group)
        if found is None:
            found = self._layouts[group] = Layout(list(self._keys(group)))
        return found

    def _keys(self, group: int) -> Iterable[Key]:
        ours = set(self._mapped.values())
        for code, row in self._rows.items():
            at = group_of(row.groupInfo, group)
            if at is not None and code not in ours:
                keysyms = row.syms[at * row.width : (at + 1) * row.width]
                yield Key(code, self._types[row.kt_index[at]], list(keysyms))

    def modifier_of(self, code: int) -> int:
        """Return the modifier bit that a key sets, 0 for none."""
        return self._modifier_of.get(code, 0)

    def level_key(self, bit: int) -> int | None:
        """Return a key that holds this modifier and does nothing else: Shift, AltGr."""
        return self._level_keys.get(bit)

    @property
    def pressable(self) -> int:
        """The modifiers that `level_key` has a key for."""
        return sum(self._level_keys)

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
        self._connection.core.ChangeKeyboardMapping(1, code, 2, [keysym, keysym])

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


def _type_of(item: Any) -> KeyType:
    kept = {entry.mods_mask: keep.mask for entry, keep in zip(item.map, item.preserve, strict=False)}
    return KeyType.of(item.mods_mask, {entry.mods_mask: entry.level for entry in item.map if entry.active}, kept)
