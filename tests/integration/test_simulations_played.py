"""Simulations as the page has them played: the real program, on the examples."""

import shutil
import sys
import time
from pathlib import Path

import msgspec
import pytest

from roost.adapters.simulations.folder import FolderSimulations
from roost.cli.simulate import simulate
from roost.kernel.messages import Refusal
from roost.kernel.time import InstantUs
from roost.ports.simulations import (
    Asked,
    Form,
    Simulation,
    SimulationReport,
    Simulations,
    SimulationState,
)
from roost.processes.simulation import scenarios

ROOT = Path(__file__).parents[2]
GRID = ROOT / "examples" / "power-grid"
STORM = "storm"
FEWER = "agents=-3"
LONGEST_S = 180.0


#: The program itself, but for its priority: tests keep every core busy.
PLAYS = """
import sys, pathlib
from roost.processes.simulation import main
if __name__ == "__main__":
    sys.exit(main(*map(pathlib.Path, sys.argv[1:4])))
"""


@pytest.fixture
def played(tmp_path: Path) -> Simulations:
    program = tmp_path / "plays.py"
    program.write_text(PLAYS)
    command = (sys.executable, str(program), str(GRID), str(tmp_path / "data"))
    return FolderSimulations(tmp_path / "simulations", command, lambda: scenarios(GRID))


def ended(played: Simulations, asked: Asked) -> Simulation:
    begun = played.start(asked, "admin", InstantUs(0))
    assert not isinstance(begun, Refusal), begun
    end = time.monotonic() + LONGEST_S
    while time.monotonic() < end:
        one = played.one(begun.id)
        assert one is not None
        if one.state is not SimulationState.RUNNING:
            return one
        time.sleep(0.05)
    pytest.fail(f"it goes on: {played.one(begun.id)}")


def report_of(played: Simulations, id: int) -> SimulationReport:
    content = played.file(id, Form.JSON)
    assert content is not None
    return msgspec.json.decode(content, type=SimulationReport)


def test_the_page_gets_the_figures_of_the_terminal(
    played: Simulations, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = Asked(scenario=STORM, changes=[FEWER], seeds=2)
    one = ended(played, asked)
    assert (one.state, one.runs, one.of, one.says) == (SimulationState.DONE, 4, 4, ())
    found = report_of(played, one.id)
    scenario = GRID / "scenarios" / f"{STORM}.yaml"
    simulate(scenario, seeds=2, seed=1, what_if=[FEWER], from_log=None, period="", agent_hour="",
             interval=None, queues=False, data=None, keep=None, processes=1, html=None,
             csv=False, as_json=True)  # fmt: skip
    printed = msgspec.json.decode(capsys.readouterr().out, type=SimulationReport)
    for ours, theirs in zip(found.variants, printed.variants, strict=True):
        assert ours.rows == theirs.rows
        assert ours.promises == theirs.promises
    assert {figure.id for figure in found.figures} >= {"offered", "service_level", "margin"}
    rows = played.file(one.id, Form.CSV)
    page = played.file(one.id, Form.HTML)
    assert rows is not None
    assert rows.startswith(b"variant,at,client,queue,offered,")
    assert page is not None
    assert b"<svg" in page


def test_what_makes_no_sense_is_said_with_its_line_and_mend(played: Simulations) -> None:
    one = ended(played, Asked(scenario=STORM, changes=["work.0.team=nigth"]))
    assert one.state is SimulationState.REFUSED
    assert one.says[0].startswith("scenarios/storm.yaml:")
    assert "unknown team 'nigth'" in one.says[0]
    # nobody reads a folder of the machine
    one = ended(played, Asked(period="2026-03-02"))
    assert (one.state, "holds no log" in one.says[0]) == (SimulationState.REFUSED, True)


def test_the_scenarios_are_those_of_the_folder(tmp_path: Path) -> None:
    found = {one.scenario: one for one in scenarios(GRID)}
    assert {"day", STORM} <= found.keys()
    assert found[STORM].clients == ("power-grid",)
    assert found[STORM].about.startswith("A stormy evening")
    assert (found["day"].begins, found["day"].lasts) == ("2026-03-02 08:00", "12h")
    broken = tmp_path / "centre" / "scenarios"
    shutil.copytree(GRID / "scenarios", broken)
    (broken / "bad.yaml").write_text("streams: [1, {client: {}}\n")
    (broken / "flat.yaml").write_text("streams: 7\nbegins: [1]\n")
    assert {"bad", "flat", "day"} <= {one.scenario for one in scenarios(broken.parent)}
