"""The worked examples of the contract language: each contract is read and checked as a file is,
each month drafted by the office's own code, so that the page can't say what isn't so."""

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from roost.definitions import Loaded, compile_contracts, load, times
from roost.kernel.calendar import start_of_day
from roost.kernel.ids import QueueId
from roost.kernel.money import Money
from roost.kernel.time import HOUR, MINUTE, InstantUs
from roost.office import billing
from roost.office.contracts.messages import CostSum, Exclusion, ForecastLocked
from roost.office.contracts.plan import Plan
from roost.office.invoices.messages import Draft
from roost.office.invoices.tally import Tally
from roost.office.quantities import Quantities, Served

CENTRE = {
    "centre.yaml": """
name: Examples
zone: Asia/Shanghai
skills: {talk: Talking}
teams: {day: Day team}
""",
    "agents.yaml": 'agents: {"1001": {name: Li, team: day, skills: {talk: 5}}}\n',
    "billing.yaml": """
sellers:
  guiyang:
    legal_name: Guiyang Call Centre Ltd
    series: GY
    taxes: {standard: {rates: [{from: 2019-04-01, rate: 6}]}}
days:
  china:
    from: 2026-01-01
    to: 2026-12-31
    weekly: {mon-fri: work, sat-sun: rest}
    special: {2026-10-01: statutory}
""",
    "clients/grid/client.yaml": """
name: Grid
language: en
numbers: {"95598": main}
queues: {bills: {skills: {talk: 1}}, outages: {skills: {talk: 1}}}
default_queue: bills
sorry: Sorry
wrap_up_codes: [{code: sold, label: Sold}, {code: done, label: Done}]
""",
    "clients/grid/flows/main.yaml": "steps:\n  wait: {queue: {to: bills}}\n",
}
WITHOUT_SELLER = "currency: CNY\n"
WITH_SELLER = "currency: CNY\nseller: guiyang\ntax: standard\n"
NOON = InstantUs(start_of_day(times.zone("Asia/Shanghai"), times.local_day("2026-11-10") or 0))


@dataclass
class Month:
    """One month of an example: so much of each line, and what else was so. `says` in words."""

    says: str
    quantities: Mapping[str, int | Mapping[str, int]]
    facts: dict[str, Any] = field(default_factory=dict[str, Any])
    period: str = "2026-11"


@dataclass
class Example:
    """`yaml` is the contract but for what every one has; `taxed`: with a seller."""

    title: str
    words: str
    yaml: str
    months: list[Month]
    taxed: bool = False


def plan_of(example: Example) -> Plan:
    """The example's contract, read and checked."""
    head = WITH_SELLER if example.taxed else WITHOUT_SELLER
    with tempfile.TemporaryDirectory() as folder:
        for name, text in {**CENTRE, "clients/grid/contract.yaml": head + example.yaml}.items():
            path = Path(folder) / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        found = load(folder)
    assert isinstance(found, Loaded), [str(one) for one in found]
    return Plan(compile_contracts(found)[0])


def drafted(plan: Plan, month: Month) -> Draft:
    """A month's draft, all of it on one day."""
    tally, zone = Tally(), plan.contract.zone
    day = (times.local_day(f"{month.period}-01") or 0) + 19
    lines = {one.name: one for one in plan.lines[plan.index_at(start_of_day(zone, day))]}
    for name, some in month.quantities.items():
        for surcharge, quantity in (some if isinstance(some, Mapping) else {"": some}).items():
            tally.add((name, lines[name].since, surcharge, day), quantity, quantity)
    return billing.draft(plan, month.period, Quantities(tally, **month.facts))


def served(part: int, whole: int, queue: str = "", at: InstantUs = NOON) -> Served:
    """So many of so many answered in time, in a quarter of an hour."""
    sums = {"offered": whole, "answered": whole, "answered_in_target": part}
    return Served(at, QueueId(queue), sums)


def storm(first: int, halves: int) -> Exclusion:
    """An exclusion of half hours that the client accepted."""
    start = NOON + first * 30 * MINUTE
    return Exclusion(
        InstantUs(start), InstantUs(start + halves * 30 * MINUTE), "storm", accepted=True
    )


def forecast(count: int) -> ForecastLocked:
    """November's, locked in October, all of it on the first day."""
    first = times.local_day("2026-11-01") or 0
    return ForecastLocked(first, (count, *(0,) * 29), InstantUs(NOON - 30 * 24 * HOUR))


def one_line(text: str) -> str:
    """A version with one line, from January on."""
    return f"versions:\n  - effective: 2026-01-01\n    lines:\n      - {text}\n"


BANDS = "bands: [{to: 10000, rate: 5.00}, {to: 20000, rate: 4.50}, {rate: 4.00}]"
HALVES = tuple(
    served(part, whole, at=InstantUs(NOON + place * 30 * MINUTE))
    for place, (part, whole) in enumerate(((85, 100), (84, 100), (60, 150)))
)

EXAMPLES = [
    Example(
        "Rounding: once, at the line",
        "A quantity by a rate is exact, and rounded once, at the invoice's line, half away from"
        " zero. 1,000 contacts of 61 s, rounded one by one, would be 860.00.",
        one_line("{line: minutes, measure: handled_minutes, rate: 0.85}"),
        [Month("1,000 contacts of 61 s", {"minutes": 1000 * 61_000_000})],
    ),
    Example(
        "Bands: graduated",
        "A band's rate is for what lies in the band. Places in a band go by (end, contact id).",
        one_line(f"{{line: contacts, measure: contacts, {BANDS}}}"),
        [Month("20,000 contacts", {"contacts": 20_000}),
         Month("20,001 contacts", {"contacts": 20_001})],
    ),
    Example(
        "Bands: whole",
        "Once the volume is in a band, all of it has the band's rate. More volume may then cost"
        " less, and `roost check` warns of it.",
        one_line(f"{{line: contacts, measure: contacts, banding: whole, {BANDS}}}"),
        [Month("20,000 contacts", {"contacts": 20_000}),
         Month("20,001 contacts", {"contacts": 20_001})],
    ),
    Example(
        "Included volume",
        "So many cost nothing more; what isn't used lapses. Bands begin after it.",
        one_line("{line: contacts, measure: contacts, rate: 5.00, included: 1000}"),
        [Month("1,200 contacts", {"contacts": 1_200}), Month("900 contacts", {"contacts": 900})],
    ),
    Example(
        "Anchored volume",
        "A sum for a base volume. Within the dead band nothing changes; beyond it each contact"
        " more is charged, each one less is credited, from the edge of the dead band (`from: base`:"
        " from the base). Below the last step there's no further credit, and the line says"
        " *renegotiate*.",
        one_line(
            "line: volume\n        measure: contacts\n        anchor:\n          volume: 100000\n"
            "          amount: 500000\n          dead_band: 5\n"
            "          up: [{to: 115, rate: 4.00}, {rate: 3.50}]\n"
            "          down: [{to: 80, rate: 3.00}]"
        ),
        [Month(f"{count:,} contacts", {"volume": count})
         for count in (95_000, 105_001, 118_000, 90_000, 75_000)],
    ),
    Example(
        "Full-time equivalents",
        "Delivered: hours by the hours of one in a month, to the ceiling; or so many contracted.",
        "versions:\n  - effective: 2026-01-01\n    lines:\n"
        "      - {line: delivered, measure: fte, rate: 9800, fte: {hours: 166}}\n"
        "      - {line: longer, measure: fte, rate: 9800, fte: {hours: 174}}\n"
        "      - {line: contracted, measure: fte, rate: 9800, fte: {contracted: 12}}\n",
        [Month("1,952 production hours", {"delivered": 1952 * HOUR, "longer": 1952 * HOUR})],
    ),
    Example(
        "Nights and holidays",
        "They go by the moment of connection. With `split`, exact time is split where a surcharge"
        " begins or ends: a talk from 21:50 to 22:20 is 27.00 by its start, 36.00 split.",
        "versions:\n  - effective: 2026-01-01\n    lines:\n      - line: minutes\n"
        "        measure: handled_minutes\n        rate: 0.90\n        split: true\n"
        "        calendar: china\n        surcharges:\n"
        "          - {surcharge: holiday, percent: 200, days: [statutory]}\n"
        '          - {surcharge: night, percent: 50, from: "22:00", until: "06:00"}\n',
        [Month("a talk from 21:50 to 22:20",
               {"minutes": {"": 10 * MINUTE, "night": 20 * MINUTE}})],
    ),
    Example(
        "Results",
        "A contact counts once if one of its segments ended with one of the `codes`, in the month"
        " in which its `window` closes: until then a code may be put right, with a reason.",
        one_line("{line: sales, measure: results, rate: 30, codes: [sold], window: 7d}"),
        [Month("12 sales whose week is over", {"sales": 12})],
    ),
    Example(
        "Cost plus",
        "What the month cost the operator, of some kinds or of all, and so many per cent.",
        one_line("{line: trunks, measure: cost, plus: 12, costs: [trunks]}"),
        [Month("trunks cost 500.00", {},
               {"costs": (CostSum("trunks", Money("CNY", 50_000)),)})],
    ),
    Example(
        "A rate that changes inside a month",
        "A version begins on a day, or at a minute of it (`2026-11-16T12:00`). Inside a month only"
        " rates of plain lines may change. What stays word for word the same is one line.",
        "versions:\n"
        "  - effective: 2026-01-01\n    lines: [{line: contacts, measure: contacts, rate: 5.00}]\n"
        "  - effective: 2026-11-16\n    lines: [{line: contacts, measure: contacts, rate: 5.20}]\n",
        [Month("a contact that ended on 16 November at 00:04", {"contacts": 1})],
    ),
    Example(
        "Minimum, malus, and their order",
        "Quantities → included volume → bands → rounding → minimum → forecast → terms → one-off"
        " items → tax. Here a malus of 5 % is of what the minimum made of the usage.",
        "versions:\n  - effective: 2026-01-01\n    minimum: 50000\n"
        "    lines: [{line: contacts, measure: contacts, rate: 4.20}]\n"
        "    service: [{term: in-time, target: 80, percent: 1, cap_percent: 10}]\n",
        [Month("10,000 contacts, 75 of 100 in time", {"contacts": 10_000},
               {"served": (served(75, 100),)})],
    ),
    Example(
        "A part of a month",
        "Fixed sums, minimums, base and included volumes and bands shrink by calendar days, unless"
        " the contract says `part_periods: whole`.",
        "versions:\n  - effective: 2026-11-16\n    minimum: 50000\n"
        "    lines: [{line: fee, measure: fixed, rate: 3000}]\n",
        [Month("from the 16th on", {})],
    ),
    Example(
        "Programmes",
        "Parts of the client: each with its queues, purchase order, lines, minimum and terms.",
        "versions:\n  - effective: 2026-01-01\n"
        "    lines: [{line: platform, measure: fixed, rate: 500}]\n    programmes:\n"
        "      bills:\n        queues: [bills]\n        order: PO-2026-117\n        minimum: 100\n"
        "        lines: [{line: contacts, measure: contacts, rate: 5.00}]\n"
        "      outages:\n        queues: [outages]\n"
        "        lines: [{line: contacts, measure: contacts, rate: 9.00}]\n",
        [Month("10 and 100 contacts", {"bills.contacts": 10, "outages.contacts": 100})],
    ),
    Example(
        "Terms, capped together",
        "Maluses of a programme are summed, then capped; bonuses likewise. `netted: true` sets one"
        " against the other before the cap.",
        "versions:\n  - effective: 2026-01-01\n"
        "    lines: [{line: contacts, measure: contacts, rate: 10.00}]\n    service:\n"
        "      - {term: in-time, target: 80, percent: 1}\n"
        "      - {term: fast, target: 80, step: linear, percent: 0.5}\n"
        "    caps: {malus_percent: 10}\n",
        [Month("10,000 contacts, 72 of 100 in time", {"contacts": 10_000},
               {"served": (served(72, 100),)})],
    ),
    Example(
        "Exclusions",
        "An exclusion that the client accepted takes the intervals that it touches out of the"
        " terms; the contacts stay billed.",
        "versions:\n  - effective: 2026-01-01\n"
        "    lines: [{line: contacts, measure: contacts, rate: 10.00}]\n"
        "    service: [{term: in-time, target: 80, percent: 1, cap_percent: 20}]\n",
        [Month("85 of 100, 84 of 100, 60 of 150", {"contacts": 350}, {"served": HALVES}),
         Month("the third half hour excluded", {"contacts": 350},
               {"served": HALVES, "exclusions": (storm(2, 1),)})],
    ),
    Example(
        "A forecast's floor and ceiling",
        "The client pays at least `floor` of the locked forecast; above `ceiling` terms don't"
        " count, and what lies above costs `surcharge` more.",
        "versions:\n  - effective: 2026-01-01\n"
        "    lines: [{line: contacts, measure: contacts, rate: 5.00}]\n"
        "    forecast: {line: contacts, lead_days: 5, floor: 90, ceiling: 110, surcharge: 20}\n",
        [Month("forecast 20,000, came 16,500", {"contacts": 16_500},
               {"forecasts": (forecast(20_000),)}),
         Month("forecast 20,000, came 23,000", {"contacts": 23_000},
               {"forecasts": (forecast(20_000),)})],
    ),
    Example(
        "Prices that include the tax",
        "Each line is net of it, rounded; the tax is computed once a category.",
        "tax_included: true\n" + one_line("{line: fee, measure: fixed, rate: 10000}"),
        [Month("a month", {})],
        taxed=True,
    ),
    Example(
        "Tax once a category",
        "Line by line it would be 1.83.",
        "versions:\n  - effective: 2026-01-01\n    lines:\n"
        + "".join(f"      - {{line: {name}, measure: fixed, rate: 10.09}}\n" for name in "abc"),
        [Month("a month", {})],
        taxed=True,
    ),
    Example(
        "A malus as a price",
        "It lowers the taxable sum.",
        "versions:\n  - effective: 2026-01-01\n"
        "    lines: [{line: fee, measure: fixed, rate: 100000}]\n"
        "    service: [{term: in-time, target: 80, percent: 1, cap_percent: 10}]\n",
        [Month("75 of 100 in time", {}, {"served": (served(75, 100),)})],
        taxed=True,
    ),
    Example(
        "A malus as damages",
        "It's untaxed, and a document of its own.",
        "versions:\n  - effective: 2026-01-01\n"
        "    lines: [{line: fee, measure: fixed, rate: 100000}]\n"
        "    service: [{term: in-time, target: 80, percent: 1, cap_percent: 10, as: damages}]\n",
        [Month("75 of 100 in time", {}, {"served": (served(75, 100),)})],
        taxed=True,
    ),
]  # fmt: skip


def plain(money: Money) -> str:
    """An amount with its thousands."""
    text, sign = str(money).split(" ")[0], ""
    if text.startswith("-"):
        text, sign = text[1:], "-"
    whole, _, fen = text.partition(".")
    return f"{sign}{int(whole):,}.{fen}"


def examples_text() -> list[str]:
    """The page's part that is worked out."""
    found: list[str] = []
    for example in EXAMPLES:
        found += ["", f"### {example.title}", "", example.words, ""]
        found += ["```yaml", *example.yaml.rstrip().splitlines(), "```"]
        plan = plan_of(example)
        for month in example.months:
            found += ["", f"{month.says[0].upper()}{month.says[1:]}:", ""]
            found += _table(drafted(plan, month))
    return found


def _table(made: Draft) -> list[str]:
    rows = ["| line | quantity | rate | amount |", "|---|---|---|---|"]
    rows += [
        f"| `{line.name}`{'' if line.text == line.name else f' {line.text}'} | {line.quantity} {line.unit} | {line.rate} |"
        f" {plain(line.amount)} |"
        for line in made.lines
    ]
    rows.append(f"| **total** | | | **{plain(made.total)}** |")
    for tax in made.taxes:
        rows.append(f"| tax, {tax.category} | {plain(tax.net)} | {tax.rate} % | {plain(tax.tax)} |")
    if made.gross is not None:
        rows.append(f"| **with tax** | | | **{plain(made.gross)}** |")
    rows += [f"| damages: {line.text} | | | {plain(line.amount)} |" for line in made.damages]
    return rows

