"""Which adapter carries out which effect. The one table of this process that says so."""

from collections.abc import Callable
from typing import Any, Final, Protocol

from roost.floor import effects
from roost.kernel.messages import Effect

SIGNALLING: Final = (
    effects.RingLeg,
    effects.AnswerLeg,
    effects.RefuseLeg,
    effects.DialAgent,
    effects.DialNumber,
    effects.TellPhone,
    effects.AnswerLine,
    effects.EndLine,
    effects.NudgePhone,
    effects.EndLeg,
    effects.AskLeg,
)
MEDIA: Final = (
    effects.SetMatrix,
    effects.CollectDigits,
    effects.StopCollecting,
    effects.StartTrack,
    effects.StopTrack,
    effects.PauseTrack,
    effects.SendDigits,
    effects.CloseMedia,
)
OUTSIDE: Final = (effects.AskWeb,)


class Performer(Protocol):
    def perform(self, effect: Any) -> None: ...


class Dispatch:
    """Closed at first: what the engine wants done while the adapters are being restored is
    kept, and leaves in its order when it's opened."""

    def __init__(self) -> None:
        self._handlers: dict[type[Effect], Callable[[Any], None]] | None = None
        self._kept: list[Effect] = []

    def perform(self, effect: Effect, _epoch: int) -> None:
        """For the engine: the epoch is media's to check, and it has it from the start."""
        if self._handlers is None:
            self._kept.append(effect)
        else:
            self._handlers[type(effect)](effect)

    def now(self, effect: Effect) -> None:
        """Past the engine: only where the log can't be written any more."""
        self.perform(effect, 0)

    def open(self, telephony: Performer, media: Performer, outside: Performer) -> None:
        self._handlers = {
            **dict.fromkeys(SIGNALLING, telephony.perform),
            **dict.fromkeys(MEDIA, media.perform),
            **dict.fromkeys(OUTSIDE, outside.perform),
        }
        kept, self._kept = self._kept, []
        for effect in kept:
            self._handlers[type(effect)](effect)
