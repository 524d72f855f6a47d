"""Clipboard text crosses once, whole, in both directions; anything else is a clear fault."""

import os
import subprocess

import pytest
import xcffib.xproto

from customer_agent.control.clipboard import ClipboardError, open_clipboard
from customer_agent.media.x11 import connect, screen_of
from customer_agent.tests.xserver import wait_until, x_server
from supportsite.protocol.channel import MAX_CLIPBOARD_CHARACTERS

TEXTS = ["plain", "日本語 ääöß 🙂\n二行目\tend", "x" * 300_000, "語" * MAX_CLIPBOARD_CHARACTERS]


@pytest.fixture(scope="module")
def server():
    with x_server(640, 480) as running:
        yield running


@pytest.fixture
def clipboard(server):
    made = open_clipboard(server.display)
    yield made
    made.close()


def xclip(server, *arguments):
    """Run xclip to read."""
    return subprocess.run(
        ["xclip", "-selection", "clipboard", *arguments],
        env={**os.environ, "DISPLAY": server.display},
        check=False,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        timeout=20,
    )


def copy(server, text, *arguments):
    """Copy as another program does; xclip ends before the child that it leaves behind owns the clipboard."""
    before = owner(server)
    subprocess.run(
        ["xclip", "-selection", "clipboard", "-in", *arguments],
        env={**os.environ, "DISPLAY": server.display},
        input=text,
        check=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        timeout=20,
    )
    wait_until(lambda: owner(server) not in (0, before), what="the new owner")


def owner(server):
    connection = connect(server.display)
    try:
        atom = connection.core.InternAtom(False, 9, "CLIPBOARD").reply().atom
        return connection.core.GetSelectionOwner(atom).reply().owner
    finally:
        connection.disconnect()


def empty(server):
    connection = connect(server.display)
    atom = connection.core.InternAtom(False, 9, "CLIPBOARD").reply().atom
    connection.core.SetSelectionOwner(0, atom, 0)
    connection.core.GetInputFocus().reply()
    connection.disconnect()


@pytest.mark.parametrize("text", TEXTS, ids=["short", "mixed", "long", "longest"])
def test_what_another_program_copied_is_read(server, clipboard, text):
    copy(server, text.encode())
    assert clipboard.read_text() == text


@pytest.mark.parametrize("text", TEXTS, ids=["short", "mixed", "long", "longest"])
def test_what_is_written_can_be_pasted_more_than_once(server, clipboard, text):
    clipboard.write_text(text)
    for _ in range(2):
        assert xclip(server, "-out", "-target", "UTF8_STRING").stdout.decode() == text
    assert clipboard.read_text() == text


def test_old_programs_get_latin_1(server, clipboard):
    clipboard.write_text("naïve 日")
    assert xclip(server, "-out", "-target", "STRING").stdout == "naïve ?".encode("latin1")


def test_a_later_copy_elsewhere_takes_the_clipboard_over(server, clipboard):
    clipboard.write_text("ours")
    copy(server, b"theirs")
    assert clipboard.read_text() == "theirs"
    clipboard.write_text("ours again")
    assert xclip(server, "-out").stdout == b"ours again"


def test_what_was_written_leaves_with_the_program(server, clipboard):
    clipboard.write_text("secret")
    clipboard.close()
    assert owner(server) == 0


def fault(call, *arguments):
    with pytest.raises(ClipboardError) as caught:
        call(*arguments)
    return caught.value.code


def test_an_empty_clipboard_is_said_to_be_empty(server, clipboard):
    empty(server)
    assert fault(clipboard.read_text) == "empty"
    copy(server, b"")
    assert fault(clipboard.read_text) == "empty"
    assert fault(clipboard.write_text, "") == "empty"


def test_a_picture_is_not_text(server, clipboard):
    copy(server, b"\x89PNG", "-target", "image/png")
    assert fault(clipboard.read_text) == "not_text"


def test_too_much_is_refused_whole(server, clipboard):
    copy(server, b"y" * 2001)
    assert fault(clipboard.read_text, 2000) == "too_large"
    copy(server, "語".encode() * (MAX_CLIPBOARD_CHARACTERS * 2))
    assert fault(clipboard.read_text) == "too_large"
    clipboard.write_text("before")
    assert fault(clipboard.write_text, "z" * (MAX_CLIPBOARD_CHARACTERS + 1)) == "too_large"
    assert clipboard.read_text() == "before"


def test_an_owner_that_does_not_answer_is_named(server, clipboard):
    connection = connect(server.display)
    window = connection.generate_id()
    screen = screen_of(connection)
    connection.core.CreateWindow(0, window, screen.root, 0, 0, 1, 1, 0, 2, 0, 0, [])
    atom = connection.core.InternAtom(False, 9, "CLIPBOARD").reply().atom
    connection.core.SetSelectionOwner(window, atom, 0)
    connection.core.GetInputFocus().reply()
    assert fault(clipboard.read_text) == "unavailable"
    connection.disconnect()


def test_without_a_display_the_clipboard_is_unavailable():
    clipboard = open_clipboard(":9999")
    assert fault(clipboard.read_text) == "unavailable"
    assert fault(clipboard.write_text, "x") == "unavailable"


def test_a_program_that_vanishes_in_the_middle_of_a_long_text_harms_nobody(server, clipboard):
    clipboard.write_text("x" * 1_000_000)
    connection = connect(server.display)
    core, window = connection.core, connection.generate_id()
    core.CreateWindow(0, window, screen_of(connection).root, 0, 0, 1, 1, 0, 2, 0, 0, [])
    atoms = [core.InternAtom(False, len(name), name).reply().atom for name in ("CLIPBOARD", "UTF8_STRING", "PART")]
    core.ConvertSelection(window, *atoms, 0)
    core.GetInputFocus().reply()
    wait_until(lambda: isinstance(connection.poll_for_event(), xcffib.xproto.SelectionNotifyEvent), what="the answer")
    core.DeleteProperty(window, atoms[2])
    connection.disconnect()
    assert clipboard.read_text() == "x" * 1_000_000
