"""One window's own pixels on X11, also while others cover it, and never a pixel of another window.

The server fills the pixmap of a redirected window by copying the *screen* there, when it redirects, maps or resizes
the window; programs without a background show that until they paint. So a pixmap is named and painted black in one
server grab, and only pixmaps named so are ever read: one that the server makes later is unknown here until it was
blackened too. No read can come between, so reads need no grab. Then the program is asked to paint itself again.
"""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import numpy as np
import xcffib
import xcffib.composite
import xcffib.damage
import xcffib.shm
import xcffib.xfixes
import xcffib.xproto
from numpy.typing import NDArray

from customer_agent.media.capture_x11 import ALL_PLANES, SharedMemory
from customer_agent.media.geometry import Rect
from customer_agent.media.x11 import DisplayError

MAX_DESCENDANTS = 500
MAX_DEPTH = 16


@contextmanager
def server_grabbed(connection: Any) -> Iterator[None]:
    """Let no other client act meanwhile."""
    connection.core.GrabServer()
    try:
        yield
    finally:
        connection.core.UngrabServer()
        connection.flush()


class Extensions:
    """What capturing windows needs of a connection. Raises DisplayError."""

    def __init__(self, connection: Any) -> None:
        self.connection = connection
        try:
            self.composite = connection(xcffib.composite.key)
            self.damage = connection(xcffib.damage.key)
            self.xfixes = connection(xcffib.xfixes.key)
            self.shm = connection(xcffib.shm.key)
            version = self.composite.QueryVersion(0, 4).reply()
            self.damage.QueryVersion(1, 1).reply()
            self.xfixes.QueryVersion(5, 0).reply()
            self.shm.QueryVersion().reply()
        except (KeyError, xcffib.Error) as error:
            raise DisplayError("the display lacks COMPOSITE, DAMAGE, XFIXES or MIT-SHM") from error
        if (version.major_version, version.minor_version) < (0, 2) or connection.setup.image_byte_order != 0:
            raise DisplayError("the display's COMPOSITE cannot name pixmaps")
        self.depths = {item.depth for item in connection.setup.pixmap_formats if item.bits_per_pixel == 32}


class RedirectedWindow:
    """Redirects a window from its making to `close`."""

    def __init__(self, extensions: Extensions, window: int) -> None:
        """Begin. Raises xcffib.Error when the window is gone."""
        self._ext = extensions
        self._connection = extensions.connection
        self.window = window
        self._pixmap: int | None = None
        self._border = 0
        self.width = self.height = self.depth = 0
        self.changed = False
        self._damage, self._region = self._connection.generate_id(), self._connection.generate_id()
        with server_grabbed(self._connection):
            extensions.composite.RedirectWindowChecked(window, xcffib.composite.Redirect.Automatic).check()
            self._name_blackened()
        extensions.damage.CreateChecked(self._damage, window, xcffib.damage.ReportLevel.NonEmpty).check()
        extensions.xfixes.CreateRegion(self._region, 0, [])
        self._ask_to_paint()

    @property
    def readable(self) -> bool:
        """Whether there is a picture to read."""
        return self._pixmap is not None and self.depth in self._ext.depths

    @property
    def opaque(self) -> bool:
        """Whether the pixels have no alpha."""
        return self.depth != 32

    def refill(self) -> None:
        """Name the pixmap anew, black: the window was mapped, or has a new size. Keeps the old one while unmapped."""
        with suppress(xcffib.Error), server_grabbed(self._connection):
            self._name_blackened()
        self._ask_to_paint()

    def _name_blackened(self) -> None:
        """Name and blacken under the caller's grab."""
        core, pixmap = self._connection.core, self._connection.generate_id()
        try:
            self._ext.composite.NameWindowPixmapChecked(self.window, pixmap).check()
        except xcffib.xproto.MatchError:
            return  # not viewable
        geometry = core.GetGeometry(self.window).reply()
        self._blacken(pixmap, geometry)
        if self._pixmap is not None:
            core.FreePixmap(self._pixmap)
        self._pixmap, self._border, self.depth = pixmap, geometry.border_width, geometry.depth
        self.width, self.height = geometry.width, geometry.height
        # Windows inside with another depth have pixmaps of their own, which hold what the screen had there.
        for child, inside in self._descendants():
            if inside.depth != geometry.depth:
                name = self._connection.generate_id()
                try:
                    self._ext.composite.NameWindowPixmapChecked(child, name).check()
                except xcffib.Error:
                    continue
                self._blacken(name, inside)
                core.FreePixmap(name)

    def _blacken(self, pixmap: int, geometry: Any) -> None:
        core, context = self._connection.core, self._connection.generate_id()
        core.CreateGC(context, pixmap, xcffib.xproto.GC.Foreground, [0])
        whole: Any = xcffib.xproto.RECTANGLE
        border = 2 * geometry.border_width
        rectangle = whole.synthetic(0, 0, geometry.width + border, geometry.height + border)
        core.PolyFillRectangleChecked(pixmap, context, 1, [rectangle]).check()
        core.FreeGC(context)

    def _descendants(self) -> list[tuple[int, Any]]:
        """Return the windows inside with their geometry, level by level."""
        core, found, level = self._connection.core, [], [self.window]
        for _ in range(MAX_DEPTH):
            trees = [core.QueryTree(window) for window in level]
            level = []
            for tree in trees:
                with suppress(xcffib.Error):
                    level.extend(tree.reply().children)
            for window, cookie in [(window, core.GetGeometry(window)) for window in level]:
                with suppress(xcffib.Error):
                    found.append((window, cookie.reply()))
            if not level or len(found) > MAX_DESCENDANTS:
                break
        return found[:MAX_DESCENDANTS]

    def _ask_to_paint(self) -> None:
        """Have the program paint the window and all in it. Windows for input only refuse, which says nothing."""
        windows = [self.window, *(window for window, _ in self._descendants())]
        for cookie in [self._connection.core.ClearAreaChecked(1, window, 0, 0, 0, 0) for window in windows]:
            with suppress(xcffib.Error):
                cookie.check()

    def take_damage(self) -> list[Rect]:
        """Return what changed since the last time, in the window's own pixels."""
        if not self.changed:
            return []
        self.changed = False
        self._ext.damage.Subtract(self._damage, 0, self._region)
        try:
            region = self._ext.xfixes.FetchRegion(self._region).reply()
        except xcffib.Error:
            return []  # the window is gone
        return [Rect(item.x, item.y, item.width, item.height) for item in region.rectangles]

    def read(self, box: Rect, memory: SharedMemory) -> NDArray[np.uint8] | None:
        """Read a box of the window's pixels as (height, width, 4); valid until the next read."""
        if self._pixmap is None:
            return None
        try:
            self._ext.shm.GetImage(
                self._pixmap,
                box.x + self._border,
                box.y + self._border,
                box.width,
                box.height,
                ALL_PLANES,
                xcffib.xproto.ImageFormat.ZPixmap,
                memory.segment,
                0,
            ).reply()
        except xcffib.Error:
            return None
        return memory.bytes[: box.area * 4].reshape(box.height, box.width, 4)

    def close(self) -> None:
        """Give everything back; the window may be gone already."""
        core = self._connection.core
        cookies = [
            self._ext.damage.DestroyChecked(self._damage),
            self._ext.xfixes.DestroyRegionChecked(self._region),
            self._ext.composite.UnredirectWindowChecked(self.window, xcffib.composite.Redirect.Automatic),
        ]
        if self._pixmap is not None:
            cookies.append(core.FreePixmapChecked(self._pixmap))
            self._pixmap = None
        for cookie in cookies:
            with suppress(xcffib.Error):
                cookie.check()
