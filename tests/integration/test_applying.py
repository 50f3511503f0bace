"""`roost apply` beside a running centre: what changed is told and in force at once; what has a
mistake changes nothing."""

import asyncio
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.integration.centre_up import CentreUp

from roost.adapters.store.keys import KeyFile
from roost.adapters.store.sqlite import SqliteStore
from roost.definitions.would_change import Failed
from roost.kernel.ids import OPERATOR, Owner, VaultId
from roost.processes.dry_run import asked
from roost.processes.putting_in_force import SETTINGS, in_force

POWER_GRID = Owner("power-grid")
CLIENT = Path("clients/power-grid/client.yaml")


@pytest.fixture(scope="module")
def centre(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CentreUp]:
    made = CentreUp(tmp_path_factory.mktemp("applying"))
    made.up()
    try:
        asyncio.run(made.ready())
        yield made
    finally:
        made.stop()


def apply(centre: CentreUp, status: int = 0) -> Any:
    done = subprocess.run(
        [sys.executable, "-m", "roost.cli", "apply", centre.launch.centre,
         "--data", centre.launch.data, "--yes", "--json"],
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )  # fmt: skip
    assert done.returncode == status, done.stdout + done.stderr
    return json.loads(done.stdout) if done.stdout else done.stderr


def change(centre: CentreUp, file: Path | str, old: str, new: str) -> None:
    path = Path(centre.launch.centre) / file
    text = path.read_text(encoding="utf-8")
    assert old in text, f"{old!r} isn't in {file}"
    path.write_text(text.replace(old, new), encoding="utf-8")


def store(centre: CentreUp) -> SqliteStore:
    places = centre.launch.places
    return SqliteStore(places.streams, KeyFile(places.keys, places.master))


def version(centre: CentreUp) -> str:
    reader = store(centre).reader()
    applied = in_force(reader).applied
    reader.close()
    assert applied is not None
    return applied.version


def test_what_changed_is_told_and_in_force(centre: CentreUp) -> None:
    before = version(centre)
    change(centre, CLIENT, "wrap_up: 30s", "wrap_up: 25s")
    change(centre, "agents.yaml", "李娜", "李纳")
    done = apply(centre)
    assert done["applied"] is True
    assert [(one["place"], one["after"]) for one in done["changes"]] == [
        ("queues.outage.wrap_up", '"25s"')
    ]
    assert version(centre) == done["version"] != before
    vault = store(centre).vault(SETTINGS)
    name = vault.reveal(OPERATOR, VaultId("agent/1001/name"))
    assert name is not None
    assert name.decode() == "李纳"
    assert apply(centre)["applied"] is False


def test_a_mistake_changes_nothing(centre: CentreUp) -> None:
    before = version(centre)
    change(centre, CLIENT, "default_queue: general", "default_queue: genral")
    try:
        said = apply(centre, status=1)
    finally:
        change(centre, CLIENT, "default_queue: genral", "default_queue: general")
    assert "Did you mean 'general'?" in said
    assert version(centre) == before


def dry_run(folder: str, data: str) -> Any:
    done = subprocess.run(
        [sys.executable, "-m", "roost.cli", "apply", folder, "--data", data, "--dry-run", "--json"],
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return json.loads(done.stdout)


def test_a_dry_run_says_what_would_change_and_changes_nothing(centre: CentreUp) -> None:
    before = version(centre)
    folder, data = centre.launch.centre, centre.launch.data
    assert dry_run(folder, data)["now"]["agents"] == []
    change(centre, "agents.yaml", "{bills: 3, general: 1}", "{outage: 1, general: 1}")
    try:
        found = dry_run(folder, data)
    finally:
        change(centre, "agents.yaml", "{outage: 1, general: 1}", "{bills: 3, general: 1}")
    assert [one["place"] for one in found["changes"]] == [
        "agents.1004.skills.bills",
        "agents.1004.skills.outage",
    ]
    (one,) = found["now"]["agents"]
    assert (one["agents"], one["gains"], one["loses"]) == (
        ["1004"],
        ["power-grid/outage"],
        ["power-grid/bills"],
    )
    assert version(centre) == before


def test_the_api_is_told_the_same_by_a_process_of_its_own(centre: CentreUp) -> None:
    folder, data = Path(centre.launch.centre), Path(centre.launch.data)
    ask = asked(folder, data)
    found = ask()
    assert (found.version, found.changes) == (version(centre), ())
    assert found.now is not None, "the centre runs"
    change(centre, CLIENT, "default_queue: general", "default_queue: genral")
    try:
        wrong = ask()
    finally:
        change(centre, CLIENT, "default_queue: genral", "default_queue: general")
    assert (wrong.version, wrong.now) == ("", None)
    assert [one.mend for one in wrong.problems] == ["Did you mean 'general'?"]
    toml = folder / "roost.toml"
    before = toml.read_text(encoding="utf-8")
    toml.write_text("[", encoding="utf-8")
    try:
        with pytest.raises(Failed, match="not TOML"):
            ask()
    finally:
        toml.write_text(before, encoding="utf-8")


def test_without_a_centre_a_dry_run_compares_the_definitions_and_leaves_nothing(
    centre: CentreUp, tmp_path: Path
) -> None:
    found = dry_run(centre.launch.centre, str(tmp_path / "data"))
    assert found["now"] is None
    assert {one["kind"] for one in found["changes"]} == {"added"}
    assert not (tmp_path / "data").exists()


def test_a_client_that_asks_who_calls_again_knows_its_first_caller(centre: CentreUp) -> None:
    change(centre, CLIENT, "skills: {bills: 1}", "skills: {bills: 1}\n    sticky: {}")
    keys = KeyFile(centre.launch.places.keys, centre.launch.places.master)
    try:
        apply(centre)
    finally:
        change(centre, CLIENT, "skills: {bills: 1}\n    sticky: {}", "skills: {bills: 1}")
    assert keys.index_key(POWER_GRID) is not None


def modes(centre: CentreUp, *words: str, status: int = 0) -> str:
    """What `roost modes` prints, or why it didn't."""
    done = subprocess.run(
        [sys.executable, "-m", "roost.cli", "modes", *words,
         "--dir", centre.launch.centre, "--data", centre.launch.data],
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )  # fmt: skip
    assert done.returncode == status, done.stdout + done.stderr
    return done.stderr if status else done.stdout


def test_a_surge_is_declared_listed_and_ended_from_the_centres_machine(centre: CentreUp) -> None:
    storm = ("declare", "surge", "power-grid", "--queue", "outage", "--callers", "chengguan",
             "--for", "90m", "--words", "A storm", "--json")  # fmt: skip
    made = json.loads(modes(centre, *storm, "--announcement", "district-out"))
    assert (made["kind"], made["client"]) == ("surge", "power-grid")
    assert (made["queues"], made["lists"]) == (["power-grid/outage"], ["chengguan"])
    assert made["ends"] - made["begins"] == pytest.approx(90 * 60 * 1_000_000, abs=5_000_000)
    assert json.loads(modes(centre, "list", "--json")) == [made]
    assert asyncio.run(words_of(centre, made["mode"])) == "A storm", "colleagues read why"
    assert "flood" in modes(centre, *storm, "--announcement", "flood", status=1)
    assert modes(centre, "end", made["mode"]) == f"{made['mode']} is over.\n"
    assert modes(centre, "end", made["mode"], status=1), "there's no such mode any more"


async def words_of(centre: CentreUp, mode: str) -> str:
    async with centre.admin() as admin:
        shown = (await admin.get("/api/modes")).json()
    return next(one["words"] for one in shown if one["row"]["mode"] == mode)
