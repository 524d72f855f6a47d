"""A short text as a grey picture, by the FreeType and fontconfig libraries that every X11 desktop has.

tkinter belongs to the main thread and the X server has no font for Japanese, so names beside pointers are drawn here.
"""

import ctypes
import logging
from ctypes import byref, c_char_p, c_int, c_long, c_short, c_ubyte, c_uint, c_ushort, c_void_p
from typing import Any

import numpy as np
from numpy.typing import NDArray

log = logging.getLogger(__name__)

Grey = NDArray[np.uint8]
_LOAD_RENDER = 4
_GREY_PIXELS = 2
_MATCH_PATTERN = 0


class _Bitmap(ctypes.Structure):
    _fields_ = (
        ("rows", c_uint), ("width", c_uint), ("pitch", c_int), ("buffer", ctypes.POINTER(c_ubyte)),
        ("greys", c_ushort), ("pixel_mode", c_ubyte), ("palette_mode", c_ubyte), ("palette", c_void_p),
    )  # fmt: skip


class _Slot(ctypes.Structure):
    _fields_ = (
        ("library", c_void_p), ("face", c_void_p), ("next", c_void_p), ("index", c_uint), ("generic", c_void_p * 2),
        ("metrics", c_long * 8), ("linear", c_long * 2), ("advance", c_long * 2), ("format", c_int),
        ("bitmap", _Bitmap), ("left", c_int), ("top", c_int),
    )  # fmt: skip


class _Face(ctypes.Structure):
    _fields_ = (
        ("faces", c_long), ("index", c_long), ("flags", c_long), ("style", c_long), ("glyphs", c_long),
        ("family", c_char_p), ("style_name", c_char_p), ("sizes", c_int), ("available", c_void_p),
        ("charmaps", c_int), ("charmap_list", c_void_p), ("generic", c_void_p * 2), ("box", c_long * 4),
        ("units", c_ushort), ("ascender", c_short), ("descender", c_short), ("height", c_short),
        ("advance_width", c_short), ("advance_height", c_short), ("underline", c_short * 2),
        ("slot", ctypes.POINTER(_Slot)),
    )  # fmt: skip


class TextPainter:
    """Draws one line of text. One thread. Raises OSError where the libraries are missing."""

    def __init__(self) -> None:
        self._freetype, self._fontconfig = ctypes.CDLL("libfreetype.so.6"), ctypes.CDLL("libfontconfig.so.1")
        for name in ("FcCharSetCreate", "FcPatternCreate", "FcFontMatch"):
            getattr(self._fontconfig, name).restype = c_void_p
        self._library = c_void_p()
        if self._freetype.FT_Init_FreeType(byref(self._library)):
            raise OSError("FreeType does not start")

    def close(self) -> None:
        """Give the library back."""
        self._freetype.FT_Done_FreeType(self._library)

    def paint(self, text: str, pixels: int) -> Grey | None:
        """Return the text as rows of 0..255, `pixels` high letters in a line 1.5 times as high; None without a font."""
        found = self._font_for(text)
        if found is None:
            return None
        face = ctypes.POINTER(_Face)()
        path, index = found
        if self._freetype.FT_New_Face(self._library, c_char_p(path), c_long(index), byref(face)):
            return None
        try:
            self._freetype.FT_Set_Pixel_Sizes(face, 0, pixels)
            return self._paint(face, text, pixels)
        finally:
            self._freetype.FT_Done_Face(face)

    def _paint(self, face: Any, text: str, pixels: int) -> Grey:
        height, baseline = round(pixels * 1.5), round(pixels * 1.13)
        line = np.zeros((height, pixels * 2 * (len(text) + 1)), np.uint8)
        at = 0
        for character in text:
            if self._freetype.FT_Load_Char(face, ctypes.c_ulong(ord(character)), _LOAD_RENDER):
                continue
            slot = face.contents.slot.contents
            glyph = _grey_of(slot.bitmap)
            if glyph is not None:
                _add(line, glyph, at + slot.left, baseline - slot.top)
            at += slot.advance[0] >> 6
        return line[:, : max(1, at)]

    def _font_for(self, text: str) -> tuple[bytes, int] | None:
        """Return file and number of the sans-serif font that has the most of these characters."""
        config = self._fontconfig
        characters, pattern = c_void_p(config.FcCharSetCreate()), c_void_p(config.FcPatternCreate())
        result = c_int()
        try:
            for character in text:
                config.FcCharSetAddChar(characters, c_uint(ord(character)))
            config.FcPatternAddString(pattern, b"family", b"sans-serif")
            config.FcPatternAddCharSet(pattern, b"charset", characters)
            config.FcConfigSubstitute(None, pattern, _MATCH_PATTERN)
            config.FcDefaultSubstitute(pattern)
            match = c_void_p(config.FcFontMatch(None, pattern, byref(result)))
            return self._file_of(match) if match.value else None
        finally:
            config.FcPatternDestroy(pattern)
            config.FcCharSetDestroy(characters)

    def _file_of(self, match: c_void_p) -> tuple[bytes, int] | None:
        path, index = c_char_p(), c_int()
        try:
            if self._fontconfig.FcPatternGetString(match, b"file", 0, byref(path)) or not path.value:
                return None
            self._fontconfig.FcPatternGetInteger(match, b"index", 0, byref(index))
            return bytes(path.value), index.value
        finally:
            self._fontconfig.FcPatternDestroy(match)


def _grey_of(bitmap: Any) -> Grey | None:
    if not bitmap.rows or not bitmap.width or bitmap.pixel_mode != _GREY_PIXELS or bitmap.pitch < 0:
        return None
    flat = np.ctypeslib.as_array(bitmap.buffer, (bitmap.rows * bitmap.pitch,))
    return flat.reshape(bitmap.rows, bitmap.pitch)[:, : bitmap.width].copy()


def _add(line: Grey, glyph: Grey, left: int, top: int) -> None:
    """Put a glyph on the line, cut off where it leaves it."""
    height, width = line.shape
    x, y = max(0, left), max(0, top)
    right, bottom = min(width, left + glyph.shape[1]), min(height, top + glyph.shape[0])
    if x < right and y < bottom:
        part = glyph[y - top : bottom - top, x - left : right - left]
        np.maximum(line[y:bottom, x:right], part, out=line[y:bottom, x:right])
