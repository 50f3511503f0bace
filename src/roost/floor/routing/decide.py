"""Who gets whom, now. A newly waiting contact meets the ready agents, a newly ready agent the
waiting contacts, each in the step that made them so; so no eligible pair is ever left."""

from collections.abc import Callable, Iterator, Mapping, Set
from typing import Any, Final

from roost.floor.routing import longest_idle
from roost.floor.routing import messages as m
from roost.floor.routing.model import WORD, Class, Line, Place, Routing, Seat, Waiter
from roost.kernel.ids import AgentId, ContactId, OfferId
from roost.kernel.messages import NOTHING, Command, Decision, Refusal
from roost.kernel.time import InstantUs, between

DIRECT: Final = "direct/1"  # the policy of a transfer to a person


def match_contact(state: Routing, now: InstantUs, command: m.MatchContact) -> Decision | Refusal:
    """The head of this contact's class goes first: its older mate, if there is one."""
    waiter = state.waiters.get(command.contact)
    if waiter is None or not waiter.number:
        return NOTHING
    klass = state.classes[waiter.klass]
    if command.direct is not None:
        direct = _direct(state, now, command, klass, waiter)
        if direct is not None:
            return direct
    agent = longest_idle.winner(state, klass)
    if agent is None:
        return NOTHING
    place = klass.line.places[klass.line.head]
    return Decision((_assigned(state, now, klass, ContactId(place[2]), agent),))


def _direct(
    state: Routing, now: InstantUs, command: m.MatchContact, klass: Class, waiter: Waiter
) -> Decision | None:
    """Whom an agent chose, whatever their skills. None: not ready (any more)."""
    seat = state.seats.get(command.direct or "")
    if command.direct is None or seat is None:
        return None
    if seat.state != ("ready" if command.offer is None else "busy"):
        return None
    event = m.Assigned(
        contact=command.contact,
        agent=command.direct,
        offer=command.offer or OfferId(f"{command.contact}/o{waiter.offers + 1}"),
        queue=klass.queue,
        waited_us=between(waiter.since, now),
        policy=DIRECT,
        candidates=(m.Candidate(command.direct, between(seat.since, now)),),
        eligible=1,
        excluded={},
    )
    return Decision((event,))


def match_agent(state: Routing, now: InstantUs, command: m.MatchAgent) -> Decision | Refusal:
    """Among the heads of the classes that the agent can serve: priority, then time."""
    seat = state.seats.get(command.agent)
    if seat is None or seat.state != "ready":
        return NOTHING
    best: tuple[int, Place, Class] | None = None
    waiting = state.waiting
    for index, word in enumerate(state.groups[seat.group].mask):
        live = word & waiting[index]
        while live:
            bit = live & -live
            live ^= bit
            klass = state.classes[index * WORD + bit.bit_length() - 1]
            place = klass.line.places[klass.line.head]
            if best is None or (-klass.priority, place) < best[:2]:
                best = (-klass.priority, place, klass)
    if best is None:
        return NOTHING
    return Decision((_assigned(state, now, best[2], ContactId(best[1][2]), command.agent),))


def _assigned(
    state: Routing,
    now: InstantUs,
    klass: Class,
    contact: ContactId,
    agent: AgentId,
    taken: Set[str] = longest_idle.NOBODY,
) -> m.Assigned:
    waiter = state.waiters[contact]
    candidates, eligible = longest_idle.first(state, klass, now, taken)
    if not candidates or candidates[0].agent != agent:
        # two became ready in one step: each is matched for itself
        own = m.Candidate(agent, between(state.seats[agent].since, now))
        others = [one for one in candidates if one.agent != agent]
        candidates = (own, *others[: longest_idle.SHOWN - 1])
    excluded: dict[str, int] = {}
    if state.ready > eligible:
        excluded["skills"] = state.ready - eligible
    if state.busy:
        excluded["busy"] = state.busy
    if state.away:
        excluded["away"] = state.away
    return m.Assigned(
        contact=contact,
        agent=agent,
        offer=OfferId(f"{contact}/o{waiter.offers + 1}"),
        queue=klass.queue,
        waited_us=between(waiter.since, now),
        policy=longest_idle.POLICY,
        candidates=candidates,
        eligible=eligible,
        excluded=excluded,
    )


# --- after new definitions: everybody who waits against everybody who is ready ---


def match_all(state: Routing, now: InstantUs, command: m.MatchAll) -> Decision | Refusal:
    """Contacts in order of priority and time, each with the longest idle who can serve; what a
    decision took is left out of those that follow."""
    lines = {n: _contacts(state, klass.line) for n, klass in enumerate(state.classes)}
    heads = {n: next(line, None) for n, line in lines.items()}
    taken: set[str] = set()
    events: list[m.Assigned] = []
    while True:
        best: tuple[int, Place, int] | None = None
        for n, place in heads.items():
            if place is None:
                continue
            key = (-state.classes[n].priority, place, n)
            if best is None or key < best:
                best = key
        if best is None:
            return Decision(tuple(events))
        klass = state.classes[best[2]]
        agent = _longest_idle_left(state, klass, taken)
        if agent is None:
            heads[best[2]] = None  # nobody is left for this class
            continue
        events.append(_assigned(state, now, klass, ContactId(best[1][2]), agent, taken))
        taken.add(agent)
        heads[best[2]] = next(lines[best[2]], None)


def _contacts(state: Routing, line: Line) -> Iterator[Place]:
    return (place for place in line.places[line.head :] if _there(state.waiters, place))


def _there(known: Mapping[str, Waiter] | Mapping[str, Seat], place: Place) -> bool:
    one = known.get(place[2])
    return one is not None and one.number == place[1]


def _longest_idle_left(state: Routing, klass: Class, taken: set[str]) -> AgentId | None:
    best: Place | None = None
    for number in klass.groups:
        line = state.groups[number].line
        for place in line.places[line.head :]:
            if place[2] not in taken and _there(state.seats, place):
                if best is None or place < best:
                    best = place
                break
    return None if best is None else AgentId(best[2])


DECIDE: Final[Mapping[type[Command], Callable[[Routing, InstantUs, Any], Decision | Refusal]]] = {
    m.MatchContact: match_contact,
    m.MatchAgent: match_agent,
    m.MatchAll: match_all,
}
