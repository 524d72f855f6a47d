"""The overlay's windows on X11: cut to the shape of what is drawn, and with no place where they take input.

One window for a person's lines, one for their pointer, one for their name. Needs no compositor.
"""

import contextlib
import logging
from collections.abc import Callable, Collection

import numpy as np
import xcffib
import xcffib.shape
import xcffib.xproto

from customer_agent.media.geometry import Rect
from customer_agent.media.x11 import DisplayError, connect, screen_of
from customer_agent.ui import tokens
from customer_agent.ui.overlay_marks import FADE_STEPS, Author, Place
from customer_agent.ui.overlay_shapes import Scissors, line_through, paths_of
from customer_agent.ui.overlay_text import Grey, TextPainter

log = logging.getLogger(__name__)

LINE_WIDTHS = (5, 4, 3, 2)
OUTLINE = 2
POINTER_SHAPE: tuple[Place, ...] = ((0, 0), (0, 21), (5, 16), (9, 24), (13, 22), (9, 15), (16, 15))
LABEL_PIXELS, LABEL_PADDING, LABEL_OFFSET = 13, 9, 20
MAX_NAME = 28
BASE_DPI = 96.0
assert len(LINE_WIDTHS) == FADE_STEPS


class AuthorWindows:
    """One person's ink (the size of the screen), pointer and name."""

    def __init__(self) -> None:
        self.ink: int | None = None
        self.pointer: int | None = None
        self.label: int | None = None
        self.label_size = (0, 0)
        self.ink_set = False


class X11Canvas:
    """Draws authors on the screen. One thread. Raises DisplayError where the display or its SHAPE is missing."""

    def __init__(self, display: str | None, above: Callable[[], Collection[int]]) -> None:
        self.connection = connect(display)
        self._core = self.connection.core
        self._above = above
        self._mask = self.connection.setup.resource_id_mask
        screen = screen_of(self.connection)
        self._root, self._depth, self._white = screen.root, screen.root_depth, screen.white_pixel
        self._size = (screen.width_in_pixels, screen.height_in_pixels)
        self._scale = max(1.0, self._dpi() / BASE_DPI)
        try:
            self._scissors = Scissors(self.connection, self._root, round(OUTLINE * self._scale))
        except (KeyError, xcffib.XcffibException) as error:
            self.connection.disconnect()
            raise DisplayError("no SHAPE on this display") from error
        self._windows: dict[str, AuthorWindows] = {}
        self._painter: TextPainter | None = None
        with contextlib.suppress(OSError):
            self._painter = TextPainter()

    @property
    def windows(self) -> list[int]:
        """Return all windows that exist."""
        found = [(item.ink, item.pointer, item.label) for item in self._windows.values()]
        return [window for group in found for window in group if window is not None]

    def close(self) -> None:
        """Take everything away; the connection's end destroys the windows."""
        if self._painter is not None:
            self._painter.close()
        self.connection.disconnect()

    def draw(self, key: str, author: Author) -> bool:
        """Show what changed of one person; True when a window was mapped and may stand too high."""
        mine = self._windows.setdefault(key, AuthorWindows())
        before = len(self.windows)
        if author.redraw:
            self._redraw(mine, author)
        elif author.grown:
            self._grow(mine, author)
        if author.moved:
            self._point(mine, author)
        author.redraw = author.moved = author.renamed = False
        author.grown.clear()
        if author.empty:
            self._windows.pop(key)
        return len(self.windows) > before

    # Strokes

    def _redraw(self, mine: AuthorWindows, author: Author) -> None:
        if not author.strokes:
            self._destroy(mine, "ink")
            mine.ink_set = False
            return
        pixel = self._pixel(author.colour)
        window = self._ink(mine, pixel)
        self._core.ChangeWindowAttributes(window, xcffib.xproto.CW.BackPixel, [pixel])
        paths = []
        for stroke in author.strokes.values():
            stroke.drawn = len(stroke.points)
            paths += [(path, self._width(stroke.step)) for path in paths_of(stroke, self._scale)]
        self._scissors.cut(window, paths)
        mine.ink_set = True
        self._core.MapWindow(window)

    def _grow(self, mine: AuthorWindows, author: Author) -> None:
        window = self._ink(mine, self._pixel(author.colour))
        for key in author.grown:
            stroke = author.strokes[key]
            points = stroke.points[max(0, stroke.drawn - 1) :]
            stroke.drawn = len(stroke.points)
            how = xcffib.shape.SO.Union if mine.ink_set else xcffib.shape.SO.Set
            self._scissors.cut(window, [(line_through(points), self._width(0))], how)
            mine.ink_set = True
        self._core.MapWindow(window)

    def _width(self, step: int) -> int:
        return round(LINE_WIDTHS[step] * self._scale)

    def _ink(self, mine: AuthorWindows, pixel: int) -> int:
        if mine.ink is None:
            geometry = self._core.GetGeometry(self._root).reply()
            self._size = (geometry.width, geometry.height)
            mine.ink = self._window(Rect(0, 0, *self._size), pixel)
        return mine.ink

    # Pointer and name

    def _point(self, mine: AuthorWindows, author: Author) -> None:
        if author.pointer is None:
            self._destroy(mine, "pointer")
            self._destroy(mine, "label")
            return
        if mine.pointer is None or author.renamed:
            self._destroy(mine, "pointer")
            self._destroy(mine, "label")
            mine.pointer = self._pointer_window(self._pixel(author.colour))
            mine.label, mine.label_size = self._label_window(author)
        x, y = author.pointer
        margin = self._margin
        self._move(mine.pointer, x - margin, y - margin)
        if mine.label is not None:
            offset, (width, height) = round(LABEL_OFFSET * self._scale), mine.label_size
            right, bottom = x + offset + width > self._size[0], y + offset + height > self._size[1]
            self._move(
                mine.label, x - width - offset // 3 if right else x + offset, y - height if bottom else y + offset
            )

    @property
    def _margin(self) -> int:
        return round(OUTLINE * self._scale) + 1

    def _pointer_window(self, pixel: int) -> int:
        shape = [(round(x * self._scale), round(y * self._scale)) for x, y in POINTER_SHAPE]
        margin = self._margin
        places = [(x + margin, y + margin) for x, y in shape]
        size = round(28 * self._scale) + 2 * margin
        window = self._window(Rect(-size, -size, size, size), pixel)
        self._scissors.cut_polygon(window, places, size)
        return window

    def _label_window(self, author: Author) -> tuple[int | None, tuple[int, int]]:
        """Return a window with the author's name and its size; None where nothing can write on this display."""
        name = _shown_name(author.name)
        if self._painter is None or self._depth < 24 or not name:
            return None, (0, 0)
        text = self._painter.paint(name, round(LABEL_PIXELS * self._scale))
        if text is None:
            return None, (0, 0)
        padding, outline = round(LABEL_PADDING * self._scale), round(OUTLINE * self._scale)
        width, height = text.shape[1] + 2 * padding, text.shape[0] + 2 * outline
        window = self._window(Rect(-width, -height, width, height), self._pixel(author.colour))
        self._write(window, text, Rect(padding, outline, width, height), author.colour)
        middle = height // 2
        self._scissors.cut(window, [([(middle, middle), (width - middle, middle)], height - 2 * outline)])
        return window, (width, height)

    def _write(self, window: int, text: Grey, place: Rect, colour: str) -> None:
        """Put a text in white on the author's colour as the window's background."""
        picture = np.zeros((place.height, place.width, 4), np.uint8)
        back = np.array(_bgr(tokens.MARKS[colour]), np.float32)
        picture[:, :, :3] = back.astype(np.uint8)
        share = text[:, :, None].astype(np.float32) / 255
        inside = picture[place.y : place.y + text.shape[0], place.x : place.x + text.shape[1]]
        inside[:, :, :3] = (back * (1 - share) + 255 * share).astype(np.uint8)
        pixmap, context = self.connection.generate_id(), self.connection.generate_id()
        self._core.CreatePixmap(self._depth, pixmap, self._root, place.width, place.height)
        self._core.CreateGC(context, pixmap, 0, [])
        self._core.PutImage(
            xcffib.xproto.ImageFormat.ZPixmap, pixmap, context, place.width, place.height, 0, 0, 0, self._depth,
            picture.nbytes, picture.tobytes(),
        )  # fmt: skip
        self._core.ChangeWindowAttributes(window, xcffib.xproto.CW.BackPixmap, [pixmap])
        self._core.FreePixmap(pixmap)
        self._core.FreeGC(context)

    def _move(self, window: int, x: int, y: int) -> None:
        where = xcffib.xproto.ConfigWindow
        self._core.ConfigureWindow(window, where.X | where.Y, [x, y])
        self._core.MapWindow(window)

    # Windows

    def _window(self, place: Rect, pixel: int) -> int:
        window: int = self.connection.generate_id()
        with_ = xcffib.xproto.CW
        self._core.CreateWindow(
            0, window, self._root, place.x, place.y, place.width, place.height, 0,
            xcffib.xproto.WindowClass.InputOutput, 0,
            with_.BackPixel | with_.BorderPixel | with_.OverrideRedirect | with_.EventMask,
            [pixel, self._white, 1, xcffib.xproto.EventMask.VisibilityChange],
        )  # fmt: skip
        # Before it is mapped: there is no moment at which it takes a click.
        self._scissors.no_input(window)
        return window

    def _destroy(self, mine: AuthorWindows, name: str) -> None:
        window = getattr(mine, name)
        if window is not None:
            self._core.DestroyWindow(window)
            setattr(mine, name, None)

    def stay_above(self) -> None:
        """Put the windows above those of other programs, and below this program's own bar, frame and questions."""
        ours = set(self.windows)
        if not ours:
            return
        children = self._core.QueryTree(self._root).reply().children.list
        lowest_own: int | None = None
        for window in reversed(children):
            if window in ours:
                ours.discard(window)
                continue
            if not self._is_shown(window):
                continue
            if not self._belongs_above(window):
                break
            if len(ours) < len(self.windows):
                ours = set(self.windows)  # one of ours stands above a window that must not be covered
            lowest_own = window
        if ours:
            self._restack(lowest_own)

    def _restack(self, sibling: int | None) -> None:
        with_ = xcffib.xproto.ConfigWindow
        for window in self.windows:
            if sibling is None:
                self._core.ConfigureWindow(window, with_.StackMode, [xcffib.xproto.StackMode.Above])
            else:
                self._core.ConfigureWindow(
                    window, with_.Sibling | with_.StackMode, [sibling, xcffib.xproto.StackMode.Below]
                )

    def _is_shown(self, window: int) -> bool:
        try:
            attributes = self._core.GetWindowAttributes(window).reply()
        except xcffib.XcffibException:
            return False
        return bool(attributes.map_state == xcffib.xproto.MapState.Viewable and attributes._class == 1)  # noqa: SLF001

    def _belongs_above(self, window: int) -> bool:
        """Whether it is a window of this program, or the window manager's frame around one."""
        clients = {item & ~self._mask for item in self._above()}
        if window & ~self._mask in clients:
            return True
        try:
            children = self._core.QueryTree(window).reply().children.list
        except xcffib.XcffibException:
            return False
        return any(child & ~self._mask in clients for child in children)

    def _pixel(self, colour: str) -> int:
        return int(tokens.MARKS[colour][1:], 16)

    def _dpi(self) -> float:
        """Return what the desktop set as Xft.dpi, or 96."""
        atom, string = xcffib.xproto.Atom.RESOURCE_MANAGER, xcffib.xproto.Atom.STRING
        reply = self._core.GetProperty(False, self._root, atom, string, 0, 16384).reply()  # noqa: FBT003
        for line in bytes(reply.value.buf()).decode("latin1").splitlines():
            name, _, value = line.partition(":")
            if name.strip() == "Xft.dpi":
                with contextlib.suppress(ValueError):
                    return min(384.0, float(value))
        return BASE_DPI


def _shown_name(name: str) -> str:
    clean = "".join(character for character in name if character.isprintable()).strip()
    return clean if len(clean) <= MAX_NAME else clean[: MAX_NAME - 1] + "…"


def _bgr(colour: str) -> tuple[int, int, int]:
    return int(colour[5:7], 16), int(colour[3:5], 16), int(colour[1:3], 16)
