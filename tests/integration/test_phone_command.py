"""`roost phone` where it can't work: each failure names its mend, and leaves nothing behind.

That it works is tried with the README's and the tutorial's commands."""

import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from roost.adapters.accounts.sqlite import SqliteAccounts
from roost.adapters.clock.wall import CellClock
from roost.processes import first_start, settings, sockets


@pytest.fixture
def stopped(tmp_path: Path) -> settings.Launch:
    """A centre that has run, and doesn't any more."""
    launch = settings.launch(
        tmp_path, tmp_path / "d", sockets.free_port(), sockets.free_port_both()
    )
    first_start.prepare(launch, ["1001"])
    launch.places.run.mkdir()
    launch.places.launch.write_bytes(msgspec.json.encode(launch))
    return launch


def phone(launch: settings.Launch, *words: str) -> tuple[int, str]:
    run = subprocess.run(
        [sys.executable, "-m", "roost.cli", "phone", *words, "--data", launch.data],
        capture_output=True,
        text=True,
        check=False,
        timeout=180,
    )
    return run.returncode, run.stderr


def test_nobody_of_that_name(stopped: settings.Launch) -> None:
    status, said = phone(stopped, "2002")
    assert status == 1
    assert "nobody is called '2002'" in said
    assert "roost users list" in said


def test_somebody_who_is_no_agent(stopped: settings.Launch) -> None:
    status, said = phone(stopped, "admin")
    assert status == 1
    assert "admin is no agent" in said


def test_a_centre_that_does_not_run_leaves_no_token_behind(stopped: settings.Launch) -> None:
    status, said = phone(stopped, "1001")
    assert status == 1
    assert "Is the centre up?" in said
    accounts = SqliteAccounts(stopped.places.accounts)
    agent = next(one for one in accounts.listing(None) if one.name == "1001")
    assert accounts.tokens(agent.id, CellClock().now()) == []
    accounts.close()


def test_a_data_folder_of_no_centre(stopped: settings.Launch, tmp_path: Path) -> None:
    nowhere = settings.launch(tmp_path, tmp_path / "nowhere")
    status, said = phone(nowhere, "1001")
    assert status == 1
    assert "start the centre once" in said


def test_a_length_that_is_none(stopped: settings.Launch) -> None:
    status, said = phone(stopped, "1001", "--talk", "soon")
    assert status == 2
    assert "'soon' is no length" in said
