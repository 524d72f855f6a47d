"""A window of another program that writes down the input it gets."""

import xcffib
import xcffib.xproto

from customer_agent.media.geometry import Rect
from customer_agent.media.x11 import connect, screen_of
from customer_agent.tests.xserver import XServer


class Listening:
    """An override-redirect window; `events` gives what came since the last call."""

    def __init__(self, server: XServer, rect: Rect, pixel: int = 0) -> None:
        self.connection = connect(server.display)
        screen = screen_of(self.connection)
        self.window = self.connection.generate_id()
        mask = xcffib.xproto.EventMask
        self.connection.core.CreateWindow(
            screen.root_depth,
            self.window,
            screen.root,
            rect.x,
            rect.y,
            rect.width,
            rect.height,
            0,
            xcffib.xproto.WindowClass.InputOutput,
            screen.root_visual,
            xcffib.xproto.CW.BackPixel | xcffib.xproto.CW.OverrideRedirect | xcffib.xproto.CW.EventMask,
            [pixel, 1, mask.ButtonPress | mask.ButtonRelease | mask.PointerMotion | mask.KeyPress],
        )
        self.connection.core.MapWindow(self.window)
        self.connection.core.GetInputFocus().reply()

    def events(self) -> list[tuple[str | int, ...]]:
        self.connection.core.GetInputFocus().reply()
        found: list[tuple[str | int, ...]] = []
        while (event := self.connection.poll_for_event()) is not None:
            match event:
                case xcffib.xproto.MotionNotifyEvent():
                    found.append(("move", event.root_x, event.root_y))
                case xcffib.xproto.ButtonPressEvent():
                    found.append(("down", event.detail, event.root_x, event.root_y))
                case xcffib.xproto.ButtonReleaseEvent():
                    found.append(("up", event.detail, event.root_x, event.root_y))
                case xcffib.xproto.KeyPressEvent():
                    found.append(("key", event.detail, event.state))
        return found

    def close(self) -> None:
        self.connection.disconnect()
