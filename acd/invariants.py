"""The invariants of WebACD (spec: I1 to I12), read from `invariants.sql`."""

import re
from datetime import datetime
from pathlib import Path
from typing import Any

from django.db import connection

_SECTION = re.compile(r"^-- (COMMON|ALWAYS|QUIET) ?(.*)\n", re.MULTILINE)
_, *_PARTS = _SECTION.split(Path(__file__).with_suffix(".sql").read_text(encoding="utf-8"))
_COMMON = _PARTS[2]
# Each invariant: whether it holds only when nothing is due, its name, its statement.
INVARIANTS = [
    (kind == "QUIET", name, _COMMON + statement)
    for kind, name, statement in zip(_PARTS[3::3], _PARTS[4::3], _PARTS[5::3], strict=True)
]


def find_violations(site: int, now: datetime, *, quiet: bool) -> dict[str, list[tuple[Any, ...]]]:
    """Return the rows that break an invariant, by its name; empty where all hold.

    Args:
        site: the site's key.
        now: the time of the check.
        quiet: nothing is due; then those hold too that time breaks until the next tick.
    """
    found: dict[str, list[tuple[Any, ...]]] = {}
    with connection.cursor() as cursor:
        for only_quiet, name, statement in INVARIANTS:
            if only_quiet and not quiet:
                continue
            cursor.execute(statement, {"site": site, "now": now})
            rows = cursor.fetchall()
            if rows:
                found[name] = rows
    return found
