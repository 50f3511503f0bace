"""Which agent had the last conversation with a person, as far as a client's queues ask for it.

A person is a token (`ports.persons`): of one client, without the number. Persons of clients whose
queues don't ask aren't kept, nor anybody longer than those queues look back, nor more than MOST
of one client: the longest ago goes first.

    talk begins (OfferTaken) → over (WrapUpStarted, SegmentClosed): kept, if it was long enough
"""

from typing import Final

from msgspec import Struct, field

from roost.floor import definition
from roost.floor.parties import SegmentKind
from roost.kernel.ids import AgentId, ClientId, ContactId, QueueId
from roost.kernel.time import SECOND, DurationUs, InstantUs

MOST: Final = 50_000  # persons of one client
LEAST_US: Final = DurationUs(30 * SECOND)  # a talk in a queue without a rule of its own


class Person(Struct, frozen=True, gc=False):
    """Who's calling now; `at` since when."""

    client: ClientId
    token: str
    at: InstantUs


class Talk(Struct, gc=False):
    """A conversation that goes on."""

    person: Person
    queue: QueueId
    kind: SegmentKind
    at: InstantUs


class Helped(Struct, frozen=True, gc=False):
    """Who helped last, and when that ended."""

    agent: AgentId
    at: InstantUs


class Familiar(Struct, gc=False):
    """`helped` by client and person, the longest ago first."""

    rules: dict[str, definition.Sticky] = field(default_factory=dict[str, definition.Sticky])
    within: dict[str, DurationUs] = field(default_factory=dict[str, DurationUs])  # by client
    here: dict[str, Person] = field(default_factory=dict[str, Person])  # by contact
    talks: dict[str, Talk] = field(default_factory=dict[str, Talk])  # by contact and agent
    helped: dict[str, dict[str, Helped]] = field(default_factory=dict[str, dict[str, Helped]])


def configured(state: Familiar, floor: definition.Floor) -> None:
    """A client whose queues don't ask any more is forgotten."""
    rules: dict[str, definition.Sticky] = {}
    within: dict[str, DurationUs] = {}
    for queue in floor.queues:
        if queue.sticky is not None:
            rules[queue.id] = queue.sticky
            longest = within.get(queue.client, DurationUs(0))
            within[queue.client] = max(longest, queue.sticky.within_us)
    state.rules, state.within = rules, within
    state.helped = {client: known for client, known in state.helped.items() if client in within}


def arrived(
    state: Familiar, contact: ContactId, client: ClientId, token: str, at: InstantUs
) -> None:
    if token and client in state.within:
        state.here[contact] = Person(client, token, at)


def ended(state: Familiar, contact: ContactId) -> None:
    """Nobody talks to the person any more; whoever still writes up is known already."""
    state.here.pop(contact, None)


def _key(contact: ContactId, agent: AgentId) -> str:
    return f"{contact} {agent}"


def taken(
    state: Familiar,
    contact: ContactId,
    agent: AgentId,
    queue: QueueId,
    kind: SegmentKind,
    at: InstantUs,
) -> None:
    """A conversation with somebody who may call again."""
    person = state.here.get(contact)
    if person is not None:
        state.talks[_key(contact, agent)] = Talk(person, queue, kind, at)


def turned(state: Familiar, contact: ContactId, agent: AgentId, kind: SegmentKind) -> None:
    """Whoever was only consulted has the contact now."""
    talk = state.talks.get(_key(contact, agent))
    if talk is not None:
        talk.kind = kind


def lost(state: Familiar, contact: ContactId, agent: AgentId) -> None:
    """Nobody was heard: it was no conversation."""
    state.talks.pop(_key(contact, agent), None)


def talked(state: Familiar, contact: ContactId, agent: AgentId, at: InstantUs) -> None:
    """The conversation is over. A consultation wasn't one with the person."""
    talk = state.talks.pop(_key(contact, agent), None)
    if talk is None or talk.kind is SegmentKind.CONSULT:
        return
    rule = state.rules.get(talk.queue)
    if at - talk.at >= (LEAST_US if rule is None else rule.least_us):
        _keep(state, talk.person, Helped(agent, at))


def last_helper(state: Familiar, contact: ContactId, queue: QueueId) -> AgentId | None:
    """Who helped this caller last, if that isn't longer ago than the queue looks back."""
    person, rule = state.here.get(contact), state.rules.get(queue)
    if person is None or rule is None:
        return None
    known = state.helped.get(person.client, {}).get(person.token)
    if known is None or known.at + rule.within_us < person.at:
        return None
    return known.agent


def _keep(state: Familiar, person: Person, helped: Helped) -> None:
    within_us = state.within.get(person.client)
    if within_us is None:
        return
    known = state.helped.setdefault(person.client, {})
    known.pop(person.token, None)
    known[person.token] = helped
    while known:
        oldest = next(iter(known))
        if len(known) <= MOST and known[oldest].at + within_us >= helped.at:
            return
        del known[oldest]
