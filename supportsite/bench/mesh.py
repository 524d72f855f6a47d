"""MeshCentral (npm) as a peer: its server, its agent on the benchmark's display, its own web page.

Everything lives in a temporary folder but the package itself, which is kept in `var/bench/`.
"""

import json
import os
import re
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any

from playwright.sync_api import Page

from supportsite.bench.peers import free_port, listens
from supportsite.bench.processes import end, rest
from supportsite.bench.story import BenchError, Desktop, until

VERSION = "1.1.55"
USER, PASSWORD = "bench", "Bench-demo-1"
AGENT = "meshagent_x86-64"
READY_SECONDS = 180.0


class MeshCentral:
    """One server, one computer."""

    name = "meshcentral"

    def __init__(self, desktop: Desktop, packages: Path) -> None:
        self.painter = desktop.painter
        self._package = install(packages)
        self._folder = Path(tempfile.mkdtemp(prefix="bench-meshcentral-"))
        self._port = free_port()
        self._processes: list[subprocess.Popen[bytes]] = []
        try:
            self._serve()
            self._attach(desktop)
        except BaseException:
            self.close()
            raise

    def _server(self, *words: str) -> list[str]:
        places = ["--datapath", str(self._folder / "data"), "--filespath", str(self._folder / "files")]
        return ["node", str(self._package), *places, *words]

    def _serve(self) -> None:
        for name in ("data", "files", "agent"):
            (self._folder / name).mkdir()
        settings = {
            "cert": "localhost", "port": self._port, "portBind": "127.0.0.1", "exactPorts": True, "redirPort": 0,
            "mpsPort": 0, "WANonly": True, "selfUpdate": False, "noAgentUpdate": 1, "agentTimeStampServer": False,
            "amtManager": False, "amtScanner": False,
        }  # fmt: skip
        quiet = {"desktopnotify": False, "desktopprompt": False, "desktopprivacybar": False}
        config = {"settings": settings, "domains": {"": {"newAccounts": False, "userConsentFlags": quiet}}}
        (self._folder / "data" / "config.json").write_text(json.dumps(config), encoding="utf-8")
        self._run(self._server("--createaccount", USER, "--pass", PASSWORD, "--email", "bench@example.org"))
        self._run(self._server("--adminaccount", USER))
        self._start(self._server())
        until(lambda: listens(self._port), "MeshCentral listens", READY_SECONDS)

    def _attach(self, desktop: Desktop) -> None:
        self._control("AddDeviceGroup", "--name", "bench")
        group = str(self._control("ListDeviceGroups", "--json")[0]["_id"]).rpartition("/")[2]
        text = self._run(["curl", "-sk", "--fail", f"https://127.0.0.1:{self._port}/meshsettings?id={group}"])
        kept = re.findall(r"^(?:MeshName|MeshType|MeshID|ServerID)=.*$", text, re.MULTILINE)
        server = f"MeshServer=wss://localhost:{self._port}/agent.ashx"
        agent = self._folder / "agent" / "meshagent"
        shutil.copy(self._package.parent / "agents" / AGENT, agent)
        agent.chmod(0o700)
        agent.with_suffix(".msh").write_text("\n".join([*kept, server, "ignoreProxyFile=1", ""]), encoding="utf-8")
        self._start([str(agent), "run"], env=desktop.environment, cwd=agent.parent)
        until(self._devices, "MeshCentral's agent connects", READY_SECONDS)

    def _devices(self) -> list[str]:
        found = self._control("ListDevices", "--json")
        return [str(row["_id"]).rpartition("/")[2] for row in found if row.get("conn", 0) & 1]

    def _control(self, *words: str) -> list[dict[str, Any]]:
        tool = str(self._package.parent / "meshctrl.js")
        where = ["--url", f"wss://127.0.0.1:{self._port}", "--loginuser", USER, "--loginpass", PASSWORD]
        text = self._run(["node", tool, *words, *where])
        return list(json.loads(text)) if text.lstrip().startswith("[") else []

    @staticmethod
    def _run(command: list[str]) -> str:
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
        return done.stdout

    def _start(self, command: list[str], **more: Any) -> None:
        log = (self._folder / f"{len(self._processes)}.log").open("wb")
        with log:
            self._processes.append(subprocess.Popen(command, stdout=log, stderr=log, **more))

    def open(self, page: Page) -> None:
        """Sign in, go to the computer, and connect."""
        page.goto(f"https://localhost:{self._port}/")
        if page.locator("#username").count():
            page.fill("#username", USER)
            page.fill("#password", PASSWORD)
            page.press("#password", "Enter")
            page.wait_for_function("typeof connectDesktop === 'function'")
        page.goto(f"https://localhost:{self._port}/?viewmode=11&gotonode={self._devices()[0]}")
        page.locator("#connectbutton1").wait_for()
        page.wait_for_function("typeof connectDesktop === 'function' && !!currentNode")
        page.evaluate("connectDesktop(null, 1)")
        page.wait_for_function("document.getElementById('Desk').width >= 1900")

    def rest(self, *, resting: bool) -> None:
        """Do nothing while others are measured."""
        rest(self.pids(), resting=resting)

    def pids(self) -> list[int]:
        """Return server and agent."""
        return [process.pid for process in self._processes]

    def close(self) -> None:
        """End everything and remove what it wrote."""
        for process in reversed(self._processes):
            end(process)
        shutil.rmtree(self._folder, ignore_errors=True)


def install(folder: Path) -> Path:
    """Install the package once; return its server's script."""
    package = folder / "node_modules" / "meshcentral" / "meshcentral.js"
    if not package.exists():
        folder.mkdir(parents=True, exist_ok=True)
        words = ["npm", "install", "--no-audit", "--no-fund", "--prefix", str(folder), f"meshcentral@{VERSION}"]
        done = subprocess.run(words, capture_output=True, text=True, env=os.environ, check=False)
        if done.returncode:
            raise BenchError(f"MeshCentral cannot be installed: {done.stderr[-500:]}")
    return package
