"""The relay's frames: the browser's tests read the same bytes."""

import pytest

from supportsite.protocol.relay import MAX_RELAY_PART_BYTES, read_part, read_text, split_picture, write_text


def test_a_picture_is_written_as_browsers_read_it():
    (frame,) = split_picture(number=7, key=True, pts=90_000, data=bytes.fromhex("000000016742c028da01e0"))
    assert frame.hex() == "0300000000070000000000015f90" + "000000016742c028da01e0"
    part = read_part(frame)
    assert (part.number, part.part, part.key, part.last, part.pts) == (7, 0, True, True, 90_000)


def test_parts_are_as_large_as_a_frame_may_be():
    frames = list(split_picture(number=1, key=True, pts=0, data=b"x" * (MAX_RELAY_PART_BYTES + 5)))
    assert [len(frame) <= MAX_RELAY_PART_BYTES for frame in frames] == [True, True]
    assert [read_part(frame).last for frame in frames] == [False, True]


@pytest.mark.parametrize("frame", [b"", b"\0" * 14, b"\x04" + b"\0" * 20, b"\0\x09" + b"\0" * 20])
def test_what_no_source_sends_is_refused(frame):
    with pytest.raises(ValueError, match=r"size|header"):
        read_part(frame)


def test_text_frames_are_a_word_and_a_body():
    assert read_text(write_text("ack", "7")) == ("ack", "7")
    assert read_text("key") == ("key", "")
    with pytest.raises(ValueError, match="size"):
        read_text("state " + "あ" * 30_000)
