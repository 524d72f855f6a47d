#!/usr/bin/env python3
"""The repository's one tool: `up` runs the product, `test` proves it. Needs Python 3.11 and nothing else."""

import argparse
import os
import sys

if sys.version_info < (3, 11):  # noqa: UP036 - this file meets older ones
    raise SystemExit("Python 3.11 or newer is needed.")

from supportsite.devtools import commands, testing
from supportsite.devtools.bootstrap import StepError
from supportsite.devtools.paths import ROOT, chosen
from supportsite.devtools.servers import MissingServerError
from supportsite.devtools.supervisor import StartError


def parse(arguments: list[str]) -> argparse.Namespace:
    """Return the parsed command line."""
    parser = argparse.ArgumentParser(prog="dev.py", description=__doc__)
    actions = parser.add_subparsers(dest="action", required=True)
    up = actions.add_parser("up", help="install, build and run everything; Ctrl-C stops it")
    up.add_argument("--detach", action="store_true", help="return once it answers; `down` stops it")
    up.add_argument("--port", type=int, default=8000)
    up.add_argument("--bind", default="127.0.0.1", help="address to listen on")
    actions.add_parser("down", help="stop what runs")
    actions.add_parser("status", help="say what runs")
    manage = actions.add_parser("manage", help="Django's manage.py against the running services")
    manage.add_argument("arguments", nargs=argparse.REMAINDER)
    test = actions.add_parser("test", help="all checks and tests; with arguments: pytest alone with these")
    test.add_argument("arguments", nargs=argparse.REMAINDER)
    bench = actions.add_parser("bench", help="measure; figures in var/bench/NAME.json")
    bench.add_argument("name")
    bench.add_argument("arguments", nargs=argparse.REMAINDER)
    return parser.parse_args(arguments)


def main() -> int:
    """Carry out one action; return the exit code."""
    options = parse(sys.argv[1:])
    os.chdir(ROOT)
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # compiled modules halve the start
    paths = chosen()
    try:
        match options.action:
            case "up":
                return commands.up(paths, port=options.port, bind=options.bind, detach=options.detach)
            case "down":
                return commands.down(paths)
            case "status":
                return commands.status(paths)
            case "manage":
                return commands.manage(paths, options.arguments)
            case "bench":
                return testing.bench(paths, options.name, options.arguments)
            case _:
                return testing.test(options.arguments)
    except (StepError, StartError, MissingServerError) as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main())
