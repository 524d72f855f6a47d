"""Capture on X11: XDamage says what changed, XShm copies only that, in place.

Order matters: read the damage events, *then* subtract the damage, then copy. Damage after the subtraction
makes a new event, so nothing is lost and a still screen costs nothing.
"""

import ctypes
import ctypes.util
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import numpy as np
import xcffib
import xcffib.damage
import xcffib.randr
import xcffib.shm
import xcffib.xfixes
import xcffib.xproto
from numpy.typing import NDArray

from customer_agent.media.capture import CaptureLostError, LayoutChangedError, Patch, merge_boxes
from customer_agent.media.geometry import Monitor, Rect
from customer_agent.media.x11 import DisplayError, Waker, connect, list_monitors, screen_of, wait_readable

ALL_PLANES = 0xFFFFFFFF
IPC_CREAT, IPC_RMID, IPC_PRIVATE = 0o1000, 0, 0


class SharedMemory:
    """A System V segment that the X server writes into; marked for removal at once, so no crash leaves it."""

    def __init__(self, connection: Any, shm: Any, size: int) -> None:
        self._libc = ctypes.CDLL(ctypes.util.find_library("c"), use_errno=True)
        self._libc.shmat.restype = ctypes.c_void_p
        self._libc.shmat.argtypes = [ctypes.c_int, ctypes.c_void_p, ctypes.c_int]
        self._libc.shmdt.argtypes = [ctypes.c_void_p]
        identifier = self._libc.shmget(IPC_PRIVATE, ctypes.c_size_t(size), IPC_CREAT | 0o600)
        if identifier < 0:
            raise DisplayError("no shared memory")
        address = self._libc.shmat(identifier, None, 0)
        self.segment = connection.generate_id()
        try:
            if address in (None, ctypes.c_void_p(-1).value):
                raise DisplayError("no shared memory")
            self._address: int | None = address
            shm.AttachChecked(self.segment, identifier, False).check()  # noqa: FBT003
        except xcffib.Error as error:
            self.close()
            raise DisplayError("the display is not on this machine") from error
        finally:
            self._libc.shmctl(identifier, IPC_RMID, None)
        self.bytes: NDArray[np.uint8] = np.ctypeslib.as_array((ctypes.c_ubyte * size).from_address(address))
        self.bytes.fill(0)  # have the pages now, not when the first picture is waited for

    def close(self) -> None:
        """Unmap; nobody may read `bytes` after this."""
        if self._address is not None:
            self._libc.shmdt(self._address)
            self._address = None


@contextmanager
def noticing_loss() -> Iterator[None]:
    """Say in the backend's own words that the display is gone."""
    try:
        yield
    except xcffib.ConnectionException as error:
        raise CaptureLostError from error


class X11Capture:
    """Captures an area of the root window."""

    def __init__(self, display: str | None = None) -> None:
        self._connection = connect(display)
        try:
            self._require_extensions()
        except (KeyError, xcffib.XcffibException) as error:
            self._connection.disconnect()
            raise DisplayError("the display lacks DAMAGE, XFIXES or MIT-SHM") from error
        self._waker = Waker()
        self._area = Rect(0, 0, 0, 0)
        self._memory: SharedMemory | None = None
        self._damage = 0
        self._region = 0
        self._fresh = False
        self._changed = False
        self._layout_changed = False

    def _require_extensions(self) -> None:
        connection = self._connection
        self._damage_ext = connection(xcffib.damage.key)
        self._xfixes = connection(xcffib.xfixes.key)
        self._shm = connection(xcffib.shm.key)
        self._damage_ext.QueryVersion(1, 1).reply()
        self._xfixes.QueryVersion(5, 0).reply()
        self._shm.QueryVersion().reply()
        screen = screen_of(connection)
        self._root = screen.root
        pixmap_formats = {item.depth: item.bits_per_pixel for item in connection.setup.pixmap_formats}
        if pixmap_formats.get(screen.root_depth) != 32 or connection.setup.image_byte_order != 0:
            self._connection.disconnect()
            raise DisplayError("the display has no 32-bit pixels")

    def monitors(self) -> list[Monitor]:
        """Return the monitors there are now."""
        with noticing_loss():
            return list_monitors(self._connection)

    def open(self, area: Rect) -> None:
        """Begin to watch `area`."""
        with noticing_loss():
            self._open(area)

    def _open(self, area: Rect) -> None:
        connection = self._connection
        self._release_area()
        self._memory = SharedMemory(connection, self._shm, area.width * area.height * 4)
        self._area = area
        self._damage, self._region = connection.generate_id(), connection.generate_id()
        self._damage_ext.Create(self._damage, self._root, xcffib.damage.ReportLevel.NonEmpty)
        self._xfixes.CreateRegion(self._region, 0, [])
        connection(xcffib.randr.key).SelectInput(self._root, xcffib.randr.NotifyMask.ScreenChange)
        # A monitor that is only defined anew is told of as a changed root window.
        events = [xcffib.xproto.EventMask.StructureNotify]
        connection.core.ChangeWindowAttributes(self._root, xcffib.xproto.CW.EventMask, events)
        connection.flush()
        self._fresh, self._changed, self._layout_changed = True, True, False

    def wait(self, timeout: float | None) -> bool:
        """Wait for damage, a wake-up or the end of `timeout` seconds."""
        with noticing_loss():
            self._read_events()
            if not self._changed and not self._layout_changed:
                wait_readable(self._connection, self._waker, timeout)
                self._read_events()
        return self._changed or self._layout_changed

    def _read_events(self) -> None:
        while (event := self._connection.poll_for_event()) is not None:
            if isinstance(event, xcffib.damage.NotifyEvent):
                self._changed = True
            elif isinstance(event, xcffib.randr.ScreenChangeNotifyEvent | xcffib.xproto.ConfigureNotifyEvent):
                self._layout_changed = True

    def grab(self) -> list[Patch]:
        """Return what changed since the last grab."""
        with noticing_loss():
            return self._grab()

    def _grab(self) -> list[Patch]:
        self._read_events()
        if self._layout_changed:
            raise LayoutChangedError
        if not self._changed:
            return []
        self._changed = False
        self._damage_ext.Subtract(self._damage, 0, self._region)
        region = self._xfixes.FetchRegion(self._region).reply()
        boxes = [Rect(item.x, item.y, item.width, item.height) for item in region.rectangles]
        if self._fresh:
            boxes, self._fresh = [self._area], False
        return self._copy(merge_boxes(boxes, self._area))

    def _copy(self, boxes: list[Rect]) -> list[Patch]:
        if self._memory is None:
            raise RuntimeError("not open")
        replies, offset = [], 0
        for box in boxes:
            cookie = self._shm.GetImage(
                self._root,
                self._area.x + box.x,
                self._area.y + box.y,
                box.width,
                box.height,
                ALL_PLANES,
                xcffib.xproto.ImageFormat.ZPixmap,
                self._memory.segment,
                offset,
            )
            replies.append((cookie, box, offset))
            offset += box.area * 4
        patches = []
        for cookie, box, start in replies:
            try:
                cookie.reply()
            except xcffib.xproto.MatchError as error:  # the area is not on the screen any more
                raise LayoutChangedError from error
            pixels = self._memory.bytes[start : start + box.area * 4].reshape(box.height, box.width, 4)
            patches.append(Patch(box, pixels))
        return patches

    def wake(self) -> None:
        """End a wait early. From any thread."""
        self._waker.wake()

    def _release_area(self) -> None:
        if self._memory is None:
            return
        self._damage_ext.Destroy(self._damage)
        self._xfixes.DestroyRegion(self._region)
        self._shm.Detach(self._memory.segment)
        self._connection.flush()
        self._memory.close()
        self._memory = None

    def close(self) -> None:
        """Give everything back."""
        with suppress(xcffib.ConnectionException):  # the display is gone, and what it held with it
            self._release_area()
        self._connection.disconnect()
        self._waker.close()
