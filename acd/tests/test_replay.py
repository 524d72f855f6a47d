"""`acd_replay`: the real router over a trace; waits are those of theory, customer by customer and on average."""

import csv
import heapq
import io
import json
import math
import random
import statistics

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from acd.erlang import ErlangA, ErlangC
from acd.models import Queue
from acd.routing import Strategy
from acd.services.replaying import replay
from acd.traces import COLUMNS, Arrival, TraceCsr, TraceError, read_csrs, read_trace

pytestmark = pytest.mark.django_db


def trace(rows):
    return [",".join(COLUMNS), *(",".join(map(str, row)) for row in rows)]


def poisson(seed, *, count, rate, service_s, patience_s=None):
    """Customers who come by a Poisson process, with exponential service and patience."""
    source, at = random.Random(seed), 0.0
    arrivals = []
    for number in range(count):
        at += source.expovariate(rate)
        service = source.expovariate(1 / service_s)
        patience = None if patience_s is None else round(source.expovariate(1 / patience_s) * 1000)
        arrivals.append(Arrival(f"c{number}", round(at * 1000), round(service * 1000), "q", 0, patience))
    return arrivals


def csrs(count):
    return [TraceCsr(f"csr{number}", 1, ("q",)) for number in range(count)]


def first_come_first_served(arrivals, servers):
    """The waits (ms) of a queue with so many servers, each customer taken by whoever is free first."""
    free, waits = [0] * servers, []
    for arrival in arrivals:
        start = max(arrival.arrival_ms, heapq.heappop(free))
        waits.append(start - arrival.arrival_ms)
        heapq.heappush(free, start + arrival.service_ms)
    return waits


@pytest.mark.parametrize("strategy", [strategy.value for strategy in Strategy])
def test_with_no_delay_every_customer_waits_as_long_as_first_come_first_served_says(strategy):
    arrivals = poisson(7, count=150, rate=0.5, service_s=5.5)
    done = replay(arrivals, csrs(3), strategy=strategy)
    waits = [row.answered_ms - row.arrival.arrival_ms for row in done.rows]
    assert waits == first_come_first_served(arrivals, 3)
    assert max(waits) > 5000


def mean_interval(values):
    """The mean of independent replications and half the width of its 99.8 % interval (Student, 5 degrees)."""
    return statistics.mean(values), 5.893 * statistics.stdev(values) / math.sqrt(len(values))


def replications(servers, **stream):
    """Mean wait (s) and part that left, of six replications without their first tenth."""
    waits, left = [], []
    for seed in range(6):
        rows = replay(poisson(seed, **stream), csrs(servers)).rows[stream["count"] // 10 :]
        over = [(row.answered_ms if row.left_ms is None else row.left_ms) - row.arrival.arrival_ms for row in rows]
        waits.append(statistics.mean(over) / 1000)
        left.append(sum(row.outcome == "abandoned" for row in rows) / len(rows))
    return waits, left


@pytest.mark.parametrize(("servers", "load"), [(1, 0.5), (2, 0.65), (4, 0.75), (8, 0.8)])
def test_poisson_arrivals_wait_as_long_as_erlang_c_says(servers, load):
    rate = servers * load / 60
    waits, _ = replications(servers, count=300, rate=rate, service_s=60)
    mean, half = mean_interval(waits)
    expected = ErlangC(rate=rate, service_s=60, servers=servers).mean_wait_s
    assert abs(mean - expected) <= half, (mean, half, expected)


@pytest.mark.parametrize(("servers", "load", "patience"), [(2, 1.0, 60), (4, 1.2, 90), (8, 1.1, 40)])
def test_impatient_customers_wait_and_leave_as_erlang_a_says(servers, load, patience):
    rate = servers * load / 60
    waits, left = replications(servers, count=300, rate=rate, service_s=60, patience_s=patience)
    theory = ErlangA(rate=rate, service_s=60, servers=servers, patience_s=patience)
    for values, expected in ((waits, theory.mean_wait_s), (left, theory.abandon_probability)):
        mean, half = mean_interval(values)
        assert abs(mean - expected) <= half, (mean, half, expected)


@pytest.fixture
def files(tmp_path):
    def write(rows, people):
        (tmp_path / "trace.csv").write_text("\n".join(trace(rows)) + "\n")
        (tmp_path / "csrs.json").write_text(json.dumps(people))
        return tmp_path

    return write


def run(folder, *more):
    out = io.StringIO()
    paths = ("--trace", str(folder / "trace.csv"), "--csrs", str(folder / "csrs.json"))
    call_command("acd_replay", *paths, "--out", str(folder / "out.csv"), *more, stdout=out)
    with (folder / "out.csv").open(newline="") as file:
        return list(csv.DictReader(file)), out.getvalue(), (folder / "out.csv").read_bytes()


def test_the_command_writes_every_customer_and_every_figure_and_leaves_nothing_behind(site, files):
    people = [{"csr": "a", "capacity": 1, "queues": ["q"]}]
    folder = files([("x", 0, 10, "q", 0, ""), ("y", "1.5", 10, "q", 0, ""), ("z", 2, 10, "q", 0, 3)], people)
    rows, figures, raw = run(folder)
    assert [(row["contact"], row["csr"], row["offered_s"], row["answered_s"], row["wait_s"]) for row in rows] == [
        ("x", "a", "0.000", "0.000", "0.000"),
        ("y", "a", "10.000", "10.000", "8.500"),
        ("z", "", "", "", "3.000"),
    ]
    assert [row["outcome"] for row in rows] == ["answered", "answered", "abandoned"]
    assert "  abandoned 1\n" in figures
    assert "  service_level.asterisk 1\n" in figures
    assert "  occupancy 1\n" in figures
    assert run(folder)[2] == raw, "the same input gives the same bytes"
    assert not Queue.objects.exists()
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM acd_replay.acd_acdevent")
        assert cursor.fetchone()[0] == 0


def test_csrs_who_let_it_ring_answer_so_much_later(files):
    people = [{"csr": "a", "capacity": 2, "queues": ["q"]}]
    rows, _, _ = run(files([("x", 0, 1, "q", 0, ""), ("y", 0, 1, "q", 0, "")], people), "--accept-delay", "30.25")
    assert [row["answered_s"] for row in rows] == ["30.250", "30.250"]


def test_who_has_more_priority_goes_first(files):
    people = [{"csr": "a", "capacity": 1, "queues": ["q"]}]
    rows, _, _ = run(files([("x", 0, 9, "q", 0, ""), ("y", 1, 9, "q", 0, ""), ("z", 2, 9, "q", 5, "")], people))
    assert [row["wait_s"] for row in rows] == ["0.000", "17.000", "7.000"]


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (("x", "-1", 1, "q", 0, ""), "line 2, arrival_s"),
        (("x", "1e3", 1, "q", 0, ""), "line 2, arrival_s"),
        (("x", 0, "nan", "q", 0, ""), "line 2, service_s"),
        (("x", 0, 1, "", 0, ""), "line 2, queue"),
        (("x", 0, 1, "q", 10, ""), "line 2, priority"),
        (("x", 0, 1, "q", 0, "soon"), "line 2, patience_s"),
        (("x", 0, 1, "q"), "line 2: there must be 6 values"),
    ],
)
def test_what_cannot_be_replayed_is_refused_with_line_and_column(row, said):
    with pytest.raises(TraceError, match=said):
        read_trace(trace([row]))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{}",
        "[]",
        '[{"csr": "a"}]',
        '[{"csr": "a", "capacity": 0, "queues": ["q"]}]',
        '[{"csr": "a", "capacity": true, "queues": []}]',
    ],
)
def test_csrs_that_cannot_be_are_refused(text):
    with pytest.raises(TraceError):
        read_csrs(text)


def test_a_missing_file_is_said_in_one_line(tmp_path):
    with pytest.raises(CommandError, match="No such file"):
        call_command("acd_replay", "--trace", str(tmp_path / "none"), "--csrs", str(tmp_path / "none"))
