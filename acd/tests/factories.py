"""Builds rows of WebACD for tests; queues and CSRs by the models, entries by the real router."""

import itertools
from typing import Any

from accounts.models import Membership, new_public_id
from accounts.tests.factories import MembershipFactory
from acd.models import Queue, QueueEntry, QueueMember
from acd.services import router

_numbers = itertools.count(1)


def make_queue(site: Any, **fields: Any) -> Queue:
    """A queue of the site."""
    return Queue.objects.create(site=site, name=fields.pop("name", f"Queue {next(_numbers)}"), **fields)


def make_csr(site: Any, *queues: Queue, cap: int = 1, presence: str | None = "available", **member: Any) -> Membership:
    """A CSR who serves the queues, declared `presence` (None: never seen)."""
    csr = MembershipFactory(site=site)
    for queue in queues:
        QueueMember.objects.create(site=site, queue=queue, csr=csr, **member)
    if presence is not None:
        router.command(site, "presence", csr.pk, presence="offline")
        router.command(site, "capacity", csr.pk, cap=cap)
        router.command(site, "presence", csr.pk, presence=presence)
    return csr


def enter(
    site: Any, queue: Queue, *, name: str = "Hannah", opened: bool = True, contact: Any = None, **route: Any
) -> QueueEntry:
    """A customer enters; the entry as it stands afterwards."""
    values = {"public_id": new_public_id(), "name": name, **(contact or {})}
    answer = router.enqueue(site, queue=queue.pk, contact=values, route={"open": opened, **route})
    return QueueEntry.objects.get(pk=answer.more["entry"])
