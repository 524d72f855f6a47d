"""What follows from a capability's name: whose computer, what of it, and whether it is operated. Pure."""

from typing import Literal

from supportsite.protocol.base import Capability

Surface = Literal["desktop", "application"]

SCREEN = frozenset(item for item in Capability if item.startswith(("screen.", "share.")))
CONTROL = frozenset(item for item in SCREEN if ".control." in item)
VIEW = SCREEN - CONTROL
SHARE = frozenset(item for item in SCREEN if item.startswith("share."))
CLIPBOARD = frozenset({Capability.CLIPBOARD_TO_CSR, Capability.CLIPBOARD_TO_CUSTOMER})


def surface_of(capability: str) -> Surface | None:
    """Return what a screen capability shows; None for the others."""
    if capability not in SCREEN:
        return None
    return "application" if capability.endswith(".application") else "desktop"


def view_of(capability: str) -> Capability:
    """Return the view that a screen capability implies: itself, or the view of the same side and surface."""
    return Capability(capability.replace(".control.", ".view."))


def control_of(capability: str) -> Capability:
    """Return the control of the same side and surface as a screen capability."""
    return Capability(capability.replace(".view.", ".control."))


def owner_is_csr(capability: str) -> bool:
    """Tell whether the capability is about the CSR's computer."""
    return capability in SHARE
