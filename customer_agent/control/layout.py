"""What the keys of an XKB layout make, and which modifiers must be held for it. Pure.

A key's type says which level the modifiers choose; the level says the keysym. So Caps Lock, Num Lock, AltGr and the
fifth level need no rules of their own here.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from customer_agent.control.keysyms import changes_case, plain_keysym

LOCK = 2
LOCK_COST = 4  # it shows on the owner's keyboard
GROUP_COUNT, GROUP_CLAMP, GROUP_REDIRECT = 0x0F, 0x40, 0x80


@dataclass(frozen=True, slots=True)
class KeyType:
    """`mask`: the modifiers that matter; `levels`: which level each of their combinations chooses.

    `kept`: which modifiers a combination leaves for the program to apply.
    """

    mask: int
    levels: Mapping[int, int]
    kept: Mapping[int, int] = field(default_factory=dict)

    @classmethod
    def of(cls, mask: int, entries: Mapping[int, int], kept: Mapping[int, int] | None = None) -> "KeyType":
        """Make a type from its entries; what they do not name is level 0."""
        return cls(mask, {mods: entries.get(mods, 0) for mods in _subsets(mask)}, kept or {})

    def uses_lock(self, modifiers: int) -> bool:
        """Whether Caps Lock is spent on choosing the level; else programs turn the character into a capital."""
        return bool(self.mask & ~self.kept.get(modifiers & self.mask, 0) & LOCK)


@dataclass(frozen=True, slots=True)
class Key:
    """One key in one group."""

    code: int
    type: KeyType
    keysyms: Sequence[int]

    def makes(self, modifiers: int) -> int:
        """Return the keysym that it makes while these modifiers are effective."""
        level = self.type.levels[modifiers & self.type.mask]
        return self.keysyms[level] if level < len(self.keysyms) else 0


@dataclass(frozen=True, slots=True)
class Stroke:
    """A key, and which modifiers must be pressed or let go for it; Caps Lock may be among the latter."""

    code: int
    press: int = 0
    lift: int = 0


class Layout:
    """The keys of one group."""

    def __init__(self, keys: Sequence[Key]) -> None:
        self._keys = {key.code: key for key in keys}
        self._places: dict[int, list[tuple[int, int]]] = {}
        for key in keys:
            for level, keysym in enumerate(key.keysyms):
                if keysym:
                    self._places.setdefault(plain_keysym(keysym), []).append((level, key.code))
        for places in self._places.values():
            places.sort()

    def key(self, code: int) -> Key | None:
        """Return a key that has keysyms."""
        return self._keys.get(code)

    def has(self, keysym: int) -> bool:
        """Tell whether some key makes it, with whatever modifiers."""
        return plain_keysym(keysym) in self._places

    def code_of(self, keysym: int) -> int | None:
        """Return the key that makes a keysym on the lowest level: for keys that are no characters."""
        places = self._places.get(plain_keysym(keysym))
        return places[0][1] if places else None

    def find(self, keysym: int, *, now: int, can_press: int, can_lift: int) -> Stroke | None:
        """Return the stroke that makes a keysym with the fewest changes to the modifiers `now`, or None.

        `can_press` and `can_lift` are the modifiers that may be changed.
        """
        cased = changes_case(keysym)
        best: tuple[int, int, Stroke] | None = None
        for level, code in self._places.get(plain_keysym(keysym), ()):
            key_type = self._keys[code].type
            for wanted, chosen in key_type.levels.items():
                if chosen != level:
                    continue
                press, lift = wanted & ~now, now & key_type.mask & ~wanted
                if cased and now & ~lift & LOCK and not key_type.uses_lock(wanted):
                    lift |= LOCK
                if press & ~can_press or lift & ~can_lift:
                    continue
                changes = (press | lift).bit_count() + (LOCK_COST if lift & LOCK else 0)
                if best is None or (changes, level) < best[:2]:
                    best = (changes, level, Stroke(code, press, lift))
        return None if best is None else best[2]


def group_of(group_info: int, group: int) -> int | None:
    """Return which of its groups a key uses while `group` is active; None for a key without any."""
    count = group_info & GROUP_COUNT
    if not count:
        return None
    if group < count:
        return group
    if group_info & GROUP_REDIRECT:
        redirected = (group_info >> 4) & 3
        return redirected if redirected < count else 0
    return count - 1 if group_info & GROUP_CLAMP else group % count


def _subsets(mask: int) -> Iterator[int]:
    subset = mask
    while True:
        yield subset
        if not subset:
            return
        subset = (subset - 1) & mask
