"""The contract language, from the file to the draft: everything that it can say, once."""

from pathlib import Path

import pytest

from roost.definitions import Loaded, compile_contracts, load
from roost.definitions.billing import compile_billing
from roost.kernel.ids import ClientId, QueueId
from roost.kernel.time import HOUR, MINUTE
from roost.office.contracts.model import Contract, Measure, Otherwise, Raised
from roost.office.contracts.one_off import OneOff
from roost.office.contracts.sellers import Pool, PoolRule, Rule
from unit.billed import amounts, day, drafted, instant

EXAMPLE = Path(__file__).parents[2] / "examples" / "power-grid"
FILES = ("centre.yaml", "agents.yaml", "billing.yaml", "clients/power-grid/client.yaml",
         "clients/power-grid/flows/main.yaml")  # fmt: skip
POOLS = """
pools:
  shared:
    teams: [day]
    rules:
      - {version: 2, from: 2026-07-01, rule: weights, weights: {power-grid: 7}}
      - {version: 1, from: 2026-01-01}
"""
CONTRACT = """
currency: CNY
seller: lanzhou
tax: standard
tax_included: true
test_callers: [chengguan]
part_periods: whole
last_day: 2027-06-30
pools: {shared: 2}
days:
  own: {from: 2026-01-01, to: 2027-12-31, weekly: {mon-sun: work}, special: {2026-11-10: party}}
statement: {cut_off: 5, answer_days: 7, silence: confirms, raised: next, payment_days: 60,
            calendar: own, working: [work]}
one_off: [{item: setup, text: Set-up, on: 2026-11-03, rate: 106, quantity: 2, unit: site}]
versions:
  - effective: 2026-01-01
    order: PO-17
    lines:
      - {line: fee, measure: fixed, rate: 1060}
      - {line: hours, text: Hours, measure: production_hours, rate: 106}
      - {line: fte, measure: fte, rate: 9800, fte: {of: paid_hours, hours: 166, ceiling: 2}}
      - {line: at-cost, measure: cost, plus: 10, costs: [trunks]}
    programmes:
      bills:
        text: Bills
        queues: [bills]
        order: PO-18
        minimum: 53
        lines:
          - line: contacts
            measure: contacts
            bands: [{to: 10, rate: 10.60}, {rate: 5.30}]
            banding: whole
          - {line: sold, measure: results, rate: 1.06, codes: [moved], window: 7d}
        service: [{term: sl, target: 80, percent: 1, relief: 110}]
        caps: {malus_percent: 10, bonus: 5, netted: true}
        forecast: {line: contacts, by: operator, lead_days: 3, floor: 90, ceiling: 110,
                   surcharge: 5, otherwise: none}
      outages:
        queues: [outage]
        lines:
          - {line: volume, measure: contacts,
             anchor: {volume: 100, amount: 1060, dead_band: 5, from: base,
                      up: [{to: 110, rate: 10.60}, {rate: 5.30}], down: [{to: 80, rate: 1}]}}
          - line: talk
            measure: handled_minutes
            rate: 1.06
            split: true
            calendar: own
            surcharges:
              - {surcharge: party, text: a day off, percent: 100, days: [party]}
              - {surcharge: night, percent: 50, from: "22:00", until: "06:00"}
  - effective: 2026-11-16T12:00
    order: PO-17
    lines:
      - {line: fee, measure: fixed, rate: 1060}
      - {line: hours, text: Hours, measure: production_hours, rate: 212}
      - {line: fte, measure: fte, rate: 9800, fte: {of: paid_hours, hours: 166, ceiling: 2}}
      - {line: at-cost, measure: cost, plus: 10, costs: [trunks]}
"""

SECOND = "  - effective: 2026-11-16T12:00"


@pytest.fixture
def loaded(tmp_path: Path) -> Loaded:
    for name in FILES:
        target = tmp_path / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes((EXAMPLE / name).read_bytes())
    shared = tmp_path / "billing.yaml"
    shared.write_text(shared.read_text(encoding="utf-8") + POOLS, encoding="utf-8")
    programmes = CONTRACT[CONTRACT.index("    programmes:") : CONTRACT.index(SECOND)]
    text = CONTRACT + programmes
    (tmp_path / "clients/power-grid/contract.yaml").write_text(text, encoding="utf-8")
    found = load(tmp_path)
    assert isinstance(found, Loaded), "\n".join(str(one) for one in found)
    return found


@pytest.fixture
def terms(loaded: Loaded) -> Contract:
    (only,) = compile_contracts(loaded)
    return only


def test_everything_that_is_written_is_compiled(loaded: Loaded, terms: Contract) -> None:
    first, second = terms.versions
    assert (terms.ends_day, terms.whole, terms.tax_included) == (day("2027-07-01"), True, True)
    assert terms.pools == (("shared", 2),)
    assert terms.tests == ("chengguan",)
    assert terms.one_off == (OneOff("setup", "Set-up", day("2026-11-03"), "106", "2", "site"),)
    assert (first.at, second.at) == (None, instant("2026-11-16T04:00:00"))
    rules = terms.statement
    assert (rules.cut_off, rules.silence_confirms, rules.raised) == (5, True, Raised.NEXT)
    assert rules.calendar is not None
    assert rules.calendar.kind(day("2026-11-10")) == "party"
    bills, outages = first.programmes
    assert (bills.order, bills.queues) == ("PO-18", (QueueId("power-grid/bills"),))
    assert bills.forecast is not None
    assert (bills.forecast.by_client, bills.forecast.otherwise) == (False, Otherwise.NONE)
    assert bills.lines[1].measure is Measure.RESULTS
    assert bills.lines[1].window_us == 7 * 24 * HOUR
    party, night = outages.lines[1].surcharges
    assert (party.from_us, party.until_us, party.kinds) == (0, 0, ("party",))
    assert (night.from_us, night.until_us) == (22 * HOUR, 6 * HOUR)
    (pool,) = compile_billing(loaded.billing, loaded.centre.document.zone).pools
    weighted = PoolRule(2, day("2026-07-01"), Rule.WEIGHTS, ((ClientId("power-grid"), 7),))
    assert pool == Pool("shared", ("day",), (PoolRule(1, day("2026-01-01")), weighted))


def test_and_billed(terms: Contract) -> None:
    made = drafted(
        terms,
        {
            "hours": 2 * HOUR,
            "bills.contacts": 11,
            "outages.volume": 106,
            "outages.talk": {"": 10 * MINUTE, "night": 20 * MINUTE, "party": MINUTE},
        },
    )
    assert amounts(made) == {
        "fee": "1000.00",
        "hours": "200.00",
        "fte": "0.00",
        "at-cost": "0.00",
        "item:setup": "200.00",
        "bills.contacts:band-2": "55.00",
        "outages.volume:base": "1000.00",
        "outages.volume:additional-1": "60.00",
        "outages.talk": "10.00",
        "outages.talk:party": "2.00",
        "outages.talk:night": "30.00",
    }
    assert made.gross is not None
    assert str(made.gross) == "2710.42 CNY"
