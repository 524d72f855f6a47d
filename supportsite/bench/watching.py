"""What the benchmark adds to the CSR's page to watch the picture. The product's own code is not touched.

All times are Unix times in milliseconds, so that they compare with the painter's on the same machine.
"""

from typing import Any

from playwright.sync_api import Page

from supportsite.bench.painter import PROBE_BITS, PROBE_BLOCK, PROBE_X, PROBE_Y

SCRIPT = (
    f"const PROBE = [{PROBE_X}, {PROBE_Y}, {PROBE_BITS}, {PROBE_BLOCK}];"
    """(() => {
  const [probeX, probeY, bits, block] = PROBE;
  const bench = {peers: [], updates: [], inputs: [], inputAt: 0, firstFrameAt: 0, frames: 0,
                 text: '', textAt: 0, bytes: 0};
  window.benchmark = bench;
  const now = () => performance.timeOrigin + performance.now();
  const Peer = window.RTCPeerConnection;
  window.RTCPeerConnection = class extends Peer {
    constructor(...given) { super(...given); bench.peers.push(this); }
  };
  window.WebSocket = new Proxy(window.WebSocket, {construct(Socket, given) {
    const socket = new Socket(...given);
    socket.addEventListener('message', ({data}) => { bench.bytes += data.byteLength ?? data.size ?? data.length; });
    return socket;
  }});
  const width = bits * block, height = block;
  const canvas = document.createElement('canvas');
  canvas.width = width; canvas.height = height;
  const context = canvas.getContext('2d', {willReadFrequently: true});
  let last = -1;
  const read = picture => {
    context.drawImage(picture, probeX, probeY, width, height, 0, 0, width, height);
    const data = context.getImageData(0, 0, width, height).data;
    let value = 0;
    for (let bit = 0; bit < bits; bit++) {
      const at = (height / 2 * width + bit * block + block / 2) * 4 + 1;
      if (data[at] > 128) value |= 1 << bit;
    }
    return value;
  };
  const look = picture => {
    const at = now();
    bench.frames += 1;
    if (!bench.firstFrameAt) bench.firstFrameAt = at;
    const value = read(picture);
    const seen = now();
    if (value !== last) {
      last = value;
      bench.updates.push([value, seen]);
      if (bench.inputAt) { bench.inputs.push(seen - bench.inputAt); bench.inputAt = 0; }
    }
  };
  // A video says when it has a new frame; a canvas is looked at once per refresh.
  const follow = video => {
    const step = () => { look(video); video.requestVideoFrameCallback(step); };
    video.requestVideoFrameCallback(step);
  };
  const followCanvas = picture => {
    const step = () => { if (picture.isConnected) { look(picture); requestAnimationFrame(step); } };
    requestAnimationFrame(step);
  };
  const followed = new WeakSet();
  setInterval(() => {
    for (const video of document.querySelectorAll('video'))
      if (!followed.has(video)) { followed.add(video); follow(video); }
    for (const picture of document.querySelectorAll('canvas'))
      if (!followed.has(picture) && picture.width >= 1900) { followed.add(picture); followCanvas(picture); }
  }, 20);
  window.addEventListener('pointerdown', () => { bench.inputAt = now(); }, true);
  new MutationObserver(() => {
    if (bench.text && !bench.textAt && document.body?.textContent.includes(bench.text)) bench.textAt = now();
  }).observe(document, {subtree: true, childList: true, characterData: true});
})();"""
)

STATISTICS = """async () => {
  const peer = benchmark.peers.filter(item => item.connectionState === 'connected').at(-1);
  const found = {};
  if (peer) (await peer.getStats()).forEach(item => {
    if (item.type === 'inbound-rtp' && item.kind === 'video')
      for (const name of ['bytesReceived', 'framesDecoded', 'framesDropped', 'pliCount', 'packetsLost', 'nackCount'])
        found[name] = item[name] ?? 0;
  });
  return found;
}"""


class Watch:
    """The watcher in a page that was opened with `SCRIPT` as an init script."""

    def __init__(self, page: Page) -> None:
        self._page = page

    def reset(self) -> None:
        """Forget the updates and inputs so far."""
        self._page.evaluate("benchmark.updates.length = benchmark.inputs.length = benchmark.inputAt = 0")

    def updates(self) -> list[tuple[int, float]]:
        """Return the probe's values and when each was first seen."""
        return [(int(value), float(at) + self._skew()) for value, at in self._page.evaluate("benchmark.updates")]

    def inputs(self) -> list[float]:
        """Return the milliseconds from each pointer press to the update that it caused."""
        return [float(value) for value in self._page.evaluate("benchmark.inputs")]

    def reset_first_frame(self) -> None:
        """Forget the first frame: the next one is the first."""
        self._page.evaluate("benchmark.firstFrameAt = 0")

    def first_frame_at(self) -> float:
        """Return when the first frame of a picture was shown, 0 before."""
        at = float(self._page.evaluate("benchmark.firstFrameAt"))
        return at and at + self._skew()

    def await_text(self, text: str) -> None:
        """Begin to wait for a text."""
        self._page.evaluate("text => { benchmark.text = text; benchmark.textAt = 0; }", text)

    def text_at(self) -> float:
        """Return when the awaited text appeared, 0 before."""
        at = float(self._page.evaluate("benchmark.textAt"))
        return at and at + self._skew()

    def statistics(self) -> dict[str, Any]:
        """Return the receiver's own counters."""
        return dict(self._page.evaluate(STATISTICS))

    def socket_bytes(self) -> int:
        """Return the bytes that came by WebSocket so far."""
        return int(self._page.evaluate("benchmark.bytes"))

    def _skew(self) -> float:
        """Milliseconds to add to the page's clock, which was set when the page was opened, to get the system's."""
        code = "() => Date.now() + 0.5 - performance.timeOrigin - performance.now()"
        values = sorted(float(self._page.evaluate(code)) for _ in range(9))
        return values[4]
