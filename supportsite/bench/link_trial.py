"""One shared screen watched by a Chromium at the far end of an emulated link: the pipeline without the product.

The Support Manager's own media code shares a real X display; signalling goes by the browser's debugging pipe, so only
media and channels cross the link. Run as `python -m supportsite.bench.link_trial LINK WORKLOAD [SECONDS]`; needs root.
"""

import asyncio
import base64
import contextlib
import json
import os
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from itertools import pairwise
from pathlib import Path
from typing import Any

from playwright.async_api import Page, async_playwright

from customer_agent.media.shared_screen import SharedScreen
from customer_agent.media.viewer_link import ViewerLink
from supportsite.bench.comparing import latencies
from supportsite.bench.figures import percentile
from supportsite.bench.link import Link
from supportsite.bench.link_shape import LINKS
from supportsite.bench.painter import WIDTH
from supportsite.bench.story import Desktop
from supportsite.bench.subjects import CHROMIUM
from supportsite.bench.watching import SCRIPT, STATISTICS
from supportsite.protocol.channel import ButtonInput, Quality

FREEZE_MS = 500
SETTLE_SECONDS, CLICK_SECONDS, READING_SECONDS = 6.0, 0.4, 3.0
LETTER_PLACE = (560, 360, 760, 260)
LETTER = """import sys, tkinter
window = tkinter.Tk()
window.overrideredirect(True)
window.geometry(sys.argv[2])
font = ("Noto Sans CJK JP", 16)
tkinter.Label(window, text=sys.argv[1], font=font, bg="white", justify="left").pack(fill="both", expand=True)
window.update()
print("shown", flush=True)
window.mainloop()
"""
CLICK_X, CLICK_Y = 200, 400
WATCHER = """async offer => {
  const peer = window.trialPeer = new RTCPeerConnection({iceServers: []});
  window.qualities = []; window.keys = 0;
  peer.ondatachannel = ({channel}) => {
    window['channel_' + channel.label] = channel;
    channel.onmessage = ({data}) => {
      const message = JSON.parse(data);
      if (message.type === 'quality') qualities.push(message);
    };
  };
  peer.ontrack = ({receiver, track}) => {
    receiver.jitterBufferTarget = 0;
    const video = document.createElement('video');
    Object.assign(video, {muted: true, autoplay: true, playsInline: true, width: 1280});
    video.srcObject = new MediaStream([track]);
    document.body.append(video);
  };
  await peer.setRemoteDescription({type: 'offer', sdp: offer});
  await peer.setLocalDescription(await peer.createAnswer());
  setInterval(() => {
    const state = window.channel_state;
    if (state?.readyState === 'open') state.send('{"type": "heartbeat", "at_ms": 1}');
  }, 1000);
  return peer.localDescription.sdp;
}"""
PICTURE = """([x, y, width, height]) => {
  const video = document.querySelector('video'), canvas = document.createElement('canvas');
  canvas.width = width * 2; canvas.height = height * 2;
  canvas.getContext('2d').drawImage(video, x, y, width, height, 0, 0, width * 2, height * 2);
  return canvas.toDataURL('image/png').split(',')[1];
}"""


@dataclass
class Trial:
    """What a test works with."""

    link: Link
    desktop: Desktop
    screen: SharedScreen
    page: Page
    closed: list[str] = field(default_factory=list)

    async def updates(self) -> list[tuple[int, float]]:
        """Return the probe's values and when each was first seen (Unix ms); those before are forgotten."""
        found = await self.page.evaluate("benchmark.updates.splice(0)")
        skew = await self.page.evaluate("Date.now() + 0.5 - performance.timeOrigin - performance.now()")
        return [(int(value), float(at) + float(skew)) for value, at in found]

    async def received(self) -> dict[str, Any]:
        """Return the receiver's own counters."""
        return dict(await self.page.evaluate(STATISTICS))

    async def qualities(self) -> list[Quality]:
        """Return the quality messages that came so far."""
        return [Quality.model_validate(item) for item in await self.page.evaluate("qualities")]

    async def letter(self) -> bytes:
        """Return what the viewer sees where `show_text` shows, twice as big, as a PNG."""
        return base64.b64decode(await self.page.evaluate(PICTURE, list(LETTER_PLACE)))

    async def click(self) -> None:
        """Press and let go in the viewer's browser, by the input channel."""
        await self.page.evaluate(
            """([x, y]) => {
              benchmark.inputAt = performance.timeOrigin + performance.now();
              for (const down of [true, false]) channel_input.send(JSON.stringify(
                {type: 'button', grant: 'grant-000001', epoch: 1, seq: 1, x, y, button: 0, down}));
            }""",
            [CLICK_X / WIDTH, 0.5],
        )


class _Operator:
    """Clicks at once for each press, and writes down who left."""

    def __init__(self, desktop: Desktop, closed: list[str]) -> None:
        self._desktop, self._closed = desktop, closed

    def viewer_input(self, _peer: ViewerLink, message: Any) -> None:
        if isinstance(message, ButtonInput) and message.down:
            self._desktop.click(CLICK_X, CLICK_Y)

    def viewer_state(self, _peer: ViewerLink, message: Any) -> None:
        """Nothing."""

    def viewer_refused(self, _peer: ViewerLink, reason: str) -> None:
        self._closed.append(reason)

    def viewer_silent(self, _peer: ViewerLink, *, silent: bool) -> None:
        """Nothing."""

    def viewer_closed(self, _peer: ViewerLink, reason: str) -> None:
        self._closed.append(reason)

    def viewer_ready(self, _peer: ViewerLink) -> None:
        """Nothing."""

    def layout_changed(self) -> None:
        """Nothing."""

    def screen_lost(self) -> None:
        self._closed.append("lost")


@contextlib.contextmanager
def show_text(desktop: Desktop, lines: Sequence[str]) -> Iterator[float]:
    """Show lines in a window in the middle of the screen, in letters of a usual size; yield when (monotonic)."""
    x, y, width, height = LETTER_PLACE
    command = [sys.executable, "-c", LETTER, "\n".join(lines), f"{width}x{height}+{x}+{y}"]
    with subprocess.Popen(command, env=desktop.environment, stdout=subprocess.PIPE) as letter:
        try:
            assert letter.stdout is not None
            letter.stdout.readline()
            yield time.monotonic()
        finally:
            letter.terminate()


async def read_text(picture: bytes) -> str:
    """Return what tesseract reads in a PNG."""
    reader = await asyncio.create_subprocess_exec(
        "tesseract", "-", "-", "--psm", "6",
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    said, _ = await reader.communicate(picture)
    return said.decode()


def _starter(path: Path, command: Sequence[str]) -> Path:
    """Write a program that runs a command with the arguments it gets."""
    path.write_text(f'#!/bin/sh\nexec {" ".join(command)} "$@"\n', encoding="utf-8")
    path.chmod(stat.S_IRWXU)
    return path


@asynccontextmanager
async def browser_at(link: Link | None) -> AsyncIterator[Any]:
    """Yield a Chromium that runs at the far end; None: at this one."""
    with tempfile.TemporaryDirectory(prefix="link-trial-") as folder:
        start = _starter(Path(folder, "chromium"), [CHROMIUM] if link is None else link.command(CHROMIUM))
        async with async_playwright() as driver:
            flags = ["--no-sandbox"] if os.geteuid() == 0 else []
            browser = await driver.chromium.launch(executable_path=start, args=flags)
            try:
                yield browser
            finally:
                await browser.close()


async def watch(trial_screen: SharedScreen, browser: Any, connection: str = "connection-1") -> Page:
    """Open a page that watches the screen."""
    context = await browser.new_context()
    await context.add_init_script(SCRIPT)
    page: Page = await context.new_page()
    await page.goto("data:text/html,<body></body>")
    offer = await trial_screen.add_viewer(connection=connection, participant="csr-00000001")
    answer = await page.evaluate(WATCHER, offer.sdp)
    await trial_screen.take_answer(connection, answer)
    return page


@asynccontextmanager
async def trial(figures: str = "clean") -> AsyncIterator[Trial]:
    """Yield a running trial over a link of these figures."""
    closed: list[str] = []
    with Link(figures) as link, Desktop() as desktop:
        screen = SharedScreen(listener=_Operator(desktop, closed), display=desktop.display)
        try:
            async with browser_at(link) as browser:
                page = await watch(screen, browser)
                yield Trial(link, desktop, screen, page, closed)
        finally:
            await screen.wait_closed()


async def measure_motion(link: str, workload: str, seconds: float, quality: str = "auto") -> dict[str, float]:
    """Return the figures of one workload."""
    async with trial(link) as run:
        run.screen.set_quality(quality)
        run.desktop.painter.paint(workload)
        await asyncio.sleep(SETTLE_SECONDS)
        run.desktop.painter.painted()
        await run.updates()
        before, keys = await run.received(), run.screen.counters.keys
        for _ in range(int(seconds / CLICK_SECONDS)):
            if workload == "input":
                await run.click()
            await asyncio.sleep(CLICK_SECONDS)
        seen = await run.updates()
        after = await run.received()
        gaps = [two[1] - one[1] for one, two in pairwise(seen)]
        last = (await run.qualities())[-1]
        found = {
            "updates_s": len(seen) / seconds,
            "kbit_s": (after["bytesReceived"] - before["bytesReceived"]) * 8 / 1000 / seconds,
            "lost": after["packetsLost"] - before["packetsLost"],
            "key_frames": run.screen.counters.keys - keys,
            "freezes": sum(gap > FREEZE_MS for gap in gaps),
            "estimate_kbit": last.estimate_kbit or 0.0,
        }
        delays = latencies(run.desktop.painter.painted(), seen)
        inputs = [float(value) for value in await run.page.evaluate("benchmark.inputs")]
        for name, values in (("latency", delays), ("input", inputs)):
            if values:
                parts = {"p50": percentile(values, 0.5), "p95": percentile(values, 0.95), "max": max(values)}
                found |= {f"{name}_{part}_ms": value for part, value in parts.items()}
        return found


async def measure_readable(link: str, times: int = 3) -> dict[str, float]:
    """Return how long after a page of text is there, following on motion, its viewer can read all of it."""
    found = []
    async with trial(link) as run:
        for number in range(times):
            lines = [f"Invoice {4711 + number * 1234} of the third quarter", "was paid by Hannah Lindqvist"]
            run.desktop.painter.paint("scroll")
            await asyncio.sleep(SETTLE_SECONDS)
            run.desktop.painter.paint("input")  # nothing moves by itself
            with show_text(run.desktop, lines) as shown_at:
                pictures = []
                while time.monotonic() < shown_at + READING_SECONDS:
                    pictures.append((time.monotonic() - shown_at, await run.letter()))
                    await asyncio.sleep(0.1)
            read = [(at, await read_text(picture)) for at, picture in pictures]
            readable = [at for at, text in read if all(line in text for line in lines)]
            found.append(min(readable, default=READING_SECONDS) * 1000)
    return {"readable_p50_ms": percentile(found, 0.5), "readable_max_ms": max(found)}


async def measure_healing(link: str) -> dict[str, float]:
    """Return how long after a narrow time of 5 s the estimate is back at 80 % of what it was, or of the link's rate."""
    async with trial(link) as run:
        run.desktop.painter.paint("scroll")
        await asyncio.sleep(2 * SETTLE_SECONDS)
        rate = LINKS[link].rate or 4e6
        before = min((await run.qualities())[-1].estimate_kbit or 0.0, rate / 1000)
        run.link.set(replace(LINKS[link], rate=rate / 8))
        await asyncio.sleep(5)
        run.link.set(link)
        began = time.monotonic()
        for _ in range(300):
            await asyncio.sleep(0.1)
            if ((await run.qualities())[-1].estimate_kbit or 0.0) >= 0.8 * before:
                break
        return {"healed_s": time.monotonic() - began}


async def measure(link: str, workload: str, seconds: float = 10.0, quality: str = "auto") -> dict[str, float]:
    """Return the figures of one run: a workload of the painter's, `readable` or `healing`."""
    if workload == "readable":
        return await measure_readable(link)
    if workload == "healing":
        return await measure_healing(link)
    return await measure_motion(link, workload, seconds, quality)


def main() -> None:
    """Measure what the command line says and print the figures."""
    link, workload, *rest = sys.argv[1:]
    found = asyncio.run(measure(link, workload, float(rest[0]) if rest else 10.0, *rest[1:2]))
    print(json.dumps({key: round(value, 1) for key, value in found.items()}))


if __name__ == "__main__":
    main()
