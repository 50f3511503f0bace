"""The golden month: three contracts worked by hand in a spreadsheet, and drafted: equal to the
fen. The spreadsheet lies in golden_month/, beside the centre whose contracts it works out."""

from collections.abc import Iterator
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from roost.definitions import Loaded, compile_contracts, load
from roost.floor.parties import SegmentKind
from roost.kernel.calendar import local_day
from roost.kernel.ids import AgentId, ClientId, ContactId, QueueId, SegmentId
from roost.kernel.money import Money
from roost.kernel.time import HOUR, DurationUs, InstantUs, seconds
from roost.office import billing
from roost.office.books import key_of
from roost.office.contracts.measured import Measured, MeasuredSegment
from roost.office.contracts.messages import CostSum, ForecastLocked
from roost.office.contracts.model import Kind
from roost.office.contracts.plan import Plan
from roost.office.contracts.pricing import Part, Unbilled, price
from roost.office.contracts.rates import decimal_text
from roost.office.invoices.messages import Draft, LineKind
from roost.office.invoices.tally import Tally
from roost.office.quantities import Quantities, Served, take_worked
from roost.office.worktime.messages import Worked
from unit.billed import day, instant
from unit.golden_sheet import Sheet

FOLDER = Path(__file__).parent / "golden_month"
CLIENTS = ("hotline", "shop", "city")
FIRST, FOLLOWING = day("2026-11-01"), day("2026-12-01")
RAN_OUT: Any = {"abandoned": Kind.ABANDONED, "voicemail": Kind.VOICEMAIL, "solved": Kind.SOLVED}


@cache
def plans() -> dict[str, Plan]:
    loaded = load(FOLDER)
    assert isinstance(loaded, Loaded), loaded
    return {str(one.client): Plan(one) for one in compile_contracts(loaded)}


@cache
def book() -> Any:
    return load_workbook(FOLDER / "month.xlsx")


@cache
def as_printed() -> Any:
    """With the values that were kept beside the formulas."""
    return load_workbook(FOLDER / "month.xlsx", data_only=True)


def contacts(client: str, sheet: Sheet) -> Iterator[Measured]:
    number = 0
    for kind, count, began, talk, wrap_up, queue, code, *_ in sheet.section("CONTACTS"):
        for _ in range(int(count)):  # type: ignore[arg-type]
            number += 1
            name, at = ContactId(f"C{number:05}"), instant(str(began))
            end = InstantUs(at + seconds(float(talk)) + seconds(float(wrap_up)))  # type: ignore[arg-type]
            own = QueueId(f"{client}/{queue}")
            segment = MeasuredSegment(
                SegmentId(f"{name}/s1"), AgentId("1001"), own, at,
                seconds(float(talk)), DurationUs(0), seconds(float(wrap_up)),  # type: ignore[arg-type]
                number, SegmentKind.ANSWER, DurationUs(0), str(code or ""),
            )  # fmt: skip
            answered = kind == "answered"
            yield Measured(
                name, ClientId(client), number, end,
                Kind.ANSWERED if answered else RAN_OUT[kind], own,
                (segment,) if answered else (), number,
            )  # fmt: skip


def served(client: str, sheet: Sheet) -> tuple[Served, ...]:
    found: list[Served] = []
    for _, at, offered, answered, in_time, short, queue, *_ in sheet.section("SERVED"):
        sums = {"offered": offered, "answered": answered, "answered_in_target": in_time,
                "abandoned": offered - answered, "short_abandoned": short}  # type: ignore[operator]  # fmt: skip
        counts = {name: int(value) for name, value in sums.items()}  # type: ignore[arg-type]
        own = QueueId(f"{client}/{queue}" if queue else "")
        found.append(Served(instant(str(at)), own, counts))
    return tuple(found)


def hours(client: str, sheet: Sheet) -> Iterator[Worked]:
    for at, agent, production, paid, *_ in sheet.section("HOURS") if sheet.has("HOURS") else ():
        lengths = (int(production * HOUR), int(paid * HOUR))  # type: ignore[operator]
        yield Worked(ClientId(client), instant(str(at)), AgentId(str(agent)), *lengths)


def facts(sheet: Sheet) -> dict[str, Any]:
    given = {row[0]: row[1] for row in sheet.section("FACTS")} if sheet.has("FACTS") else {}
    found: dict[str, Any] = {}
    if "forecast" in given:
        counts = (int(given["forecast"]), *(0,) * 29)  # type: ignore[arg-type]
        found["forecasts"] = (ForecastLocked(FIRST, counts, instant("2026-10-20T00:00:00")),)
    if "trunks" in given:
        minor = int(given["trunks"] * 100)  # type: ignore[operator]
        found["costs"] = (CostSum("trunks", Money("CNY", minor)),)
    return found


@cache
def drafted(client: str) -> Draft:
    plan, sheet = plans()[client], Sheet(book()[client])
    parts: list[Part] = []
    for one in contacts(client, sheet):
        assert local_day(plan.contract.zone, one.at) < FOLLOWING
        priced = price(plan, one)
        parts += [] if isinstance(priced, Unbilled) else priced
    tally = Tally()
    for part in parts:
        if FIRST <= part.day < FOLLOWING:
            tally.add(key_of(part), part.quantity)
    take_worked(tally, plan, hours(client, sheet))
    quantities = Quantities(tally, served(client, sheet), **facts(sheet))
    return billing.draft(plan, "2026-11", quantities)


def fen(money: Money) -> Fraction:
    return money.as_major()


@pytest.mark.parametrize("client", CLIENTS)
def test_each_line_is_what_was_worked_out_by_hand(client: str) -> None:
    by_hand = Sheet(book()[client]).section("LINES")
    made = {line.name: line for line in drafted(client).lines}
    assert {str(row[0]): row[4] for row in by_hand} == {
        name: fen(line.amount) for name, line in made.items()
    }
    for name, quantity, _, _, _, *_ in by_hand:
        line = made[str(name)]
        if line.kind in (LineKind.USAGE, LineKind.FIXED):
            assert decimal_text(quantity, 4) == line.quantity, name  # type: ignore[arg-type]


@pytest.mark.parametrize("client", CLIENTS)
def test_the_totals_and_the_tax_are_what_was_worked_out_by_hand(client: str) -> None:
    by_hand = {row[0]: row[1] for row in Sheet(book()[client]).section("TOTALS")}
    made = drafted(client)
    assert made.gross is not None
    taxes = {f"tax {one.category}": fen(one.tax) for one in made.taxes}
    damages = sum((fen(one.amount) for one in made.damages), Fraction(0))
    others = {"net": fen(made.total), "gross": fen(made.gross), "damages": damages}
    assert by_hand == taxes | others


@pytest.mark.parametrize("client", CLIENTS)
def test_what_the_spreadsheet_shows_is_what_its_formulas_say(client: str) -> None:
    exact, printed = Sheet(book()[client]), as_printed()[client]
    formulas = 0
    for row in book()[client].iter_rows():
        for cell in row:
            if isinstance(cell.value, str) and cell.value.startswith("="):
                worked_out = exact.value(cell.row, cell.column)
                assert isinstance(worked_out, Fraction)
                shown = printed[cell.coordinate].value
                assert abs(float(worked_out) - shown) < 1e-9, cell.coordinate
                formulas += 1
    assert formulas > 10
