"""What an estimated wait is made from: who stands in each line, and the pace at which a queue's
turns come, folded from the floor's own events.

A queue's **pace** is how often one of its contacts got a phone, for each agent who was there to
serve it, while somebody waited. What else these agents serve, how urgent that is, rings, rests
and lunch: all of it is in the pace, and a change of the people present shows at once. Few
numbers are kept, and all forget: a count that's full is halved, with the time it was taken over.

Lines are exact: who waits since when, by how much the flow raised them (rarely more than one),
so a position is a bisection. Whose phone rings already stands in none.
"""

from bisect import bisect_left, insort
from collections.abc import Mapping
from typing import Final, Protocol

from msgspec import Struct, field

from roost.floor import definition
from roost.floor.definition import Skill, serves
from roost.kernel.ids import AgentId, ContactId, QueueId
from roost.kernel.time import HOUR, DurationUs, InstantUs

MOST_COUNTED: Final = 64  # turns, people who gave up, handled contacts: then the half is forgotten
LONGEST_US: Final = 100 * HOUR  # agents' time, and callers', over which they're counted
Place = tuple[int, int]  # since, and a number that tells apart who came at once

HELD: Final = -1  # the ring of a contact that waits for one agent only


class Counted(Struct, gc=False):
    """So many in so much time."""

    count: int = 0
    us: int = 0

    def adds(self, us: int) -> None:
        self.us += us
        if self.us > LONGEST_US:
            self.halves()

    def counts(self, us: int = 0) -> None:
        self.count += 1
        self.us += us
        if self.count > MOST_COUNTED:
            self.halves()

    def halves(self) -> None:
        self.count //= 2
        self.us //= 2


class Pace(Struct, gc=False):
    """One queue. `agents` are there to serve its first ring, `wider` only a later one; `turns`
    are over agents' time while somebody waited, `gave_up` over callers' time of waiting, `handled`
    over agents' time from ring to wrap-up; `counted` is the instant up to which."""

    boost_us: DurationUs = DurationUs(0)
    boost_most: int = 0
    lines: dict[int, list[Place]] = field(default_factory=dict[int, list[Place]])
    waiting: int = 0
    agents: int = 0
    wider: int = 0
    turns: Counted = field(default_factory=Counted)
    gave_up: Counted = field(default_factory=Counted)
    handled: Counted = field(default_factory=Counted)
    counted: InstantUs = InstantUs(0)


class Waiter(Struct, gc=False):
    """`stands` in a line since it `stood`, unless a phone rings for it or it's held for one."""

    queue: QueueId
    raised: int
    place: Place
    stands: bool = False
    rung: bool = False
    later: bool = False  # a promised call, whose time hasn't come
    stood: InstantUs = InstantUs(0)


class Serves(Struct, frozen=True, gc=False):
    """The queues that somebody serves: in their first ring, or only in a later one."""

    first: tuple[str, ...]
    later: tuple[str, ...]


NOBODYS: Final = Serves((), ())


class Estimates(Struct, gc=False):
    """`here` are the agents who are signed in and not away; `by_skill` finds queues by one of
    the skills that they ask for, "" those that ask for none."""

    paces: dict[str, Pace] = field(default_factory=dict[str, Pace])
    waiters: dict[str, Waiter] = field(default_factory=dict[str, Waiter])
    here: dict[str, Serves] = field(default_factory=dict[str, Serves])
    queues: dict[str, definition.Queue] = field(default_factory=dict[str, definition.Queue])
    by_skill: dict[str, list[str]] = field(default_factory=dict[str, list[str]])
    numbers: int = 0
    rings: Counted = field(default_factory=Counted)  # of those that were answered
    handled: Counted = field(default_factory=Counted)  # of all queues


# --- the people ---


class Skilled(Protocol):
    """Somebody's skills and team by now, as routing and the definitions have them."""

    @property
    def skills(self) -> tuple[Skill, ...]: ...
    @property
    def team(self) -> str: ...


def configured(
    state: Estimates, floor: definition.Floor, known: Mapping[str, Skilled], at: InstantUs
) -> None:
    """A queue that's gone stays while somebody waits in it; who's here serves anew."""
    state.queues = {queue.id: queue for queue in floor.queues}
    state.by_skill = {}
    for queue in floor.queues:
        widest = queue.rings[-1].skills if queue.rings else queue.skills
        for name in {_name(queue.skills), _name(widest)}:
            state.by_skill.setdefault(name, []).append(queue.id)
        pace = state.paces.setdefault(queue.id, Pace(counted=at))
        pace.boost_us, pace.boost_most = queue.boost_us, queue.boost_most
    waited_in = {waiter.queue for waiter in state.waiters.values()}
    for gone in state.paces.keys() - state.queues.keys() - waited_in:
        del state.paces[gone]
    for pace in state.paces.values():
        _count(pace, at)
        pace.agents = pace.wider = 0
    for one in state.here:
        agent = known.get(one)
        found = NOBODYS if agent is None else _serves(state, agent.skills, agent.team)
        state.here[one] = found
        _weigh(state, found, 1, at)


def _name(skills: tuple[Skill, ...]) -> str:
    return skills[0].skill if skills else ""


def _serves(state: Estimates, skills: tuple[Skill, ...], team: str) -> Serves:
    first: list[str] = []
    later: list[str] = []
    names = ["", *(skill.skill for skill in skills)]
    for one in dict.fromkeys(one for name in names for one in state.by_skill.get(name, ())):
        queue = state.queues[one]
        if serves(skills, queue.skills) and (not queue.teams or team in queue.teams):
            first.append(one)
        elif queue.rings:
            ring = queue.rings[-1]
            if serves(skills, ring.skills) and (not ring.teams or team in ring.teams):
                later.append(one)
    return Serves(tuple(first), tuple(later))


def comes(
    state: Estimates, agent: AgentId, skills: tuple[Skill, ...], team: str, at: InstantUs
) -> None:
    """Somebody is there to serve, with these skills: new, back, or moved."""
    goes(state, agent, at)
    state.here[agent] = found = _serves(state, skills, team)
    _weigh(state, found, 1, at)


def goes(state: Estimates, agent: AgentId, at: InstantUs) -> None:
    found = state.here.pop(agent, None)
    if found is not None:
        _weigh(state, found, -1, at)


def _weigh(state: Estimates, found: Serves, by: int, at: InstantUs) -> None:
    for one in found.first:
        pace = state.paces[one]
        _count(pace, at)
        pace.agents += by
    for one in found.later:
        pace = state.paces[one]
        _count(pace, at)
        pace.wider += by


# --- the lines ---


def _count(pace: Pace, at: InstantUs) -> None:
    """The time since the last change: nobody's, unless somebody waited."""
    passed = at - pace.counted
    pace.counted = at
    if pace.waiting and passed > 0:
        pace.turns.adds(passed * (pace.agents or pace.wider))
        pace.gave_up.adds(passed * pace.waiting)


def _stand(state: Estimates, waiter: Waiter, at: InstantUs) -> None:
    pace = state.paces[waiter.queue]
    _count(pace, at)
    waiter.stands, waiter.stood = True, at
    pace.waiting += 1
    line = pace.lines.setdefault(waiter.raised, [])
    if not line or line[-1] < waiter.place:
        line.append(waiter.place)
    else:
        insort(line, waiter.place)


def _leave(state: Estimates, waiter: Waiter, at: InstantUs) -> Pace:
    pace = state.paces[waiter.queue]
    if waiter.stands:
        _count(pace, at)
        waiter.stands = False
        pace.waiting -= 1
        line = pace.lines[waiter.raised]
        del line[bisect_left(line, waiter.place)]
        if not line:
            del pace.lines[waiter.raised]
    return pace


def queued(
    state: Estimates,
    contact: ContactId,
    queue: QueueId,
    raised: int,
    since: InstantUs,
    at: InstantUs,
    *,
    held: bool = False,
    later: bool = False,
) -> None:
    """Waits. Who is held for one agent, or called back later, stands in no line until then."""
    state.numbers += 1
    place = (since, state.numbers)
    waiter = state.waiters[contact] = Waiter(queue, raised, place, later=later)
    if not (held or later):
        _stand(state, waiter, at)


def stands(state: Estimates, contact: ContactId, at: InstantUs) -> None:
    """Its time has come."""
    waiter = state.waiters.get(contact)
    if waiter is None:
        return
    waiter.later = False
    if not (waiter.stands or waiter.rung):
        _stand(state, waiter, at)


def asks(state: Estimates, contact: ContactId, raised: int, ring: int, at: InstantUs) -> None:
    """Another priority, or held no more."""
    waiter = state.waiters.get(contact)
    if waiter is None:
        return
    stood = waiter.stands
    if stood and waiter.raised == raised:
        return
    if stood:
        _leave(state, waiter, at)
    waiter.raised = raised
    if stood or not (ring == HELD or waiter.rung or waiter.later):
        _stand(state, waiter, at)


def assigned(state: Estimates, contact: ContactId, at: InstantUs) -> None:
    """A phone rings: a turn of the queue's, if it had to be waited for."""
    waiter = state.waiters.get(contact)
    if waiter is None:
        return
    waiter.rung = True
    if waiter.stands:
        pace = _leave(state, waiter, at)
        if at > waiter.stood:
            pace.turns.counts()


def not_taken(state: Estimates, contact: ContactId, at: InstantUs) -> None:
    """Back to its place, if it waits still."""
    waiter = state.waiters.get(contact)
    if waiter is not None and waiter.rung:
        waiter.rung = False
        _stand(state, waiter, at)


def dequeued(
    state: Estimates, contact: ContactId, queue: QueueId, gave_up: bool, at: InstantUs
) -> None:
    waiter = state.waiters.pop(contact, None)
    if waiter is not None:
        _leave(state, waiter, at)
    pace = state.paces.get(queue)
    if pace is not None and gave_up:
        pace.gave_up.counts()


def ended(state: Estimates, contact: ContactId, at: InstantUs) -> None:
    waiter = state.waiters.pop(contact, None)
    if waiter is not None:
        _leave(state, waiter, at)


# --- how long things take ---


def rang(state: Estimates, us: DurationUs) -> None:
    state.rings.counts(us)


def handled(state: Estimates, queue: QueueId, us: int) -> None:
    state.handled.counts(us)
    pace = state.paces.get(queue)
    if pace is not None:
        pace.handled.counts(us)
