"""Virtual agents at the tasks that they're offered: taken after a moment, put aside for a call and
taken up again, finished when the time that they need has been spent on them."""

from collections.abc import Callable
from typing import Any, Final

from msgspec import Struct

from roost.floor.agents.messages import (
    AgentAway,
    AgentOffered,
    AgentSignedOut,
    AgentWorks,
    WorkBegan,
    WorkEnded,
)
from roost.floor.tasks.messages import (
    DeclineTask,
    FinishTask,
    TakeTask,
    TaskOffered,
    TaskOutcome,
)
from roost.kernel.ids import AgentId, TaskId
from roost.kernel.messages import Event
from roost.kernel.time import SECOND, InstantUs
from roost.simulator.callers import Tell
from roost.simulator.dice import Dice, drawn, key_of
from roost.simulator.scenario import Scenario
from roost.simulator.timeline import Timeline

THINKS_US: Final = 5 * SECOND


class InHand(Struct):
    """A task that somebody has: what's `left` to do, and since when they're at it."""

    left: int
    since: InstantUs | None = None


class AtTasks:
    """What all agents of a run do with tasks. Where the same tasks are offered, the same are
    declined and take as long: they're the task's luck."""

    def __init__(self, scenario: Scenario, seed: int, timeline: Timeline, tell: Tell) -> None:
        self.behaviour = scenario.behaviour
        self.seed = seed
        self.timeline = timeline
        self.tell = tell
        self.works: dict[AgentId, dict[TaskId, InHand]] = {}

    def notices(self) -> dict[type[Event], Callable[[Any], None]]:
        """Which events are of interest, beside those that people see anyhow."""
        return {
            TaskOffered: self.offered,
            WorkBegan: self.begins,
            AgentOffered: self.put_aside,
            WorkEnded: self.over,
        }

    def offered(self, event: TaskOffered) -> None:
        dice = Dice(self.seed, key_of("offer", event.offer))
        declines = dice.chance(self.behaviour.declines_task)
        self.timeline.after(dice.exponential(THINKS_US), self.answer, (event, declines))

    def answer(self, about: tuple[TaskOffered, bool]) -> None:
        event, declines = about
        say = DeclineTask if declines else TakeTask
        self.tell(say(event.agent, event.task), f"answer:{event.offer}")

    def begins(self, event: WorkBegan) -> None:
        dice = Dice(self.seed, key_of("task", event.task))
        hand = InHand(SECOND + drawn(self.behaviour.task, dice.bits()))
        self.works.setdefault(event.agent, {})[event.task] = hand
        if not event.aside:
            self.goes_on(event.agent)

    def put_aside(self, event: AgentOffered | AgentAway | AgentSignedOut) -> None:
        """A call, a break."""
        for hand in self.works.get(event.agent, {}).values():
            if hand.since is not None:
                hand.left = max(0, hand.left - (self.timeline.now - hand.since))
                hand.since = None

    def back(self, event: AgentWorks) -> None:
        self.goes_on(event.agent)

    def goes_on(self, agent: AgentId) -> None:
        for task, hand in self.works.get(agent, {}).items():
            if hand.since is None:
                hand.since = self.timeline.now
                self.timeline.after(hand.left, self.finish, (agent, task, hand.since))

    def finish(self, about: tuple[AgentId, TaskId, InstantUs]) -> None:
        """Unless it was put aside meanwhile."""
        agent, task, since = about
        hand = self.works.get(agent, {}).get(task)
        if hand is not None and hand.since == since:
            outcome = TaskOutcome.REACHED
            self.tell(FinishTask(agent, task, outcome), f"finish:{task}:{self.timeline.now}")

    def over(self, event: WorkEnded) -> None:
        self.works.get(event.agent, {}).pop(event.task, None)
