"""BILLING 2: bands, anchors, equivalents, nights and versions, each with its worked example."""

import pytest
from msgspec import structs

from roost.definitions import times
from roost.floor.parties import SegmentKind
from roost.kernel.ids import AgentId, ContactId, QueueId, SegmentId
from roost.kernel.money import Money
from roost.kernel.time import HOUR, MINUTE, DurationUs, InstantUs
from roost.office import billing
from roost.office.contracts.days import DayKinds
from roost.office.contracts.measured import Measured, MeasuredSegment
from roost.office.contracts.messages import CostSum
from roost.office.contracts.model import (
    Anchor,
    AnchorFrom,
    AnchorStep,
    Band,
    Banding,
    Fte,
    Kind,
    Measure,
    Surcharge,
)
from roost.office.contracts.plan import Plan
from roost.office.contracts.pricing import Part, Unbilled, price, worked
from roost.office.contracts.surcharges import rate_of, split, surcharge_at
from roost.office.invoices.tally import Tally
from roost.office.quantities import Quantities
from unit.billed import (
    GRID,
    SELLER,
    agreed,
    amounts,
    day,
    drafted,
    instant,
    line,
    named,
    simple,
    total,
    version,
)

BANDS = (Band("10000", "5.00"), Band("20000", "4.50"), Band(None, "4.00"))
QUEUE = QueueId("power-grid/outage")


@pytest.mark.parametrize(
    ("contacts", "graduated", "whole"),
    [(20_000, "95000.00", "90000.00"), (20_001, "95004.00", "80004.00")],
)
def test_bands_are_graduated_or_whole(contacts: int, graduated: str, whole: str) -> None:
    assert total(simple(line(bands=BANDS)), {"contacts": contacts}) == graduated
    by_all = simple(line(bands=BANDS, banding=Banding.WHOLE))
    assert total(by_all, {"contacts": contacts}) == whole


def test_each_band_is_a_line_of_its_own_quantity_and_rate() -> None:
    made = drafted(simple(line(bands=BANDS)), {"contacts": 20_001})
    assert [(one.name, one.quantity, one.rate, one.contacts) for one in made.lines] == [
        ("contacts:band-1", "10000", "5.00", 10_000),
        ("contacts:band-2", "10000", "4.50", 10_000),
        ("contacts:band-3", "1", "4.00", 1),
    ]


def test_striking_a_graduated_contact_credits_the_last_ones_rate() -> None:
    """BILLING 8: 20,003 are 95,012; striking number 10 credits 4.00, not 5.00."""
    terms = simple(line(bands=BANDS))
    assert total(terms, {"contacts": 20_003}) == "95012.00"
    assert total(terms, {"contacts": 20_002}) == "95008.00"
    # nine of 10,005 excluded: five of the second band, four of the first
    assert total(terms, {"contacts": 10_005}) == "50022.50"
    assert total(terms, {"contacts": 9_996}) == "49980.00"


ANCHOR = Anchor(
    volume="100000",
    amount="500000",
    dead_band="5",
    up=(AnchorStep("115", "4.00"), AnchorStep(None, "3.50")),
    down=(AnchorStep("80", "3.00"),),
)


@pytest.mark.parametrize(
    ("contacts", "amount"),
    [
        (95_000, "500000.00"),
        (105_000, "500000.00"),
        (105_001, "500004.00"),
        (118_000, "550500.00"),
        (90_000, "485000.00"),
        (80_000, "455000.00"),
        (75_000, "455000.00"),
    ],
)
def test_an_anchored_volume_is_marginal_from_the_edge_of_its_dead_band(
    contacts: int, amount: str
) -> None:
    assert total(simple(line(anchor=ANCHOR)), {"contacts": contacts}) == amount


def test_an_anchored_volume_may_count_from_its_base() -> None:
    from_base = structs.replace(ANCHOR, start=AnchorFrom.BASE)
    assert total(simple(line(anchor=from_base)), {"contacts": 105_001}) == "520004.00"
    assert total(simple(line(anchor=from_base)), {"contacts": 105_000}) == "500000.00"
    assert total(simple(line(anchor=from_base)), {"contacts": 90_000}) == "470000.00"


def test_below_the_lowest_band_the_page_says_renegotiate() -> None:
    terms = simple(line(anchor=ANCHOR))
    below = named(drafted(terms, {"contacts": 75_000}), "contacts:base")
    assert below.text == "Contacts, base (renegotiate)"
    at_the_edge = named(drafted(terms, {"contacts": 80_000}), "contacts:base")
    assert at_the_edge.text == "Contacts, base"


def test_a_month_without_a_contact_has_its_anchors_base() -> None:
    assert total(simple(line(anchor=ANCHOR))) == "455000.00"


HOURS = 1_952 * HOUR


@pytest.mark.parametrize(
    ("fte", "amount"),
    [
        (Fte(hours="166"), "115238.55"),
        (Fte(hours="174"), "109940.23"),
        (Fte(contracted="12"), "117600.00"),
        (Fte(hours="166", ceiling="11.5"), "112700.00"),
        (Fte(hours="166", ceiling="12"), "115238.55"),
    ],
)
def test_equivalents_are_contracted_or_delivered(fte: Fte, amount: str) -> None:
    terms = simple(line("9800", Measure.FTE, fte=fte))
    assert total(terms, {"contacts": HOURS}) == amount


def test_hours_are_production_or_paid() -> None:
    terms = simple(
        line("100", Measure.PRODUCTION_HOURS, name="production"),
        line("80", Measure.PAID_HOURS, name="paid"),
        line("9800", Measure.FTE, name="fte", fte=Fte(hours="166", of=Measure.PAID_HOURS)),
        line("9800", Measure.FTE, name="agreed", fte=Fte(contracted="1")),
    )
    at = instant("2026-11-10T04:00:00")
    found = worked(Plan(terms), at, int(10 * MINUTE), int(12 * MINUTE))
    assert [(one.line, one.quantity) for one in found] == [
        ("production", 10 * MINUTE),
        ("paid", 12 * MINUTE),
        ("fte", 12 * MINUTE),
    ]
    assert worked(Plan(terms), instant("2025-11-10T04:00:00"), 1, 1) == []


def test_cost_plus_is_what_it_cost_and_some_per_cent() -> None:
    costs = (
        CostSum("agents", Money("CNY", 1_000_000)),
        CostSum("trunks", Money("CNY", 50_000)),
    )
    every = simple(line("", Measure.COST, name="cost", plus="12"))
    assert total(every, costs=costs) == "11760.00"
    one = simple(line("", Measure.COST, name="cost", plus="12", costs=("trunks",)))
    assert total(one, costs=costs) == "560.00"


def test_included_volume_costs_nothing_more_and_lapses() -> None:
    terms = simple(line("5.00", included="1000"))
    made = drafted(terms, {"contacts": 1_200})
    assert [(o.name, o.quantity, str(o.amount), o.kind.value) for o in made.lines] == [
        ("contacts:included", "1000", "0.00 CNY", "included"),
        ("contacts", "200", "1000.00 CNY", "usage"),
    ]
    assert total(terms, {"contacts": 900}) == "0.00"
    graduated = simple(line(included="1000", bands=BANDS))
    assert total(graduated, {"contacts": 11_001}) == "50004.50"


# --- nights and holidays ---

NIGHT = Surcharge("night", "night", "50", DurationUs(22 * HOUR), DurationUs(6 * HOUR))


def talked(began: str, length_us: int, count: int = 1, code: str = "") -> Measured:
    at = instant(began)
    segment = MeasuredSegment(
        SegmentId(f"C{count}/s1"),
        AgentId("1001"),
        QUEUE,
        at,
        DurationUs(length_us),
        DurationUs(0),
        DurationUs(0),
        10,
        SegmentKind.ANSWER,
        DurationUs(0),
        code,
    )
    end = InstantUs(at + length_us)
    return Measured(ContactId(f"C{count}"), GRID, count, end, Kind.ANSWERED, QUEUE, (segment,), 5)


@pytest.mark.parametrize(("splits", "amount"), [(False, "27.00"), (True, "36.00")])
def test_night_goes_by_the_moment_of_connection_or_is_split(splits: bool, amount: str) -> None:
    """21:50 to 22:20 in Shanghai, at 0.90 a minute; +50 % from 22:00."""
    terms = simple(
        line("0.90", Measure.HANDLED_MINUTES, name="m", surcharges=(NIGHT,), split=splits)
    )
    parts = price(terms, talked("2026-11-10T13:50:00", 30 * MINUTE))
    assert isinstance(parts, tuple)
    by_name = {"m": {part.surcharge: part.quantity for part in parts}}
    assert total(terms, by_name) == amount


def test_a_surcharge_is_a_line_with_its_own_exact_rate() -> None:
    terms = simple(line("0.90", Measure.HANDLED_MINUTES, name="m", surcharges=(NIGHT,)))
    made = drafted(terms, {"m": {"": 10 * MINUTE, "night": 20 * MINUTE}})
    assert [(one.name, one.text, one.rate, str(one.amount)) for one in made.lines] == [
        ("m", "Contacts", "0.90", "9.00 CNY"),
        ("m:night", "Contacts, night", "1.35", "27.00 CNY"),
    ]
    assert rate_of(terms.versions[0].lines[0], "night") == "1.35"


@pytest.mark.parametrize(
    ("first", "last", "hours"),
    [
        ("2026-10-24T20:00:00", "2026-10-25T05:00:00", 9),  # 22:00 CEST to 06:00 CET
        ("2026-03-28T21:00:00", "2026-03-29T04:00:00", 7),  # 22:00 CET to 06:00 CEST
    ],
)
def test_a_night_in_berlin_is_nine_or_seven_hours_long(first: str, last: str, hours: int) -> None:
    berlin = times.zone("Europe/Berlin")
    by_night = line("1", Measure.PRODUCTION_HOURS, surcharges=(NIGHT,))
    before, after = InstantUs(instant(first) - HOUR), InstantUs(instant(last) + HOUR)
    assert split(by_night, berlin, before, after) == {"": 2 * HOUR, "night": hours * HOUR}


CHINA = DayKinds(
    "china",
    day("2026-01-01"),
    day("2026-12-31"),
    ("work",) * 5 + ("rest",) * 2,
    ((day("2026-10-01"), "statutory"), (day("2026-10-10"), "make-up")),
)


def test_each_day_has_its_kind() -> None:
    assert CHINA.kind(day("2026-10-01")) == "statutory"  # a Thursday
    assert CHINA.kind(day("2026-10-10")) == "make-up"  # a Saturday that is worked
    assert CHINA.kind(day("2026-10-11")) == "rest"
    assert CHINA.kind(day("2026-10-12")) == "work"
    assert CHINA.kind(day("2027-01-01")) is None


def test_the_first_surcharge_that_fits_counts() -> None:
    holiday = Surcharge("holiday", "holiday", "200", kinds=("statutory",))
    by_day = line("1", surcharges=(holiday, NIGHT), calendar=CHINA)
    zone = times.zone("Asia/Shanghai")
    assert surcharge_at(by_day, zone, instant("2026-10-01T15:00:00")) == "holiday"  # 23:00
    assert surcharge_at(by_day, zone, instant("2026-10-01T16:00:00")) == "night"  # the 2nd, 00:00
    assert surcharge_at(by_day, zone, instant("2026-10-02T04:00:00")) == ""


def test_a_period_that_its_calendar_does_not_cover_is_not_opened() -> None:
    rest = Surcharge("rest", "rest days", "100", kinds=("rest",))
    terms = simple(line("1", surcharges=(rest,), calendar=CHINA))
    assert billing.periods(terms, "2026-11", "2027-02") == ["2026-11", "2026-12"]
    assert price(terms, talked("2027-01-04T04:00:00", MINUTE)) == Unbilled("no_calendar")
    assert isinstance(price(terms, talked("2026-12-04T04:00:00", MINUTE)), tuple)


# --- versions ---


def test_what_stays_the_same_is_one_line_over_a_change_of_versions() -> None:
    first = version("2026-01-01", line("5.00"), line("0.85", Measure.HANDLED_MINUTES, name="m"))
    second = version("2026-11-16", line("5.20"), line("0.85", Measure.HANDLED_MINUTES, name="m"))
    terms = agreed(first, second)
    tally = Tally()
    for began, count in (("2026-11-10T04:00:00", 1), ("2026-11-20T04:00:00", 2)):
        parts = price(terms, talked(began, int(10.5 * 1_000_000), count))
        assert isinstance(parts, tuple)
        for part in parts:
            tally.add((part.line, part.since, part.surcharge, part.day), part.quantity)
    made = billing.draft(terms, "2026-11", Quantities(tally))
    assert amounts(made) == {"contacts": "5.00", "m": "0.30", "contacts@2026-11-16": "5.20"}
    assert made.contract == "2026-01-01, 2026-11-16"
    assert [one.clause for one in made.lines] == [
        "2026-01-01/lines/contacts",
        "2026-01-01/lines/m",
        "2026-11-16/lines/contacts",
    ]


def test_a_unit_rate_may_change_at_an_instant() -> None:
    noon = instant("2026-11-16T04:00:00")
    terms = agreed(version("2026-01-01", line("5")), version("2026-11-16", line("6"), at=noon))
    before = price(terms, talked("2026-11-16T03:58:00", MINUTE))
    after = price(terms, talked("2026-11-16T03:59:00", MINUTE))
    assert isinstance(before, tuple)
    assert isinstance(after, tuple)
    assert (before[0].since, after[0].since) == (instant("2025-12-31T16:00:00"), noon)
    tally = Tally()
    tally.add(("contacts", noon, "", day("2026-11-16")), 1)
    made = billing.draft(terms, "2026-11", Quantities(tally))
    assert amounts(made) == {"contacts@2026-11-16T1200": "6.00"}


def test_a_rate_agreed_later_with_an_earlier_effect_is_the_difference_of_two_drafts() -> None:
    """Signed 10 December, effective 1 November: +0.20 on 8,000 contacts."""
    old = simple(line("5.00"), seller=SELLER, tax="standard")
    new = agreed(
        version("2026-01-01", line("5.00")),
        version("2026-11-01", line("5.20")),
        seller=SELLER,
        tax="standard",
    )
    was = drafted(old, {"contacts": 8_000})
    is_ = drafted(new, {"contacts": 8_000})
    assert is_.total.minor - was.total.minor == 160_000
    assert is_.taxes[0].tax.minor - was.taxes[0].tax.minor == 9_600


def test_a_contract_ends_too() -> None:
    terms = simple(line("5"), ends_day=day("2026-11-16"), minimum="50000")
    assert price(terms, talked("2026-11-15T16:00:00", MINUTE)) == Unbilled("after_contract")
    assert total(terms) == "25000.00"
    assert billing.periods(terms, "2026-10", "2027-01") == ["2026-10", "2026-11"]


# --- results ---


def test_a_result_counts_in_the_period_in_which_its_window_closes() -> None:
    sold = line(
        "30", Measure.RESULTS, name="sold", codes=("sold",), window_us=DurationUs(7 * 24 * HOUR)
    )
    terms = simple(line("5"), sold)
    parts = price(terms, talked("2026-11-27T04:00:00", MINUTE, code="sold"))
    assert isinstance(parts, tuple)
    assert [(part.line, part.day) for part in parts] == [
        ("contacts", day("2026-11-27")),
        ("sold", day("2026-12-04")),
    ]
    other = price(terms, talked("2026-11-27T04:00:00", MINUTE, code="moved"))
    assert isinstance(other, tuple)
    assert [part.line for part in other] == ["contacts"]


def test_a_result_alone_has_a_line_or_a_reason() -> None:
    terms = simple(line("30", Measure.RESULTS, name="sold", codes=("sold",)))
    assert price(terms, talked("2026-11-27T04:00:00", MINUTE)) == Unbilled("no_line")
    parts = price(terms, talked("2026-11-27T04:00:00", MINUTE, code="sold"))
    assert isinstance(parts, tuple)
    assert isinstance(parts[0], Part)
