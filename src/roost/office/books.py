"""The office's books: records and contracts put together, for tests, summaries and proofs.

A projection keeps the same in tables (`adapters/views`); the functions are these.
"""

from collections.abc import Iterable, Mapping, MutableMapping
from types import MappingProxyType

from msgspec import Struct, field

from roost.kernel.envelope import Envelope
from roost.kernel.ids import ClientId, ContactId, QueueId
from roost.kernel.time import InstantUs
from roost.office import billing
from roost.office.accounts.messages import OFFICE
from roost.office.contracts.measured import Measured
from roost.office.contracts.messages import BillingSet, ContractAgreed, ContractEnded
from roost.office.contracts.model import Contract
from roost.office.contracts.period import period_of, span_of
from roost.office.contracts.plan import Plan
from roost.office.contracts.pricing import Part, Unbilled, price
from roost.office.contracts.sellers import Billing
from roost.office.counting import sums_of
from roost.office.facts import NOTHING_TOLD, Facts, corrected, fold_facts, out_of_the_bill
from roost.office.hours import add_hours, by_the_hour
from roost.office.invoices.messages import Draft
from roost.office.invoices.tally import LineKey, Tally
from roost.office.measures.counts import Sums, together
from roost.office.promises import needed
from roost.office.quantities import Served
from roost.office.reactions import measured_of
from roost.office.records.deep import from_events
from roost.office.records.fold import fold as fold_record
from roost.office.records.model import Record
from roost.office.worktime.times import Times, spent_between, worked
from roost.office.worktime.times import fold as fold_times


class Books(Struct):
    """All of the office's state. Contracts and records come from different streams, in any
    interleaving: prices are worked out when asked for."""

    records: dict[ContactId, Record] = {}
    contracts: dict[ClientId, Contract] = {}
    told: dict[ClientId, Facts] = {}
    times: Times = field(default_factory=Times)
    billing: Billing = Billing()


def fold(books: Books, envelope: Envelope) -> None:
    """Takes one event in, of the cell's stream, the settings' or the office's."""
    if envelope.stream == OFFICE:
        fold_facts(books.told, envelope)
    elif isinstance(envelope.body, BillingSet):
        books.billing = envelope.body.billing
    elif not fold_contract(books.contracts, envelope):
        fold_record(books.records, envelope)
        fold_times(books.times, envelope)


def fold_contract(contracts: MutableMapping[ClientId, Contract], envelope: Envelope) -> bool:
    """Takes in an event of a contract; whether it was one."""
    body = envelope.body
    if isinstance(body, ContractAgreed):
        contracts[body.contract.client] = body.contract
        return True
    if isinstance(body, ContractEnded):
        contracts.pop(ClientId(body.owner), None)
        return True
    return False


def tallies(
    contracts: Mapping[ClientId, Contract],
    finished: Iterable[Measured],
    told: Mapping[ClientId, Facts] = MappingProxyType({}),
) -> dict[tuple[ClientId, str], Tally]:
    """Sums by client and month: one for each month that has a draft."""
    plans = {client: Plan(contract) for client, contract in contracts.items()}
    made: dict[tuple[ClientId, str], Tally] = {}
    seen: dict[ClientId, set[str]] = {}
    for measured in finished:
        plan = plans.get(measured.client)
        if plan is None:
            continue
        zone, facts = plan.contract.zone, told.get(measured.client, NOTHING_TOLD)
        seen.setdefault(measured.client, set()).add(period_of(zone, measured.at))
        parts = out_of_the_bill(facts, measured) or price(plan, corrected(facts, measured))
        if isinstance(parts, Unbilled):
            continue
        for part in parts:
            period = period_of(zone, part.at)
            seen[measured.client].add(period)
            tally = made.setdefault((measured.client, period), Tally())
            tally.add(key_of(part), part.quantity)
    for client, months in seen.items():
        for period in billing.periods(contracts[client], min(months), max(months)):
            made.setdefault((client, period), Tally())
    return made


def key_of(part: Part) -> LineKey:
    """Where a part is summed."""
    return (part.line, part.since, part.surcharge, part.day)


def drafts(books: Books) -> tuple[Draft, ...]:
    """Every client's drafts, by client and month."""
    finished = (measured_of(record) for record in books.records.values())
    sums = tallies(books.contracts, (one for one in finished if one is not None), books.told)
    served = _served(books)
    made: list[Draft] = []
    for client, period in sorted(sums):
        contract = books.contracts[client]
        start, end = span_of(contract.zone, period)
        own = tuple(one for one in served.get(client, ()) if start <= one.at < end)
        _add_hours(books, contract, sums[(client, period)], start, end)
        facts = books.told.get(client, NOTHING_TOLD)
        quantities = facts.quantities(sums[(client, period)], period, own)
        made.append(billing.draft(contract, period, quantities))
    return tuple(made)


def draft_for(books: Books, client: ClientId, period: str, *, deep: bool = False) -> Draft | None:
    """One client's draft for any month; None without a contract that holds in it. `deep`: from
    quantities measured anew from raw events."""
    contract = books.contracts.get(client)
    if contract is None or not billing.periods(contract, period, period):
        return None
    start, end = span_of(contract.zone, period)
    records = {
        key: one for key, one in books.records.items() if one.client == client and one.arrived < end
    }
    own = Books(records, {client: contract}, books.told)
    since = start - _longest_window(contract)  # a result counts when its window closes
    raw = map(from_events, records.values()) if deep else records.values()
    measured = (one for record in raw if (one := measured_of(record)) is not None)
    finished = (one for one in measured if since <= one.at < end)
    tally = tallies(own.contracts, finished, books.told).get((client, period), Tally())
    served = tuple(one for one in _served(own).get(client, ()) if start <= one.at < end)
    _add_hours(books, contract, tally, start, end)
    facts = books.told.get(client, NOTHING_TOLD)
    return billing.draft(contract, period, facts.quantities(tally, period, served))


def _longest_window(contract: Contract) -> int:
    versions = contract.versions
    lines = [line for one in versions for line in one.lines]
    lines += [line for one in versions for own in one.programmes for line in own.lines]
    return max((line.window_us for line in lines), default=0)


def _add_hours(
    books: Books, contract: Contract, tally: Tally, start: InstantUs, end: InstantUs
) -> None:
    if by_the_hour(contract):
        spent = spent_between(books.times, start, end)
        found = worked(spent, books.times.belongs, books.billing)
        add_hours(contract, tally, found, start, end)


def _served(books: Books) -> dict[ClientId, list[Served]]:
    """What the contracts' terms are judged by, by client."""
    if not any(needed(contract) for contract in books.contracts.values()):
        return {}
    found: dict[tuple[ClientId, InstantUs, str], list[Sums]] = {}
    for (at, client, queue, _, _), sums in sums_of(books.records.values()).items():
        found.setdefault((ClientId(client), InstantUs(at), queue), []).append(sums)
    made: dict[ClientId, list[Served]] = {}
    for (client, at, queue), many in sorted(found.items()):
        made.setdefault(client, []).append(Served(at, QueueId(queue), together(many)))
    return made


def lines(books: Books, contact: ContactId) -> tuple[Part, ...] | Unbilled:
    """A contact's lines, or the reason why it has none (yet)."""
    record = books.records[contact]
    measured = measured_of(record)
    if measured is None:
        return Unbilled("open")
    facts = books.told.get(record.client, NOTHING_TOLD)
    out = out_of_the_bill(facts, measured)
    return out or price(books.contracts.get(record.client), corrected(facts, measured))
