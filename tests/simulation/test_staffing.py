"""Search for staffing: Erlang A first, then as few people as keep what's promised."""

from collections.abc import Sequence
from functools import cache
from pathlib import Path

import msgspec
import pytest

from roost.definitions import load
from roost.definitions.load import Loaded
from roost.kernel.time import HOUR, DurationUs
from roost.office.measures.intervals import Grain
from roost.simulator.judged import Judged
from roost.simulator.outcome import Outcome
from roost.simulator.play import Job, job_of, play
from roost.simulator.search import NoPromise, Search, Step, kept_of, margins_of, mixed

EXAMPLE = Path(__file__).parents[2] / "examples" / "power-grid"


@cache
def morning() -> Job:
    loaded = load(EXAMPLE)
    assert isinstance(loaded, Loaded), loaded
    job = job_of(loaded, "day")
    scenario = msgspec.structs.replace(job.scenario, length_us=DurationUs(3 * HOUR))
    return msgspec.structs.replace(job, scenario=scenario)


FOUR = range(4)


def played(job: Job, seeds: Sequence[int]) -> Sequence[Outcome]:
    return [play(job, seed) for seed in seeds]


def test_the_plan_keeps_what_is_promised_with_few_people() -> None:
    told: list[float] = []
    found = Search(morning(), Grain.HOUR, played, FOUR).run(
        6, lambda _, __, sure: told.append(sure)
    )
    assert found.whole
    assert all(one.sure >= 0.95 for one in found.kept)
    assert len(found.needs) == 3
    assert found.rounds == len(told) <= 6
    assert found.agent_hours < 3 * 12, "fewer than all who work in a day"
    for need in found.needs:
        assert abs(need.agents - need.analytic) <= 4, "Erlang A is near"
    job = Search(morning(), Grain.HOUR, played, FOUR).staffed([need.agents for need in found.needs])
    worked = sum(shift.until_us - shift.from_us for shift in job.scenario.shifts)
    assert worked >= found.agent_hours * HOUR
    poor = Search(morning(), Grain.HOUR, played, FOUR)
    (judged,) = play(poor.staffed([2, 2, 2]), 1).judged
    assert judged.kept is False


def test_without_a_promise_there_is_nothing_to_keep() -> None:
    job = morning()
    bare = tuple(
        msgspec.structs.replace(
            one, versions=tuple(msgspec.structs.replace(v, service=()) for v in one.versions)
        )
        for one in job.frame.contracts
    )
    frame = msgspec.structs.replace(job.frame, contracts=bare)
    with pytest.raises(NoPromise):
        Search(msgspec.structs.replace(job, frame=frame), Grain.HOUR, played, FOUR).run(
            1, lambda *_: None
        )


def test_any_first_few_have_the_mix_of_all() -> None:
    job = morning()
    order = mixed(job.floor, [agent.id for agent in job.floor.agents])
    assert sorted(order) == sorted(agent.id for agent in job.floor.agents)
    skills = {agent.id: {skill.skill for skill in agent.skills} for agent in job.floor.agents}
    for count in (4, 6, 8):
        served = set[str]().union(*(skills[agent] for agent in order[:count]))
        assert served == {"outage", "bills", "general"}


def judged(over: Sequence[Sequence[float]]) -> Sequence[Outcome]:
    """Runs of a promise of each day: by how much each day is over its target."""
    return [
        Outcome(
            seed=seed,
            cells=(),
            judged=tuple(
                Judged(
                    "c", "in-time", f"2026-03-{2 + day:02}", 0.8, 0.8 + one, one >= 0, 0.0, False
                )
                for day, one in enumerate(run)
            ),
            contacts=0,
            events=0,
            lost=0,
            incidents=0,
            digest="",
            seconds=0.0,
        )
        for seed, run in enumerate(over)
    ]


def test_how_sure_a_promise_is_depends_on_how_much_runs_differ() -> None:
    (near,) = kept_of(judged([(0.01, 0.02), (-0.01, -0.02)]))
    assert near.sure == pytest.approx(0.25), "a coin's toss, each of two days"
    (wide,) = kept_of(judged([(0.06, 0.05), (0.02, 0.03)]))
    (narrow,) = kept_of(judged([(0.045, 0.035), (0.035, 0.045)]))
    assert wide.sure < 0.95 < narrow.sure, "the same mean"
    (many,) = kept_of(judged([(0.06, 0.05), (0.02, 0.03)] * 6))
    assert many.sure > wide.sure, "more runs say it surer"


def test_a_day_needs_more_people_by_as_much_as_its_promise_lies_too_low() -> None:
    margins = margins_of(judged([(0.05, -0.05), (0.05, -0.04)]))
    assert margins["2026-03-02"] > 0 > margins["2026-03-03"]
    job = morning()
    search = Search(job, Grain.HOUR, played, FOUR)
    search.law.learn(played(job, [0]))
    step = Step(search.law, search.places("2026-03-02"))
    people = step.counts()
    assert people == [search.law.people(at, step.beta) for at in range(3)]
    step.move(margins["2026-03-03"])
    assert sum(step.counts()) > sum(people)
    step.move(0.3)
    assert sum(step.counts()) < sum(people)
    step.move(0.005)
    assert step.near
