"""Entering a queue and leaving it."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from roost.floor.definition import Skill
from roost.floor.queues import messages as m
from roost.floor.queues.messages import Outcome
from roost.floor.queues.model import RINGING_US, Entry, Line, Queues
from roost.kernel.ids import AgentId, ContactId, Owner
from roost.kernel.messages import Command, Decision, Refusal, Wake
from roost.kernel.time import InstantUs, after, between

STALE: Final = Refusal("stale")


def wait(state: Queues, now: InstantUs, command: m.Wait) -> Decision | Refusal:
    """Into the queue; somebody whose agent was gone at once comes back to the old place."""
    old = state.entries.get(command.contact)
    if old is not None and not old.answered:
        return Refusal("already_waiting", {"contact": command.contact})
    line = state.lines.get(command.queue)
    if line is None or line.removed or line.waiting >= line.most_waiting:
        owner = Owner(command.queue.partition("/")[0])  # a queue's id begins with its client's
        return Decision(
            (m.ContactTurnedAway(owner=owner, contact=command.contact, queue=command.queue),)
        )
    back = old is not None and old.queue == command.queue
    event = m.ContactQueued(
        owner=line.owner,
        contact=command.contact,
        queue=command.queue,
        priority=line.priority + command.priority,
        skills=together(line.skills, command.skills) if command.skills else line.skills,
        entry=old.number + 1 if old else 1,
        since=old.since if back and old else now,
        most_us=command.most_us,
        lapse=command.lapse,
    )
    due = after(now, command.most_us)
    return Decision((event,), (Wake(due, m.WaitLapsed(command.contact, event.entry)),))


def together(own: tuple[Skill, ...], more: tuple[Skill, ...]) -> tuple[Skill, ...]:
    """Both lists' skills, each once with the higher level, in the order of their names."""
    levels = {skill.skill: skill.level for skill in own}
    for skill in more:
        levels[skill.skill] = max(skill.level, levels.get(skill.skill, 0))
    return tuple(Skill(skill, levels[skill]) for skill in sorted(levels))


def stop_waiting(state: Queues, now: InstantUs, command: m.StopWaiting) -> Decision | Refusal:
    entry = state.entries.get(command.contact)
    if entry is None or entry.answered:
        return STALE
    line = state.lines[entry.queue]
    return Decision((_dequeued(line, command.contact, entry, now, command.outcome, command.agent),))


def _dequeued(
    line: Line,
    contact: ContactId,
    entry: Entry,
    now: InstantUs,
    outcome: Outcome,
    agent: AgentId | None,
) -> m.ContactDequeued:
    waited = between(entry.since, now)
    return m.ContactDequeued(
        owner=line.owner,
        contact=contact,
        queue=entry.queue,
        outcome=outcome,
        agent=agent,
        waited_us=waited,
        short=outcome is Outcome.ABANDONED and waited < line.short_us,
        in_target=waited <= line.target_us,
        entry=entry.number,
    )


def wait_lapsed(state: Queues, now: InstantUs, command: m.WaitLapsed) -> Decision | Refusal:
    """The limit. A phone that rings just now may still be answered: looked at again soon."""
    entry = state.entries.get(command.contact)
    if entry is None or entry.answered or entry.number != command.entry:
        return STALE
    if entry.offer is not None:
        return Decision(effects=(Wake(after(now, RINGING_US), command),))
    line = state.lines[entry.queue]
    return Decision((_dequeued(line, command.contact, entry, now, entry.lapse, None),))


DECIDE: Final[Mapping[type[Command], Callable[[Queues, InstantUs, Any], Decision | Refusal]]] = {
    m.Wait: wait,
    m.StopWaiting: stop_waiting,
    m.WaitLapsed: wait_lapsed,
}
