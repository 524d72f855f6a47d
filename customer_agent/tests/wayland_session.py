"""Runs the portal's capture and input inside a private Wayland session, and prints what came of it as JSON.

`python -m customer_agent.tests.wayland_session FOLDER` under `dbus-run-session`: PipeWire, WirePlumber, Mutter without
a screen, a terminal that writes what is typed into it to a file.
"""

import contextlib
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

SIZE = (1280, 720)
PATIENCE_SECONDS = 30.0


def until(condition: Callable[[], Any], what: str) -> Any:
    """Poll until the condition is true."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not (value := condition()):
        if time.monotonic() > deadline:
            raise TimeoutError(what)
        time.sleep(0.02)
    return value


def start(stack: contextlib.ExitStack, folder: Path, *words: str) -> None:
    """Start a program that ends with the session."""
    log = stack.enter_context((folder / f"{words[0]}.log").open("wb"))
    process = subprocess.Popen(words, stdout=log, stderr=log)
    stack.callback(process.wait, 10)
    stack.callback(process.terminate)


def main(folder: Path) -> dict[str, Any]:
    """See, then type and click."""
    from customer_agent.control.injector_portal import PortalInjector
    from customer_agent.media.capture import open_capture
    from customer_agent.media.geometry import Rect
    from customer_agent.media.wayland import on_wayland
    from customer_agent.tests.wayland_portal import Portal
    from supportsite.protocol.channel import ButtonInput, KeyInput, TextInput

    run = Path(os.environ["XDG_RUNTIME_DIR"])
    with contextlib.ExitStack() as stack:
        start(stack, folder, "pipewire")
        until((run / "pipewire-0").exists, "PipeWire")
        start(stack, folder, "wireplumber")
        mode = f"{SIZE[0]}x{SIZE[1]}"
        start(stack, folder, "mutter", "--headless", "--wayland", "--no-x11", "--virtual-monitor", mode)
        until((run / "wayland-0").exists, "Mutter")
        os.environ["WAYLAND_DISPLAY"] = "wayland-0"
        Portal(SIZE).start()
        capture: Any = open_capture()
        stack.callback(capture.close)
        until(lambda: not capture.waiting, "the stream")
        (monitor,) = capture.monitors()
        capture.open(monitor.rect)
        first = _picture(capture)
        typed = folder / "typed"
        start(stack, folder, "foot", "--fullscreen", "sh", "-c", f"exec cat > {typed}")
        changed = until(lambda: _grab(capture), "the terminal shows")
        injector = PortalInjector()
        stack.callback(injector.close)
        area, head = Rect(0, 0, *SIZE), {"grant": "grant-wayland", "epoch": 1, "seq": 1}
        press = ButtonInput(**head, x=0.5, y=0.5, button=0, down=True)
        until(lambda: injector.apply(press, area, lambda: False).value == "pass", "input is let in")
        injector.apply(press.model_copy(update={"down": False}), area, lambda: False)

        def line_arrives() -> bool:
            """Type a line; the first ones meet a terminal that has not got the focus yet."""
            injector.apply(TextInput(**head, text="Wayland 42"), area, lambda: False)
            for down in (True, False):
                injector.apply(KeyInput(**head, key="Enter", code="Enter", down=down), area, lambda: False)
            return typed.exists() and "Wayland 42" in typed.read_text(encoding="utf-8").splitlines()

        until(line_arrives, "a whole line arrives")
        return {
            "wayland": on_wayland(), "monitor": [monitor.rect.width, monitor.rect.height], "first": first,
            "changed": changed, "backend": type(capture).__name__,
        }  # fmt: skip


def _grab(capture: Any) -> int:
    """Return how many pixels differ from the last grab."""
    capture.wait(0.2)
    return sum(patch.box.area for patch in capture.grab())


def _picture(capture: Any) -> int:
    return int(until(lambda: _grab(capture), "a picture"))


if __name__ == "__main__":
    sys.stdout.write(json.dumps(main(Path(sys.argv[1]))) + "\n")
