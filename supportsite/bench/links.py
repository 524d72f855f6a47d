"""The desktop over emulated links, for the benchmark: the pipeline and a browser at the far end, one run after another.

Each run is a program of its own (`link_trial`), so that nothing of the product's benchmark shares its event loop.
"""

import json
import subprocess
import sys

from supportsite.bench.figures import Figures
from supportsite.bench.link import LinkError, require_root

WORKLOADS = ("static", "scroll", "input", "readable", "healing")
UNITS = {"_ms": "ms", "_kbit": "kbit/s", "kbit_s": "kbit/s", "_s": "1/s", "healed_s": "s"}
RUN_SECONDS = 180


def measure_links(figures: Figures) -> None:
    """Add `link1.` and `link2.` figures; without root there are none, and it says so."""
    try:
        require_root()
    except LinkError as error:
        print(f"· no emulated links: {error}", flush=True)
        return
    for link in ("link1", "link2"):
        for workload in WORKLOADS:
            print(f"· {link}: {workload}", flush=True)
            command = [sys.executable, "-m", "supportsite.bench.link_trial", link, workload]
            done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True, timeout=RUN_SECONDS)
            for key, value in json.loads(done.stdout).items():
                prefix = f"{link}." if workload in ("input", "readable", "healing") else f"{link}.{workload}."
                if workload == "input" and not key.startswith("input"):
                    continue
                figures.add(prefix + key, value, _unit(key), 1)


def _unit(key: str) -> str:
    return next((UNITS[end] for end in sorted(UNITS, key=len, reverse=True) if key.endswith(end)), "")
