"""What tkinter cannot do on X11: windows that let clicks through, the Stop key, and hearing that the screen locks."""

import logging
import os
import select
import struct
import sys
import threading
import tkinter as tk
from collections.abc import Callable
from typing import Any

log = logging.getLogger(__name__)

_F12 = 0xFFC9
_CONTROL, _SHIFT, _CAPS, _NUM = 4, 1, 2, 16
_KEY_PRESS = 2
_SCREENSAVER = "MIT-SCREEN-SAVER"
_SCREENSAVER_ON = 1
_SCREENSAVER_NOTIFY, _SCREENSAVER_CYCLE = 1, 2


def available() -> bool:
    """Whether this is an X11 system whose protocol library is there."""
    return sys.platform == "linux" and bool(os.environ.get("DISPLAY"))


def display_scale() -> tuple[float | None, float | None]:
    """Return how many pixels a logical pixel has, and the dots per inch set for text; None where it does not say."""
    if not available():
        return None, None
    from customer_agent.media.x11 import DisplayError, connect, read_scale, xft_dpi

    try:
        connection = connect()
    except DisplayError:
        return None, None
    try:
        return read_scale(connection), xft_dpi(connection)
    finally:
        connection.disconnect()


def let_clicks_through(window: tk.Toplevel) -> None:
    """Make a mapped window transparent to the mouse; elsewhere than on X11 nothing is changed."""
    if not available():
        return
    import xcffib
    import xcffib.shape
    import xcffib.xproto

    from customer_agent.media.x11 import DisplayError, connect

    try:
        connection = connect()
        try:
            shape = connection(xcffib.shape.key)
            # The shape belongs on Tk's wrapper, the child of the root that holds our window.
            tree = connection.core.QueryTree(window.winfo_id()).reply()
            for target in {window.winfo_id(), tree.parent} - {tree.root}:
                shape.RectanglesChecked(
                    xcffib.shape.SO.Set, xcffib.shape.SK.Input, xcffib.xproto.ClipOrdering.Unsorted, target, 0, 0, 0, []
                ).check()
        finally:
            connection.disconnect()
    except (xcffib.Error, xcffib.ConnectionException, DisplayError, struct.error) as error:
        log.info("the frame takes clicks: %s", type(error).__name__)


class Watch:
    """Listens on an own connection in an own thread. Callbacks come on that thread.

    `on_stop_key`: Ctrl+Shift+F12, grabbed from the server, so no other program and no remote input comes before it.
    `on_locked`: the screen saver, which locks, has come on.
    """

    def __init__(self, *, on_stop_key: Callable[[], None], on_locked: Callable[[], None]) -> None:
        self._on_stop_key = on_stop_key
        self._on_locked = on_locked
        self._wake_read, self._wake_write = os.pipe()
        self._thread = threading.Thread(target=self._run, name="x11-watch", daemon=True)
        self.ready = threading.Event()

    def start(self) -> None:
        """Begin to listen."""
        self._thread.start()

    def stop(self) -> None:
        """End the thread and its connection."""
        os.write(self._wake_write, b"x")
        self._thread.join(2.0)
        os.close(self._wake_write)
        os.close(self._wake_read)

    def _run(self) -> None:
        import xcffib

        from customer_agent.media.x11 import DisplayError, connect

        try:
            connection = connect()
        except DisplayError:
            log.warning("no Stop key: no connection to the display")
            return
        try:
            self._grab_key(connection)
            screensaver_event = self._watch_screensaver(connection)
            self.ready.set()
            self._listen(connection, screensaver_event)
        except (xcffib.ConnectionException, OSError):
            log.warning("the display is gone")
        finally:
            connection.disconnect()

    def _listen(self, connection: Any, screensaver_event: int | None) -> None:
        from customer_agent.media.xi2 import next_event

        descriptor = connection.get_file_descriptor()
        while True:
            while (event := next_event(connection)) is not None:
                if event.response_type == _KEY_PRESS:
                    self._on_stop_key()
                elif event.response_type == screensaver_event and self._screensaver_is_on(connection):
                    self._on_locked()
            readable, _, _ = select.select([descriptor, self._wake_read], [], [])
            if self._wake_read in readable:
                return

    @staticmethod
    def _grab_key(connection: Any) -> None:
        import xcffib
        import xcffib.xproto

        setup = connection.get_setup()
        root = setup.roots[connection.pref_screen].root
        count = setup.max_keycode - setup.min_keycode + 1
        mapping = connection.core.GetKeyboardMapping(setup.min_keycode, count).reply()
        per_code = mapping.keysyms_per_keycode
        symbols = list(mapping.keysyms)
        codes = [setup.min_keycode + at // per_code for at, symbol in enumerate(symbols) if symbol == _F12]
        for code in sorted(set(codes)):
            for locks in (0, _CAPS, _NUM, _CAPS | _NUM):
                try:
                    connection.core.GrabKeyChecked(
                        False,  # noqa: FBT003 - the protocol's own argument
                        root,
                        _CONTROL | _SHIFT | locks,
                        code,
                        xcffib.xproto.GrabMode.Async,
                        xcffib.xproto.GrabMode.Async,
                    ).check()
                except xcffib.Error as error:
                    log.warning("the Stop key is taken by another program: %s", type(error).__name__)

    @staticmethod
    def _watch_screensaver(connection: Any) -> int | None:
        """Return the number of the screen saver's event, or None where there is none."""
        import xcffib
        import xcffib.screensaver

        found = connection.core.QueryExtension(len(_SCREENSAVER), _SCREENSAVER).reply()
        if not found.present:
            log.info("no notice of a locked screen on this display")
            return None
        root = connection.get_setup().roots[connection.pref_screen].root
        try:
            mask = _SCREENSAVER_NOTIFY | _SCREENSAVER_CYCLE
            connection(xcffib.screensaver.key).SelectInputChecked(root, mask).check()
        except xcffib.Error:
            return None
        return int(found.first_event)

    @staticmethod
    def _screensaver_is_on(connection: Any) -> bool:
        import xcffib.screensaver

        root = connection.get_setup().roots[connection.pref_screen].root
        return bool(connection(xcffib.screensaver.key).QueryInfo(root).reply().state == _SCREENSAVER_ON)
