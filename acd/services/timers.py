"""What time does to queues: each site is ticked when the router said so, and sessions follow what came of it.

Nothing is kept in memory that PostgreSQL does not have: a process that dies is replaced by any other, and two beside
each other do no harm, since each tick claims what is due again under the site's lock.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
import structlog
from django.db import DatabaseError, connection, transaction

from accounts.models import Site
from acd.models import SiteRouter
from acd.services import router
from acd.services.following import UNSERVED, end_unserved
from acd.services.passing import follow_transfers
from acd.services.vanishing import take_over_lost
from supportsite.core import clock
from supportsite.core.health import TIMERS_APPLICATION
from supportsite.core.tenancy import get_site_by_id, list_sites, site_scope

log = structlog.get_logger(__name__)

SWEEP_S = 1.0  # longest sleep: what a lost wake-up costs at most
WHOLE_SWEEP_S = 30.0  # every site that has a router, due or not
MISSED_S = 0.25  # found so late after a whole sleep: its wake-up was lost
PENALTY_S = 1.0  # a site whose tick failed is left alone for so long
RECONNECT_S = 0.1
LOCK_TIMEOUT = "2s"
UNSERVED_EVENTS = frozenset(f"entry.{state}" for state in UNSERVED)
# After these a transfer may be over without anybody having taken it.
TRANSFER_EVENTS = frozenset({"entry.cancelled", "entry.overflowed", "entry.timed_out"})

DUE = """
SELECT site_id, extract(epoch FROM due_at - coalesce(%(now)s::timestamptz, clock_timestamp()))::float8
FROM acd_siterouter WHERE due_at IS NOT NULL ORDER BY due_at LIMIT 200
"""


class Timers:
    """The loop over all sites, until `stopping` says so."""

    def __init__(self, stopping: Callable[[], bool] = lambda: False) -> None:
        self.stopping = stopping
        self._rests: dict[int, float] = {}  # site → monotonic time until which it is left alone
        self._next_whole_sweep = 0.0
        self._slept_through = False

    def run(self) -> None:
        """Tick until stopped; a database that goes away is waited for."""
        while not self.stopping():
            try:
                with _listening() as link:
                    log.info("acd.timers.listening")
                    while not self.stopping():
                        self.turn(link)
            except (DatabaseError, psycopg.Error) as error:
                log.warning("acd.timers.database_lost", error=type(error).__name__)
                connection.close()
                time.sleep(RECONNECT_S)

    def turn(self, link: "psycopg.Connection[Any]") -> None:
        """Tick the sites that are due, then sleep until the next is, a wake-up comes, or a second has passed."""
        wait = self._tick_due(link)
        if time.monotonic() >= self._next_whole_sweep:
            self._sweep_all()
            return
        woken = any(True for _ in link.notifies(timeout=min(wait, SWEEP_S), stop_after=1))
        self._slept_through = not woken and wait > SWEEP_S

    def _tick_due(self, link: "psycopg.Connection[Any]") -> float:
        """Tick every due site once; return in how many seconds the next one is due, at least a millisecond."""
        wait = 2 * SWEEP_S
        for site_id, seconds in link.execute(DUE, {"now": clock.frozen()}).fetchall():
            rest = max(seconds, self._rests.get(site_id, 0.0) - time.monotonic())
            if rest > 0:
                wait = min(wait, rest)
                continue
            if self._slept_through and seconds < -MISSED_S:
                log.error("acd.timers.wake_up_missed", site=site_id, late_s=round(-seconds, 3))
            self._tick(site_id)
            wait = 0.0
        return max(wait, 0.001)

    def _tick(self, site_id: int) -> None:
        """Tick a site; a fault in it is logged and keeps no other site waiting. Raises where the database is gone."""
        try:
            tick_site(get_site_by_id(site_id))
        except Exception as error:
            if isinstance(error, DatabaseError) and not connection.is_usable():
                raise
            log.exception("acd.timers.failed", site=site_id)
            self._rests[site_id] = time.monotonic() + PENALTY_S

    def _sweep_all(self) -> None:
        """Tick every site that has a router, and end sessions that a crash left without anybody to serve them."""
        self._next_whole_sweep = time.monotonic() + WHOLE_SWEEP_S
        routed = set(SiteRouter.objects.values_list("site_id", flat=True))
        for site in list_sites():
            if site.pk in routed:
                self._tick(site.pk)
                with site_scope(site):
                    end_unserved(site)
                    follow_transfers(site)


def tick_site(site: Site) -> router.Answer:
    """Do what is due in a site, then end the sessions of customers whom nobody will serve any more."""
    with site_scope(site):
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SELECT set_config('lock_timeout', %s, true)", [LOCK_TIMEOUT])
            answer = router.tick(site)
        gone = [event.entry for event in answer.events if event.kind in UNSERVED_EVENTS and event.entry is not None]
        if gone:
            end_unserved(site, entries=gone)
        if any(event.kind in TRANSFER_EVENTS for event in answer.events):
            follow_transfers(site)
        take_over_lost(site, answer.more["lost"])
    return answer


@contextmanager
def _listening() -> "Iterator[psycopg.Connection[Any]]":
    """Yield a connection of its own that hears the router's wake-ups; /readyz knows it by its name."""
    settings = connection.get_connection_params()
    wanted = {name: settings[name] for name in ("dbname", "user", "password", "host", "port") if settings.get(name)}
    extra = {name: value for name, value in settings.items() if name.startswith("ssl")}
    with psycopg.connect(**wanted, **extra, autocommit=True, application_name=TIMERS_APPLICATION) as link:
        link.execute("LISTEN acd")
        yield link
