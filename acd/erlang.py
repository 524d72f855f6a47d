"""Queueing theory: what waits are to be expected. Pure; rates are per second, times seconds.

Sources: A. K. Erlang 1917, as in Cooper, Introduction to Queueing Theory, 2nd ed. 1981, ch. 3 (Erlang B and C);
Palm 1957, as in Mandelbaum & Zeltyn, "Service Engineering in Action: the Palm/Erlang-A Queue", 2007 (Erlang A);
Cobham, Operations Research 2(1) 1954 (priorities without preemption).
"""

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass


def erlang_b(servers: int, load: float) -> float:
    """Return the part of customers who find all servers taken where nobody waits; `load` = rate * service time."""
    blocked = 1.0
    for number in range(1, servers + 1):
        blocked = load * blocked / (number + load * blocked)
    return blocked


@dataclass(frozen=True)
class ErlangC:
    """A queue without abandonment: Poisson arrivals, exponential service, first come, first served."""

    rate: float
    service_s: float
    servers: int

    def __post_init__(self) -> None:
        if self.load >= self.servers:
            raise ValueError("more work comes than the servers can do")

    @property
    def load(self) -> float:
        """Erlangs offered."""
        return self.rate * self.service_s

    @property
    def wait_probability(self) -> float:
        """The part of customers who wait at all."""
        blocked = erlang_b(self.servers, self.load)
        return self.servers * blocked / (self.servers - self.load * (1 - blocked))

    @property
    def mean_wait_s(self) -> float:
        """Average speed of answer, over all customers."""
        return self.wait_probability * self.service_s / (self.servers - self.load)

    @property
    def mean_waiting(self) -> float:
        """Customers in the line, on average."""
        return self.rate * self.mean_wait_s

    def service_level(self, within_s: float) -> float:
        """Return the part answered within a time."""
        return 1 - self.wait_probability * math.exp(-(self.servers - self.load) * within_s / self.service_s)

    def wait_quantile(self, part: float) -> float:
        """Return the time within which this part of all customers is answered."""
        ratio = self.wait_probability / (1 - part)
        return max(0.0, math.log(ratio)) * self.service_s / (self.servers - self.load)


@dataclass(frozen=True)
class ErlangA:
    """A queue whose customers leave after an exponential time of patience (mean `patience_s`)."""

    rate: float
    service_s: float
    servers: int
    patience_s: float

    def _states(self) -> list[float]:
        """The probabilities of 0, 1, 2, … customers in the system; cut off where nothing is left."""
        weights, total, number = [1.0], 1.0, 0
        while number <= self.servers or weights[-1] > total * 1e-15:
            number += 1
            left = min(number, self.servers) / self.service_s + max(number - self.servers, 0) / self.patience_s
            weights.append(weights[-1] * self.rate / left)
            total += weights[-1]
            if total > 1e200:
                weights, total = [weight / total for weight in weights], 1.0
        return [weight / total for weight in weights]

    @property
    def wait_probability(self) -> float:
        """The part of customers who find all servers taken."""
        return sum(self._states()[self.servers :])

    @property
    def mean_waiting(self) -> float:
        """Customers in the line, on average."""
        return sum(
            (number - self.servers) * part for number, part in enumerate(self._states()) if number > self.servers
        )

    @property
    def mean_wait_s(self) -> float:
        """Time in the line of all customers, whether answered or gone."""
        return self.mean_waiting / self.rate

    @property
    def abandon_probability(self) -> float:
        """The part of customers who leave before they are answered."""
        return self.mean_waiting / self.patience_s / self.rate


def priority_waits(rates: Sequence[float], service_s: float, servers: int) -> list[float]:
    """Return the mean wait of each class, most urgent first, where service is never interrupted."""
    loads = [rate * service_s / servers for rate in rates]
    all_s = ErlangC(sum(rates), service_s, servers).wait_probability * service_s / servers
    before = [0.0]
    for load in loads:
        before.append(before[-1] + load)
    return [all_s / ((1 - higher) * (1 - own)) for higher, own in itertools.pairwise(before)]
