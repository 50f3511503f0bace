"""The dictionary: every measure, once. A contract, a report and a page name one by id and
version; a definition that's in use never changes, it gets a successor with another version.

First contact resolution is not here: it needs to know what a matter is. Adherence, conformance
and shrinkage come with schedules, `utilisation` is by signed-in time until then.
"""

from collections.abc import Mapping
from enum import StrEnum
from functools import cache
from typing import Final

from msgspec import Struct

from roost.office.measures.counts import COUNTS, Sums
from roost.office.measures.facts import What
from roost.office.measures.formulas import (
    Formula,
    Mean,
    Share,
    Total,
    counted_by,
    exact,
    shown,
    terms_of,
)

__all__ = ["MEASURES", "By", "Measure", "Rule", "Unit", "exact", "of_report", "shown", "value"]


class Unit(StrEnum):
    CONTACTS = "contacts"
    RINGS = "rings"
    SEGMENTS = "segments"
    TIMES = "times"
    US = "us"  # microseconds
    PER_CENT = "per_cent"


class Rule(StrEnum):
    """In which interval a thing is counted."""

    ARRIVAL = "arrival"  # when the contact arrived
    ENTRY = "entry"  # when it first entered the queue, however long ago its wait ended
    RING = "ring"  # when the ringing was over
    FINISH = "finish"  # when the segment was finished, wrap-up included
    SPENT = "spent"  # when the time was spent, cut at the interval's bounds


class By(StrEnum):
    """What a report has a row for."""

    QUEUES = "queues"
    CLIENTS = "clients"
    AGENTS = "agents"
    CODES = "codes"

    __hash__ = str.__hash__  # type: ignore[assignment]


RULES: Final[Mapping[What, Rule]] = {
    What.ARRIVAL: Rule.ARRIVAL,
    What.VISIT: Rule.ENTRY,
    What.CALLBACK: Rule.ENTRY,
    What.RING: Rule.RING,
    What.SEGMENT: Rule.FINISH,
    What.TIME: Rule.SPENT,
}
MEANT_FOR: Final[Mapping[What, frozenset[By]]] = {
    What.ARRIVAL: frozenset({By.CLIENTS}),
    What.VISIT: frozenset({By.QUEUES, By.CLIENTS}),
    What.CALLBACK: frozenset({By.QUEUES, By.CLIENTS}),
    What.RING: frozenset({By.QUEUES, By.CLIENTS, By.AGENTS}),
    What.SEGMENT: frozenset(By),
    What.TIME: frozenset({By.AGENTS}),
}


class Measure(Struct, frozen=True):
    """One definition. All its counts are of facts of one kind, so it has one time rule."""

    id: str
    version: int
    unit: Unit
    formula: Formula

    @property
    def what(self) -> What:
        """The kind of fact that it's about."""
        return COUNTS[terms_of(self.formula)[0]].what

    @property
    def rule(self) -> Rule:
        return RULES[self.what]

    @property
    def by(self) -> frozenset[By]:
        """The reports that it has a meaning in."""
        return MEANT_FOR[self.what]

    @property
    def decimals(self) -> int:
        return 1 if self.unit is Unit.PER_CENT else 0

    @property
    def opens(self) -> tuple[str, ...]:
        """The counts of the contacts that the figure is made of; none for a length of time,
        which opens to the agent's day."""
        if self.what is What.TIME:
            return ()
        terms = counted_by(self.formula)
        return tuple(_WHOSE.get(term, term) for term in terms)


#: The facts whose lengths, or times, a count sums up.
_WHOSE: Final[Mapping[str, str]] = {
    "longest_wait_us": "offered",
    "holds": "held",
}

_SHORT_OUT: Final = ("answered", "abandoned", "-short_abandoned")
_BOTH: Final = ("answered", "abandoned")
_BUSY: Final = ("ringing_us", "talking_us", "holding_us", "wrapping_us")

_ALL: Final = (
    # --- contacts, by arrival ---
    Measure("contacts", 1, Unit.CONTACTS, Total(("contacts",))),
    Measure("messages", 1, Unit.CONTACTS, Total(("messages",))),
    Measure("turned_away", 1, Unit.CONTACTS, Total(("turned_away",))),
    # --- visits to a queue, by entry ---
    Measure("offered", 1, Unit.CONTACTS, Total(("offered",))),
    Measure("answered", 1, Unit.CONTACTS, Total(("answered",))),
    Measure("abandoned", 1, Unit.CONTACTS, Total(("abandoned",))),
    Measure("short_abandoned", 1, Unit.CONTACTS, Total(("short_abandoned",))),
    Measure("overflowed", 1, Unit.CONTACTS, Total(("overflowed",))),
    Measure("called_back", 1, Unit.CONTACTS, Total(("called_back",))),
    Measure("to_voicemail", 1, Unit.CONTACTS, Total(("to_voicemail",))),
    Measure("ended_by_us", 1, Unit.CONTACTS, Total(("ended_by_us",))),
    Measure("waiting", 1, Unit.CONTACTS, Total(("waiting",))),
    Measure("service_level", 1, Unit.PER_CENT, Share(("answered_in_target",), _SHORT_OUT)),
    Measure("service_level_answered", 1, Unit.PER_CENT,
            Share(("answered_in_target",), ("answered",))),
    Measure("service_level_all", 1, Unit.PER_CENT, Share(("answered_in_target",), _BOTH)),
    Measure("service_level_late", 1, Unit.PER_CENT,
            Share(("answered_in_target",), (*_BOTH, "-abandoned_in_target"))),
    Measure("service_level_left", 1, Unit.PER_CENT,
            Share(("answered_in_target", "abandoned_in_target"), _BOTH)),
    Measure("abandonment", 1, Unit.PER_CENT,
            Share(("abandoned", "-short_abandoned"), ("offered", "-short_abandoned"))),
    Measure("asa", 1, Unit.US, Mean(("answered_wait_us",), ("answered",))),
    Measure("callbacks", 1, Unit.CONTACTS, Total(("callbacks",))),
    Measure("callbacks_reached", 1, Unit.CONTACTS, Total(("callbacks_reached",))),
    Measure("callbacks_missed", 1, Unit.CONTACTS, Total(("callbacks_missed",))),
    Measure("callback_wait", 1, Unit.US, Mean(("callback_wait_us",), ("callbacks_reached",))),
    Measure("abandoned_wait", 1, Unit.US, Mean(("abandoned_wait_us",), ("abandoned",))),
    Measure("longest_wait", 1, Unit.US, Total(("longest_wait_us",))),
    Measure("told", 1, Unit.CONTACTS, Total(("told",))),
    Measure("told_error", 1, Unit.US, Mean(("told_off_us",), ("told",))),
    Measure("told_kept", 1, Unit.PER_CENT, Share(("told_kept",), ("told", "told_too_short"))),
    # --- rings, when they're over ---
    Measure("rings", 1, Unit.RINGS, Total(("rings",))),
    Measure("missed_rings", 1, Unit.RINGS, Total(("missed_rings",))),
    Measure("no_answers", 1, Unit.RINGS, Total(("no_answers",))),
    Measure("declined", 1, Unit.RINGS, Total(("declined",))),
    Measure("unreachable", 1, Unit.RINGS, Total(("unreachable",))),
    Measure("average_ring", 1, Unit.US, Mean(("taken_ring_us",), ("taken_rings",))),
    # --- segments, when they're finished ---
    Measure("handled", 1, Unit.SEGMENTS, Total(("handled",))),
    Measure("aht", 1, Unit.US, Mean(("talk_us", "hold_us", "wrap_up_us"), ("handled",))),
    Measure("average_talk", 1, Unit.US, Mean(("talk_us",), ("handled",))),
    Measure("average_hold", 1, Unit.US, Mean(("hold_us",), ("handled",))),
    Measure("average_wrap_up", 1, Unit.US, Mean(("wrap_up_us",), ("handled",))),
    Measure("held", 1, Unit.SEGMENTS, Total(("held",))),
    Measure("holds", 1, Unit.TIMES, Total(("holds",))),
    Measure("transfers", 1, Unit.SEGMENTS, Total(("blind_transfers", "consult_transfers"))),
    Measure("blind_transfers", 1, Unit.SEGMENTS, Total(("blind_transfers",))),
    Measure("consult_transfers", 1, Unit.SEGMENTS, Total(("consult_transfers",))),
    Measure("transfer_rate", 1, Unit.PER_CENT,
            Share(("blind_transfers", "consult_transfers"), ("handled",))),
    Measure("consults", 1, Unit.SEGMENTS, Total(("consults",))),
    Measure("calls_made", 1, Unit.SEGMENTS, Total(("calls_made",))),
    # --- agents' time, as it was spent ---
    Measure("signed_in_time", 1, Unit.US, Total(("signed_in_us",))),
    Measure("ready_time", 1, Unit.US, Total(("ready_us",))),
    Measure("away_time", 1, Unit.US, Total(("away_us",))),
    Measure("ringing_time", 1, Unit.US, Total(("ringing_us",))),
    Measure("talking_time", 1, Unit.US, Total(("talking_us",))),
    Measure("holding_time", 1, Unit.US, Total(("holding_us",))),
    Measure("wrap_up_time", 1, Unit.US, Total(("wrapping_us",))),
    Measure("working_time", 1, Unit.US, Total(("working_us",))),
    Measure("occupancy", 1, Unit.PER_CENT, Share(_BUSY, (*_BUSY, "ready_us"))),
    Measure("utilisation", 1, Unit.PER_CENT, Share(_BUSY, ("signed_in_us",))),
)  # fmt: skip

MEASURES: Final[Mapping[str, Measure]] = {measure.id: measure for measure in _ALL}
"""The version of each that's in force; a superseded one stays beside it in PAST."""

PAST: Final[Mapping[tuple[str, int], Measure]] = {}
"""Superseded versions that a contract or a kept report may still name."""


def named(id: str, version: int | None = None) -> Measure | None:
    """A measure by id, of a version (None: the one in force)."""
    current = MEASURES.get(id)
    if current is not None and version in (None, current.version):
        return current
    return None if version is None else PAST.get((id, version))


def value(id: str, sums: Sums) -> float | int | None:
    """A measure's figure as it's shown; None where there's no data."""
    return shown(MEASURES[id].formula, sums)


def count(id: str, sums: Sums) -> int:
    """A measure that is a plain count."""
    found = exact(MEASURES[id].formula, sums)
    assert found is not None, id
    return int(found)


def length_us(id: str, sums: Sums) -> int | None:
    """A measure that is a length, in whole microseconds."""
    found = shown(MEASURES[id].formula, sums)
    return None if found is None else int(found)


@cache
def of_report(by: By, *, by_agent: bool = False) -> tuple[Measure, ...]:
    """The measures of a report, in the dictionary's order. `by_agent`: of some agents' or some
    codes' part alone, which nobody arrives or waits for."""
    return tuple(
        measure
        for measure in MEASURES.values()
        if by in measure.by and not (by_agent and measure.what in (What.ARRIVAL, What.VISIT))
    )
