"""What happens as the server falls silent, as a pure state machine: shown, held, asked again, ended (security C6)."""

from dataclasses import dataclass
from enum import StrEnum

SHOW_SECONDS = 3.0
SUSPEND_SECONDS = 10.0
CONFIRM_SECONDS = 60.0
END_SECONDS = 600.0


class Rung(StrEnum):
    """How far the silence has gone."""

    LIVE = "live"
    RECONNECTING = "reconnecting"
    SUSPENDED = "suspended"
    UNCONFIRMED = "unconfirmed"
    ENDED = "ended"


class Effect(StrEnum):
    """What the program has to do at a step."""

    SHOW_LOST = "show_lost"
    SUSPEND_CONTROL = "suspend_control"
    SHOW_BACK = "show_back"
    ASK_CONTINUE = "ask_continue"
    RESUME = "resume"
    END = "end"


_RUNGS: tuple[tuple[float, Rung, Effect | None], ...] = (
    (SHOW_SECONDS, Rung.RECONNECTING, Effect.SHOW_LOST),
    (SUSPEND_SECONDS, Rung.SUSPENDED, Effect.SUSPEND_CONTROL),
    (CONFIRM_SECONDS, Rung.UNCONFIRMED, None),
    (END_SECONDS, Rung.ENDED, Effect.END),
)
_ORDER = list(Rung)


@dataclass(slots=True)
class Ladder:
    """Climbs with silence, returns with the first word. `needs_click` stays until the owner presses Continue."""

    last_heard: float
    rung: Rung = Rung.LIVE
    needs_click: bool = False

    def step(self, now: float) -> list[Effect]:
        """Return what to do at `now` (seconds of `clock.now`); passes no rung without its effect."""
        effects: list[Effect] = []
        for seconds, rung, effect in _RUNGS:
            if now - self.last_heard >= seconds and _ORDER.index(rung) > _ORDER.index(self.rung):
                self.rung = rung
                self.needs_click = self.needs_click or rung is Rung.UNCONFIRMED
                if effect is not None:
                    effects.append(effect)
        return effects

    def heard(self, now: float) -> list[Effect]:
        """The server spoke. Silence that nobody measured (the computer slept) counts in full first."""
        effects = self.step(now)
        if self.rung is Rung.ENDED:
            return effects
        self.last_heard = now
        if self.rung is Rung.LIVE:
            return effects
        held = self.rung in (Rung.SUSPENDED, Rung.UNCONFIRMED)
        self.rung = Rung.LIVE
        effects.append(Effect.SHOW_BACK)
        if self.needs_click:
            effects.append(Effect.ASK_CONTINUE)
        elif held:
            effects.append(Effect.RESUME)
        return effects

    def clicked(self) -> list[Effect]:
        """The owner pressed Continue in the bar. Counts only while the server is there."""
        if self.rung is not Rung.LIVE or not self.needs_click:
            return []
        self.needs_click = False
        return [Effect.RESUME]
