"""What the event loop and the windows say to each other. Neither imports the other."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from supportsite.protocol.base import Capability

Box = tuple[int, int, int, int]
"""x, y, width, height in pixels of the screen."""


@dataclass(frozen=True, slots=True)
class MonitorView:
    """A monitor that the owner may choose."""

    number: int
    box: Box
    primary: bool


@dataclass(frozen=True, slots=True)
class WindowView:
    """A window of another program that the owner may choose; `icon_png` is a small picture of the program."""

    window: int
    name: str
    title: str
    icon_png: bytes | None = None


@dataclass(frozen=True, slots=True)
class Choice:
    """What of the computer the owner chose. `monitors` empty: all that was asked for."""

    monitors: tuple[int, ...] = ()
    windows: tuple[WindowView, ...] = ()


@dataclass(frozen=True, slots=True)
class Prompt:
    """One question to the owner. `closes_at` is on `clock.now`; `seconds` is how long the question stands in all.

    `holder_name` is who would see or operate. `preselected` are the windows that are ticked at the start.
    """

    request: str
    capability: Capability
    monitors: tuple[int, ...]
    holder_name: str
    holder_is_customer: bool
    site_name: str
    site_host: str
    verified: bool
    closes_at: float
    seconds: float
    preselected: tuple[int, ...] = ()
    recorded: bool = False


class Mood(StrEnum):
    """What the bar says now."""

    NOBODY = "nobody"
    VIEW = "view"
    CONTROL = "control"
    OWNER_DRIVES = "owner_drives"
    PAUSED = "paused"
    CONTROL_PAUSED = "control_paused"
    LOST = "lost"
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True)
class Notice:
    """Something that just happened, said in the bar for a few seconds: `code` names the sentence, `name` who it was."""

    code: str
    name: str


@dataclass(frozen=True, slots=True)
class BarView:
    """What the bar shows.

    `csr_owner` is the name of the CSR whose own computer this is, empty on a customer's. `watchers` are the names of
    those who see, `driver` the name of who operates. `shared` is false when no picture of this computer can leave it;
    `boxes` are framed. `obstacle` is the state of the capture, empty while all is well.
    """

    mood: Mood
    site_name: str = ""
    csr_owner: str = ""
    watchers: tuple[str, ...] = ()
    driver: str = ""
    monitors: tuple[int, ...] = ()
    titles: tuple[str, ...] = ()
    shared: bool = False
    control: bool = False
    boxes: tuple[Box, ...] = ()
    obstacle: str = ""
    notice: Notice | None = None


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

    def answer(self, request: str, *, allowed: bool, choice: Choice) -> None:
        """The owner answered a prompt (closing it, or locking the screen, is a denial)."""

    def list_monitors(self) -> list[MonitorView]:
        """Return the monitors there are now."""

    def list_windows(self) -> list[WindowView] | None:
        """Return the windows of other programs, front one first; None where this system cannot tell."""

    def lapse(self, request: str) -> None:
        """The time for an answer is over; silence is a denial."""

    def prompt_closed(self, request: str) -> None:
        """The prompt's window is gone from the screen."""

    def stop_everything(self) -> None:
        """Stop every grant, now."""

    def stop_control(self) -> None:
        """Take control back; the view stays."""

    def pause(self) -> None:
        """Let everything rest; nobody sees or operates until `go_on`."""

    def go_on(self) -> None:
        """Let go on what was paused, or what rests after a long loss."""

    def leave(self) -> None:
        """Stop everything and leave the session."""
