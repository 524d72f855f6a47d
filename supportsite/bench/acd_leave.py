"""Customers leave the head of a line, evenly: `python -m supportsite.bench.acd_leave SITE PER_SECOND SECONDS`."""

import sys
import time

import django


def run(key: int, rate: float, seconds: float) -> None:
    """Say that it is ready, begin at a line on the input, and wake those who wait."""
    from accounts.models import Site
    from acd.models import QueueEntry
    from acd.services import router
    from supportsite.core.tenancy import site_scope

    site = Site.objects.get(pk=key)
    with site_scope(site):
        leaving = list(QueueEntry.objects.filter(state="waiting").order_by("seq").values_list("pk", flat=True))
        print("ready", flush=True)
        sys.stdin.readline()
        began = time.monotonic()
        for number, entry in enumerate(leaving[: int(rate * seconds)]):
            time.sleep(max(0.0, began + number / rate - time.monotonic()))
            router.command(site, "abandon", entry)
        time.sleep(max(0.0, began + seconds - time.monotonic()))


if __name__ == "__main__":
    django.setup()
    run(int(sys.argv[1]), float(sys.argv[2]), float(sys.argv[3]))
