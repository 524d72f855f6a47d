"""Rules between rows of the grant table: how long one lives, what a new one ends, what falls with what. Pure."""

from supportsite.protocol.base import Capability
from supportsite.protocol.capabilities import CLIPBOARD, CONTROL, SCREEN, SHARE, view_of

CONTROL_MAX_SECONDS = 60 * 60
CONTROL_IDLE_SECONDS = 5 * 60
VIEW_IDLE_SECONDS = 15 * 60
CLIPBOARD_MAX_SECONDS = 5 * 60


def max_seconds(capability: Capability) -> float | None:
    """Return how long a row lives at most; None without a limit."""
    if capability in CLIPBOARD:
        return CLIPBOARD_MAX_SECONDS
    return CONTROL_MAX_SECONDS if capability in CONTROL else None


def idle_seconds(capability: Capability) -> float | None:
    """Return after how long without use a row ends; None where use does not count."""
    if capability in CLIPBOARD:
        return None
    return CONTROL_IDLE_SECONDS if capability in CONTROL else VIEW_IDLE_SECONDS


def gives_way(old: Capability, new: Capability) -> bool:
    """Whether a live row of `old` is superseded by a new row: its twin, or a share of another surface."""
    if old == new:
        return True
    return old in SCREEN and new in SCREEN and view_of(old) != view_of(new)


def falls_with(dependent: Capability, stopped: Capability) -> bool:
    """Whether one row cannot outlive another: control not its view, clipboard not the control beside it."""
    if dependent in CLIPBOARD:
        return carries_clipboard(stopped)
    return dependent in CONTROL and stopped == view_of(dependent)


def carries_clipboard(capability: Capability) -> bool:
    """Whether clipboard rows may live beside it: control of the customer's computer."""
    return capability in CONTROL and capability not in SHARE
