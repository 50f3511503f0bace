"""`billing.yaml` compiled to plain data: sellers, pools, calendars of kinds of days."""

from typing import Final

from msgspec import UNSET

from roost.definitions import times
from roost.definitions.billing_documents import (
    AwayDocument,
    BillingDocument,
    CompanyDocument,
    DayKindsDocument,
    PoolDocument,
)
from roost.definitions.reading import Source
from roost.kernel.ids import ClientId
from roost.office.contracts.days import WEEKDAYS, DayKinds
from roost.office.contracts.sellers import (
    AwayReason,
    Bank,
    Billing,
    LegalEntity,
    Pool,
    PoolRule,
    Seller,
    TaxCategory,
    TaxRate,
)

OPERATOR: Final = "operator"  # in `whose`


def compile_billing(source: Source[BillingDocument] | None, zone: str) -> Billing:
    """What the operator's contracts share; nothing where there's no such file. `zone` is the
    centre's."""
    if source is None:
        return Billing()
    pools, away = source.document.pools, source.document.away
    return Billing(
        sellers=sellers(source),
        pools=tuple(_pool(name, one) for name, one in pools.items()),
        away={name: _away(one) for name, one in sorted(away.items())},
        zone=times.zone(zone),
    )


def _away(one: AwayDocument) -> AwayReason:
    whose = "" if one.whose == OPERATOR else one.whose
    return AwayReason(one.paid, one.production, whose)


def sellers(source: Source[BillingDocument] | None) -> tuple[Seller, ...]:
    """The operator's companies."""
    if source is None:
        return ()
    return tuple(
        Seller(
            id=name,
            entity=company(one),
            series=one.series,
            taxes=tuple(
                TaxCategory(
                    name=category,
                    rates=tuple(
                        TaxRate(times.local_day(rate.since) or 0, rate.rate)
                        for rate in sorted(tax.rates, key=lambda rate: rate.since)
                    ),
                    code=tax.code,
                    reason=tax.reason,
                )
                for category, tax in one.taxes.items()
            ),
        )
        for name, one in source.document.sellers.items()
    )


def company(one: CompanyDocument) -> LegalEntity:
    """A legal entity."""
    bank = None
    if one.bank is not UNSET:
        bank = Bank(one.bank.name, one.bank.account, one.bank.code)
    return LegalEntity(one.legal_name, tuple(one.address), one.country, one.tax_number, bank)


def _pool(name: str, one: PoolDocument) -> Pool:
    rules = tuple(
        PoolRule(
            version=rule.version,
            since_day=times.local_day(rule.since) or 0,
            rule=rule.rule,
            weights=tuple((ClientId(client), it) for client, it in sorted(rule.weights.items())),
        )
        for rule in sorted(one.rules, key=lambda rule: rule.since)
    )
    return Pool(name, tuple(one.teams), rules)


def day_kinds(name: str, one: DayKindsDocument) -> DayKinds:
    """A calendar of kinds of days. It has passed its checks: every weekday has one kind."""
    weekly = [""] * WEEKDAYS
    for named, kind in one.weekly.items():
        for day in times.days(named):
            weekly[day] = kind
    special = sorted(
        (day, kind)
        for text, kind in one.special.items()
        if (day := times.local_day(text)) is not None
    )
    first, last = times.local_day(one.since) or 0, times.local_day(one.to) or 0
    return DayKinds(name, first, last, tuple(weekly), tuple(special))
