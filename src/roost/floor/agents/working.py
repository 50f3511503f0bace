"""Tasks that the router gave: begun, put aside, over."""

from msgspec.structs import replace

from roost.floor.agents import messages as m
from roost.floor.agents.closing import free, ready_for
from roost.floor.agents.known import STALE
from roost.floor.agents.model import Agents, Presence, Work
from roost.kernel.ids import owner_of
from roost.kernel.messages import Decision, Event, Refusal
from roost.kernel.time import DurationUs, InstantUs, between


def begin_work(state: Agents, now: InstantUs, command: m.BeginWork) -> Decision | Refusal:
    """At once, or aside: who took it from the list while in a talk, or away."""
    agent = state.agents.get(command.agent)
    if agent is None or any(work.task == command.task for work in agent.works):
        return STALE
    aside = agent.presence not in (Presence.READY, Presence.WORKING)
    reached = command.interruptible and all(work.interruptible for work in agent.works)
    event = m.WorkBegan(
        contact=command.contact,
        agent=agent.id,
        task=command.task,
        queue=command.queue,
        client=command.client,
        interruptible=command.interruptible,
        aside=aside,
        ready_for=() if aside else ready_for(agent, reached),
    )
    return Decision((event,))


def end_work(state: Agents, now: InstantUs, command: m.EndWork) -> Decision | Refusal:
    """Who worked on it is ready, or goes on with what's left."""
    agent = state.agents.get(command.agent)
    found = None
    if agent is not None:
        found = next((work for work in agent.works if work.task == command.task), None)
    if agent is None or found is None:
        return STALE
    worked = _worked(found, now)
    events: list[Event] = [
        m.WorkEnded(
            owner=owner_of(found.client),
            contact=found.contact,
            agent=agent.id,
            task=found.task,
            queue=found.queue,
            worked_us=worked,
            aside_us=DurationUs(between(found.since, now) - worked),
            why=command.why,
        )
    ]
    if agent.presence is Presence.WORKING:
        left = [work for work in agent.works if work is not found]
        events.append(free(replace(agent, works=left), agent.next))
    return Decision(tuple(events))


def _worked(work: Work, now: InstantUs) -> DurationUs:
    running = 0 if work.running is None else between(work.running, now)
    return DurationUs(work.worked_us + running)
