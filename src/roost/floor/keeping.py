"""Whom a contact that enters a queue is held for: the agent whom its flow or its number names, or
who helped the caller last."""

from typing import Final

from roost.floor.familiar.model import last_helper
from roost.floor.flows import messages as flows
from roost.floor.flows.model import RESCUED, TRANSFERRED
from roost.floor.queues import messages as queues
from roost.floor.queues.messages import Kept, Outcome
from roost.floor.queues.model import Entry
from roost.floor.routing.index import could_serve
from roost.floor.routing.standing import there
from roost.floor.state import CellState
from roost.kernel.ids import AgentId, ContactId
from roost.kernel.messages import Command
from roost.kernel.time import DurationUs, InstantUs

HERE: Final = ("ready", "resting", "busy")  # nobody is held for who is away, or gone


def wait(state: CellState, contact: ContactId, act: flows.QueueNow, step: str) -> Command:
    """Into the queue. Without whom it's for alone, the flow goes on at once."""
    lapse = Outcome.VOICEMAIL if act.voicemail else Outcome.OVERFLOWED
    only, only_us, kept = act.agent, act.hold_us, Kept.NAMED
    if only is not None and not _there(state, only, act):
        if act.alone:
            return flows.QueueLeft(contact, absent=True)
        only = None
    elif only is None and step not in (RESCUED, TRANSFERRED):
        only, only_us, kept = _helper(state, contact, act), _hold_us(state, act), Kept.HELPED_LAST
    if only is None:
        return queues.Wait(
            contact,
            act.queue,
            act.asked,
            act.most_us,
            lapse,
            overflow=act.overflow,
            since=act.since,
            before=act.before,
        )
    seat = state.routing.seats[only]
    return queues.Wait(
        contact,
        act.queue,
        act.asked,
        act.most_us,
        lapse,
        only,
        only_us,
        kept,
        seat.rest_until if seat.state == "resting" else InstantUs(0),
        act.alone,
        act.overflow,
        act.since,
        act.before,
    )


def release(state: CellState, agent: AgentId) -> list[Command]:
    """Nobody waits for who is gone: what was held for them is anybody's of its queue, or leaves
    it."""
    seat = state.routing.seats.get(agent)
    if seat is None or seat.own is None:
        return []
    entries, waiters = state.queues.entries, state.routing.waiters
    return [
        queues.Widen(ContactId(place[2]), entries[place[2]].number, released=True)
        for place in seat.own.places[seat.own.head :]
        if there(waiters, place)
    ]


def unserved(state: CellState, agent: AgentId) -> list[Command]:
    """Who may not serve any more what was held for them, since they were moved."""
    seat = state.routing.seats.get(agent)
    if seat is None or seat.own is None:
        return []
    held = (
        ContactId(place[2])
        for place in seat.own.places[seat.own.head :]
        if there(state.routing.waiters, place)
    )
    return [widen(state, contact, state.queues.entries[contact]) for contact in held]


def widen(state: CellState, contact: ContactId, entry: Entry) -> Command:
    """After new definitions; whom it's held for may not serve its queue any more."""
    only = entry.only
    freed = only is not None and not could_serve(state.routing, only, entry.queue, entry.asked)
    return queues.Widen(contact, entry.number, freed)


def _there(state: CellState, agent: AgentId, act: flows.QueueNow) -> bool:
    seat = state.routing.seats.get(agent)
    there = seat is not None and seat.state in HERE
    return there and could_serve(state.routing, agent, act.queue, act.asked)


def _helper(state: CellState, contact: ContactId, act: flows.QueueNow) -> AgentId | None:
    agent = last_helper(state.familiar, contact, act.queue)
    return agent if agent is not None and _there(state, agent, act) else None


def _hold_us(state: CellState, act: flows.QueueNow) -> DurationUs:
    rule = state.familiar.rules.get(act.queue)
    return DurationUs(0) if rule is None else rule.hold_us
