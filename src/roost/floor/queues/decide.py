"""Entering a queue and leaving it."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from msgspec.structs import replace

from roost.floor.definition import Asked, together
from roost.floor.queues import messages as m
from roost.floor.queues.leaving import dequeued
from roost.floor.queues.messages import Kept
from roost.floor.queues.model import (
    HELD,
    MOST_RAISED,
    RINGING_US,
    Entry,
    Line,
    Queues,
    overflows_at,
    ring_at,
    widens_at,
)
from roost.kernel.ids import ContactId, Owner
from roost.kernel.messages import Command, Decision, Effect, Refusal, Wake
from roost.kernel.time import DurationUs, InstantUs, after

STALE: Final = Refusal("stale")


def wait(state: Queues, now: InstantUs, command: m.Wait) -> Decision | Refusal:
    """Into the queue; somebody whose agent was gone at once comes back to the old place."""
    old = state.entries.get(command.contact)
    if old is not None and not old.answered:
        return Refusal("already_waiting", {"contact": command.contact})
    line = state.lines.get(command.queue)
    full = line is not None and line.full and command.callback is None
    if line is None or line.removed or full:  # a promise had its place before
        owner = Owner(command.queue.partition("/")[0])  # a queue's id begins with its client's
        return Decision(
            (m.ContactTurnedAway(owner=owner, contact=command.contact, queue=command.queue),)
        )
    back = old is not None and old.queue == command.queue
    number = old.number + 1 if old else 1
    due = after(now, command.most_us)
    since = old.since if back and old else now
    before = None if back else command.before
    if command.since is not None and not back:
        since = command.since
    callback = command.callback
    if callback is not None:
        since = callback.since
    elif back and old and old.callback is not None:  # the customer is on the line by now
        callback = m.Callback(since, since, customer_first=False)
    asked, only = command.asked, command.only
    entry = Entry(command.queue, number, since, command.most_us, command.lapse, due, asked)
    entry.callback = callback
    entry.overflow = command.overflow
    until = after(now, command.only_us)
    if only is not None and (command.alone or (not back and command.only_from < until)):
        entry.only, entry.only_until, entry.alone = only, until, command.alone
    ring = ring_at(line, entry, now)
    event = m.ContactQueued(
        owner=line.owner,
        contact=command.contact,
        queue=command.queue,
        priority=line.priority + asked.raised,
        skills=together(line.skills, asked.skills),
        entry=number,
        since=since,
        most_us=command.most_us,
        lapse=command.lapse,
        asked=asked,
        ring=ring,
        only=only if ring == HELD else None,
        only_us=command.only_us if ring == HELD else DurationUs(0),
        overflow=command.overflow,
        before=before,
        callback=callback,
        kept=command.kept if ring == HELD else Kept.NO,
        alone=command.alone and ring == HELD,
    )
    return Decision((event,), _wakes(line, entry, command.contact, ring, now))


def _wakes(
    line: Line, entry: Entry, contact: ContactId, ring: int, now: InstantUs
) -> tuple[Effect, ...]:
    """All the timers of an entry, from the first."""
    number, callback = entry.number, entry.callback
    wakes: list[Effect] = [Wake(entry.due, m.WaitLapsed(contact, number))]
    if callback is not None and callback.not_before > now:
        wakes.append(Wake(callback.not_before, m.Stand(contact, number)))
    widens = widens_at(line, entry, ring)
    if widens is not None:
        wakes.append(Wake(widens, m.Widen(contact, number)))
    overflows = overflows_at(entry)
    if overflows is not None:
        wakes.append(Wake(max(now, overflows), m.OverflowDue(contact, number)))
    return tuple(wakes)


def widen(state: Queues, now: InstantUs, command: m.Widen) -> Decision | Refusal:
    """To the ring that the wait has come to, also while a phone rings."""
    entry = state.entries.get(command.contact)
    if entry is None or entry.answered or entry.number != command.entry:
        return STALE
    line = state.lines[entry.queue]
    if command.released and entry.only is not None:
        if entry.alone:
            return Decision((dequeued(line, command.contact, entry, now, entry.lapse),))
        entry = replace(entry, only=None)
    ring = ring_at(line, entry, now)
    widens = widens_at(line, entry, ring)
    wakes = () if widens is None else (Wake(widens, m.Widen(command.contact, entry.number)),)
    if ring == entry.ring:
        return Decision(effects=wakes)
    event = m.RingWidened(
        owner=line.owner,
        contact=command.contact,
        queue=entry.queue,
        entry=entry.number,
        ring=ring,
        asked=entry.asked,
    )
    return Decision((event,), wakes)


def stand(state: Queues, now: InstantUs, command: m.Stand) -> Decision | Refusal:
    entry = state.entries.get(command.contact)
    if entry is None or entry.answered or entry.number != command.entry or entry.callback is None:
        return STALE
    event = m.CallbackStands(
        owner=state.lines[entry.queue].owner,
        contact=command.contact,
        queue=entry.queue,
        entry=entry.number,
        on_line=command.on_line,
    )
    return Decision((event,))


def change_priority(state: Queues, now: InstantUs, command: m.ChangePriority) -> Decision | Refusal:
    entry = state.entries.get(command.contact)
    if entry is None or entry.answered:
        return Refusal("not_waiting", {"contact": command.contact})
    if not -MOST_RAISED <= command.raised <= MOST_RAISED:
        return Refusal("priority_out_of_range", {"most": str(MOST_RAISED)})
    event = m.PriorityChanged(
        owner=state.lines[entry.queue].owner,
        contact=command.contact,
        queue=entry.queue,
        entry=entry.number,
        ring=entry.ring,
        asked=Asked(entry.asked.skills, entry.asked.prefer, command.raised),
    )
    return Decision((event,))


def stop_waiting(state: Queues, now: InstantUs, command: m.StopWaiting) -> Decision | Refusal:
    entry = state.entries.get(command.contact)
    if entry is None or entry.answered:
        return STALE
    line = state.lines[entry.queue]
    return Decision((dequeued(line, command.contact, entry, now, command.outcome, command.agent),))


def wait_lapsed(state: Queues, now: InstantUs, command: m.WaitLapsed) -> Decision | Refusal:
    """The limit. A phone that rings just now may still be answered: looked at again soon."""
    entry = state.entries.get(command.contact)
    if entry is None or entry.answered or entry.number != command.entry:
        return STALE
    if entry.offer is not None:
        return Decision(effects=(Wake(after(now, RINGING_US), command),))
    if now < entry.due:
        return Decision(effects=(Wake(entry.due, command),))
    line = state.lines[entry.queue]
    return Decision((dequeued(line, command.contact, entry, now, entry.lapse),))


DECIDE: Final[Mapping[type[Command], Callable[[Queues, InstantUs, Any], Decision | Refusal]]] = {
    m.Wait: wait,
    m.StopWaiting: stop_waiting,
    m.Widen: widen,
    m.Stand: stand,
    m.ChangePriority: change_priority,
    m.WaitLapsed: wait_lapsed,
}
