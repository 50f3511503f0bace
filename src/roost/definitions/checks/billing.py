"""`billing.yaml`: sellers with taxes that are there, pools with one rule each."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from roost.definitions import times
from roost.definitions.billing import OPERATOR
from roost.definitions.billing_documents import BillingDocument, PoolDocument, SellerDocument
from roost.definitions.checks.surcharges import check_day_kinds
from roost.definitions.problems import Problem, did_you_mean
from roost.definitions.reading import Draft, Source
from roost.office.contracts.sellers import SHARED, Rule

Found = Iterator[Problem]
OUR_REASONS: Final = ("signed_in", "no_answer", "declined", "unreachable")  # the floor's own


def check_billing(draft: Draft) -> Found:
    """What contracts share."""
    source = draft.billing
    if source is None:
        return
    series: dict[str, str] = {}
    for name, seller in source.document.sellers.items():
        if seller.series in series:
            what = f"the series {seller.series} is {series[seller.series]}'s already"
            mend = "Give each seller a series of its own"
            yield source.wrong(("sellers", name, "series"), "series-taken", what, mend)
        series.setdefault(seller.series, name)
        yield from _taxes(source, name, seller)
    teams: dict[str, str] = {}
    for name, pool in source.document.pools.items():
        yield from _teams(draft, source, name, pool, teams)
        yield from _rules(draft, source, name, pool)
    yield from _away(draft, source)
    yield from check_day_kinds(source, source.document.days)


def _away(draft: Draft, source: Source[BillingDocument]) -> Found:
    reasons = [] if draft.centre is None else draft.centre.document.away_reasons
    for name, one in source.document.away.items():
        if draft.centre is not None and name not in {*reasons, *OUR_REASONS}:
            what = f"nobody is away for {name!r}"
            mend = did_you_mean(name, reasons, none="Add it to the centre's away_reasons")
            yield source.wrong_key(("away", name), "unknown-reason", what, mend)
        if one.whose not in {SHARED, OPERATOR, *draft.folders}:
            mend = did_you_mean(one.whose, [SHARED, OPERATOR, *draft.folders])
            what = f"{one.whose!r} is no client"
            yield source.wrong(("away", name, "whose"), "unknown-client", what, mend)
        if one.production and not one.paid:
            what, mend = "production that nobody is paid for", "Write paid: true"
            yield source.wrong(("away", name, "production"), "unpaid-production", what, mend)


def _taxes(source: Source[BillingDocument], name: str, seller: SellerDocument) -> Found:
    for category, tax in seller.taxes.items():
        path = ("sellers", name, "taxes", category)
        days: set[str] = set()
        for place, one in enumerate(tax.rates):
            where = (*path, "rates", place, "from")
            if times.local_day(one.since) is None:
                mend = "Write a day that exists: 2026-01-01"
                what = f"there's no day {one.since}"
                yield source.wrong(where, "no-such-day", what, mend)
            if one.since in days:
                what = f"two rates begin on {one.since}"
                yield source.wrong(where, "doubled-rate", what, "Keep one")
            days.add(one.since)
            if tax.code not in ("S", "L", "M") and Decimal(one.rate) != 0:
                what = f"a category {tax.code} has no tax"
                mend = "Write rate: 0, or code: S"
                yield source.wrong((*path, "rates", place, "rate"), "taxed-exemption", what, mend)
        if tax.code in ("E", "AE", "K", "G", "O") and not tax.reason:
            what, mend = "an exemption without words", "Write the reason that invoices give"
            yield source.wrong(path, "no-reason", what, mend)


def _teams(
    draft: Draft,
    source: Source[BillingDocument],
    name: str,
    pool: PoolDocument,
    teams: dict[str, str],
) -> Found:
    known = {} if draft.centre is None else draft.centre.document.teams
    for place, team in enumerate(pool.teams):
        where = ("pools", name, "teams", place)
        if draft.centre is not None and team not in known:
            yield source.wrong(
                where, "unknown-team", f"unknown team {team!r}", did_you_mean(team, known)
            )
        elif team in teams:
            what = f"the team {team!r} is in the pool {teams[team]!r} already: two rules"
            yield source.wrong(where, "two-rules", what, "Leave it in one pool")
        teams.setdefault(team, name)


def _rules(draft: Draft, source: Source[BillingDocument], name: str, pool: PoolDocument) -> Found:
    days: set[str] = set()
    versions: set[int] = set()
    for place, rule in enumerate(pool.rules):
        where = ("pools", name, "rules", place)
        if times.local_day(rule.since) is None:
            mend, what = "Write a day that exists: 2026-01-01", f"there's no day {rule.since}"
            yield source.wrong((*where, "from"), "no-such-day", what, mend)
        if rule.since in days:
            what = f"two rules of the pool {name!r} begin on {rule.since}"
            yield source.wrong((*where, "from"), "two-rules", what, "Keep one")
        if rule.version in versions:
            what = f"two rules are version {rule.version}"
            yield source.wrong((*where, "version"), "doubled-version", what, "Count one up")
        days.add(rule.since)
        versions.add(rule.version)
        if (rule.rule is Rule.WEIGHTS) != bool(rule.weights):
            what = "weights belong to the rule `weights`, and to no other"
            yield source.wrong((*where, "rule"), "weights", what, "Write both, or neither")
        for client in rule.weights:
            if client not in draft.folders:
                mend = did_you_mean(client, draft.folders)
                what = f"weights for {client!r}, which is no client"
                yield source.wrong((*where, "weights"), "unknown-client", what, mend)
        if rule.weights and not any(rule.weights.values()):
            what, mend = "weights of nothing", "Give at least one client a weight"
            yield source.wrong((*where, "weights"), "weights", what, mend)
