"""BILLING's worked examples, as far as contracts have these terms by now: each figure is one
that a client's accountant would work out by hand."""

from datetime import UTC, datetime
from fractions import Fraction

import pytest
from msgspec import structs

from roost.definitions import times
from roost.floor.parties import SegmentKind
from roost.kernel.calendar import civil, day_number, day_text, local_day
from roost.kernel.ids import AgentId, ClientId, ContactId, QueueId, SegmentId
from roost.kernel.money import Money, rounded
from roost.kernel.time import MINUTE, DurationUs, InstantUs, seconds
from roost.office import billing
from roost.office.books import tallies
from roost.office.contracts.measured import Measured, MeasuredSegment, connected_us
from roost.office.contracts.model import (
    Contract,
    ContractVersion,
    Kind,
    Line,
    Measure,
    RoundPer,
)
from roost.office.contracts.period import period_of, span_of
from roost.office.contracts.plan import Plan
from roost.office.contracts.pricing import Part, Unbilled, price
from roost.office.contracts.rates import decimal_text
from roost.office.invoices.messages import Draft
from roost.office.invoices.tally import Tally
from roost.office.month import Month
from roost.office.quantities import Quantities

GRID = ClientId("power-grid")
QUEUE = QueueId("power-grid/outage")
SHANGHAI = times.zone("Asia/Shanghai")


def instant(text: str) -> InstantUs:
    """An instant in UTC, to the microsecond."""
    return InstantUs(round(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp() * 1e6))


NOVEMBER = instant("2026-11-05T04:00:00")


def segment(
    talk_s: float, wrap_up_s: float = 0.0, began: InstantUs = NOVEMBER, number: int = 1
) -> MeasuredSegment:
    return MeasuredSegment(
        segment=SegmentId(f"C1/s{number}"),
        agent=AgentId("1001"),
        queue=QUEUE,
        began=began,
        talk_us=seconds(talk_s),
        hold_us=DurationUs(0),
        wrap_up_us=seconds(wrap_up_s),
        event=number * 10,
    )


def contact(
    *segments: MeasuredSegment,
    count: int = 1,
    at: InstantUs = NOVEMBER,
    kind: Kind = Kind.ANSWERED,
) -> Measured:
    return Measured(ContactId(f"C{count}"), GRID, count, at, kind, QUEUE, segments, 5)


def contract(
    *lines: Line,
    minimum: str = "0",
    since: str = "2026-01-01",
    zone: str = "Asia/Shanghai",
    currency: str = "CNY",
    billable: tuple[str, ...] = ("answered",),
) -> Contract:
    version = ContractVersion(times.local_day(since) or 0, lines, minimum)
    return Contract(GRID, currency, times.zone(zone), billable, (version,))


def minutes(rate: str, unit: float | None = None, per: RoundPer = RoundPer.CONTACT) -> Line:
    unit_us = None if unit is None else seconds(unit)
    return Line("minutes", "Minutes", Measure.HANDLED_MINUTES, rate, unit_us, per)


def each(rate: str, measure: Measure = Measure.CONTACTS) -> Line:
    return Line("contacts", "Contacts", measure, rate)


def draft_of(terms: Contract, *finished: Measured, period: str = "2026-11") -> Draft:
    sums = tallies({GRID: terms}, finished)
    return billing.draft(terms, period, Quantities(sums.get((GRID, period), Tally())))


def meant(terms: Contract, period: str, name: str) -> Line | None:
    """The line that a draft's line name means."""
    found = Month(Plan(terms), period, Quantities(Tally())).planned(name)
    return None if found is None else found[0].line


def total(terms: Contract, *finished: Measured) -> str:
    return str(draft_of(terms, *finished).usage)


def test_a_contact_belongs_to_the_month_in_which_its_last_segment_ended() -> None:
    last = instant("2026-10-31T15:59:59.999999")
    assert period_of(SHANGHAI, last) == "2026-10"
    assert period_of(SHANGHAI, InstantUs(last + 1)) == "2026-11"
    assert span_of(SHANGHAI, "2026-11")[0] == last + 1


def test_quantity_times_rate_is_rounded_once_at_the_line() -> None:
    many = [contact(segment(61), count=count) for count in range(1, 1001)]
    assert total(contract(minutes("0.85")), *many) == "864.17 CNY"
    one = rounded(Fraction(61, 60) * Fraction("0.85"), "CNY")
    assert one.minor * 1000 == 86_000  # rounded contact by contact it would be 860.00
    half = Tally()
    half.add(("minutes", 0, "", 0), 500 * 61_000_000, 500)
    assert str(rounded(Fraction(500 * 61, 60) * Fraction("0.85"), "CNY")) == "432.08 CNY"
    whole = Tally()
    whole.take(half)
    whole.take(half)
    assert whole.sums["minutes", 0, "", 0].quantity == 1000 * 61_000_000


@pytest.mark.parametrize(
    ("unit", "amount"), [(None, "4.50 CNY"), (6.0, "4.59 CNY"), (60.0, "5.40 CNY")]
)
def test_started_units(unit: float | None, amount: str) -> None:
    lengths = [contact(segment(s), count=n) for n, s in enumerate((61, 119, 120), 1)]
    assert total(contract(minutes("0.90", unit)), *lengths) == amount


def test_units_round_per_contact_unless_the_contract_says_otherwise() -> None:
    both = contact(segment(30.6), segment(29.6, number=2))
    assert total(contract(minutes("1", 60)), both) == "2.00 CNY"
    assert total(contract(minutes("1", 60, RoundPer.SEGMENT)), both) == "2.00 CNY"
    short = [contact(segment(10), segment(10, number=2), count=count) for count in (1, 2)]
    assert total(contract(minutes("1", 60)), *short) == "2.00 CNY"
    assert total(contract(minutes("1", 60, RoundPer.SEGMENT)), *short) == "4.00 CNY"
    assert total(contract(minutes("1", 60, RoundPer.LINE)), *short) == "1.00 CNY"


def test_connected_is_the_customers_time_and_handled_the_agents() -> None:
    """The first agent talks six minutes, two of them consulting the second, who talks on."""
    first = segment(6 * 60, 60)
    second = structs.replace(
        segment(4 * 60, 90, InstantUs(NOVEMBER + 4 * MINUTE), 2),
        kind=SegmentKind.TRANSFER,
        consult_us=seconds(2 * 60),
    )
    parts = price(
        contract(
            each("1"),
            Line("segments", "", Measure.SEGMENTS, "1"),
            Line("connected", "", Measure.CONNECTED_MINUTES, "1"),
            Line("handled", "", Measure.HANDLED_MINUTES, "1"),
        ),
        contact(first, second),
    )
    assert isinstance(parts, tuple)
    quantities = {part.line: part.quantity for part in parts}
    assert quantities == {
        "contacts": 1,
        "segments": 2,
        "connected": 10 * MINUTE,
        "handled": 14 * MINUTE + MINUTE // 2,
    }
    assert all(part.events == (10, 20) for part in parts)


def test_whoever_was_only_asked_is_no_segment_of_the_customers() -> None:
    asked = structs.replace(
        segment(120, 0, InstantUs(NOVEMBER + MINUTE), 2), kind=SegmentKind.CONSULT
    )
    parts = price(
        contract(
            Line("segments", "", Measure.SEGMENTS, "1"),
            Line("connected", "", Measure.CONNECTED_MINUTES, "1"),
            Line("handled", "", Measure.HANDLED_MINUTES, "1"),
        ),
        contact(segment(60), asked),
    )
    assert isinstance(parts, tuple)
    quantities = {part.line: part.quantity for part in parts}
    assert quantities == {"segments": 1, "connected": MINUTE, "handled": 3 * MINUTE}


def test_time_with_nobody_between_two_agents_is_not_connected() -> None:
    later = InstantUs(NOVEMBER + 10 * MINUTE)
    assert connected_us((segment(60), segment(60, began=later))) == 2 * MINUTE
    assert connected_us(()) == 0


def test_of_ten_thousand_offered_the_answered_are_billed_by_default() -> None:
    kinds = {Kind.ANSWERED: 9_200, Kind.ABANDONED: 500, Kind.SOLVED: 200, Kind.VOICEMAIL: 100}
    many = [
        contact(count=place, kind=kind)
        for kind, count in kinds.items()
        for place in range(1, count + 1)
    ]
    terms = contract(each("1"))
    made = draft_of(terms, *many)
    assert made.lines[0].contacts == 9_200
    reasons = [price(terms, one) for one in many]
    without = [one.reason for one in reasons if isinstance(one, Unbilled)]
    assert {reason: without.count(reason) for reason in set(without)} == {
        "abandoned": 500,
        "solved": 200,
        "voicemail": 100,
    }
    both = contract(each("1"), billable=("answered", "voicemail"))
    assert draft_of(both, *many).lines[0].contacts == 9_300


def test_a_test_call_is_billed_to_nobody() -> None:
    terms = structs.replace(contract(each("1")), tests=("ourselves",))
    test = structs.replace(contact(segment(60)), tags=("vip", "ourselves"))
    assert price(terms, test) == Unbilled("test")
    assert isinstance(price(terms, structs.replace(test, tags=("vip",))), tuple)


def test_a_unit_rate_may_change_inside_a_month() -> None:
    first = ContractVersion(times.local_day("2026-01-01") or 0, (each("5.00"),))
    second = ContractVersion(times.local_day("2026-11-16") or 0, (each("5.20"),))
    terms = Contract(GRID, "CNY", SHANGHAI, ("answered",), (first, second))
    before = contact(at=instant("2026-11-15T15:59:59"), count=1)
    after = contact(at=instant("2026-11-15T16:04:00"), count=2)  # 16 November 00:04 in Shanghai
    made = draft_of(terms, before, after)
    assert [(line.name, line.rate, str(line.amount)) for line in made.lines] == [
        ("contacts", "5.00", "5.00 CNY"),
        ("contacts@2026-11-16", "5.20", "5.20 CNY"),
    ]
    assert meant(terms, "2026-11", "contacts@2026-11-16") == each("5.20")
    assert meant(terms, "2026-11", "contacts") == each("5.00")
    assert meant(terms, "2026-12", "contacts") == each("5.20")
    assert meant(terms, "2026-12", "contacts@2026-11-16") is None


def test_a_month_costs_at_least_its_minimum() -> None:
    terms = contract(each("42000"), minimum="50000")
    made = draft_of(terms, contact())
    assert (str(made.usage), str(made.total)) == ("42000.00 CNY", "50000.00 CNY")
    assert (made.lines[-1].name, str(made.lines[-1].amount)) == ("minimum", "8000.00 CNY")
    assert str(draft_of(terms, contact(), contact(count=2)).total) == "84000.00 CNY"


def test_a_month_without_a_contact_costs_its_minimum() -> None:
    terms = contract(each("1"), minimum="500")
    finished = [
        contact(at=instant("2026-11-30T15:59:59")),
        contact(at=instant("2027-02-01T00:00:00"), count=2),
    ]
    sums = tallies({GRID: terms}, finished)
    assert [period for _, period in sorted(sums)] == ["2026-11", "2026-12", "2027-01", "2027-02"]
    empty = billing.draft(terms, "2026-12", Quantities(sums[GRID, "2026-12"]))
    assert (str(empty.usage), str(empty.total)) == ("0.00 CNY", "500.00 CNY")


def test_a_part_of_a_month_costs_a_part_of_the_minimum() -> None:
    terms = contract(each("1"), minimum="50000", since="2026-11-16")
    assert str(draft_of(terms).total) == "25000.00 CNY"
    assert draft_of(terms, period="2026-10").total == Money("CNY", 0)
    early = contact(at=instant("2026-11-01T00:00:00"))
    assert price(terms, early) == Unbilled("before_contract")


def test_a_line_may_count_some_queues_only() -> None:
    own = Line("bills", "", Measure.CONTACTS, "1", queues=(QueueId("power-grid/bills"),))
    assert price(contract(own), contact(segment(60))) == Unbilled("no_line")
    assert price(None, contact()) == Unbilled("no_contract")
    here = Line("outage", "", Measure.CONTACTS, "1", queues=(QUEUE,))
    since = instant("2025-12-31T16:00:00")
    day = times.local_day("2026-11-05") or 0
    part = Part("outage", since, 1, NOVEMBER, day, (10,))
    assert price(contract(here), contact(segment(60))) == (part,)


@pytest.mark.parametrize(
    ("amount", "currency", "text"),
    [
        ("2.5", "JPY", "3 JPY"),
        ("-2.5", "JPY", "-3 JPY"),
        ("2.345", "CNY", "2.35 CNY"),
        ("-2.345", "CNY", "-2.35 CNY"),
        ("2.3449999999999", "CNY", "2.34 CNY"),
        ("0.0005", "KWD", "0.001 KWD"),
        ("864.166666", "CNY", "864.17 CNY"),
    ],
)
def test_rounding_is_half_away_from_zero_to_the_minor_unit(
    amount: str, currency: str, text: str
) -> None:
    assert str(rounded(Fraction(amount), currency)) == text


def test_an_amount_just_under_a_half_is_never_rounded_up() -> None:
    nearly = Fraction(5, 1000) - Fraction(1, 10**80)
    assert rounded(nearly, "CNY").minor == 0


def test_decimals_for_reading() -> None:
    assert decimal_text(Fraction(61, 60), 4) == "1.0167"
    assert decimal_text(Fraction(2), 4) == "2"
    assert decimal_text(Fraction(-1, 3), 2) == "-0.33"
    assert decimal_text(Fraction(1, 10**9), 2) == "0"


def test_the_calendar_without_a_calendar() -> None:
    assert civil(0) == (1970, 1, 1)
    for day in range(-1000, 60_000, 17):
        assert day_number(*civil(day)) == day
        assert day_text(day) == str(datetime.fromordinal(719_163 + day).date())


@pytest.mark.parametrize("zone", ["Europe/Berlin", "America/New_York", "Australia/Lord_Howe"])
def test_a_month_is_half_open_on_the_wall(zone: str) -> None:
    known = times.zone(zone)
    for month in range(1, 13):
        start, end = span_of(known, f"2026-{month:02}")
        assert period_of(known, start) == period_of(known, InstantUs(end - 1))
        assert period_of(known, InstantUs(start - 1)) != period_of(known, start)
        assert local_day(known, start) == day_number(2026, month, 1)


@pytest.mark.parametrize(
    "wrong", ["2026-13", "2026-00", "2026", "26-01", "2026/01", "x", "20x6-01"]
)
def test_no_month_is_no_draft(wrong: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        span_of(SHANGHAI, wrong)
