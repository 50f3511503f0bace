"""A contract with every kind of line, in `views.db`: the draft, what explains it, and the proof."""

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import pytest

from contract.test_views_contract import CELL, GRID, SETTINGS, hour
from roost.adapters.views import CellProjection, SettingsProjection, SqliteViews
from roost.adapters.views.hours import worked_between
from roost.adapters.views.proof import prove
from roost.adapters.views.records import SqliteRecords
from roost.adapters.views.schema import open_views
from roost.definitions import times
from roost.kernel.envelope import Envelope
from roost.kernel.ids import OPERATOR, owner_of
from roost.kernel.purview import WHOLE
from roost.kernel.time import DAY, MINUTE, SECOND, DurationUs, InstantUs
from roost.office.books import Books, drafts, fold
from roost.office.contracts.messages import ContractAgreed
from roost.office.contracts.model import (
    Anchor,
    AnchorStep,
    Band,
    Contract,
    ContractVersion,
    Line,
    Measure,
    Surcharge,
)
from roost.office.worktime.messages import Worked
from roost.office.worktime.times import spent_between, worked

PERIOD = "2026-03"
START = hour()[0].at
WALL = times.zone("Asia/Shanghai").local(START) % DAY
LATE = Surcharge(
    "late", "later", "50", DurationUs(WALL + 10 * MINUTE), DurationUs(WALL + 30 * MINUTE)
)


def everything() -> Contract:
    """Bands over contacts and minutes, an anchor, included volume, a rate that changes within the
    day, and a surcharge that begins within it."""
    bands = (Band("10", "3.00"), Band("25", "2.00"), Band(None, "1.00"))
    few = (Band("5.5", "1.00"), Band(None, "0.50"))
    anchor = Anchor("30", "600", "10", (AnchorStep("150", "9"), AnchorStep(None, "8")))
    same = (
        Line("banded", "Contacts", Measure.CONTACTS, "", bands=bands),
        Line("minutes", "Minutes", Measure.HANDLED_MINUTES, "", DurationUs(6 * SECOND), bands=few),
        Line("anchored", "Volume", Measure.CONTACTS, "", anchor=anchor),
        Line("included", "Contacts", Measure.CONTACTS, "2", included="7"),
        Line("fee", "Platform", Measure.FIXED, "100"),
        Line("hours", "Production hours", Measure.PRODUCTION_HOURS, "58.00"),
        Line("paid", "Paid hours", Measure.PAID_HOURS, "41.50"),
        Line("night", "Minutes", Measure.CONNECTED_MINUTES, "0.60", surcharges=(LATE,), split=True),
    )
    day = times.local_day("2026-01-01") or 0
    half = InstantUs(START + 30 * MINUTE)
    today = times.zone("Asia/Shanghai").local(half) // 86_400_000_000
    versions = (
        ContractVersion(day, (*same, Line("plain", "Contacts", Measure.CONTACTS, "5.00"))),
        ContractVersion(
            today, (*same, Line("plain", "Contacts", Measure.CONTACTS, "5.20")), at=half
        ),
    )
    zone = times.zone("Asia/Shanghai")
    return Contract(GRID, "CNY", zone, ("answered",), versions)


def settled() -> tuple[Envelope, ...]:
    event = ContractAgreed(owner=owner_of(GRID), contract=everything())
    return (
        Envelope(
            SETTINGS,
            1,
            "contracts.ContractAgreed",
            1,
            OPERATOR,
            None,
            InstantUs(0),
            "t",
            "t",
            event,
        ),
    )


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("money") / "views.db"
    cell, contracts = CellProjection(file, CELL), SettingsProjection(file, SETTINGS)
    cell.apply(hour())
    contracts.apply(settled())
    cell.close()
    contracts.close()
    return file


@pytest.fixture
def records(path: Path) -> Iterator[SqliteRecords]:
    opened = SqliteViews(path)
    yield opened.records(WHOLE)
    opened.close()


def test_what_explain_shows_sums_to_each_line_before_its_rounding(records: SqliteRecords) -> None:
    (draft,) = records.office_drafts()
    names = [line.name for line in draft.lines]
    assert {"banded:band-3", "minutes:band-2", "included:included", "fee"} <= set(names)
    assert {"anchored:base", "plain", "hours", "paid"} <= set(names)
    assert {"night", "night:late"} <= set(names)
    assert any(name.startswith("plain@") for name in names)
    for line in draft.lines:
        parts = records.explain(GRID, PERIOD, line.name, 0, 1000)
        assert parts, line.name
        whole = sum(Fraction(part.amount) for part in parts)
        if line.name != "anchored:base":  # a sum for all of its contacts
            assert abs(whole - line.amount.as_major()) <= Fraction(1, 100), line.name
        paged = [
            part
            for after in range(len(parts))
            for part in records.explain(GRID, PERIOD, line.name, after, 1) or []
        ]
        assert paged == parts
    assert records.explain(GRID, PERIOD, "plain:nothing", 0, 10) is None


def test_the_views_are_what_the_log_folds_to(records: SqliteRecords) -> None:
    books = Books()
    for envelope in (*settled(), *hour()):
        fold(books, envelope)
    proofs = prove(books, records.held())
    assert all(proof.ok for proof in proofs), proofs
    assert len(drafts(books)) == 1


def test_everybodys_hours_sum_to_the_time_signed_in(path: Path) -> None:
    books = Books()
    for envelope in (*settled(), *hour()):
        fold(books, envelope)
    start, end = InstantUs(START - START % DAY), InstantUs(START + 2 * DAY)
    spent = spent_between(books.times, start, end)
    found = worked(spent, books.times.belongs, books.billing)
    assert sum(one.paid_us for one in found) == sum(one.us for one in spent) > 0
    ready = sum(one.us for one in spent if one.state != "away")
    assert sum(one.production_us for one in found) == ready
    with open_views(path, reading=True).connect() as connection:
        assert sorted(worked_between(connection, start, end), key=_key) == sorted(found, key=_key)


def _key(one: Worked) -> tuple[int, str, str]:
    return one.at, one.agent, one.client
