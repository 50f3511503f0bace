"""Which commands were done, so that the same id twice is done once and answered the same.

After a restart this is rebuilt from the envelopes' `cause`. What a refused command came to is
remembered only until then: a refusal changed nothing, so it may be decided again.
"""

from collections import OrderedDict
from typing import Final

from roost.kernel.envelope import Stored
from roost.kernel.ids import CommandId
from roost.ports.commands import Answer, Done

REMEMBERED: Final = 100_000  # the newest commands; a repetition comes within seconds
TIMER_PREFIX: Final = "clock-"  # causes of the engine's own timers: nobody repeats those


class Remembered:
    """The answers of the newest commands."""

    def __init__(self, most: int = REMEMBERED) -> None:
        self._most = most
        self._answers: OrderedDict[CommandId, Answer] = OrderedDict()

    def __len__(self) -> int:
        return len(self._answers)

    def get(self, id: CommandId) -> Answer | None:
        return self._answers.get(id)

    def add(self, id: CommandId, answer: Answer) -> None:
        self._answers[id] = answer
        if len(self._answers) > self._most:
            self._answers.popitem(last=False)

    def restore(self, row: Stored) -> None:
        """Take over an event of the log: its cause was done, up to this number at least."""
        if row.cause.startswith(TIMER_PREFIX):
            return
        cause = CommandId(row.cause)
        known = self._answers.get(cause)
        contact = row.contact
        if isinstance(known, Done) and known.contact is not None:
            contact = known.contact
        self.add(cause, Done(row.number, contact))
