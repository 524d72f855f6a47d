"""A benchmark that computes wrongly is worse than none."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supportsite.bench.comparing import latencies
from supportsite.bench.figures import Figures, percentile


@given(st.lists(st.floats(0, 1000), min_size=1, max_size=50), st.floats(0, 1))
def test_a_percentile_is_one_of_the_values_with_enough_below_it(values, part):
    found = percentile(values, part)
    assert found in values
    assert sum(value <= found for value in values) >= part * len(values) - 1e-9


def test_no_values_have_no_percentile():
    with pytest.raises(ValueError, match="nothing"):
        percentile([], 0.5)


def test_latency_is_from_the_last_painting_of_a_value_before_it_was_seen():
    painted = [(1, 1000.0), (2, 1100.0), (1, 9000.0)]
    assert latencies(painted, [(1, 1020.0), (2, 1150.0), (7, 1200.0), (1, 9030.0)]) == [20.0, 50.0, 30.0]


def test_an_update_that_was_never_painted_or_ages_ago_does_not_count():
    assert latencies([(1, 1000.0)], [(1, 900.0), (1, 60_000.0)]) == []


def test_the_file_has_the_shape_that_dev_py_prints(tmp_path, monkeypatch):
    monkeypatch.setenv("BENCH_OUT", str(tmp_path / "x.json"))
    figures = Figures("x")
    figures.add_latencies("input_", [3.0, 1.0, 2.0])
    figures.write()
    result = json.loads((tmp_path / "x.json").read_text())
    assert set(result) == {"name", "at", "machine", "figures"}
    assert result["figures"]["input_p50_ms"] == {"value": 2.0, "unit": "ms", "n": 3}
