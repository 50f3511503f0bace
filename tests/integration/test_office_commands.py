"""The office's commands on the files of a centre that has had an hour of calls: what a person
reads, what a script gets, and the exit status."""

import json
import shutil
import zipfile
from pathlib import Path
from typing import Any

import msgspec
import pytest
import typer
from typer.testing import CliRunner

from roost.adapters.clock.wall import CellClock
from roost.adapters.store.keys import KeyFile
from roost.adapters.store.persons import KeyedPersons
from roost.adapters.store.sqlite import SqliteStore
from roost.adapters.views import CellProjection, SettingsProjection
from roost.adapters.views.schema import open_views
from roost.cli import contacts, invoices, keys, persons, reports
from roost.cli.apply import apply
from roost.cli.check import check
from roost.cli.schemas import schemas
from roost.definitions import Loaded, compile_floor, load
from roost.definitions.messages import SETTINGS_EVENTS
from roost.engine.bodies import Decoder
from roost.kernel.ids import ClientId, StreamName, VaultId, owner_of
from roost.kernel.messages import VaultPut
from roost.kernel.time import HOUR, DurationUs
from roost.ports.log import Batch
from roost.processes.putting_in_force import SETTINGS, plan, write_settings
from roost.simulator.loading import scenario_of
from roost.simulator.run import Simulation
from roost.simulator.scenario import Scenario, half_hours

EXAMPLE = Path(__file__).parents[2] / "examples" / "power-grid"
BROKEN = Path(__file__).parents[1] / "unit" / "broken_centre"
CELL = StreamName("cell-1")

app = typer.Typer()
app.command("check")(check)
app.command("apply")(apply)
app.command("schemas")(schemas)
app.add_typer(contacts.app, name="contacts")
app.add_typer(invoices.app, name="invoices")
app.add_typer(reports.app, name="reports")
app.add_typer(keys.app, name="keys")
app.add_typer(persons.app, name="persons")


def run(*words: str, status: int = 0) -> str:
    done = CliRunner().invoke(app, list(words), env={"COLUMNS": "200", "NO_COLOR": "1"})
    assert done.exit_code == status, done.output
    return done.output


def data_of(*words: str, status: int = 0) -> Any:
    return json.loads(run(*words, "--json", status=status).splitlines()[-1])


@pytest.fixture(scope="module")
def centre(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """A stopped centre's folder, as the options that name it."""
    folder = tmp_path_factory.mktemp("centre") / "power-grid"
    shutil.copytree(EXAMPLE, folder, ignore=shutil.ignore_patterns(".roost"))
    loaded = load(folder)
    assert isinstance(loaded, Loaded)
    whole = scenario_of(loaded, "day")
    hour = Scenario(
        streams=(msgspec.structs.replace(whole.streams[0], expected=half_hours((40,), HOUR)),),
        shifts=whole.shifts[:6],
        length_us=DurationUs(HOUR),
        start=whole.start,
        behaviour=whole.behaviour,
    )
    log = Simulation(compile_floor(loaded, "voice"), hour, 5).run().log
    data = folder / ".roost"
    data.mkdir()
    store = SqliteStore(data / "streams", KeyFile(data / "keys.json"))
    write_settings(store, CellClock(), plan(store, loaded, "voice"))
    writer = store.writer(CELL)
    grid = owner_of(ClientId("power-grid"))
    callers = [VaultPut(VaultId(f"caller:in{n}"), grid, f"1380000{n:04}".encode())
               for n in range(1, 200)]  # fmt: skip
    writer.append(Batch(log, callers))
    writer.close()
    reader, keys = store.reader(), KeyFile(data / "keys.json")
    persons = KeyedPersons(store.vault(CELL), keys.index_key)
    decoder = Decoder(SETTINGS_EVENTS, {})
    settings, cell = (
        SettingsProjection(data / "views.db", SETTINGS),
        CellProjection(data / "views.db", CELL, persons.of),
    )
    settings.apply([decoder.envelope(row) for row in reader.read(SETTINGS, 0, 100)])
    cell.apply(log)
    for one in (settings, cell, reader):
        one.close()
    return ["--dir", str(folder)]


def test_check_says_that_the_example_is_right() -> None:
    assert "is right" in run("check", str(EXAMPLE))
    found = data_of("check", str(EXAMPLE))
    assert found["ok"] is True
    assert found["clients"] == ["power-grid"]


def test_check_tells_place_and_mend_and_ends_with_one() -> None:
    shown = run("check", str(BROKEN), status=1)
    assert "agents.yaml:2:28: error: unknown team 'dya'" in shown
    assert "Did you mean 'day'?" in shown
    found = data_of("check", str(BROKEN), status=1)
    assert found["ok"] is False
    assert found["errors"] > 50
    assert {"file", "line", "column", "code", "what", "mend"} <= found["problems"][0].keys()


def test_schemas_are_printed_and_written(tmp_path: Path) -> None:
    assert "clients/NAME/flows/FLOW.yaml" in run("schemas")
    assert json.loads(run("schemas", "flow"))["title"] == "clients/NAME/flows/FLOW.yaml"
    run("schemas", "--write", str(tmp_path))
    assert len(list(tmp_path.glob("*.schema.json"))) == 7
    run("schemas", "flwo", status=2)


def test_contacts_list_shows_the_newest_with_their_numbers(centre: list[str]) -> None:
    shown = run("contacts", "list", "--limit", "5", *centre)
    assert "1380000" in shown
    assert "answered" in shown
    found = data_of("contacts", "list", "--limit", "5", *centre)
    assert len(found) == 5
    answered = data_of("contacts", "list", "--outcome", "abandoned", *centre)
    assert {one["outcome"] for one in answered} <= {"abandoned"}
    run("contacts", "list", "--outcome", "lost", *centre, status=2)


def test_contacts_show_tells_what_was_earned_from_which_events(centre: list[str]) -> None:
    one = data_of("contacts", "list", "--outcome", "answered", "--limit", "1", *centre)[0]
    shown = run("contacts", "show", str(one["count"]), "--why", *centre)
    assert "calls.CallArrived" in shown
    assert "earned" in shown
    found = data_of("contacts", "show", f"power-grid-{one['count']}", *centre)
    assert found["caller"].startswith("1380000")
    assert found["record"]["lines"][0]["events"]
    run("contacts", "show", "power-grid-99999", *centre, status=1)
    run("contacts", "show", "nobody", *centre, status=2)


def test_a_recording_that_is_gone_says_so(centre: list[str]) -> None:
    one = data_of("contacts", "list", "--outcome", "answered", "--limit", "1", *centre)[0]
    said = run("contacts", "listen", str(one["count"]), "--to", "x.wav", *centre, status=1)
    assert "gone" in said
    assert not Path("x.wav").exists()


def test_an_invoice_is_shown_and_explained_to_the_contact(centre: list[str]) -> None:
    (draft,) = data_of("invoices", "list", *centre)
    assert draft["period"] == "2026-03"
    shown = run("invoices", "show", "--period", "2026-03", *centre)
    assert "Contacts answered" in shown
    assert "50000.00 CNY" in shown
    asked = ("contacts", "--period", "2026-03", "--limit", "1000")
    parts = data_of("invoices", "explain", *asked, *centre)
    quantity = next(line["quantity"] for line in draft["lines"] if line["line"] == "contacts")
    assert len(parts) == int(quantity)
    assert "power-grid-" in run("invoices", "explain", "minutes", "--period", "2026-03", *centre)
    said = run("invoices", "explain", "minuets", "--period", "2026-03", *centre, status=1)
    assert "contacts, minutes, minimum" in said


def test_verify_proves_the_views_and_finds_a_changed_one(centre: list[str]) -> None:
    assert data_of("invoices", "verify", *centre)["ok"] is True
    engine = open_views(Path(centre[1]) / ".roost" / "views.db")
    with engine.connect() as connection:
        connection.exec_driver_sql("UPDATE parts SET quantity = quantity + 1")
    found = data_of("invoices", "verify", *centre, status=1)
    assert [proof["name"] for proof in found["proofs"] if not proof["ok"]] == ["invoices"]
    with engine.connect() as connection:
        connection.exec_driver_sql("UPDATE parts SET quantity = quantity - 1")
    engine.dispose()
    assert "ok  " in run("invoices", "verify", *centre)


def test_a_persons_data_is_found_taken_away_corrected_and_erased_and_the_invoice_adds_up(
    centre: list[str], tmp_path: Path
) -> None:
    one = data_of("contacts", "list", "--outcome", "answered", "--limit", "1", *centre)[0]
    ref = f"power-grid-{one['count']}"
    number = data_of("contacts", "show", ref, *centre)["caller"]
    other = data_of("contacts", "list", "--limit", "3", *centre)[2]
    before = data_of("invoices", "list", *centre)
    spaced = f"{number[:3]} {number[3:7]}-{number[7:]}"
    found = data_of("persons", "find", "power-grid", spaced, *centre)
    assert found["contacts"] == [ref]
    assert found["values"] >= 1
    assert data_of("persons", "find", "power-grid", "0851-1", *centre)["contacts"] == []
    run("persons", "find", "water", number, *centre, status=1)

    file = tmp_path / "person.zip"
    run("persons", "export", "power-grid", number, "--to", str(file), *centre)
    assert file.stat().st_mode & 0o077 == 0
    with zipfile.ZipFile(file) as taken:
        about = json.loads(taken.read("person.json"))
    (contact,) = about["contacts"]
    assert contact["contact"] == ref
    assert {"what": "caller", "text": number} in contact["texts"]

    run("persons", "correct", ref, "13911112222", *centre)
    assert data_of("persons", "find", "power-grid", number, *centre)["contacts"] == []
    assert data_of("persons", "find", "power-grid", "13911112222", *centre)["contacts"] == [ref]

    asked = ("persons", "erase", "power-grid", "13911112222")
    done = data_of(*asked, "--yes", *centre)
    assert (done["contacts"], done["values"] >= 1) == (1, True)
    assert data_of(*asked, "--yes", *centre) == {"contacts": 0, "values": 0, "recordings": 0}
    assert data_of("contacts", "show", ref, *centre)["caller"] == ""
    run("persons", "correct", ref, "13911112222", *centre, status=1)
    assert data_of("contacts", "show", f"power-grid-{other['count']}", *centre)["caller"]
    assert data_of("invoices", "verify", *centre)["ok"] is True
    assert data_of("invoices", "list", *centre) == before


def test_keys_are_listed_renewed_and_proved(centre: list[str]) -> None:
    shown = run("keys", "list", *centre)
    assert "power-grid" in shown
    assert "in use" in shown
    before = data_of("contacts", "list", *centre)
    done = data_of("keys", "rotate", "power-grid", "--grace", "0", *centre)
    assert done["resealed"]["values"] > 50
    run("keys", "rotate", "--master", *centre)
    assert "should open" in run("keys", "verify", *centre)
    assert data_of("contacts", "list", *centre) == before
    run("keys", "rotate", "nobody", *centre, status=1)
    run("keys", "rotate", *centre, status=2)
    run("keys", "destroy", "operator", "--yes", *centre, status=1)


def test_a_centre_that_never_ran_is_told(tmp_path: Path) -> None:
    shutil.copytree(EXAMPLE, tmp_path / "c", ignore=shutil.ignore_patterns(".roost"))
    said = run("contacts", "list", "--dir", str(tmp_path / "c"), status=1)
    assert "start the centre once" in said
    said = run("apply", str(tmp_path / "c"), "--yes", status=1)
    assert "no centre runs" in said


def test_apply_refuses_what_check_refuses() -> None:
    said = run("apply", str(BROKEN), "--yes", status=1)
    assert "stays as it is in force" in said


WHOLE = ("--from", "2026-01-01", "--to", "2027-01-01")


def test_reports_show_figures_and_give_rows(centre: list[str], tmp_path: Path) -> None:
    shown = run("reports", "queues", *WHOLE, *centre)
    assert "Service level" in shown
    assert "power-grid/outage" in shown
    found = data_of("reports", "clients", *WHOLE, *centre)
    assert found["rows"][0]["key"] == "power-grid"
    contacts_ = data_of("contacts", "list", "--limit", "1000", *centre)
    assert found["rows"][0]["figures"]["contacts"] == len(contacts_)
    hourly = data_of("reports", "queues", "--interval", "1h", *WHOLE, *centre)
    whole = data_of("reports", "queues", *WHOLE, *centre)
    offered = [
        sum(row["counts"].get("offered", 0) for row in one["rows"]) for one in (hourly, whole)
    ]
    assert offered[0] == offered[1] > 0
    assert "occupancy" in data_of("reports", "agents", *WHOLE, *centre)["rows"][0]["figures"]
    shown = run("reports", "codes", "--measures", "handled", *WHOLE, *centre)
    assert "Handled" in shown
    assert "Average" not in shown
    assert "# Definitions" in run("reports", "agents", "--csv", *WHOLE, *centre)
    file = tmp_path / "queues.xlsx"
    run("reports", "queues", "--xlsx", str(file), *WHOLE, *centre)
    assert file.read_bytes()[:2] == b"PK"
    run("reports", "queues", "--from", "yesterday", *centre, status=2)
    run("reports", "queues", "--zone", "Mars/Base", *centre, status=2)
    run("reports", "queues", "--measures", "nothing", *WHOLE, *centre, status=2)
    run("reports", "queues", "--from", "2026-01-02", "--to", "2026-01-01", *centre, status=2)
