"""Locking and the secure attention sequence on Windows and macOS. Written after documentation and never run there."""

import ctypes
import platform
from contextlib import suppress
from typing import Any, Literal

from customer_agent.control.gate import Verdict

SAS_POLICY = r"SOFTWARE\Microsoft\Windows\CurrentVersion\Policies\System"
SAS_FOR_PROGRAMS = (2, 3)  # what an administrator must have set: ordinary programs may ask for it
MAC_LOGIN = "/System/Library/PrivateFrameworks/login.framework/Versions/Current/login"


def carry_out(action: Literal["secure_attention", "lock"]) -> Verdict:
    """Do it where this system lets a user's program do it; UNSUPPORTED elsewhere."""
    done = False
    with suppress(OSError, AttributeError):
        if platform.system() == "Windows":
            done = _lock_windows() if action == "lock" else _secure_attention_windows()
        elif platform.system() == "Darwin" and action == "lock":
            done = ctypes.CDLL(MAC_LOGIN).SACLockScreenImmediate() == 0
    return Verdict.PASS if done else Verdict.UNSUPPORTED


def _lock_windows() -> bool:
    loader: Any = ctypes
    return bool(loader.WinDLL("user32").LockWorkStation())


def _secure_attention_windows() -> bool:
    """Send Ctrl+Alt+Del by SendSAS, which says nothing about its success: the policy decides."""
    import importlib

    registry: Any = importlib.import_module("winreg")
    with registry.OpenKey(registry.HKEY_LOCAL_MACHINE, SAS_POLICY) as policy:
        allowed = registry.QueryValueEx(policy, "SoftwareSASGeneration")[0] in SAS_FOR_PROGRAMS
    if allowed:
        loader: Any = ctypes
        loader.WinDLL("sas").SendSAS(1)
    return bool(allowed)
