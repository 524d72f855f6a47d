"""What a way of operating the computer must do, and how to find one for this system.

A backend belongs to one thread, the operator's. It does not judge; it only keeps its own windows out of reach.
"""

import platform
from collections.abc import Callable, Collection
from typing import Any, Protocol

from customer_agent.control.gate import Verdict
from customer_agent.media.geometry import Rect
from customer_agent.media.wayland import on_wayland
from supportsite.protocol.channel import ViewerInput

OwnWindows = Callable[[], Collection[int]]


class BackendLostError(Exception):
    """The display is gone."""


class InputClip(Protocol):
    """Keeps input inside the windows of an application grant. Asked on the operator's thread, under its server grab.

    Coordinates are pixels of the screen. PASS, OUTSIDE or FOCUS is returned.
    """

    def reach(self, x: int, y: int) -> None:
        """Before a button goes down, not under the grab: bring a covered shared window at that place to the top."""

    def may_touch(self, x: int, y: int, *, press: bool = False) -> Verdict:
        """Whether the topmost window there is a shared one; a press may begin a drag."""

    def may_drag(self, x: int, y: int) -> tuple[int, int] | None:
        """Where the pointer may go while a button is down; None: it stays where it is."""

    def has_focus(self) -> bool:
        """Whether the focus is in a shared window; asked again and again while keys are held."""

    def may_type(self, keycode: int | None = None) -> Verdict:
        """Whether the focus is in a shared window, and whether that key is not a shortcut of another program."""


ClipFactory = Callable[[Any], InputClip]  # given the injector's X connection, or None on other systems


class InputBackend(Protocol):
    """A way of operating the computer."""

    def apply(self, message: ViewerInput, area: Rect, stopped: Callable[[], bool]) -> Verdict:
        """Do what an admitted message asks for; coordinates are of `area`. Ends early once `stopped()`.

        Returns PASS, OWN_WINDOW, OUTSIDE, FOCUS or FAILED.
        """

    def rest(self) -> float | None:
        """Do what is due while nothing comes; return the seconds until there is more, or None."""

    def release_all(self) -> None:
        """Let go of every key and button that this backend holds."""

    def close(self) -> None:
        """Let go of everything and give everything back."""


def open_backend(
    own_windows: OwnWindows,
    announce: Callable[[int, int], None],
    display: str | None = None,
    make_clip: ClipFactory | None = None,
) -> InputBackend:
    """Return the backend of this system. `announce` hears of each event before it is made (see owner_input).

    `make_clip` is given for grants of applications: input stays inside their windows.
    """
    if platform.system() == "Linux":
        if on_wayland():
            from customer_agent.control.injector_portal import PortalInjector

            return PortalInjector()
        from customer_agent.control.injector import X11Injector

        return X11Injector(own_windows=own_windows, announce=announce, display=display, make_clip=make_clip)
    from customer_agent.control.injector_pynput import PynputInjector

    return PynputInjector(make_clip=make_clip)
