"""Reads windows' properties on X11. A window that vanishes meanwhile reads as empty: that is never an error."""

from typing import Any

import xcffib
import xcffib.res
import xcffib.xproto

from customer_agent.media.geometry import Rect
from customer_agent.media.x11 import screen_of

ANY_TYPE = 0
MAX_WORDS = 262_144
MAX_DEPTH = 8
WITHDRAWN, NORMAL, ICONIC = 0, 1, 3
VIEWABLE = xcffib.xproto.MapState.Viewable


class WindowReader:
    """Reads through a connection of its owner, in the owner's thread."""

    def __init__(self, connection: Any) -> None:
        self.connection = connection
        self.root: int = screen_of(connection).root
        self.client_mask: int = ~connection.setup.resource_id_mask & 0xFFFFFFFF
        self._atoms: dict[str, int] = {}
        self._res = connection(xcffib.res.key)
        self._res.QueryVersion(1, 2).reply()

    def atom(self, name: str) -> int:
        """Return the number of a name."""
        if name not in self._atoms:
            self._atoms[name] = self.connection.core.InternAtom(0, len(name), name).reply().atom
        return self._atoms[name]

    def _bytes(self, window: int, name: str, words: int) -> bytes:
        try:
            reply = self.connection.core.GetProperty(0, window, self.atom(name), ANY_TYPE, 0, words).reply()
        except xcffib.Error:
            return b""
        return bytes(reply.value.buf())

    def words(self, window: int, name: str, words: int = 1024) -> list[int]:
        """Return a property of 32-bit words."""
        data = self._bytes(window, name, words)
        return list(memoryview(data[: len(data) // 4 * 4]).cast("I"))

    def word(self, window: int, name: str) -> int | None:
        """Return the first word of a property."""
        return next(iter(self.words(window, name, 1)), None)

    def text(self, window: int, name: str) -> str:
        """Return a property of text."""
        data = self._bytes(window, name, 1024).replace(b"\x1b%G", b"").replace(b"\x1b%@", b"")  # compound text
        try:
            return data.decode()
        except UnicodeDecodeError:
            return data.decode("latin1")

    def title(self, window: int) -> str:
        """Return what the title bar says, as the program wrote it."""
        return self.text(window, "_NET_WM_NAME") or self.text(window, "WM_NAME")

    def has_type(self, window: int, *types: str) -> bool:
        """Whether the window is of one of these _NET_WM_WINDOW_TYPEs, by their last words."""
        found = set(self.words(window, "_NET_WM_WINDOW_TYPE"))
        return bool(found & {self.atom(f"_NET_WM_WINDOW_TYPE_{name}") for name in types})

    def pid(self, window: int) -> int | None:
        """Return the process of the window's client as the server knows it; None for a remote one."""
        make_spec: Any = xcffib.res.ClientIdSpec.synthetic
        spec = make_spec(window, xcffib.res.ClientIdMask.LocalClientPID)
        try:
            reply = self._res.QueryClientIds(1, [spec]).reply()
        except xcffib.Error:
            return None
        return next((int(item.value[0]) for item in reply.ids if item.length), None)

    def client(self, window: int) -> int:
        """Return the bits that all windows of one X client share."""
        return window & self.client_mask

    def attributes(self, window: int) -> Any | None:
        """Return the window's attributes."""
        try:
            return self.connection.core.GetWindowAttributes(window).reply()
        except xcffib.Error:
            return None

    def children(self, window: int) -> list[int]:
        """Return the children, the lowest first."""
        try:
            return list(self.connection.core.QueryTree(window).reply().children)
        except xcffib.Error:
            return []

    def top_level(self, window: int) -> int | None:
        """Return the child of the root that holds the window (the window manager's frame, or the window)."""
        for _ in range(MAX_DEPTH):
            parent = self.parent(window)
            if parent is None or parent == self.root:
                return window if parent else None
            window = parent
        return None

    def parent(self, window: int) -> int | None:
        """Return the parent; None for the root and for a window that is gone."""
        try:
            parent: int = self.connection.core.QueryTree(window).reply().parent
        except xcffib.Error:
            return None
        return parent or None

    def client_window(self, top: int) -> int | None:
        """Return the program's window in a frame: the one with a WM_STATE, else None."""
        level = [top]
        for _ in range(MAX_DEPTH):
            for window in level:
                if self.words(window, "WM_STATE", 2):
                    return window
            level = [child for window in level for child in self.children(window)]
            if not level or len(level) > 64:
                return None
        return None

    def rect(self, window: int) -> Rect | None:
        """Return where on the screen the window's inside is."""
        core = self.connection.core
        try:
            geometry = core.GetGeometry(window).reply()
            place = core.TranslateCoordinates(window, self.root, 0, 0).reply()
        except xcffib.Error:
            return None
        return Rect(place.dst_x, place.dst_y, geometry.width, geometry.height)

    def managed(self) -> list[int]:
        """Return the windows that the window manager lists, the topmost first; empty without one."""
        stacked = self.words(self.root, "_NET_CLIENT_LIST_STACKING", 4096)
        return (stacked or self.words(self.root, "_NET_CLIENT_LIST", 4096))[::-1]

    def has_manager(self) -> bool:
        """Whether a window manager runs now; its properties may outlive it."""
        check = self.word(self.root, "_NET_SUPPORTING_WM_CHECK")
        return check is not None and self.word(check, "_NET_SUPPORTING_WM_CHECK") == check
