"""A call out that comes to nothing leaves the agent as they were: whatever fails, at whatever
step, with words that are lost, come twice or come late, with restarts and faults of ours."""

from dataclasses import replace
from typing import Any

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from roost.engine.step import Engine
from roost.floor.agents import messages as a
from roost.floor.agents.model import Presence
from roost.floor.calls import messages as c
from roost.floor.cell import ROOM, CellState
from roost.floor.effects import DialAgent, DialNumber
from roost.kernel.ends import Blame, Reason
from roost.kernel.messages import Command
from scenario.centre import Centre

READY = "ready"
BEFORE = (READY, "", "break", "training")
LI: Any = "Li"
AT_MOST_S = 150  # a ring, a ring of the customer's, and what is asked of a silent phone


class Dialling(Centre):
    """Li calls out. `fault`: the how manyth decision from now on is a fault of ours."""

    def __init__(self, before: str) -> None:
        super().__init__()
        self.fault = 0
        self.engine = Engine(replace(ROOM, decide=self.decide), "cell-1")  # type: ignore[arg-type]
        self.signs_in("Li", ready=before == READY)
        self.give(c.MediaReady("m1"))  # type: ignore[arg-type]
        if before in ("break", "training"):
            self.give(a.GoAway(LI, before))
        assert self.is_as(before)
        assert self.refusal(a.CallOut(LI, "grid", "v7")) is None  # type: ignore[arg-type]

    def decide(self, state: CellState, now: Any, command: Command) -> Any:
        self.fault -= 1
        assert self.fault != 0, "a fault of ours"
        return ROOM.decide(state, now, command)

    def is_as(self, before: str) -> bool:
        agent = self.state.agents.agents[LI]
        if before == READY:
            return agent.presence is Presence.READY
        return agent.presence is Presence.AWAY and agent.reason == before

    def own(self) -> Any:
        return next((e.leg for e in reversed(self.effects) if isinstance(e, DialAgent)), "none")

    def far(self) -> Any:
        return next((e.leg for e in reversed(self.effects) if isinstance(e, DialNumber)), "none")

    def restarts(self) -> None:
        state = msgspec.msgpack.decode(msgspec.msgpack.encode(self.state), type=CellState)
        assert state == self.state
        self.engine.state = state


def words(centre: Dialling, what: str) -> list[Command]:
    """What the world says when that happens."""
    own, far = centre.own(), centre.far()
    failed = {"busy": 486, "no_answer": 480, "unreachable": 503, "declined": 603}
    match what.split(":"):
        case ["own phone", "answers"]:
            return [c.LegAnswered(own)]
        case ["own phone", "rings"]:
            return [c.LegRang(own)]
        case ["own phone", "hangs up"]:
            return [c.LegClosed(own, Blame.AGENT, Reason.HUNG_UP)]
        case ["own phone", "is silent"]:
            return [c.LegSilent(own)]
        case ["own phone", "is lost"]:
            return [c.LegInterrupted(own)]
        case ["own phone", why]:
            return [c.LegFailed(own, Blame.AGENT, Reason(why), failed[why])]
        case ["far end", "rings"]:
            return [c.LegRang(far), c.LegRang(far, early=True)]
        case ["far end", why]:
            return [c.LegFailed(far, Blame.CALLER, Reason(why), failed[why])]
        case ["agent", "gives up"]:
            return [a.HangUp(LI)]
        case ["agent", "declines"]:
            return [a.DeclineOffer(LI)]
        case ["agent", "asks again"]:
            return [a.CallOut(LI, "grid", "v8")]  # type: ignore[arg-type]
        case ["agent", "is unreachable"]:
            return [a.PhoneLapsed(LI)]
        case _:
            assert what == "media dies", what
            return [c.MediaLost("m1"), c.MediaReady("m1")]  # type: ignore[arg-type]


HAPPENS = st.sampled_from(
    ("own phone:answers", "own phone:answers", "own phone:answers", "own phone:rings",
     "own phone:hangs up", "own phone:is silent", "own phone:is lost", "own phone:busy",
     "own phone:declined", "own phone:unreachable", "far end:rings", "far end:busy",
     "far end:no_answer", "far end:unreachable", "far end:declined", "agent:gives up",
     "agent:declines", "agent:asks again", "agent:is unreachable", "media dies")
)  # fmt: skip
HOW = st.sampled_from(("once", "once", "once", "twice", "lost", "late"))
PLAN = st.lists(
    st.tuples(HAPPENS, HOW, st.sampled_from((0, 0, 1, 5, 25)), st.booleans(), st.integers(0, 12)),
    max_size=8,
)


@settings(max_examples=500, deadline=None)
@given(st.sampled_from(BEFORE), PLAN)
def test_in_vain_at_any_step_the_agent_is_what_they_were(before: str, plan: list[Any]) -> None:
    centre = Dialling(before)
    late: list[Command] = []
    for what, how, passes, restarts, fault in plan:
        if restarts:
            centre.restarts()
        said = words(centre, what)
        centre.fault = 1 + fault if fault > 8 else 0
        for command in () if how in ("lost", "late") else said:
            centre.give(command)
            if how == "twice":
                centre.give(command)
        centre.fault = 0
        late += said if how == "late" else []
        centre.after(passes)
    for command in late:
        centre.give(command)
    centre.after(AT_MOST_S)
    gone = not centre.state.agents.agents[LI].phone
    assert centre.is_as("unreachable" if gone and before == READY else before)
    assert not any(call.ended_at is None for call in centre.state.calls.calls.values())
    heard = [event for _, event in centre.log if isinstance(event, a.WrapUpStarted)]
    assert not heard, "nobody was reached: nothing is to be written up"


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(BEFORE), st.sampled_from(BEFORE[2:]), PLAN)
def test_what_the_agent_chose_meanwhile_comes_instead(
    before: str, chosen: str, plan: list[Any]
) -> None:
    centre = Dialling(before)
    assert centre.refusal(a.GoAway(LI, chosen)) is None
    for what, _, passes, _, _ in plan:
        for command in words(centre, what):
            centre.give(command)
        centre.after(passes)
    centre.after(AT_MOST_S)
    assert centre.is_as(chosen)
