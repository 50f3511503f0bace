"""`clients/NAME/contract.yaml`, as it's written: what a client pays."""

from enum import StrEnum
from typing import Annotated

from msgspec import UNSET, Meta, UnsetType, field

from roost.definitions.billing_documents import CompanyDocument, DayKindsDocument
from roost.definitions.service_documents import TermDocument
from roost.definitions.values import (
    Clock,
    Currency,
    Date,
    Document,
    Duration,
    Language,
    Moment,
    Name,
    Percentage,
    Quantity,
    Rate,
    Title,
    says,
)
from roost.office.contracts.model import AnchorFrom, Banding, Otherwise, Raised


class BandDocument(Document, frozen=True, kw_only=True):
    """One band of a line's volume."""

    to: Annotated[
        Quantity | UnsetType, says("Up to this volume, included; without it: without end")
    ] = UNSET
    rate: Annotated[Rate, says("Price of one unit in this band")]


class StepDocument(Document, frozen=True, kw_only=True):
    """One step away from an anchored volume."""

    to: Annotated[
        Percentage | UnsetType, says("As far as so much of the base volume, in a hundred")
    ] = UNSET
    rate: Annotated[Rate, says("Price (or credit) of one unit in this step")]


class AnchorDocument(Document, frozen=True, kw_only=True):
    """A sum for a base volume, and what's beyond the dead band around it."""

    volume: Annotated[Quantity, says("The base volume, in the line's unit")]
    amount: Annotated[Rate, says("What the base volume costs a month")]
    dead_band: Annotated[
        Percentage, says("So much of the base, in a hundred, above and below it changes nothing")
    ] = "0"
    up: Annotated[list[StepDocument], says("Additional charges above the dead band")] = []
    down: Annotated[list[StepDocument], says("Credits below it")] = []
    start: Annotated[
        AnchorFrom, says("Charges begin at the dead band's `edge`, or at the `base`")
    ] = field(default=AnchorFrom.EDGE, name="from")


class FteDocument(Document, frozen=True, kw_only=True):
    """Full-time equivalents: so many contracted, or as many as hours come to."""

    contracted: Annotated[Quantity | UnsetType, says("So many, whatever is delivered")] = UNSET
    of: Annotated[
        str,
        Meta(
            pattern=r"^(production_hours|paid_hours)$",
            extra={"expects": "production_hours or paid_hours"},
        ),
        says("Delivered ones count these hours"),
    ] = "production_hours"
    hours: Annotated[Quantity | UnsetType, says("Hours of one equivalent in a month: 166")] = UNSET
    ceiling: Annotated[Quantity | UnsetType, says("At most so many are charged")] = UNSET


class SurchargeDocument(Document, frozen=True, kw_only=True):
    """More, by the moment of connection. The first that fits counts."""

    surcharge: Annotated[Name, says("Its name")]
    text: Annotated[Title, says("Its words on the invoice; by default its name")] = ""
    percent: Annotated[Rate, says("So much more than the line's rate, in a hundred")]
    start: Annotated[Clock, says("From this time of the day")] = field(default="00:00", name="from")
    until: Annotated[Clock, says("Until this one; it may be past midnight")] = "24:00"
    days: Annotated[list[Name], says("Only on these kinds of days of the line's calendar")] = []


class LineDocument(Document, frozen=True, kw_only=True):
    """One priced line."""

    line: Annotated[Name, says("Its name on the invoice and in `explain`")]
    text: Annotated[Title, says("Its words on the invoice")] = ""
    measure: Annotated[str, says("The measured quantity: see below")]
    rate: Annotated[
        Rate | UnsetType, says("Price of one unit (a contact, a minute, an hour, a month)")
    ] = UNSET
    unit: Annotated[
        Duration | UnsetType,
        says("Time is charged per started unit of this length; exact if unset"),
    ] = UNSET
    round_per: Annotated[
        str,
        Meta(pattern=r"^(contact|segment|line)$", extra={"expects": "contact, segment or line"}),
        says("What is rounded up to units"),
    ] = "contact"
    queues: Annotated[list[str], says("Only contacts of these queues")] = []
    included: Annotated[
        Quantity | UnsetType, says("Volume a month that costs nothing more; unused it lapses")
    ] = UNSET
    bands: Annotated[
        list[BandDocument], Meta(max_length=20), says("Rates by volume, in place of `rate`")
    ] = []
    banding: Annotated[
        Banding,
        says("`graduated`: a band's rate is for what's in it; `whole`: for the whole volume"),
    ] = Banding.GRADUATED
    anchor: Annotated[
        AnchorDocument | UnsetType, says("A sum for a base volume, in place of `rate`")
    ] = UNSET
    fte: Annotated[FteDocument | UnsetType, says("Of the measure `fte`")] = UNSET
    codes: Annotated[list[Name], says("Of `results`: the wrap-up codes that count")] = []
    window: Annotated[
        Duration, says("Of `results`: how long a code may be put right; then it counts")
    ] = "0"
    plus: Annotated[
        Percentage | UnsetType, says("Of `cost`: so much more than the cost, in a hundred")
    ] = UNSET
    costs: Annotated[list[Name], says("Of `cost`: which kinds of cost; by default all")] = []
    surcharges: Annotated[
        list[SurchargeDocument], Meta(max_length=10), says("Nights, rest days, holidays")
    ] = []
    calendar: Annotated[
        str | UnsetType, says("Whose kinds of days the surcharges name: one of `days`")
    ] = UNSET
    split: Annotated[
        bool, says("Split a contact's exact time where a surcharge begins or ends")
    ] = False
    tax: Annotated[
        Name | UnsetType, says("Another category of the seller's table than the contract's")
    ] = UNSET


class CapsDocument(Document, frozen=True, kw_only=True):
    """What a programme's terms come to together, at most."""

    malus: Annotated[Rate | UnsetType, says("All maluses of a month: at most so much")] = UNSET
    malus_percent: Annotated[
        Percentage | UnsetType, says("The same, as so much of the lines in a hundred")
    ] = UNSET
    bonus: Annotated[Rate | UnsetType, says("All bonuses of a month: at most so much")] = UNSET
    bonus_percent: Annotated[Percentage | UnsetType, says("The same, in a hundred")] = UNSET
    netted: Annotated[bool, says("Set bonuses against maluses before the cap")] = False


class ForecastBy(StrEnum):
    CLIENT = "client"
    OPERATOR = "operator"


class ForecastDocument(Document, frozen=True, kw_only=True):
    """What hangs on a forecast."""

    line: Annotated[str, says("The line whose volume is forecast: of contacts")]
    by: Annotated[ForecastBy, says("Who gives it: `client` or `operator`")] = ForecastBy.CLIENT
    lead_days: Annotated[
        int, Meta(ge=0, le=400), says("It's locked so many days before the day that it's of")
    ]
    floor: Annotated[
        Percentage | UnsetType, says("At least so much of the forecast is paid, in a hundred")
    ] = UNSET
    ceiling: Annotated[
        Percentage | UnsetType, says("Above so much of it terms don't count, in a hundred")
    ] = UNSET
    surcharge: Annotated[
        Percentage | UnsetType, says("What lies above the ceiling costs so much more")
    ] = UNSET
    otherwise: Annotated[
        Otherwise,
        says("None in time: the `last` locked one counts, weekday by weekday, or `none` does"),
    ] = Otherwise.LAST


class ProgrammeDocument(Document, frozen=True, kw_only=True):
    """A part of the client: its own queues, purchase order, lines, minimum and terms."""

    text: Annotated[Title, says("Its words on the invoice; by default its name")] = ""
    queues: Annotated[list[str], Meta(min_length=1), says("Its queues; no other programme's")]
    order: Annotated[Title, says("The client's purchase order")] = ""
    lines: Annotated[list[LineDocument], says("The priced lines")]
    minimum: Annotated[Rate, says("The least that a month of it costs")] = "0"
    service: Annotated[list[TermDocument], says("What is promised, and what missing it costs")] = []
    caps: Annotated[CapsDocument | UnsetType, says("What its terms cost together, at most")] = UNSET
    forecast: Annotated[ForecastDocument | UnsetType, says("A forecast, and what hangs on it")] = (
        UNSET
    )


class VersionDocument(Document, frozen=True, kw_only=True):
    """What holds from a day on, or from a minute of it. Only rates of plain lines may change
    inside a month."""

    effective: Annotated[Moment, says("The first day (or minute), in the contract's zone")]
    lines: Annotated[list[LineDocument], says("The priced lines")]
    minimum: Annotated[Rate, says("The least that a month costs")] = "0"
    service: Annotated[list[TermDocument], says("What is promised, and what missing it costs")] = []
    order: Annotated[Title, says("The client's purchase order")] = ""
    caps: Annotated[CapsDocument | UnsetType, says("What the terms cost together, at most")] = UNSET
    forecast: Annotated[ForecastDocument | UnsetType, says("A forecast, and what hangs on it")] = (
        UNSET
    )
    programmes: Annotated[
        dict[Name, ProgrammeDocument],
        Meta(max_length=50),
        says("Parts of the client, each with lines of its own; what stands above is of the rest"),
    ] = {}


class ItemDocument(Document, frozen=True, kw_only=True):
    """Something paid once."""

    item: Annotated[Name, says("Its name on the invoice")]
    text: Annotated[Title, says("Its words")]
    on: Annotated[Date, says("It's on the invoice of this day's month")]
    rate: Annotated[Rate, says("Price of one")]
    quantity: Annotated[Quantity, says("How many")] = "1"
    unit: Annotated[Title, says("Of what")] = "item"
    programme: Annotated[str, says("On the section of this programme")] = ""
    tax: Annotated[Name | UnsetType, says("Another category of tax")] = UNSET


class Silence(StrEnum):
    """What it means when nobody answers a statement."""

    CONFIRMS = "confirms"
    NOTHING = "nothing"


class StatementDocument(Document, frozen=True, kw_only=True):
    """From draft to invoice: the days by which who does what."""

    cut_off: Annotated[
        int, Meta(ge=1, le=20), says("Frozen on this working day of the next month")
    ] = 3
    answer_days: Annotated[
        int, Meta(ge=1, le=90), says("The client confirms or disputes within so many working days")
    ] = 10
    silence: Annotated[Silence, says("Then silence `confirms`, or says `nothing`")] = (
        Silence.NOTHING
    )
    raised: Annotated[
        Raised,
        says("What's found later and raises the sum: an `adjustment` invoice, or on the `next`"),
    ] = Raised.ADJUSTMENT
    payment_days: Annotated[int, Meta(ge=0, le=365), says("Days to pay an invoice")] = 30
    calendar: Annotated[
        str | UnsetType, says("Whose days are working days: one of `days`; else Monday to Friday")
    ] = UNSET
    working: Annotated[list[Name], says("The kinds of days that count as working days")] = field(
        default_factory=lambda: ["work", "make-up"]
    )


class ContractDocument(Document, frozen=True, kw_only=True):
    """`clients/NAME/contract.yaml`: what the client pays."""

    currency: Annotated[Currency, says("ISO 4217: CNY")]
    zone: Annotated[str | UnsetType, says("Whose months count; by default the client's")] = UNSET
    language: Annotated[
        Language | UnsetType,
        says("Of what invoices say beside its texts: zh or en; by default the client's"),
    ] = UNSET
    billable: Annotated[
        list[str], says("Kinds of contacts that are paid for: answered, voicemail, solved")
    ] = field(default_factory=lambda: ["answered", "called_back"])
    test_callers: Annotated[
        list[str], says("Lists of the client's `callers` whose contacts are tests: never billed")
    ] = []
    seller: Annotated[
        str | UnsetType, says("Which of the operator's companies sends the invoice")
    ] = UNSET
    buyer: Annotated[CompanyDocument | UnsetType, says("Whom it's made out to")] = UNSET
    tax: Annotated[
        Name | UnsetType, says("The category of the seller's table for lines that name none")
    ] = UNSET
    tax_included: Annotated[bool, says("The contract's sums include the tax")] = False
    part_periods: Annotated[
        str,
        Meta(pattern=r"^(reduced|whole)$", extra={"expects": "reduced or whole"}),
        says("Fixed sums, minimums, bases and bands of a part of a month: `reduced`, or `whole`"),
    ] = "reduced"
    last_day: Annotated[Date | UnsetType, says("The last day of the contract")] = UNSET
    pools: Annotated[
        dict[str, Annotated[int, Meta(ge=1, le=9999)]],
        says("The version of each pool's rule that was agreed: `shared: 1`"),
    ] = {}
    days: Annotated[
        dict[Name, DayKindsDocument], says("The client's own calendars of kinds of days")
    ] = {}
    statement: Annotated[StatementDocument | UnsetType, says("From draft to invoice")] = UNSET
    one_off: Annotated[list[ItemDocument], says("What is paid once")] = []
    versions: Annotated[list[VersionDocument], says("Versions, by the day they begin")]
