"""Who sends an invoice, to whom, with which tax; and the pools whose hours clients share.

A seller is a legal entity: its name, its tax number and its bank stand on its invoices, and its
numbers run without gaps within a year.
"""

from enum import StrEnum
from typing import Final

from msgspec import Struct

from roost.kernel.ids import ClientId
from roost.kernel.time import Zone


class Bank(Struct, frozen=True, gc=False):
    """Where money is paid to. `code` is the bank's own: BIC, or CNAPS."""

    name: str
    account: str
    code: str = ""


class LegalEntity(Struct, frozen=True, gc=False):
    """A company as invoices name it. `country` by ISO 3166: "CN"."""

    legal_name: str
    address: tuple[str, ...] = ()
    country: str = ""
    tax_number: str = ""
    bank: Bank | None = None


class TaxRate(Struct, frozen=True, gc=False):
    """In force from a day on (days since 1970-01-01); `rate` in a hundred, as a decimal."""

    since_day: int
    rate: str


class TaxCategory(Struct, frozen=True, gc=False):
    """A kind of sale with its rates, the earliest first. `code` is that of EN 16931 (UNCL 5305:
    S standard, Z zero, E exempt, AE reverse charge, O outside of the tax), `reason` the words of
    an exemption."""

    name: str
    rates: tuple[TaxRate, ...]
    code: str = "S"
    reason: str = ""


class Seller(Struct, frozen=True, gc=False):
    """`series` is what its invoices' numbers begin with: "GY" → "GY-2026-000001"."""

    id: str
    entity: LegalEntity
    series: str
    taxes: tuple[TaxCategory, ...] = ()


class Rule(StrEnum):
    """How a pool's ready time is shared among the clients whose queues an agent was ready for
    (BILLING, 3)."""

    PROPORTIONAL = "proportional"  # by the pool's handled time in that quarter of an hour
    EQUAL = "equal"
    WEIGHTS = "weights"  # by fixed weights


class PoolRule(Struct, frozen=True, gc=False):
    """A pool's one rule from a day on. Contracts name its `version`."""

    version: int
    since_day: int
    rule: Rule = Rule.PROPORTIONAL
    weights: tuple[tuple[ClientId, int], ...] = ()


class Pool(Struct, frozen=True, gc=False):
    """Teams that serve several clients. A team is in one pool at most; `rules` by their day, the
    earliest first."""

    id: str
    teams: tuple[str, ...]
    rules: tuple[PoolRule, ...]


SHARED: Final = "shared"


class AwayReason(Struct, frozen=True, gc=False):
    """What being away for a reason is: `paid`, `production`, and `whose`: a client's, "shared"
    like ready time among those whom the agent may serve, or "" the operator's own."""

    paid: bool = True
    production: bool = False
    whose: str = SHARED


class Billing(Struct, frozen=True, gc=False):
    """What the operator's contracts share. `zone` is the centre's: where the days are that rules
    begin on; None: UTC."""

    sellers: tuple[Seller, ...] = ()
    pools: tuple[Pool, ...] = ()
    away: dict[str, AwayReason] = {}
    zone: Zone | None = None
