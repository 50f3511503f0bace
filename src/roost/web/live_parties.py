"""The live view of contacts with several parties: who has the contact, who watches whom."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

from msgspec import Struct

from roost.floor.agents import messages as agents
from roost.floor.calls import messages as calls
from roost.floor.parties import SegmentKind, WatchMode
from roost.kernel.ends import Reason
from roost.kernel.envelope import Envelope
from roost.kernel.ids import AgentId, ContactId, OfferId
from roost.kernel.time import InstantUs
from roost.web import parties_view
from roost.web.permissions import View

if TYPE_CHECKING:
    from roost.web.live import ContactLive, Live

UNREACHED: Final = frozenset(
    {
        Reason.BUSY,
        Reason.NO_ANSWER,
        Reason.WRONG_NUMBER,
        Reason.REJECTED,
        Reason.UNREACHABLE,
        Reason.OVERLOADED,
        Reason.NO_COMMON_CODEC,
    }
)


class WatchLive(Struct):
    """Whom a supervisor watches, by which offer."""

    of: AgentId
    mode: WatchMode
    offer: OfferId
    contact: ContactId
    since: InstantUs


def fold(live: "Live", envelope: Envelope) -> None:
    """Who takes part in the event's contact, if it says anything of that."""
    if envelope.contact is None or not parties_view.takes(envelope.body):
        return
    contact = live.contacts.get(envelope.contact)
    if contact is not None:
        for agent in parties_view.fold(contact.talk, envelope):
            live.dirty.add((View.DESK, agent))


def is_main(event: agents.AgentOffered | agents.OfferTaken | agents.OfferEnded) -> bool:
    """Whether an offer is for the contact itself: who's only consulted doesn't have it."""
    return event.kind is not SegmentKind.CONSULT


def host(live: "Live", event: calls.HostChanged, _at: Envelope) -> None:
    """Another agent has the contact now, or nobody."""
    contact = live.contacts.get(event.contact) if event.contact else None
    if contact is not None:
        live.touch_contact(contact)
        contact.agent = event.agent
        live.touch_contact(contact)


def unreached(live: "Live", contact: "ContactLive") -> None:
    """A call of an agent's own has ended without anybody there: their desk says what came of it,
    until something else comes."""
    agent = None if contact.agent is None else live.agents.get(contact.agent)
    if agent is not None and contact.talk.outbound and contact.ended_why in UNREACHED:
        agent.unreached = contact.id
        live.touch_agent(agent)


def turned(live: "Live", event: agents.SegmentTurned, _at: Envelope) -> None:
    """Consulted before; it's their contact now."""
    agent = live.agents.get(event.agent)
    if agent is not None:
        agent.kind, agent.queue = event.kind, event.queue
        live.touch_agent(agent)


def watch(live: "Live", event: agents.WatchStarted, envelope: Envelope) -> None:
    """A supervisor's ear."""
    agent = live.agents.get(event.agent)
    if agent is not None and event.contact is not None:
        agent.watches = WatchLive(event.of, event.mode, event.offer, event.contact, envelope.at)
        live.touch_agent(agent)


def watch_set(live: "Live", event: calls.WatchSet, _at: Envelope) -> None:
    """Heard by nobody, by the agent, or by all."""
    agent = live.agents.get(event.agent)
    if agent is not None and agent.watches is not None:
        agent.watches.mode = event.mode
        live.touch_agent(agent)


def watch_ended(live: "Live", event: agents.WatchEnded, _at: Envelope) -> None:
    """They hang up, take over, or it's over."""
    agent = live.agents.get(event.agent)
    if agent is not None:
        agent.watches = None
        live.touch_agent(agent)


FOLDS: Final[dict[type[Any], Callable[["Live", Any, Envelope], None]]] = {
    calls.HostChanged: host,
    calls.WatchSet: watch_set,
    agents.SegmentTurned: turned,
    agents.WatchStarted: watch,
    agents.WatchEnded: watch_ended,
}
"""Which event is folded how."""
