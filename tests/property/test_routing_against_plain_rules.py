"""The router's index against the rules written down plainly: two lists, and a search in both.

Contacts come, widen, change their priority and leave; agents become ready, are moved, rest and
go; the definitions change. After each event the index must decide what the plain lists decide.
"""

from random import Random
from typing import Any

import msgspec
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from roost.floor import definition as d
from roost.floor.routing import decide, index, standing
from roost.floor.routing import messages as m
from roost.floor.routing.model import Routing
from roost.kernel.messages import Decision

S = 1_000_000
NAMES = tuple(f"a{n}" for n in range(6))
SKILLS = ("bills", "outage", "english")
QUEUES = ("q1", "q2", "q3")
RULES = ("longest_idle", "most_skilled", "least_skilled", "least_occupied", "fair_share")


def skill(name: str, level: int) -> d.Skill:
    return d.Skill(name, level)  # type: ignore[arg-type]


def skills(dice: Random, most: int) -> tuple[d.Skill, ...]:
    names = sorted(dice.sample(SKILLS, dice.randint(0, most)))
    return tuple(skill(name, dice.randint(1, 3)) for name in names)


def queue(dice: Random, name: str) -> d.Queue:
    rings = tuple(
        d.Ring((place + 1) * 10 * S, skills(dice, 1), dice.choice(((), ("day",))))  # type: ignore[arg-type]
        for place in range(dice.randint(0, 2))
    )
    return d.Queue(
        id=name,  # type: ignore[arg-type]
        client=f"client-{name}",  # type: ignore[arg-type]
        skills=skills(dice, 1),
        priority=dice.randint(0, 2),
        ring_us=15 * S,  # type: ignore[arg-type]
        wrap_up_us=0,  # type: ignore[arg-type]
        code_required=False,
        most_waiting=100,
        target_us=20 * S,  # type: ignore[arg-type]
        short_us=5 * S,  # type: ignore[arg-type]
        teams=dice.choice(((), (), ("day",))),
        prefer=skills(dice, 2),
        agents=dice.choice(RULES),
        rings=rings,
        boost_us=dice.choice((0, 15 * S)),  # type: ignore[arg-type]
        boost_most=2,
    )


def floor_of(seed: int) -> d.Floor:
    """Drawn with dice of its own: Hypothesis would spend all its choices on definitions."""
    dice = Random(seed)
    agents = tuple(
        d.Agent(name, skills(dice, 3), dice.choice(("day", "night")), ())  # type: ignore[arg-type]
        for name in NAMES
    )
    lines = tuple(queue(dice, name) for name in QUEUES)
    return d.Floor("v", (), (), (), lines, agents, ())  # type: ignore[arg-type]


ASKED = tuple(
    d.Asked((), (skill(name, 2),) if raised else (), raised)
    for raised, name in zip((0, 0, 0, 0, 1, 2, -1, 1), SKILLS * 3, strict=False)
)
SEEDS = st.integers(0, 1 << 32)


def levels(own: tuple[d.Skill, ...]) -> dict[str, int]:
    return {one.skill: one.level for one in own}


class Plain:
    """What the decision records say, without an index."""

    def __init__(self) -> None:
        self.floor: Any = None
        self.waiting: dict[str, dict[str, Any]] = {}
        self.ready: dict[str, dict[str, Any]] = {}
        self.had: dict[tuple[str, str], int] = {}

    def asks(self, contact: dict[str, Any]) -> tuple[d.Queue, tuple[d.Skill, ...], Any]:
        queue = next(one for one in self.floor.queues if one.id == contact["queue"])
        ring = min(contact["ring"], len(queue.rings))
        of = queue.rings[ring - 1] if ring else queue
        return queue, d.together(of.skills, contact["asked"].skills), of.teams

    def may(self, agent: str, contact: dict[str, Any]) -> bool:
        _, needed, teams = self.asks(contact)
        one = next(a for a in self.floor.agents if a.id == agent)
        return (not teams or one.team in teams) and d.serves(one.skills, needed)

    def priority(self, contact: dict[str, Any], now: int) -> int:
        queue, _, _ = self.asks(contact)
        boost = min(2, (now - contact["since"]) // queue.boost_us) if queue.boost_us else 0
        return queue.priority + contact["asked"].raised + boost

    def rank(self, agent: str, contact: dict[str, Any]) -> tuple[Any, ...]:
        queue, needed, _ = self.asks(contact)
        one = next(a for a in self.floor.agents if a.id == agent)
        own, state = levels(one.skills), self.ready[agent]
        prefer = d.together(queue.prefer, contact["asked"].prefer)
        met = sum(own.get(s.skill, 0) >= s.level for s in prefer)
        level = sum(own.get(s.skill, 0) for s in needed)
        match queue.agents:
            case "most_skilled":
                value: Any = -level
            case "least_skilled":
                value = (len(one.skills), level)
            case "least_occupied":
                value = state["occupancy"]
            case "fair_share":
                value = state["had"].get(queue.client, 0)
            case _:
                value = 0
        return (-met, value, state["since"], state["number"])

    def for_agent(self, agent: str, now: int) -> str | None:
        able = [(c, one) for c, one in self.waiting.items() if self.may(agent, one)]
        heads: dict[Any, tuple[str, dict[str, Any]]] = {}
        for name, one in able:  # an older contact of the same class goes first
            key = (one["queue"], one["ring"], one["asked"])
            if key not in heads or one["place"] < heads[key][1]["place"]:
                heads[key] = (name, one)
        ordered = sorted(heads.values(), key=lambda x: (-self.priority(x[1], now), x[1]["place"]))
        return ordered[0][0] if ordered else None

    def for_contact(self, contact: str) -> tuple[str, str] | None:
        one = self.waiting[contact]
        able = [agent for agent in self.ready if self.may(agent, one)]
        if not able:
            return None
        first = min(able, key=lambda agent: self.rank(agent, one))
        same = [
            (other["place"], name)
            for name, other in self.waiting.items()
            if (other["queue"], other["ring"], other["asked"])
            == (one["queue"], one["ring"], one["asked"])
        ]
        return min(same)[1], first


class Router(RuleBasedStateMachine):
    @initialize(seed=SEEDS)
    def begin(self, seed: int) -> None:
        self.now: Any = 1_700_000_000 * S
        self.state, self.plain = Routing(), Plain()
        self.count = 0
        self.configure(seed)
        for name in NAMES:
            self.agent_is(name, "away")

    def configure(self, seed: int) -> None:
        floor = floor_of(seed)
        index.configured(self.state, floor)
        self.plain.floor = floor
        for one in self.plain.waiting.values():
            queue = next(q for q in floor.queues if q.id == one["queue"])
            one["ring"] = min(one["ring"], len(queue.rings))
        decision: Any = decide.match_all(self.state, self.now, m.MatchAll())
        taken: set[str] = set()
        for event in decision.events:
            assert event.agent not in taken
            taken.add(event.agent)
            assert event.agent in self.plain.ready
            assert self.plain.may(event.agent, self.plain.waiting[event.contact])
        for event in decision.events:
            self.take(event)

    @rule(seed=SEEDS)
    def something_happens(self, seed: int) -> None:
        """One rule, with dice: Hypothesis leaves rules out at will, and here all are needed."""
        dice = Random(seed)
        self.now += dice.choice((0, 1, 5, 20)) * S
        match dice.choices(range(7), (40, 25, 12, 8, 8, 8, 2))[0]:
            case 0:
                self.contact_waits(
                    dice.choice(QUEUES), dice.randrange(8), dice.choice((0, 5, 12, 40))
                )
            case 1:
                self.agent_is(dice.choice(NAMES), dice.choice(("ready", "ready", "away")))
            case 2:
                self.asks_for_something_else(dice.randrange(6), dice.choice((None, -2, 0, 1)))
            case 3:
                self.gives_up(dice.randrange(6))
            case 4:
                self.everybody_is_ready()
            case 5:
                self.is_moved(dice.choice(NAMES), skills(dice, 3), dice.choice(("day", "night")))
            case _:
                self.configure(dice.randrange(1 << 30))

    def note(self, agent: str) -> None:
        seat = self.state.seats[agent]
        here = self.now - seat.load.here
        self.plain.ready[agent] = {
            "since": seat.since,
            "number": seat.number,
            "occupancy": 1000 * seat.load.busy_us // here if here > 0 else 0,
            "had": dict(seat.had),
        }

    def take(self, event: m.Assigned) -> None:
        assert event.contact is not None
        standing.assigned(self.state, event.contact, event.agent, event.offer, self.now)
        del self.plain.waiting[event.contact]
        del self.plain.ready[event.agent]

    def agent_is(self, name: str, to: str) -> None:
        agent: Any = name
        if self.state.seats[agent].state == to:
            return
        standing.set_state(self.state, agent, to, self.now)
        self.plain.ready.pop(name, None)
        if to != "ready":
            return
        self.note(name)
        wanted = self.plain.for_agent(name, self.now)
        self.agrees(decide.match_agent(self.state, self.now, m.MatchAgent(agent)), wanted, name)

    def agrees(self, decision: Any, contact: str | None, agent: str | None) -> None:
        assert isinstance(decision, Decision)
        if contact is None:
            assert not decision.events
            return
        (event,) = decision.events
        assert isinstance(event, m.Assigned)
        assert (event.contact, event.agent) == (contact, agent)
        one = self.plain.waiting[contact]
        able = sorted(
            (a for a in self.plain.ready if self.plain.may(a, one)),
            key=lambda a: self.plain.rank(a, one),
        )
        assert event.eligible == len(able)
        shown = [c.agent for c in event.candidates]
        assert shown == [agent, *(a for a in able if a != agent)][:5]
        self.take(event)

    def contact_waits(self, queue: Any, asked: int, waited: int) -> None:
        self.count += 1
        of_flow = ASKED[asked]
        contact: Any = f"c{self.count}"
        since: Any = self.now - waited * S
        of = self.state.queues[queue]
        ring = sum(one.after_us <= waited * S for one in of.rings)
        standing.queued(self.state, contact, queue, ring, of_flow, since, None)
        self.plain.waiting[contact] = {
            "queue": queue,
            "ring": ring,
            "asked": of_flow,
            "since": since,
            "place": (since, self.state.waiters[contact].order),
        }
        self.meets(contact)

    def meets(self, contact: Any) -> None:
        found = self.plain.for_contact(contact)
        command = m.MatchContact(contact)
        decision = decide.match_contact(self.state, self.now, command)
        self.agrees(decision, *(found or (None, None)))

    def asks_for_something_else(self, place: int, raised: int | None) -> None:
        """A wider ring, or another priority."""
        names = list(self.plain.waiting)
        if not names:
            return
        contact: Any = names[place % len(names)]
        one = self.plain.waiting[contact]
        most = len(self.state.queues[one["queue"]].rings)
        if raised is None:
            one["ring"] = min(one["ring"] + 1, most)
        else:
            one["asked"] = msgspec.structs.replace(one["asked"], raised=raised)
        standing.widened(self.state, contact, one["ring"], one["asked"])
        one["place"] = (one["since"], self.state.waiters[contact].order)
        self.meets(contact)

    def gives_up(self, place: int) -> None:
        names = list(self.plain.waiting)
        if names:
            contact: Any = names[place % len(names)]
            standing.contact_ended(self.state, contact)
            del self.plain.waiting[contact]

    def is_moved(self, name: str, has: tuple[d.Skill, ...], team: str) -> None:
        """Other skills, another team; the definitions' until now."""
        agent: Any = name
        staff = (
            d.Agent(one.id, has, team, ()) if one.id == name else one
            for one in self.plain.floor.agents
        )
        self.plain.floor = msgspec.structs.replace(self.plain.floor, agents=tuple(staff))
        standing.moved(self.state, agent, has, team)
        if name not in self.plain.ready:
            return
        before = self.plain.ready.pop(name)
        self.note(name)
        assert self.plain.ready[name]["since"] == before["since"], "the idle time is kept"
        self.plain.ready[name]["occupancy"] = before["occupancy"]
        wanted = self.plain.for_agent(name, self.now)
        self.agrees(decide.match_agent(self.state, self.now, m.MatchAgent(agent)), wanted, name)

    def everybody_is_ready(self) -> None:
        for name in NAMES:
            self.now += S
            self.agent_is(name, "ready")

    @invariant()
    def nobody_waits_whom_somebody_could_serve(self) -> None:
        if not hasattr(self, "plain"):
            return
        for one in self.plain.waiting.values():
            assert not any(self.plain.may(agent, one) for agent in self.plain.ready)
        assert self.state.ready == len(self.plain.ready)

    @invariant()
    def a_snapshot_says_the_same(self) -> None:
        if hasattr(self, "state") and self.count % 7 == 3:
            encoded = msgspec.msgpack.encode(self.state)
            assert msgspec.msgpack.decode(encoded, type=Routing) == self.state


TestRouter = Router.TestCase
TestRouter.settings = settings(max_examples=150, stateful_step_count=60, deadline=None)
