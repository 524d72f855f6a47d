"""What a way of operating the computer must do, and how to find one for this system.

A backend belongs to one thread, the operator's. It does not judge; it only keeps its own windows out of reach.
"""

import platform
from collections.abc import Callable, Collection
from typing import Protocol

from customer_agent.control.gate import Verdict
from customer_agent.media.geometry import Rect
from supportsite.protocol.channel import ViewerInput

OwnWindows = Callable[[], Collection[int]]


class BackendLostError(Exception):
    """The display is gone."""


class InputBackend(Protocol):
    """A way of operating the computer."""

    def apply(self, message: ViewerInput, area: Rect, stopped: Callable[[], bool]) -> Verdict:
        """Do what an admitted message asks for; coordinates are of `area`. Ends early once `stopped()`.

        Returns PASS, OWN_WINDOW or FAILED.
        """

    def rest(self) -> float | None:
        """Do what is due while nothing comes; return the seconds until there is more, or None."""

    def release_all(self) -> None:
        """Let go of every key and button that this backend holds."""

    def close(self) -> None:
        """Let go of everything and give everything back."""


def open_backend(
    own_windows: OwnWindows, announce: Callable[[int, int], None], display: str | None = None
) -> InputBackend:
    """Return the backend of this system. `announce` hears of each event before it is made (see owner_input)."""
    if platform.system() == "Linux":
        from customer_agent.control.injector import X11Injector

        return X11Injector(own_windows=own_windows, announce=announce, display=display)
    from customer_agent.control.injector_pynput import PynputInjector

    return PynputInjector()
