"""The product's processes on their services: one embedded installation, for `up`, the browser tests and benchmarks."""

import json
import os
import secrets
import socket
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from supportsite.devtools import servers
from supportsite.devtools.bootstrap import Bootstrap, Step, digest
from supportsite.devtools.paths import ROOT, Paths
from supportsite.devtools.services import Service, fetch_json
from supportsite.devtools.supervisor import Supervisor

MIGRATED = ("accounts", "sessions", "media", "acd", "reports", "supportsite")
DOWNLOADS = ROOT / "customer_agent" / "packaging" / "build.py"


class Product:
    """One installation below `paths.var`, served on `bind:port`."""

    def __init__(self, boot: Bootstrap, paths: Paths, port: int, bind: str = "127.0.0.1") -> None:
        self.boot = boot
        self.paths = paths
        self.listener = _listen(bind, port)
        self.port = int(self.listener.getsockname()[1])
        self.environment: dict[str, str] = {}
        self.seed: dict[str, Any] = {}

    # --- Backing services

    def backing(self, *, throw_away: bool = False) -> list[Service]:
        """Return the embedded servers that no address in the environment replaces, and note the addresses."""
        packages = servers.site_packages(self.boot.python)
        made: list[Service] = []
        self.environment = self._base_environment()
        if not os.environ.get("DATABASE_URL"):
            made.append(servers.postgres(self.paths, packages, throw_away=throw_away))
            self.environment |= servers.database_urls(self.paths)
        if not os.environ.get("REDIS_URL"):
            made.append(servers.valkey(self.paths, packages))
            self.environment["REDIS_URL"] = servers.redis_url(self.paths)
        if not os.environ.get("TURN_URL") and (turn := servers.coturn(self.paths)):
            made.append(turn[0])
            self.environment |= turn[1]
        return made

    def _base_environment(self) -> dict[str, str]:
        _make_secret(self.paths.var / "secret")
        for name in ("mail", "static"):
            (self.paths.var / name).mkdir(mode=0o700, exist_ok=True)
        defaults = {
            "EMAIL_URL": f"file://{self.paths.var}/mail",
            "PUBLIC_SCHEME": "http",
            "PUBLIC_PORT": str(self.port),
        }
        given = {name: value for name in defaults if (value := os.environ.get(name))}
        return {"DJANGO_SETTINGS_MODULE": "supportsite.settings", "VAR_DIR": str(self.paths.var), **defaults, **given}

    # --- Rows

    def prepare(self, supervisor: Supervisor) -> None:
        """Bring the tables and the demo site up to date, where they may not be."""
        database = self.environment.get("DATABASE_URL") or os.environ["DATABASE_URL"]
        sources = [path for app in MIGRATED for path in ROOT.glob(f"{app}/**/migrations")]
        mark = digest([*sources, ROOT / "requirements.txt", ROOT / "supportsite" / "core" / "pgrls"]) + database
        migrated = Step(self.paths.stamps / "migrate", mark)
        if not migrated.fresh:
            self.boot.say("migrating the database")
            supervisor.run(self._manage("migrate", "migrate", "--no-input", "-v", "0"))
            migrated.done()
        self._seed_demo(supervisor, mark)
        self._collect_static(supervisor)

    def _collect_static(self, supervisor: Supervisor) -> None:
        """Gather and compress the static files; the pages' own change with each build."""
        sources = [ROOT / "requirements.txt", ROOT / "frontend" / "dist", ROOT / "supportsite" / "settings.py"]
        step = Step(self.paths.stamps / "static", digest(path for path in sources if path.exists()))
        if not (step.fresh):
            self.boot.say("collecting static files")
            flags = ["--no-input", "--clear", "-v", "0", "-i", "*.map"]
            supervisor.run(self._manage("collectstatic", "collectstatic", *flags))
            step.done()

    def _seed_demo(self, supervisor: Supervisor, mark: str) -> None:
        kept = self.paths.var / "demo-seed.json"
        seeded = Step(
            self.paths.stamps / "demo", mark + digest([ROOT / "accounts" / "demo.py", ROOT / "acd" / "demo.py"])
        )
        if not (seeded.fresh and kept.exists()):
            self.boot.say("making the demo sites")
            kept.unlink(missing_ok=True)
            kept.touch(mode=0o600)
            command = self._manage("create_demo", "create_demo")
            command.log = kept
            command.error_log = self.paths.log / "create_demo.log"
            supervisor.run(command)
            seeded.done()
        self.seed = json.loads(kept.read_text(encoding="utf-8"))

    def _manage(self, name: str, *arguments: str) -> Service:
        log = self.paths.log / f"{name}.log"
        return self._python(name, log, [str(ROOT / "manage.py"), *arguments], {})

    def _python(self, name: str, log: Path, arguments: list[str], environment: Mapping[str, str]) -> Service:
        return Service(
            name=name,
            command=[str(self.boot.python), *arguments],
            log=log,
            environment={**self.environment, **environment},
            cwd=ROOT,
        )

    # --- Processes of the product

    def processes(self) -> list[Service]:
        """Return web server, worker and the queues' timers.

        The web server inherits the listening socket: while it starts, callers wait.
        """
        handle = self.listener.fileno()
        pool = {"DATABASE_POOL": "8"}
        daphne = ["-m", "daphne", "--fd", str(handle), "-v", "0", "--no-server-name", "supportsite.asgi:application"]
        web = self._python("web", self.paths.log / "web.log", daphne, pool)
        web.pass_fds = (handle,)
        web.ready = lambda: self._ready("ready")
        web.stop_seconds = 5
        flags = ["--pool", "threads", "--concurrency", "4", "--without-gossip", "--without-mingle", "-l", "WARNING"]
        celery = ["-m", "celery", "-A", "supportsite.celery", "worker", *flags]
        worker = self._python("worker", self.paths.log / "worker.log", celery, {**pool, "BEAT_INSIDE": "1"})
        worker.ready = lambda: self._ready("worker")
        timers = self._manage("timers", "acd_timers")
        timers.ready = lambda: self._ready("timers")
        return [web, worker, timers]

    def _ready(self, part: str) -> bool:
        answer = fetch_json(f"http://127.0.0.1:{self.port}/readyz")
        return bool(answer and answer.get(part))

    def downloads(self) -> Service | None:
        """Return the one-time build of the Support Manager's download, or None where it is done."""
        if not DOWNLOADS.exists():
            return None
        sources = [ROOT / "customer_agent", ROOT / "supportsite" / "protocol", ROOT / "requirements.txt"]
        step = Step(self.paths.stamps / "downloads", digest(sources))
        if step.fresh:
            return None
        build = ["-m", "customer_agent.packaging.build"]
        service = self._python("downloads", self.paths.log / "downloads.log", build, {})
        service.command = ["nice", "-n", "15", *service.command]
        service.restart = False
        service.succeeded = step.done
        return service

    # --- What is told to people and tests

    def describe(self, pids: Mapping[str, int]) -> dict[str, Any]:
        """Return the content of demo.json."""
        base = f"http://localhost:{self.port}"
        return {
            "base_url": base,
            "join_url": f"{base}/",
            "console_url": f"{base}/console/",
            "admin_url": f"{base}/admin/",
            "downloads_url": f"{base}/downloads/",
            "second_site": {"base_url": f"http://second.localhost:{self.port}"},
            "accounts": self.seed.get("accounts", []),
            "api_token": self.seed.get("api_token", ""),
            "mail": str(self.paths.var / "mail"),
            "pids": dict(pids),
        }

    def write_demo(self, pids: Mapping[str, int]) -> None:
        """Write demo.json, readable by the owner only."""
        write_private(self.paths.demo, self.describe(pids))


def run_product(
    product: Product, supervisor: Supervisor, *, throw_away: bool = False, told: Callable[[str], None] = lambda _: None
) -> None:
    """Start everything in order; afterwards the product answers. Raises StartError or StopRequested."""
    started = time.monotonic()
    supervisor.start(product.backing(throw_away=throw_away))
    product.prepare(supervisor)
    supervisor.start(product.processes())
    product.write_demo(supervisor.pids())
    told(f"{time.monotonic() - started:.1f} s")


def write_private(path: Path, value: Mapping[str, Any]) -> None:
    """Replace a JSON file in one go, readable by the owner only."""
    new = path.with_name(f"{path.name}.new")
    new.unlink(missing_ok=True)
    new.touch(mode=0o600)
    new.write_text(json.dumps(value, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    new.replace(path)


def _make_secret(path: Path) -> None:
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(64), encoding="ascii")


def _listen(bind: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in bind else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((bind, port))
    except OSError as error:
        listener.close()
        raise SystemExit(f"{bind}:{port} cannot be used: {error.strerror}. Choose another with --port.") from error
    listener.listen(256)
    listener.set_inheritable(True)
    return listener
