"""Locked, or a secure prompt, on Windows: then the input desktop is not the ordinary one. Never run on Windows."""

import ctypes
from ctypes import wintypes
from typing import Any, cast

from customer_agent.media.states import CaptureState

DESKTOP_READOBJECTS = 1
UOI_NAME = 2
WTS_CURRENT_SESSION, WTS_SESSION_INFO_EX = 0xFFFFFFFF, 25
SESSION_FLAGS_OFFSET = 16  # in WTSINFOEXW: level, padding, session, state, flags
SESSION_LOCKED = 0
ORDINARY_DESKTOP = "Default"


def state_of(desktop: str | None, *, locked: bool) -> CaptureState:
    """Return the state for the input desktop's name (None: it may not be opened) and the session's flag."""
    if locked:
        return "locked"
    return "live" if desktop == ORDINARY_DESKTOP else "secure_prompt"


def look() -> CaptureState:
    """Return the state now."""
    return state_of(_desktop_name(), locked=_session_locked())


def _library(name: str) -> Any:
    return cast(Any, ctypes).WinDLL(name, use_last_error=True)


def _desktop_name() -> str | None:
    user32 = _library("user32")
    user32.OpenInputDesktop.restype = ctypes.c_void_p
    desktop = user32.OpenInputDesktop(0, False, DESKTOP_READOBJECTS)  # noqa: FBT003  the function's own argument
    if not desktop:
        return None
    name, needed = ctypes.create_unicode_buffer(256), wintypes.DWORD()
    handle = ctypes.c_void_p(desktop)
    found = user32.GetUserObjectInformationW(handle, UOI_NAME, name, ctypes.sizeof(name), ctypes.byref(needed))
    user32.CloseDesktop(handle)
    return name.value if found else None


def _session_locked() -> bool:
    wtsapi32 = _library("wtsapi32")
    data, size = ctypes.c_void_p(), wintypes.DWORD()
    if not wtsapi32.WTSQuerySessionInformationW(
        None, WTS_CURRENT_SESSION, WTS_SESSION_INFO_EX, ctypes.byref(data), ctypes.byref(size)
    ):
        return False
    try:
        if data.value is None or size.value < SESSION_FLAGS_OFFSET + 4:
            return False
        return ctypes.c_long.from_address(data.value + SESSION_FLAGS_OFFSET).value == SESSION_LOCKED
    finally:
        wtsapi32.WTSFreeMemory(data)
