"""The `__main__` of the one-file download: checks this computer, unpacks for one run, runs, removes.

It is read by whatever Python is there, so it uses nothing that is not in Python 3.6 and the standard library.
"""

import contextlib
import ctypes
import ctypes.util
import os
import platform
import shutil
import signal
import subprocess
import sys
import tempfile
import zipfile

PREFIX = "support-manager-"
LOCK = "in-use"
WANTED = (3, 11)
PR_SET_PDEATHSIG = 1

WORDS = {
    "python": (
        "Support Manager needs Python 3.11. On Debian and Ubuntu: sudo apt install python3.11",
        "サポートマネージャには Python 3.11 が必要です。Debian / Ubuntu: sudo apt install python3.11",
    ),
    "tkinter": (
        "Support Manager needs Python's tkinter for its windows. On Debian and Ubuntu: sudo apt install python3-tk",
        "サポートマネージャの画面には Python の tkinter が必要です。Debian / Ubuntu: sudo apt install python3-tk",
    ),
    "system": (
        "This file is for Linux on x86-64. Other systems have a file of their own on the Downloads page.",
        "このファイルは Linux (x86-64) 用です。ほかのシステムのファイルはダウンロードページにあります。",
    ),
    "space": (
        "There is no room in the folder for temporary files.",
        "一時ファイル用フォルダーの空き容量が足りません。",
    ),
}


def say(word: str) -> int:
    """Write one sentence in the user's language and return the exit code for it."""
    name = os.environ.get("LC_ALL") or os.environ.get("LC_MESSAGES") or os.environ.get("LANG") or ""
    sys.stderr.write(WORDS[word][1 if name.lower().startswith("ja") else 0] + "\n")
    return 2


def check() -> "str | None":
    """Return the word for what is missing here, or None."""
    if platform.system() != "Linux" or platform.machine() not in ("x86_64", "AMD64"):
        return "system"
    if sys.version_info[:2] != WANTED or platform.python_implementation() != "CPython":
        return "python"
    try:
        import tkinter  # noqa: F401, ICN001 - only whether it is there
    except ImportError:
        return "tkinter"
    return None


def lock_folder(folder: str) -> "int | None":
    """Return the held lock of a folder, or None where a running program holds it."""
    import fcntl

    handle = os.open(os.path.join(folder, LOCK), os.O_RDWR | os.O_CREAT, 0o600)  # noqa: PTH118 - see the module
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(handle)
        return None
    return handle


def remove_stale() -> None:
    """Remove what a killed run of this user left behind."""
    top = tempfile.gettempdir()
    for name in os.listdir(top):  # noqa: PTH208 - see the module
        folder = os.path.join(top, name)  # noqa: PTH118
        if not name.startswith(PREFIX) or os.path.islink(folder):  # noqa: PTH114
            continue
        with contextlib.suppress(OSError):
            if os.stat(folder).st_uid != os.getuid():  # noqa: PTH116
                continue
            handle = lock_folder(folder)
            if handle is not None:
                shutil.rmtree(folder, ignore_errors=True)
                os.close(handle)


def unpack(folder: str) -> None:
    """Unpack this file's `lib/` into `folder`."""
    with zipfile.ZipFile(sys.argv[0]) as archive:
        for name in archive.namelist():
            if name.startswith("lib/"):
                archive.extract(name, folder)


def die_with_parent() -> None:
    """In the child: be told to end when the parent is killed."""
    ctypes.CDLL(ctypes.util.find_library("c"), use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def run(folder: str) -> int:
    """Run the program from `folder` and return its exit code."""
    environment = dict(os.environ, PYTHONPATH=os.path.join(folder, "lib"), PYTHONDONTWRITEBYTECODE="1")  # noqa: PTH118
    environment.pop("PYTHONHOME", None)
    child = subprocess.Popen(
        [sys.executable, "-s", "-m", "customer_agent"] + sys.argv[1:],  # noqa: RUF005 - see the module
        env=environment,
        cwd=folder,
        preexec_fn=die_with_parent,  # noqa: PLW1509 - one thread, and prctl only
    )
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda received, _frame: child.send_signal(received))
    return child.wait()


def main() -> int:
    """Do all of it."""
    missing = check()
    if missing == "python":
        other = shutil.which("python3.11")
        if other and os.path.realpath(other) != os.path.realpath(sys.executable):
            os.execv(other, [other] + sys.argv)  # noqa: S606, RUF005 - no shell
    if missing is not None:
        return say(missing)
    remove_stale()
    folder = tempfile.mkdtemp(prefix=PREFIX)
    try:
        handle = lock_folder(folder)
        try:
            unpack(folder)
        except OSError:
            return say("space")
        code = run(folder)
        if handle is not None:
            os.close(handle)
        return code
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
