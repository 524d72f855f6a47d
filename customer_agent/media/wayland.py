"""Whether this desktop is Wayland's, and whether its streams can be read here."""

import os
import platform
import shutil

LAUNCHER = "gst-launch-1.0"


def on_wayland() -> bool:
    """Whether the session is Wayland's: an X display then shows only X programs, and input to it reaches only those."""
    kind = os.environ.get("XDG_SESSION_TYPE", "wayland")
    return platform.system() == "Linux" and bool(os.environ.get("WAYLAND_DISPLAY")) and kind == "wayland"


def can_read_streams() -> bool:
    """Whether GStreamer's reader and a session bus for the portal are there."""
    return shutil.which(LAUNCHER) is not None and bool(os.environ.get("DBUS_SESSION_BUS_ADDRESS"))
