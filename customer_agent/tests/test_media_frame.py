"""The picture of shared windows always holds them, moves with them, and changes its size seldom."""

from hypothesis import given
from hypothesis import strategies as st

from customer_agent.media.frame import SHRINK_AFTER_SECONDS, Frame, contains
from customer_agent.media.geometry import Rect, bounding_box

SCREEN = Rect(0, 0, 1920, 1080)
RECTS = st.builds(Rect, st.integers(-100, 1800), st.integers(-100, 1000), st.integers(1, 900), st.integers(1, 700))


def test_a_moved_window_keeps_the_size_and_takes_the_picture_along():
    frame = Frame(SCREEN)
    frame.follow(Rect(100, 100, 401, 300), Rect(100, 100, 401, 300), 0)
    assert frame.area == Rect(100, 100, 402, 300)
    frame.follow(Rect(500, 333, 401, 300), Rect(500, 333, 401, 300), 1)
    assert frame.area == Rect(500, 333, 402, 300)


def test_a_menu_that_sticks_out_fits_at_once_and_its_room_is_given_back_late():
    frame, window, menu = Frame(SCREEN), Rect(100, 100, 400, 300), Rect(450, 350, 200, 250)
    frame.follow(window, window, 0)
    frame.follow(window, bounding_box([window, menu]), 10)
    assert frame.area == Rect(100, 100, 550, 500)
    frame.follow(window, window, 11)
    assert frame.area == Rect(100, 100, 550, 500)
    assert not frame.shrink(11 + SHRINK_AFTER_SECONDS - 0.1)
    assert frame.shrink(11 + SHRINK_AFTER_SECONDS)
    assert frame.area == window
    assert frame.due is None


def test_a_window_being_resized_changes_the_pictures_size_seldom():
    frame, sizes = Frame(SCREEN), set()
    for step in range(600):
        window = Rect(100, 100, 400 + step, 300)
        frame.follow(window, window, step / 60)
        sizes.add((frame.area.width, frame.area.height))
    assert len(sizes) < 12


@given(st.lists(st.tuples(RECTS, st.none() | RECTS, st.floats(0, 8)), min_size=1, max_size=20))
def test_all_that_is_shown_is_in_the_picture_and_its_sides_are_even(steps):
    frame, now = Frame(SCREEN), 0.0
    limit = Rect(-960, -540, 3840, 2160)
    for window, menu, seconds in steps:
        now += seconds
        everything = window if menu is None else bounding_box([window, menu])
        frame.follow(window, everything, now)
        frame.shrink(now)
        visible = everything.intersection(limit)
        assert visible is not None
        assert contains(frame.area, visible)
        assert frame.area.width % 2 == frame.area.height % 2 == 0
