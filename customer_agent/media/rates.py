"""How much a link is asked to carry: three steps, chosen from what the viewers report.

Pure. A full congestion control comes later; these steps are safe: a step down at once, a step up slowly.
"""

from dataclasses import dataclass

MAX_LOSS_OF_STEP_UP = 0.01
LOSS_OF_STEP_DOWN = 0.05
ROUND_TRIP_GROWTH_OF_STEP_DOWN = 0.15
CLEAN_REPORTS_FOR_STEP_UP = 2
CLEAN_REPORTS_AFTER_STEP_DOWN = 10


@dataclass(frozen=True, slots=True)
class RateStep:
    """Limits of the encoder. A bigger VBV buffer makes a bigger key frame: `buffer_bits` / 8 is about its size."""

    crf: int
    max_bits_per_second: int
    buffer_bits: int
    frames_per_second: int


STEPS = (
    RateStep(crf=24, max_bits_per_second=20_000_000, buffer_bits=3_000_000, frames_per_second=60),
    RateStep(crf=26, max_bits_per_second=4_000_000, buffer_bits=1_000_000, frames_per_second=30),
    RateStep(crf=30, max_bits_per_second=900_000, buffer_bits=300_000, frames_per_second=15),
)
FIRST_STEP = 0  # a page of text starved to less is not readable; a link that cannot carry it says so in a second


@dataclass(frozen=True, slots=True)
class LinkReport:
    """One viewer's link in the last second: lost part 0..1 of what was sent, round trip in seconds (None: unknown)."""

    loss: float
    round_trip: float | None


class RateControl:
    """Chooses the step for one viewer's link from its reports, one a second."""

    def __init__(self) -> None:
        self.step = FIRST_STEP
        self._shortest: float | None = None
        self._clean = 0
        self._needed = CLEAN_REPORTS_FOR_STEP_UP

    def report(self, report: LinkReport) -> int:
        """Take a report and return the step that fits now, an index of STEPS."""
        growth = 0.0
        if report.round_trip is not None:
            self._shortest = min(report.round_trip, self._shortest or report.round_trip)
            growth = report.round_trip - self._shortest
        if report.loss > LOSS_OF_STEP_DOWN or growth > ROUND_TRIP_GROWTH_OF_STEP_DOWN:
            self.step = min(self.step + 1, len(STEPS) - 1)
            self._clean, self._needed = 0, CLEAN_REPORTS_AFTER_STEP_DOWN
        elif report.loss <= MAX_LOSS_OF_STEP_UP:
            self._clean += 1
            if self._clean >= self._needed and self.step > 0:
                self.step -= 1
                self._clean = 0
        else:
            self._clean = 0
        return self.step
