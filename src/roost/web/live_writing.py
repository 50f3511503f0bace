"""The live view of writing up: the limit, and what's still to be completed."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

from msgspec import Struct

from roost.floor.agents import messages as agents
from roost.floor.agents.model import MOST_TO_COMPLETE
from roost.kernel.envelope import Envelope
from roost.kernel.ids import ClientId, ContactId, QueueId, SegmentId
from roost.kernel.time import DurationUs, InstantUs

if TYPE_CHECKING:
    from roost.web.live import Live


class UnwrittenLive(Struct):
    """A segment that its agent may still complete."""

    segment: SegmentId
    contact: ContactId
    client: ClientId
    queue: QueueId
    closed: InstantUs


def extended(live: "Live", event: agents.WrapUpExtended, _at: Envelope) -> None:
    """More time, once."""
    agent = live.agents[event.agent]
    agent.until, agent.extended = event.until, True
    live.touch_agent(agent)


def closed(live: "Live", event: agents.SegmentClosed, envelope: Envelope) -> None:
    """What was talked, by which code; one that's missing may still be given."""
    contact = live.contacts.get(event.contact) if event.contact else None
    if contact is not None:
        contact.code = event.code
        contact.talk_us = DurationUs(contact.talk_us + event.talk_us)
        live.touch_contact(contact)
    agent = live.agents.get(event.agent)
    if agent is None or event.contact is None or not event.to_complete:
        return
    agent.to_complete.append(
        UnwrittenLive(event.segment, event.contact, ClientId(event.owner), event.queue, envelope.at)
    )
    del agent.to_complete[:-MOST_TO_COMPLETE]
    live.touch_agent(agent)


def completed(live: "Live", event: agents.SegmentCompleted, _at: Envelope) -> None:
    """The code has come."""
    agent = live.agents[event.agent]
    agent.to_complete = [one for one in agent.to_complete if one.segment != event.segment]
    live.touch_agent(agent)
    contact = live.contacts.get(event.contact) if event.contact else None
    if contact is not None:
        contact.code = event.code
        live.touch_contact(contact)


FOLDS: Final[dict[type[Any], Callable[["Live", Any, Envelope], None]]] = {
    agents.WrapUpExtended: extended,
    agents.SegmentClosed: closed,
    agents.SegmentCompleted: completed,
}
"""Which event is folded how."""
