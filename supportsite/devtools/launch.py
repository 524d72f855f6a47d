"""Starts one child of the supervisor: its own session, dies with the supervisor, never as root where that matters.

Run as a script: `launch.py PARENT_PID DEATH_SIGNAL AS_NOBODY(0|1) COMMAND…`. It replaces itself by the command.
"""

import ctypes
import os
import signal
import sys
from pathlib import Path

PR_SET_PDEATHSIG = 1
CLONE_NEWUSER = 0x10000000
NOBODY = 65534


def become_nobody() -> None:
    """Enter a user namespace in which this user is `nobody`: servers that refuse root run, and no account is made.

    Raises OSError where the system forbids user namespaces.
    """
    uid, gid = os.geteuid(), os.getegid()
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(CLONE_NEWUSER) != 0:
        raise OSError(ctypes.get_errno(), "user namespaces are not allowed here")
    Path("/proc/self/setgroups").write_text("deny", encoding="ascii")
    Path("/proc/self/uid_map").write_text(f"{NOBODY} {uid} 1", encoding="ascii")
    Path("/proc/self/gid_map").write_text(f"{NOBODY} {gid} 1", encoding="ascii")


def die_with(parent: int, death_signal: int) -> None:
    """Ask the kernel for `death_signal` when the parent dies; exit at once if it is dead already. Linux only."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, death_signal, 0, 0, 0)
    if os.getppid() != parent:
        raise SystemExit(1)


def main(arguments: list[str]) -> None:
    """Prepare this process and become the command."""
    parent, death_signal, as_nobody, *command = arguments
    os.setsid()
    if as_nobody == "1":
        become_nobody()  # before die_with: a change of credentials clears the death signal
    die_with(int(parent), int(death_signal))
    signal.pthread_sigmask(signal.SIG_SETMASK, [])
    os.execvp(command[0], command)  # noqa: S606 - becomes it


if __name__ == "__main__":
    main(sys.argv[1:])
