"""Sites, CSRs, queues and long lines for the benchmark of the router. Needs `django.setup()`."""

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from unittest.mock import patch

import psycopg
from django.db import connection

from accounts.models import Membership, Role, Site, SiteSettings, User, new_public_id
from acd.models import Queue, QueueMember
from acd.services import router
from supportsite.core.tenancy import site_scope

LEASE_SECONDS, OFFER_SECONDS = 7200, 120


@dataclass(frozen=True)
class Place:
    """A site with its queues and CSRs, by keys; every CSR serves every queue."""

    site: Site
    queues: list[Queue]
    csrs: list[Membership]


@contextmanager
def no_wake_ups() -> Iterator[None]:
    """Measure the router and the database alone: nobody listens here."""
    with patch.object(router, "_wake", lambda _answer: None):
        yield


def make_place(*, csrs: int, queues: int, cap: int = 1) -> Place:
    """Make a site whose CSRs, each with `cap` customers at the most, are not there yet."""
    mark = secrets.token_hex(5)
    site = Site.objects.create(host=f"bench-{mark}.localhost", name=f"Bench {mark}", verified=True)
    with site_scope(site), no_wake_ups():
        SiteSettings.objects.create(site=site, session_mode="multi", session_limit=max(2, cap))
        users = User.objects.bulk_create(
            User(email=f"{mark}-{number}@bench.example", name=f"CSR {number}") for number in range(csrs)
        )
        members = Membership.objects.bulk_create(Membership(site=site, user=user, role=Role.CSR) for user in users)
        made = [
            Queue.objects.create(site=site, name=f"Queue {number}", offer_timeout_s=OFFER_SECONDS, position=number)
            for number in range(queues)
        ]
        QueueMember.objects.bulk_create(
            QueueMember(site=site, queue=queue, csr=member) for queue in made for member in members
        )
        for member in members:
            router.command(site, "presence", member.pk, presence="offline", reason="")
            router.command(site, "capacity", member.pk, cap=cap)
    return Place(site, made, members)


def make_available(place: Place) -> None:
    """Have every CSR come, for hours."""
    with site_scope(place.site), no_wake_ups():
        for member in place.csrs:
            router.command(place.site, "presence", member.pk, presence="available", reason="", lease_s=LEASE_SECONDS)


def enqueue(place: Place, queue: Queue, name: str = "Load") -> router.Answer:
    """Let one customer into a line."""
    contact = {"public_id": new_public_id(), "name": name}
    return router.enqueue(place.site, queue=queue.pk, contact=contact, route={"open": True})


def fill_line(place: Place, customers: int) -> None:
    """Let so many customers into the site's queues, evenly, by the router's own function in few round trips."""
    each, step = customers // len(place.queues), 200
    with site_scope(place.site), connection.cursor() as cursor:
        for queue in place.queues:
            for start in range(0, each, step):
                cursor.execute(
                    "SELECT count(acd_enqueue(%s, NULL, %s, jsonb_build_object('public_id',"
                    " substr(md5(random()::text), 1, 22), 'name', 'Waiting'), '{\"open\": true}'))"
                    " FROM generate_series(1, %s)",
                    [place.site.pk, queue.pk, min(step, each - start)],
                )


def analyze() -> None:
    """Let the planner know the tables as they are, as the database does by itself after a while."""
    with psycopg.connect(os.environ["DATABASE_OWNER_URL"], autocommit=True) as owner:
        owner.execute("ANALYZE")
