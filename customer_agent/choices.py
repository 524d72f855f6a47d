"""What the owner may choose from when asked: this computer's monitors and the windows of other programs."""

import logging

from customer_agent.bridge import MonitorView, WindowView
from customer_agent.media.capture import CaptureLostError, open_capture
from customer_agent.media.wayland import on_wayland
from customer_agent.media.windows import open_window_system
from customer_agent.media.x11 import DisplayError

log = logging.getLogger(__name__)


def list_monitors() -> list[MonitorView]:
    """Return the monitors there are now; none where they cannot be told."""
    if on_wayland():
        return []  # the compositor lets its own user choose
    try:
        capture = open_capture()
    except (CaptureLostError, OSError) as error:
        log.warning("no monitors: %s", error)
        return []
    try:
        return [
            MonitorView(item.number, (item.rect.x, item.rect.y, item.rect.width, item.rect.height), item.primary)
            for item in capture.monitors()
        ]
    finally:
        capture.close()


def list_windows() -> list[WindowView] | None:
    """Return the windows of other programs, front one first; None where this system cannot tell."""
    try:
        system = open_window_system()
    except (DisplayError, OSError) as error:
        log.warning("no list of windows: %s", error)
        return None
    if system is None:
        return None
    try:
        return [WindowView(item.window, item.name, item.title, item.icon_png) for item in system.list_windows()]
    except DisplayError:
        return None
    finally:
        system.close()
