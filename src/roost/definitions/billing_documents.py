"""`billing.yaml`, as it's written: what the operator's contracts share."""

from typing import Annotated

from msgspec import UNSET, Meta, UnsetType, field

from roost.definitions.values import Date, Days, Document, Name, Percentage, Text, Title, says
from roost.office.contracts.sellers import SHARED, Rule


class BankDocument(Document, frozen=True, kw_only=True):
    """Where money is paid to."""

    name: Annotated[Title, says("The bank")]
    account: Annotated[Title, says("The account's number, or IBAN")]
    code: Annotated[Title, says("The bank's own: BIC, or CNAPS")] = ""


class CompanyDocument(Document, frozen=True, kw_only=True):
    """A legal entity, as invoices name it."""

    legal_name: Annotated[Title, says("Its name in law")]
    address: Annotated[list[Title], Meta(max_length=6), says("Lines of its address")] = []
    country: Annotated[
        str,
        Meta(pattern=r"^([A-Z]{2})?$", extra={"expects": "a country by ISO 3166: CN"}),
        says("ISO 3166: CN"),
    ] = ""
    tax_number: Annotated[
        str,
        Meta(pattern=r"^[0-9A-Z .-]{0,30}$", extra={"expects": "a tax number in capitals"}),
        says("Its tax number, or VAT id"),
    ] = ""
    bank: Annotated[BankDocument | UnsetType, says("Its bank")] = UNSET


class TaxRateDocument(Document, frozen=True, kw_only=True):
    """A rate from a day on."""

    since: Annotated[Date, says("The first day")] = field(name="from")
    rate: Annotated[Percentage, says("In a hundred")]


class TaxDocument(Document, frozen=True, kw_only=True):
    """A category of tax, with its dated rates."""

    code: Annotated[
        str,
        Meta(
            pattern=r"^(S|Z|E|AE|K|G|O|L|M)$",
            extra={"expects": "a code of UNCL 5305: S, Z, E, AE, K, G, O"},
        ),
        says("EN 16931's: S standard, Z zero, E exempt, AE reverse charge, O outside of tax"),
    ] = "S"
    rates: Annotated[list[TaxRateDocument], Meta(min_length=1), says("Rates by the day they begin")]
    reason: Annotated[Text, says("The words of an exemption")] = ""


class SellerDocument(CompanyDocument, frozen=True, kw_only=True):
    """A legal entity of the operator's that sends invoices."""

    series: Annotated[
        str,
        Meta(pattern=r"^[A-Z0-9]{1,12}$", extra={"expects": "capitals and digits: GY"}),
        says("What its invoices' numbers begin with: `GY` gives GY-2026-000001"),
    ]
    taxes: Annotated[dict[Name, TaxDocument], says("Its categories of tax")] = {}


class PoolRuleDocument(Document, frozen=True, kw_only=True):
    """A pool's one rule, from a day on."""

    version: Annotated[int, Meta(ge=1, le=9999), says("What contracts name")]
    since: Annotated[Date, says("The first day, in the centre's zone")] = field(name="from")
    rule: Annotated[
        Rule,
        says("Ready time by the pool's handled time (`proportional`), `equal`, or by `weights`"),
    ] = Rule.PROPORTIONAL
    weights: Annotated[
        dict[str, Annotated[int, Meta(ge=0, le=1_000_000)]], says("Fixed weights by client")
    ] = {}


class PoolDocument(Document, frozen=True, kw_only=True):
    """Teams that serve several clients, and how their ready time is shared."""

    teams: Annotated[list[str], Meta(min_length=1), says("Its teams; each is in one pool")]
    rules: Annotated[
        list[PoolRuleDocument], Meta(min_length=1), says("Its rules by the day they begin")
    ]


class AwayDocument(Document, frozen=True, kw_only=True):
    """What being away for a reason is to those who pay."""

    paid: Annotated[bool, says("The agent is paid for it")] = True
    production: Annotated[bool, says("It counts as production")] = False
    whose: Annotated[
        str,
        says("Who pays: `shared` like ready time, a client, or `operator`"),
    ] = SHARED


class DayKindsDocument(Document, frozen=True, kw_only=True):
    """A calendar that says of each day which kind it is: work, rest, statutory, make-up, or a
    word of your own."""

    since: Annotated[Date, says("The first day that it says something of")] = field(name="from")
    to: Annotated[Date, says("The last one; no month beyond it is billed")]
    weekly: Annotated[dict[Days, Name], says("Kinds by weekday: `mon-fri: work`")]
    special: Annotated[dict[Date, Name], says("Days of another kind")] = {}


class BillingDocument(Document, frozen=True, kw_only=True):
    """`billing.yaml`: sellers with their taxes, pools, and calendars of kinds of days."""

    sellers: Annotated[dict[Name, SellerDocument], says("The operator's companies")] = {}
    pools: Annotated[dict[Name, PoolDocument], says("Agents that clients share")] = {}
    away: Annotated[
        dict[Name, AwayDocument],
        says("The centre's `away_reasons`; one that's not named is paid, and shared"),
    ] = {}
    days: Annotated[
        dict[Name, DayKindsDocument], says("Calendars of kinds of days that contracts may name")
    ] = {}
