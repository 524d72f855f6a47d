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


_COUNT = """([red, green, blue, tolerance]) => {
  const shown = v => v.videoWidth && v.readyState >= 2 && v.getBoundingClientRect().width > 0;
  const video = [...document.querySelectorAll('video')].filter(shown).at(-1);
  if (!video) return -1;
  const canvas = document.createElement('canvas');
  canvas.width = video.videoWidth; canvas.height = video.videoHeight;
  const context = canvas.getContext('2d', {willReadFrequently: true});
  context.drawImage(video, 0, 0);
  const data = context.getImageData(0, 0, canvas.width, canvas.height).data;
  let found = 0;
  for (let at = 0; at < data.length; at += 4)
    if (Math.abs(data[at] - red) <= tolerance && Math.abs(data[at + 1] - green) <= tolerance
        && Math.abs(data[at + 2] - blue) <= tolerance) found += 1;
  return found;
}"""


def count(page: Page, colour: tuple[int, int, int], tolerance: int = TOLERANCE) -> int:
    """Return how many pixels of the whole picture have a colour; -1 while there is no picture."""
    return int(page.evaluate(_COUNT, [*colour, tolerance]))


def size(page: Page) -> tuple[int, int]:
    """Return width and height of the picture in its own pixels; (0, 0) without one."""
    videos = "[...document.querySelectorAll('video')].filter(v => v.videoWidth)"
    width, height = page.evaluate(
        f"() => {{ const v = {videos}.at(-1); return v ? [v.videoWidth, v.videoHeight] : [0, 0]; }}"
    )
    return int(width), int(height)


def frames(page: Page) -> int:
    """Return how many frames the newest <video> has shown so far; 0 without one."""
    videos = "[...document.querySelectorAll('video')]"
    return int(page.evaluate(f"() => {videos}.at(-1)?.getVideoPlaybackQuality().totalVideoFrames ?? 0"))
