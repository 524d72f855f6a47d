"""Reads what a <video> really shows: proof that a picture is the customer's screen and not a placeholder."""

from playwright.sync_api import Page

from sessions.tests.e2e.waiting import PATIENCE_SECONDS, until

# Decoded colours differ a little from painted ones (limited range, 4:2:0, quantiser).
TOLERANCE = 40

_READ = """([x, y]) => {
  const shown = v => v.videoWidth && v.readyState >= 2 && v.getBoundingClientRect().width > 0;
  const video = [...document.querySelectorAll('video')].filter(shown).at(-1);
  if (!video) return null;
  const canvas = document.createElement('canvas');
  canvas.width = canvas.height = 4;
  const context = canvas.getContext('2d', {willReadFrequently: true});
  context.drawImage(video, x * video.videoWidth - 2, y * video.videoHeight - 2, 4, 4, 0, 0, 4, 4);
  const data = context.getImageData(0, 0, 4, 4).data;
  const sum = [0, 0, 0];
  for (let i = 0; i < data.length; i += 4) for (let c = 0; c < 3; c++) sum[c] += data[i + c];
  return sum.map(value => Math.round(value / 16));
}"""


def pixel(page: Page, x: float, y: float) -> tuple[int, int, int] | None:
    """Return the mean colour of 4 x 4 pixels around (x, y), 0..1 of the picture; None while there is no picture."""
    colour = page.evaluate(_READ, [x, y])
    return None if colour is None else (colour[0], colour[1], colour[2])


def close_to(colour: tuple[int, int, int] | None, expected: tuple[int, int, int]) -> bool:
    """Return whether two colours are the same within the codec's tolerance."""
    return colour is not None and all(abs(a - b) <= TOLERANCE for a, b in zip(colour, expected, strict=True))


def shows(page: Page, x: float, y: float, expected: tuple[int, int, int], seconds: float = PATIENCE_SECONDS) -> None:
    """Wait until the picture has `expected` at (x, y)."""
    until(lambda: close_to(pixel(page, x, y), expected), f"the picture shows {expected} at {x:.2f}, {y:.2f}", seconds)


def frames(page: Page) -> int:
    """Return how many frames the newest <video> has shown so far; 0 without one."""
    videos = "[...document.querySelectorAll('video')]"
    return int(page.evaluate(f"() => {videos}.at(-1)?.getVideoPlaybackQuality().totalVideoFrames ?? 0"))
