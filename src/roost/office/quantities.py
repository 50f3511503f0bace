"""Everything that a client's draft of a month is computed from: sums and declared facts.

Sums of integers, so any batches and any order of arrival give the same; what a draft makes of
them is `billing.draft`.
"""

from collections.abc import Iterable

from msgspec import Struct

from roost.kernel.ids import QueueId
from roost.kernel.time import InstantUs
from roost.office.contracts.messages import CostSum, Exclusion, ForecastLocked
from roost.office.contracts.one_off import OneOff
from roost.office.contracts.plan import Plan
from roost.office.contracts.pricing import worked
from roost.office.invoices.tally import Tally
from roost.office.measures.counts import Sums
from roost.office.worktime.messages import Worked


class Served(Struct, frozen=True, gc=False):
    """What entered a queue in the quarter of an hour that begins at `at` (UTC)."""

    at: InstantUs
    queue: QueueId
    sums: Sums


class Quantities(Struct):
    """One client's month."""

    tally: Tally
    served: tuple[Served, ...] = ()  # of all queues that a term names
    exclusions: tuple[Exclusion, ...] = ()
    forecasts: tuple[ForecastLocked, ...] = ()  # all that were ever locked
    one_off: tuple[OneOff, ...] = ()  # beside the contract's own
    costs: tuple[CostSum, ...] = ()


def take_worked(tally: Tally, plan: Plan, parts: Iterable[Worked]) -> None:
    """Adds agents' time to the lines by the hour: no contacts, and in any order."""
    for one in parts:
        for part in worked(plan, one.at, one.production_us, one.paid_us):
            tally.add((part.line, part.since, part.surcharge, part.day), part.quantity, 0)
