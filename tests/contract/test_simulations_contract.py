"""What ports.simulations promises: one at a time, kept, ended whatever happens to it."""

import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import msgspec
import pytest

from roost.adapters.simulations.folder import Ended, FolderSimulations, put
from roost.adapters.simulations.testing import DAY, MemorySimulations
from roost.kernel.messages import Refusal
from roost.kernel.time import InstantUs
from roost.ports.simulations import (
    MOST_KEPT,
    Asked,
    Form,
    Simulation,
    Simulations,
    SimulationState,
)

NOW = InstantUs(1_000_000)
PLAYS_A_REPORT = """
import sys, pathlib
folder = pathlib.Path(sys.argv[1])
(folder / "report.json").write_bytes(b"{}")
(folder / "part").write_text('{"how": "done"}')
(folder / "part").rename(folder / "ended.json")
"""
WAITS = """
import sys, pathlib, select, os
folder = pathlib.Path(sys.argv[1])
while not (folder / "cancel").exists():
    if select.select([sys.stdin], [], [], 0.01)[0]:
        sys.exit(1)
(folder / "part").write_text('{"how": "cancelled"}')
(folder / "part").rename(folder / "ended.json")
"""
BREAKS = "raise MemoryError('no more')"


class Tried(NamedTuple):
    """`plays` makes what's started next end well, `waits` go on, `breaks` break."""

    simulations: Simulations
    finish: Callable[[int], None]


def in_memory(_: Path) -> Tried:
    made = MemorySimulations()
    return Tried(made, lambda one: made.finish(one, SimulationState.DONE, b"{}"))


def in_a_folder(folder: Path) -> Tried:
    made = FolderSimulations(
        folder / "simulations", (sys.executable, "-c", PLAYS_A_REPORT), lambda: [DAY]
    )
    return Tried(made, lambda one: until(made, one, SimulationState.DONE))


def until(simulations: Simulations, id: int, state: SimulationState) -> None:
    end = time.monotonic() + 120
    while time.monotonic() < end:
        one = simulations.one(id)
        assert one is not None
        if one.state is state:
            return
    pytest.fail(f"{simulations.one(id)}")


@pytest.fixture(params=[in_memory, in_a_folder])
def tried(request: pytest.FixtureRequest, tmp_path: Path) -> Tried:
    return request.param(tmp_path)


def started(simulations: Simulations, asked: Asked) -> Simulation:
    found = simulations.start(asked, "admin", NOW)
    assert not isinstance(found, Refusal), found
    return found


def test_what_is_played_is_kept_with_who_asked_for_it(tried: Tried) -> None:
    asked = Asked(scenario="day", changes=["agents=-3"], seeds=4)
    one = started(tried.simulations, asked)
    assert (one.id, one.by, one.began, one.of) == (1, "admin", NOW, 8)
    tried.finish(one.id)
    (kept,) = tried.simulations.listing()
    assert (kept.state, kept.asked) == (SimulationState.DONE, asked)
    assert tried.simulations.file(one.id, Form.JSON) == b"{}"


def test_what_makes_no_sense_is_refused_before_anything_is_kept(tried: Tried) -> None:
    for asked, code in (
        (Asked(), "nothing_to_play"),
        (Asked(scenario="day", period="2026-03-02"), "nothing_to_play"),
        (Asked(scenario="night"), "unknown_scenario"),
    ):
        refused = tried.simulations.start(asked, "admin", NOW)
        assert isinstance(refused, Refusal)
        assert refused.code == code
    assert tried.simulations.listing() == []


def test_the_oldest_goes_when_there_are_too_many(tmp_path: Path) -> None:
    tried = in_memory(tmp_path)
    for _ in range(MOST_KEPT + 2):
        tried.finish(started(tried.simulations, Asked(scenario="day")).id)
    kept = [one.id for one in tried.simulations.listing()]
    assert kept == list(range(MOST_KEPT + 2, 2, -1))


def test_what_was_removed_is_not_there_any_more(tried: Tried) -> None:
    one = started(tried.simulations, Asked(scenario="day"))
    tried.finish(one.id)
    assert tried.simulations.remove(one.id) is True
    assert tried.simulations.remove(one.id) is False
    assert tried.simulations.one(one.id) is None
    assert tried.simulations.file(one.id, Form.JSON) is None
    assert not tried.simulations.cancel(one.id)


def folder_of(folder: Path, program: str) -> FolderSimulations:
    return FolderSimulations(folder, (sys.executable, "-c", program), lambda: [DAY])


def test_one_at_a_time_until_it_is_cancelled(tmp_path: Path) -> None:
    simulations = folder_of(tmp_path, WAITS)
    one = started(simulations, Asked(scenario="day"))
    assert one.state is SimulationState.RUNNING
    second = simulations.start(Asked(scenario="day"), "admin", NOW)
    removed = simulations.remove(one.id)
    assert isinstance(second, Refusal)
    assert isinstance(removed, Refusal)
    assert {second.code, removed.code} == {"simulation_running"}
    assert simulations.file(one.id, Form.JSON) is None
    assert simulations.cancel(one.id)
    until(simulations, one.id, SimulationState.CANCELLED)


def test_one_that_broke_says_so_in_its_last_words(tmp_path: Path) -> None:
    simulations = folder_of(tmp_path, BREAKS)
    one = started(simulations, Asked(scenario="day"))
    end = time.monotonic() + 120
    while not (tmp_path / "1" / "ended.json").exists():
        assert time.monotonic() < end
    broken = simulations.one(one.id)
    assert broken is not None
    assert (broken.state, broken.says) == (SimulationState.FAILED, ("MemoryError: no more",))


def test_one_whose_machine_stopped_has_failed(tmp_path: Path) -> None:
    simulations = folder_of(tmp_path, PLAYS_A_REPORT)
    one = started(simulations, Asked(scenario="day"))
    until(simulations, one.id, SimulationState.DONE)
    (tmp_path / "1" / "ended.json").unlink()
    until(folder_of(tmp_path, PLAYS_A_REPORT), one.id, SimulationState.FAILED)


def test_the_folder_forgets_the_oldest(tmp_path: Path) -> None:
    simulations = folder_of(tmp_path, PLAYS_A_REPORT)
    until(simulations, started(simulations, Asked(scenario="day")).id, SimulationState.DONE)
    content = (tmp_path / "1" / "asked.json").read_bytes()
    for number in range(2, MOST_KEPT + 1):
        (tmp_path / str(number)).mkdir()
        (tmp_path / str(number) / "asked.json").write_bytes(content)
    assert len(simulations.listing()) == MOST_KEPT
    put(tmp_path / str(MOST_KEPT) / "ended.json", Ended(SimulationState.DONE))
    started(simulations, Asked(scenario="day"))
    kept = [one.id for one in simulations.listing()]
    assert kept == list(range(MOST_KEPT + 1, 1, -1))


@pytest.mark.parametrize(
    "asked",
    [
        '{"scenario": "../day"}',
        '{"scenario": "day", "changes": ["/etc"]}',
        '{"scenario": "day", "changes": ["a=1", "a=1", "a=1", "a=1"]}',
        '{"scenario": "day", "seeds": 201}',
        '{"period": "yesterday"}',
        '{"scenario": "day", "data": "/etc"}',
    ],
)
def test_nobody_asks_for_more_than_there_is(asked: str) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.json.decode(asked, type=Asked)
