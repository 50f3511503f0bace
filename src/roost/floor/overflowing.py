"""Into another queue with the wait that's behind one: decided on the whole floor, since whoever
serves a queue is routing's to know, and who waits in it the queues'."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from roost.floor.definition import Asked, Overflow
from roost.floor.queues import messages as queues
from roost.floor.queues.leaving import dequeued
from roost.floor.queues.messages import Outcome
from roost.floor.queues.model import RINGING_US, Entry, overflows_at, ways
from roost.floor.routing.served import nobody
from roost.floor.state import CellState
from roost.kernel.ids import ContactId, QueueId
from roost.kernel.messages import Command, Decision, Refusal, Wake
from roost.kernel.time import InstantUs, after


def overflow_due(
    state: CellState, now: InstantUs, command: queues.OverflowDue
) -> Decision | Refusal:
    """The first way that is open; looked at again when the next one may be. A phone that rings
    just now may still be answered."""
    entry = state.queues.entries.get(command.contact)
    if entry is None or entry.answered or entry.number != command.entry:
        return Refusal("stale")
    if entry.offer is not None:
        return Decision(effects=(Wake(after(now, RINGING_US), command),))
    for way in ways(entry):
        if now - entry.since >= way.after_us and _open(state, entry, way):
            line = state.queues.lines[entry.queue]
            outcome = Outcome.OVERFLOWED
            return Decision((dequeued(line, command.contact, entry, now, outcome, to=way.to),))
    later = overflows_at(entry, now)
    return Decision(effects=() if later is None else (Wake(later, command),))


def _open(state: CellState, entry: Entry, way: Overflow) -> bool:
    there = state.queues.lines.get(way.to)
    if there is None or there.full:
        return False
    return not way.when or nobody(state.routing, entry.queue, entry.asked, way.when)


def left_alone(state: CellState) -> Sequence[Command]:
    """Somebody has gone: who waits where nobody serves them any more, and may go elsewhere."""
    commands: list[Command] = []
    for queue, line in state.queues.lines.items():
        known: dict[tuple[Asked, str], bool] = {}
        for contact in line.leaving:
            entry = state.queues.entries[contact]
            for way in ways(entry):
                key = (entry.asked, way.when)
                if way.when and key not in known:
                    known[key] = nobody(state.routing, QueueId(queue), *key)
                if way.when and known[key]:
                    commands.append(queues.OverflowDue(ContactId(contact), entry.number))
                    break
    return commands


DECIDE: Final[Mapping[type[Command], Callable[[CellState, InstantUs, Any], Decision | Refusal]]] = {
    queues.OverflowDue: overflow_due
}
