"""The twin as a textbook's queue: Poisson arrivals, exponential handling and patience, and
nothing between them: no menu, no ring, no wrap-up, no network.

The floor is the production's, so is every decision; what's simple here is the world."""

from contextlib import suppress
from typing import Any

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from roost.floor import definition as d
from roost.floor.queues.messages import ContactDequeued, ContactQueued, Outcome
from roost.kernel.envelope import Envelope
from roost.kernel.ids import AgentId
from roost.kernel.time import DAY, HOUR, SECOND, DurationUs
from roost.simulator.run import Simulation
from roost.simulator.scenario import (
    ANY,
    Behaviour,
    Expected,
    Handling,
    Law,
    Pace,
    Scenario,
    Shape,
    Shift,
    Stream,
)

FIRST_US = 10 * SECOND  # nobody calls before everybody is ready
FOR_EVER = 100 * DAY
NEVER_TIRED = Law(1000 * DAY, Shape.CONSTANT)
CLIENT = "pg"


class Pool(Struct, frozen=True):
    """Agents who are alike but for their skills, which are queues' names."""

    agents: int
    queues: tuple[str, ...]


class Class(Struct, frozen=True):
    """Callers of one queue: `per_hour` of them; `patience_us` 0: they wait for ever;
    `most_us` 0: who finds nobody free is turned away at once. Waiting raises the priority by one
    for each `boost_us`, at most by `boost_most`."""

    queue: str
    per_hour: int
    patience_us: int = 0
    most_us: int = FOR_EVER
    priority: int = 0
    agents: str = "longest_idle"
    boost_us: int = 0
    boost_most: int = 0


class Centre(Struct, frozen=True):
    """`handle_us` is the mean; everybody is equally fast, but for the paces of pools."""

    pools: tuple[Pool, ...]
    classes: tuple[Class, ...]
    handle_us: int
    paces: tuple[int, ...] = ()  # by pool, per mille of the handle time


class Waits(Struct, frozen=True):
    """Of each contact, in order of arrival: its class, how long it waited, whether it was
    answered."""

    klass: NDArray[np.int64]
    waited_us: NDArray[np.int64]
    answered: NDArray[np.bool_]


def floor_of(centre: Centre) -> d.Floor:
    """One client, one number and one flow for each queue; an agent's skills are queues."""
    ids: Any = str
    queues = tuple(
        d.Queue(
            id=ids(f"{CLIENT}/{one.queue}"), client=ids(CLIENT),
            skills=(d.Skill(ids(one.queue)),), priority=one.priority,
            ring_us=DurationUs(20 * SECOND), wrap_up_us=DurationUs(0), code_required=False,
            most_waiting=100_000, target_us=DurationUs(20 * SECOND),
            short_us=DurationUs(5 * SECOND), agents=one.agents,
            boost_us=DurationUs(one.boost_us), boost_most=one.boost_most,
        )
        for one in centre.classes
    )  # fmt: skip
    flows = tuple(
        d.Flow(
            id=ids(one.queue), client=ids(CLIENT), version=ids("1"), start="wait",
            steps={
                "wait": d.Enqueue(ids(f"{CLIENT}/{one.queue}"), 0, (), (),
                                  DurationUs(one.most_us), "bye"),
                "bye": d.HangUp(),
            },
        )
        for one in centre.classes
    )  # fmt: skip
    agents = tuple(
        d.Agent(name, tuple(d.Skill(ids(queue)) for queue in pool.queues), "team", (ids(CLIENT),))
        for name, pool in people(centre)
    )
    numbers = tuple(
        d.Number(str(place), ids(CLIENT), ids(one.queue))
        for place, one in enumerate(centre.classes)
    )
    client = d.Client(ids(CLIENT), queues[0].id, (), False, ())
    return d.Floor(ids("1"), (client,), numbers, flows, queues, agents, ())


def people(centre: Centre) -> list[tuple[AgentId, Pool]]:
    pools = [pool for pool in centre.pools for _ in range(pool.agents)]
    return [(AgentId(f"a{number:03}"), pool) for number, pool in enumerate(pools)]


def by_agent(centre: Centre) -> list[int]:
    """Everybody's pace."""
    paces = centre.paces or (1000,) * len(centre.pools)
    return [
        pace for pool, pace in zip(centre.pools, paces, strict=True) for _ in range(pool.agents)
    ]


def scenario_of(centre: Centre, contacts: int) -> Scenario:
    """Long enough for so many contacts, and more; who watches stops it."""
    rate = sum(one.per_hour for one in centre.classes)
    hours = 2 * contacts // rate + 10
    length = FIRST_US + hours * HOUR
    queue = {one.queue: f"{CLIENT}/{one.queue}" for one in centre.classes}
    return Scenario(
        streams=tuple(
            Stream(
                str(place), name=one.queue, client=CLIENT, keys=(("1", 1),),
                expected=(Expected(FIRST_US, length, one.per_hour, HOUR),),
            )
            for place, one in enumerate(centre.classes)
        ),
        shifts=tuple(Shift(name, 0, length + DAY) for name, _ in people(centre)),
        length_us=DurationUs(length),
        behaviour=Behaviour(
            handling=((ANY, Handling(Law(centre.handle_us), Law(0, Shape.CONSTANT))),),
            patience=tuple(
                (queue[one.queue], Law(one.patience_us) if one.patience_us else NEVER_TIRED)
                for one in centre.classes
            ),
            paces=tuple(
                (name, Pace(pace))
                for (name, _), pace in zip(people(centre), by_agent(centre), strict=True)
            ),
            answers_after_us=0, misses_ring=0, declines=0, agent_hangs_up=0, least_talk_us=0,
            network_us=0,
        ),
    )  # fmt: skip


class Enough(Exception):
    """The contacts that were asked for have been decided on."""


class Watch:
    """An observer: what became of the first so many contacts."""

    def __init__(self, centre: Centre, contacts: int) -> None:
        self.class_of = {f"{CLIENT}/{one.queue}": n for n, one in enumerate(centre.classes)}
        self.left = contacts
        self.place: dict[str, int] = {}
        self.klass = np.zeros(contacts, np.int64)
        self.waited = np.zeros(contacts, np.int64)
        self.answered = np.zeros(contacts, np.bool_)
        self.next = 0

    def __call__(self, envelope: Envelope) -> None:
        event = envelope.body
        if isinstance(event, ContactQueued):
            if self.next < len(self.klass):
                self.place[str(event.contact)] = self.next
                self.klass[self.next] = self.class_of[event.queue]
                self.next += 1
        elif isinstance(event, ContactDequeued):
            place = self.place.pop(str(event.contact), None)
            if place is not None:
                self.waited[place] = event.waited_us
                self.answered[place] = event.outcome is Outcome.ANSWERED
                self.left -= 1
                if not self.left:
                    raise Enough


def played(centre: Centre, seed: int, contacts: int) -> Waits:
    """The production room under the production step function: its first contacts."""
    watch = Watch(centre, contacts)
    simulation = Simulation(
        floor_of(centre), scenario_of(centre, contacts), seed, keep=False, observers=(watch,)
    )
    with suppress(Enough):
        simulation.run()
    assert not watch.left
    assert not simulation.incidents
    return Waits(watch.klass, watch.waited, watch.answered)
