"""What the event loop and the windows say to each other. Neither imports the other."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from supportsite.protocol.base import Capability


@dataclass(frozen=True, slots=True)
class Prompt:
    """One question to the owner. `closes_at` is on `clock.now`; `seconds` is how long the question stands in all."""

    request: str
    capability: Capability
    monitors: tuple[int, ...]
    csr_name: str
    site_name: str
    site_host: str
    verified: bool
    closes_at: float
    seconds: float


Box = tuple[int, int, int, int]
"""x, y, width, height in pixels of the screen."""


class Mood(StrEnum):
    """What the bar says now."""

    NOBODY = "nobody"
    VIEW = "view"
    CONTROL = "control"
    OWNER_DRIVES = "owner_drives"
    CONTROL_PAUSED = "control_paused"
    LOST = "lost"
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True)
class BarView:
    """What the bar shows. `shared` is false when no picture of this computer can leave it; `box` is what is framed."""

    mood: Mood
    csr_name: str = ""
    site_name: str = ""
    monitors: tuple[int, ...] = ()
    shared: bool = False
    control: bool = False
    box: Box | None = None


class Windows(Protocol):
    """The windows, as the event loop sees them. Every method may be called from any thread and returns at once."""

    def set_language(self, language: str) -> None:
        """Use this language (`en`, `ja`) from now on."""

    def show_prompt(self, prompt: Prompt) -> None:
        """Ask the owner."""

    def close_prompt(self, request: str) -> None:
        """Take the question away; it was withdrawn."""

    def show_bar(self, view: BarView) -> None:
        """Show the bar and the frame, or change them."""

    def show_end(self, code: str) -> None:
        """Say why it is over, then close every window."""


class Owner(Protocol):
    """The program, as the windows see it. Called in the windows' thread; what concerns safety is done on return."""

    def answer(self, request: str, *, allowed: bool) -> None:
        """The owner answered a prompt (closing it, or locking the screen, is a denial)."""

    def lapse(self, request: str) -> None:
        """The time for an answer is over; silence is a denial."""

    def prompt_closed(self, request: str) -> None:
        """The prompt's window is gone from the screen."""

    def stop_everything(self) -> None:
        """Stop every grant, now."""

    def stop_control(self) -> None:
        """Take control back; the view stays."""

    def go_on(self) -> None:
        """Let control go on after a long loss."""

    def leave(self) -> None:
        """Stop everything and leave the session."""
