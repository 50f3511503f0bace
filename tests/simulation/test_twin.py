"""The twin's figures: they add up, agree with the office's own folds, and show what changes."""

import csv
import io
import json
from functools import cache
from pathlib import Path
from typing import Any

import msgspec
import pytest
import typer
from typer.testing import CliRunner

from roost.cli.simulate import simulate
from roost.definitions import compile_contracts, load
from roost.definitions.load import Loaded
from roost.kernel.envelope import Envelope
from roost.kernel.time import HOUR, DurationUs
from roost.office.books import Books, drafts, fold
from roost.office.summary import summarise
from roost.simulator.many import Results, play_many
from roost.simulator.outcome import Cell, Outcome
from roost.simulator.play import Job, job_of, play
from roost.simulator.scenario import Burst, Faults
from roost.simulator.what_if import Unclear, changed

EXAMPLE = Path(__file__).parents[2] / "examples" / "power-grid"
DAY = EXAMPLE / "scenarios" / "day.yaml"

app = typer.Typer()
app.command()(simulate)


@cache
def example() -> Loaded:
    loaded = load(EXAMPLE)
    assert isinstance(loaded, Loaded), loaded
    return loaded


def morning(hours: int = 3, name: str = "day", **more: Any) -> Job:
    job = job_of(example(), name)
    length = DurationUs(hours * HOUR)
    return msgspec.structs.replace(
        job, scenario=msgspec.structs.replace(job.scenario, length_us=length, **more)
    )


def whole(outcome: Outcome, client: str = "power-grid", queue: str = "") -> dict[str, float]:
    sums: dict[str, float] = {}
    for cell in outcome.cells:
        if (cell.client, cell.queue) == (client, queue):
            for name, value in cell.amounts.items():
                sums[name] = sums.get(name, 0) + value
    return sums


def test_intervals_add_up_to_what_the_offices_own_folds_say() -> None:
    job, log = morning(), list[Envelope]()
    outcome = play(job, 4, log.append)
    assert outcome.lost == outcome.incidents == 0
    books = Books(contracts={one.client: one for one in compile_contracts(example())})
    for envelope in log:
        fold(books, envelope)
    told, sums = summarise(books.records.values()), whole(outcome)
    assert (sums["offered"], sums["answered"], sums["abandoned"]) == (
        told.offered, told.answered, told.abandoned,
    )  # fmt: skip
    ends = ("answered", "abandoned", "overflowed", "called_back", "to_voicemail", "ended_by_us")
    for cell in outcome.cells:
        assert cell.amounts.get("offered", 0) == sum(cell.amounts.get(name, 0) for name in ends)
    (draft,) = drafts(books)
    assert sums["revenue"] == pytest.approx(float(draft.usage.as_major()), abs=0.02)


STATES = ("ringing_us", "talking_us", "holding_us", "wrapping_us", "working_us", "ready_us",
          "away_us")  # fmt: skip


def test_an_agents_time_is_somebodys_to_the_microsecond() -> None:
    job = morning()
    outcome = play(job, 1)
    spent = sum(
        value
        for cell in outcome.cells
        if not cell.client
        for name, value in cell.amounts.items()
        if name in STATES
    )
    end = job.scenario.length_us
    shifts = sum(min(one.until_us, end) - min(one.from_us, end) for one in job.scenario.shifts)
    assert spent == pytest.approx(shifts, rel=0.001)  # the first seconds of signing in
    everybody = whole(outcome, "")
    assert everybody["cost"] == pytest.approx(68 * spent / HOUR, abs=0.01)


def test_a_promise_missed_costs_what_the_contract_says() -> None:
    storm = Faults(bursts=(Burst(0, 3 * HOUR, percent=300),))
    outcome = play(morning(faults=storm), 2)
    (judged,) = outcome.judged
    assert judged.reached is not None
    assert judged.reached < 0.8
    assert judged.kept is False
    sums = whole(outcome)
    points = min(10, int((0.8 - judged.reached) * 100))
    assert judged.due == pytest.approx(points / 100 * sums["revenue"], abs=0.02)
    assert sums["penalty"] == pytest.approx(judged.due)
    excused = Faults(bursts=(Burst(0, 4 * HOUR, percent=300, excused=True),))
    (accepted,) = play(morning(faults=excused), 2).judged
    assert accepted.due == 0


def test_the_same_seed_is_the_same_outcome() -> None:
    first, second, other = (play(morning(1), seed, digest=True) for seed in (5, 5, 6))
    assert first.digest == second.digest != other.digest
    assert first.cells == second.cells


def test_results_go_on_where_they_were_interrupted(tmp_path: Path) -> None:
    file, jobs = tmp_path / "kept.jsonl", [morning(1)]
    played: list[int] = []
    play_many(jobs, range(2), Results(file), 1, lambda task, _: played.append(task[1]))
    with file.open("ab") as cut_off:
        cut_off.write(b'{"job": "x"')
    again = Results(file)
    play_many(jobs, range(3), again, 1, lambda task, _: played.append(task[1]))
    assert played == [0, 1, 2]
    (found,) = again.complete(jobs, range(3))
    assert [one.seed for one in found] == [0, 1, 2]


def test_several_processes_say_the_same() -> None:
    jobs = [morning(1)]
    one, two = Results(), Results()
    play_many(jobs, range(3), one, 1, lambda *_: None)
    play_many(jobs, range(3), two, 2, lambda *_: None)
    plain = [[msgspec.structs.replace(o, seconds=0) for o in r.complete(jobs, range(3))[0]]
             for r in (one, two)]  # fmt: skip
    assert plain[0] == plain[1]


def test_a_change_is_made_and_checked() -> None:
    fewer = changed(EXAMPLE, DAY, "agents=-2; load=120", None)
    assert isinstance(fewer, Job)
    assert len({shift.agent for shift in fewer.scenario.shifts}) == 10
    assert fewer.scenario.faults.bursts[0].percent == 120
    more = changed(EXAMPLE, DAY, "agents=+2", None)
    assert isinstance(more, Job)
    assert len(more.floor.agents) == 14
    flow = "clients/power-grid/flows/main.yaml:steps.bills.queue.most=2m"
    shorter = changed(EXAMPLE, DAY, flow, None)
    assert isinstance(shorter, Job)
    assert shorter.floor != job_of(example(), "day").floor
    wrong = changed(EXAMPLE, DAY, "clients/power-grid/client.yaml:queues.bills.priority=500", None)
    assert isinstance(wrong, list)
    assert wrong[0].line > 0
    nowhere = changed(EXAMPLE, DAY, "work.9.most=3", None)
    assert isinstance(nowhere, list)
    assert "work.9.most" in nowhere[0].what
    with pytest.raises(Unclear, match="leave nobody"):
        changed(EXAMPLE, DAY, "agents=-12", None)
    with pytest.raises(Unclear, match="changes nothing"):
        changed(EXAMPLE, DAY, "fewer", None)


def run(*words: str, status: int = 0) -> str:
    done = CliRunner().invoke(app, [*words, "--processes", "1"],
                              env={"COLUMNS": "160", "NO_COLOR": "1"})  # fmt: skip
    assert done.exit_code == status, done.output
    return done.output


def test_the_command_shows_what_if_beside_it_in_every_form(tmp_path: Path) -> None:
    page, kept = tmp_path / "page.html", tmp_path / "kept.jsonl"
    words = (str(DAY), "--seeds", "3", "--what-if", "agents=-4", "--keep", str(kept))
    shown = run(*words, "--html", str(page))
    assert "service level" in shown
    assert "difference" in shown
    assert "answered-in-time" in shown
    made = json.loads(run(*words, "--json"))
    base, fewer = (one["rows"][0] for one in made["variants"])
    assert base["figures"]["offered"]["value"] == fewer["figures"]["offered"]["value"]
    assert fewer["change"]["cost"]["value"] < 0
    assert fewer["change"]["service_level"]["value"] < 0
    assert made["seeds"] == [1, 2, 3]
    rows = list(csv.DictReader(io.StringIO(run(*words, "--csv"))))
    assert {row["variant"] for row in rows} == {"day", "agents=-4"}
    assert float(rows[0]["service_level_half"]) > 0
    text = page.read_text(encoding="utf-8")
    assert text.count("<svg") > 6
    assert "服务水平" in text
    assert "prefers-color-scheme:dark" in text
    assert "http" not in text.replace("http-equiv", "")


def test_what_makes_no_sense_is_refused_before_anything_runs() -> None:
    said = run(str(DAY), "--what-if", "patience.any=-3m", status=1)
    assert "scenarios/day.yaml:" in said
    run(str(DAY), "--what-if", "nothing", status=2)
    run(str(EXAMPLE / "scenarios" / "dy.yaml"), status=1)


def test_a_cell_is_plain_data() -> None:
    cell = Cell(start=1, client="a", queue="", amounts={"offered": 3})  # type: ignore[arg-type]
    assert msgspec.json.decode(msgspec.json.encode(cell), type=Cell) == cell


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with a day's log and its settings, as a centre leaves it behind."""
    data = tmp_path_factory.mktemp("data")
    made = json.loads(run(str(DAY), "--seed", "77", "--data", str(data), "--json"))
    assert made["verified"] is True
    assert len(made["digest"]) == 64
    run(str(DAY), "--seed", "77", "--data", str(data), status=1)
    return data


def test_yesterday_is_folded_as_it_was_and_played_again(log: Path) -> None:
    from roost.office.measures.intervals import Grain
    from roost.simulator.logs import past

    was = play(job_of(example(), "day", Grain.HOUR), 77)
    found = past(log, "2026-03-02", Grain.HOUR, "68.00")
    assert found.under_way == 0
    assert whole(found.actual)["revenue"] == pytest.approx(whole(was)["revenue"])
    for name in ("offered", "answered", "abandoned", "talk_us", "answered_wait_us"):
        assert whole(found.actual)[name] == whole(was)[name], name
    again = play(found.job, 3)
    assert again.lost == again.incidents == 0
    sums, happened = whole(again), whole(found.actual)
    assert sums["offered"] == happened["offered"]
    for queue in ("outage", "bills", "general"):
        one, other = (whole(each, queue=f"power-grid/{queue}") for each in (again, found.actual))
        assert one["offered"] == other["offered"]
    assert sums["answered"] == pytest.approx(happened["answered"], rel=0.02)
    assert sums["talk_us"] == pytest.approx(happened["talk_us"], rel=0.03)


def test_the_twin_says_how_far_it_can_be_trusted(log: Path, tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    words = ("--from-log", str(log), "--period", "2026-03-02T08:00/2026-03-02T20:00")
    words += ("--interval", "1h", "--agent-hour", "68", "--keep", str(tmp_path / "kept.jsonl"))
    shown = run(*words, "--seeds", "5", "--html", str(page))
    assert "as if a run" in shown
    assert "points of service level" in shown
    made = json.loads(run(*words, "--seeds", "5", "--json"))
    level = next(one for one in made["trust"] if one["figure"] == "service_level")
    assert level["error"] < 5
    assert level["inside"] >= 0.7
    assert abs(level["happened"] - level["twin"]["value"]) < 2
    assert "孪生模型" in page.read_text(encoding="utf-8")


def test_yesterday_with_fewer_people(log: Path) -> None:
    words = ("--from-log", str(log), "--period", "2026-03-02T08:00/2026-03-02T11:00")
    made = json.loads(run(*words, "--what-if", "agents=-4", "--json"))
    base, fewer = (one["rows"][0]["figures"] for one in made["variants"])
    assert base["offered"]["value"] == fewer["offered"]["value"]
    assert fewer["service_level"]["value"] <= base["service_level"]["value"]
    run(*words, "--what-if", "patience.any=3m", status=2)
    run("--from-log", str(log), "--period", "yesterday", status=2)
    run("--from-log", str(log), "--period", "2020-01-01", status=1)
    run("--from-log", str(log / "nowhere"), "--period", "2026-03-02", status=1)
    run(status=2)
