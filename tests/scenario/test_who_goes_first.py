"""Who is offered whom: order, priorities, skills, and what a phone that isn't answered does."""

from typing import Any

from roost.floor.agents import messages as a
from roost.floor.agents.model import Presence
from roost.floor.calls import messages as c
from roost.floor.queues import messages as q
from roost.floor.queues.messages import Outcome
from roost.floor.routing import messages as r
from roost.kernel.ends import Blame, Reason
from scenario.centre import Centre


def test_an_outage_overtakes_but_nobody_starves(centre: Centre) -> None:
    bill = centre.calls_in("bills")
    outage = centre.after(20).calls_in("outage")
    centre.signs_in("Li")
    assert centre.with_agent("Li") == outage
    centre.picks_up(outage)
    centre.after(60).hangs_up(outage).give(a.WrapUp("Li", "done"))
    assert centre.with_agent("Li") == bill


def test_among_equals_the_first_to_call_goes_first(centre: Centre) -> None:
    first, second = centre.calls_in("bills"), centre.after(1).calls_in("bills")
    centre.signs_in("Li")
    centre.signs_in("Mo")
    assert (centre.with_agent("Li"), centre.with_agent("Mo")) == (first, second)


def test_the_longest_idle_is_rung(centre: Centre) -> None:
    centre.signs_in("Li")
    centre.after(10).signs_in("Mo")
    centre.after(10)
    call = centre.calls_in("bills")
    assert centre.with_agent("Li") == call
    decision = centre.the(r.Assigned, call)
    assert [one.agent for one in decision.candidates] == ["Li", "Mo"]
    assert [one.idle_us for one in decision.candidates] == [20_000_000, 10_000_000]
    assert (decision.eligible, decision.excluded) == (2, {})


def test_only_who_can_is_asked_and_the_decision_says_why(centre: Centre) -> None:
    centre.signs_in("Li", "bills")
    centre.signs_in("Mo", "outage:2 bills")
    centre.signs_in("Ann", "outage:2", ready=False)
    call = centre.calls_in("outage")
    assert centre.with_agent("Mo") == call
    assert centre.the(r.Assigned, call).excluded == {"skills": 1, "away": 1}


def test_a_level_below_the_one_needed_does_not_do(centre: Centre) -> None:
    centre.queues[0] = centre.queues[0].__class__(
        **{
            name: getattr(centre.queues[0], name)
            for name in centre.queues[0].__struct_fields__
            if name != "skills"
        },
        skills=(skill("outage", 3),),
    )
    centre.signs_in("Li", "outage:2")
    centre.signs_in("Mo", "outage:3")
    call = centre.calls_in("outage")
    assert centre.with_agent("Li") is None
    assert centre.with_agent("Mo") == call


def skill(name: str, level: int) -> Any:
    from roost.floor.definition import Skill

    return Skill(name, level)  # type: ignore[arg-type]


def test_a_missed_ring_goes_on_to_the_next_and_keeps_its_waiting_time(centre: Centre) -> None:
    centre.signs_in("Li")
    centre.after(1).signs_in("Mo")
    call = centre.calls_in("bills")
    centre.after(16)
    assert centre.why_away("Li") == "no_answer"
    assert centre.with_agent("Mo") == call
    centre.picks_up(call)
    left = centre.the(q.ContactDequeued, call)
    assert (left.outcome, left.waited_us) == (Outcome.ANSWERED, 16_000_000)
    assert len(centre.events(q.ContactQueued, call)) == 1


def test_a_declined_call_keeps_its_place_before_later_ones(centre: Centre) -> None:
    centre.signs_in("Li")
    first = centre.calls_in("bills")
    second = centre.after(1).calls_in("bills")
    centre.give(a.DeclineOffer("Li"))
    assert centre.why_away("Li") == "declined"
    centre.signs_in("Mo")
    assert centre.with_agent("Mo") == first
    centre.signs_in("Ann")
    assert centre.with_agent("Ann") == second


def test_a_phone_that_is_gone_makes_its_agent_unreachable(centre: Centre) -> None:
    centre.signs_in("Li")
    centre.signs_in("Mo")
    call = centre.calls_in("bills")
    centre.give(c.LegFailed(centre.agents_leg(call), Blame.NETWORK, Reason.UNREACHABLE, 480))
    assert centre.why_away("Li") == "unreachable"
    assert centre.with_agent("Mo") == call


def test_a_caller_who_leaves_while_it_rings_costs_the_agent_nothing(centre: Centre) -> None:
    centre.signs_in("Li")
    centre.after(30).signs_in("Mo")
    centre.hangs_up(centre.calls_in("bills"))
    assert centre.presence("Li") is Presence.READY
    assert centre.with_agent("Li") is None
    call = centre.after(5).calls_in("bills")
    assert centre.with_agent("Li") == call, "Li keeps the idle time"


def test_the_limit_waits_for_a_phone_that_rings(centre: Centre) -> None:
    call = centre.calls_in("outage")
    centre.after(110).signs_in("Li")
    assert centre.with_agent("Li") == call
    centre.after(12)
    centre.picks_up(call)
    assert centre.the(q.ContactDequeued, call).outcome is Outcome.ANSWERED


def test_new_skills_bring_a_waiting_caller_through(centre: Centre) -> None:
    centre.signs_in("Li", "bills")
    call = centre.calls_in("outage")
    assert centre.with_agent("Li") is None
    centre.people["Li"] = "bills outage"
    centre.apply()
    assert centre.with_agent("Li") == call


def test_a_removed_agent_goes_home_when_free(centre: Centre) -> None:
    centre.signs_in("Li")
    centre.signs_in("Mo")
    call = centre.calls_in("bills")
    centre.picks_up(call)
    centre.people.clear()
    centre.people["Ann"] = "bills"
    centre.apply()
    assert "Mo" not in centre.state.agents.agents
    assert centre.presence("Li") is Presence.TALKING
    centre.hangs_up(call).after(31)
    assert "Li" not in centre.state.agents.agents


def test_callers_of_a_removed_queue_go_on(centre: Centre) -> None:
    call = centre.calls_in("outage")
    del centre.queues[0]
    centre.apply()
    assert centre.the(q.ContactDequeued, call).outcome is Outcome.VOICEMAIL
    assert centre.hears(call) == ("leave-word",)


def test_new_flows_leave_a_call_on_the_way_alone(centre: Centre) -> None:
    call = centre.calls_in("95598")
    centre.apply()
    centre.presses(call, "1")
    assert centre.the(q.ContactQueued, call).queue == "grid/outage"
