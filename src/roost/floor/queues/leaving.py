"""How a contact left its queue."""

from roost.floor.queues import messages as m
from roost.floor.queues.messages import Outcome
from roost.floor.queues.model import Entry, Line
from roost.kernel.ids import AgentId, ContactId, QueueId
from roost.kernel.time import InstantUs, between


def dequeued(
    line: Line,
    contact: ContactId,
    entry: Entry,
    now: InstantUs,
    outcome: Outcome,
    agent: AgentId | None = None,
    to: QueueId | None = None,
) -> m.ContactDequeued:
    """The event of leaving the queue."""
    waited = between(entry.since, now)
    return m.ContactDequeued(
        owner=line.owner,
        contact=contact,
        queue=entry.queue,
        outcome=outcome,
        agent=agent,
        waited_us=between(entry.entered, now),
        short=outcome is Outcome.ABANDONED and waited < line.short_us,
        in_target=waited <= line.target_us,
        entry=entry.number,
        to=to,
        callback=entry.callback is not None,
    )
