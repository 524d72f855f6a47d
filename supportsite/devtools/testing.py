"""`test` and `bench`: private services in a temporary directory, everything stopped and removed afterwards."""

import json
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from supportsite.devtools.bootstrap import PEER_PACKAGES, TEST_PACKAGES, Bootstrap, StepError
from supportsite.devtools.commands import say
from supportsite.devtools.paths import ROOT, Paths
from supportsite.devtools.product import Product, run_product
from supportsite.devtools.supervisor import StopRequested, Supervisor, unblocked_signals

UNIT_WORKERS = "2"
NOTHING_COLLECTED = 5
# A benchmark's customers all come from one address.
BENCH_SETTINGS = {"acd": {"ENTRIES_PER_ADDRESS": "1000000", "ENTRIES_PER_SITE": "1000000"}}


@contextmanager
def private_paths(name: str) -> Iterator[Paths]:
    """Yield directories that are removed afterwards."""
    directory = Path(tempfile.mkdtemp(prefix=f"supportsite-{name}-"))
    try:
        yield Paths(directory).make()
    finally:
        shutil.rmtree(directory, ignore_errors=True)


def test(arguments: list[str]) -> int:
    """Run all checks and tests, or pytest alone with the given arguments; return the exit code."""
    boot = Bootstrap()
    started = time.monotonic()
    boot.apt(TEST_PACKAGES, "the browser tests")
    boot.install_python(dev=True)
    boot.compile_messages()
    if not arguments:
        check_sources(boot)
    if not arguments or not (ROOT / "frontend" / "dist").is_dir():
        boot.build_frontend()
    try:
        code = _unit_tests(boot, arguments or ["-m", "not e2e", "-n", UNIT_WORKERS])
        if code == 0 and not arguments:
            say(f"checks and unit tests: {time.monotonic() - started:.0f} s; now the browser tests")
            code = _pytest(boot, {}, ["-m", "e2e"])  # they start an installation of their own
    except StopRequested:
        return 130
    return 0 if code == NOTHING_COLLECTED and not arguments else code


def check_sources(boot: Bootstrap) -> None:
    """Run the checks that need no service. Raises StepError with the first that fails."""
    tools = boot.venv / "bin"
    steps: list[tuple[str, list[str | Path]]] = [
        ("ruff", [tools / "ruff", "check", "."]),
        ("ruff format", [tools / "ruff", "format", "--check", "."]),
        ("mypy", [tools / "mypy"]),
        ("import-linter", [tools / "lint-imports"]),
        ("templates", [tools / "djlint", "--lint", "--quiet", "templates"]),
        ("migrations", [boot.python, "manage.py", "makemigrations", "--check", "--dry-run", "-v", "0"]),
        ("start-up checks", [boot.python, "manage.py", "check", "--fail-level", "ERROR"]),
        (
            "production settings",
            [boot.python, "manage.py", "check", "--deploy", "--tag", "security", "--fail-level", "WARNING"],
        ),
        ("API schema", [boot.python, "manage.py", "dump_schema", "--check"]),
    ]
    secret = {"SECRET_KEY": "only-for-checks-" * 4, "DJANGO_SETTINGS_MODULE": "supportsite.settings"}
    for name, command in steps:
        _timed(name, lambda command=command: boot.run(*command, **secret))
    npm = boot.install_node()
    protocol = ["run", "protocol", "--", "--check"]
    for words in (protocol, ["run", "typecheck"], ["run", "lint"], ["run", "test"]):
        _timed(f"npm {' '.join(words)}", lambda words=words: boot.run_npm(npm, *words))


def _timed(name: str, work: Any) -> None:
    started = time.monotonic()
    work()
    say(f"✓ {name} ({time.monotonic() - started:.1f} s)")


def _unit_tests(boot: Bootstrap, arguments: list[str]) -> int:
    """Run pytest against PostgreSQL and Valkey of its own, which must be up before Django's settings are read."""
    with private_paths("test") as private, Supervisor(say) as supervisor:
        product = Product(boot, private, 0)
        try:
            supervisor.start(product.backing(throw_away=True))
            return _pytest(boot, {**product.environment, "PUBLIC_PORT": "80"}, arguments)
        finally:
            product.listener.close()


def _pytest(boot: Bootstrap, environment: dict[str, str], arguments: list[str]) -> int:
    """Run pytest with its output going straight to the person."""
    command = [str(boot.python), "-m", "pytest", *arguments]
    with unblocked_signals():
        return subprocess.run(command, env={**os.environ, **environment}, cwd=ROOT, check=False).returncode


def bench(paths: Paths, name: str, arguments: list[str]) -> int:
    """Run `supportsite.bench.NAME` against a private product; print the figures it wrote."""
    if not (ROOT / "supportsite" / "bench" / f"{name}.py").exists():
        raise StepError(f"there is no benchmark {name}")
    boot = Bootstrap()
    boot.apt(TEST_PACKAGES, "the benchmarks")
    if "--peers" in arguments:
        boot.apt(PEER_PACKAGES, "the remote desktops to compare with")
    boot.install_python(dev=True)
    boot.build_frontend()
    boot.compile_messages()
    out = paths.var / "bench" / f"{name}.json"
    out.parent.mkdir(exist_ok=True)
    with private_paths("bench") as private, Supervisor(say) as supervisor:
        os.environ |= BENCH_SETTINGS.get(name, {})
        product = Product(boot, private, 0)
        run_product(product, supervisor)
        environment = {**os.environ, **product.environment, "DEMO": str(private.demo), "BENCH_OUT": str(out)}
        command = [str(boot.python), "-m", f"supportsite.bench.{name}", *arguments]
        with unblocked_signals():
            code = subprocess.run(command, env=environment, cwd=ROOT, check=False).returncode
        product.listener.close()
    if code == 0:
        say(table(json.loads(out.read_text(encoding="utf-8"))))
    return code


def table(result: dict[str, Any]) -> str:
    """Return the figures of a benchmark as lines."""
    lines = [f"{result['name']}, {result['at']}, {result['machine']}", ""]
    for key, figure in result["figures"].items():
        lines.append(f"  {key:<28} {figure['value']:>12} {figure['unit']:<8} n={figure['n']}")
    return "\n".join(lines)
