"""Where the run keeps its state: one directory, `var/`, private to its owner."""

import hashlib
import os
import stat
import tempfile
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
SOCKET_PATH_LIMIT = 107  # bytes of sockaddr_un.sun_path, less the closing NUL
LONGEST_SOCKET_NAME = len("/.s.PGSQL.5432.lock")


def chosen() -> "Paths":
    """Return the directories that VAR_DIR names, `var/` of the tree where it is not set."""
    return Paths(Path(os.environ.get("VAR_DIR") or ROOT / "var").resolve()).make()


@dataclass(frozen=True)
class Paths:
    """The directories of one run; `var` is `var/` of the tree, or a temporary directory for tests."""

    var: Path

    def make(self) -> "Paths":
        """Create what is missing, readable by the owner only."""
        for path in (self.var, self.log, self.run, self.stamps):
            path.mkdir(mode=0o700, parents=True, exist_ok=True)
        return self

    @property
    def log(self) -> Path:
        """Logs, one file per service."""
        return self.var / "log"

    @property
    def stamps(self) -> Path:
        """Hashes of the inputs of steps that are done."""
        return self.var / "stamps"

    @property
    def state(self) -> Path:
        """What runs now, for `down` and `status`."""
        return self.var / "run.json"

    @property
    def demo(self) -> Path:
        """Addresses and accounts of the demo site."""
        return self.var / "demo.json"

    @property
    def run(self) -> Path:
        """Unix sockets; elsewhere when the path of the tree is too long for them."""
        path = self.var / "run"
        if len(os.fsencode(path)) + LONGEST_SOCKET_NAME <= SOCKET_PATH_LIMIT:
            return path
        name = hashlib.sha256(os.fsencode(path)).hexdigest()[:12]
        short = Path(tempfile.gettempdir()) / f"supportsite-{os.getuid()}-{name}"
        short.mkdir(mode=0o700, exist_ok=True)
        info = short.lstat()
        if info.st_uid != os.getuid() or not stat.S_ISDIR(info.st_mode) or info.st_mode & 0o077:
            raise SystemExit(f"{short} exists and is not a private directory of this user; remove it.")
        return short
