"""Somebody who calls again is held for the agent who helped last; a number that is one agent's."""

from typing import Any

from roost.floor import definition as d
from roost.floor.agents import messages as a
from roost.floor.agents.model import Presence
from roost.floor.calls import messages as c
from roost.floor.familiar import model
from roost.floor.queues import messages as q
from roost.floor.routing import messages as r
from roost.floor.tasks import messages as t
from roost.kernel.ends import Blame, Reason
from scenario.centre import Centre, S, queue

DAY = 24 * 3600


def sticky(centre: Centre, within: int = 7 * DAY, hold: int = 20, **rules: Any) -> None:
    """The queue for bills asks who helped last."""
    rule = d.Sticky(within * S, hold * S, 30 * S)  # type: ignore[arg-type]
    centre.queues[1] = queue("bills", "bills", sticky=rule, **rules)
    centre.apply()


def talks(centre: Centre, person: str, name: str, seconds: int = 60, to: str = "bills") -> None:
    """A whole conversation."""
    call = centre.calls_in(to, person=person)
    assert centre.with_agent(name) == call
    centre.picks_up(call)
    centre.after(seconds).hangs_up(call).give(a.WrapUp(name, "done"))


def li_knows_wang(centre: Centre) -> None:
    """Li has helped Wang, and is at work with somebody else; Mo is free."""
    centre.signs_in("Li")
    talks(centre, "wang", "Li")
    other = centre.calls_in("bills")
    centre.picks_up(other)
    centre.signs_in("Mo")
    assert centre.with_agent("Li") == other
    assert centre.with_agent("Mo") is None


def test_who_calls_again_waits_a_while_for_the_one_who_helped_last(centre: Centre) -> None:
    sticky(centre)
    li_knows_wang(centre)
    call = centre.calls_in("bills", person="wang")
    assert centre.with_agent("Mo") is None
    queued = centre.the(q.ContactQueued, call)
    assert (queued.only, queued.only_us, queued.kept) == ("Li", 20 * S, q.Kept.HELPED_LAST)
    stranger = centre.after(5).calls_in("bills", person="zhao")
    assert centre.with_agent("Mo") == stranger
    centre.agent_hangs_up(centre.with_agent("Li") or "")
    centre.give(a.WrapUp("Li", "done"))
    assert centre.with_agent("Li") == call
    assert centre.the(r.Assigned, call).policy == "held/1"


def test_nobody_waits_longer_than_the_hold(centre: Centre) -> None:
    sticky(centre)
    li_knows_wang(centre)
    call = centre.calls_in("bills", person="wang")
    centre.after(10).restarts()
    assert centre.after(9).with_agent("Mo") is None
    assert centre.after(1).with_agent("Mo") == call
    assert centre.the(r.Assigned, call).waited_us == 20 * S


def test_the_last_helper_is_chosen_when_both_are_free(centre: Centre) -> None:
    sticky(centre)
    centre.signs_in("Mo")
    talks(centre, "wang", "Mo")
    centre.signs_in("Li")
    centre.give(a.GoAway("Mo", "break"))
    centre.after(60).give(a.GoReady("Mo"))  # Li is idle longer
    call = centre.calls_in("bills", person="wang")
    assert centre.with_agent("Mo") == call


def test_nobody_is_held_for_who_is_away_gone_or_serves_others_now(centre: Centre) -> None:
    sticky(centre)
    li_knows_wang(centre)
    other = centre.with_agent("Li")
    assert other
    call = centre.calls_in("bills", person="wang")
    centre.people["Li"] = "outage"
    centre.apply()
    assert centre.with_agent("Mo") == call, "Li doesn't serve bills any more"
    centre.people["Li"] = "outage bills"
    centre.apply()
    centre.hangs_up(call).give(a.WrapUp("Mo", "done"))
    centre.hangs_up(other).give(a.WrapUp("Li", "done"))
    centre.give(a.GoAway("Li", "break"))
    again = centre.calls_in("bills", person="wang")
    assert centre.with_agent("Mo") == again


def test_who_goes_away_is_waited_for_no_longer(centre: Centre) -> None:
    sticky(centre)
    li_knows_wang(centre)
    call = centre.calls_in("bills", person="wang")
    centre.give(a.GoAway("Li", "break"))
    assert centre.with_agent("Mo") is None
    centre.agent_hangs_up(centre.with_agent("Li") or "")
    centre.give(a.WrapUp("Li", "done"))
    assert centre.with_agent("Mo") == call


def test_it_is_forgotten_in_time_and_a_short_word_is_no_help(centre: Centre) -> None:
    sticky(centre, within=3600)
    centre.signs_in("Li")
    talks(centre, "wang", "Li")
    centre.give(a.GoAway("Li", "break"))
    centre.signs_in("Mo")
    talks(centre, "wang", "Mo", seconds=20)
    assert centre.state.familiar.helped["grid"]["wang"].agent == "Li"
    centre.give(a.GoReady("Li"))
    soon = centre.after(3000).calls_in("bills", person="wang")
    assert centre.the(q.ContactQueued, soon).only == "Li"
    centre.hangs_up(soon)
    late = centre.after(700).calls_in("bills", person="wang")
    assert centre.the(q.ContactQueued, late).only is None


def test_other_clients_withheld_numbers_and_queues_that_dont_ask_are_not_kept(
    centre: Centre,
) -> None:
    centre.signs_in("Li")
    talks(centre, "wang", "Li")
    assert not centre.state.familiar.helped
    assert not centre.state.familiar.here
    sticky(centre)
    talks(centre, "", "Li")
    assert not centre.state.familiar.helped
    talks(centre, "wang", "Li", to="outage")
    known = centre.state.familiar.helped["grid"]
    assert [(person, one.agent) for person, one in known.items()] == [("wang", "Li")]
    assert not centre.state.familiar.talks
    centre.queues[1] = queue("bills", "bills")
    centre.apply()
    assert not centre.state.familiar.helped, "nobody asks any more"


def test_so_many_persons_are_kept_and_no_more(centre: Centre, monkeypatch: Any) -> None:
    monkeypatch.setattr(model, "MOST", 2)
    sticky(centre)
    centre.signs_in("Li")
    for person in ("wang", "zhao", "wang", "qian"):
        talks(centre, person, "Li")
    assert list(centre.state.familiar.helped["grid"]) == ["wang", "qian"]


def test_a_consultation_is_no_help_and_a_transfer_is(centre: Centre) -> None:
    sticky(centre)
    centre.signs_in("Li")
    call = centre.calls_in("bills", person="wang")
    centre.picks_up(call)
    centre.after(40)
    centre.hangs_up(call)
    assert centre.state.familiar.helped["grid"]["wang"].agent == "Li", "while Li writes up"
    again = centre.calls_in("bills", person="wang")
    assert centre.the(q.ContactQueued, again).only == "Li"


def test_an_agent_who_rests_longer_than_the_hold_is_not_waited_for(centre: Centre) -> None:
    sticky(centre, hold=5)
    centre.signs_in("Li")
    made = centre.floor()
    agents = tuple(
        d.Agent(one.id, one.skills, one.team, one.clients, rest_us=60 * S)  # type: ignore[arg-type]
        for one in made.agents
    )
    values = {name: getattr(made, name) for name in d.Floor.__struct_fields__} | {"agents": agents}
    centre.give(d.Configure(d.Floor(**values)))
    talks(centre, "wang", "Li")
    call = centre.calls_in("bills", person="wang")
    assert centre.the(q.ContactQueued, call).only is None


# --- a number of one's own ---


def busy_li(centre: Centre) -> str:
    """Li talks, Mo is free."""
    centre.signs_in("Li")
    other = centre.calls_in("bills")
    centre.picks_up(other)
    centre.signs_in("Mo")
    return other


def test_a_number_of_ones_own_rings_its_agent_alone(centre: Centre) -> None:
    other = busy_li(centre)
    call = centre.calls_in("li")
    assert centre.with_agent("Mo") is None
    assert centre.the(q.ContactQueued, call).kept is q.Kept.NAMED
    centre.after(5).restarts()
    centre.hangs_up(other).give(a.WrapUp("Li", "done"))
    assert centre.with_agent("Li") == call


def test_who_isnt_taken_in_time_leaves_the_agent_a_message(centre: Centre) -> None:
    busy_li(centre)
    call = centre.calls_in("li")
    assert centre.after(19).with_agent("Mo") is None
    centre.after(1)
    assert centre.hears(call) == ("leave-word",)
    assert centre.with_agent("Mo") is None
    assert centre.the(q.ContactDequeued, call).outcome is q.Outcome.VOICEMAIL
    centre.heard_out(call)
    assert centre.the(t.TaskAdded, call).agent == "Li"
    assert centre.the(t.TaskAdded, call).queue == "grid/bills"


def test_without_the_agent_the_message_comes_at_once(centre: Centre) -> None:
    centre.signs_in("Mo")
    centre.signs_in("Li", ready=False)
    call = centre.calls_in("li")
    assert centre.hears(call) == ("leave-word",)
    assert not centre.events(q.ContactQueued, call)
    centre.heard_out(call)
    assert centre.the(t.TaskAdded, call).agent == "Li"


def test_an_agent_who_goes_or_declines_is_waited_for_no_longer(centre: Centre) -> None:
    centre.signs_in("Mo")
    centre.signs_in("Li")
    call = centre.calls_in("li")
    assert centre.with_agent("Li") == call
    centre.give(a.DeclineOffer("Li"))
    assert centre.with_agent("Mo") is None
    assert centre.hears(call) == ("leave-word",)


def test_a_number_of_ones_own_may_be_the_queues_afterwards(centre: Centre) -> None:
    busy_li(centre)
    call = centre.calls_in("li-or-bills")
    assert centre.after(19).with_agent("Mo") is None
    assert centre.after(1).with_agent("Mo") == call
    centre.hangs_up(call).give(a.WrapUp("Mo", "done"))
    centre.give(a.GoAway("Li", "break"))
    centre.agent_hangs_up(centre.with_agent("Li") or "")
    again = centre.calls_in("li-or-bills")
    assert centre.with_agent("Mo") is None, "Li writes up"
    centre.give(a.WrapUp("Li", "done"))
    assert centre.presence("Li") is Presence.AWAY
    assert centre.with_agent("Mo") == again


def test_who_lost_the_agent_at_once_isnt_anybody_elses(centre: Centre) -> None:
    centre.signs_in("Mo")
    centre.signs_in("Li")
    call = centre.calls_in("li")
    leg = centre.agents_leg(call)
    centre.picks_up(call)
    centre.give(c.LegClosed(leg, Blame.NETWORK, Reason.MEDIA_SILENT))
    assert centre.presence("Li") is Presence.AWAY
    assert centre.with_agent("Mo") is None
    assert centre.hears(call) == ("leave-word",)
