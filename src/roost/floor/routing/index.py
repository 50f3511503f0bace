"""The index made from definitions: classes, profiles, seats, and everybody's place among them."""

from heapq import heapify, heappush
from typing import Final

from roost.floor import definition
from roost.floor.definition import NOTHING_ASKED, TASK, VOICE, Asked, together
from roost.floor.routing import capacity, promises, ranks
from roost.floor.routing.model import (
    WORD,
    Class,
    Line,
    Profile,
    Reach,
    Routing,
    Seat,
    may_serve,
)
from roost.kernel.ids import AgentId, QueueId
from roost.kernel.time import DurationUs

HELD: Final = -1  # the ring of a contact that waits for one agent only
AFTER_CALLS: Final = 1_000  # what interruptible work's priority is lowered by: below any call's
NOWHERE: Final = Reach()


def configured(state: Routing, floor: definition.Floor) -> None:
    """Classes come from the queues, their rings and the flows' ways into them, and from who
    waits already; who waits keeps time and ring, under the rules that hold now."""
    queues: dict[str, definition.Queue] = {queue.id: queue for queue in floor.queues}
    old = state.classes
    for klass in old:  # a queue that's gone lives on while somebody waits in it
        if klass.queue not in queues and klass.queue in state.queues:
            queues.setdefault(klass.queue, state.queues[klass.queue])
    state.queues = queues
    state.order = floor.order
    promises.begin(state, floor.targets)
    state.classes, state.keys = [], {}
    state.profiles, state.shared = [], {}
    state.masks = {VOICE: []}
    for queue in floor.queues:
        _rings(state, queue, NOTHING_ASKED)
        if queue.tasks is not None:
            _rings(state, queue, NOTHING_ASKED, TASK)
    for flow in floor.flows:
        for step in flow.steps.values():
            if isinstance(step, definition.Enqueue) and step.queue in queues:
                _rings(state, queues[step.queue], Asked(step.skills, step.prefer, step.priority))
    for waiter in state.waiters.values():
        was = old[waiter.klass]
        waiter.klass = _class(state, was.queue, was.ring, was.asked, was.channel)
    state.unplaced = None  # all who are ready are placed anew
    _seats(state, floor)
    _stand_all(state)


def _rings(state: Routing, queue: definition.Queue, asked: Asked, channel: str = VOICE) -> None:
    for ring in range(len(queue.rings) + 1):
        _class(state, queue.id, ring, asked, channel)


# --- classes ---


def _key(queue: QueueId, ring: int, asked: Asked, channel: str) -> str:
    if channel != VOICE:
        return f"{queue} {ring} {channel}"  # no flow asks for more
    if asked == NOTHING_ASKED:
        return f"{queue} {ring}"
    skills = " ".join(f"{skill.skill}:{skill.level}" for skill in asked.skills)
    prefer = " ".join(f"{skill.skill}:{skill.level}" for skill in asked.prefer)
    return f"{queue} {ring} {asked.raised} {skills} / {prefer}"


def _class(state: Routing, queue: QueueId, ring: int, asked: Asked, channel: str = VOICE) -> int:
    """The number of a class; it's made if there's none yet."""
    of = state.queues[queue]
    ring = min(ring, len(of.rings))
    key = _key(queue, ring, asked, channel)
    number = state.keys.get(key)
    if number is None:
        wider = of.rings[ring - 1] if ring > 0 else None
        number = state.keys[key] = len(state.classes)
        calls = channel == VOICE
        work = definition.RoutedTasks() if calls or of.tasks is None else of.tasks
        after_calls = AFTER_CALLS if work.interruptible and not calls else 0
        state.masks.setdefault(channel, [])
        state.classes.append(
            Class(
                number=number,
                queue=queue,
                client=of.client,
                ring=ring,
                asked=asked,
                skills=together(wider.skills if wider else of.skills, asked.skills),
                prefer=together(of.prefer, asked.prefer),
                teams=wider.teams if wider else of.teams,
                priority=of.priority + asked.raised + work.priority - after_calls,
                ring_us=of.ring_us,
                rule=of.agents,
                moves=of.agents in ranks.MOVING,
                boost_us=of.boost_us if calls else DurationUs(0),
                boost_most=of.boost_most if calls else 0,
                channel=channel,
                interruptible=work.interruptible and not calls,
            )
        )
    return number


def known_class(state: Routing, queue: QueueId, ring: int, asked: Asked) -> Class | None:
    """The class of what is asked, if there is one: looking changes nothing."""
    of = state.queues.get(queue)
    if of is None:
        return None
    number = state.keys.get(_key(queue, min(max(ring, 0), len(of.rings)), asked, VOICE))
    return None if number is None else state.classes[number]


def class_of(state: Routing, queue: QueueId, ring: int, asked: Asked, channel: str = VOICE) -> int:
    """The number of the class of a contact that waits now. One that no definition speaks of (a
    flow of an older version, a priority that somebody changed) is added to the index."""
    known = len(state.classes)
    number = _class(state, queue, max(ring, 0), asked, channel)
    if number == known:
        _add(state, number)
    return number


def _add(state: Routing, number: int) -> None:
    """Gives a new class its bit, and its agents."""
    klass = state.classes[number]
    word, bit = divmod(number, WORD)
    if word == len(state.waiting):
        state.waiting.append(0)
        for profile in state.profiles:
            profile.mask.append(0)
        for mask in state.masks.values():
            mask.append(0)
    state.masks.setdefault(klass.channel, [0] * len(state.waiting))[word] |= 1 << bit
    able: set[int] = set()
    for place, profile in enumerate(state.profiles):
        if may_serve(profile.skills, profile.team, klass):
            profile.mask[word] |= 1 << bit
            reach = profile.reach.setdefault(klass.channel, Reach())
            reach.classes.append(number)
            reach.ranks.append(ranks.standing(profile, klass))
            able.add(place)
    for agent, seat in state.seats.items():
        if seat.state == "ready" and seat.profile in able and klass.channel in seat.open:
            reach = state.profiles[seat.profile].reach[klass.channel]
            rank = ranks.rank(reach.ranks[-1], klass, seat)
            heappush(klass.free, (rank, seat.since, seat.number, agent))
            klass.ready += 1


# --- agents ---


def _seats(state: Routing, floor: definition.Floor) -> None:
    seats: dict[str, Seat] = {}
    for agent in floor.agents:
        seat = state.seats.get(agent.id)
        if seat is None:
            seat = Seat(0, agent.skills)
        seat.skills, seat.team = agent.skills, agent.team
        seat.load.rest_us, seat.load.most_busy = agent.rest_us, agent.most_busy
        seat.capacity = agent.capacity
        seat.removed = False
        seats[agent.id] = seat
    for one, seat in state.seats.items():
        if one not in seats and seat.state != "out":
            seat.skills = ()
            seat.removed = True
            seats[one] = seat
    state.seats = seats


def _stand_all(state: Routing) -> None:
    """Profiles, lines and heaps, from the seats and the waiters."""
    state.waiting = [0] * (len(state.classes) // WORD + 1)
    for klass in state.classes:
        mask = state.masks[klass.channel]
        if not mask:
            mask.extend([0] * len(state.waiting))
        mask[klass.number // WORD] |= 1 << klass.number % WORD
    state.full = {}
    wanted = _by_skill(state)
    for agent, seat in state.seats.items():
        seat.profile = _profile(state, seat, wanted)
        capacity.weigh(state, seat)
        if seat.state == "ready":
            capacity.opens(state, seat)
            for channel in seat.open:
                reach = state.profiles[seat.profile].reach.get(channel, NOWHERE)
                for number, standing in zip(reach.classes, reach.ranks, strict=True):
                    klass = state.classes[number]
                    rank = ranks.rank(standing, klass, seat)
                    klass.free.append((rank, seat.since, seat.number, agent))
                    klass.ready += 1
    for contact, waiter in state.waiters.items():
        if not waiter.number or waiter.only is not None:
            continue
        state.classes[waiter.klass].line.places.append((waiter.since, waiter.order, contact))
        state.waiting[waiter.klass // WORD] |= 1 << waiter.klass % WORD
    for klass in state.classes:
        klass.line.places.sort()
        heapify(klass.free)


def _by_skill(state: Routing) -> dict[str, list[int]]:
    """Classes by one of their skills (the rarest would be best; any will do), and under the
    empty name those that ask for none: so that nobody is held against every class."""
    wanted: dict[str, list[int]] = {"": []}
    for number, klass in enumerate(state.classes):
        name = klass.skills[0].skill if klass.skills else ""
        wanted.setdefault(name, []).append(number)
    return wanted


def _profile(state: Routing, seat: Seat, wanted: dict[str, list[int]]) -> int:
    skills = " ".join(f"{skill.skill}:{skill.level}" for skill in seat.skills)
    gone = "gone" if seat.removed else ""  # even a queue that asks for nothing isn't theirs
    key = f"{seat.team} / {skills} {gone}"
    number = state.shared.get(key)
    if number is not None:
        return number
    number = state.shared[key] = len(state.profiles)
    profile = Profile(seat.skills, seat.team, [0] * len(state.waiting))
    state.profiles.append(profile)
    if seat.removed:
        return number
    names = ["", *(skill.skill for skill in seat.skills)]
    found = [n for name in names for n in wanted.get(name, ())]
    for n in sorted(n for n in found if may_serve(seat.skills, seat.team, state.classes[n])):
        klass = state.classes[n]
        profile.mask[n // WORD] |= 1 << n % WORD
        reach = profile.reach.setdefault(klass.channel, Reach())
        reach.classes.append(n)
        reach.ranks.append(ranks.standing(profile, klass))
    return number


def profile_of(state: Routing, seat: Seat) -> int:
    """The profile of a seat whose skills or team have changed."""
    return _profile(state, seat, _by_skill(state))


def could_serve(state: Routing, agent: AgentId, queue: QueueId, asked: Asked) -> bool:
    """Whether an agent may serve a contact of a queue, in its last ring at the latest."""
    seat, of = state.seats.get(agent), state.queues.get(queue)
    if seat is None or of is None or seat.removed:
        return False
    last = of.rings[-1] if of.rings else None
    teams = last.teams if last else of.teams
    needed = together(last.skills if last else of.skills, asked.skills)
    return (not teams or seat.team in teams) and definition.serves(seat.skills, needed)


def line_of(seat: Seat) -> Line:
    """The agent's own line."""
    if seat.own is None:
        seat.own = Line()
    return seat.own
