"""An agent's time: one span after another, from signing in to signing out.

    away, ready, working (on a task), offered (the phone rings), talking ⇄ held, wrapping

Each span knows why (away), for whom (the clients that the agent was ready for, or the one whose
contact is in hand) and with which contact. Spans touch: the end of one is the beginning of the
next, so a day's spans sum to the time signed in, to the microsecond.
"""

from collections.abc import Callable, Mapping, MutableMapping
from typing import Any, Final

from msgspec import Struct

from roost.floor.agents import messages as agents
from roost.kernel.envelope import Envelope
from roost.kernel.ids import AgentId, ClientId, ContactId
from roost.kernel.time import InstantUs
from roost.office.measures.facts import Fact, What
from roost.office.measures.intervals import cut


class Span(Struct, frozen=True, gc=False):
    """`until` is None while it goes on."""

    agent: AgentId
    since: InstantUs
    state: str
    reason: str = ""
    clients: tuple[ClientId, ...] = ()
    contact: ContactId | None = None
    until: InstantUs | None = None


def fold(open_: MutableMapping[AgentId, Span], envelope: Envelope) -> list[Span]:
    """Takes one event in: the spans that it ended. `open_` holds what goes on, by agent."""
    body = envelope.body
    step = _STEPS.get(body.__class__)
    if step is None:
        return []
    before = open_.get(body.agent)  # type: ignore[attr-defined]
    after = step(before, body, envelope.at)
    if after is before:
        return []
    if after is None:
        open_.pop(body.agent, None)  # type: ignore[attr-defined]
    else:
        open_[after.agent] = after
    if before is None or before.since >= envelope.at:
        return []
    return [ended(before, envelope.at)]


def ended(span: Span, at: InstantUs) -> Span:
    """The span, over at an instant."""
    return Span(span.agent, span.since, span.state, span.reason, span.clients, span.contact, at)


def facts_of(span: Span) -> list[Fact]:
    """A span that's over, as what counts count: a part for each quarter."""
    assert span.until is not None
    return [
        Fact(What.TIME, begin, "", span.state, agent=span.agent, code=span.reason, spent_us=part)
        for begin, part in cut(span.since, span.until)
    ]


def _signed_in(_: Span | None, body: agents.AgentSignedIn, at: InstantUs) -> Span | None:
    return Span(body.agent, at, "away", "signed_in")


def _signed_out(_: Span | None, __: agents.AgentSignedOut, ___: InstantUs) -> Span | None:
    return None


def _ready(_: Span | None, body: agents.AgentReady, at: InstantUs) -> Span | None:
    return Span(body.agent, at, "ready", "", body.ready_for)


def _work_began(span: Span | None, body: agents.WorkBegan, at: InstantUs) -> Span | None:
    if body.aside or (span is not None and span.state == "working"):
        return span
    return Span(body.agent, at, "working", "", (body.client,), body.contact)


def _works(_: Span | None, body: agents.AgentWorks, at: InstantUs) -> Span | None:
    return Span(body.agent, at, "working", "", (body.client,), body.contact)


def _changed(span: Span | None, body: agents.AgentChanged, at: InstantUs) -> Span | None:
    if span is None or span.state != "ready" or span.clients == body.ready_for:
        return span
    return Span(body.agent, at, "ready", "", body.ready_for)


def _away(_: Span | None, body: agents.AgentAway, at: InstantUs) -> Span | None:
    return Span(body.agent, at, "away", body.reason)


def _offered(_: Span | None, body: agents.AgentOffered, at: InstantUs) -> Span | None:
    return Span(body.agent, at, "offered", "", (body.client,), body.contact)


def _taken(_: Span | None, body: agents.OfferTaken, at: InstantUs) -> Span | None:
    return Span(body.agent, at, "talking", "", (body.client,), body.contact)


def _held(span: Span | None, body: agents.HoldMarked, at: InstantUs) -> Span | None:
    state = "held" if body.held else "talking"
    if span is None or span.state not in ("talking", "held") or span.state == state:
        return span
    return Span(body.agent, at, state, "", span.clients, span.contact)


def _wrapping(span: Span | None, body: agents.WrapUpStarted, at: InstantUs) -> Span | None:
    clients = () if span is None else span.clients
    return Span(body.agent, at, "wrapping", "", clients, body.contact)


_STEPS: Final[Mapping[type[Any], Callable[[Span | None, Any, InstantUs], Span | None]]] = {
    agents.AgentSignedIn: _signed_in,
    agents.AgentSignedOut: _signed_out,
    agents.AgentReady: _ready,
    agents.WorkBegan: _work_began,
    agents.AgentWorks: _works,
    agents.AgentChanged: _changed,
    agents.AgentAway: _away,
    agents.AgentOffered: _offered,
    agents.OfferTaken: _taken,
    agents.HoldMarked: _held,
    agents.WrapUpStarted: _wrapping,
}
"""Which event begins which span."""

TOUCHING: Final = frozenset(_STEPS)
"""The events that begin a span, or may."""
