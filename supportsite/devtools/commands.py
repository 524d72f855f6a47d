"""`up`, `down`, `status` and `manage`."""

import fcntl
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from supportsite.devtools.bootstrap import Bootstrap
from supportsite.devtools.paths import ROOT, Paths
from supportsite.devtools.product import Product, run_product, write_private
from supportsite.devtools.supervisor import StopRequested, Supervisor

DOWN_SECONDS = 40.0
DETACHED_SECONDS = 90.0
STARTED = "DEV_STARTED"  # monotonic time at which the person pressed Enter


class AlreadyRunningError(Exception):
    """Another supervisor holds the lock."""


@contextmanager
def only_one(paths: Paths) -> Iterator[None]:
    """Hold the lock of this installation. Raises AlreadyRunningError."""
    with (paths.var / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise AlreadyRunningError from error
        yield


def is_running(paths: Paths) -> bool:
    """Tell whether a supervisor holds the lock."""
    try:
        with only_one(paths):
            return False
    except AlreadyRunningError:
        return True


def read_state(paths: Paths) -> dict[str, Any]:
    """Return run.json, empty where there is none."""
    try:
        value = json.loads(paths.state.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return value if isinstance(value, dict) else {}


def say(text: str) -> None:
    """Print a line at once."""
    print(text, flush=True)


def up(paths: Paths, *, port: int, bind: str, detach: bool) -> int:
    """Install, build, start, tell; stay until stopped unless `detach`."""
    started = float(os.environ.pop(STARTED, time.monotonic()))
    if is_running(paths):
        say("It runs already.")
        return status(paths)
    boot = Bootstrap()
    boot.install_python(dev=False)
    boot.build_frontend()
    boot.compile_messages()
    if detach:
        return _detach(paths, port=port, bind=bind, started=started)
    with only_one(paths):
        return _serve(boot, paths, port=port, bind=bind, started=started)


def _serve(boot: Bootstrap, paths: Paths, *, port: int, bind: str, started: float) -> int:
    product = Product(boot, paths, port, bind)
    supervisor = Supervisor(say)
    phase = {"state": "starting"}

    def changed() -> None:
        pids = supervisor.pids()
        write_private(
            paths.state,
            {
                "supervisor": os.getpid(),
                "state": phase["state"],
                "port": product.port,
                "services": pids,
                "environment": product.environment,
            },
        )
        if phase["state"] == "ready":
            product.write_demo(pids)

    supervisor.changed = changed
    try:
        with supervisor:
            run_product(product, supervisor)
            phase["state"] = "ready"
            changed()
            say(summary(product.describe(supervisor.pids()), time.monotonic() - started))
            if download := product.downloads():
                supervisor.launch(download)
            supervisor.watch()
            phase["state"] = "stopping"
            say("stopping")
    except StopRequested:
        say("stopped while starting")
        return 130
    finally:
        product.listener.close()
        paths.state.unlink(missing_ok=True)
    return 0


def _detach(paths: Paths, *, port: int, bind: str, started: float) -> int:
    """Start the supervisor on its own and wait until the product answers."""
    log_path = paths.log / "supervisor.log"
    with log_path.open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, str(ROOT / "dev.py"), "up", "--port", str(port), "--bind", bind],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
            cwd=ROOT,
            env={**os.environ, STARTED: str(started)},
        )
    deadline = time.monotonic() + DETACHED_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        state = read_state(paths)
        if state.get("state") == "ready" and state.get("supervisor") == process.pid:
            say(log_path.read_text(encoding="utf-8"))
            return 0
        time.sleep(0.1)
    say(f"It did not start; {log_path} says:\n{log_path.read_text(encoding='utf-8')}")
    return 1


def down(paths: Paths) -> int:
    """Stop what runs and wait until it is gone."""
    pid = read_state(paths).get("supervisor")
    if not is_running(paths) or not isinstance(pid, int):
        say("Nothing runs.")
        return 0
    os.kill(pid, signal.SIGTERM)
    deadline = time.monotonic() + DOWN_SECONDS
    while time.monotonic() < deadline:
        if not is_running(paths):
            say("Stopped.")
            return 0
        time.sleep(0.05)
    say(f"The supervisor ({pid}) does not stop; see {paths.log}.")
    return 1


def status(paths: Paths) -> int:
    """Print what runs; 0 when the product answers, 1 when not, 3 when nothing runs."""
    state = read_state(paths)
    if not is_running(paths) or not state:
        say("Nothing runs.")
        return 3
    say(f"{state['state']}, http://localhost:{state['port']}/, supervisor {state['supervisor']}")
    for name, pid in state["services"].items():
        say(f"  {name:10} {pid:>8}  {'runs' if Path(f'/proc/{pid}').exists() else 'gone'}")
    return 0 if state["state"] == "ready" else 1


def manage(paths: Paths, arguments: list[str]) -> int:
    """Run Django's manage.py against the running services."""
    state = read_state(paths)
    if not is_running(paths) or not state:
        say("Nothing runs: `python3 dev.py up` first.")
        return 3
    boot = Bootstrap()
    environment = {**os.environ, **state["environment"]}
    command = [str(boot.python), str(ROOT / "manage.py"), *arguments]
    return subprocess.run(command, env=environment, cwd=ROOT, check=False).returncode


def summary(demo: dict[str, Any], seconds: float) -> str:
    """Return what a person needs next: addresses, accounts, what to click first."""
    lines = [
        "",
        f"Ready after {seconds:.1f} s.",
        "",
        f"  Join page       {demo['join_url']}",
        f"  Console         {demo['console_url']}",
        f"  Administration  {demo['admin_url']}",
        f"  Second site     {demo['second_site']['base_url']}/",
        "",
        "  Account                       Password        Role            Site",
    ]
    lines += [
        f"  {account['email']:<29} {account['password']:<15} {account['role']:<15} {account['site']}"
        for account in demo["accounts"]
    ]
    first = next((account["email"] for account in demo["accounts"] if account["role"] == "csr"), "a CSR")
    lines += [
        "",
        f"  First: sign in to the console as {first}, press Start session, and read out the support number.",
        "  Then, in a private window, open the join page and enter the number.",
        "  Ctrl-C stops everything (`python3 dev.py down` from elsewhere).",
    ]
    return "\n".join(lines)
