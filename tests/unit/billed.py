"""A contract to change, and months of it, for tests of money."""

from datetime import UTC, datetime
from typing import Any

from roost.definitions import times
from roost.kernel.calendar import start_of_day
from roost.kernel.ids import ClientId
from roost.kernel.money import Money
from roost.kernel.time import InstantUs
from roost.office import billing
from roost.office.contracts.model import Contract, ContractVersion, Line, Measure
from roost.office.contracts.plan import Plan
from roost.office.contracts.sellers import LegalEntity, Seller, TaxCategory, TaxRate
from roost.office.invoices.messages import Draft, DraftLine
from roost.office.invoices.tally import Tally
from roost.office.quantities import Quantities

GRID = ClientId("power-grid")
SHANGHAI = times.zone("Asia/Shanghai")
VAT = TaxCategory("standard", (TaxRate(0, "17"), TaxRate(times.local_day("2019-04-01") or 0, "6")))
SELLER = Seller("guiyang", LegalEntity("Guiyang Call Centre Ltd"), "GY", (VAT,))


def instant(text: str) -> InstantUs:
    """An instant in UTC, to the microsecond."""
    return InstantUs(round(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp() * 1e6))


def day(text: str) -> int:
    """A day's number."""
    found = times.local_day(text)
    assert found is not None
    return found


def line(rate: str = "1", measure: Measure = Measure.CONTACTS, **rules: Any) -> Line:
    """A line `contacts`, but for these rules."""
    values = {"name": "contacts", "text": "Contacts"} | rules
    return Line(measure=measure, rate=rate, **values)


def version(since: str, *lines: Line, **rules: Any) -> ContractVersion:
    """A version from a day on."""
    return ContractVersion(day(since), lines, **rules)


def agreed(*versions: ContractVersion, **rules: Any) -> Contract:
    """A contract of these versions."""
    values = {"currency": "CNY", "zone": SHANGHAI, "billable": ("answered",)} | rules
    return Contract(client=GRID, versions=versions, **values)


def simple(*lines: Line, since: str = "2026-01-01", **rules: Any) -> Contract:
    """A contract of one version with these lines."""
    of_version = {
        name: rules.pop(name)
        for name in ("minimum", "service", "caps", "forecast", "programmes")
        if name in rules
    }
    return agreed(version(since, *lines, **of_version), **rules)


def drafted(
    terms: Contract,
    quantities: dict[str, int | dict[str, int]] | None = None,
    period: str = "2026-11",
    on: str = "",
    **facts: Any,
) -> Draft:
    """A month with so much of each line (by surcharge, where there are some), all on one day."""
    plan, tally = Plan(terms), Tally()
    at = day(on or f"{period}-10")
    index = plan.index_at(start_of_day(terms.zone, at))
    since = {one.name: one.since for one in plan.lines[max(0, index)]}
    for name, some in (quantities or {}).items():
        for surcharge, quantity in (some if isinstance(some, dict) else {"": some}).items():
            contacts = quantity if quantity < 10**7 else 1
            tally.add((name, since[name], surcharge, at), quantity, contacts)
    return billing.draft(plan, period, Quantities(tally, **facts))


def total(*args: Any, **rules: Any) -> str:
    """A draft's total, as text without the currency."""
    return plain(drafted(*args, **rules).total)


def plain(money: Money) -> str:
    """An amount without its currency."""
    return str(money).split(" ")[0]


def amounts(draft: Draft) -> dict[str, str]:
    """Lines' amounts by name."""
    return {one.name: plain(one.amount) for one in draft.lines}


def named(draft: Draft, name: str) -> DraftLine:
    """One line."""
    return next(one for one in draft.lines if one.name == name)
