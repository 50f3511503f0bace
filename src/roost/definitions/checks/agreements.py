"""What a contract names of others: seller, taxes, pools, sums in its currency, one-off items."""

from collections.abc import Iterator
from typing import Any

from msgspec import UNSET

from roost.definitions import times
from roost.definitions.billing_documents import BillingDocument, PoolDocument, SellerDocument
from roost.definitions.checks.sections import Where, sections
from roost.definitions.contract_documents import ContractDocument
from roost.definitions.documents import AgentDocument, QueueDocument
from roost.definitions.problems import Problem, did_you_mean
from roost.definitions.reading import Draft, Source
from roost.kernel.money import MINOR_DIGITS
from roost.office.contracts.model import HOURS

Found = Iterator[Problem]


def check_agreements(draft: Draft, client: str, source: Source[ContractDocument]) -> Found:
    """Everything that a contract takes from elsewhere."""
    billing = None if draft.billing is None else draft.billing.document
    if billing is not None or not _broken(draft):
        yield from _seller(source, billing)
        yield from _pools(draft, client, source, billing)
        yield from _calendar(source, billing)
    yield from _places(source)
    yield from _items(source)


def _broken(draft: Draft) -> bool:
    """Whether billing.yaml is there but can't be read: told once, there."""
    return any(problem.file == "billing.yaml" for problem in draft.problems)


def _seller(source: Source[ContractDocument], billing: BillingDocument | None) -> Found:
    contract = source.document
    sellers = {} if billing is None else billing.sellers
    if contract.seller is UNSET:
        for path in _categories(source):
            what, mend = "a tax without a seller", "Name the seller whose table it's in: seller"
            yield source.wrong(path[0], "no-seller", what, mend)
        if contract.tax_included:
            what, mend = "sums with the tax of which seller?", "Name one: seller"
            yield source.wrong(("tax_included",), "no-seller", what, mend)
        return
    seller = sellers.get(contract.seller)
    if seller is None:
        none = "Add billing.yaml with one"
        mend = did_you_mean(contract.seller, sellers, none=none)
        yield source.wrong(
            ("seller",), "unknown-seller", f"unknown seller {contract.seller!r}", mend
        )
        return
    if contract.tax is UNSET:
        what = "which tax do its lines have?"
        mend = did_you_mean("", seller.taxes, none="Give the seller a table: taxes")
        yield source.wrong(("seller",), "no-tax", what, f"Write tax. {mend}")
    yield from _taxes(source, seller)


def _categories(source: Source[ContractDocument]) -> Iterator[tuple[Where, str]]:
    """Every category of tax that a contract names, with its place."""
    contract = source.document
    if contract.tax is not UNSET:
        yield ("tax",), contract.tax
    for place, item in enumerate(contract.one_off):
        if item.tax is not UNSET:
            yield ("one_off", place, "tax"), item.tax
    for index in range(len(contract.versions)):
        for section in sections(contract, index):
            for place, line in enumerate(section.lines):
                if line.tax is not UNSET:
                    yield (*section.path, "lines", place, "tax"), line.tax


def _taxes(source: Source[ContractDocument], seller: SellerDocument) -> Found:
    days = [version.effective[:10] for version in source.document.versions]
    first = min(days, default="9999")
    for path, category in _categories(source):
        tax = seller.taxes.get(category)
        if tax is None:
            what = f"a tax that doesn't exist: {category!r}"
            yield source.wrong(path, "unknown-tax", what, did_you_mean(category, seller.taxes))
        elif min(rate.since for rate in tax.rates) > first[:7] + "-31":
            since = min(rate.since for rate in tax.rates)
            what = f"a gap: the tax {category!r} has no rate before {since}"
            mend = f"Add the one that held on {first}"
            yield source.wrong(path, "tax-gap", what, mend)


def _pools(
    draft: Draft,
    client: str,
    source: Source[ContractDocument],
    billing: BillingDocument | None,
) -> Found:
    contract = source.document
    pools = {} if billing is None else billing.pools
    for name, version in contract.pools.items():
        where = ("pools", name)
        pool = pools.get(name)
        if pool is None:
            mend = did_you_mean(name, pools, none="Add it to billing.yaml")
            yield source.wrong_key(where, "unknown-pool", f"unknown pool {name!r}", mend)
            continue
        known = {one.version for one in pool.rules}
        newest = max(pool.rules, key=lambda one: one.since).version
        if version not in known:
            what = f"the pool {name!r} has no rule of version {version}"
            yield source.wrong(where, "unknown-version", what, f"Write {newest}")
        elif version != newest:
            what = f"two rules in the pool {name!r}: version {newest} holds, not {version}"
            yield source.wrong(where, "two-rules", what, f"Agree on version {newest}")
    if not _by_hours(contract):
        return
    for name, pool in pools.items():
        if name not in contract.pools and _serves(draft, client, pool):
            what = f"agents of the pool {name!r} serve it, and its hours are charged"
            mend = f"Name the version of its rule: pools: {{{name}: {pool.rules[-1].version}}}"
            yield source.wrong((), "no-pool", what, mend)


def _by_hours(contract: ContractDocument) -> bool:
    return any(
        line.measure in {str(one) for one in HOURS}
        or (line.fte is not UNSET and line.fte.hours is not UNSET)
        for index in range(len(contract.versions))
        for section in sections(contract, index)
        for line in section.lines
    )


def _serves(draft: Draft, client: str, pool: PoolDocument) -> bool:
    """Whether an agent of the pool may take a contact of the client's."""
    own, agents = draft.clients.get(client), draft.agents
    if own is None or agents is None:
        return False
    return any(
        _may(agent, queue)
        for agent in agents.document.agents.values()
        if agent.team in pool.teams
        for queue in own.document.queues.values()
    )


def _may(agent: AgentDocument, queue: QueueDocument) -> bool:
    if queue.teams and agent.team not in queue.teams:
        return False
    return all(agent.skills.get(skill, 0) >= level for skill, level in queue.skills.items())


def _calendar(source: Source[ContractDocument], billing: BillingDocument | None) -> Found:
    """Of working days, for the statement."""
    rules = source.document.statement
    if rules is UNSET or rules.calendar is UNSET:
        return
    shared = {} if billing is None else billing.days
    known = {**shared, **source.document.days}
    if rules.calendar not in known:
        what, mend = f"unknown calendar {rules.calendar!r}", did_you_mean(rules.calendar, known)
        yield source.wrong(("statement", "calendar"), "unknown-calendar", what, mend)


def _places(source: Source[ContractDocument]) -> Found:
    """Sums that the currency can pay: no tenth of a yen."""
    contract = source.document
    digits = MINOR_DIGITS.get(contract.currency)
    if digits is None:
        return
    for path, text in _sums(contract):
        if len(text.partition(".")[2].rstrip("0")) > digits:
            what = f"{contract.currency} has no {text}: a sum with {digits} places"
            mend = "Round it, or look at the currency"
            yield source.wrong(path, "currency-places", what, mend)


def _sums(contract: ContractDocument) -> Iterator[tuple[Where, str]]:
    """Plain sums (rates may have more places)."""
    for index in range(len(contract.versions)):
        for section in sections(contract, index):
            yield (*section.path, "minimum"), section.minimum
            for place, term in enumerate(section.service):
                where = (*section.path, "service", place)
                named: list[tuple[str, Any]] = [("amount", term.amount), ("cap", term.cap)]
                yield from (((*where, key), one) for key, one in named if one is not UNSET)
            caps = section.caps
            if caps is not UNSET:
                limits: list[tuple[str, Any]] = [("malus", caps.malus), ("bonus", caps.bonus)]
                for key, one in limits:
                    if one is not UNSET:
                        yield (*section.path, "caps", key), one


def _items(source: Source[ContractDocument]) -> Found:
    contract = source.document
    programmes = {name for version in contract.versions for name in version.programmes}
    days = [version.effective[:10] for version in contract.versions]
    for place, item in enumerate(contract.one_off):
        where = ("one_off", place)
        if times.local_day(item.on) is None:
            mend, what = "Write a day that exists: 2026-01-31", f"there's no day {item.on}"
            yield source.wrong((*where, "on"), "no-such-day", what, mend)
        elif item.on[:7] < min(days, default="")[:7] or (
            contract.last_day is not UNSET and item.on > contract.last_day
        ):
            what = f"no invoice has {item.on}: the contract doesn't hold then"
            yield source.wrong((*where, "on"), "outside-contract", what, "Write a day of it")
        if item.programme and item.programme not in programmes:
            mend = did_you_mean(item.programme, programmes)
            what = f"unknown programme {item.programme!r}"
            yield source.wrong((*where, "programme"), "unknown-programme", what, mend)
