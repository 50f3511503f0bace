"""The month's invoices of a thousand clients with ten million contacts, from measured quantities.

The month is made with a seed in the tables of `views.db` that the projections keep (what each
contact added to which line, and what entered by the quarter of an hour); then every client's
draft is made from them, on two cores: bands, nights, minimums, terms, tax. Not counted: making
the month.
ROOST_BENCH_CLIENTS and ROOST_BENCH_MONTH say how many clients and contacts there are.
"""

import os
import resource
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any, Final

import msgspec
from sqlalchemy import Connection

from roost.adapters.views.projection import encode
from roost.adapters.views.schema import KEPT, contracts, open_views, prepare
from roost.adapters.views.sqlite import SqliteViews
from roost.definitions import times
from roost.kernel.calendar import start_of_day
from roost.kernel.ids import ClientId
from roost.kernel.purview import WHOLE
from roost.kernel.time import DAY, HOUR, DurationUs
from roost.office import billing
from roost.office.contracts.model import (
    Band,
    Caps,
    Contract,
    ContractVersion,
    Line,
    Measure,
    Surcharge,
)
from roost.office.contracts.plan import Plan
from roost.office.contracts.sellers import LegalEntity, Seller, TaxCategory, TaxRate
from roost.office.contracts.terms import Period, Term
from roost.office.measures.intervals import QUARTER

CLIENTS: Final = int(os.environ.get("ROOST_BENCH_CLIENTS", "1000"))
CONTACTS: Final = int(os.environ.get("ROOST_BENCH_MONTH", "10000000"))
PERIOD: Final = "2026-11"
DAYS: Final = 30
CORES: Final = 2
ZONE: Final = times.zone("Asia/Shanghai")
FIRST: Final = times.local_day("2026-11-01") or 0
SELLER: Final = Seller(
    "one", LegalEntity("One Ltd"), "ONE", (TaxCategory("standard", (TaxRate(0, "6"),)),)
)
NIGHT: Final = Surcharge("night", "night", "50", DurationUs(22 * HOUR), DurationUs(6 * HOUR))


def run() -> dict[str, float | str]:
    with tempfile.TemporaryDirectory(prefix="roost-bench-") as folder:
        path = Path(folder) / "views.db"
        began = time.monotonic()
        month(path)
        making = time.monotonic() - began
        names = [client(number) for number in range(CLIENTS)]
        used, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
        with ProcessPoolExecutor(CORES, get_context("spawn")) as pool:
            done = list(
                pool.map(drafts, [path] * CORES, [names[place::CORES] for place in range(CORES)])
            )
        wall = time.monotonic() - began
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        spent = after.ru_utime + after.ru_stime - used.ru_utime - used.ru_stime
        one = time.monotonic()
        SqliteViews(path).records(WHOLE).office_draft(ClientId(names[0]), PERIOD)
        single = time.monotonic() - one
        size = path.stat().st_size
    billed = sum(contacts for contacts, _, _ in done)
    return {
        "clients": float(CLIENTS),
        "contacts": float(billed),
        "lines": float(sum(lines for _, lines, _ in done)),
        "all invoices on two cores: seconds": wall,
        "of CPU time: seconds": spent,
        "of it the tables' sums: seconds": sum(asked for _, _, asked in done),
        "contacts a second": billed / wall,
        "one client's draft: ms": single * 1000,
        "tables: MB": size / 1e6,
        "making the month: seconds": making,
    }


def drafts(path: Path, names: list[str]) -> tuple[int, int, float]:
    """Contacts, lines, and seconds in the database, of some clients' drafts."""
    views = SqliteViews(path)
    records = views.records(WHOLE)
    contacts = lines = 0
    asked = 0.0
    for name in names:
        began = time.process_time()
        found = records.quantities(ClientId(name), PERIOD)
        asked += time.process_time() - began
        assert found is not None
        made = billing.draft(found[0], PERIOD, found[1])
        assert made.gross is not None
        contacts += sum(line.contacts for line in made.lines if line.name.startswith("contacts"))
        lines += len(made.lines)
    views.close()
    return contacts, lines, asked


def client(number: int) -> str:
    return f"client-{number:05}"


def contract(number: int) -> Contract:
    """One of three kinds: by contact and minute; by bands; by night and day."""
    minutes = Line("minutes", "Minutes", Measure.HANDLED_MINUTES, "0.85", DurationUs(6_000_000))
    match number % 3:
        case 0:
            lines = (Line("contacts", "Contacts", Measure.CONTACTS, "2.80"), minutes)
        case 1:
            bands = (Band("5000", "5.00"), Band("8000", "4.50"), Band(None, "4.00"))
            lines = (Line("contacts", "Contacts", Measure.CONTACTS, "", bands=bands), minutes)
        case _:
            by_night = msgspec.structs.replace(minutes, surcharges=(NIGHT,))
            lines = (Line("contacts", "Contacts", Measure.CONTACTS, "3.10"), by_night)
    term = Term(
        "in-time", (), "service_level", 1, "0.80", Period.DAY if number % 2 else Period.MONTH,
        percent="1", cap_percent="10",
    )  # fmt: skip
    version = ContractVersion(FIRST - 300, lines, "20000", (term,), caps=Caps(malus_percent="10"))
    return Contract(
        ClientId(client(number)), "CNY", ZONE, ("answered",), (version,), seller=SELLER,
        tax="standard",
    )  # fmt: skip


def month(path: Path) -> None:
    """The tables of a month, by arithmetic inside the database: the same on every machine."""
    engine = open_views(path)
    prepare(engine)
    start = start_of_day(ZONE, FIRST)
    each = CONTACTS // CLIENTS
    with engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA synchronous = OFF")
        connection.exec_driver_sql("BEGIN")
        for index in ("parts_by_contact", "parts_by_time"):  # not what drafts ask
            connection.exec_driver_sql(f"DROP INDEX {index}")
        for number in range(CLIENTS):
            made = contract(number)
            row = {"client": made.client, "contract": encode(made)}
            connection.execute(contracts.insert().values(row))
            _client(connection, Plan(made), number, start, each)
        connection.exec_driver_sql("COMMIT")
    engine.dispose()


def _client(connection: Connection, plan: Plan, number: int, start: int, each: int) -> None:
    """One client's contacts, spread over the month; a fifth of them by night."""
    name, since = plan.contract.client, int(plan.lines[0][0].since)
    values: dict[str, Any] = {
        "client": name, "each": each, "start": start, "first": FIRST, "since": since,
        "step": DAYS * DAY // each, "day": int(DAY), "seed": number * 7919,
        "nights": number % 3 == 2,
    }  # fmt: skip
    many = (
        "WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < :each), "
        "c AS (SELECT i, :start + i * :step AS at, (i * 7561 + :seed) % 10007 AS dice FROM n) "
    )
    columns = "(client, day, line, since, surcharge, counted, contact, quantity)"
    head = f"INSERT INTO parts {columns} {many} SELECT :client, :first + (at - :start) / :day, "
    tail = " :since, {}, at, :client || i, {} FROM c"
    night = "CASE WHEN :nights AND dice % 5 = 0 THEN 'night' ELSE '' END"
    raw: Any = connection.connection.driver_connection
    raw.execute(head + "'contacts'," + tail.format("''", "1"), values)
    raw.execute(head + "'minutes'," + tail.format(night, "(30 + dice % 50) * 6000000"), values)
    of = {"offered": "count(*)", "answered": "count(*)", "answered_in_target": "sum(dice % 4 > 0)"}
    kept = ", ".join(of.get(one, "0") for one in KEPT)
    raw.execute(
        f"INSERT INTO cells (at, client, queue, agent, code, {', '.join(KEPT)}) {many} "
        f"SELECT at - at % {QUARTER}, :client, '', 'agent-' || dice % 9, '', {kept} "
        f"FROM c GROUP BY 1, 4",
        values,
    )
