"""A day of traffic before today, for the staffing panel: two busy hours with three CSRs, too few for them."""

from sessions.tests.e2e.stack import Stack

CUSTOMERS = 40
MAKE = """
import heapq, random
from datetime import timedelta
from acd.models import Contact, Queue, QueueEntry
from accounts.models import Membership
from supportsite.core import clock
queue = Queue.objects.get(public_id={queue!r})
csr = Membership.objects.filter(site=site, role="csr").order_by("id").first()
source, free = random.Random(4), [0.0] * 3
start = clock.now().replace(hour=9, minute=0, second=0, microsecond=0) - timedelta(days=1)
came = sorted(source.uniform(0, 7200) for _ in range({customers}))
for number, at in enumerate(came):
    patience, service = source.expovariate(1 / 600), source.expovariate(1 / 480)
    begin = max(at, free[0])
    left = begin - at > patience
    wait = patience if left else begin - at
    if not left:
        heapq.heapreplace(free, begin + service)
    moment = lambda seconds: start + timedelta(seconds=seconds)
    QueueEntry.objects.create(
        site=site, queue=queue, contact=Contact.objects.create(site=site, name="Customer", created_at=moment(at)),
        state="abandoned" if left else "done", seq=0, csr=None if left else csr, enqueued_at=moment(at),
        answered_at=None if left else moment(at + wait), ended_at=moment(at + wait + (0 if left else service)),
        wait_ms=round(wait * 1000),
    )
"""


def had_yesterday(stack: Stack, queue: str) -> None:
    """Give a queue of the demo site its customers of yesterday."""
    stack.shell(MAKE.format(queue=queue, customers=CUSTOMERS))
