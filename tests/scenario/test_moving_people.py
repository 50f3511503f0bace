"""A supervisor moves people for now: the router serves by it at once, and it ends by itself."""

from typing import Any

import pytest

from roost.engine.bodies import state_digest
from roost.engine.step import Engine
from roost.floor import definition as d
from roost.floor.agents import messages as a
from roost.floor.cell import ROOM, CellState
from roost.floor.routing import messages as r
from roost.floor.tasks import messages as t
from roost.floor.unfinished import unfinished
from roost.kernel.messages import Wake
from scenario.centre import Centre, S, queue, skills
from scenario.test_who_helped_last import li_knows_wang, sticky

HOUR = 3_600 * S


def moves(centre: Centre, who: str, gives: str = "", takes: str = "", **more: Any) -> Any:
    """Gives the command; the step that came of it."""
    centre.calls += 1
    command = a.MoveAgents(
        more.get("move", f"move-{centre.calls}"),
        tuple(who.split()),  # type: ignore[arg-type]
        skills(gives),
        tuple(takes.split()),  # type: ignore[arg-type]
        more.get("team"),
        centre.now + more.get("hours", 4) * HOUR,  # type: ignore[arg-type]
    )
    return centre.give(command)


def without_flows(centre: Centre) -> None:
    made = centre.floor()
    values = {name: getattr(made, name) for name in d.Floor.__struct_fields__}
    centre.give(d.Configure(d.Floor(**values | {"flows": (), "numbers": ()})))


def refused(step: Any) -> str | None:
    return step.refusal.code if step.refusal else None


def in_teams(centre: Centre, **teams: str) -> d.Floor:
    """The definitions, with everybody in a team of their own."""
    made = centre.floor()
    agents = tuple(
        d.Agent(one.id, one.skills, teams.get(one.id, one.team), one.clients) for one in made.agents
    )
    values = {name: getattr(made, name) for name in d.Floor.__struct_fields__} | {"agents": agents}
    floor = d.Floor(**values)
    centre.give(d.Configure(floor))
    return floor


def test_who_is_given_a_skill_gets_whoever_waits_for_it_in_the_same_step(centre: Centre) -> None:
    centre.signs_in("Li", "bills")
    call = centre.calls_in("outage")
    assert centre.with_agent("Li") is None
    step = moves(centre, "Li", "outage:3")
    assert [e.body.contact for e in step.envelopes if isinstance(e.body, r.Assigned)] == [call]
    assert centre.with_agent("Li") == call


def test_two_who_are_moved_together_take_two(centre: Centre) -> None:
    centre.signs_in("Li", "bills")
    centre.signs_in("Mo", "bills")
    first, second = centre.calls_in("outage"), centre.calls_in("outage")
    moves(centre, "Li Mo", "outage:3")
    assert centre.with_agent("Li") == first
    assert centre.with_agent("Mo") == second


def test_who_loses_a_skill_finishes_what_rings_and_gets_no_more_of_it(centre: Centre) -> None:
    centre.signs_in("Li", "outage bills")
    call = centre.calls_in("outage")
    moves(centre, "Li", takes="outage")
    assert centre.with_agent("Li") == call, "what rings goes on ringing"
    centre.answers("Li")
    later = centre.calls_in("outage")
    centre.give(a.HangUp("Li"))  # type: ignore[arg-type]
    centre.give(a.WrapUp("Li", "done"))  # type: ignore[arg-type]
    assert centre.with_agent("Li") is None
    bill = centre.calls_in("bills")
    assert centre.with_agent("Li") == bill
    assert later in centre.state.queues.entries


def test_a_move_ends_by_itself_and_sooner_when_it_is_put_back(centre: Centre) -> None:
    centre.signs_in("Li", "bills")
    moves(centre, "Li", "outage:3", move="one", hours=1)
    centre.after(3_600)
    (event,) = centre.events(a.AgentPutBack)
    assert (event.agent, event.why) == ("Li", "over")
    centre.calls_in("outage")
    assert centre.with_agent("Li") is None
    moves(centre, "Li", "outage:3", move="two")
    assert centre.with_agent("Li") is not None
    assert centre.refusal(a.PutBack("two", ("Mo",))) == "not_moved"  # type: ignore[arg-type]
    assert centre.refusal(a.PutBack("two")) is None  # type: ignore[arg-type]
    assert centre.refusal(a.PutBack("two")) == "not_moved"  # type: ignore[arg-type]


def test_moves_add_up_and_each_is_undone_alone(centre: Centre) -> None:
    centre.queues.append(queue("letters", "letters"))
    centre.signs_in("Li", "bills")
    moves(centre, "Li", "outage:3", move="one")
    moves(centre, "Li", "letters:5", "bills", move="two")
    seat = centre.state.routing.seats["Li"]
    assert seat.skills == skills("letters:5 outage:3")
    centre.give(a.PutBack("one"))  # type: ignore[arg-type]
    assert seat.skills == skills("letters:5")
    centre.give(a.PutBack("two"))  # type: ignore[arg-type]
    assert seat.skills == skills("bills")


@pytest.mark.parametrize("how", ["undone", "over", "definitions"])
def test_a_move_that_leaves_somebody_nobody_to_serve_ends_with_the_one_it_stood_on(
    centre: Centre, how: str
) -> None:
    centre.signs_in("Li", "bills")
    moves(centre, "Li", "outage:3", move="one", hours=1)
    moves(centre, "Li", takes="bills", move="two", hours=2)
    moves(centre, "Li", "outage:5", move="three", hours=3)
    centre.give(a.PutBack("three"))  # type: ignore[arg-type]
    match how:
        case "undone":
            assert centre.refusal(a.PutBack("one")) is None  # type: ignore[arg-type]
        case "over":
            centre.after(3_600)
        case _:
            centre.queues[0] = queue("mains", "mains")
            without_flows(centre)
    ended = [(one.move, one.why, one.serves) for one in centre.events(a.AgentPutBack)][1:]
    assert ended == [("one", how, ("grid",)), ("two", "serves_nobody", ("grid",))]
    assert centre.state.routing.seats["Li"].skills == skills("bills")
    assert centre.state.agents.agents["Li"].moves == []
    if how != "definitions":
        assert centre.with_agent("Li") is None
        assert centre.calls_in("bills") == centre.with_agent("Li")
    centre.after(3_600)


def test_what_still_lets_somebody_serve_stays(centre: Centre) -> None:
    centre.queues.append(queue("letters", "letters"))
    centre.signs_in("Li", "bills")
    moves(centre, "Li", "outage:3", move="one")
    moves(centre, "Li", takes="bills", move="two")
    moves(centre, "Li", "letters:2", takes="outage", move="three")
    centre.give(a.PutBack("one"))  # type: ignore[arg-type]
    assert [one.move for one in centre.events(a.AgentPutBack)] == ["one"]
    centre.give(a.PutBack("three"))  # type: ignore[arg-type]
    assert [one.move for one in centre.events(a.AgentPutBack)] == ["one", "three", "two"]
    assert centre.state.routing.seats["Li"].skills == skills("bills")


def test_another_team_serves_its_queues_and_rest_is_the_own_teams(centre: Centre) -> None:
    centre.queues[0] = queue("outage", "outage", teams=("night",))
    centre.signs_in("Li", "outage")
    centre.signs_in("Mo", "bills", ready=False)
    in_teams(centre, Li="day", Mo="night")
    call = centre.calls_in("outage")
    assert centre.with_agent("Li") is None
    moves(centre, "Li", team="night")
    assert centre.with_agent("Li") == call


def test_a_move_outlives_sign_out_and_new_definitions(centre: Centre) -> None:
    centre.signs_in("Li", "bills")
    moves(centre, "Li", "outage:3")
    centre.give(a.SignOut("Li"))  # type: ignore[arg-type]
    centre.people["Li"] = "bills:7"
    centre.apply()
    centre.give(a.SignIn("Li"))  # type: ignore[arg-type]
    centre.give(a.GoReady("Li"))  # type: ignore[arg-type]
    assert centre.state.routing.seats["Li"].skills == skills("bills:7 outage:3")
    call = centre.calls_in("outage")
    assert centre.with_agent("Li") == call


def test_new_definitions_end_a_move_to_what_is_gone(centre: Centre) -> None:
    centre.signs_in("Li", "bills")
    centre.signs_in("Mo", "bills")
    moves(centre, "Li Mo", "outage:3", move="one")
    centre.people["Mo"] = "bills"
    del centre.people["Li"]
    centre.apply()
    assert [(e.agent, e.why) for e in centre.events(a.AgentPutBack)] == [("Li", "definitions")]
    centre.queues[0] = queue("outage", "mains")
    plain = centre.floor()
    changed = {name: getattr(plain, name) for name in d.Floor.__struct_fields__}
    centre.give(d.Configure(d.Floor(**changed | {"flows": (), "numbers": ()})))
    assert centre.events(a.AgentPutBack)[-1].agent == "Mo"
    assert centre.state.routing.seats["Mo"].skills == skills("bills")


def test_for_whom_somebody_works_meanwhile_is_told(centre: Centre) -> None:
    centre.queues.append(queue("trams", "trams", client="city"))
    centre.signs_in("Li", "bills")
    moves(centre, "Li", "trams", move="one")
    changed = centre.events(a.AgentChanged)
    assert [one.ready_for for one in changed] == [("city", "grid")]
    centre.give(a.PutBack("one"))  # type: ignore[arg-type]
    assert centre.events(a.AgentChanged)[-1].ready_for == ("grid",)


def test_tasks_know_of_a_move(centre: Centre) -> None:
    centre.signs_in("Li", "bills")
    centre.signs_in("Mo", "outage")
    promise = t.PromiseCallback("Mo", "grid/outage", None, "n", centre.now)  # type: ignore[arg-type]
    centre.give(promise)
    assert centre.refusal(t.TakeTask("Li", "T1")) == "not_served"  # type: ignore[arg-type]
    moves(centre, "Li", "outage:3")
    assert centre.refusal(t.TakeTask("Li", "T1")) is None  # type: ignore[arg-type]


def test_what_makes_no_sense_is_refused_and_changes_nothing(centre: Centre) -> None:
    centre.signs_in("Li", "bills")
    before = state_digest(centre.state)
    assert refused(moves(centre, "Li Xu", "outage")) == "unknown_agent"
    assert refused(moves(centre, "Li", "french")) == "unknown_skill"
    assert refused(moves(centre, "Li", takes="french")) == "unknown_skill"
    assert refused(moves(centre, "Li", "outage:11")) == "level_out_of_range"
    assert refused(moves(centre, "Li", team="moon")) == "unknown_team"
    assert refused(moves(centre, "Li", "outage", hours=25)) == "until_wrong"
    assert refused(moves(centre, "Li", "outage", hours=0)) == "until_wrong"
    assert refused(moves(centre, "Li", takes="bills")) == "serves_nobody"
    assert refused(moves(centre, "Li", "bills", takes="outage")) == "already_so"
    assert refused(moves(centre, "Li Li", "outage", hours=25)) == "until_wrong"
    assert refused(moves(centre, " ".join(["Li"] * 201), "outage")) == "too_many_at_once"
    assert state_digest(centre.state) == before
    for _ in range(10):
        assert refused(moves(centre, "Li", "outage:3")) is None
    assert refused(moves(centre, "Li", "outage:3")) == "too_many_moves"


def test_a_restart_keeps_moves_and_their_ends(centre: Centre) -> None:
    centre.signs_in("Li", "bills")
    moves(centre, "Li", "outage:3", move="one")
    again: Engine[CellState] = Engine(ROOM, "cell-1")  # type: ignore[arg-type]
    for number, (at, event) in enumerate(centre.log, 1):
        again.fold(event, number, at)  # type: ignore[arg-type]
    assert state_digest(again.state) == state_digest(centre.state)
    wakes = [one for one in unfinished(again.state, centre.now) if isinstance(one, Wake)]  # type: ignore[arg-type]
    assert a.MoveLapses("one") in [one.command for one in wakes]  # type: ignore[arg-type]


def test_what_is_held_for_somebody_who_serves_others_now_is_anybodys(centre: Centre) -> None:
    sticky(centre)
    li_knows_wang(centre)
    call = centre.calls_in("bills", person="wang")
    assert centre.with_agent("Mo") is None
    moves(centre, "Li", takes="bills")
    assert centre.with_agent("Mo") == call
