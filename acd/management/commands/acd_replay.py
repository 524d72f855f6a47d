"""Replay a trace through the real router."""

import csv
from argparse import ArgumentParser
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from acd.metrics import CsrFigures, QueueFigures
from acd.routing import Strategy
from acd.services.replay_figures import measure_replay
from acd.services.replaying import Replay, Replayed, replay
from acd.traces import COLUMNS, TraceError, milliseconds, read_csrs, read_trace

EXAMPLE = '[{"csr": "a", "capacity": 1, "queues": ["q"]}]'
HEADER = ("contact", "csr", "queue", "offered_s", "answered_s", "wait_s", "outcome")


class Command(BaseCommand):
    """Answers what-if questions; leaves nothing behind."""

    help = "Run the real router over a trace on a virtual clock, exact to 1 ms; the same input, the same result."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Name the files and what may differ."""
        parser.add_argument("--trace", required=True, type=Path, help=f"CSV: {','.join(COLUMNS)}")
        parser.add_argument("--csrs", required=True, type=Path, help=f"JSON: {EXAMPLE}")
        parser.add_argument("--accept-delay", default="0", metavar="S", help="seconds until a CSR accepts (default 0)")
        parser.add_argument("--out", type=Path, help=f"CSV to write: {','.join(HEADER)}")
        parser.add_argument("--strategy", default=Strategy.MOST_IDLE.value, choices=[one.value for one in Strategy])
        parser.add_argument("--service-level", type=float, default=20, metavar="S", help="answered within (default 20)")
        parser.add_argument("--short-abandon", type=float, default=5, metavar="S", help="left so early counts as short")

    def handle(self, *args: Any, **options: Any) -> None:
        """Replay, write the customers, print the figures."""
        try:
            with options["trace"].open(encoding="utf-8-sig", newline="") as file:
                arrivals = read_trace(file)
            csrs = read_csrs(options["csrs"].read_text(encoding="utf-8"))
            delay = milliseconds(options["accept_delay"], "--accept-delay")
        except (TraceError, OSError, UnicodeDecodeError) as error:
            raise CommandError(str(error)) from None
        done = replay(arrivals, csrs, accept_delay_ms=delay, strategy=options["strategy"])
        if options["out"]:
            _write(options["out"], done)
        figures = measure_replay(done, csrs, within_s=options["service_level"], short_s=options["short_abandon"])
        for title, one in figures:
            self.stdout.write(f"{title}\n" + "\n".join(_lines(one)) + "\n")


def _write(path: Path, done: Replay) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(HEADER)
        writer.writerows(_row(row, done.end_ms) for row in done.rows)


def _row(row: Replayed, end_ms: int) -> tuple[str, ...]:
    over = row.answered_ms if row.answered_ms is not None else row.left_ms if row.left_ms is not None else end_ms
    wait = _seconds(over - row.arrival.arrival_ms)
    return (
        row.arrival.contact,
        row.csr,
        row.arrival.queue,
        _seconds(row.offered_ms),
        _seconds(row.answered_ms),
        wait,
        row.outcome,
    )


def _seconds(ms: int | None) -> str:
    return "" if ms is None else f"{ms // 1000}.{ms % 1000:03d}"


def _lines(figures: QueueFigures | CsrFigures, prefix: str = "  ") -> list[str]:
    """Return each figure as `name value`; a part of nothing is a dash."""
    lines: list[str] = []
    for one in fields(figures):
        value = getattr(figures, one.name)
        if is_dataclass(value):
            lines += _lines(value, f"{prefix}{one.name}.")  # type: ignore[arg-type]
        else:
            shown = "-" if value is None else f"{value:.6g}" if isinstance(value, float) else str(value)
            lines.append(f"{prefix}{one.name} {shown}")
    return lines
