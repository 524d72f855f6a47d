"""Turns fractions of wheel steps, as touch pads and fine wheels send them, into whole ones."""

import math
import time

FORGET_SECONDS = 1.0


class WheelSteps:
    """Adds up per axis. What is left over is forgotten when the direction turns, or after a pause."""

    def __init__(self) -> None:
        self._left = [0.0, 0.0]
        self._at = 0.0

    def take(self, dx: float, dy: float) -> tuple[int, int]:
        """Return the whole steps that are due now, right and down positive."""
        now = time.monotonic()
        if now - self._at > FORGET_SECONDS:
            self.reset()
        self._at = now
        return self._axis(0, dx), self._axis(1, dy)

    def _axis(self, axis: int, delta: float) -> int:
        left = self._left[axis]
        if left * delta < 0:
            left = 0.0
        left = round(left + delta, 6)  # ten tenths are a step
        steps = math.trunc(left)
        self._left[axis] = left - steps
        return steps

    def reset(self) -> None:
        """Forget what is left over: someone else turns the wheel."""
        self._left = [0.0, 0.0]
