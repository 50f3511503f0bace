"""Counts: sums over facts. All are additive, so any batches, any order and any larger interval
give the same; `longest_wait_us` alone is a maximum, which is as indifferent to order.

A count is a condition on facts and what each of them adds: the same words serve for summing in
memory, and for asking a database which contacts a count is made of.
"""

from collections.abc import Iterable, Mapping, MutableMapping
from functools import lru_cache
from typing import Final

from msgspec import Struct

from roost.office.measures.facts import Fact, Mark, What

MOST_ALIKE: Final = 1024  # kinds, words and marks that facts have together: a few dozen
ANSWERED: Final = ("answered",)
ABANDONED: Final = ("abandoned",)
OURS: Final = ("answer", "transfer")  # segments that AHT counts
NOT_TAKEN: Final = ("no_answer", "declined", "unreachable")

#: Sums by the name of the count; what's missing is 0.
Sums = Mapping[str, int]


class Count(Struct, frozen=True, gc=False):
    """Facts of one kind whose word is one of `words` (none: any), which have all marks of
    `having` and none of `lacking`. Each adds 1, or its own `amount`; `most`: the largest."""

    what: What
    words: tuple[str, ...] = ()
    having: int = 0
    lacking: int = 0
    amount: str = ""
    most: bool = False

    def takes(self, fact: Fact) -> bool:
        """Whether a fact is counted."""
        return fact.what is self.what and self.fits(fact.word, fact.marks)

    def fits(self, word: str, marks: int) -> bool:
        """Whether a fact of this count's kind is counted."""
        if self.words and word not in self.words:
            return False
        return marks & self.having == self.having and not marks & self.lacking


def _visits(*words: str, having: int = 0, amount: str = "") -> Count:
    return Count(What.VISIT, words, having, amount=amount)


def _segments(*words: str, having: int = 0, amount: str = "") -> Count:
    return Count(What.SEGMENT, words, having, amount=amount)


def _time(*states: str) -> Count:
    return Count(What.TIME, states, amount="spent_us")


COUNTS: Final[Mapping[str, Count]] = {
    "contacts": Count(What.ARRIVAL),
    "messages": Count(What.ARRIVAL, having=Mark.MESSAGE),
    "turned_away": Count(What.ARRIVAL, having=Mark.TURNED_AWAY),
    "offered": _visits(),
    "answered": _visits(*ANSWERED),
    "abandoned": _visits(*ABANDONED),
    "short_abandoned": _visits(*ABANDONED, having=Mark.SHORT),
    "overflowed": _visits("overflowed"),
    "called_back": _visits("called_back"),
    "to_voicemail": _visits("voicemail"),
    "ended_by_us": _visits("ended_by_us"),
    "waiting": _visits("waiting"),
    "answered_in_target": _visits(*ANSWERED, having=Mark.IN_TARGET),
    "abandoned_in_target": _visits(*ABANDONED, having=Mark.IN_TARGET),
    "answered_wait_us": _visits(*ANSWERED, amount="waited_us"),
    "abandoned_wait_us": _visits(*ABANDONED, amount="waited_us"),
    "longest_wait_us": Count(What.VISIT, amount="waited_us", most=True),
    "told": _visits(*ANSWERED, having=Mark.TOLD),
    "told_kept": _visits(*ANSWERED, having=Mark.TOLD | Mark.KEPT),
    "told_too_short": _visits(*ABANDONED, having=Mark.TOLD),
    "told_off_us": _visits(*ANSWERED, having=Mark.TOLD, amount="off_us"),
    "rings": Count(What.RING, ("taken", *NOT_TAKEN, "caller_left")),
    "taken_rings": Count(What.RING, ("taken",)),
    "missed_rings": Count(What.RING, NOT_TAKEN),
    "no_answers": Count(What.RING, ("no_answer",)),
    "declined": Count(What.RING, ("declined",)),
    "unreachable": Count(What.RING, ("unreachable",)),
    "taken_ring_us": Count(What.RING, ("taken",), amount="rang_us"),
    "handled": _segments(*OURS),
    "talk_us": _segments(*OURS, amount="talk_us"),
    "hold_us": _segments(*OURS, amount="hold_us"),
    "wrap_up_us": _segments(*OURS, amount="wrap_up_us"),
    "held": _segments(*OURS, having=Mark.HELD),
    "holds": _segments(*OURS, amount="holds"),
    "blind_transfers": _segments(*OURS, having=Mark.BLIND),
    "consult_transfers": _segments(*OURS, having=Mark.CONSULTED),
    "consults": _segments("consult"),
    "calls_made": _segments("outbound"),
    "callbacks": Count(What.CALLBACK, ("waiting", "reached", "missed")),
    "callbacks_reached": Count(What.CALLBACK, ("reached",)),
    "callbacks_missed": Count(What.CALLBACK, ("missed",)),
    "callback_wait_us": Count(What.CALLBACK, ("reached",), amount="waited_us"),
    "signed_in_us": _time(),
    "away_us": _time("away"),
    "ready_us": _time("ready"),
    "ringing_us": _time("offered"),
    "talking_us": _time("talking"),
    "holding_us": _time("held"),
    "wrapping_us": _time("wrapping"),
    "working_us": _time("working"),
}
"""Every count, by its name."""

_OF: Final = {what: [pair for pair in COUNTS.items() if pair[1].what is what] for what in What}

#: Interval, client, queue, agent, code: what counts are kept by. Every part may be empty.
CellKey = tuple[int, str, str, str, str]


@lru_cache(MOST_ALIKE)
def _taking(what: What, word: str, marks: int) -> tuple[tuple[str, str, bool], ...]:
    """The counts that take such a fact: name, amount, whether it's a maximum."""
    return tuple(
        (name, count.amount, count.most) for name, count in _OF[what] if count.fits(word, marks)
    )


def add(sums: MutableMapping[str, int], fact: Fact, sign: int = 1) -> None:
    """Adds what a fact adds to each count (or takes it away again; a maximum stays)."""
    for name, amount, most in _taking(fact.what, fact.word, fact.marks):
        value = getattr(fact, amount) if amount else 1
        if most:
            if sign > 0 and value > sums.get(name, 0):
                sums[name] = value
        elif value:
            sums[name] = sums.get(name, 0) + sign * value


def together(all_sums: Iterable[Sums]) -> dict[str, int]:
    """The sums of several cells: what a larger interval, or all queues, come to."""
    whole: dict[str, int] = {}
    for sums in all_sums:
        for name, value in sums.items():
            if COUNTS[name].most:
                whole[name] = max(whole.get(name, 0), value)
            else:
                whole[name] = whole.get(name, 0) + value
    return whole
