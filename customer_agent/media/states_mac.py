"""Locked, or a permission that is missing, on macOS. Written after its documentation and never run there."""

from collections.abc import Mapping
from typing import Any

from customer_agent.media.states import CaptureState

LOCKED_KEY = "CGSSessionScreenIsLocked"


def state_of(session: Mapping[str, Any] | None, *, may_capture: bool) -> CaptureState:
    """Return the state for the session's dictionary (None: nobody is at the screen) and the permission."""
    if session is None or session.get(LOCKED_KEY):
        return "locked"
    return "live" if may_capture else "permission_missing"


def look() -> CaptureState:
    """Return the state now. Quartz comes with pynput."""
    import Quartz  # type: ignore[import-not-found,unused-ignore]

    return state_of(Quartz.CGSessionCopyCurrentDictionary(), may_capture=bool(Quartz.CGPreflightScreenCaptureAccess()))


def may_operate() -> bool:
    """Whether the owner allowed this program to operate the computer (Accessibility)."""
    import ApplicationServices  # type: ignore[import-not-found,unused-ignore]

    return bool(ApplicationServices.AXIsProcessTrusted())
