"""Which of the floor's events an estimate is folded from: in the cell, and in whoever shows it."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from roost.floor.agents import messages as agents
from roost.floor.calls import messages as calls
from roost.floor.estimates import model
from roost.floor.estimates.model import Estimates
from roost.floor.parties import SegmentKind
from roost.floor.queues import messages as queues
from roost.floor.queues.messages import Outcome
from roost.floor.routing import messages as routing
from roost.kernel.messages import Event
from roost.kernel.time import InstantUs


def _queued(state: Estimates, event: queues.ContactQueued, at: InstantUs) -> None:
    assert event.contact is not None
    model.queued(
        state,
        event.contact,
        event.queue,
        event.asked.raised,
        event.since,
        at,
        held=event.ring == model.HELD,
        later=event.callback is not None and event.callback.not_before > at,
    )


def _stands(state: Estimates, event: queues.CallbackStands, at: InstantUs) -> None:
    assert event.contact is not None
    model.stands(state, event.contact, at)


def _asks(
    state: Estimates, event: queues.RingWidened | queues.PriorityChanged, at: InstantUs
) -> None:
    assert event.contact is not None
    model.asks(state, event.contact, event.asked.raised, event.ring, at)


def _dequeued(state: Estimates, event: queues.ContactDequeued, at: InstantUs) -> None:
    assert event.contact is not None
    gave_up = event.outcome is Outcome.ABANDONED
    model.dequeued(state, event.contact, event.queue, gave_up, at)


def _assigned(state: Estimates, event: routing.Assigned, at: InstantUs) -> None:
    assert event.contact is not None
    model.assigned(state, event.contact, at)


def _taken(state: Estimates, event: agents.OfferTaken, at: InstantUs) -> None:
    if event.kind is SegmentKind.ANSWER:
        model.rang(state, event.rang_us)


def _offer_ended(state: Estimates, event: agents.OfferEnded, at: InstantUs) -> None:
    if event.contact is not None:
        model.not_taken(state, event.contact, at)
    if event.why != "caller_left":
        model.goes(state, event.agent, at)


def _gone(state: Estimates, event: agents.AgentAway | agents.AgentSignedOut, at: InstantUs) -> None:
    model.goes(state, event.agent, at)


def _closed(state: Estimates, event: agents.SegmentClosed, at: InstantUs) -> None:
    if event.kind is SegmentKind.ANSWER:
        spent = event.rang_us + event.talk_us + event.hold_us + event.wrap_up_us
        model.handled(state, event.queue, spent)


def _ended(state: Estimates, event: calls.ContactEnded, at: InstantUs) -> None:
    if event.contact is not None:
        model.ended(state, event.contact, at)


FOLDS: Final[Mapping[type[Event], Callable[[Estimates, Any, InstantUs], None]]] = {
    queues.ContactQueued: _queued,
    queues.CallbackStands: _stands,
    queues.RingWidened: _asks,
    queues.PriorityChanged: _asks,
    queues.ContactDequeued: _dequeued,
    routing.Assigned: _assigned,
    agents.OfferTaken: _taken,
    agents.OfferEnded: _offer_ended,
    agents.AgentAway: _gone,
    agents.AgentSignedOut: _gone,
    agents.SegmentClosed: _closed,
    calls.ContactEnded: _ended,
}
"""All but definitions (`model.configured`) and who comes (`model.comes`): with the skills that they
have by now, which routing knows."""
