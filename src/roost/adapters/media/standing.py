"""Standing legs: one that stays, and goes by the name of whatever contact's leg is attached.

    standing ── attach ──► attached ⇄ interrupted (no packet for a second)
        ▲────── the contact's leg is closed ──┘

A desk in a browser has one connection for a whole shift, so its leg outlives the calls on it.
Its address may change (another connection), its line doesn't. What counts for the contact's
leg is only what passed while it was attached.
"""

from collections.abc import Callable
from typing import Final

from roost.adapters.media.bounds import QUIET_US
from roost.adapters.media.leg import Counts, Leg
from roost.adapters.media.wire import Interrupted, Measured, OutcomeBody
from roost.kernel.ids import ContactId, LegId
from roost.kernel.time import DurationUs

LOOK_US: Final = 100_000  # how often the attached legs' lines are looked at


class Attached:
    """The attached legs by their contacts' names."""

    def __init__(self, outcome: Callable[[OutcomeBody], None]) -> None:
        self.legs: dict[LegId, Leg] = {}
        self._outcome = outcome
        self._look_us = 0

    def take(
        self, leg: Leg, id: LegId, contact: ContactId, before: Counts, silence_us: int, now_us: int
    ) -> None:
        """The standing leg goes by this name from now on."""
        leg.id, leg.contact, leg.before = id, contact, before
        leg.interrupted = False
        leg.silent_times = (now_us - leg.taken_us) // silence_us  # from before it was attached
        leg.typed = []
        self.legs[id] = leg

    def give_back(self, leg: Leg) -> None:
        """It goes by its own name again."""
        del self.legs[leg.id]
        leg.id, leg.contact, leg.before = leg.own, leg.home, Counts()
        leg.interrupted = False
        leg.typed = []

    def look(self, now_us: int) -> None:
        """Tells whose packets stopped, and whose came back."""
        if now_us < self._look_us:
            return
        self._look_us = now_us + LOOK_US
        for leg in self.legs.values():
            quiet = leg.expected and now_us - leg.taken_us >= QUIET_US
            if quiet is not leg.interrupted:
                leg.interrupted = quiet
                self._outcome(Interrupted(leg.id, back=not quiet))


def measured(leg: Leg) -> Measured:
    """What was counted on a leg, or while it was attached."""
    counts, before = leg.counts(), leg.before
    return Measured(
        leg.contact,
        leg.id,
        counts.received - before.received,
        counts.sent - before.sent,
        counts.lost - before.lost,
        DurationUs(leg.reception.jitter_us),
        counts.strangers - before.strangers,
        max(0, counts.far_lost - before.far_lost),
        DurationUs(leg.far_jitter * 125),
        DurationUs(leg.round_trip_us),
    )
