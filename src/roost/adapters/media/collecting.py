"""One collection of digits, from the effect to its one outcome.

    playing ─ play over ─► first ─ digit ─► next ─ silence, terminator, enough ─► over
       └──── digit (with barge-in: the play stops) ──────►┘

While a prompt plays no clock runs; `first_us` runs from its end (or from the start when none
plays), `next_us` from each digit. Without barge-in digits during the prompt are dropped: the
caller answers a question that they haven't heard. Pure: the time is an argument.
"""

from enum import Enum, auto

from roost.adapters.media.bounds import MAX_DIGITS
from roost.floor.effects import CollectDigits


class State(Enum):
    PLAYING = auto()
    FIRST = auto()
    NEXT = auto()
    OVER = auto()


class Collection:
    """`digits` so far; `due_us` when the running clock ends, None while none runs."""

    __slots__ = ("asked", "digits", "due_us", "ended_by", "state")

    def __init__(self, asked: CollectDigits, now_us: int, playing: bool) -> None:
        self.asked = asked
        self.digits = ""
        self.ended_by = ""
        self.due_us: int | None = None
        self.state = State.PLAYING
        if not playing:
            self.play_ended(now_us)

    @property
    def over(self) -> bool:
        return self.state is State.OVER

    def play_started(self) -> None:
        """A prompt began on this leg: a first clock that ran waits for its end."""
        if self.state is State.FIRST:
            self.state, self.due_us = State.PLAYING, None

    def play_ended(self, now_us: int) -> None:
        """The prompt is over, or was taken away."""
        if self.state is State.PLAYING:
            self.state, self.due_us = State.FIRST, now_us + self.asked.first_us

    def digit(self, digit: str, now_us: int) -> bool:
        """Takes a digit; True when it interrupts the prompt."""
        if self.state is State.OVER:
            return False
        interrupts = self.state is State.PLAYING
        if interrupts and not self.asked.barge_in:
            return False
        if digit in self.asked.terminators:
            self._end("terminator")
            return interrupts
        self.digits += digit
        if len(self.digits) >= min(max(self.asked.most, 1), MAX_DIGITS):
            self._end("enough")
        else:
            self.state, self.due_us = State.NEXT, now_us + self.asked.next_us
        return interrupts

    def tick(self, now_us: int) -> None:
        """Ends the collection when its clock has run out."""
        if self.due_us is not None and now_us >= self.due_us:
            self._end("silence")

    def _end(self, why: str) -> None:
        self.state, self.due_us, self.ended_by = State.OVER, None, why
