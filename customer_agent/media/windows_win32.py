"""Windows of Windows: EnumWindows and PrintWindow, which draws a window also while it is covered. Never run there.

A window that forbids capture (WDA_EXCLUDEFROMCAPTURE, WDA_MONITOR) is named protected and stays black.
"""

import ctypes
import os
from collections.abc import Callable, Mapping, Sequence
from ctypes import wintypes
from dataclasses import dataclass
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from customer_agent.media.geometry import Rect
from customer_agent.media.window_desk import Seen
from customer_agent.media.windows import MAX_NAME, MAX_TITLE, WindowEntry, clean

GWL_EXSTYLE, WS_EX_TOOLWINDOW, GW_OWNER, GA_ROOT, SW_RESTORE = -20, 0x80, 4, 2, 9
DWMWA_EXTENDED_FRAME_BOUNDS, DWMWA_CLOAKED = 9, 14
PW_RENDERFULLCONTENT, DIB_RGB_COLORS = 2, 0
SM_XVIRTUALSCREEN = 76  # followed by y, width and height
QUERY_LIMITED_INFORMATION = 0x1000
PER_MONITOR_AWARE_V2 = -4
MENU_CLASS = "#32768"


@dataclass(frozen=True, slots=True)
class RawWindow:
    """What the system says about a top-level window; `rect` has no invisible border, `affinity` 0 allows capture."""

    window: int
    owner: int
    pid: int
    title: str
    kind: str
    rect: Rect
    visible: bool = True
    minimised: bool = False
    cloaked: bool = False
    tool: bool = False
    hung: bool = False
    affinity: int = 0
    name: str = ""


def is_listed(raw: RawWindow, own_pid: int) -> bool:
    """Whether an owner can choose it: as the task bar has it, and not our own."""
    real = raw.visible and not raw.cloaked and not raw.tool and not raw.owner
    return real and raw.pid != own_pid and bool(raw.title) and raw.kind not in ("Progman", "WorkerW")


def belongs(raw: RawWindow, chosen: Sequence[int], all_windows: Mapping[int, RawWindow], foreground: int) -> bool:
    """Whether a window comes with a chosen one: owned by it, or a menu of its process while it is in front."""
    if not raw.visible or raw.cloaked:
        return False
    owner = raw.owner
    for _ in range(8):
        if owner in chosen:
            return all_windows[owner].pid == raw.pid if owner in all_windows else False
        owner = all_windows[owner].owner if owner in all_windows else 0
    front = all_windows.get(foreground)
    return raw.kind == MENU_CLASS and foreground in chosen and front is not None and front.pid == raw.pid


def seen_of(raws: Sequence[RawWindow], chosen: Sequence[int], foreground: int) -> list[Seen]:
    """Return what `WindowDesk.look` does, of windows in the system's order, the topmost first."""
    known = {raw.window: raw for raw in raws}
    found = [
        Seen(
            raw.window,
            raw.window in chosen,
            raw.name,
            raw.title,
            None if raw.minimised or not raw.visible else raw.rect,
            "minimised" if raw.minimised or not raw.visible else "hung" if raw.hung else "shown",
            focused=raw.window == foreground,
            protected=bool(raw.affinity),
        )
        for raw in reversed(raws)
        if raw.window in chosen or belongs(raw, chosen, known, foreground)
    ]
    gone = [window for window in chosen if window not in known]
    return [*found, *(Seen(window, True, "", "", None, "closed") for window in gone)]  # noqa: FBT003


class Win32Desk:
    """See `WindowDesk`."""

    def __init__(self) -> None:
        load: Any = cast(Any, ctypes).WinDLL
        self._user32, self._gdi32, self._dwmapi = load("user32"), load("gdi32"), load("dwmapi")
        self._kernel32 = load("kernel32")
        # Places in real pixels, as the injector uses them.
        self._user32.SetProcessDpiAwarenessContext(ctypes.c_void_p(PER_MONITOR_AWARE_V2))
        handles = {
            self._user32: ("GetWindow", "GetAncestor", "GetForegroundWindow", "WindowFromPoint"),
            self._gdi32: ("CreateCompatibleDC", "CreateDIBSection", "SelectObject"),
            self._kernel32: ("OpenProcess",),
        }
        for library, names in handles.items():
            for name in names:
                getattr(library, name).restype = ctypes.c_void_p

    def screen(self) -> Rect:
        """Return the rectangle of all monitors."""
        return Rect(*(self._user32.GetSystemMetrics(SM_XVIRTUALSCREEN + index) for index in range(4)))

    def list_windows(self) -> list[WindowEntry]:
        """Return the windows an owner can choose. Icons are not read here."""
        return [
            WindowEntry(
                raw.window, raw.pid, raw.name, raw.title, None, raw.rect, "minimised" if raw.minimised else "shown"
            )
            for raw in self._windows()
            if is_listed(raw, os.getpid())
        ]

    def look(self, chosen: Sequence[int]) -> list[Seen]:
        """Return the chosen windows and what belongs to them."""
        return seen_of(self._windows(), chosen, self.focused() or 0)

    def window_at(self, x: int, y: int) -> int | None:
        """Return the topmost window at a place."""
        found = self._user32.WindowFromPoint(wintypes.POINT(x, y))
        return self._user32.GetAncestor(ctypes.c_void_p(found), GA_ROOT) if found else None

    def focused(self) -> int | None:
        """Return the window in front."""
        return cast("int | None", self._user32.GetForegroundWindow())

    def bring_up(self, window: int) -> None:
        """Bring a window to the top; the system may only flash it instead."""
        self._user32.SetForegroundWindow(ctypes.c_void_p(window))

    def _windows(self) -> list[RawWindow]:
        found: list[int] = []
        make: Callable[..., Any] = cast(Any, ctypes).WINFUNCTYPE(ctypes.c_bool, ctypes.c_void_p, ctypes.c_void_p)

        def note(window: int, _parameter: int) -> bool:
            found.append(window)
            return True

        self._user32.EnumWindows(make(note), 0)
        return [self._raw(window) for window in found]

    def _raw(self, window: int) -> RawWindow:
        user32, handle, pid = self._user32, ctypes.c_void_p(window), wintypes.DWORD()
        user32.GetWindowThreadProcessId(handle, ctypes.byref(pid))
        title, kind = ctypes.create_unicode_buffer(256), ctypes.create_unicode_buffer(256)
        user32.GetWindowTextW(handle, title, 256)
        user32.GetClassNameW(handle, kind, 256)
        cloaked, affinity = wintypes.DWORD(), wintypes.DWORD()
        self._dwmapi.DwmGetWindowAttribute(handle, DWMWA_CLOAKED, ctypes.byref(cloaked), 4)
        user32.GetWindowDisplayAffinity(handle, ctypes.byref(affinity))
        return RawWindow(
            window=window,
            owner=user32.GetWindow(handle, GW_OWNER) or 0,
            pid=pid.value,
            title=clean(title.value, MAX_TITLE),
            kind=kind.value,
            rect=self._rect(handle),
            visible=bool(user32.IsWindowVisible(handle)),
            minimised=bool(user32.IsIconic(handle)),
            cloaked=bool(cloaked.value),
            tool=bool(user32.GetWindowLongW(handle, GWL_EXSTYLE) & WS_EX_TOOLWINDOW),
            hung=bool(user32.IsHungAppWindow(handle)),
            affinity=affinity.value,
            name=self._program(pid.value),
        )

    def _rect(self, handle: ctypes.c_void_p) -> Rect:
        """Return the window without the invisible border that it is resized by."""
        box = wintypes.RECT()
        if self._dwmapi.DwmGetWindowAttribute(handle, DWMWA_EXTENDED_FRAME_BOUNDS, ctypes.byref(box), 16):
            self._user32.GetWindowRect(handle, ctypes.byref(box))
        return Rect(box.left, box.top, max(1, box.right - box.left), max(1, box.bottom - box.top))

    def _program(self, pid: int) -> str:
        process = self._kernel32.OpenProcess(QUERY_LIMITED_INFORMATION, False, pid)  # noqa: FBT003
        if not process:
            return ""
        path, size = ctypes.create_unicode_buffer(1024), wintypes.DWORD(1024)
        self._kernel32.QueryFullProcessImageNameW(ctypes.c_void_p(process), 0, path, ctypes.byref(size))
        self._kernel32.CloseHandle(ctypes.c_void_p(process))
        name = path.value.rpartition("\\")[2]
        return clean(name.removesuffix(".exe"), MAX_NAME)

    def shoot(self, window: int, size: tuple[int, int]) -> NDArray[np.uint8] | None:
        """Have the window drawn into memory of ours."""
        handle, outer = ctypes.c_void_p(window), wintypes.RECT()
        inner = self._rect(handle)
        if not self._user32.GetWindowRect(handle, ctypes.byref(outer)) or (inner.width, inner.height) != size:
            return None
        width, height = outer.right - outer.left, outer.bottom - outer.top
        header = np.zeros(10, np.int32)  # BITMAPINFOHEADER: size, width, -height (top down), planes and bits
        header[:4] = (40, width, -height, 1 | 32 << 16)
        bits, device = ctypes.c_void_p(), ctypes.c_void_p(self._gdi32.CreateCompatibleDC(None))
        bitmap = self._gdi32.CreateDIBSection(
            device, ctypes.c_void_p(header.ctypes.data), DIB_RGB_COLORS, ctypes.byref(bits), None, 0
        )
        try:
            if not bitmap or bits.value is None:
                return None
            before = self._gdi32.SelectObject(device, ctypes.c_void_p(bitmap))
            drawn = self._user32.PrintWindow(handle, device, PW_RENDERFULLCONTENT)
            self._gdi32.GdiFlush()
            self._gdi32.SelectObject(device, ctypes.c_void_p(before))
            if not drawn:
                return None
            whole = (ctypes.c_ubyte * (width * height * 4)).from_address(bits.value)
            pixels = np.ctypeslib.as_array(whole).reshape(height, width, 4)
            left, top = inner.x - outer.left, inner.y - outer.top
            return pixels[top : top + inner.height, left : left + inner.width].copy()
        finally:
            if bitmap:
                self._gdi32.DeleteObject(ctypes.c_void_p(bitmap))
            self._gdi32.DeleteDC(device)
