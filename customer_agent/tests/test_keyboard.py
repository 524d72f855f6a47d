"""The viewer's key decides, on every layout of the owner's computer and whatever locks are on there."""

import dataclasses
from itertools import count

import pytest
import xcffib.xkb

from customer_agent.control.gate import Verdict
from customer_agent.control.injector import X11Injector
from customer_agent.control.keysyms import character_of_keysym, keysyms_of_key
from customer_agent.control.layout import Key, KeyType, Layout, Stroke, group_of
from customer_agent.media.geometry import Rect
from customer_agent.media.x11 import connect, screen_of
from customer_agent.tests.listening import Listening
from customer_agent.tests.xserver import wait_until, x_server
from supportsite.protocol.channel import ButtonInput, KeyInput, ReleaseInput, SystemInput, TextInput

AREA = Rect(0, 0, 800, 600)
NUMBERS = count(1)
CAPS, NUM, GROUPS = 2, 16, 3 << 13
SHIFT, CONTROL, ALT, F1_CODE, KP_5_CODE, KP_ADD_CODE = 50, 37, 64, 67, 84, 86


def head():
    return {"grant": "grant-000001", "epoch": 1, "seq": next(NUMBERS)}


@dataclasses.dataclass
class Board:
    """The viewer's keyboard, at an injector."""

    injector: X11Injector

    def after_a_pause(self):
        """Let the next key read the layout again, without waiting."""
        self.injector._keyboard._key_at -= 5

    def press(self, key, code="", *, down=True):
        return self.apply(KeyInput(**head(), key=key, code=code, down=down))

    def apply(self, message):
        """Do it, and wait until the X server has: what it did can be asked for by others then."""
        verdict = self.injector.apply(message, AREA, bool)
        self.injector._connection.core.GetInputFocus().reply()
        return verdict

    def lift(self, key, code=""):
        return self.press(key, code, down=False)

    def tap(self, key, code=""):
        verdict = self.press(key, code)
        self.lift(key, code)
        return verdict


@pytest.fixture(scope="module")
def server():
    with x_server(800, 600) as running:
        yield running


@pytest.fixture
def layout(server):
    yield lambda *names: set_layout(server, *names)
    lock(server, modifiers=0)
    server.run("setxkbmap", "-layout", "us", "-variant", "", "-option", "")


def set_layout(server, layouts, variant="", group=0):
    server.run("setxkbmap", "-layout", layouts, "-variant", variant)
    lock(server, group=group)


def lock(server, *, modifiers=None, group=None):
    """Turn lock keys on (a mask) or choose the layout's group, as the owner did."""
    connection = connect(server.display)
    xkb = connection(xcffib.xkb.key)
    xkb.UseExtension(1, 0).reply()
    affect = 0 if modifiers is None else CAPS | NUM
    xkb.LatchLockState(0x100, affect, modifiers or 0, group is not None, group or 0, 0, False, 0)
    connection.core.GetInputFocus().reply()
    connection.disconnect()


@pytest.fixture
def board(server):
    injector = X11Injector(own_windows=set, display=server.display)
    yield Board(injector)
    injector.close()


@pytest.fixture
def typed(server, tmp_path):
    output = tmp_path / "typed"
    window = server.xterm(output, title=tmp_path.name, geometry="60x10+10+10")
    yield output
    server.run("xdotool", "windowkill", str(window))


@pytest.fixture
def listening(server):
    made = Listening(server, Rect(100, 100, 400, 300))
    made.connection.core.SetInputFocus(1, made.window, 0)
    made.connection.core.GetInputFocus().reply()
    yield made
    made.close()


def nothing_down(server):
    connection = connect(server.display)
    keys = connection.core.QueryKeymap().reply().keys
    mask = connection.core.QueryPointer(screen_of(connection).root).reply().mask
    connection.disconnect()
    return not any(keys) and not mask & ~(CAPS | NUM | GROUPS)


LAYOUTS = [
    ("us", "", 0),
    ("de", "", 0),
    ("fr", "", 0),
    ("jp", "", 0),
    ("gb", "intl", 0),
    ("us,ru", "", 1),
    ("us,de,ru,fr", "", 3),
    ("fr", "oss", 0),
    ("de", "neo", 0),
]
# Neo with Caps Lock on makes Shift itself Caps Lock, also under the owner's hands: no key of it means anything.
LOCKED_LAYOUTS = [names for names in LAYOUTS if names != ("de", "neo", 0)]
ON_LAYOUTS = [(names, 0) for names in LAYOUTS] + [
    (names, lock) for names in LOCKED_LAYOUTS for lock in (CAPS, CAPS | NUM)
]
CHARACTERS = "aZ09@#€{}[]|\\~^`'\"éÉßüÜñ?/<>!;:µй"


@pytest.mark.parametrize(
    ("names", "locks"), ON_LAYOUTS, ids=lambda part: part if isinstance(part, int) else "-".join(map(str, part))
)
def test_each_key_makes_its_character_on_any_layout(server, layout, board, typed, names, locks):
    layout(*names)
    lock(server, modifiers=locks)
    board.after_a_pause()
    for character in CHARACTERS:
        shifted = character.isupper() or character in '@#{}|~^"?<>!:'
        if shifted:  # as on the viewer's keyboard, whatever this one needs
            board.press("Shift", "ShiftLeft")
        assert board.tap(character, "KeyQ") is Verdict.PASS
        if shifted:
            board.lift("Shift", "ShiftLeft")
    board.tap("Enter", "Enter")
    wait_until(lambda: typed.read_text().endswith("\n"), what="the line")
    assert typed.read_text() == CHARACTERS + "\n"
    assert nothing_down(server)


@pytest.mark.parametrize("names", LAYOUTS, ids=lambda names: "-".join(map(str, names)))
def test_composed_text_arrives_on_any_layout(server, layout, board, typed, names):
    layout(*names)
    lock(server, modifiers=CAPS)
    board.after_a_pause()
    text = "Ab 1! 日本語テスト、ê ñ â € «ok» {x} привет ひらがな\n"
    assert board.apply(TextInput(**head(), text=text)) is Verdict.PASS
    wait_until(lambda: typed.read_text().endswith("\n"), what="the line")
    assert typed.read_text() == text
    assert nothing_down(server)


def test_a_layout_that_the_owner_changes_is_followed(server, layout, board, typed):
    layout("us")
    board.tap("y", "KeyY")
    layout("de")
    board.after_a_pause()
    board.tap("z", "KeyY")
    board.tap("Enter", "Enter")
    wait_until(lambda: typed.read_text().endswith("\n"), what="the line")
    assert typed.read_text() == "yz\n"


def test_a_held_key_repeats_as_the_same_character(server, layout, board, listening):
    layout("us")
    board.press("@", "BracketLeft")  # no Shift on the viewer's keyboard, but here
    events = []

    def repeated():
        events.extend(event for event in listening.events() if event[:2] == ("key", 11))
        return len(events) > 4

    wait_until(repeated, what="repetitions")
    assert {event[2] for event in events} == {1}, "each with Shift"
    board.lift("@", "BracketLeft")
    wait_until(lambda: nothing_down(server), what="all up")


def test_a_click_during_a_borrowed_modifier_is_without_it(server, layout, board, listening):
    layout("us")
    board.press("@", "BracketLeft")
    place = {"x": 0.3, "y": 0.3}
    board.apply(ButtonInput(**head(), **place, button=0, down=True))
    connection = connect(server.display)
    assert connection.core.QueryPointer(screen_of(connection).root).reply().mask == 1 << 8
    connection.disconnect()
    board.apply(ReleaseInput(**head()))
    assert nothing_down(server)


def test_shortcuts_follow_the_character_and_keep_their_modifiers(server, layout, board, listening):
    layout("fr")
    board.after_a_pause()
    board.press("Control", "ControlLeft")
    board.tap("a", "KeyA")  # where a French keyboard has q
    board.lift("Control", "ControlLeft")
    assert ("key", 24, 4) in listening.events()
    board.press("Shift", "ShiftLeft")
    board.tap("Tab", "Tab")
    board.tap("Home", "Home")
    board.lift("Shift", "ShiftLeft")
    events = [event for event in listening.events() if event[0] == "key"]
    assert [event[2] for event in events] == [0, 1, 1]


@pytest.mark.parametrize(("locks", "code"), [(NUM, KP_5_CODE), (0, 14)], ids=["on", "off"])
def test_the_number_pad_is_itself_where_num_lock_allows(server, layout, board, listening, locks, code):
    layout("us")
    lock(server, modifiers=locks)
    assert board.tap("5", "Numpad5") is Verdict.PASS
    assert ("key", code, locks) in listening.events()
    assert board.tap("+", "NumpadAdd") is Verdict.PASS
    assert ("key", KP_ADD_CODE, locks) in listening.events()


@pytest.mark.parametrize("key", ["Power", "Sleep", "AudioVolumeUp", "MediaPlayPause", "BrightnessUp", "Eject", "\x00"])
def test_media_and_power_keys_are_refused(board, listening, key):
    assert board.tap(key, key if len(key) > 1 else "") is Verdict.UNSUPPORTED
    assert listening.events() == []


def test_keys_that_switch_consoles_or_end_the_x_server_are_refused(server, layout, board, listening):
    server.run("setxkbmap", "-option", "terminate:ctrl_alt_bksp")
    board.press("Control", "ControlLeft")
    board.press("Alt", "AltLeft")
    listening.events()
    assert board.tap("F1", "F1") is Verdict.UNSUPPORTED
    board.after_a_pause()
    assert board.tap("Backspace", "Backspace") is Verdict.UNSUPPORTED
    assert listening.events() == []
    board.lift("Alt", "AltLeft")
    assert board.tap("F1", "F1") is Verdict.PASS
    assert ("key", F1_CODE, 4) in listening.events()


def test_the_owners_stop_key_cannot_be_pressed_by_a_viewer(board, listening):
    board.press("Control", "ControlLeft")
    board.press("Shift", "ShiftLeft")
    listening.events()
    assert board.tap("F12", "F12") is Verdict.OWN_WINDOW
    assert listening.events() == []


def test_dead_and_input_method_keys_are_left_to_the_text_that_follows(board, listening):
    for key in ("Dead", "Process", "Unidentified", ""):
        assert board.tap(key, "BracketLeft") is Verdict.PASS
    assert listening.events() == []


def test_keys_whose_end_command_swallowed_are_let_go_with_it(server, board):
    board.press("Meta", "MetaLeft")
    board.press("c", "KeyC")
    board.lift("Meta", "MetaLeft")
    assert nothing_down(server)


def test_ctrl_alt_del_is_pressed_as_keys_and_nothing_stays_down(server, layout, board, listening):
    board.press("Shift", "ShiftLeft")
    assert board.apply(SystemInput(**head(), action="secure_attention")) is Verdict.PASS
    assert [event[1:] for event in listening.events() if event[0] == "key"] == [
        (SHIFT, 0),
        (CONTROL, 0),
        (ALT, 4),
        (119, 12),
    ]
    assert nothing_down(server)


def test_old_and_new_names_of_a_character_are_one():
    assert [character_of_keysym(keysym) for keysym in (0x6CA, 0x7E1, 0x1E6, 0x20AC, 0x10020AC, 0xE9)] == list(
        "йαćと€é".replace("と", "€")
    )
    assert character_of_keysym(0xFF0D) is None
    assert keysyms_of_key("5", "Numpad5") == [0xFFB5, ord("5")]
    assert keysyms_of_key("Shift", "ShiftRight") == [0xFFE2]
    assert keysyms_of_key("F25", "F25") == keysyms_of_key("LaunchMail", "LaunchMail") == []


ALPHABETIC = KeyType.of(3, {1: 1, 2: 1})
TWO_LEVELS = KeyType.of(1, {1: 1})
LEVEL3 = KeyType.of(0x83, {1: 1, 2: 1, 0x80: 2, 0x82: 2, 0x81: 3, 0x83: 3}, {0x82: 2, 0x83: 2})
SMALL = Layout(
    [
        Key(24, ALPHABETIC, [ord("q"), ord("Q")]),
        Key(11, TWO_LEVELS, [ord("2"), ord('"')]),
        Key(26, LEVEL3, [ord("e"), ord("E"), 0x20AC, ord("é")]),
    ]
)


@pytest.mark.parametrize(
    ("character", "now", "stroke"),
    [
        ("q", 0, Stroke(24)),
        ("Q", 0, Stroke(24, press=1)),
        ("q", CAPS, Stroke(24, press=1)),
        ("Q", CAPS, Stroke(24)),
        ("Q", CAPS | 1, Stroke(24, lift=1)),
        ('"', CAPS, Stroke(11, press=1)),
        ("2", 1, Stroke(11, lift=1)),
        ("€", 1, Stroke(26, press=0x80, lift=1)),
        ("€", 4, Stroke(26, press=0x80)),
        ("€", CAPS, Stroke(26, press=0x80)),
        ("é", 0, Stroke(26, press=0x81)),
        ("é", CAPS, Stroke(26, press=0x81, lift=CAPS)),  # or programs make a capital of it
    ],
)
def test_the_fewest_modifiers_are_changed(character, now, stroke):
    keysym = 0x10020AC if character == "€" else ord(character)
    assert SMALL.find(keysym, now=now, can_press=0x81, can_lift=1 | CAPS) == stroke


def test_what_cannot_be_made_with_these_modifiers_is_not_found():
    assert SMALL.find(ord("2"), now=1, can_press=0x81, can_lift=0) is None
    assert SMALL.find(ord("Q"), now=0, can_press=0, can_lift=0) is None
    assert SMALL.find(ord("x"), now=0, can_press=0x81, can_lift=1) is None


@pytest.mark.parametrize(
    ("info", "group", "used"), [(0, 0, None), (1, 3, 0), (2, 1, 1), (3, 3, 0), (0x42, 3, 1), (0x92, 3, 1), (0xA2, 3, 0)]
)
def test_a_key_with_fewer_groups_uses_the_one_that_xkb_says(info, group, used):
    assert group_of(info, group) == used
