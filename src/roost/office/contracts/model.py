"""A contract: what a client pays, as data. Rates are decimals in text, times microseconds.

A version holds from its day (or its instant) on, in the contract's zone: unit rates may change at
any instant; bands, fixed sums, the minimum and terms only at a month's start (BILLING, 2).
"""

from enum import StrEnum

from msgspec import Struct

from roost.kernel.ids import ClientId, QueueId
from roost.kernel.time import DurationUs, InstantUs, Zone
from roost.office.contracts.days import DayKinds
from roost.office.contracts.one_off import OneOff
from roost.office.contracts.sellers import LegalEntity, Seller
from roost.office.contracts.terms import Term


class Measure(StrEnum):
    """The measured quantities that a rate may name."""

    CONTACTS = "contacts"  # billable contacts
    SEGMENTS = "segments"  # agents' segments of billable contacts
    CONNECTED_MINUTES = "connected_minutes"  # the customer with any agent, hold included
    HANDLED_MINUTES = "handled_minutes"  # the sum of agents' talk, hold and wrap-up
    RESULTS = "results"  # billable contacts with a wrap-up code that counts, once its window closed
    PRODUCTION_HOURS = "production_hours"  # agents handling, or ready, for this client
    PAID_HOURS = "paid_hours"  # that, and its part of paid time that isn't production
    FTE = "fte"  # full-time equivalents of the month, contracted or delivered
    FIXED = "fixed"  # a sum for the month
    COST = "cost"  # what the month cost us, and some per cent more


TIMED = frozenset({Measure.CONNECTED_MINUTES, Measure.HANDLED_MINUTES})
HOURS = frozenset({Measure.PRODUCTION_HOURS, Measure.PAID_HOURS})
BY_CONTACT = frozenset({Measure.CONTACTS, Measure.SEGMENTS, *TIMED, Measure.RESULTS})
"""What a contact adds to by itself; the others are of the month."""


class RoundPer(StrEnum):
    CONTACT = "contact"
    SEGMENT = "segment"
    LINE = "line"


class Kind(StrEnum):
    """How a contact ended for the client: exactly one each. Which are billable is the
    contract's."""

    ANSWERED = "answered"
    VOICEMAIL = "voicemail"
    ABANDONED = "abandoned"
    SHORT = "short"  # abandoned within the queue's threshold
    SOLVED = "solved"  # the flow came to its end without an agent
    CLOSED = "closed"  # outside opening hours
    TURNED_AWAY = "turned_away"  # the queue was full, or its limit was reached
    GIVEN_UP = "given_up"  # the caller left in the flow, before any queue
    FAILED = "failed"  # ended by us, or by the network, before any agent
    OUTBOUND = "outbound"  # an agent called the customer
    PROMISED = "promised"  # the customer will be called back, in a contact of its own
    CALLED_BACK = "called_back"  # a promised call reached the customer


class Banding(StrEnum):
    """What a band's rate is for."""

    GRADUATED = "graduated"  # what lies in the band
    WHOLE = "whole"  # everything, once the volume is in the band


class Band(Struct, frozen=True, gc=False):
    """Up to this volume, included (in the line's unit: contacts, minutes, hours); None: without
    end."""

    upto: str | None
    rate: str


class AnchorStep(Struct, frozen=True, gc=False):
    """A rate as far as so many per cent of the base volume; None: without end."""

    to: str | None
    rate: str


class AnchorFrom(StrEnum):
    """Where additional and reduced charges begin once the dead band is left."""

    EDGE = "edge"
    BASE = "base"


class Anchor(Struct, frozen=True, gc=False):
    """A sum for a base volume, with a dead band of so many per cent around it; beyond it each
    unit more costs, each unit less is credited, step by step away from the base (BILLING, 2)."""

    volume: str
    amount: str
    dead_band: str = "0"
    up: tuple[AnchorStep, ...] = ()
    down: tuple[AnchorStep, ...] = ()
    start: AnchorFrom = AnchorFrom.EDGE


class Fte(Struct, frozen=True, gc=False):
    """Full-time equivalents: `contracted` so many; or delivered, as `of` hours divided by the
    `hours` of one in a month, at most `ceiling`."""

    contracted: str = ""
    of: Measure = Measure.PRODUCTION_HOURS
    hours: str = ""
    ceiling: str = ""


class Surcharge(Struct, frozen=True, gc=False):
    """More (or less) by the moment of connection: within a span of the day, which may pass
    midnight, on days of some `kinds` (none named: all) of the line's calendar. The first that
    fits counts. `percent` of the rate."""

    name: str
    text: str
    percent: str
    from_us: DurationUs = DurationUs(0)
    until_us: DurationUs = DurationUs(0)  # both the same: all day
    kinds: tuple[str, ...] = ()


class Line(Struct, frozen=True, gc=False):
    """`unit_us`: time is charged per started unit; None: exact. `queues`: empty for all."""

    name: str
    text: str
    measure: Measure
    rate: str
    unit_us: DurationUs | None = None
    round_per: RoundPer = RoundPer.CONTACT
    queues: tuple[QueueId, ...] = ()
    bands: tuple[Band, ...] = ()
    banding: Banding = Banding.GRADUATED
    included: str = ""  # volume that costs nothing more, in the line's unit
    anchor: Anchor | None = None
    fte: Fte | None = None
    codes: tuple[str, ...] = ()  # of results
    window_us: DurationUs = DurationUs(0)  # of results: until then a code may be put right
    surcharges: tuple[Surcharge, ...] = ()
    calendar: DayKinds | None = None  # whose kinds of days the surcharges name
    split: bool = False  # exact time is split where a surcharge begins or ends
    plus: str = ""  # of cost: so many per cent more
    costs: tuple[str, ...] = ()  # of cost: of which kinds; none named: all
    tax: str = ""  # a category of the seller's table; "": the contract's

    @property
    def plain(self) -> bool:
        """A quantity by a rate, contact by contact: it may change at any instant."""
        monthly = self.bands or self.included or self.anchor or self.fte
        return not monthly and self.measure in BY_CONTACT | HOURS


class Caps(Struct, frozen=True, gc=False):
    """What a programme's terms come to together, at most: sums or per cents of its lines.
    `netted`: bonuses are set against maluses before the cap (BILLING, 4)."""

    malus: str = ""
    malus_percent: str = ""
    bonus: str = ""
    bonus_percent: str = ""
    netted: bool = False


class Otherwise(StrEnum):
    """What holds where no forecast came in time."""

    LAST = "last"  # the last locked one, weekday by weekday
    NONE = "none"  # no relief, no floor


class ForecastTerms(Struct, frozen=True, gc=False):
    """What hangs on a forecast that the client (or the operator) gives until so many days before
    a day begins. `floor`: the client pays at least so many per cent of the forecast volume of
    `line`; above `ceiling` per cent terms don't count, and what lies above costs `surcharge` per
    cent more."""

    line: str
    lead_days: int
    by_client: bool = True
    floor: str = ""
    ceiling: str = ""
    surcharge: str = ""
    otherwise: Otherwise = Otherwise.LAST


class Programme(Struct, frozen=True, gc=False):
    """A part of a client: its own queues, purchase order, lines, minimum and terms. One without
    a name has whatever queues the others don't have. `minimum` a month."""

    name: str
    text: str = ""
    queues: tuple[QueueId, ...] = ()
    order: str = ""  # the client's purchase order
    lines: tuple[Line, ...] = ()
    minimum: str = "0"
    service: tuple[Term, ...] = ()
    caps: Caps | None = None
    forecast: ForecastTerms | None = None


class ContractVersion(Struct, frozen=True, gc=False):
    """`effective_day`: days since 1970-01-01, in the contract's zone; `at` the instant, where it
    isn't the day's first. Lines, minimum and terms are those of the programme without a name."""

    effective_day: int
    lines: tuple[Line, ...]
    minimum: str = "0"
    service: tuple[Term, ...] = ()
    at: InstantUs | None = None
    order: str = ""
    caps: Caps | None = None
    forecast: ForecastTerms | None = None
    programmes: tuple[Programme, ...] = ()


class Raised(StrEnum):
    """What becomes of later facts that raise an issued sum (BILLING, 8)."""

    ADJUSTMENT = "adjustment"  # an invoice of its own
    NEXT = "next"  # a line on the next one


class StatementRules(Struct, frozen=True, gc=False):
    """From draft to invoice (BILLING, 8): finance freezes the statement on the working day
    `cut_off` of the next month, the client answers within `answer_days` working days of
    `calendar` (none: Monday to Friday), and `silence_confirms` or doesn't."""

    cut_off: int = 3
    answer_days: int = 10
    silence_confirms: bool = False
    raised: Raised = Raised.ADJUSTMENT
    payment_days: int = 30
    calendar: DayKinds | None = None
    working: tuple[str, ...] = ("work", "make-up")  # the kinds of days that count


class Contract(Struct, frozen=True, gc=False):
    """`versions` by their beginning, the earliest first. `ends_day` is the first day on which
    it holds no more. `whole`: part periods aren't reduced. `one_off` are agreed from the start;
    finance adds others."""

    client: ClientId
    currency: str
    zone: Zone
    billable: tuple[str, ...]
    versions: tuple[ContractVersion, ...]
    ends_day: int | None = None
    whole: bool = False
    seller: Seller | None = None
    buyer: LegalEntity | None = None
    tax: str = ""  # the category of lines that name none
    tax_included: bool = False
    pools: tuple[tuple[str, int], ...] = ()  # the version of each pool's rule that was agreed
    one_off: tuple[OneOff, ...] = ()
    statement: StatementRules = StatementRules()
    language: str = "en"  # of what lines say by themselves
    tests: tuple[str, ...] = ()  # lists of callers whose contacts are tests
