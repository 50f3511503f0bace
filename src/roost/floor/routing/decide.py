"""Who gets whom, now. A newly waiting contact meets the ready agents, a newly ready agent the
waiting contacts, each in the step that made them so; so no eligible pair is ever left."""

from collections.abc import Callable, Iterator, Mapping, Set
from typing import Any, Final

from msgspec.structs import asdict

from roost.floor.definition import VOICE
from roost.floor.routing import candidates, capacity, order, ranks
from roost.floor.routing import messages as m
from roost.floor.routing.model import WORD, Class, Line, Place, Routing, Seat, Waiter
from roost.floor.routing.standing import there
from roost.kernel.ids import AgentId, ContactId, OfferId, TaskId
from roost.kernel.messages import NOTHING, Command, Decision, Refusal, Wake
from roost.kernel.time import MINUTE, DurationUs, InstantUs, after, between

DIRECT: Final = "direct/1"  # the policy of a transfer to a person
HELD: Final = "held/1"  # and of a contact that waits for one person only
STALE: Final = Refusal("stale")
SHUT_US: Final = DurationUs(5 * MINUTE)  # no other work is offered to who didn't take some


def match_contact(state: Routing, now: InstantUs, command: m.MatchContact) -> Decision | Refusal:
    """The head of this contact's class goes first: its older mate, if there is one."""
    waiter = state.waiters.get(command.contact)
    if waiter is None or not waiter.number:
        return NOTHING
    klass = state.classes[waiter.klass]
    if command.direct is not None:
        seat = state.seats.get(command.direct)
        wanted = "ready" if command.offer is None else "busy"
        if (
            seat is not None
            and seat.state == wanted
            and (wanted == "busy" or capacity.for_calls(seat))
        ):
            offer = command.offer
            event = _chosen(
                klass, waiter, seat, now, command.contact, command.direct, DIRECT, offer
            )
            return Decision((event,))
    if waiter.only is not None:
        seat = state.seats.get(waiter.only)
        if seat is None or not capacity.for_calls(seat):
            return NOTHING
        event = _chosen(klass, waiter, seat, now, command.contact, waiter.only, HELD)
        return Decision((event,))
    return _head_with_winner(state, now, klass)


def match_task(state: Routing, now: InstantUs, command: m.MatchTask) -> Decision | Refusal:
    """As a contact; it's nobody's own in the line."""
    waiter = state.waiters.get(command.task)
    if waiter is None or not waiter.number:
        return NOTHING
    return _head_with_winner(state, now, state.classes[waiter.klass])


def _head_with_winner(state: Routing, now: InstantUs, klass: Class) -> Decision:
    agent = candidates.winner(state, klass)
    if agent is None:
        return NOTHING
    place = klass.line.places[klass.line.head]
    return Decision((_goes(state, now, klass, ContactId(place[2]), agent),))


def _goes(
    state: Routing,
    now: InstantUs,
    klass: Class,
    contact: ContactId,
    agent: AgentId,
    taken: Set[str] = candidates.NOBODY,
) -> m.Assigned | m.WorkAssigned | m.TurnCame:
    """To the agent; or it's time to call the customer, who isn't on the line."""
    waiter = state.waiters[contact]
    if not waiter.calls_first:
        return _assigned(state, now, klass, contact, agent, taken)
    waited = between(waiter.since, now)
    return m.TurnCame(contact=contact, queue=klass.queue, agent=agent, waited_us=waited)


def _chosen(
    klass: Class,
    waiter: Waiter,
    seat: Seat,
    now: InstantUs,
    contact: ContactId,
    agent: AgentId,
    policy: str,
    offer: OfferId | None = None,
) -> m.Assigned:
    """For whom a person was named, or is kept: nobody else is a candidate."""
    return m.Assigned(
        contact=contact,
        agent=agent,
        offer=offer or OfferId(f"{contact}/o{waiter.offers + 1}"),
        queue=klass.queue,
        waited_us=between(waiter.since, now),
        policy=policy,
        candidates=(m.Candidate(agent, between(seat.since, now)),),
        eligible=1,
        excluded={},
        ring=klass.ring,
    )


def match_agent(state: Routing, now: InstantUs, command: m.MatchAgent) -> Decision | Refusal:
    """Among the heads of the classes that the agent may serve, and of the agent's own line."""
    seat = state.seats.get(command.agent)
    if seat is None:
        return NOTHING
    if seat.state == "resting":
        event = m.AgentRests(agent=command.agent, until=seat.rest_until)
        over = m.RestOver(command.agent, seat.number)
        return Decision((event,), (Wake(seat.rest_until, over),))
    if seat.state != "ready":
        return NOTHING
    best = _best_head(state, seat, now)
    own = _own_head(state, seat, now)
    if own is not None and (best is None or own[0] <= best[0]):
        contact = ContactId(own[0][2][2])
        waiter = state.waiters[contact]
        return Decision((_chosen(own[1], waiter, seat, now, contact, command.agent, HELD),))
    if best is None:
        return NOTHING
    return Decision((_goes(state, now, best[1], ContactId(best[0][2][2]), command.agent),))


def _best_head(state: Routing, seat: Seat, now: InstantUs) -> tuple[order.Key, Class] | None:
    if state.order == order.PRIORITY:
        return _first_by_priority(state, seat, now)
    best: tuple[order.Key, Class] | None = None
    waiting, classes, key = state.waiting, state.classes, order.key
    closed = capacity.closed(state, seat)
    for index, word in enumerate(state.profiles[seat.profile].mask):
        live = word & waiting[index]
        for mask in closed:
            live &= ~mask[index]
        while live:
            bit = live & -live
            live ^= bit
            klass = classes[index * WORD + bit.bit_length() - 1]
            line = klass.line
            one = key(state, klass, line.places[line.head], now)
            if best is None or one < best[0]:
                best = (one, klass)
    return best


def _first_by_priority(
    state: Routing, seat: Seat, now: InstantUs
) -> tuple[order.Key, Class] | None:
    """The same for the plain order, without a call and a tuple for each head."""
    found: Class | None = None
    first: Place = (0, 0, "")
    highest = 0
    waiting, classes = state.waiting, state.classes
    closed = capacity.closed(state, seat)
    for index, word in enumerate(state.profiles[seat.profile].mask):
        live = word & waiting[index]
        for mask in closed:
            live &= ~mask[index]
        while live:
            bit = live & -live
            live ^= bit
            klass = classes[index * WORD + bit.bit_length() - 1]
            line = klass.line
            place = line.places[line.head]
            priority = klass.priority
            if klass.boost_us:
                boost = (now - place[0]) // klass.boost_us
                priority += boost if boost < klass.boost_most else klass.boost_most  # noqa: FURB136
            if priority < highest and found is not None:
                continue
            if found is None or priority > highest or place < first:
                found, first, highest = klass, place, priority
    return None if found is None else ((-highest, 0, first), found)


def _own_head(state: Routing, seat: Seat, now: InstantUs) -> tuple[order.Key, Class] | None:
    own = seat.own
    if own is None or own.head == len(own.places) or VOICE not in seat.open:
        return None
    place = own.places[own.head]
    klass = state.classes[state.waiters[place[2]].klass]
    return order.key(state, klass, place, now), klass


def rest_over(state: Routing, now: InstantUs, command: m.RestOver) -> Decision | Refusal:
    """The agent may be offered something again."""
    seat = state.seats.get(command.agent)
    if seat is None or seat.state != "resting" or seat.number != command.number:
        return STALE
    return Decision((m.AgentRested(agent=command.agent),))


def _assigned(
    state: Routing,
    now: InstantUs,
    klass: Class,
    contact: ContactId,
    agent: AgentId,
    taken: Set[str] = candidates.NOBODY,
) -> m.Assigned | m.WorkAssigned:
    waiter = state.waiters[contact]
    found, eligible = candidates.first(state, klass, now, taken)
    if not found or found[0].agent != agent:
        # two became ready in one step: each is matched for itself
        own = m.Candidate(agent, between(state.seats[agent].since, now))
        others = [one for one in found if one.agent != agent]
        found = (own, *others[: candidates.SHOWN - 1])
    excluded: dict[str, int] = {}
    full = state.full.get(klass.channel, 0)
    if full:
        excluded["full"] = full
    if state.ready - full > eligible:
        excluded["skills"] = state.ready - full - eligible
    if state.busy:
        excluded["busy"] = state.busy
    if state.away:
        excluded["away"] = state.away
    if state.resting:
        excluded["resting"] = state.resting
    event = m.Assigned(
        contact=contact,
        agent=agent,
        offer=OfferId(f"{contact}/o{waiter.offers + 1}"),
        queue=klass.queue,
        waited_us=between(waiter.since, now),
        policy=ranks.policy(klass),
        candidates=found,
        eligible=eligible,
        excluded=excluded,
        ring=klass.ring,
        order=order.policy(state),
    )
    if klass.channel == VOICE:
        return event
    told: dict[str, Any] = asdict(event) | {"contact": waiter.about, "task": TaskId(contact)}
    return m.WorkAssigned(**told)


# --- work that isn't a call is refused ---


def shut_agent(state: Routing, now: InstantUs, command: m.ShutAgent) -> Decision | Refusal:
    """For SHUT_US from now on."""
    seat = state.seats.get(command.agent)
    if seat is None or seat.state == "out":
        return STALE
    until = after(now, SHUT_US)
    event = m.AgentShut(agent=command.agent, until=until)
    return Decision((event,), (Wake(until, m.OpenAgent(command.agent, until)),))


def open_agent(state: Routing, now: InstantUs, command: m.OpenAgent) -> Decision | Refusal:
    seat = state.seats.get(command.agent)
    if seat is None or seat.shut_until != command.until:
        return STALE
    return Decision((m.AgentOpened(agent=command.agent),))


# --- after new definitions: everybody who waits against everybody who is ready ---


def match_all(state: Routing, now: InstantUs, command: m.MatchAll) -> Decision | Refusal:
    """Contacts in the order that holds, each with the agent who is first for it; what a decision
    took is left out of those that follow."""
    anybody = state.unplaced is not None
    lines = {
        n: _contacts(state, klass.line)
        for n, klass in enumerate(state.classes)
        if klass.ready or anybody
    }
    heads = {n: next(line, None) for n, line in lines.items()}
    taken: set[str] = set()
    events: list[m.Assigned | m.WorkAssigned | m.TurnCame] = []
    while True:
        best: tuple[order.Key, int] | None = None
        for n, place in heads.items():
            if place is None:
                continue
            one = order.key(state, state.classes[n], place, now)
            if best is None or one < best[0]:
                best = (one, n)
        if best is None:
            return Decision(tuple(events))
        klass = state.classes[best[1]]
        agent = candidates.winner_besides(state, klass, taken)
        if agent is None:
            heads[best[1]] = None  # nobody is left for this class
            continue
        event = _goes(state, now, klass, ContactId(best[0][2][2]), agent, taken)
        events.append(event)
        if not isinstance(event, m.TurnCame):
            taken.add(agent)
        heads[best[1]] = next(lines[best[1]], None)


def _contacts(state: Routing, line: Line) -> Iterator[Place]:
    return (place for place in line.places[line.head :] if there(state.waiters, place))


DECIDE: Final[Mapping[type[Command], Callable[[Routing, InstantUs, Any], Decision | Refusal]]] = {
    m.MatchContact: match_contact,
    m.MatchTask: match_task,
    m.ShutAgent: shut_agent,
    m.OpenAgent: open_agent,
    m.MatchAgent: match_agent,
    m.MatchAll: match_all,
    m.RestOver: rest_over,
}
