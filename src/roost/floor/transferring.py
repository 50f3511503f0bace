"""What an agent asks for during a talk with more than two, or to hand it on: decided on the
whole cell, so that what can't come off is refused before anything is lost.

Each function takes the agent's command (agents/commands.py) and gives the calls' events. Only
the **host**, whose segment carries the contact, may consult, transfer, merge; a colleague who
was consulted may hang up, send keys and raise a hand.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final

from roost.floor.agents import messages as agents
from roost.floor.agents.model import Agent, Presence
from roost.floor.calls import messages as calls
from roost.floor.calls.model import Call, Leg, LegState
from roost.floor.calls.parties import Talk, parts
from roost.floor.calls.talks import customer_held, dial, fails, left, pending, put_back
from roost.floor.definition import serves
from roost.floor.effects import SendDigits, TellPhone, TrackPurpose
from roost.floor.parties import (
    MOST_PARTIES,
    Party,
    Target,
    ToAgent,
    ToEntry,
    ToNumber,
    ToQueue,
    kind_of,
)
from roost.floor.routing.capacity import for_calls
from roost.floor.state import CellState
from roost.kernel.ends import Reason
from roost.kernel.ids import AgentId, LegId, OfferId, QueueId
from roost.kernel.messages import Command, Decision, Refusal
from roost.kernel.time import InstantUs

MOST_DIGITS: Final = 32  # keys in one go
KEYS: Final = frozenset("0123456789*#ABCD")


class _Talking:
    """An agent in a talk: who, on which call, by which leg."""

    def __init__(self, agent: Agent, call: Call, leg: Leg) -> None:
        self.agent, self.call, self.leg = agent, call, leg

    @property
    def others(self) -> list[Leg]:
        there = parts(self.call, Party.CUSTOMER, Party.AGENT, Party.GUEST)
        return [one for one in there if one.id != self.leg.id]


def _talking(state: CellState, id: AgentId, host: bool = True) -> _Talking | Refusal:
    """Refused: unknown_agent, not_signed_in, no_contact, not_host."""
    agent = state.agents.agents.get(id)
    if agent is None:
        return Refusal("unknown_agent", {"agent": id})
    if agent.presence is Presence.SIGNED_OUT:
        return Refusal("not_signed_in", {"agent": id})
    nothing = Refusal("no_contact", {"agent": id})
    if agent.handling is None or agent.presence is not Presence.TALKING:
        return nothing
    call = state.calls.calls.get(agent.handling.contact)
    if call is None or call.ended_at is not None:
        return nothing
    for leg in call.legs.values():
        if leg.offer == agent.handling.offer and leg.joined:
            if host and call.host != leg.id:
                return Refusal("not_host", {"contact": call.id})
            return _Talking(agent, call, leg)
    return nothing


# --- targets ---


def _colleague(state: CellState, call: Call, me: AgentId, id: AgentId) -> AgentId | Refusal:
    agent = state.agents.agents.get(id)
    if agent is None or agent.removed or id == me or call.client not in agent.clients:
        return Refusal("unknown_target", {"target": id})
    if not agent.reachable:
        return Refusal("target_not_ready", {"target": id})
    return id


def _of_queue(state: CellState, call: Call, id: QueueId) -> Refusal | None:
    queue = state.routing.queues.get(id)
    if queue is None or queue.client != call.client:
        return Refusal("unknown_target", {"target": id})
    return None


def _longest_ready(state: CellState, me: AgentId, id: QueueId) -> AgentId | Refusal:
    """Whoever is ready longest, with nothing else in hand if possible, and has the queue's
    skills."""
    needed = state.routing.queues[id].skills
    best: tuple[int, int, int, str] | None = None
    for agent, seat in state.routing.seats.items():
        if for_calls(seat) and agent != me and serves(seat.skills, needed):
            place = (seat.loaded, seat.since, seat.number, agent)
            if best is None or place < best:
                best = place
    if best is None:
        return Refusal("target_not_ready", {"target": id})
    return AgentId(best[3])


def _outside(state: CellState, call: Call, target: ToEntry | ToNumber) -> Refusal | None:
    if isinstance(target, ToNumber):
        return None
    known = target.entry in state.calls.accounts[call.client].directory
    return None if known else Refusal("unknown_target", {"target": target.entry})


def _whom(state: CellState, talking: _Talking, target: Target) -> AgentId | Refusal | None:
    """The colleague to ring; None for an outside number."""
    call, me = talking.call, talking.agent.id
    match target:
        case ToAgent():
            return _colleague(state, call, me, target.agent)
        case ToQueue():
            return _of_queue(state, call, target.queue) or _longest_ready(state, me, target.queue)
        case ToEntry() | ToNumber():
            return _outside(state, call, target)


# --- consulting ---


def consult(
    state: CellState, now: InstantUs, command: agents.Consult, line: bool = False
) -> Decision | Refusal:
    """`line`: by the second line of the agent's own phone."""
    talking = _talking(state, command.agent)
    if isinstance(talking, Refusal):
        return talking
    call = talking.call
    if call.transfer is not None:
        return Refusal("consulting", {"contact": call.id})
    if _crowded(call):
        return Refusal("too_many_parties", {"most": str(MOST_PARTIES)})
    whom = _whom(state, talking, command.target)
    if isinstance(whom, Refusal):
        return whom
    talk = Talk(state.calls, call)
    talk.hold_others(talking.leg.id, held=True)
    talk.tell(_started(talking, "consult", command.target, whom, line))
    if whom is not None:
        talk.tell(_invited(state, talking, whom))
    else:
        _dial_guest(state, talk, command.target, now)
    return talk.decision()


def _crowded(call: Call) -> bool:
    there = [leg for leg in call.legs.values() if leg.state is not LegState.ENDING]
    return len(there) >= MOST_PARTIES


def _started(
    talking: _Talking, how: str, target: Target, to: AgentId | None, line: bool = False
) -> calls.TransferStarted:
    call = talking.call
    return calls.TransferStarted(
        owner=call.owner,
        contact=call.id,
        how=how,
        kind=kind_of(target),
        agent=talking.agent.id,
        to=to,
        queue=target.queue if isinstance(target, ToQueue) else None,
        line=line,
    )


def _invited(state: CellState, talking: _Talking, whom: AgentId) -> calls.AgentInvited:
    call, handling = talking.call, talking.agent.handling
    assert handling is not None
    queue = state.routing.queues.get(handling.queue)
    return calls.AgentInvited(
        owner=call.owner,
        contact=call.id,
        agent=whom,
        offer=OfferId(f"{call.id}/op{call.offers_made + 1}"),
        by=talking.agent.id,
        queue=handling.queue,
        ring_us=queue.ring_us if queue else handling.ring_us,
    )


def _dial_guest(state: CellState, talk: Talk, target: Target, now: InstantUs) -> None:
    call = talk.call
    event = calls.LegDialled(
        owner=call.owner,
        contact=call.id,
        leg=LegId(f"{call.id}/g{call.legs_made + 1}"),
        agent=None,
        offer=None,
        party=Party.GUEST,
        number=target.number if isinstance(target, ToNumber) else None,
        entry=target.entry if isinstance(target, ToEntry) else None,
    )
    talk.called(event.leg, Party.GUEST)
    talk.tell(event, *dial(state.calls, call, event, now))


# --- handing on ---


def transfer(state: CellState, now: InstantUs, command: agents.Transfer) -> Decision | Refusal:
    talking = _talking(state, command.agent)
    if isinstance(talking, Refusal):
        return talking
    call, target = talking.call, command.target
    if call.transfer is not None or len(talking.others) > 1:
        return Refusal("consulting", {"contact": call.id})
    talk = Talk(state.calls, call)
    if isinstance(target, ToQueue):
        refused = _of_queue(state, call, target.queue) or _full(state, target.queue)
        if refused is not None:
            return refused
        talk.tell(_started(talking, "blind", target, None))
        talk.let_go(talking.leg, Reason.TRANSFERRED)
        put_back(talk, queue=target.queue, transferred=True)
        return talk.as_it_stands()
    whom = _whom(state, talking, target)
    if isinstance(whom, Refusal):
        return whom
    talk.tell(_started(talking, "blind", target, whom))
    talk.let_go(talking.leg, Reason.TRANSFERRED)
    if whom is not None:
        put_back(talk, direct=whom, transferred=True)
        return talk.as_it_stands()
    talk.host(None)
    talk.hold_others(talking.leg.id, held=False)
    _dial_guest(state, talk, target, now)
    return talk.decision()


def _full(state: CellState, queue: QueueId) -> Refusal | None:
    line = state.queues.lines.get(queue)
    if line is None or line.full:
        return Refusal("queue_full", {"queue": queue})
    return None


def complete(
    state: CellState, now: InstantUs, command: agents.CompleteTransfer
) -> Decision | Refusal:
    talking = _talking(state, command.agent)
    if isinstance(talking, Refusal):
        return talking
    call = talking.call
    called = pending(call)
    if called is not None:
        return _complete_blind(state, talking, called)
    others = parts(call, Party.AGENT, Party.GUEST)
    done = None
    if len(others) > 1 and len(talking.others) > 1:
        done = left(state.calls, call, talking.leg, now, None, Reason.TRANSFERRED)
    return done or Refusal("no_other_party", {"contact": call.id})


def _complete_blind(state: CellState, talking: _Talking, called: Leg) -> Decision:
    """Who is being called gets the customer, with nobody between."""
    call = talking.call
    assert call.transfer is not None
    talk = Talk(state.calls, call)
    talk.tell(
        calls.TransferStarted(
            owner=call.owner,
            contact=call.id,
            how="blind",
            kind=call.transfer.kind,
            agent=talking.agent.id,
            to=called.agent,
        )
    )
    talk.let_go(talking.leg, Reason.TRANSFERRED)
    if called.party is Party.AGENT:
        put_back(talk, direct=called.agent, ringing=called.offer, transferred=True)
        return talk.as_it_stands()
    talk.host(None)
    talk.hold_others(talking.leg.id, held=False)
    return talk.decision()


def refer(state: CellState, now: InstantUs, command: calls.ReferAsked) -> Decision | Refusal:
    """The phone's transfer key: as the desk's, and the phone is told."""
    agent = _agent_of(state, command.leg)
    if agent is None:
        return Refusal("no_contact", {"agent": command.leg})
    return _told(command.leg, transfer(state, now, agents.Transfer(agent, command.target)))


def replaces(state: CellState, now: InstantUs, command: calls.ReplacesAsked) -> Decision | Refusal:
    agent = _agent_of(state, command.leg)
    if agent is None:
        return Refusal("no_contact", {"agent": command.leg})
    if state.calls.legs.get(command.with_leg) != state.calls.legs.get(command.leg):
        return Refusal("other_contact", {"leg": command.with_leg})
    return _told(command.leg, complete(state, now, agents.CompleteTransfer(agent)))


def line_asked(state: CellState, now: InstantUs, command: calls.LineAsked) -> Decision | Refusal:
    """The phone calls by its second line: as the desk's Consult. A second line of a phone whose
    leg carries nobody's contact consults nobody."""
    agent = _agent_of(state, command.leg)
    if agent is None:
        return Refusal("no_contact", {"agent": command.leg})
    return consult(state, now, agents.Consult(agent, command.target), line=True)


def _agent_of(state: CellState, id: LegId) -> AgentId | None:
    contact = state.calls.legs.get(id)
    call = state.calls.calls.get(contact) if contact else None
    leg = call.legs.get(id) if call else None
    return leg.agent if leg else None


def _told(leg: LegId, decision: Decision | Refusal) -> Decision | Refusal:
    """The contact is ours to look after from here: to the phone its transfer has succeeded."""
    if isinstance(decision, Refusal):
        return decision
    return Decision(decision.events, (TellPhone(leg, 200), *decision.effects), decision.drops)


# --- with several in the talk ---


def toggle(state: CellState, now: InstantUs, command: agents.Toggle) -> Decision | Refusal:
    talking = _talking(state, command.agent)
    if isinstance(talking, Refusal):
        return talking
    others = talking.others
    if len(others) < 2:
        return Refusal("no_other_party", {"contact": talking.call.id})
    talk = Talk(state.calls, talking.call)
    for one in others:
        talk.hold(one.id, not one.held)
    return talk.decision()


def merge(state: CellState, now: InstantUs, command: agents.Merge) -> Decision | Refusal:
    talking = _talking(state, command.agent)
    if isinstance(talking, Refusal):
        return talking
    call, others = talking.call, talking.others
    if len(others) < 2:
        return Refusal("no_other_party", {"contact": call.id})
    if call.transfer is None and not any(one.held for one in others):
        return Refusal("already_so", {"agent": command.agent})
    talk = Talk(state.calls, call)
    talk.hold_others(talking.leg.id, held=False)
    talk.tell(calls.PartiesMerged(owner=call.owner, contact=call.id))
    return talk.decision()


def drop(state: CellState, now: InstantUs, command: agents.DropParty) -> Decision | Refusal:
    talking = _talking(state, command.agent)
    if isinstance(talking, Refusal):
        return talking
    call = talking.call
    leg = call.legs.get(command.leg)
    if leg is None or leg.id == talking.leg.id or leg.state is LegState.ENDING:
        return Refusal("unknown_party", {"leg": command.leg})
    if leg.party not in (Party.AGENT, Party.GUEST):
        return Refusal("unknown_party", {"leg": command.leg})
    talk = Talk(state.calls, call)
    if call.transfer is not None and call.transfer.leg == leg.id:
        fails(talk, Reason.CANCELLED)
    talk.let_go(leg, Reason.CALLER_LEFT)
    return talk.decision()


def hold(state: CellState, now: InstantUs, command: agents.Hold) -> Decision | Refusal:
    """Back from hold would let whom one consults in on the customer: that's for toggle, merge."""
    talking = _talking(state, command.agent)
    if isinstance(talking, Refusal):
        return talking
    call = talking.call
    if call.transfer is not None and pending(call) is None:
        return Refusal("consulting", {"contact": call.id})
    if customer_held(call) == command.held:
        return Refusal("already_so", {"agent": command.agent})
    event = agents.HoldAsked(contact=call.id, agent=command.agent, held=command.held)
    return Decision((event,))


def send_digits(state: CellState, now: InstantUs, command: agents.SendDigits) -> Decision | Refusal:
    talking = _talking(state, command.agent, host=False)
    if isinstance(talking, Refusal):
        return talking
    if not 0 < len(command.digits) <= MOST_DIGITS or not KEYS.issuperset(command.digits):
        return Refusal("digits_wrong", {"most": str(MOST_DIGITS)})
    outside = [
        one for one in talking.others if one.party in (Party.GUEST, Party.CUSTOMER) and not one.held
    ]
    outside.sort(key=lambda leg: leg.party is not Party.GUEST)
    if not outside:
        return Refusal("no_other_party", {"contact": talking.call.id})
    call = talking.call
    keys = SendDigits(call.media, call.id, outside[0].id, command.digits)
    return Decision(effects=(keys,))


def pause(state: CellState, now: InstantUs, command: agents.PauseRecording) -> Decision | Refusal:
    talking = _talking(state, command.agent)
    if isinstance(talking, Refusal):
        return talking
    call = talking.call
    recorded = any(
        track.purpose is TrackPurpose.RECORDING and not track.over for track in call.tracks.values()
    )
    if not recorded:
        return Refusal("not_recorded", {"contact": call.id})
    if call.paused == command.paused:
        return Refusal("already_so", {"agent": command.agent})
    event = agents.PauseAsked(
        owner=call.owner, contact=call.id, agent=command.agent, paused=command.paused
    )
    return Decision((event,))


DECIDE: Final[Mapping[type[Command], Callable[[CellState, InstantUs, Any], Decision | Refusal]]] = {
    agents.Consult: consult,
    agents.Transfer: transfer,
    agents.CompleteTransfer: complete,
    agents.Toggle: toggle,
    agents.Merge: merge,
    agents.DropParty: drop,
    agents.Hold: hold,
    agents.SendDigits: send_digits,
    agents.PauseRecording: pause,
    calls.ReferAsked: refer,
    calls.ReplacesAsked: replaces,
    calls.LineAsked: line_asked,
}
