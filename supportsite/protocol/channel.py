"""Messages of the two data channels between a viewer's browser and a source: a Support Manager, or a showing browser.

`input` (viewer → Support Manager, ordered, reliable) carries what operates the computer; each message names
grant and epoch, and `seq` grows by at least one, or it is dropped. `state` (both ways, ordered, reliable) carries
what the viewer shows beside the picture, pointers and drawings, and clipboard text. Coordinates are 0..1 of the
picture that this viewer sees.
"""

from typing import Annotated, Literal

from pydantic import Field, TypeAdapter

from supportsite.protocol.base import Message, PublicId, Sequence, UnitCoordinate

CHANNEL_HEARTBEAT_SECONDS = 1
MAX_CHANNEL_BYTES = 256 * 1024
MAX_INPUT_TEXT = 2000
MARK_SECONDS = 6
CLIPBOARD_PART_CHARACTERS = 10_000
MAX_CLIPBOARD_CHARACTERS = 1024 * 1024
MAX_CLIPBOARD_PARTS = -(-MAX_CLIPBOARD_CHARACTERS // CLIPBOARD_PART_CHARACTERS)


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


class SystemInput(InputBase):
    """What keys cannot do everywhere: the secure attention sequence (Ctrl+Alt+Del), locking the screen."""

    type: Literal["system"] = "system"
    action: Literal["secure_attention", "lock"]


ViewerInput = Annotated[
    PointerInput | ButtonInput | WheelInput | KeyInput | TextInput | ReleaseInput | SystemInput,
    Field(discriminator="type"),
]


class ChannelHeartbeat(Message):
    """Every second both ways; 3 s without one holds input and releases keys."""

    type: Literal["heartbeat"] = "heartbeat"
    at_ms: Annotated[float, Field(ge=0, allow_inf_nan=False)] = 0
    echo_ms: Annotated[float, Field(ge=0, allow_inf_nan=False)] | None = None


class MonitorInfo(Message):
    """One monitor: size and place in its computer's pixels; `scale` is how many of them a logical pixel has."""

    number: Annotated[int, Field(ge=1)]
    width: int
    height: int
    primary: bool = False
    x: int = 0
    y: int = 0
    scale: Annotated[float, Field(ge=0.5, le=8, allow_inf_nan=False)] = 1.0


class WindowInfo(Message):
    """One shared window; the rectangle is 0..1 of the picture. A closed window is told of once."""

    window: Annotated[int, Field(ge=1, le=2**53)]
    name: Annotated[str, Field(max_length=80)] = ""
    title: Annotated[str, Field(max_length=120)] = ""
    x: float
    y: float
    width: float
    height: float
    state: Literal["shown", "minimised", "hung", "closed"] = "shown"
    focused: bool = False


class Screen(Message):
    """What this viewer is shown: size of the picture in pixels, and what it consists of.

    `monitors` are all that the grant covers, `shown` the numbers of those in this picture; `windows` are the shared
    windows of an application share. `marks_in_picture` says that the picture already holds what is drawn.
    """

    type: Literal["screen"] = "screen"
    width: int
    height: int
    monitors: list[MonitorInfo]
    shown: list[int] = []
    surface: Literal["desktop", "application"] = "desktop"
    windows: Annotated[list[WindowInfo], Field(max_length=64)] = []
    marks_in_picture: bool = False


class Capture(Message):
    """What stands in the way of the picture; `live` ends it. A held picture is named, never a black rectangle."""

    type: Literal["capture"] = "capture"
    state: Literal[
        "live",
        "locked",
        "secure_prompt",
        "protected",
        "permission_missing",
        "waiting_for_portal",
        "minimised",
        "source_lost",
    ]


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
    """Who operates now: the owner, a viewer (participant id), or nobody."""

    type: Literal["driving"] = "driving"
    who: Literal["owner", "viewer", "nobody"]
    participant: PublicId | None = None


HeldReason = Literal[
    "none",
    "owner_input",
    "prompt",
    "own_window",
    "connection",
    "not_granted",
    "outside",
    "focus",
    "locked",
    "unsupported",
]


class Held(Message):
    """Input is dropped, and why; `none` ends it. `unsupported`: this computer does not allow what was asked for."""

    type: Literal["held"] = "held"
    reason: HeldReason


class Quality(Message):
    """Sender's figures of the last second, for the quality line; times in ms, `loss` 0..1, rates in kbit/s.

    `estimate_kbit` is what the link is believed to carry, `queue_ms` how long packets stand in its queue.
    """

    type: Literal["quality"] = "quality"
    frames_per_second: float
    kbit_per_second: float
    encode_ms: float
    limited_by: Literal["nothing", "cpu", "link", "viewer", "still"] = "nothing"
    mode: Literal["standard", "sampling"] = "standard"
    estimate_kbit: float | None = None
    queue_ms: float | None = None
    loss: float | None = None
    rtt_ms: float | None = None


Point = tuple[UnitCoordinate, UnitCoordinate]


class Mark(Message):
    """A pointer or a drawing on the shared picture, without control.

    Viewer → source with `participant` empty; the source names the author, picks `colour` (the customer colours of
    the design, one per author) and sends it to every viewer. A pen's later messages under the same `id` append their
    points; an arrow's or a box's replace them; a pointer has one point, and `done` takes it away. Marks fade after
    `MARK_SECONDS`, pointers after 3 s without news.
    """

    type: Literal["mark"] = "mark"
    id: PublicId
    kind: Literal["pointer", "pen", "arrow", "box"]
    points: Annotated[list[Point], Field(min_length=1, max_length=200)]
    done: bool = False
    participant: PublicId | None = None
    colour: Literal["a", "b", "c", "d", "e", "f"] | None = None


class MarksCleared(Message):
    """Viewer → source and source → viewers: the marks of `participant` are gone; None means everyone's."""

    type: Literal["marks_cleared"] = "marks_cleared"
    participant: PublicId | None = None


class Refresh(Message):
    """Viewer → source: send a whole picture now; the viewer changed over to this connection."""

    type: Literal["refresh"] = "refresh"


class ClipboardRead(Message):
    """Holder of `clipboard.to_csr` → source: send me the text of your clipboard, once."""

    type: Literal["clipboard_read"] = "clipboard_read"
    grant: PublicId
    epoch: Annotated[int, Field(ge=1)]


class ClipboardPart(Message):
    """One part of clipboard text, in order; at most `MAX_CLIPBOARD_CHARACTERS` together. One use ends the grant."""

    type: Literal["clipboard_part"] = "clipboard_part"
    grant: PublicId
    epoch: Annotated[int, Field(ge=1)]
    part: Annotated[int, Field(ge=0, le=MAX_CLIPBOARD_PARTS - 1)]
    parts: Annotated[int, Field(ge=1, le=MAX_CLIPBOARD_PARTS)]
    text: Annotated[str, Field(max_length=CLIPBOARD_PART_CHARACTERS)]


StateMessage = Annotated[
    ChannelHeartbeat
    | Screen
    | Capture
    | CursorShape
    | CursorPosition
    | Driving
    | Held
    | Quality
    | Mark
    | MarksCleared
    | Refresh
    | ClipboardRead
    | ClipboardPart,
    Field(discriminator="type"),
]

VIEWER_INPUT: TypeAdapter[ViewerInput] = TypeAdapter(ViewerInput)
STATE_MESSAGE: TypeAdapter[StateMessage] = TypeAdapter(StateMessage)
