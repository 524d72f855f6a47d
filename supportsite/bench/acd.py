"""`dev.py bench acd`: the router against the database's own limit, and a customer's click against the CSR's screen.

B1 contacts per second, side by side with `pgbench -N`; B2 click to offer through HTTP and WebSocket; B3 decisions with
an empty and a long line, in turn; B4 the places of 10,000 waiting customers. Names as in the specification of WebACD.
Arguments name the parts to measure: throughput, decisions, places, clicks; none: all.
"""

import sys

import django


def main() -> None:
    """Measure everything; figures go to $BENCH_OUT."""
    django.setup()
    from supportsite.bench.acd_run import run

    run(sys.argv[1:])


if __name__ == "__main__":
    main()
