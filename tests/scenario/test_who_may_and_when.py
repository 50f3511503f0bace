"""Rings, preferences, boosts, rest and rules of choosing, as a supervisor would see them."""

from dataclasses import replace
from typing import Any

import pytest

from roost.engine.step import Engine
from roost.floor import definition as d
from roost.floor.agents import messages as a
from roost.floor.agents.model import Presence
from roost.floor.calls import messages as c
from roost.floor.cell import ROOM, CellState
from roost.floor.queues import messages as q
from roost.floor.routing import messages as r
from roost.kernel.ends import Blame, Reason
from roost.kernel.messages import Command
from scenario.centre import Centre, S, queue, skills


def bills(centre: Centre, **rules: Any) -> None:
    """The rules of the queue for bills."""
    centre.queues[1] = queue("bills", rules.pop("needs", "bills"), **rules)
    centre.apply()


def people(centre: Centre, **rules: Any) -> None:
    """Everybody's rules of rest, from now on."""
    made = centre.floor()
    agents = tuple(
        d.Agent(one.id, one.skills, one.team, one.clients, **rules) for one in made.agents
    )
    values = {name: getattr(made, name) for name in d.Floor.__struct_fields__} | {"agents": agents}
    centre.give(d.Configure(d.Floor(**values)))


def ring(after: int, needs: str) -> d.Ring:
    return d.Ring(after * S, skills(needs))  # type: ignore[arg-type]


def test_a_wait_opens_a_contact_to_more_people_and_keeps_its_time(centre: Centre) -> None:
    bills(centre, needs="bills:5", rings=(ring(20, "bills:2"), ring(40, "")))
    centre.signs_in("Li", "bills:2")
    centre.signs_in("Mo", "outage")
    call = centre.calls_in("bills")
    assert centre.after(19).with_agent("Li") is None
    assert centre.after(1).with_agent("Li") == call
    assert centre.the(r.Assigned, call).ring == 1
    assert centre.the(r.Assigned, call).waited_us == 20 * S
    centre.give(a.DeclineOffer("Li"))
    assert centre.with_agent("Mo") is None, "nobody else may yet"
    assert centre.after(20).with_agent("Mo") == call
    assert [event.ring for event in centre.events(q.RingWidened, call)] == [1, 2]


def test_a_ring_that_opens_while_a_phone_rings_holds_for_the_next_offer(centre: Centre) -> None:
    bills(centre, rings=(ring(10, ""),))
    centre.signs_in("Li", "bills")
    centre.signs_in("Mo", "outage")
    call = centre.calls_in("bills")
    assert centre.after(12).with_agent("Li") == call
    centre.give(a.DeclineOffer("Li"))
    assert centre.with_agent("Mo") == call


def test_who_is_back_from_an_agent_is_in_the_ring_that_the_wait_has_come_to(
    centre: Centre,
) -> None:
    bills(centre, rings=(ring(30, ""),))
    centre.signs_in("Li", "bills", ready=False)
    call = centre.calls_in("bills")
    centre.after(29).give(a.GoReady("Li"))
    centre.answers("Li")
    centre.restarts()
    assert centre.with_agent("Li") == call
    assert not centre.events(q.RingWidened, call)


def test_new_definitions_take_hold_of_who_waits(centre: Centre) -> None:
    centre.signs_in("Mo", "outage")
    call = centre.calls_in("bills")
    centre.after(25)
    assert centre.with_agent("Mo") is None
    bills(centre, rings=(ring(20, ""),))
    assert centre.with_agent("Mo") == call


def test_rings_survive_a_restart(centre: Centre) -> None:
    bills(centre, rings=(ring(20, ""),))
    centre.signs_in("Mo", "outage")
    call = centre.calls_in("bills")
    centre.after(10).restarts()
    assert centre.after(10).with_agent("Mo") == call


def test_patience_raises_a_priority_to_its_limit(centre: Centre) -> None:
    centre.queues[0] = queue("outage", "outage", priority=-8)  # 2 with the flow's ten
    bills(centre, boost_us=10 * S, boost_most=2)
    first = centre.calls_in("bills")
    centre.after(15)
    outage = centre.calls_in("outage")
    centre.signs_in("Li")
    assert centre.with_agent("Li") == outage, "one step isn't enough"
    second = centre.after(1).calls_in("outage")
    centre.after(10)
    centre.signs_in("Mo")
    assert centre.with_agent("Mo") == first, "two are, and the older goes first"
    centre.signs_in("Ann")
    assert centre.with_agent("Ann") == second


def test_an_emergency_is_never_overtaken_by_patience(centre: Centre) -> None:
    bills(centre, boost_us=10 * S, boost_most=3)
    centre.calls_in("bills")
    outage = centre.after(200).calls_in("outage")
    centre.signs_in("Li")
    assert centre.with_agent("Li") == outage


def test_who_is_reserved_takes_others_only_when_they_have_waited(centre: Centre) -> None:
    day = ring(60, "bills")
    bills(centre, teams=("day",), rings=(d.Ring(day.after_us, day.skills, ("day", "team")),))
    centre.signs_in("Storm")  # of the team "team"
    bill = centre.calls_in("bills")
    outage = centre.after(30).calls_in("outage")
    assert centre.with_agent("Storm") == outage, "kept free for these"
    centre.hangs_up(outage)
    assert centre.after(29).with_agent("Storm") is None
    assert centre.after(1).with_agent("Storm") == bill


def test_a_preference_chooses_among_those_who_may(centre: Centre) -> None:
    bills(centre, prefer=skills("english:2"))
    centre.signs_in("Li", "bills")
    centre.after(60).signs_in("Mo", "bills english:3")
    assert centre.with_agent("Mo") is None
    call = centre.calls_in("bills")
    assert centre.with_agent("Mo") == call, "though Li is idle longer"
    again = centre.calls_in("bills")
    assert centre.with_agent("Li") == again, "a preference keeps nobody waiting"


@pytest.mark.parametrize(
    ("rule", "chosen"),
    [
        ("longest_idle", "Expert"),
        ("most_skilled", "Expert"),
        ("least_skilled", "Novice"),
    ],
)
def test_each_rule_chooses_its_own(centre: Centre, rule: str, chosen: str) -> None:
    bills(centre, agents=rule)
    centre.signs_in("Expert", "bills:9 outage:9")
    centre.after(5).signs_in("Middle", "bills:5 outage:1")
    centre.after(5).signs_in("Novice", "bills:1")
    call = centre.calls_in("bills")
    assert centre.with_agent(chosen) == call
    assert centre.the(r.Assigned, call).policy == f"{rule}/1"


def handles(centre: Centre, name: str, seconds: int) -> None:
    """A whole contact, of that length."""
    call = centre.calls_in("bills")
    assert centre.with_agent(name) == call
    centre.picks_up(call)
    centre.after(seconds).hangs_up(call).give(a.WrapUp(name, "done"))


def test_the_least_occupied_comes_before_the_longest_idle(centre: Centre) -> None:
    bills(centre, agents="least_occupied")
    centre.signs_in("Li")
    handles(centre, "Li", 60)
    centre.give(a.GoAway("Li", "break"))
    centre.signs_in("Mo")
    handles(centre, "Mo", 10)
    centre.after(50).give(a.GoAway("Mo", "break"))
    centre.give(a.GoReady("Li"))
    centre.after(5).give(a.GoReady("Mo"))
    assert centre.with_agent("Mo") is None
    call = centre.calls_in("bills")
    assert centre.with_agent("Mo") == call


def test_a_fair_share_gives_each_a_turn_with_the_client(centre: Centre) -> None:
    bills(centre, agents="fair_share")
    centre.signs_in("Li")
    handles(centre, "Li", 5)
    centre.after(1).signs_in("Mo")
    call = centre.calls_in("bills")
    assert centre.with_agent("Mo") == call, "Li is idle longer, and has had one"


def test_a_rest_comes_between_a_contact_and_the_next_offer(centre: Centre) -> None:
    centre.signs_in("Li")
    people(centre, rest_us=10 * S)
    handles(centre, "Li", 20)
    assert centre.presence("Li") is Presence.READY
    call = centre.calls_in("bills")
    assert centre.with_agent("Li") is None
    assert centre.the(r.AgentRests).agent == "Li"
    centre.after(5).restarts()
    assert centre.with_agent("Li") is None
    assert centre.after(5).with_agent("Li") == call
    assert centre.the(r.Assigned, call).waited_us == 10 * S


def test_who_is_busy_all_the_time_rests_until_the_share_is_kept(centre: Centre) -> None:
    centre.signs_in("Li")
    people(centre, most_busy=800)
    handles(centre, "Li", 400)
    call = centre.calls_in("bills")
    assert centre.after(95).with_agent("Li") is None
    assert centre.after(10).with_agent("Li") == call, "400 of 500 seconds"


def test_somebody_raises_one_contact_over_the_others(centre: Centre) -> None:
    centre.calls_in("bills")
    urgent = centre.after(5).calls_in("bills")
    assert centre.refusal(q.ChangePriority(urgent, 5)) is None  # type: ignore[arg-type]
    assert centre.refusal(q.ChangePriority("nobody", 5)) == "not_waiting"  # type: ignore[arg-type]
    assert centre.refusal(q.ChangePriority(urgent, 500)) == "priority_out_of_range"  # type: ignore[arg-type]
    centre.signs_in("Li")
    assert centre.with_agent("Li") == urgent


def held(centre: Centre, name: str, seconds: int) -> str:
    """A caller in the menu, who is to wait for this one only, so long."""
    contact = centre.calls_in("95598")
    wait = q.Wait(contact, "grid/bills", d.NOTHING_ASKED, 300 * S, only=name, only_us=seconds * S)  # type: ignore[arg-type]
    assert centre.refusal(wait) is None
    return contact


def test_who_is_kept_for_one_agent_waits_for_that_one_however_idle_others_are(
    centre: Centre,
) -> None:
    centre.signs_in("Li")
    first = centre.calls_in("bills")
    centre.picks_up(first)
    centre.signs_in("Mo")
    call = held(centre, "Li", 60)
    later = centre.after(5).calls_in("bills")
    assert centre.with_agent("Mo") == later
    centre.hangs_up(first).give(a.WrapUp("Li", "done"))
    assert centre.with_agent("Li") == call
    assert centre.the(r.Assigned, call).policy == "held/1"


def test_nobody_is_kept_beyond_the_limit_or_for_who_is_gone(centre: Centre) -> None:
    centre.signs_in("Li", ready=False)
    centre.signs_in("Mo")
    call = held(centre, "Li", 20)
    centre.after(10).restarts()
    assert centre.with_agent("Mo") is None
    assert centre.after(10).with_agent("Mo") == call
    centre.hangs_up(call)
    other = held(centre, "Li", 600)
    assert centre.with_agent("Mo") is None
    centre.give(a.SignOut("Li"))
    assert centre.with_agent("Mo") == other


def test_a_fault_as_the_rest_begins_leaves_it_its_end(centre: Centre) -> None:
    centre.signs_in("Li")
    people(centre, rest_us=10 * S)
    call = centre.calls_in("bills")
    centre.answers("Li")
    faults = [r.MatchAgent("Li")]  # type: ignore[arg-type]

    def decide(state: CellState, now: Any, command: Command) -> Any:
        if command in faults:
            faults.remove(command)  # type: ignore[arg-type]
            raise AssertionError("a fault of ours")
        return ROOM.decide(state, now, command)

    centre.engine.room = replace(ROOM, decide=decide)
    centre.engine = Engine(
        centre.engine.room, centre.engine.stream, state=centre.state,
        number=centre.engine.number, at=centre.engine.at,
    )  # fmt: skip
    centre.give(c.LegClosed(centre.leg_of(call), Blame.CALLER, Reason.HUNG_UP))
    centre.give(a.WrapUp("Li", "done"))  # type: ignore[arg-type]
    assert not faults
    later = centre.calls_in("bills")
    assert centre.after(9).with_agent("Li") is None
    assert centre.after(1).with_agent("Li") == later
