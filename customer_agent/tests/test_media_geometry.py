"""Rectangles: even, inside, complete."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from customer_agent.media.capture import merge_boxes
from customer_agent.media.geometry import Monitor, Rect, shared_area

AREA = Rect(10, 20, 400, 300)
sides = st.integers(1, 500)
boxes = st.builds(Rect, st.integers(-50, 500), st.integers(-50, 500), sides, sides)


@given(st.lists(boxes, max_size=10))
def test_merged_boxes_cover_the_damage_and_stay_even_and_inside(damage):
    merged = merge_boxes(damage, AREA)
    for box in merged:
        assert (box.x % 2, box.y % 2, box.width % 2, box.height % 2) == (0, 0, 0, 0)
        assert 0 <= box.x < box.right <= AREA.width
        assert 0 <= box.y < box.bottom <= AREA.height
    for part in damage:
        inside = part.intersection(AREA)
        if inside is None:
            continue
        inside = inside.moved(-AREA.x, -AREA.y)
        corners = ((inside.x, inside.y), (inside.right - 1, inside.bottom - 1))
        for x, y in corners:
            assert any(box.x <= x < box.right and box.y <= y < box.bottom for box in merged)
    assert sum(box.area for box in merged) <= AREA.area


def test_the_shared_area_is_that_of_the_chosen_monitors():
    monitors = [Monitor(1, Rect(0, 0, 1920, 1080), primary=True), Monitor(2, Rect(1920, 0, 1365, 767), primary=False)]
    assert shared_area(monitors, []) == Rect(0, 0, 3284, 1080)
    assert shared_area(monitors, [2]) == Rect(1920, 0, 1364, 766)
    with pytest.raises(ValueError, match="no such monitor"):
        shared_area(monitors, [3])


@given(st.floats(0, 1), st.floats(0, 1))
def test_unit_coordinates_stay_inside(x, y):
    px, py = AREA.point_at(x, y)
    assert AREA.x <= px < AREA.right
    assert AREA.y <= py < AREA.bottom
