"""What an agent has room for, by the index and by the rules written down plainly: calls and tasks
come, agents take what they're offered, decline it, are done with it, and come and go."""

from random import Random
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import Struct

from roost.floor import definition as d
from roost.floor.definition import TASK, VOICE
from roost.floor.routing import decide, index, standing, working
from roost.floor.routing import messages as m
from roost.floor.routing.model import Routing

S = 1_000_000
AGENTS = ("a", "b", "c", "d")
PLANS = ((), (d.Share(TASK, 2, 50),), (d.Share(TASK, 3, 33),), (d.Share(TASK, 0),),
         (d.Share(TASK, 2, 30),))  # fmt: skip
RULES = (d.RoutedTasks(), d.RoutedTasks(2), d.RoutedTasks(1, interruptible=False), None)


class Item(Struct):
    """Something that waits, or is with an agent."""

    name: str
    queue: str
    since: int
    order: int
    channel: str = VOICE
    offer: str = ""


class Person(Struct):
    plan: d.Share
    state: str = "away"
    since: int = 0
    number: int = 0
    call: Item | None = None
    offered: Item | None = None
    works: list[Item] = []
    shut: bool = False


class Plain:
    """Two lists and a search in both."""

    def __init__(self, floor: d.Floor) -> None:
        self.queues: dict[str, d.Queue] = {queue.id: queue for queue in floor.queues}
        self.people = {one.id: Person(d.share(one.capacity, TASK)) for one in floor.agents}
        self.skills = {one.id: one.skills for one in floor.agents}
        self.waiting: list[Item] = []

    def interruptible(self, item: Item) -> bool:
        rule = self.queues[item.queue].tasks
        return rule is not None and rule.interruptible

    def priority(self, item: Item) -> int:
        queue = self.queues[item.queue]
        if item.channel == VOICE or queue.tasks is None:
            return queue.priority
        below = 1_000 if queue.tasks.interruptible else 0
        return queue.priority + queue.tasks.priority - below

    def hand(self, person: Person) -> list[Item]:
        return person.works + ([person.offered] if person.offered else [])

    def may(self, name: str, item: Item) -> bool:
        person = self.people[name]  # type: ignore[index]
        needed = self.queues[item.queue].skills
        if person.state != "ready" or not d.serves(self.skills[name], needed):  # type: ignore[index]
            return False
        hand = self.hand(person)
        if item.channel == VOICE:
            return all(self.interruptible(one) for one in hand)
        if person.offered is not None or person.shut or len(hand) >= person.plan.most:
            return False
        return (len(hand) + 1) * person.plan.weight <= 100

    def heads(self) -> list[Item]:
        """An older mate goes first."""
        first: dict[tuple[str, str], Item] = {}
        for item in sorted(self.waiting, key=lambda one: (one.since, one.order)):
            first.setdefault((item.queue, item.channel), item)
        return list(first.values())

    def for_agent(self, name: str) -> Item | None:
        able = [item for item in self.heads() if self.may(name, item)]
        return min(able, key=lambda o: (-self.priority(o), o.since, o.order), default=None)

    def for_item(self, item: Item) -> str | None:
        able = [name for name in self.people if self.may(name, item)]

        def place(name: str) -> tuple[int, int, int]:
            person = self.people[name]  # type: ignore[index]
            loaded = len(self.hand(person)) * person.plan.weight
            return loaded, person.since, person.number

        return min(able, key=place, default=None)


def floor_of(dice: Random) -> d.Floor:
    skill: Any = d.Skill("bills", 1)
    queues = tuple(
        d.Queue(name, "pg", (skill,) if name == "q2" else (), n, 15 * S, 0, False, 100, S, S,  # type: ignore[arg-type]
                tasks=dice.choice(RULES))
        for n, name in enumerate(("q1", "q2", "q3"))
    )  # fmt: skip
    agents = tuple(
        d.Agent(
            name,  # type: ignore[arg-type]
            (skill,) if dice.random() < 0.6 else (),
            "day",
            (),
            capacity=dice.choice(PLANS),
        )
        for name in AGENTS
    )
    return d.Floor("v", (), (), (), queues, agents, ())  # type: ignore[arg-type]


class Both:
    """The index and the plain lists, told the same."""

    def __init__(self, seed: int) -> None:
        self.dice = Random(seed)
        floor = floor_of(self.dice)
        self.state, self.plain = Routing(), Plain(floor)
        index.configured(self.state, floor)
        self.now, self.count = 1_700_000_000 * S, 0
        for name in AGENTS:
            standing.set_state(self.state, name, "away", self.at)  # type: ignore[arg-type]

    @property
    def at(self) -> Any:
        return self.now

    def person(self, name: str) -> Person:
        return self.plain.people[name]  # type: ignore[index]

    # --- what happens ---

    def something_waits(self) -> None:
        self.count += 1
        queue = self.dice.choice(tuple(self.plain.queues))
        routed = self.plain.queues[queue].tasks is not None
        channel = TASK if routed and self.dice.random() < 0.6 else VOICE
        since: Any = self.now - self.dice.choice((0, 0, 30)) * S
        name: Any = f"{'T' if channel == TASK else 'C'}{self.count}"
        if channel == TASK:
            working.task_queued(self.state, name, None, queue, 0, since)  # type: ignore[arg-type]
        else:
            standing.queued(self.state, name, queue, 0, d.NOTHING_ASKED, since, None)  # type: ignore[arg-type]
        item = Item(name, queue, since, self.state.waiters[name].order, channel)
        self.plain.waiting.append(item)
        self.meets(item)

    def meets(self, item: Item) -> None:
        head = next(one for one in self.plain.heads() if (one.queue, one.channel) == (item.queue, item.channel))  # fmt: skip  # noqa: E501
        name: Any = item.name
        if item.channel == TASK:
            decision: Any = decide.match_task(self.state, self.at, m.MatchTask(name))
        else:
            decision = decide.match_contact(self.state, self.at, m.MatchContact(name))
        self.agrees(decision, head, self.plain.for_item(head))

    def is_ready(self, name: Any) -> None:
        person = self.person(name)
        person.state, person.since = "ready", self.now
        standing.set_state(self.state, name, "ready", self.at)
        person.number = self.state.seats[name].number
        self.matches(name)

    def matches(self, name: Any) -> None:
        self.person(name).number = self.state.seats[name].number
        decision = decide.match_agent(self.state, self.at, m.MatchAgent(name))
        self.agrees(decision, self.plain.for_agent(name), name)

    def agrees(self, decision: Any, item: Item | None, agent: Any) -> None:
        if item is None or agent is None:
            assert not decision.events
            return
        (event,) = decision.events
        name = event.task if isinstance(event, m.WorkAssigned) else event.contact
        assert (name, event.agent) == (item.name, agent)
        assert event.eligible == sum(self.plain.may(one, item) for one in AGENTS)
        assert sum(event.excluded.values()) + event.eligible == len(AGENTS)
        self.plain.waiting.remove(item)
        item.offer = event.offer
        person = self.person(agent)
        if item.channel == TASK:
            working.task_offered(self.state, item.name, agent, event.offer)  # type: ignore[arg-type]
            person.offered = item
            person.number = self.state.seats[agent].number
        else:
            standing.assigned(self.state, item.name, agent, event.offer, self.at)  # type: ignore[arg-type]
            person.call, person.state = item, "busy"
            self.withdraw(agent)

    def withdraw(self, name: Any) -> None:
        """As the reactions do: the agent has something else, or isn't ready."""
        person = self.person(name)
        if person.offered is not None:
            self.back(name)

    def back(self, name: Any) -> None:
        """What was offered stands at its old place."""
        person = self.person(name)
        item, person.offered = person.offered, None
        assert item is not None
        working.offer_over(self.state, item.name, name, item.offer)  # type: ignore[arg-type]
        person.number = self.state.seats[name].number
        self.plain.waiting.append(item)
        self.meets(item)
        if person.state == "ready":
            self.matches(name)

    def takes(self, name: Any) -> None:
        person = self.person(name)
        item, person.offered = person.offered, None
        if item is not None:
            working.task_taken(self.state, item.name, name, self.at)  # type: ignore[arg-type]
            person.works = [*person.works, item]
            self.matches(name)

    def declines(self, name: Any) -> None:
        person = self.person(name)
        if person.offered is not None:
            person.shut = True
            working.shut(self.state, name, self.at)
            person.number = self.state.seats[name].number
            self.back(name)

    def opens(self, name: Any) -> None:
        person = self.person(name)
        if person.shut:
            person.shut = False
            working.shut(self.state, name, 0)  # type: ignore[arg-type]
            if person.state == "ready":
                self.matches(name)

    def is_done(self, name: Any) -> None:
        """With the call, or with a task."""
        person = self.person(name)
        if person.call is not None:
            standing.contact_ended(self.state, person.call.name)  # type: ignore[arg-type]
            person.call = None
            self.is_ready(name)
        elif person.works:
            item = person.works[self.dice.randrange(len(person.works))]
            person.works = [one for one in person.works if one is not item]
            working.task_gone(self.state, item.name, name)  # type: ignore[arg-type]
            if person.state == "ready":
                self.is_ready(name)

    def comes_or_goes(self, name: Any) -> None:
        person = self.person(name)
        if person.state == "away":
            self.is_ready(name)
        elif person.state == "ready":
            person.state = "away"
            standing.set_state(self.state, name, "away", self.at)
            self.withdraw(name)

    def something(self) -> None:
        self.now += self.dice.choice((0, 1, 7)) * S
        name = self.dice.choice(AGENTS)
        happens = (self.takes, self.takes, self.declines, self.opens, self.is_done, self.is_done,
                   self.comes_or_goes)  # fmt: skip
        if self.dice.random() < 0.45:
            self.something_waits()
        else:
            self.dice.choice(happens)(name)

    # --- what holds ---

    def holds(self) -> None:
        for item in self.plain.waiting:
            assert not any(self.plain.may(name, item) for name in AGENTS), item
        for name, person in self.plain.people.items():
            hand = self.plain.hand(person)
            assert len(hand) <= person.plan.most
            assert len(hand) * person.plan.weight <= 100
            seat = self.state.seats[name]
            assert set(seat.works) == {item.name for item in hand}
            assert seat.loaded == len(hand) * person.plan.weight


@given(st.integers(0, 1 << 40))
@settings(max_examples=150, deadline=None)
def test_the_index_gives_what_the_plain_rules_give(seed: int) -> None:
    both = Both(seed)
    for _ in range(70):
        both.something()
        both.holds()
