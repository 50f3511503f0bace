"""The index made from definitions: classes, profiles, seats, and everybody's place among them."""

from heapq import heapify, heappush
from typing import Final

from roost.floor import definition
from roost.floor.definition import NOTHING_ASKED, Asked, together
from roost.floor.routing import promises, ranks
from roost.floor.routing.model import (
    WORD,
    Class,
    Line,
    Profile,
    Routing,
    Seat,
    may_serve,
)
from roost.kernel.ids import AgentId, QueueId

HELD: Final = -1  # the ring of a contact that waits for one agent only


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
    for queue in floor.queues:
        _rings(state, queue, NOTHING_ASKED)
    for flow in floor.flows:
        for step in flow.steps.values():
            if isinstance(step, definition.Enqueue) and step.queue in queues:
                _rings(state, queues[step.queue], Asked(step.skills, step.prefer, step.priority))
    for waiter in state.waiters.values():
        was = old[waiter.klass]
        waiter.klass = _class(state, was.queue, was.ring, was.asked)
    state.unplaced = None  # all who are ready are placed anew
    _seats(state, floor)
    _stand_all(state)


def _rings(state: Routing, queue: definition.Queue, asked: Asked) -> None:
    for ring in range(len(queue.rings) + 1):
        _class(state, queue.id, ring, asked)


# --- classes ---


def _key(queue: QueueId, ring: int, asked: Asked) -> str:
    if asked == NOTHING_ASKED:
        return f"{queue} {ring}"
    skills = " ".join(f"{skill.skill}:{skill.level}" for skill in asked.skills)
    prefer = " ".join(f"{skill.skill}:{skill.level}" for skill in asked.prefer)
    return f"{queue} {ring} {asked.raised} {skills} / {prefer}"


def _class(state: Routing, queue: QueueId, ring: int, asked: Asked) -> int:
    """The number of a class; it's made if there's none yet."""
    of = state.queues[queue]
    ring = min(ring, len(of.rings))
    key = _key(queue, ring, asked)
    number = state.keys.get(key)
    if number is None:
        wider = of.rings[ring - 1] if ring > 0 else None
        number = state.keys[key] = len(state.classes)
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
                priority=of.priority + asked.raised,
                ring_us=of.ring_us,
                rule=of.agents,
                moves=of.agents in ranks.MOVING,
                boost_us=of.boost_us,
                boost_most=of.boost_most,
            )
        )
    return number


def class_of(state: Routing, queue: QueueId, ring: int, asked: Asked) -> int:
    """The number of the class of a contact that waits now. One that no definition speaks of (a
    flow of an older version, a priority that somebody changed) is added to the index."""
    known = len(state.classes)
    number = _class(state, queue, max(ring, 0), asked)
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
    able: set[int] = set()
    for place, profile in enumerate(state.profiles):
        if may_serve(profile.skills, profile.team, klass):
            profile.mask[word] |= 1 << bit
            profile.classes.append(number)
            profile.ranks.append(ranks.standing(profile, klass))
            able.add(place)
    for agent, seat in state.seats.items():
        if seat.state == "ready" and seat.profile in able:
            rank = state.profiles[seat.profile].ranks[-1]
            if klass.moves:
                rank += ranks.MOVING[klass.rule](seat, klass, seat.stood)
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
    wanted = _by_skill(state)
    for agent, seat in state.seats.items():
        seat.profile = _profile(state, seat, wanted)
        if seat.state == "ready":
            profile = state.profiles[seat.profile]
            for number, rank in zip(profile.classes, profile.ranks, strict=True):
                klass = state.classes[number]
                if klass.moves:
                    rank += ranks.MOVING[klass.rule](seat, klass, seat.stood)
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
    profile.classes = sorted(
        n for n in found if may_serve(seat.skills, seat.team, state.classes[n])
    )
    for n in profile.classes:
        profile.mask[n // WORD] |= 1 << n % WORD
    profile.ranks = [ranks.standing(profile, state.classes[n]) for n in profile.classes]
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
