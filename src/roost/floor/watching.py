"""A supervisor listens to an agent's talk, whispers to that agent, barges in, takes over.

The watcher is a leg of the contact (`calls/parties.py` says who hears it), and a person who is
away meanwhile: never offered anything, and no part of anybody's figures. When the agent watched
leaves the contact, the watcher's leg goes with it.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final

from roost.floor.agents import messages as agents
from roost.floor.agents.model import Agent, Presence
from roost.floor.calls import messages as calls
from roost.floor.calls.model import Call, Leg, LegState
from roost.floor.calls.parties import Talk
from roost.floor.effects import DialAgent
from roost.floor.parties import MOST_PARTIES, RING_US, Party
from roost.floor.state import CellState
from roost.kernel.ends import Reason
from roost.kernel.ids import LegId, OfferId
from roost.kernel.messages import Command, Decision, Refusal, Wake
from roost.kernel.time import InstantUs, after


def watch(state: CellState, now: InstantUs, command: agents.Watch) -> Decision | Refusal:
    watcher = state.agents.agents.get(command.agent)
    refused = _may_watch(watcher, command)
    if refused is not None or watcher is None:
        return refused or Refusal("unknown_agent", {"agent": command.agent})
    found = _talk_of(state, command)
    if isinstance(found, Refusal):
        return found
    call, watched = found
    if len([leg for leg in call.legs.values() if leg.state is not LegState.ENDING]) >= MOST_PARTIES:
        return Refusal("too_many_parties", {"most": str(MOST_PARTIES)})
    leg = LegId(f"{call.id}/w{call.legs_made + 1}")
    offer = OfferId(f"{call.id}/op{call.offers_made + 1}")
    dialled = calls.LegDialled(
        owner=call.owner,
        contact=call.id,
        leg=leg,
        agent=watcher.id,
        offer=offer,
        party=Party.WATCHER,
        watches=watched.id,
        mode=command.mode,
    )
    started = agents.WatchStarted(
        contact=call.id, agent=watcher.id, of=command.of, offer=offer, mode=command.mode
    )
    dial = DialAgent(
        leg, call.id, watcher.id, call.client, call.media, call.caller,
        party=Party.WATCHER, asked=True,
    )  # fmt: skip
    return Decision((started, dialled), (dial, Wake(after(now, RING_US), calls.RingLapsed(leg))))


def _may_watch(watcher: Agent | None, command: agents.Watch) -> Refusal | None:
    if watcher is None:
        return Refusal("unknown_agent", {"agent": command.agent})
    if watcher.presence is Presence.SIGNED_OUT:
        return Refusal("not_signed_in", {"agent": watcher.id})
    if watcher.watching is not None:
        return Refusal("watching", {"agent": watcher.watching.of})
    if watcher.presence is not Presence.AWAY:
        return Refusal("not_away", {"agent": watcher.id})
    if not watcher.phone:
        return Refusal("no_phone", {"agent": watcher.id})
    return None


def _talk_of(state: CellState, command: agents.Watch) -> tuple[Call, Leg] | Refusal:
    of = state.agents.agents.get(command.of)
    nothing = Refusal("no_contact", {"agent": command.of})
    if of is None or of.handling is None or of.presence is not Presence.TALKING:
        return nothing
    call = state.calls.calls.get(of.handling.contact)
    if call is None or call.ended_at is not None:
        return nothing
    for leg in call.legs.values():
        if leg.offer == of.handling.offer and leg.joined:
            return call, leg
    return nothing


def _watching(state: CellState, command: Any) -> tuple[Call, Leg] | Refusal:
    """The watcher's own leg. Refused: not_watching."""
    watcher = state.agents.agents.get(command.agent)
    nothing = Refusal("not_watching", {"agent": command.agent})
    if watcher is None or watcher.watching is None:
        return nothing
    call = state.calls.calls.get(watcher.watching.contact)
    if call is None or call.ended_at is not None:
        return nothing
    for leg in call.legs.values():
        if leg.offer == watcher.watching.offer and leg.state is not LegState.ENDING:
            return call, leg
    return nothing


def set_watch(state: CellState, now: InstantUs, command: agents.SetWatch) -> Decision | Refusal:
    found = _watching(state, command)
    if isinstance(found, Refusal):
        return found
    call, leg = found
    if leg.mode is command.mode:
        return Refusal("already_so", {"agent": command.agent})
    talk = Talk(state.calls, call)
    talk.tell(
        calls.WatchSet(
            owner=call.owner, contact=call.id, leg=leg.id, agent=command.agent, mode=command.mode
        )
    )
    voice = talk.voices.get(leg.id)
    if voice is None:  # the phone rings still
        return talk.as_it_stands()
    voice.mode = command.mode
    return talk.decision()


def stop_watching(
    state: CellState, now: InstantUs, command: agents.StopWatching
) -> Decision | Refusal:
    found = _watching(state, command)
    if isinstance(found, Refusal):
        return found
    call, leg = found
    talk = Talk(state.calls, call)
    talk.let_go(leg, Reason.HUNG_UP)
    return talk.decision()


def take_over(state: CellState, now: InstantUs, command: agents.TakeOver) -> Decision | Refusal:
    """The watcher becomes the contact's agent; the one watched is thanked and goes to wrap-up."""
    found = _watching(state, command)
    if isinstance(found, Refusal):
        return found
    call, leg = found
    watched = call.legs.get(leg.watches or LegId(""))
    if not leg.joined or watched is None or not watched.joined or call.host != watched.id:
        return Refusal("no_contact", {"agent": command.agent})
    of = state.agents.agents.get(watched.agent or "")
    if of is None or of.handling is None or leg.offer is None:
        return Refusal("no_contact", {"agent": command.agent})
    talk = Talk(state.calls, call)
    talk.tell(
        calls.WatcherJoined(
            owner=call.owner,
            contact=call.id,
            leg=leg.id,
            agent=command.agent,
            offer=leg.offer,
            queue=of.handling.queue,
        )
    )
    talk.takes_over(leg)
    talk.hold_others(watched.id, held=False)
    talk.let_go(watched, Reason.TRANSFERRED)
    return talk.decision()


DECIDE: Final[Mapping[type[Command], Callable[[CellState, InstantUs, Any], Decision | Refusal]]] = {
    agents.Watch: watch,
    agents.SetWatch: set_watch,
    agents.StopWatching: stop_watching,
    agents.TakeOver: take_over,
}
