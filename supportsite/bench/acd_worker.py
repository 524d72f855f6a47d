"""One worker of the throughput benchmark: contacts in, accepted and finished, one after another, on its own sites.

`python -m supportsite.bench.acd_worker SECONDS SITE …`; says `ready`, begins at a line on its input, prints the count.
"""

import sys
import time
from collections import deque
from typing import Any

import django


def run(seconds: float, sites: list[int]) -> int:
    """Return how many contacts were helped: enqueue, accept of an offer, finish, each a transaction of its own."""
    from accounts.models import Site
    from acd.models import Offer, Queue
    from acd.services import router
    from supportsite.bench.acd_rows import Place, enqueue, no_wake_ups
    from supportsite.core.tenancy import site_scope

    places: list[tuple[Place, deque[Any]]] = []
    for site in Site.objects.filter(pk__in=sites):
        with site_scope(site):
            offers = Offer.objects.filter(site=site, state="pending").values_list("pk", "csr_id", "entry_id")
            places.append((Place(site, list(Queue.objects.filter(site=site)), []), deque(offers)))
    print("ready", flush=True)
    sys.stdin.readline()
    count, end = 0, time.monotonic() + seconds
    with no_wake_ups():
        while time.monotonic() < end:
            place, offers = places[count % len(places)]
            with site_scope(place.site):
                enqueue(place, place.queues[count % len(place.queues)])
                offer, csr, entry = offers.popleft()
                accepted = router.accept(place.site, offer=offer, csr=csr)
                finished = router.command(place.site, "finish", entry)
                if not (accepted.ok and finished.ok):
                    raise RuntimeError(f"offer {offer} could not be carried through")
                offers.extend(
                    (event.offer, event.csr, event.entry) for event in finished.events if event.kind == "offer.made"
                )
            count += 1
    return count


if __name__ == "__main__":
    django.setup()
    print(run(float(sys.argv[1]), [int(key) for key in sys.argv[2:]]), flush=True)
