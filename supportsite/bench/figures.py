"""Figures of a benchmark: percentiles, and the file that `dev.py bench` prints."""

import json
import math
import os
import platform
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any


def percentile(values: Sequence[float], part: float) -> float:
    """Return the nearest-rank percentile; `part` is 0..1. Raises ValueError for no values."""
    if not values:
        raise ValueError("nothing was measured")
    ordered = sorted(values)
    return ordered[max(0, math.ceil(part * len(ordered)) - 1)]


class Figures:
    """Collects figures and writes them."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._figures: dict[str, dict[str, Any]] = {}

    def add(self, key: str, value: float, unit: str, n: int) -> None:
        """Add one figure from `n` samples."""
        self._figures[key] = {"value": round(value, 1), "unit": unit, "n": n}

    def add_latencies(self, prefix: str, milliseconds: Sequence[float]) -> None:
        """Add `prefix`p50_ms and `prefix`p95_ms."""
        self.add(f"{prefix}p50_ms", percentile(milliseconds, 0.5), "ms", len(milliseconds))
        self.add(f"{prefix}p95_ms", percentile(milliseconds, 0.95), "ms", len(milliseconds))

    def write(self) -> None:
        """Write the file named by $BENCH_OUT."""
        result = {
            "name": self._name,
            "at": datetime.now(UTC).isoformat(timespec="seconds"),
            "machine": f"{os.cpu_count()} cores, {platform.system()} {platform.machine()}, {_processor()}",
            "figures": self._figures,
        }
        Path(os.environ["BENCH_OUT"]).write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")


def _processor() -> str:
    information = Path("/proc/cpuinfo")
    if information.exists():
        for line in information.read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or "unknown processor"
