"""Lines by the hour: agents' time put together with contracts. Worked out when a draft is asked
for; it's the same integers in any order."""

from collections.abc import Iterable

from roost.kernel.time import InstantUs
from roost.office.contracts.model import HOURS, Contract, Line
from roost.office.contracts.plan import Plan, programmes_of
from roost.office.contracts.pricing import worked as parts_of
from roost.office.invoices.tally import Tally
from roost.office.worktime.messages import Worked


def by_the_hour(contract: Contract) -> bool:
    """Whether any line of the contract goes by agents' time."""
    return any(
        _hourly(line)
        for version in contract.versions
        for programme in programmes_of(version)
        for line in programme.lines
    )


def _hourly(line: Line) -> bool:
    if line.fte is not None:
        return not line.fte.contracted
    return line.measure in HOURS


def add_hours(
    contract: Contract, tally: Tally, worked: Iterable[Worked], start: InstantUs, end: InstantUs
) -> None:
    """Adds the client's part of agents' time, of the quarters that begin within the month."""
    plan = Plan(contract)
    for one in worked:
        if one.client != contract.client or not start <= one.at < end:
            continue
        for part in parts_of(plan, one.at, one.production_us, one.paid_us):
            key = (part.line, part.since, part.surcharge, part.day)
            tally.add(key, part.quantity, contacts=0)
