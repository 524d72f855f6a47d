"""Raw input events of XI2, read by hand.

xcffib miscounts the valuators of raw events and would read past their end, so only the fixed head is read here.
"""

import struct
from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

import xcffib
import xcffib.xinput
from xcffib.ffi import ffi

from customer_agent.media.x11 import screen_of

GENERIC_EVENT = 35
ALL_MASTER_DEVICES = 1
ALL_DEVICES = 0
KEY_REPEAT_FLAG = 1 << 16
RAW_HEAD = struct.Struct("=8xH6xIH2xI4x")  # kind, detail, source device, flags


class RawKind(IntEnum):
    """Event numbers of XI2."""

    KEY_PRESS = 13
    KEY_RELEASE = 14
    BUTTON_PRESS = 15
    BUTTON_RELEASE = 16
    MOTION = 17


@dataclass(frozen=True, slots=True)
class XEvent:
    """The head of any event; the raw fields are 0 for others than generic ones, and only XI2 is asked for those."""

    response_type: int
    raw_kind: int = 0
    detail: int = 0
    source: int = 0
    flags: int = 0


def select_raw_events(connection: Any, kinds: Iterable[RawKind]) -> None:
    """Ask for raw events of all master devices. Raises KeyError or xcffib errors where XI2 is missing."""
    xinput = connection(xcffib.xinput.key)
    xinput.XIQueryVersion(2, 2).reply()
    mask = 0
    for kind in kinds:
        mask |= 1 << kind
    event_mask: Any = xcffib.xinput.EventMask
    selection = event_mask.synthetic(ALL_MASTER_DEVICES, 1, [mask])
    xinput.XISelectEventsChecked(screen_of(connection).root, 1, [selection]).check()
    connection.flush()


def xtest_devices(connection: Any) -> frozenset[int]:
    """Return the ids of the devices through which XTEST speaks."""
    devices = connection(xcffib.xinput.key).XIQueryDevice(ALL_DEVICES).reply().infos
    return frozenset(device.deviceid for device in devices if "XTEST" in bytes(device.name.buf()).decode("latin1"))


def next_event(connection: Any) -> XEvent | None:
    """Return the head of the next event in memory or on the wire, or None. Errors of requests are skipped."""
    while True:
        connection.invalid()
        raw = xcffib.lib.xcb_poll_for_event(connection._conn)  # noqa: SLF001  the wrapper is what must be avoided
        connection.invalid()
        if raw == ffi.NULL:
            return None
        head = bytes(ffi.buffer(raw, 32))
        xcffib.c_free(raw)
        response_type = head[0] & 0x7F
        if response_type == 0:
            continue
        if response_type == GENERIC_EVENT:
            kind, detail, source, flags = RAW_HEAD.unpack(head)
            return XEvent(response_type, kind, detail, source, flags)
        return XEvent(response_type)
