"""Messages of the two WebRTC data channels between a viewer's browser and a Support Manager.

`input` (viewer → Support Manager, ordered, reliable) carries what operates the computer; each message names
grant and epoch, and `seq` grows by at least one, or it is dropped. `state` (both ways, ordered, reliable) carries
what the viewer shows beside the picture. Coordinates are 0..1 of the shared picture.
"""

from typing import Annotated, Literal

from pydantic import Field, TypeAdapter

from supportsite.protocol.base import Message, PublicId, Sequence, UnitCoordinate

CHANNEL_HEARTBEAT_SECONDS = 1
MAX_CHANNEL_BYTES = 256 * 1024
MAX_INPUT_TEXT = 2000


class InputBase(Message):
    grant: PublicId
    epoch: Annotated[int, Field(ge=1)]
    seq: Sequence


class PointerInput(InputBase):
    type: Literal["pointer"] = "pointer"
    x: UnitCoordinate
    y: UnitCoordinate


class ButtonInput(InputBase):
    """`button` as in DOM MouseEvent: 0 left, 1 middle, 2 right, 3 back, 4 forward."""

    type: Literal["button"] = "button"
    x: UnitCoordinate
    y: UnitCoordinate
    button: Annotated[int, Field(ge=0, le=4)]
    down: bool


class WheelInput(InputBase):
    """`dx`, `dy` in wheel steps, positive right and down; fractions add up."""

    type: Literal["wheel"] = "wheel"
    x: UnitCoordinate
    y: UnitCoordinate
    dx: Annotated[float, Field(ge=-50, le=50, allow_inf_nan=False)]
    dy: Annotated[float, Field(ge=-50, le=50, allow_inf_nan=False)]


class KeyInput(InputBase):
    """One key. `key` and `code` as in DOM KeyboardEvent; `key` decides, `code` helps where `key` is empty."""

    type: Literal["key"] = "key"
    key: Annotated[str, Field(max_length=32)]
    code: Annotated[str, Field(max_length=32)]
    down: bool


class TextInput(InputBase):
    """Composed text (input method, paste into the page), typed as a whole."""

    type: Literal["text"] = "text"
    text: Annotated[str, Field(min_length=1, max_length=MAX_INPUT_TEXT)]


class ReleaseInput(InputBase):
    """Let go of every key and button that this viewer holds."""

    type: Literal["release"] = "release"


ViewerInput = Annotated[
    PointerInput | ButtonInput | WheelInput | KeyInput | TextInput | ReleaseInput, Field(discriminator="type")
]


class ChannelHeartbeat(Message):
    """Every second both ways; 3 s without one holds input and releases keys."""

    type: Literal["heartbeat"] = "heartbeat"
    at_ms: Annotated[float, Field(ge=0, allow_inf_nan=False)] = 0
    echo_ms: Annotated[float, Field(ge=0, allow_inf_nan=False)] | None = None


class MonitorInfo(Message):
    number: Annotated[int, Field(ge=1)]
    width: int
    height: int
    primary: bool = False


class Screen(Message):
    """What is shared: size of the picture in pixels and the monitors there are."""

    type: Literal["screen"] = "screen"
    width: int
    height: int
    monitors: list[MonitorInfo]


class CursorShape(Message):
    """A cursor picture, sent once per `serial`; `png` is base64."""

    type: Literal["cursor_shape"] = "cursor_shape"
    serial: int
    hot_x: int
    hot_y: int
    width: int
    height: int
    png: Annotated[str, Field(max_length=200_000)]


class CursorPosition(Message):
    """Where the owner's cursor is; `serial` names its shape."""

    type: Literal["cursor"] = "cursor"
    serial: int
    x: float
    y: float
    visible: bool = True


class Driving(Message):
    """Who operates now: the owner, a CSR (participant id), or nobody."""

    type: Literal["driving"] = "driving"
    who: Literal["owner", "csr", "nobody"]
    participant: PublicId | None = None


class Held(Message):
    """Input is dropped, and why; `none` ends it."""

    type: Literal["held"] = "held"
    reason: Literal["none", "owner_input", "prompt", "own_window", "connection", "not_granted"]


class Quality(Message):
    """Sender's figures of the last second, for the quality line."""

    type: Literal["quality"] = "quality"
    frames_per_second: float
    kbit_per_second: float
    encode_ms: float
    limited_by: Literal["nothing", "cpu", "link", "still"] = "nothing"


StateMessage = Annotated[
    ChannelHeartbeat | Screen | CursorShape | CursorPosition | Driving | Held | Quality, Field(discriminator="type")
]

VIEWER_INPUT: TypeAdapter[ViewerInput] = TypeAdapter(ViewerInput)
STATE_MESSAGE: TypeAdapter[StateMessage] = TypeAdapter(StateMessage)
