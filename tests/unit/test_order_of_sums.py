"""BILLING 4 to 7: minimums, forecasts, terms, one-off items and tax, in their order."""

from string import Formatter
from typing import Any

import pytest
from msgspec import structs

from roost.definitions import times
from roost.kernel.calendar import start_of_day
from roost.kernel.ids import QueueId
from roost.kernel.money import Money, largest_remainder
from roost.kernel.time import DAY, HOUR, MINUTE, DurationUs, InstantUs
from roost.office import billing
from roost.office.contracts.messages import Exclusion, ForecastLocked
from roost.office.contracts.model import (
    Anchor,
    Band,
    Caps,
    Contract,
    ForecastTerms,
    Measure,
    Otherwise,
    Programme,
)
from roost.office.contracts.one_off import OneOff
from roost.office.contracts.plan import Plan
from roost.office.contracts.sellers import TaxCategory, TaxRate
from roost.office.contracts.terms import Period, Side, Step, Treated
from roost.office.contracts.words import WORDS, language_of
from roost.office.forecasts import expected
from roost.office.invoices.messages import LineKind
from roost.office.invoices.tally import Tally
from roost.office.month import Month
from roost.office.promises import needed, settled
from roost.office.quantities import Quantities, Served
from unit.billed import (
    SELLER,
    SHANGHAI,
    VAT,
    amounts,
    day,
    drafted,
    instant,
    line,
    named,
    plain,
    simple,
    total,
)
from unit.promised import term

NOON = instant("2026-11-10T04:00:00")
HALF_HOUR = DurationUs(30 * MINUTE)


def served(part: int, whole: int, at: InstantUs = NOON, queue: str = "") -> Served:
    """So many of so many answered in time, in one quarter of an hour."""
    sums = {"offered": whole, "answered": part, "answered_in_target": part}
    return Served(at, QueueId(queue), sums | {"abandoned": whole - part})


def missed(points: int, **rules: Any) -> Any:
    """A term of which a hundred contacts miss 80 % by so many points."""
    return term(**rules), (served(80 - points, 100),)


# --- the order ---


def test_a_malus_is_a_share_of_what_the_minimum_made_of_it() -> None:
    """Usage 42,000, minimum 50,000, malus 5 % → 47,500."""
    promise, met = missed(5, name="sl", percent="1")
    terms = simple(line("42000"), minimum="50000", service=(promise,))
    made = drafted(terms, {"contacts": 1}, served=met)
    assert amounts(made) == {"contacts": "42000.00", "minimum": "8000.00", "term:sl": "-2500.00"}
    assert (plain(made.usage), plain(made.total)) == ("42000.00", "47500.00")
    assert [one.kind for one in made.lines] == [LineKind.USAGE, LineKind.MINIMUM, LineKind.TERM]
    assert named(made, "term:sl").text == "sl: 75 % of 80 %"
    assert sum(one.amount.minor for one in made.lines) == made.total.minor


def test_part_periods_are_reduced_by_calendar_days_unless_the_contract_says_whole() -> None:
    assert total(simple(line(), minimum="50000", since="2026-11-16")) == "25000.00"
    assert total(simple(line(), minimum="50000", since="2026-11-16", whole=True)) == "50000.00"
    fixed = line("3000", Measure.FIXED, name="fee")
    assert total(simple(fixed, since="2026-11-21")) == "1000.00"
    anchor = Anchor(volume="100000", amount="500000", dead_band="5")
    half = simple(line(anchor=anchor), since="2026-11-16")
    assert total(half, {"contacts": 50_000}, on="2026-11-20") == "250000.00"
    included = simple(line("1", included="1000"), since="2026-11-16")
    assert total(included, {"contacts": 700}, on="2026-11-20") == "200.00"
    bands = (Band("1000", "2"), Band(None, "1"))
    banded = simple(line(bands=bands), since="2026-11-16")
    assert total(banded, {"contacts": 600}, on="2026-11-20") == "1100.00"


def test_each_programme_has_its_own_lines_minimum_and_terms() -> None:
    bills, outages = QueueId("power-grid/bills"), QueueId("power-grid/outage")
    promise = term(name="sl", percent="1")
    programmes = (
        Programme("bills", "Bills", (bills,), "PO-1", (line("5"),), "100"),
        Programme("outages", "", (outages,), "", (line("9"),), service=(promise,)),
    )
    terms = simple(line("500", Measure.FIXED, name="fee"), programmes=programmes)
    made = drafted(
        terms,
        {"bills.contacts": 10, "outages.contacts": 100},
        served=(served(70, 100, queue=outages), served(1, 100, queue=bills)),
    )
    assert amounts(made) == {
        "fee": "500.00",
        "bills.contacts": "50.00",
        "bills.minimum": "50.00",
        "outages.contacts": "900.00",
        "outages.term:sl": "-90.00",
    }
    assert [one.programme for one in made.lines] == ["", "bills", "bills", "outages", "outages"]
    assert named(made, "bills.minimum").clause == "2026-01-01/programmes/bills/minimum"


# --- terms ---


def test_maluses_are_summed_then_capped_and_the_rest_is_shared() -> None:
    first, met = missed(8, name="a", percent="1")
    second = term(name="b", percent="0.5")
    uncapped = simple(line("1000"), service=(first, second))
    assert total(uncapped, {"contacts": 100}, served=met) == "88000.00"
    terms = simple(line("1000"), service=(first, second), caps=Caps(malus_percent="10"))
    made = drafted(terms, {"contacts": 100}, served=met)
    assert (amounts(made)["term:a"], amounts(made)["term:b"]) == ("-6666.67", "-3333.33")
    assert named(made, "term:a").text == "a: 72 % of 80 %, capped"


@pytest.mark.parametrize(("netted", "left"), [(False, "94000.00"), (True, "90000.00")])
def test_bonuses_are_netted_only_if_the_contract_says_so(netted: bool, left: str) -> None:
    """A malus of 15,000 and a bonus of 4,000, with maluses capped at 10,000."""
    malus, met = missed(15, name="fast", percent="1")
    bonus = term(name="kept", side=Side.BONUS, target="0.61", percent="1")
    caps = Caps(malus_percent="10", netted=netted)
    terms = simple(line("1000"), service=(malus, bonus), caps=caps)
    assert total(terms, {"contacts": 100}, served=met) == left


def test_a_term_of_lines_is_a_share_of_those() -> None:
    promise, met = missed(5, lines=("contacts",))
    fee = line("1000", Measure.FIXED, name="fee")
    made = drafted(simple(line("10"), fee, service=(promise,)), {"contacts": 100}, served=met)
    assert amounts(made)["term:sl"] == "-50.00"
    assert named(made, "term:sl").under == "contacts"


def test_a_term_by_the_day_is_of_each_days_lines() -> None:
    promise = term(period=Period.DAY, percent="1")
    terms = simple(line("10"), service=(promise,))
    plan, tally = Plan(terms), Tally()
    since = plan.lines[0][0].since
    for date, count in (("2026-11-10", 100), ("2026-11-11", 300)):
        tally.add(("contacts", since, "", day(date)), count, count)
    met = (served(75, 100), served(290, 300, InstantUs(NOON + DAY)))
    made = billing.draft(plan, "2026-11", Quantities(tally, met))
    assert amounts(made) == {"contacts": "4000.00", "term:sl": "-50.00"}
    assert named(made, "term:sl").text == "sl: missed on 1 of 30 days"


def test_graduated_lines_are_shared_among_days_by_their_quantities() -> None:
    bands = (Band("100", "3"), Band(None, "1"))
    promise = term(period=Period.DAY, percent="10", step=Step.LINEAR)
    terms = simple(line(bands=bands), service=(promise,))
    plan, tally = Plan(terms), Tally()
    since = plan.lines[0][0].since
    for date in ("2026-11-10", "2026-11-11"):
        tally.add(("contacts", since, "", day(date)), 100, 100)
    made = billing.draft(plan, "2026-11", Quantities(tally, (served(79, 100),)))
    assert amounts(made)["term:sl"] == "-20.00"  # a point: 10 % of half of 400


def test_what_a_cap_leaves_is_shared_without_losing_a_fen() -> None:
    assert largest_remainder(1_000, [1, 1, 1]) == [334, 333, 333]
    assert largest_remainder(5, [0, 0]) == [0, 0]


def test_without_data_nothing_is_due() -> None:
    terms = simple(line("10"), service=(term(),))
    assert amounts(drafted(terms, {"contacts": 1})) == {"contacts": "10.00"}
    month = Month(Plan(terms), "2026-11", Quantities(Tally()))
    (one,) = settled(month, month.programmes[0], [])
    assert one.spans[0].verdict.kept is None
    assert needed(simple(line())) == ()


def test_lines_say_what_they_are_in_the_contracts_language() -> None:
    bands = (Band("10", "2"), Band(None, "1"))
    promise = term(text="20 秒接通率", cap_percent="2")
    of_day = term(name="day", period=Period.DAY)
    terms = simple(
        line(bands=bands, text="接听量"),
        minimum="5000",
        service=(promise, of_day),
        language="zh",
    )
    made = drafted(terms, {"contacts": 20}, served=(served(75, 100),))
    assert [one.text for one in made.lines] == [
        "接听量，第 1 档",
        "接听量，第 2 档",
        "补足当月最低金额 5000.00 CNY",
        "20 秒接通率：达成 75 %，目标 80 %（已封顶）",
        "day：30 天中有 1 天未达标",
    ]


def test_both_languages_have_all_words() -> None:
    english, chinese = WORDS["en"], WORDS["zh"]
    assert english.keys() == chinese.keys()
    for key, words in english.items():
        names = {name for _, name, _, _ in Formatter().parse(words) if name}
        theirs = {name for _, name, _, _ in Formatter().parse(chinese[key]) if name}
        assert names == theirs, key
    assert (language_of("zh-CN"), language_of("de")) == ("zh", "en")


# --- exclusions and forecast ---


def intervals(*pairs: tuple[int, int]) -> tuple[Served, ...]:
    return tuple(
        served(part, whole, InstantUs(NOON + place * HALF_HOUR))
        for place, (part, whole) in enumerate(pairs)
    )


LOCK = ForecastTerms("contacts", lead_days=3)


def locked(counts: tuple[int, ...], at: str = "2026-10-25T00:00:00", **rules: Any) -> Any:
    return ForecastLocked(day("2026-11-01"), counts, instant(at), **rules)


def test_an_accepted_exclusion_takes_its_intervals_out() -> None:
    """100, 100 and 150 offered, 85, 84 and 60 in time: all 65.43 %, without the third 84.5 %."""
    terms = simple(line("1000"), service=(term(),))
    met = intervals((85, 100), (84, 100), (60, 150))
    third = InstantUs(NOON + 2 * HALF_HOUR)
    storm = Exclusion(third, InstantUs(third + MINUTE), "storm", accepted=True)
    text = named(drafted(terms, {"contacts": 1}, served=met), "term:sl").text
    assert text == "sl: 65.4286 % of 80 %"
    without = drafted(terms, {"contacts": 1}, served=met, exclusions=(storm,))
    assert amounts(without) == {"contacts": "1000.00"}


def test_an_exclusion_of_queues_leaves_other_programmes_alone() -> None:
    bills, outages = QueueId("power-grid/bills"), QueueId("power-grid/outage")
    programmes = tuple(
        Programme(name, queues=(queue,), lines=(line("9"),), service=(term(),))
        for name, queue in (("bills", bills), ("outages", outages))
    )
    terms = simple(programmes=programmes)
    met = (served(70, 100, queue=outages), served(70, 100, queue=bills))
    storm = Exclusion(NOON, InstantUs(NOON + MINUTE), "storm", (outages,), accepted=True)
    sold = {"bills.contacts": 100, "outages.contacts": 100}
    made = amounts(drafted(terms, sold, served=met, exclusions=(storm,)))
    assert made == {
        "bills.contacts": "900.00",
        "bills.term:sl": "-90.00",
        "outages.contacts": "900.00",
    }
    own = Exclusion(NOON, InstantUs(NOON + MINUTE), "storm", accepted=True, programme="bills")
    made = amounts(drafted(terms, sold, served=met, exclusions=(own,)))
    assert "bills.term:sl" not in made
    assert "outages.term:sl" in made


@pytest.mark.parametrize(("offered", "due"), [(110, "-300.00"), (111, None)])
def test_relief_begins_above_110_per_cent_of_the_forecast(offered: int, due: str | None) -> None:
    promise = term(relief="110", interval_us=HALF_HOUR, kept="1", point="100", percent="30")
    terms = simple(line("1000"), service=(promise,), forecast=LOCK)
    counts = [0] * (48 * 30)
    counts[48 * 9 + 24] = 100  # the tenth, at noon
    given = locked(tuple(counts), interval_us=HALF_HOUR)
    met = intervals((10, offered))
    made = drafted(terms, {"contacts": 1}, served=met, forecasts=(given,))
    assert amounts(made).get("term:sl") == due


def test_a_forecast_by_the_day_relieves_days() -> None:
    terms = simple(
        line("1000"), service=(term(),), forecast=ForecastTerms("contacts", 3, ceiling="110")
    )
    met = intervals((40, 55), (40, 55))
    by_day = locked((100,) * 30)
    assert "term:sl" in amounts(drafted(terms, {"contacts": 1}, served=met, forecasts=(by_day,)))
    more = intervals((40, 55), (40, 56))
    relieved = drafted(terms, {"contacts": 1}, served=more, forecasts=(by_day,))
    assert "term:sl" not in amounts(relieved)


def test_the_client_pays_at_least_the_forecasts_floor() -> None:
    """20,000 at 5.00, floor 90 %, actual 16,500 → 90,000."""
    floor = ForecastTerms("contacts", lead_days=3, floor="90")
    terms = simple(line("5.00"), forecast=floor)
    given = locked((20_000, *(0,) * 29))
    made = drafted(terms, {"contacts": 16_500}, forecasts=(given,))
    assert amounts(made) == {"contacts": "82500.00", "floor": "7500.00"}
    assert plain(made.total) == "90000.00"
    assert total(terms, {"contacts": 18_000}, forecasts=(given,)) == "90000.00"
    assert total(terms, {"contacts": 19_000}, forecasts=(given,)) == "95000.00"
    topped = simple(line("5.00"), forecast=floor, minimum="85000")
    both = amounts(drafted(topped, {"contacts": 16_500}, forecasts=(given,)))
    assert (both["minimum"], both["floor"]) == ("2500.00", "5000.00")


def test_above_the_ceiling_a_surcharge_counts() -> None:
    terms = simple(
        line("5.00"), forecast=ForecastTerms("contacts", 3, ceiling="110", surcharge="20")
    )
    given = locked((1_000, *(0,) * 29))
    made = amounts(drafted(terms, {"contacts": 1_200}, forecasts=(given,)))
    assert made == {"contacts": "6000.00", "above-forecast": "100.00"}


def test_a_forecast_that_came_too_late_leaves_the_last_one_or_none() -> None:
    days = range(day("2026-11-01"), day("2026-12-01"))
    october = ForecastLocked(day("2026-10-01"), tuple(range(1, 32)), instant("2026-09-20T00:00:00"))
    late = locked((500,) * 30, at="2026-11-10T00:00:00")
    found = expected(LOCK, "", (late, october), SHANGHAI, days)
    by_day = {one.start: one.count for one in found}
    first = by_day[start_of_day(SHANGHAI, day("2026-11-01"))]
    assert first == 25  # a Sunday, as 25 October
    assert by_day[start_of_day(SHANGHAI, day("2026-11-13"))] == 30  # locked later than the 10th
    assert by_day[start_of_day(SHANGHAI, day("2026-11-14"))] == 500
    none = ForecastTerms("contacts", 3, otherwise=Otherwise.NONE)
    alone = expected(none, "", (late, october), SHANGHAI, days)
    assert len(alone) == 17
    assert alone[0].start == start_of_day(SHANGHAI, day("2026-11-14"))


def test_a_forecast_by_intervals_knows_days_of_23_and_25_hours() -> None:
    berlin = times.zone("Europe/Berlin")
    first = day("2026-10-24")
    given = ForecastLocked(
        first, tuple(range(24 + 25 + 24)), instant("2026-10-01T00:00:00"), interval_us=HOUR
    )
    found = expected(LOCK, "", (given,), berlin, range(first, first + 3))
    assert [one.count for one in found] == list(range(73))
    assert found[-1].end == start_of_day(berlin, first + 3)


# --- one-off items ---


def test_one_off_items_are_of_the_month_of_their_day() -> None:
    setup = OneOff("setup", "Set-up", day("2026-11-03"), "20000")
    days = OneOff("training", "Training", day("2026-11-20"), "350.50", "2.5", "day")
    later = OneOff("setup", "Set-up", day("2026-12-01"), "1")
    terms = simple(line("5"), one_off=(setup, later))
    made = drafted(terms, {"contacts": 1}, one_off=(days, setup))
    assert amounts(made) == {
        "contacts": "5.00",
        "item:setup": "20000.00",
        "item:setup-2": "20000.00",
        "item:training": "876.25",
    }


# --- tax ---


def taxed(*lines: Any, **rules: Any) -> Contract:
    return simple(*lines, seller=SELLER, tax="standard", **rules)


def test_prices_include_tax_if_the_contract_says_so() -> None:
    made = drafted(taxed(line("10000"), tax_included=True), {"contacts": 1})
    assert (plain(made.total), plain(made.taxes[0].tax)) == ("9433.96", "566.04")
    assert made.gross == Money("CNY", 1_000_000)
    least = drafted(taxed(line("1"), tax_included=True, minimum="10000"), {"contacts": 1})
    assert least.gross == Money("CNY", 1_000_000)


def test_tax_is_computed_once_a_group() -> None:
    three = taxed(*(line("10.09", name=name) for name in ("a", "b", "c")))
    made = drafted(three, {"a": 1, "b": 1, "c": 1})
    assert (plain(made.total), plain(made.taxes[0].tax)) == ("30.27", "1.82")
    assert (made.seller, made.taxes[0].rate) == ("guiyang", "6")


@pytest.mark.parametrize(
    ("treated", "gross", "payable"),
    [(Treated.PRICE, "100700.00", "100700.00"), (Treated.DAMAGES, "106000.00", "101000.00")],
)
def test_a_malus_is_price_or_damages(treated: Treated, gross: str, payable: str) -> None:
    promise, met = missed(5, treated=treated)
    made = drafted(taxed(line("1000"), service=(promise,)), {"contacts": 100}, served=met)
    assert made.gross is not None
    damages = sum(one.amount.minor for one in made.damages)
    assert plain(made.gross) == gross
    assert plain(Money("CNY", made.gross.minor + damages)) == payable


def test_the_rate_is_the_one_of_the_periods_last_day() -> None:
    terms = taxed(line("100"), since="2018-01-01")
    assert drafted(terms, {"contacts": 1}, "2019-03").taxes[0].rate == "17"
    assert drafted(terms, {"contacts": 1}, "2019-04").taxes[0].rate == "6"
    change = TaxCategory("standard", (TaxRate(0, "17"), TaxRate(day("2026-11-30"), "6")))
    seller = structs.replace(SELLER, taxes=(change,))
    inside = simple(line("100"), seller=seller, tax="standard")
    assert drafted(inside, {"contacts": 1}).taxes[0].rate == "6"
    assert drafted(inside, {"contacts": 1}, "2026-10").taxes[0].rate == "17"


def test_a_malus_over_lines_of_two_categories_lowers_both_in_proportion() -> None:
    low = TaxCategory("low", (TaxRate(0, "3"),))
    seller = structs.replace(SELLER, taxes=(VAT, low))
    promise, met = missed(5)
    lines = (line("600"), line("400", Measure.FIXED, name="fee", tax="low"))
    terms = simple(*lines, seller=seller, tax="standard", service=(promise,))
    made = drafted(terms, {"contacts": 1}, served=met)
    assert amounts(made)["term:sl:standard"] == "-30.00"
    assert amounts(made)["term:sl:low"] == "-20.00"
    assert [(one.category, plain(one.net), plain(one.tax)) for one in made.taxes] == [
        ("low", "380.00", "11.40"),
        ("standard", "570.00", "34.20"),
    ]


def test_without_a_seller_there_is_no_tax() -> None:
    made = drafted(simple(line("5")), {"contacts": 1})
    assert (made.taxes, made.gross) == ((), None)
