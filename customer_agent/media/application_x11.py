"""Which windows belong to the shared ones on X11: their dialogs and menus, and nothing else of the same program.

A window belongs when its WM_TRANSIENT_FOR chain reaches a shared window, or, without such a chain, when it is an
override-redirect window of the same X client that was mapped while a shared window was the active one. Both need the
process that the *server* knows to be the same; the process alone is never enough.
"""

import time
from dataclasses import dataclass
from typing import Any, Literal

import xcffib
import xcffib.xproto

from customer_agent.media.geometry import Rect
from customer_agent.media.window_reader import ICONIC, VIEWABLE, WITHDRAWN, WindowReader
from customer_agent.media.windows import MAX_TITLE, clean
from customer_agent.media.windows_x11 import program_name

POPUP_GRACE_SECONDS = 0.5  # a click activates the window and opens its menu: either may be heard of first
STALE_SECONDS = 2.0  # the engine looks elsewhere for 1 s while no viewer can take a picture
MAX_CHAIN, MAX_DEPTH = 8, 32
POINTER_ROOT = 1

_MASK = xcffib.xproto.EventMask
ROOT_EVENTS = _MASK.SubstructureNotify | _MASK.PropertyChange | _MASK.StructureNotify
PART_EVENTS = _MASK.StructureNotify | _MASK.PropertyChange | _MASK.VisibilityChange | _MASK.FocusChange

State = Literal["shown", "minimised", "closed"]


@dataclass(slots=True)
class Part:
    """A window that belongs.

    `rect` is its visible inside on the screen, `inset` how far into its pixels that begins, `size` all its pixels.
    """

    window: int
    chosen: bool
    pid: int | None
    name: str = ""
    title: str = ""
    top: int | None = None
    order: int = 0
    rect: Rect | None = None
    inset: tuple[int, int] = (0, 0)
    size: tuple[int, int] | None = None
    state: State = "shown"
    stale: bool = True  # its pixmap must be named again
    gone: bool = False


@dataclass(slots=True)
class _Popup:
    """An override-redirect window that may still turn out to belong."""

    window: int
    mapped_at: float


@dataclass(slots=True)
class _Changes:
    """What is to be read again after events."""

    geometry: bool = True
    windows: bool = True
    words: bool = True


class Application:
    """Follows the shared windows by the events of one connection, in its thread."""

    def __init__(self, reader: WindowReader, windows: list[int]) -> None:
        """Begin. Raises ValueError when none of the windows is there."""
        self._reader = reader
        self._core = reader.connection.core
        self.parts: dict[int, Part] = {}
        self._changes = _Changes()
        self._popups: dict[int, _Popup] = {}
        self._rested_at = time.monotonic()
        self._core.ChangeWindowAttributes(reader.root, xcffib.xproto.CW.EventMask, [ROOT_EVENTS])
        for window in windows:
            if window not in self.parts and reader.attributes(window) is not None:
                self._add(window, chosen=True)
        if not self.parts:
            raise ValueError("no such window")
        self.managed = reader.has_manager()
        self.active = self._read_active(None)
        self.update()

    def _add(self, window: int, *, chosen: bool) -> None:
        self._core.ChangeWindowAttributes(window, xcffib.xproto.CW.EventMask, [PART_EVENTS])
        pid = self._reader.pid(window)
        self.parts[window] = Part(window, chosen, pid, program_name(self._reader, window, pid) if chosen else "")
        self._changes.geometry = self._changes.words = True

    # Events

    def handle(self, event: Any) -> None:
        """Take note of an event; `update` does what it means."""
        window = getattr(event, "window", None)
        changes, part = self._changes, self.parts.get(window) if window is not None else None
        match event:
            case xcffib.xproto.DestroyNotifyEvent():
                self._popups.pop(event.window, None)
                if part is not None:
                    part.gone = changes.geometry = True
            case xcffib.xproto.MapNotifyEvent():
                self._mapped(event, part)
            case xcffib.xproto.VisibilityNotifyEvent() if part is not None:
                part.stale = changes.geometry = True
            case xcffib.xproto.PropertyNotifyEvent():
                self._property(event, part)
            case xcffib.xproto.FocusInEvent() | xcffib.xproto.FocusOutEvent():
                changes.words = True
            case xcffib.xproto.UnmapNotifyEvent():
                self._popups.pop(event.window, None)
                changes.geometry |= self._concerns(window)
            case xcffib.xproto.ConfigureNotifyEvent() | xcffib.xproto.ReparentNotifyEvent():
                changes.geometry |= self._concerns(window)

    def _concerns(self, window: int | None) -> bool:
        return window in self.parts or any(window == part.top for part in self.parts.values())

    def _mapped(self, event: Any, part: Part | None) -> None:
        self._changes.geometry |= self._concerns(event.window)
        if part is not None:
            part.stale = True
        elif event.override_redirect:
            self._popups[event.window] = _Popup(event.window, time.monotonic())
        else:
            self._changes.windows = True

    def _property(self, event: Any, part: Part | None) -> None:
        atom, changes = event.atom, self._changes
        if event.window == self._reader.root:
            lists = (self._reader.atom("_NET_CLIENT_LIST"), self._reader.atom("_NET_CLIENT_LIST_STACKING"))
            changes.windows |= atom in lists
            changes.words |= atom == self._reader.atom("_NET_ACTIVE_WINDOW")
            if atom == self._reader.atom("_NET_SUPPORTING_WM_CHECK"):
                self.managed = self._reader.has_manager()
        elif part is not None:
            changes.words |= atom in (self._reader.atom("_NET_WM_NAME"), xcffib.xproto.Atom.WM_NAME)
            geometry = (self._reader.atom("WM_STATE"), self._reader.atom("_GTK_FRAME_EXTENTS"))
            changes.geometry |= atom in geometry

    # What they mean

    @property
    def due(self) -> float | None:
        """When `update` has something to do without an event, or None."""
        return self._rested_at + POPUP_GRACE_SECONDS / 4 if self._popups else None

    def rested(self) -> None:
        """All events up to now are handled, or just came: what they say is still true."""
        self._rested_at = time.monotonic()

    def update(self) -> bool:
        """Bring the parts up to date; False when nothing was to do."""
        now, changes = time.monotonic(), self._changes
        if not (changes.geometry or changes.windows or changes.words or self._popups):
            return False
        if changes.words or self._popups:
            self.active = self._read_active(self.active)
        if changes.windows:
            changes.windows = False
            self._find_dialogs()
        if self._popups:
            self._judge_popups(now)
        if changes.geometry:
            changes.geometry = False
            self._read_geometry()
        if changes.words:
            changes.words = False
            for part in self.parts.values():
                if part.chosen and not part.gone:
                    part.title = clean(self._reader.title(part.window), MAX_TITLE)
        return True

    def _read_active(self, before: int | None) -> int | None:
        """Return the window that the owner works in; a menu that takes the focus does not change it.

        The focus is the truth; what the window manager says of it comes late.
        """
        reader = self._reader
        focus: int = self._core.GetInputFocus().reply().focus
        if focus in (POINTER_ROOT, reader.root) and not self.managed:
            focus = self._core.QueryPointer(reader.root).reply().child
        window = self._owner_of(focus) if focus > POINTER_ROOT else None
        if window is None:
            return reader.word(reader.root, "_NET_ACTIVE_WINDOW") if self.managed else None
        attributes = None if window in self.parts else reader.attributes(window)
        return before if attributes is not None and attributes.override_redirect else window

    def _owner_of(self, window: int) -> int | None:
        """Return the part, or the program's window, that holds a window."""
        for _ in range(MAX_DEPTH):
            if window in self.parts:
                return window
            parent = self._reader.parent(window)
            if parent in (None, self._reader.root):
                return None if parent is None else self._reader.client_window(window) or window
            window = parent or 0
        return None

    def _same_process(self, window: int, part: Part) -> bool:
        """Whether the server says so; programs of other computers have no process here, but may share an X client."""
        if self._reader.client(window) == self._reader.client(part.window):
            return True
        return part.pid is not None and self._reader.pid(window) == part.pid

    def _chain(self, window: int) -> tuple[bool, Part | None]:
        """Follow WM_TRANSIENT_FOR: whether there is one, and the part that it reaches."""
        at, seen = window, 0
        while (owner := self._reader.word(at, "WM_TRANSIENT_FOR")) not in (None, 0, self._reader.root, at):
            if owner in self.parts:
                return True, self.parts[owner]
            at, seen = owner, seen + 1
            if seen == MAX_CHAIN:
                break
        return seen > 0, None

    def _find_dialogs(self) -> None:
        reader = self._reader
        for window in dict.fromkeys([*reader.managed(), *reader.children(reader.root)]):
            if window in self.parts:
                continue
            _, part = self._chain(window)
            if part is None or not self._same_process(window, part):
                continue
            attributes = reader.attributes(window)
            if attributes is not None and attributes.map_state == VIEWABLE:
                self._add(window, chosen=False)

    def _judge_popups(self, now: float) -> None:
        stalled = now - self._rested_at > STALE_SECONDS
        for popup in list(self._popups.values()):
            chained, part = self._chain(popup.window)
            if chained:
                belongs: bool | None = part is not None and self._same_process(popup.window, part)
            else:
                belongs = False if stalled else self._is_of_active(popup, now)
            if belongs is None:
                continue
            del self._popups[popup.window]
            if belongs:
                self._add(popup.window, chosen=False)

    def _is_of_active(self, popup: _Popup, now: float) -> bool | None:
        """Whether a window without a chain opened in a shared window that is active; None while that is open."""
        client = self._reader.client(popup.window)
        owners = [part for part in self.parts.values() if self._reader.client(part.window) == client]
        if any(part.window == self.active for part in owners):
            return True
        of_another = self.active is not None and self._reader.client(self.active) == client
        refused = not owners or of_another or now - popup.mapped_at > POPUP_GRACE_SECONDS
        return False if refused else None

    # Where they are

    def _read_geometry(self) -> None:
        reader = self._reader
        order = {window: index for index, window in enumerate(reader.children(reader.root))}
        for part in list(self.parts.values()):
            part.top = None if part.gone else reader.top_level(part.window)
            attributes = None if part.top is None else reader.attributes(part.window)
            if attributes is None:
                part.gone, part.rect, part.state = True, None, "closed"
            else:
                part.order = order.get(part.top or 0, 0)
                self._place(part, shown=attributes.map_state == VIEWABLE)
            if not part.chosen and part.state != "shown":
                del self.parts[part.window]  # judged anew when it is mapped again

    def _place(self, part: Part, *, shown: bool) -> None:
        reader = self._reader
        part.rect = rect = reader.rect(part.window) if shown else None
        if rect is None:
            withdrawn = self.managed and reader.word(part.window, "WM_STATE") in (None, WITHDRAWN)
            part.state = "closed" if withdrawn else "minimised"
            return
        part.size = (rect.width, rect.height)
        part.state = "minimised" if reader.word(part.window, "WM_STATE") == ICONIC else "shown"
        extents = reader.words(part.window, "_GTK_FRAME_EXTENTS", 4)
        left, right, top, bottom = extents if len(extents) == 4 else (0, 0, 0, 0)
        inside = Rect(rect.x + left, rect.y + top, rect.width - left - right, rect.height - top - bottom)
        if inside.width > 0 and inside.height > 0:  # shadows are no part of the window
            part.rect, part.inset = inside, (left, top)
        else:
            part.inset = (0, 0)
