"""Where other apps add their own hash chains to `manage.py verify_audit`."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from accounts.models import Site


@dataclass(frozen=True)
class Fault:
    """A place where a log is not what it was: which chain, from which line on, and what is wrong."""

    chain: str
    line: int
    problem: str


ChainCheck = Callable[[Site], Iterable[Fault]]

CHAIN_CHECKS: list[ChainCheck] = []


def register_chain_check(check: ChainCheck) -> ChainCheck:
    """Have `check` called for each site, inside its scope; it yields the faults that it finds. A decorator."""
    CHAIN_CHECKS.append(check)
    return check
