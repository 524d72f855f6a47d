"""Colours of the windows in light and dark, as in the product's design tokens."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Tokens:
    """One theme. `line` borders controls, `hairline` borders quiet boxes, `track` lies behind a progress bar."""

    background: str
    text: str
    muted: str
    line: str
    hairline: str
    track: str
    button: str
    button_hover: str
    focus: str
    accent: str
    view: str
    control: str
    danger: str


LIGHT = Tokens(
    background="#F4F5F7",
    text="#181D24",
    muted="#454F5C",
    line="#7F8A97",
    hairline="#C6CCD3",
    track="#D5DAE0",
    button="#FFFFFF",
    button_hover="#E7EAEE",
    focus="#1F6FEB",
    accent="#0F5F73",
    view="#1B59B4",
    control="#9C420A",
    danger="#B3202C",
)
DARK = Tokens(
    background="#1C2127",
    text="#E8ECF1",
    muted="#B5BEC9",
    line="#727D8B",
    hairline="#3A424C",
    track="#3A424C",
    button="#2A3038",
    button_hover="#3A424C",
    focus="#6BA8FF",
    accent="#62C0D4",
    view="#82B2FF",
    control="#F4A261",
    danger="#FF7B81",
)

# The bar is dark in both themes, so that it is seen on any desktop.
BAR_BACKGROUND = "#181D24"
BAR_TEXT = "#FFFFFF"
BAR_MUTED = "#B5BEC9"
BAR_BUTTON = "#2A3038"
BAR_BUTTON_HOVER = "#3A424C"
BAR_LINE = "#727D8B"
BAR_STOP = "#B3202C"
BAR_STOP_HOVER = "#8F1822"
BAR_VIEW = "#5D9BFF"
BAR_CONTROL = "#F4A261"
BAR_LOST = "#E6B54C"
BAR_NOBODY = "#A0ABB7"

# The frame around the shared desktop.
FRAME_VIEW = "#1B59B4"
FRAME_CONTROL = "#D9660F"

# Pointers and drawings on the shared screen, always with a white outline: one of the two shows on any background.
MARKS = {"a": "#0E7490", "b": "#A8357F", "c": "#5E6B0E", "d": "#3B5FC0", "e": "#A14D12", "f": "#6D4FB3"}
